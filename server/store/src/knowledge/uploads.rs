//! Files that are being sent, piece by piece.

use chrono::{DateTime, SubsecRound, Utc};
use model::{MemberId, OrganizationId, Upload, UploadId};

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;
use crate::text::clean;

macro_rules! columns {
    () => {
        "id, collection_id, replaces, file_name, folder, bytes, received, expires_at"
    };
}

statements! {
    INSERT_UPLOAD = "
        INSERT INTO uploads (organization_id, member_id, id, collection_id, replaces, file_name, folder, bytes, received, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    UPLOAD = concat!("SELECT ", columns!(), " FROM uploads WHERE organization_id = $1 AND member_id = $2 AND id = $3");
    UPLOADS = concat!("SELECT ", columns!(), " FROM uploads WHERE organization_id = $1 AND member_id = $2 ORDER BY id");
    HAS_UPLOAD = "SELECT id FROM uploads WHERE organization_id = $1 AND id = $2";
    ADVANCE_UPLOAD = "
        UPDATE uploads SET received = $4, expires_at = $5
        WHERE organization_id = $1 AND id = $2 AND received = $3 AND bytes >= $4";
    DELETE_UPLOAD = "DELETE FROM uploads WHERE organization_id = $1 AND id = $2";
    UPLOADS_OF_MEMBER = "SELECT id FROM uploads WHERE organization_id = $1 AND member_id = $2 ORDER BY id";
    // Of all tenants: the server clears up what nobody goes on with.
    EXPIRED_UPLOADS = "SELECT organization_id, id FROM uploads WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2";
}

/// Keeps a new upload.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the member, the collection or the document that it replaces is gone or of another
/// organization.
pub async fn insert_upload(tx: &mut Tx, organization: OrganizationId, member: MemberId, upload: &Upload) -> Result<()> {
    query!(
        within tx, execute, INSERT_UPLOAD, organization, member, upload.id, upload.collection_id, upload.replaces,
        clean(&upload.file_name).as_ref(), clean(&upload.folder).as_ref(), upload.bytes, upload.received,
        upload.expires_at.trunc_subsecs(6)
    )?;
    Ok(())
}

/// Ends an upload; false if it is over already. One that became a document ends with [`super::insert_document`].
///
/// # Errors
/// What the engine says.
pub async fn delete_upload(tx: &mut Tx, organization: OrganizationId, upload: UploadId) -> Result<bool> {
    Ok(query!(within tx, execute, DELETE_UPLOAD, organization, upload)? > 0)
}

/// The uploads of a member, within the change that ends them.
///
/// # Errors
/// What the engine says.
pub async fn uploads_of(tx: &mut Tx, organization: OrganizationId, member: MemberId) -> Result<Vec<UploadId>> {
    let rows = query!(within tx, all (UploadId,), UPLOADS_OF_MEMBER, organization, member)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

impl Store {
    /// An upload of this member.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn upload(&self, organization: OrganizationId, member: MemberId, upload: UploadId) -> Result<Option<Upload>> {
        query!(read self, optional Upload, UPLOAD, organization, member, upload)
    }

    /// Whether there is such an upload, whoever's it is.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn has_upload(&self, organization: OrganizationId, upload: UploadId) -> Result<bool> {
        Ok(query!(read self, optional (UploadId,), HAS_UPLOAD, organization, upload)?.is_some())
    }

    /// The uploads that a member may go on with, oldest first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn uploads(&self, organization: OrganizationId, member: MemberId) -> Result<Vec<Upload>> {
        query!(read self, all Upload, UPLOADS, organization, member)
    }

    /// Notes that the bytes from `from` to `to` are on disk. False, and nothing noted, if the upload is over, another request
    /// has moved it on from `from`, or `to` is behind its end.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn advance_upload(
        &self,
        organization: OrganizationId,
        upload: UploadId,
        from: i64,
        to: i64,
        expires_at: DateTime<Utc>,
    ) -> Result<bool> {
        Ok(query!(write self, execute, ADVANCE_UPLOAD, organization, upload, from, to, expires_at.trunc_subsecs(6))? > 0)
    }

    /// Uploads of all organizations that nobody went on with, longest first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn expired_uploads(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(OrganizationId, UploadId)>> {
        query!(read self, all (OrganizationId, UploadId), EXPIRED_UPLOADS, now.trunc_subsecs(6), i64::from(limit))
    }
}

//! How many bytes an organization's documents and recordings take. The sums are kept by triggers, see the migration `storage`: no way by which
//! rows come or go is forgotten.

use model::{CallId, OrganizationId};

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    STORED = "SELECT documents, recordings FROM organization_storage WHERE organization_id = $1";
    // Members have at most a hundred each.
    UPLOADING = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM uploads WHERE organization_id = $1";
    SET_RECORDED = "UPDATE calls SET recorded_bytes = $3 WHERE organization_id = $1 AND id = $2";
    // Of all tenants: calls of an older release, which nobody has measured.
    UNMEASURED_CALLS = "
        SELECT organization_id, id FROM calls WHERE recorded_bytes IS NULL AND state = 'ended' ORDER BY organization_id, id LIMIT $1";
}

/// What an organization has stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Stored {
    /// Bytes of all versions of its documents.
    pub documents: i64,
    /// Bytes of the recordings of calls that are over.
    pub recordings: i64,
}

impl Stored {
    /// Both together.
    pub const fn bytes(self) -> i64 {
        self.documents + self.recordings
    }
}

/// What an organization has stored, as it is in this transaction.
///
/// # Errors
/// What the engine says.
pub async fn stored(tx: &mut Tx, organization: OrganizationId) -> Result<Stored> {
    Ok(query!(within tx, optional Stored, STORED, organization)?.unwrap_or_default())
}

/// Notes how many bytes a call's recording has; false if the call is gone.
///
/// # Errors
/// What the engine says.
pub async fn set_recorded(tx: &mut Tx, organization: OrganizationId, call: CallId, bytes: i64) -> Result<bool> {
    Ok(query!(within tx, execute, SET_RECORDED, organization, call, bytes)? > 0)
}

impl Store {
    /// What an organization has stored.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn stored(&self, organization: OrganizationId) -> Result<Stored> {
        Ok(query!(read self, optional Stored, STORED, organization)?.unwrap_or_default())
    }

    /// How many bytes an organization's members have announced and not finished to send.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn uploading(&self, organization: OrganizationId) -> Result<i64> {
        let (bytes,): (i64,) = query!(read self, one (i64,), UPLOADING, organization)?;
        Ok(bytes)
    }

    /// Calls of all organizations that are over and whose recording nobody has measured.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn unmeasured_calls(&self, limit: u32) -> Result<Vec<(OrganizationId, CallId)>> {
        query!(read self, all (OrganizationId, CallId), UNMEASURED_CALLS, i64::from(limit))
    }
}

//! Taking files in: a new document, a new version of one, and where their bytes are.

use chrono::{DateTime, SubsecRound, Utc};
use model::{CollectionId, DocumentId, DocumentSource, DocumentState, DocumentVersion, MemberId, OrganizationId, UploadId, WebsiteId};
use sqlx::types::Json;

use super::documents::{search_text, set_tags};
use super::index_revision;
use super::uploads::DELETE_UPLOAD;
use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;
use crate::text::clean;

statements! {
    INSERT_DOCUMENT = "
        INSERT INTO documents (organization_id, id, collection_id, website_id, title, file_name, folder, folded, source, address,
            format, language, tags, state, problem, notes, bytes, places, passages, version, ready_version, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '', $11, $12, '', $11, $13, 0, 0, 1, 0, $14, $14)";
    INSERT_DOCUMENT_VERSION = "
        INSERT INTO document_versions (organization_id, document_id, version, file_name, bytes, hash, object_key, member_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    TWIN = "
        SELECT d.id FROM document_versions v
        JOIN documents d ON d.organization_id = v.organization_id AND d.id = v.document_id AND d.version = v.version
        WHERE v.organization_id = $1 AND v.hash = $2 AND d.collection_id = $3 AND d.deleted_at IS NULL ORDER BY d.created_at LIMIT 1";
    RENEW_DOCUMENT = "
        UPDATE documents SET version = version + 1, file_name = $3, bytes = $4, state = $5, problem = '', updated_at = $6
        WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING version, title";
    REFOLD_DOCUMENT = "UPDATE documents SET folded = $3 WHERE organization_id = $1 AND id = $2";
    DOCUMENT_FILE = "
        SELECT v.version, v.file_name, v.bytes, v.hash, v.object_key, d.ready_version, d.source, d.state
        FROM documents d
        JOIN document_versions v ON v.organization_id = d.organization_id AND v.document_id = d.id AND v.version = COALESCE($3, d.version)
        WHERE d.organization_id = $1 AND d.id = $2";
    ALL_OBJECT_KEYS = "SELECT object_key FROM document_versions WHERE organization_id = $1 ORDER BY document_id, version";
    HISTORY = "
        SELECT version, file_name, bytes, member_id, created_at FROM document_versions
        WHERE organization_id = $1 AND document_id = $2 ORDER BY version DESC";
}

/// A document to be kept, with its first version.
#[derive(Clone, Debug, PartialEq)]
pub struct NewDocument {
    /// Its id.
    pub id: DocumentId,
    /// Where it goes.
    pub collection: CollectionId,
    /// The website that it is a page of.
    pub website: Option<WebsiteId>,
    /// Until its reader knows a better one.
    pub title: String,
    /// The folder that it was dropped with.
    pub folder: String,
    /// Where it comes from.
    pub source: DocumentSource,
    /// The address of a web page; else empty.
    pub address: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether to refuse it if its collection has one with the same content.
    pub unless_there: bool,
    /// Its file.
    pub file: NewVersion,
}

/// A file that is given for a document.
#[derive(Clone, Debug, PartialEq)]
pub struct NewVersion {
    /// Its name without folders.
    pub file_name: String,
    /// How long it is.
    pub bytes: i64,
    /// SHA-256 of its content.
    pub hash: [u8; 32],
    /// Where its bytes are.
    pub object_key: String,
    /// Who gave it.
    pub member: Option<MemberId>,
    /// The upload that it came by, which is over then.
    pub upload: Option<UploadId>,
    /// Mostly [`DocumentState::Waiting`]; [`DocumentState::Review`] for what waits for a person.
    pub state: DocumentState,
    /// When.
    pub at: DateTime<Utc>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertOutcome {
    /// It is kept as this version.
    Version(i64),
    /// Nothing was kept: this document of the collection has the same content.
    Twin(DocumentId),
    /// Nothing was kept: its upload is over already, or the document that it was for is gone.
    Gone,
}

/// Where the bytes of a version are.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredFile {
    /// Which version.
    pub version: i64,
    /// The file's name.
    pub file_name: String,
    /// How long it is.
    pub bytes: i64,
    /// SHA-256 of its content.
    pub hash: Vec<u8>,
    /// Where it is.
    pub object_key: String,
    /// The version of the document that answers, 0 for none.
    pub ready_version: i64,
    /// Where the document comes from.
    #[sqlx(try_from = "String")]
    pub source: DocumentSource,
    /// How far the document's current version is.
    #[sqlx(try_from = "String")]
    pub state: DocumentState,
}

/// The object keys of every file of an organization, within the change that lets them go.
///
/// # Errors
/// What the engine says.
pub async fn object_keys_of_all(tx: &mut Tx, organization: OrganizationId) -> Result<Vec<String>> {
    let rows = query!(within tx, all (String,), ALL_OBJECT_KEYS, organization)?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

/// Keeps a new document; ends its upload. What is not [`InsertOutcome::Version`] changes nothing but that: the caller may commit a twin, to let the
/// upload be over.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the collection or the website is gone or of another organization.
pub async fn insert_document(tx: &mut Tx, organization: OrganizationId, new: &NewDocument) -> Result<InsertOutcome> {
    // Two of the same content that come at once: the second one waits here, and finds the first.
    index_revision::next_revision(tx, organization).await?;
    if !end_upload(tx, organization, &new.file).await? {
        return Ok(InsertOutcome::Gone);
    }
    if new.unless_there {
        let twin = query!(within tx, optional (DocumentId,), TWIN, organization, new.file.hash.as_slice(), new.collection)?;
        if let Some((twin,)) = twin {
            return Ok(InsertOutcome::Twin(twin));
        }
    }
    let (title, file_name) = (clean(&new.title), clean(&new.file.file_name));
    let none: [String; 0] = [];
    query!(
        within tx, execute, INSERT_DOCUMENT, organization, new.id, new.collection, new.website, title.as_ref(),
        file_name.as_ref(), clean(&new.folder).as_ref(), search_text(&title, &file_name), new.source.as_str(),
        clean(&new.address).as_ref(), Json(&none), new.file.state.as_str(), new.file.bytes, new.file.at.trunc_subsecs(6)
    )?;
    if !new.tags.is_empty() {
        set_tags(tx, organization, new.id, &new.tags).await?;
    }
    insert_version(tx, organization, new.id, 1, &new.file).await?;
    Ok(InsertOutcome::Version(1))
}

/// Keeps a document's next version; ends its upload. What answered before goes on answering until [`super::publish_passages`].
///
/// # Errors
/// What the engine says.
pub async fn add_version(tx: &mut Tx, organization: OrganizationId, document: DocumentId, new: &NewVersion) -> Result<InsertOutcome> {
    index_revision::next_revision(tx, organization).await?;
    if !end_upload(tx, organization, new).await? {
        return Ok(InsertOutcome::Gone);
    }
    let file_name = clean(&new.file_name);
    let renewed = query!(
        within tx, optional (i64, String), RENEW_DOCUMENT, organization, document, file_name.as_ref(), new.bytes,
        new.state.as_str(), new.at.trunc_subsecs(6)
    )?;
    let Some((version, title)) = renewed else { return Ok(InsertOutcome::Gone) };
    query!(within tx, execute, REFOLD_DOCUMENT, organization, document, search_text(&title, &file_name))?;
    insert_version(tx, organization, document, version, new).await?;
    Ok(InsertOutcome::Version(version))
}

impl Store {
    /// Where the bytes of a document's version are; of the current one if none is named.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn document_file(
        &self,
        organization: OrganizationId,
        document: DocumentId,
        version: Option<i64>,
    ) -> Result<Option<StoredFile>> {
        query!(read self, optional StoredFile, DOCUMENT_FILE, organization, document, version)
    }

    /// Every version of a document, newest first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn document_history(&self, organization: OrganizationId, document: DocumentId) -> Result<Vec<DocumentVersion>> {
        query!(read self, all DocumentVersion, HISTORY, organization, document)
    }
}

/// False if the upload that the file came by is over already: somebody else has kept it.
async fn end_upload(tx: &mut Tx, organization: OrganizationId, file: &NewVersion) -> Result<bool> {
    let Some(upload) = file.upload else { return Ok(true) };
    Ok(query!(within tx, execute, DELETE_UPLOAD, organization, upload)? > 0)
}

async fn insert_version(tx: &mut Tx, organization: OrganizationId, document: DocumentId, version: i64, file: &NewVersion) -> Result<()> {
    query!(
        within tx, execute, INSERT_DOCUMENT_VERSION, organization, document, version, clean(&file.file_name).as_ref(), file.bytes,
        file.hash.as_slice(), &file.object_key, file.member, file.at.trunc_subsecs(6)
    )?;
    Ok(())
}

//! Documents: their list, their life and what is said about them.

use chrono::{DateTime, Utc};
use model::{CollectionAccess, CollectionId, Document, DocumentFilter, DocumentId, DocumentState, KnowledgeSize, OrganizationId, Page};
use sqlx::types::Json;

use super::folded;
use super::removal::{self, Removed};
use crate::cursor::{Cursor, end_of_time};
use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;
use crate::text::clean;

/// `$1` organization, `$2` model, `$3` access.
macro_rules! select {
    () => {
        "SELECT d.id, d.collection_id, d.title, d.file_name, d.folder, d.source, d.address, d.format, d.language, d.tags, d.state,
            d.problem, d.notes, d.bytes, d.places, d.passages, d.version, d.ready_version, d.created_at, d.updated_at,
            (SELECT COUNT(*) FROM passage_vectors v WHERE v.organization_id = d.organization_id AND v.document_id = d.id
                AND v.version = d.ready_version AND v.model = $2) AS embedded,
            (SELECT COUNT(DISTINCT u.source) FROM knowledge_uses u
                WHERE u.organization_id = d.organization_id AND u.document_id = d.id) AS uses
        FROM documents d JOIN collections c ON c.organization_id = d.organization_id AND c.id = d.collection_id
        WHERE d.organization_id = $1 AND d.deleted_at IS NULL AND c.access IN ('everybody', $3)"
    };
}

statements! {
    DOCUMENT = concat!(select!(), " AND d.id = $4");
    DOCUMENTS = concat!(
        select!(),
        " AND d.collection_id = COALESCE($4, d.collection_id) AND d.language = COALESCE($5, d.language)
            AND d.state = COALESCE($6, d.state) AND d.updated_at >= $7 AND d.updated_at < $8
            AND ($9 = '' OR EXISTS (SELECT 1 FROM document_tags t
                WHERE t.organization_id = d.organization_id AND t.document_id = d.id AND t.tag = $9))
            AND d.folded LIKE $10 ESCAPE '!' AND d.folded LIKE $11 ESCAPE '!' AND d.folded LIKE $12 ESCAPE '!'
            AND (NOT $13 OR NOT EXISTS (SELECT 1 FROM knowledge_uses u
                WHERE u.organization_id = d.organization_id AND u.document_id = d.id))
            AND (d.created_at, d.id) < ($14, $15) ORDER BY d.created_at DESC, d.id DESC LIMIT $16"
    );
    DOCUMENTS_WITH_HASH = concat!(
        select!(),
        " AND EXISTS (SELECT 1 FROM document_versions v
            WHERE v.organization_id = d.organization_id AND v.document_id = d.id AND v.version = d.version AND v.hash = $4)
        ORDER BY d.created_at, d.id LIMIT 20"
    );
    DOCUMENT_STANDING = "
        SELECT c.access, d.state FROM documents d JOIN collections c ON c.organization_id = d.organization_id AND c.id = d.collection_id
        WHERE d.organization_id = $1 AND d.id = $2 AND d.deleted_at IS NULL";
    MOVE_DOCUMENT = "
        UPDATE documents SET state = $4, problem = $5 WHERE organization_id = $1 AND id = $2 AND version = $3";
    FAIL_UNREAD_DOCUMENT = "
        UPDATE documents SET state = 'failed', problem = $3
        WHERE organization_id = $1 AND id = $2 AND state IN ('waiting', 'reading', 'indexing')";
    DESCRIBE_DOCUMENT = "
        UPDATE documents SET format = $4, title = COALESCE($5, title), language = $6, places = $7, notes = $8, folded = COALESCE($9, folded)
        WHERE organization_id = $1 AND id = $2 AND version = $3";
    DOCUMENT_NAMES = "SELECT title, file_name, collection_id FROM documents WHERE organization_id = $1 AND id = $2";
    EDIT_DOCUMENT = "
        UPDATE documents SET title = $3, folded = $4, collection_id = $5 WHERE organization_id = $1 AND id = $2";
    SET_DOCUMENT_TAGS = "UPDATE documents SET tags = $3 WHERE organization_id = $1 AND id = $2";
    DELETE_DOCUMENT_TAGS = "DELETE FROM document_tags WHERE organization_id = $1 AND document_id = $2";
    INSERT_DOCUMENT_TAG = "
        INSERT INTO document_tags (organization_id, document_id, tag) VALUES ($1, $2, $3) ON CONFLICT (document_id, tag) DO NOTHING";
    KNOWLEDGE_TAGS = "
        SELECT t.tag, COUNT(*) FROM document_tags t
        JOIN documents d ON d.organization_id = t.organization_id AND d.id = t.document_id
        JOIN collections c ON c.organization_id = d.organization_id AND c.id = d.collection_id
        WHERE t.organization_id = $1 AND d.deleted_at IS NULL AND c.access IN ('everybody', $2)
        GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag LIMIT 200";
    KNOWLEDGE_SIZE = "
        SELECT COUNT(*) AS documents,
            COUNT(CASE WHEN ready_version > 0 THEN 1 END) AS ready,
            COUNT(CASE WHEN state = 'failed' THEN 1 END) AS failed,
            COUNT(CASE WHEN state = 'locked' THEN 1 END) AS locked,
            COUNT(CASE WHEN ready_version > 0 AND NOT EXISTS (SELECT 1 FROM knowledge_uses u
                WHERE u.organization_id = d.organization_id AND u.document_id = d.id) THEN 1 END) AS unused,
            CAST(COALESCE(SUM(passages), 0) AS BIGINT) AS passages,
            (SELECT COUNT(*) FROM passage_vectors v
                JOIN documents r ON r.organization_id = v.organization_id AND r.id = v.document_id AND r.ready_version = v.version
                JOIN collections rc ON rc.organization_id = r.organization_id AND rc.id = r.collection_id
                WHERE v.organization_id = $1 AND r.deleted_at IS NULL AND rc.access IN ('everybody', $2) AND v.model = $3) AS embedded,
            (SELECT CAST(COALESCE(SUM(f.bytes), 0) AS BIGINT) FROM document_versions f
                JOIN documents b ON b.organization_id = f.organization_id AND b.id = f.document_id
                JOIN collections bc ON bc.organization_id = b.organization_id AND bc.id = b.collection_id
                WHERE f.organization_id = $1 AND b.deleted_at IS NULL AND bc.access IN ('everybody', $2)) AS bytes
        FROM documents d JOIN collections c ON c.organization_id = d.organization_id AND c.id = d.collection_id
        WHERE d.organization_id = $1 AND d.deleted_at IS NULL AND c.access IN ('everybody', $2)";
}

#[derive(sqlx::FromRow)]
struct StandingRow {
    #[sqlx(try_from = "String")]
    access: CollectionAccess,
    #[sqlx(try_from = "String")]
    state: DocumentState,
}

/// What a reader found out about a document's version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// The format that was recognized.
    pub format: String,
    /// A better title than the one that it has.
    pub title: Option<String>,
    /// Two letters; empty if unknown.
    pub language: String,
    /// Pages, slides, sheets or parts.
    pub places: i64,
    /// What is good to know though it was read.
    pub notes: Vec<String>,
}

/// What a person changes of a document. None leaves it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentPatch {
    /// Its title.
    pub title: Option<String>,
    /// All its tags.
    pub tags: Option<Vec<String>>,
    /// Another collection.
    pub collection: Option<CollectionId>,
}

/// Who may read a document, and how far it is; none if it is gone.
///
/// # Errors
/// What the engine says.
pub async fn standing(
    tx: &mut Tx,
    organization: OrganizationId,
    document: DocumentId,
) -> Result<Option<(CollectionAccess, DocumentState)>> {
    let row = query!(within tx, optional StandingRow, DOCUMENT_STANDING, organization, document)?;
    Ok(row.map(|row| (row.access, row.state)))
}

/// Says how far a version of a document is. False if the document is gone or has another version by now.
///
/// # Errors
/// What the engine says.
pub async fn move_document(
    tx: &mut Tx,
    organization: OrganizationId,
    document: DocumentId,
    version: i64,
    state: DocumentState,
    problem: &str,
) -> Result<bool> {
    Ok(query!(within tx, execute, MOVE_DOCUMENT, organization, document, version, state.as_str(), clean(problem).as_ref())? > 0)
}

/// A document that is on its way has failed; false if it is on none, or gone.
///
/// # Errors
/// What the engine says.
pub async fn fail_unread(tx: &mut Tx, organization: OrganizationId, document: DocumentId, problem: &str) -> Result<bool> {
    Ok(query!(within tx, execute, FAIL_UNREAD_DOCUMENT, organization, document, clean(problem).as_ref())? > 0)
}

/// Changes what a person may change of a document; false if it is gone.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the collection is gone or of another organization.
pub async fn edit_document(tx: &mut Tx, organization: OrganizationId, document: DocumentId, patch: &DocumentPatch) -> Result<bool> {
    let names = query!(within tx, optional (String, String, CollectionId), DOCUMENT_NAMES, organization, document)?;
    let Some((title, file_name, collection)) = names else { return Ok(false) };
    let title = patch.title.as_deref().map_or(title, |title| clean(title).into_owned());
    let collection = patch.collection.unwrap_or(collection);
    query!(within tx, execute, EDIT_DOCUMENT, organization, document, &title, search_text(&title, &file_name), collection)?;
    if let Some(tags) = &patch.tags {
        set_tags(tx, organization, document, tags).await?;
    }
    Ok(true)
}

/// Deletes a document for good, with its versions, passages, vectors and uses ([`super::hide_document`] lets it be brought back); gives what went with it, none if it is gone.
///
/// # Errors
/// What the engine says.
pub async fn delete_document(tx: &mut Tx, organization: OrganizationId, document: DocumentId) -> Result<Option<Removed>> {
    let removal = removal::begin(tx, organization).await?;
    let removed = removal.documents(tx, std::iter::once(document)).await?;
    Ok(Some(removed).filter(|removed| !removed.documents.is_empty()))
}

impl Store {
    /// A document that somebody with this access may use. `model` is the embedding model that `embedded` counts; empty for none.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn document(
        &self,
        organization: OrganizationId,
        access: CollectionAccess,
        model: &str,
        document: DocumentId,
    ) -> Result<Option<Document>> {
        query!(read self, optional Document, DOCUMENT, organization, model, access.as_str(), document)
    }

    /// A page of documents, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError::Cursor`] if the cursor is not one that this list gave.
    pub async fn documents(
        &self,
        organization: OrganizationId,
        access: CollectionAccess,
        model: &str,
        filter: &DocumentFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Document>> {
        let limit = limit.clamp(1, 500) as usize;
        let cursor = Cursor::parse("documents", cursor)?;
        let narrowing = Narrowing::of(filter);
        let state = filter.state.map(DocumentState::as_str);
        let words = patterns(&filter.words);
        let mut items = query!(
            read self, all Document, DOCUMENTS, organization, model, access.as_str(), narrowing.collection, narrowing.language, state,
            narrowing.after, narrowing.before, &narrowing.tag, &words[0], &words[1], &words[2], filter.unused, cursor.at, cursor.id,
            limit as i64 + 1
        )?;
        let next = (items.len() > limit).then(|| items.truncate(limit)).and_then(|()| items.last());
        let next = next.map(|last| Cursor { at: last.created_at, id: last.id.0 }.text("documents"));
        Ok(Page { items, next })
    }

    /// The documents whose current file has exactly this content (SHA-256), oldest first, at most 20.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn documents_with_hash(
        &self,
        organization: OrganizationId,
        access: CollectionAccess,
        model: &str,
        hash: &[u8; 32],
    ) -> Result<Vec<Document>> {
        query!(read self, all Document, DOCUMENTS_WITH_HASH, organization, model, access.as_str(), hash.as_slice())
    }

    /// Keeps what was found out about a version. False if the document is gone or has another version by now.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn describe_document(
        &self,
        organization: OrganizationId,
        document: DocumentId,
        version: i64,
        description: &Description,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        let names = query!(within &mut tx, optional (String, String, CollectionId), DOCUMENT_NAMES, organization, document)?;
        let Some((_, file_name, _)) = names else { return Ok(false) };
        let title = description.title.as_deref().map(|title| clean(title).into_owned());
        let words = title.as_deref().map(|title| search_text(title, &file_name));
        let notes: Vec<String> = description.notes.iter().map(|note| clean(note).into_owned()).collect();
        let described = query!(
            within &mut tx, execute, DESCRIBE_DOCUMENT, organization, document, version, &description.format, &title,
            &description.language, description.places, Json(&notes), &words
        )?;
        tx.commit().await?;
        Ok(described > 0)
    }

    /// The tags of the documents that may be read, in lower case, with how many have each, most used first, at most 200.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn knowledge_tags(&self, organization: OrganizationId, access: CollectionAccess) -> Result<Vec<(String, i64)>> {
        query!(read self, all (String, i64), KNOWLEDGE_TAGS, organization, access.as_str())
    }

    /// How much there is that may be read. `model` is the embedding model that `embedded` counts.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn knowledge_size(&self, organization: OrganizationId, access: CollectionAccess, model: &str) -> Result<KnowledgeSize> {
        query!(read self, one KnowledgeSize, KNOWLEDGE_SIZE, organization, access.as_str(), model)
    }
}

/// What narrows lists and searches alike.
pub(super) struct Narrowing<'a> {
    pub collection: Option<CollectionId>,
    pub language: Option<&'a str>,
    pub after: DateTime<Utc>,
    pub before: DateTime<Utc>,
    pub tag: String,
}

impl<'a> Narrowing<'a> {
    pub fn of(filter: &'a DocumentFilter) -> Self {
        Self {
            collection: filter.collection,
            language: Some(filter.language.as_str()).filter(|language| !language.is_empty()),
            after: filter.after.unwrap_or(DateTime::UNIX_EPOCH),
            before: filter.before.unwrap_or_else(end_of_time),
            tag: folded(&clean(&filter.tag)),
        }
    }
}

/// What the words of a list's filter are looked for in.
pub(super) fn search_text(title: &str, file_name: &str) -> String {
    format!("{}\n{}", folded(title), folded(file_name))
}

pub(super) async fn set_tags(tx: &mut Tx, organization: OrganizationId, document: DocumentId, tags: &[String]) -> Result<()> {
    let tags: Vec<String> = tags.iter().map(|tag| clean(tag).into_owned()).collect();
    query!(within tx, execute, SET_DOCUMENT_TAGS, organization, document, Json(&tags))?;
    query!(within tx, execute, DELETE_DOCUMENT_TAGS, organization, document)?;
    for tag in &tags {
        query!(within tx, execute, INSERT_DOCUMENT_TAG, organization, document, folded(tag))?;
    }
    Ok(())
}

/// `LIKE` patterns of the first two words and of all the rest together.
fn patterns(words: &str) -> [String; 3] {
    let words = folded(&clean(words)).replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let mut words = words.splitn(3, char::is_whitespace).map(|word| format!("%{}%", word.trim()));
    std::array::from_fn(|_| words.next().unwrap_or_else(|| "%".to_owned()))
}

//! Passages: written beside the ones that answer, then put in their place.

use model::{DocumentId, DocumentState, OrganizationId, Page, Passage};
use sqlx::types::Json;

use super::stem::Rules;
use super::{index_revision, removal, terms};
use crate::engine::{Store, Tx, query};
use crate::error::{Result, StoreError};
use crate::statements::statements;
use crate::text::clean;

statements! {
    OPEN_VERSION = "
        SELECT language FROM documents WHERE organization_id = $1 AND id = $2 AND version = $3 AND ready_version < version";
    INSERT_PASSAGE = "
        INSERT INTO passages (organization_id, document_id, version, number, place, text, terms) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (organization_id, document_id, version, number) DO NOTHING";
    DELETE_VERSION_PASSAGES = "DELETE FROM passages WHERE organization_id = $1 AND document_id = $2 AND version = $3";
    NOTE_VERSION_REMOVAL = "
        INSERT INTO passage_removals (organization_id, revision, document_id, version) VALUES ($1, $2, $3, $4)
        ON CONFLICT (organization_id, revision, document_id, version) DO NOTHING";
    READY_VERSION = "SELECT ready_version FROM documents WHERE organization_id = $1 AND id = $2 AND version = $3";
    PUBLISH = "
        UPDATE documents SET ready_version = $3, passages = $4, state = $5, problem = ''
        WHERE organization_id = $1 AND id = $2 AND version = $3";
    DOCUMENT_PASSAGES = "
        SELECT p.number, p.place, p.text FROM passages p
        JOIN documents d ON d.organization_id = p.organization_id AND d.id = p.document_id AND d.ready_version = p.version
        WHERE p.organization_id = $1 AND p.document_id = $2 AND d.deleted_at IS NULL AND p.number > $3 ORDER BY p.number LIMIT $4";
    VERSION_PROGRESS = "
        SELECT (SELECT COUNT(*) FROM passages WHERE organization_id = $1 AND document_id = $2 AND version = $3),
            (SELECT COUNT(*) FROM passage_vectors WHERE organization_id = $1 AND document_id = $2 AND version = $3 AND model = $4)";
}

/// Lets a version answer in the place of the one before, whose passages and vectors are deleted, and sets the document's state. False
/// if the document is gone or has another version by now.
///
/// # Errors
/// What the engine says.
pub async fn publish_passages(
    tx: &mut Tx,
    organization: OrganizationId,
    document: DocumentId,
    version: i64,
    state: DocumentState,
) -> Result<bool> {
    let removal = removal::begin(tx, organization).await?;
    let Some((ready,)) = query!(within tx, optional (i64,), READY_VERSION, organization, document, version)? else {
        return Ok(false);
    };
    if ready != version {
        let passages = removal.count(tx, document, ready, version).await?;
        removal.forget_other_passages(tx, document, version).await?;
        query!(within tx, execute, PUBLISH, organization, document, version, passages, state.as_str())?;
    }
    Ok(true)
}

impl Store {
    /// Starts writing the passages of a document's current version, without those that an attempt before has left. False if
    /// the document is gone, has another version by now, or answers with this one already.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn begin_passages(&self, organization: OrganizationId, document: DocumentId, version: i64) -> Result<bool> {
        let mut tx = self.begin().await?;
        let tenant = index_revision::next_revision(&mut tx, organization).await?;
        if query!(within &mut tx, optional (String,), OPEN_VERSION, organization, document, version)?.is_none() {
            return Ok(false);
        }
        if query!(within &mut tx, execute, DELETE_VERSION_PASSAGES, organization, document, version)? > 0 {
            query!(within &mut tx, execute, NOTE_VERSION_REMOVAL, organization, tenant.revision, document, version)?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Adds passages to a version that does not answer yet; one whose number is there already is left as it is. False, and
    /// nothing added, if the document is gone, has another version by now, or answers with this one already.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn add_passages(
        &self,
        organization: OrganizationId,
        document: DocumentId,
        version: i64,
        passages: &[Passage],
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        // The organization's number, and nobody publishes or deletes the document in between.
        let tenant = index_revision::next_revision(&mut tx, organization).await?;
        let Some((language,)) = query!(within &mut tx, optional (String,), OPEN_VERSION, organization, document, version)? else {
            return Ok(false);
        };
        tenant.note_language(&mut tx, organization, &language).await?;
        let rules = Rules::of(&language);
        for passage in passages {
            let text = clean(&passage.text);
            let mut place = passage.place.clone();
            place.label = clean(&place.label).into_owned();
            place.headings = place.headings.iter().map(|heading| clean(heading).into_owned()).collect();
            let terms = terms::of_passage(tenant.number, &place, &text, &rules);
            query!(
                within &mut tx, execute, INSERT_PASSAGE, organization, document, version, passage.number, Json(&place), text.as_ref(),
                terms
            )?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// A page of the passages that a document answers with, in reading order.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] if the cursor is not one that this list gave.
    pub async fn passages(
        &self,
        organization: OrganizationId,
        document: DocumentId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Passage>> {
        let limit = limit.clamp(1, 500) as usize;
        let after: i64 = cursor.map_or(Ok(0), |cursor| cursor.parse().map_err(|_| StoreError::Cursor))?;
        let mut items = query!(read self, all Passage, DOCUMENT_PASSAGES, organization, document, after, limit as i64 + 1)?;
        let next = (items.len() > limit).then(|| items.truncate(limit)).and_then(|()| items.last());
        let next = next.map(|last| last.number.to_string());
        Ok(Page { items, next })
    }

    /// How many passages a version has so far, and how many of them `model` has embedded.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn version_progress(
        &self,
        organization: OrganizationId,
        document: DocumentId,
        version: i64,
        model: &str,
    ) -> Result<(i64, i64)> {
        query!(read self, one (i64, i64), VERSION_PROGRESS, organization, document, version, model)
    }
}

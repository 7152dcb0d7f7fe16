//! Words that are indexed anew, because the stemmer is another one than they were indexed by.
//!
//! A document at a time, in one transaction with its counts: it answers by its old stems or by its new ones, never by both.

use model::{DocumentId, OrganizationId, Place};

use super::index_revision::TENANT;
use super::stem::{Rules, STEMS};
use super::{index_revision::Tenant, removal, terms};
use crate::engine::{Store, query};
use crate::error::Result;
use crate::statements::statements;

/// Passages that are read at once.
const CHUNK: i64 = 500;

statements! {
    DOCUMENTS_AFTER = "SELECT id FROM documents WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    INDEXED_DOCUMENT = "SELECT ready_version, language FROM documents WHERE organization_id = $1 AND id = $2";
    INDEXED_PASSAGES = "
        SELECT serial, place, text FROM passages WHERE organization_id = $1 AND document_id = $2 AND serial > $3
        ORDER BY serial LIMIT $4";
    SET_TERMS = "UPDATE passages SET terms = $3 WHERE organization_id = $1 AND serial = $2";
    SET_STEMS = "UPDATE knowledge_tenants SET stems = $2 WHERE organization_id = $1";
}

#[derive(sqlx::FromRow)]
struct Indexed {
    serial: i64,
    #[sqlx(json)]
    place: Place,
    text: String,
}

impl Store {
    /// Whether passages of an organization may be indexed by an older stemmer.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn is_indexed_by_old_stems(&self, organization: OrganizationId) -> Result<bool> {
        Ok(query!(read self, optional Tenant, TENANT, organization)?.is_some_and(|tenant| tenant.stems < STEMS))
    }

    /// An organization's documents in the order of their ids, after one (the nil id for the first).
    ///
    /// # Errors
    /// What the engine says.
    pub async fn documents_after(&self, organization: OrganizationId, after: DocumentId, limit: u32) -> Result<Vec<DocumentId>> {
        let rows = query!(read self, all (DocumentId,), DOCUMENTS_AFTER, organization, after, i64::from(limit))?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Indexes the words of a document's passages anew.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn index_anew(&self, organization: OrganizationId, document: DocumentId) -> Result<()> {
        let mut tx = self.begin().await?;
        let removal = removal::begin(&mut tx, organization).await?;
        let indexed = query!(within &mut tx, optional (i64, String), INDEXED_DOCUMENT, organization, document)?;
        let Some((ready, language)) = indexed else { return Ok(()) };
        removal.count(&mut tx, document, ready, 0).await?;
        let (rules, mut after) = (Rules::of(&language), 0);
        loop {
            let passages = query!(within &mut tx, all Indexed, INDEXED_PASSAGES, organization, document, after, CHUNK)?;
            let Some(last) = passages.last() else { break };
            after = last.serial;
            for Indexed { serial, place, text } in passages {
                let terms = terms::of_passage(removal.tenant.number, &place, &text, &rules);
                query!(within &mut tx, execute, SET_TERMS, organization, serial, terms)?;
            }
        }
        removal.count(&mut tx, document, 0, ready).await?;
        removal.tenant.note_language(&mut tx, organization, &language).await?;
        tx.commit().await
    }

    /// Says that every passage of an organization is indexed by this release's stemmer.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn set_indexed_anew(&self, organization: OrganizationId) -> Result<()> {
        query!(write self, execute, SET_STEMS, organization, STEMS)?;
        Ok(())
    }
}

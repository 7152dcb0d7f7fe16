//! Taking passages out of what answers, with all that is kept of them: counts of terms, and notes for vector indexes.

use std::collections::HashMap;

use model::{CollectionAccess, DocumentId, OrganizationId};
use sqlx::types::Json;

use super::differing::ADD_TERMS;
use super::index_revision::{self, COUNT_TENANT, Tenant};
use super::{citations, terms};
use crate::engine::{Tx, query};
use crate::error::Result;
use crate::statements::statements;

/// Passages whose terms are read at once, and terms that are written at once.
const CHUNK: usize = 1_000;

statements! {
    REMOVED_DOCUMENT = "
        SELECT d.ready_version, c.access, d.deleted_at IS NOT NULL AS deleted FROM documents d
        JOIN collections c ON c.organization_id = d.organization_id AND c.id = d.collection_id
        WHERE d.organization_id = $1 AND d.id = $2";
    OBJECT_KEYS = "SELECT object_key FROM document_versions WHERE organization_id = $1 AND document_id = $2";
    PASSAGE_TERMS = "
        SELECT number, terms FROM passages
        WHERE organization_id = $1 AND document_id = $2 AND version = $3 AND number > $4 ORDER BY number LIMIT $5";
    DELETE_GONE_TERMS = "DELETE FROM knowledge_terms WHERE organization_id = $1 AND passages <= 0";
    NOTE_REMOVAL = "
        INSERT INTO passage_removals (organization_id, revision, document_id, version)
        SELECT DISTINCT p.organization_id, CAST($4 AS BIGINT), p.document_id, p.version
        FROM passages p WHERE p.organization_id = $1 AND p.document_id = $2 AND p.version <> $3
        ON CONFLICT (organization_id, revision, document_id, version) DO NOTHING";
    DELETE_OTHER_PASSAGES = "DELETE FROM passages WHERE organization_id = $1 AND document_id = $2 AND version <> $3";
    // Somebody does not want this page: a visit must not bring it back.
    OMIT_PAGE = "
        INSERT INTO website_omissions (organization_id, website_id, address)
        SELECT d.organization_id, d.website_id, d.address FROM documents d
        WHERE d.organization_id = $1 AND d.id = $2 AND d.website_id IS NOT NULL
        ON CONFLICT (website_id, address) DO NOTHING";
    DELETE_DOCUMENT = "DELETE FROM documents WHERE organization_id = $1 AND id = $2";
}

/// What went with a deletion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// The documents, each with who could read it; none that had been deleted before and could still be brought back.
    pub documents: Vec<(DocumentId, CollectionAccess)>,
    /// The object keys of their files, of every version: nobody knows them any more.
    pub keys: Vec<String>,
}

#[derive(sqlx::FromRow)]
struct RemovedRow {
    ready_version: i64,
    deleted: bool,
    #[sqlx(try_from = "String")]
    access: CollectionAccess,
}

/// A change of what answers, at a revision of its own.
pub(super) struct Removal {
    organization: OrganizationId,
    pub tenant: Tenant,
}

/// Lets visits of its website leave a document's page out.
pub(super) async fn omit_page(tx: &mut Tx, organization: OrganizationId, document: DocumentId) -> Result<()> {
    query!(within tx, execute, OMIT_PAGE, organization, document)?;
    Ok(())
}

/// Must be the transaction's first statement on the organization's rows.
pub(super) async fn begin(tx: &mut Tx, organization: OrganizationId) -> Result<Removal> {
    Ok(Removal { organization, tenant: index_revision::next_revision(tx, organization).await? })
}

impl Removal {
    /// Deletes documents with all that belongs to them, and their words on cues. Pages of a website are left out by its next visits.
    pub async fn documents(&self, tx: &mut Tx, documents: impl Iterator<Item = DocumentId>) -> Result<Removed> {
        let mut removed = Removed::default();
        for document in documents {
            self.document(tx, document, &mut removed).await?;
        }
        Ok(removed)
    }

    async fn document(&self, tx: &mut Tx, document: DocumentId, removed: &mut Removed) -> Result<()> {
        let row = query!(within tx, optional RemovedRow, REMOVED_DOCUMENT, self.organization, document)?;
        let Some(RemovedRow { ready_version, deleted, access }) = row else { return Ok(()) };
        let keys = query!(within tx, all (String,), OBJECT_KEYS, self.organization, document)?;
        self.count(tx, document, ready_version, 0).await?;
        self.forget_other_passages(tx, document, 0).await?;
        citations::forget(tx, self.organization, document).await?;
        omit_page(tx, self.organization, document).await?;
        query!(within tx, execute, DELETE_DOCUMENT, self.organization, document)?;
        if !deleted {
            removed.documents.push((document, access));
        }
        removed.keys.extend(keys.into_iter().map(|(key,)| key));
        Ok(())
    }

    /// Deletes the document's passages of all versions but one.
    pub async fn forget_other_passages(&self, tx: &mut Tx, document: DocumentId, kept: i64) -> Result<()> {
        query!(within tx, execute, NOTE_REMOVAL, self.organization, document, kept, self.tenant.revision)?;
        query!(within tx, execute, DELETE_OTHER_PASSAGES, self.organization, document, kept)?;
        Ok(())
    }

    /// Keeps the counts true when a document's `new` version answers instead of the `old` one; 0 is none. Gives how many
    /// passages the new one has.
    pub async fn count(&self, tx: &mut Tx, document: DocumentId, old: i64, new: i64) -> Result<i64> {
        let mut terms: HashMap<String, i64> = HashMap::new();
        let (gone, gone_tokens) = self.tally(tx, document, old, -1, &mut terms).await?;
        let (come, come_tokens) = self.tally(tx, document, new, 1, &mut terms).await?;
        terms.retain(|_, passages| *passages != 0);
        let terms: Vec<(String, i64)> = terms.into_iter().collect();
        for chunk in terms.chunks(CHUNK) {
            let chunk: HashMap<&str, i64> = chunk.iter().map(|(term, passages)| (term.as_str(), *passages)).collect();
            query!(within tx, execute, ADD_TERMS, self.organization, Json(&chunk))?;
        }
        if gone > 0 {
            query!(within tx, execute, DELETE_GONE_TERMS, self.organization)?;
        }
        query!(within tx, execute, COUNT_TENANT, self.organization, come - gone, come_tokens - gone_tokens)?;
        Ok(come)
    }

    /// Adds a version's terms, `sign` for each passage that has one; gives its passages and tokens.
    async fn tally(
        &self,
        tx: &mut Tx,
        document: DocumentId,
        version: i64,
        sign: i64,
        into: &mut HashMap<String, i64>,
    ) -> Result<(i64, i64)> {
        let (mut passages, mut tokens, mut after) = (0, 0, 0);
        // No version 0 has passages.
        loop {
            let rows = query!(within tx, all (i64, String), PASSAGE_TERMS, self.organization, document, version, after, CHUNK as i64)?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            for (_, text) in &rows {
                let mut own: Vec<&str> = terms::stored(text).collect();
                passages += 1;
                // Other spellings make a passage no longer.
                tokens += own.iter().take_while(|term| !term.is_empty()).count() as i64;
                own.retain(|term| !term.is_empty());
                own.sort_unstable();
                own.dedup();
                for term in own {
                    match into.get_mut(term) {
                        Some(count) => *count += sign,
                        None => drop(into.insert(term.to_owned(), sign)),
                    }
                }
            }
        }
        Ok((passages, tokens))
    }
}

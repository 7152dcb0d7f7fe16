//! An organization's number, revision and counts: the row that everything which changes what answers takes first, so that
//! changes of one organization follow each other and readers never miss a revision.

use model::OrganizationId;
use sqlx::types::Json;

use super::stem::{Rules, STEMS, USUAL};
use crate::engine::{Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    NEXT_REVISION = "
        UPDATE knowledge_tenants SET revision = revision + 1 WHERE organization_id = $1
        RETURNING number, revision, passages, tokens, languages, stems";
    FIRST_REVISION = "
        INSERT INTO knowledge_tenants (organization_id, revision, passages, tokens, stems) VALUES ($1, 1, 0, 0, $2)
        ON CONFLICT (organization_id) DO UPDATE SET revision = knowledge_tenants.revision + 1
        RETURNING number, revision, passages, tokens, languages, stems";
    TENANT = "SELECT number, revision, passages, tokens, languages, stems FROM knowledge_tenants WHERE organization_id = $1";
    SET_LANGUAGES = "UPDATE knowledge_tenants SET languages = $2 WHERE organization_id = $1";
    COUNT_TENANT = "UPDATE knowledge_tenants SET passages = passages + $2, tokens = tokens + $3 WHERE organization_id = $1";
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Tenant {
    /// Goes before each of its terms.
    pub number: i64,
    pub revision: i64,
    /// Passages that answer.
    pub passages: i64,
    /// Tokens in them.
    pub tokens: i64,
    /// Of its documents, each once; empty for one that nobody could tell.
    #[sqlx(json)]
    languages: Vec<String>,
    /// By which stemmer all its passages are indexed at least.
    pub stems: i64,
}

impl Tenant {
    /// How the words of a question are stemmed here: as in any of the organization's documents.
    pub fn rules(&self) -> Vec<Rules> {
        let mut languages: Vec<&str> = self.languages.iter().map(|language| if language.is_empty() { USUAL } else { language }).collect();
        if languages.is_empty() || self.stems < STEMS {
            languages.push(USUAL);
        }
        languages.sort_unstable();
        languages.dedup();
        languages.into_iter().map(Rules::of).collect()
    }

    /// Remembers that there is a document in this language; the organization's row is locked.
    pub async fn note_language(&self, tx: &mut Tx, organization: OrganizationId, language: &str) -> Result<()> {
        if !self.languages.iter().any(|known| known == language) {
            let languages: Vec<&str> = self.languages.iter().map(String::as_str).chain([language]).collect();
            query!(within tx, execute, SET_LANGUAGES, organization, Json(&languages))?;
        }
        Ok(())
    }
}

/// Takes the next revision; others who want one wait until this transaction ends.
pub(super) async fn next_revision(tx: &mut Tx, organization: OrganizationId) -> Result<Tenant> {
    if let Some(tenant) = query!(within tx, optional Tenant, NEXT_REVISION, organization)? {
        return Ok(tenant);
    }
    query!(within tx, one Tenant, FIRST_REVISION, organization, STEMS)
}

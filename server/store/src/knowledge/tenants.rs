//! An organization's number, revision and counts: the row that everything which changes what answers takes first, so that
//! changes of one organization follow each other and readers never miss a revision.

use model::OrganizationId;

use crate::engine::{Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    NEXT_REVISION = "
        UPDATE knowledge_tenants SET revision = revision + 1 WHERE organization_id = $1
        RETURNING number, revision, passages, tokens";
    FIRST_REVISION = "
        INSERT INTO knowledge_tenants (organization_id, revision, passages, tokens) VALUES ($1, 1, 0, 0)
        ON CONFLICT (organization_id) DO UPDATE SET revision = knowledge_tenants.revision + 1
        RETURNING number, revision, passages, tokens";
    TENANT = "SELECT number, revision, passages, tokens FROM knowledge_tenants WHERE organization_id = $1";
    COUNT_TENANT = "UPDATE knowledge_tenants SET passages = passages + $2, tokens = tokens + $3 WHERE organization_id = $1";
}

#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct Tenant {
    /// Goes before each of its terms.
    pub number: i64,
    pub revision: i64,
    /// Passages that answer.
    pub passages: i64,
    /// Tokens in them.
    pub tokens: i64,
}

/// Takes the next revision; others who want one wait until this transaction ends.
pub(super) async fn next_revision(tx: &mut Tx, organization: OrganizationId) -> Result<Tenant> {
    if let Some(tenant) = query!(within tx, optional Tenant, NEXT_REVISION, organization)? {
        return Ok(tenant);
    }
    query!(within tx, one Tenant, FIRST_REVISION, organization)
}

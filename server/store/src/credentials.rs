//! Sealed credentials for other services; what opens them is not in the database.

use chrono::{DateTime, SubsecRound, Utc};
use model::OrganizationId;

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    PUT_CREDENTIAL = "
        INSERT INTO credentials (organization_id, name, sealed, updated_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (organization_id, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at";
    REPLACE_CREDENTIAL = "UPDATE credentials SET sealed = $4 WHERE organization_id = $1 AND name = $2 AND sealed = $3";
    DELETE_CREDENTIAL = "DELETE FROM credentials WHERE organization_id = $1 AND name = $2";
    CREDENTIAL = "SELECT sealed FROM credentials WHERE organization_id = $1 AND name = $2";
    CREDENTIAL_NAMES = "SELECT name, updated_at FROM credentials WHERE organization_id = $1 ORDER BY name";
    // For a change of keys, which concerns the whole server.
    CREDENTIALS_AFTER = "
        SELECT organization_id, name, sealed FROM credentials WHERE (organization_id, name) > ($1, $2)
        ORDER BY organization_id, name LIMIT $3";
}

/// Keeps a credential in the place of the one before.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the organization is gone.
pub async fn put(tx: &mut Tx, organization: OrganizationId, name: &str, sealed: &str, at: DateTime<Utc>) -> Result<()> {
    query!(within tx, execute, PUT_CREDENTIAL, organization, name, sealed, at.trunc_subsecs(6))?;
    Ok(())
}

/// Puts the same credential under another key; false if it was changed meanwhile.
///
/// # Errors
/// What the engine says.
pub async fn reseal(tx: &mut Tx, organization: OrganizationId, name: &str, before: &str, after: &str) -> Result<bool> {
    Ok(query!(within tx, execute, REPLACE_CREDENTIAL, organization, name, before, after)? > 0)
}

/// Forgets a credential; false if there is none.
///
/// # Errors
/// What the engine says.
pub async fn delete(tx: &mut Tx, organization: OrganizationId, name: &str) -> Result<bool> {
    Ok(query!(within tx, execute, DELETE_CREDENTIAL, organization, name)? > 0)
}

impl Store {
    /// A sealed credential.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn credential(&self, organization: OrganizationId, name: &str) -> Result<Option<String>> {
        Ok(query!(read self, optional (String,), CREDENTIAL, organization, name)?.map(|(sealed,)| sealed))
    }

    /// Which credentials there are and when they were set.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn credential_names(&self, organization: OrganizationId) -> Result<Vec<(String, DateTime<Utc>)>> {
        query!(read self, all (String, DateTime<Utc>), CREDENTIAL_NAMES, organization)
    }

    /// Sealed credentials of all organizations after one, in order.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn credentials_after(
        &self,
        organization: OrganizationId,
        name: &str,
        limit: i64,
    ) -> Result<Vec<(OrganizationId, String, String)>> {
        query!(read self, all (OrganizationId, String, String), CREDENTIALS_AFTER, organization, name, limit)
    }
}

//! Answers that are given again to a request that comes again with the same `Idempotency-Key`.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound, Utc};
use model::OrganizationId;
use sqlx::types::Json;
use uuid::Uuid;

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    BEGIN_KEY = "
        INSERT INTO idempotency_keys (organization_id, member_id, key, fingerprint, status, headers, body, created_at)
        VALUES ($1, $2, $3, $4, NULL, $5, $6, $7)
        ON CONFLICT (organization_id, member_id, key) DO UPDATE
            SET fingerprint = excluded.fingerprint, status = NULL, headers = excluded.headers, body = excluded.body,
                created_at = excluded.created_at, done = FALSE
            WHERE idempotency_keys.created_at < $8 OR (idempotency_keys.status IS NULL AND NOT idempotency_keys.done AND idempotency_keys.created_at < $9)";
    KEY = "SELECT fingerprint, status, headers, body, done, created_at FROM idempotency_keys WHERE organization_id = $1 AND member_id = $2 AND key = $3";
    FINISH_KEY = "
        UPDATE idempotency_keys SET status = $4, headers = $5, body = $6, fingerprint = $7
        WHERE organization_id = $1 AND member_id = $2 AND key = $3";
    TOUCH_KEY = "
        UPDATE idempotency_keys SET created_at = $4
        WHERE organization_id = $1 AND member_id = $2 AND key = $3 AND status IS NULL";
    // Within the commit of what was asked.
    DONE_KEY = "
        UPDATE idempotency_keys SET done = TRUE WHERE organization_id = $1 AND member_id = $2 AND key = $3 AND status IS NULL";
    DROP_KEY = "DELETE FROM idempotency_keys WHERE organization_id = $1 AND member_id = $2 AND key = $3 AND (NOT done OR $4)";
    FORGET_KEYS = "DELETE FROM idempotency_keys WHERE created_at < $1";
}

/// Whose key it is.
#[derive(Clone, Copy, Debug)]
pub struct KeyOf<'a> {
    /// Of which organization.
    pub organization: OrganizationId,
    /// Of which member.
    pub member: Uuid,
    /// The header's value.
    pub key: &'a str,
}

/// A request that was made with a key before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRequest {
    /// SHA-256 of what was asked.
    pub fingerprint: Vec<u8>,
    /// The answer; none while the first request runs, or if the server died in the middle of it.
    pub answer: Option<KeptAnswer>,
    /// Whether something of what was asked was committed.
    pub done: bool,
    /// When it was last noted that it is being done.
    pub noted_at: DateTime<Utc>,
}

/// An answer to give again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// HTTP's.
    pub status: u16,
    /// Those that matter.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Notes, together with what it changes, that the request with this key was done: it is not done again, even if its answer is lost. Nothing
/// happens to one that is answered.
///
/// # Errors
/// What the engine says.
pub async fn done(tx: &mut Tx, of: KeyOf<'_>) -> Result<()> {
    query!(within tx, execute, DONE_KEY, of.organization, of.member, of.key)?;
    Ok(())
}

impl Store {
    /// Notes that a request with this key begins; false if the key is known since `not_before` (see [`Store::known_request`]), and if
    /// its request was neither answered nor done, since `dead_before`.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] if the organization is gone.
    pub async fn begin_request(
        &self,
        of: KeyOf<'_>,
        fingerprint: &[u8],
        now: DateTime<Utc>,
        not_before: DateTime<Utc>,
        dead_before: DateTime<Utc>,
    ) -> Result<bool> {
        let (nothing, headers): (&[u8], _) = (&[], Json(BTreeMap::<String, String>::new()));
        let begun = query!(
            write self, execute, BEGIN_KEY, of.organization, of.member, of.key, fingerprint, headers, nothing, now.trunc_subsecs(6),
            not_before.trunc_subsecs(6), dead_before.trunc_subsecs(6)
        )?;
        Ok(begun > 0)
    }

    /// The request that was made with a key.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn known_request(&self, of: KeyOf<'_>) -> Result<Option<KnownRequest>> {
        type Row = (Vec<u8>, Option<i64>, Json<BTreeMap<String, String>>, Vec<u8>, bool, DateTime<Utc>);
        let found = query!(read self, optional Row, KEY, of.organization, of.member, of.key)?;
        Ok(found.map(|(fingerprint, status, headers, body, done, noted_at)| {
            let status = status.and_then(|status| u16::try_from(status).ok());
            let answer = status.map(|status| KeptAnswer { status, headers: headers.0, body });
            KnownRequest { fingerprint, answer, done, noted_at }
        }))
    }

    /// Notes that a request that is not answered yet is still being done.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn touch_request(&self, of: KeyOf<'_>, now: DateTime<Utc>) -> Result<()> {
        query!(write self, execute, TOUCH_KEY, of.organization, of.member, of.key, now.trunc_subsecs(6))?;
        Ok(())
    }

    /// Keeps a request's answer, and what was asked.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn finish_request(&self, of: KeyOf<'_>, fingerprint: &[u8], answer: &KeptAnswer) -> Result<()> {
        query!(
            write self, execute, FINISH_KEY, of.organization, of.member, of.key, i64::from(answer.status), Json(&answer.headers),
            &answer.body, fingerprint
        )?;
        Ok(())
    }

    /// Forgets a key whose request changed nothing, so that it may be tried again. False, and the key stays, if something of it was done,
    /// unless it may go `even_done`.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn drop_request(&self, of: KeyOf<'_>, even_done: bool) -> Result<bool> {
        Ok(query!(write self, execute, DROP_KEY, of.organization, of.member, of.key, even_done)? > 0)
    }

    /// Forgets keys older than a time; gives how many.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn forget_requests(&self, before: DateTime<Utc>) -> Result<u64> {
        query!(write self, execute, FORGET_KEYS, before.trunc_subsecs(6))
    }
}

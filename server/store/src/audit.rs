//! The audit log: append-only, and chained by hashes per organization, so that a change behind the server's back shows.
//!
//! An entry's hash is SHA-256 over the hash before it (32 zero bytes for the first), the organization and the entry's fields, each
//! with its length before it. The head of the chain is kept beside it, so that entries missing at the end show too.

use chrono::{DateTime, SubsecRound, Utc};
use model::{MemberId, OrganizationId, Page};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::engine::{Store, Tx, query};
use crate::error::{Result, StoreError};
use crate::statements::statements;

statements! {
    // Takes the row's lock: one appender per organization at a time.
    NEXT_AUDIT_NUMBER = "
        INSERT INTO audit_heads (organization_id, number, hash) VALUES ($1, 1, $2)
        ON CONFLICT (organization_id) DO UPDATE SET number = audit_heads.number + 1
        RETURNING number, hash";
    INSERT_AUDIT = "
        INSERT INTO audit_entries (organization_id, number, actor, action, subject, details, at, hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    SET_AUDIT_HEAD = "UPDATE audit_heads SET hash = $2 WHERE organization_id = $1";
    AUDIT_HEAD = "SELECT number, hash FROM audit_heads WHERE organization_id = $1";
    AUDIT_ENTRIES = "
        SELECT number, actor, action, subject, details, at, hash
        FROM audit_entries WHERE organization_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3";
    AUDIT_CHAIN = "
        SELECT number, actor, action, subject, details, at, hash
        FROM audit_entries WHERE organization_id = $1 AND number > $2 ORDER BY number LIMIT $3";
}

/// Entries that are checked at a time.
const CHUNK: i64 = 1_000;

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct AuditEntry {
    /// 1, 2, 3 … within the organization.
    pub number: i64,
    /// Who; none for the server itself.
    pub actor: Option<MemberId>,
    /// What, for example `call.deleted`.
    pub action: String,
    /// To what, usually an id.
    pub subject: String,
    /// How.
    pub details: Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a check of the chain found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Entries that are as they were written, from the first on.
    pub entries: u64,
    /// Number of the first entry that was changed or is missing.
    pub first_broken: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct AuditRow {
    number: i64,
    actor: Option<MemberId>,
    action: String,
    subject: String,
    details: String,
    at: DateTime<Utc>,
    hash: Vec<u8>,
}

/// Adds an entry within the change that it tells of.
///
/// # Errors
/// [`StoreError::Missing`] if the organization is gone.
pub async fn append(
    tx: &mut Tx,
    organization: OrganizationId,
    actor: Option<MemberId>,
    action: &str,
    subject: &str,
    details: &Value,
    at: DateTime<Utc>,
) -> Result<()> {
    let before: &[u8] = &[0; 32];
    let (number, previous) = query!(within tx, one (i64, Vec<u8>), NEXT_AUDIT_NUMBER, organization, before)?;
    let (action, subject) = (action.to_owned(), subject.to_owned());
    let row = AuditRow { number, actor, action, subject, details: details.to_string(), at: at.trunc_subsecs(6), hash: Vec::new() };
    let hash = row.hash_after(organization, &previous);
    query!(
        within tx, execute, INSERT_AUDIT, organization, row.number, row.actor, &row.action, &row.subject, &row.details, row.at, &hash
    )?;
    query!(within tx, execute, SET_AUDIT_HEAD, organization, &hash)?;
    Ok(())
}

impl Store {
    /// Adds an entry of its own.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the organization is gone.
    pub async fn append(
        &self,
        organization: OrganizationId,
        actor: Option<MemberId>,
        action: &str,
        subject: &str,
        details: &Value,
        at: DateTime<Utc>,
    ) -> Result<()> {
        // What was done must not be missing here, a deletion on a full disk least of all.
        self.urgent(|| self.append_once(organization, actor, action, subject, details, at)).await
    }

    async fn append_once(
        &self,
        organization: OrganizationId,
        actor: Option<MemberId>,
        action: &str,
        subject: &str,
        details: &Value,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        append(&mut tx, organization, actor, action, subject, details, at).await?;
        tx.commit().await
    }

    /// A page of entries, newest first.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] if the cursor is not one that this list gave.
    pub async fn entries(&self, organization: OrganizationId, cursor: Option<&str>, limit: u32) -> Result<Page<AuditEntry>> {
        let before = match cursor {
            None => i64::MAX,
            Some(text) => text.parse().ok().filter(|number| *number > 0).ok_or(StoreError::Cursor)?,
        };
        let limit = i64::from(limit.clamp(1, 500));
        let rows = query!(read self, all AuditRow, AUDIT_ENTRIES, organization, before, limit)?;
        let next = rows.last().map(|row| row.number).filter(|number| *number > 1 && rows.len() as i64 == limit);
        Ok(Page { items: rows.into_iter().map(AuditRow::into_entry).collect(), next: next.map(|number| number.to_string()) })
    }

    /// Checks the chain from the first entry to the head.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn verify(&self, organization: OrganizationId) -> Result<Verified> {
        let head = query!(read self, optional (i64, Vec<u8>), AUDIT_HEAD, organization)?;
        let (last, head) = head.unwrap_or((0, vec![0; 32]));
        let (mut number, mut hash) = (0, vec![0; 32]);
        loop {
            let rows = query!(read self, all AuditRow, AUDIT_CHAIN, organization, number, CHUNK)?;
            let whole = rows.len() as i64 == CHUNK;
            // What was appended after the head was read is the next check's.
            for row in rows.into_iter().take_while(|row| row.number <= last) {
                if row.number != number + 1 || row.hash != row.hash_after(organization, &hash) {
                    return Ok(Verified { entries: number as u64, first_broken: Some(number + 1) });
                }
                (number, hash) = (row.number, row.hash);
            }
            if !whole || number >= last {
                break;
            }
        }
        let broken = number != last || hash != head;
        Ok(Verified { entries: number as u64, first_broken: broken.then_some(if number == last { last } else { number + 1 }) })
    }
}

impl AuditRow {
    fn hash_after(&self, organization: OrganizationId, previous: &[u8]) -> Vec<u8> {
        let actor = self.actor.map(|actor| actor.0.into_bytes());
        let at = self.at.timestamp_micros().to_be_bytes();
        let number = self.number.to_be_bytes();
        let fields: [&[u8]; 8] = [
            previous,
            organization.0.as_bytes(),
            &number,
            actor.as_ref().map_or(&[], |bytes| bytes.as_slice()),
            self.action.as_bytes(),
            self.subject.as_bytes(),
            self.details.as_bytes(),
            &at,
        ];
        let mut hash = Sha256::new();
        for field in fields {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
        hash.finalize().to_vec()
    }

    fn into_entry(self) -> AuditEntry {
        let details = serde_json::from_str(&self.details).unwrap_or(Value::String(self.details));
        AuditEntry { number: self.number, actor: self.actor, action: self.action, subject: self.subject, details, at: self.at }
    }
}

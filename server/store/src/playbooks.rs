//! Versions of organizations' playbooks. Without a row an organization has the one that comes with the release.

use chrono::{DateTime, SubsecRound, Utc};
use model::{MemberId, OrganizationId, Page, PlaybookContent, PlaybookVersion};
use sqlx::types::Json;
use uuid::Uuid;

use crate::cursor::Cursor;
use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    INSERT_PLAYBOOK = "
        INSERT INTO playbooks (organization_id, version, content, member_id, created_at) VALUES ($1, $2, $3, $4, $5)";
    NEWEST_PLAYBOOK = "SELECT version FROM playbooks WHERE organization_id = $1 ORDER BY version DESC LIMIT 1";
    PLAYBOOK = "
        SELECT version, member_id AS created_by, created_at, content FROM playbooks WHERE organization_id = $1 AND version = $2";
    PLAYBOOKS = "
        SELECT version, member_id AS created_by, created_at FROM playbooks
        WHERE organization_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3";
}

/// A version with what is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPlaybook {
    /// Which, whose and of when.
    pub version: PlaybookVersion,
    /// What is in it, as JSON: another release may have written it.
    pub content: serde_json::Value,
}

#[derive(sqlx::FromRow)]
struct PlaybookRow {
    #[sqlx(flatten)]
    version: PlaybookVersion,
    content: Json<serde_json::Value>,
}

/// Keeps a new version.
///
/// # Errors
/// [`crate::StoreError::Taken`] if there is this version already; [`crate::StoreError::Missing`] if the organization is gone.
pub async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    version: i64,
    content: &PlaybookContent,
    member: MemberId,
    at: DateTime<Utc>,
) -> Result<()> {
    query!(within tx, execute, INSERT_PLAYBOOK, organization, version, Json(content), member, at.trunc_subsecs(6))?;
    Ok(())
}

/// As [`Store::playbook_version`], within a unit of work.
///
/// # Errors
/// What the engine says.
pub async fn version(tx: &mut Tx, organization: OrganizationId) -> Result<Option<i64>> {
    Ok(query!(within tx, optional (i64,), NEWEST_PLAYBOOK, organization)?.map(|(version,)| version))
}

impl Store {
    /// The newest version of an organization's playbook; none if it has none of its own.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn playbook_version(&self, organization: OrganizationId) -> Result<Option<i64>> {
        Ok(query!(read self, optional (i64,), NEWEST_PLAYBOOK, organization)?.map(|(version,)| version))
    }

    /// A version of an organization's playbook.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn playbook(&self, organization: OrganizationId, version: i64) -> Result<Option<StoredPlaybook>> {
        let row = query!(read self, optional PlaybookRow, PLAYBOOK, organization, version)?;
        Ok(row.map(|row| StoredPlaybook { version: row.version, content: row.content.0 }))
    }

    /// A page of the versions of an organization's playbook, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError::Cursor`] if the cursor is not one that this list gave.
    pub async fn playbooks(&self, organization: OrganizationId, cursor: Option<&str>, limit: u32) -> Result<Page<PlaybookVersion>> {
        let limit = limit.clamp(1, 500) as usize;
        let before = i64::try_from(Cursor::parse("playbooks", cursor)?.id.as_u128()).unwrap_or(i64::MAX);
        let mut items = query!(read self, all PlaybookVersion, PLAYBOOKS, organization, before, limit as i64 + 1)?;
        let next = (items.len() > limit).then(|| items.truncate(limit)).and_then(|()| items.last());
        let next = next.map(|last| {
            let id = Uuid::from_u128(u128::try_from(last.version).unwrap_or_default());
            Cursor { at: last.created_at, id }.text("playbooks")
        });
        Ok(Page { items, next })
    }
}

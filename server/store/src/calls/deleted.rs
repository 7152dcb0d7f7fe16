//! Calls that somebody deleted a moment ago: no list, search or page has them, and they can be brought back.

use chrono::{DateTime, SubsecRound, Utc};
use model::{Call, CallId, OrganizationId};

use super::columns;
use super::index;
use super::row::CallRow;
use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    HIDE_CALL = "UPDATE calls SET deleted_at = $3 WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL";
    RESTORE_CALL = "UPDATE calls SET deleted_at = NULL WHERE organization_id = $1 AND id = $2 AND deleted_at > $3";
    ERASE_CALL = "DELETE FROM calls WHERE organization_id = $1 AND id = $2 AND deleted_at <= $3";
    DELETED_CALL = concat!("SELECT ", columns!(), " FROM calls WHERE organization_id = $1 AND id = $2 AND deleted_at > $3");
    CALL_OR_DELETED = concat!("SELECT ", columns!(), " FROM calls WHERE organization_id = $1 AND id = $2");
}

/// Takes a call out of everybody's sight, with all that belongs to it; its recording stays for now. False if there is no such call.
///
/// # Errors
/// What the engine says.
pub async fn hide(tx: &mut Tx, organization: OrganizationId, call: CallId, at: DateTime<Utc>) -> Result<bool> {
    let hidden = query!(within tx, execute, HIDE_CALL, organization, call, at.trunc_subsecs(6))? > 0;
    if hidden {
        index::forget(tx, organization, call).await?;
    }
    Ok(hidden)
}

/// Brings a call back that was deleted after a moment, as it was. False if there is none.
///
/// # Errors
/// What the engine says.
pub async fn restore(tx: &mut Tx, organization: OrganizationId, call: CallId, after: DateTime<Utc>) -> Result<bool> {
    let restored = query!(within tx, execute, RESTORE_CALL, organization, call, after.trunc_subsecs(6))? > 0;
    if restored {
        index::reindex(tx, organization, call).await?;
    }
    Ok(restored)
}

/// Deletes a call for good that was deleted at that moment or before, as [`super::delete`] does. False if there is none: it was brought back.
///
/// # Errors
/// What the engine says.
pub async fn erase(tx: &mut Tx, organization: OrganizationId, call: CallId, until: DateTime<Utc>) -> Result<bool> {
    Ok(query!(within tx, execute, ERASE_CALL, organization, call, until.trunc_subsecs(6))? > 0)
}

impl Store {
    /// A call that was deleted after this moment and can be brought back.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn deleted_call(&self, organization: OrganizationId, call: CallId, after: DateTime<Utc>) -> Result<Option<Call>> {
        Ok(query!(read self, optional CallRow, DELETED_CALL, organization, call, after.trunc_subsecs(6))?.map(Call::from))
    }

    /// A call, though it may have been deleted and wait for its end: for what keeps its files. Nobody is shown it.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn call_or_deleted(&self, organization: OrganizationId, call: CallId) -> Result<Option<Call>> {
        Ok(query!(read self, optional CallRow, CALL_OR_DELETED, organization, call)?.map(Call::from))
    }
}

//! Which version of the organization's playbook a call was heard with.

use model::{CallId, OrganizationId};

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    NOTE_PLAYBOOK = "UPDATE calls SET playbook_version = $3 WHERE organization_id = $1 AND id = $2";
    PLAYBOOK_OF_CALL = "SELECT playbook_version FROM calls WHERE organization_id = $1 AND id = $2";
}

/// Notes with which version of the playbook a call is heard from now on; none is the one that comes with the release. Does not touch
/// `updated_at`. False if the call is gone.
///
/// # Errors
/// What the engine says.
pub async fn note_playbook(tx: &mut Tx, organization: OrganizationId, call: CallId, version: Option<i64>) -> Result<bool> {
    Ok(query!(within tx, execute, NOTE_PLAYBOOK, organization, call, version)? > 0)
}

impl Store {
    /// With which version of the playbook a call was heard; none for the one that comes with the release, a call that has not been live yet,
    /// and one that is gone.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn playbook_of_call(&self, organization: OrganizationId, call: CallId) -> Result<Option<i64>> {
        Ok(query!(read self, optional (Option<i64>,), PLAYBOOK_OF_CALL, organization, call)?.and_then(|(version,)| version))
    }
}

//! Playbooks: what calls listen for, what a suggestion says then, and which of its topics documents may speak to.
//!
//! An organization's playbook is data with versions: each change is a new one, none is ever changed, so a call is always heard, and heard
//! again, with the one that it began with. Who has none of their own has the built-in one, version 0, which comes with the release.

mod compiled;

use kernel::{Actor, Area, DomainError, Erasure, Kernel, Permission, PermissionEntry, PersonalData, Result, Whose};
use model::{
    Channel, Code, CueKind, NewPlaybook, OrganizationId, Page, PlaybookContent, PlaybookDetail, PlaybookVersion, Problem, Role, Topic,
};
use serde_json::json;
use store::StoreError;

pub use self::compiled::PlaybooksState;
pub(crate) use self::compiled::{CompiledPlaybook, current, of_version};

/// May see the playbook and its versions.
pub const READ: Permission = Permission::new("playbooks.read");
/// May save new versions of the playbook.
pub const MANAGE: Permission = Permission::new("playbooks.manage");

/// What this area hands to the binary.
pub const AREA: Area = Area {
    permissions: &[
        PermissionEntry { permission: READ, doc: "See the playbook: what calls listen for, and its versions.", least: Role::Guest },
        PermissionEntry { permission: MANAGE, doc: "Save new versions of the playbook.", least: Role::Manager },
    ],
    events: &[PlaybookUpdated::ENTRY],
    personal_data: &[
        PersonalData::deleted("playbooks", "member_id", Whose::Member, "as long as the organization").but(Erasure::Empty(&["member_id"]))
    ],
    ..Area::new("playbooks")
};

kernel::event! {
    /// A new version of the playbook was saved; calls that go live from now on are heard with it.
    PlaybookUpdated = "playbook.updated", of version, belongs to nobody, sees all: None, {
        /// The version.
        version: i64,
    }
}

/// Most versions on a page of the list.
pub const MAX_PAGE: u32 = 100;
/// The number of the playbook that comes with the release.
const BUILT_IN: i64 = 0;

/// The playbook that calls are heard with now.
///
/// # Errors
/// `forbidden` without [`READ`].
pub async fn newest(kernel: &Kernel, actor: &Actor) -> Result<PlaybookDetail> {
    actor.require(READ)?;
    let version = kernel.store().playbook_version(actor.organization).await?;
    get(kernel, actor, version.unwrap_or(BUILT_IN)).await
}

/// A version of the organization's playbook; 0 is the one that comes with the release.
///
/// # Errors
/// `not_found`; `forbidden` without [`READ`].
pub async fn get(kernel: &Kernel, actor: &Actor, version: i64) -> Result<PlaybookDetail> {
    actor.require(READ)?;
    if version == BUILT_IN {
        let entries = live::Playbook::built_in_content().entries.clone();
        return Ok(PlaybookDetail { version, created_by: None, created_at: None, entries });
    }
    let stored = kernel.store().playbook(actor.organization, version).await?;
    let stored = stored.ok_or_else(|| DomainError::no_such("version of the playbook"))?;
    let PlaybookVersion { created_by, created_at, .. } = stored.version;
    let entries = compiled::read(stored.content)?.entries;
    Ok(PlaybookDetail { version, created_by, created_at: Some(created_at), entries })
}

/// A page of the organization's own versions, newest first.
///
/// # Errors
/// `invalid` for a cursor of another list; `forbidden` without [`READ`].
pub async fn versions(kernel: &Kernel, actor: &Actor, cursor: Option<&str>, limit: u32) -> Result<Page<PlaybookVersion>> {
    actor.require(READ)?;
    kernel.store().playbooks(actor.organization, cursor, limit.clamp(1, MAX_PAGE)).await.map_err(|error| match error {
        StoreError::Cursor => Problem::of_field("cursor", "This is no place in the list. Start at its beginning.").into(),
        error => error.into(),
    })
}

/// Saves a new version. Calls that go live from now on are heard with it; those that are live keep theirs.
///
/// # Errors
/// `invalid` with a sentence that names the entry; `conflict` if `expected_version` isn't the newest one any more; `forbidden` without
/// [`MANAGE`].
pub async fn save(kernel: &Kernel, actor: &Actor, new: NewPlaybook) -> Result<PlaybookVersion> {
    actor.require(MANAGE)?;
    let member = actor.member()?.id;
    let (content, playbook) = compiled::check(PlaybookContent { entries: new.entries }.cleaned()).await?;
    let mut tx = kernel.begin(actor).await?;
    let newest = store::playbooks::version(&mut tx, actor.organization).await?.unwrap_or(BUILT_IN);
    if new.expected_version != newest {
        return Err(conflict(new.expected_version, Some(newest)));
    }
    let (version, created_at) = (newest + 1, tx.at());
    match store::playbooks::insert(&mut tx, actor.organization, version, &content, member, created_at).await {
        // Somebody else was quicker by less than this unit of work.
        Err(StoreError::Taken(_)) => return Err(conflict(new.expected_version, None)),
        inserted => inserted?,
    }
    tx.audit("playbook.updated", version, json!({ "entries": content.entries.len() })).await?;
    tx.emit(&PlaybookUpdated { version }).await?;
    tx.commit().await?;
    compiled::keep(kernel, actor.organization, version, playbook);
    Ok(PlaybookVersion { version, created_by: Some(member), created_at })
}

fn conflict(expected: i64, newest: Option<i64>) -> DomainError {
    let message = match newest {
        Some(newest) if newest < expected => format!("There is no version {expected} of the playbook. Version {newest} is the newest."),
        _ => "Somebody else has saved the playbook meanwhile. Load it again and repeat your change.".to_owned(),
    };
    DomainError::new(Code::Conflict, message)
}

/// Whether documents may have something to say to cues of this kind.
pub(crate) fn is_answered(kind: CueKind) -> bool {
    matches!(kind, CueKind::Question | CueKind::Objection | CueKind::Competitor | CueKind::BuyingSignal | CueKind::Risk)
}

/// The topics of the organization's playbook whose cues may have a passage.
pub(crate) async fn topics(kernel: &Kernel, organization: OrganizationId) -> Result<Vec<Topic>> {
    let current = current(kernel, organization).await?;
    let entries = current.playbook.entries().iter().filter(|entry| is_answered(entry.kind) && entry.speaker.is(Channel::Customer));
    Ok(entries.map(|entry| Topic { id: entry.id.clone(), title: entry.title.clone() }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_says_what_to_do() {
        for (expected, newest, says) in [(1, Some(2), "Load it again"), (1, None, "Load it again"), (3, Some(0), "Version 0 is the newest")]
        {
            assert!(conflict(expected, newest).sentence().contains(says), "{expected} {newest:?}");
        }
    }
}

//! Calls: their settings, their life and their list.

mod deleted;
mod index;
mod playbook;
mod row;
mod search;

use chrono::{DateTime, SubsecRound, Utc};
use model::{Call, CallFilter, CallHit, CallId, CallState, MemberId, Millis, OrganizationId, Page};
use sqlx::types::Json;
use terms::Query;

use self::row::{CallRow, as_before};
use crate::cursor::{Cursor, end_of_time};
use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

macro_rules! columns {
    () => {
        "id, organization_id, member_id, title, contact_name, company, kind, language, vocabulary, state, source, \
         recognizer, verbosity, consent_who, consent_how, consent_at, keep_audio, rep_name, customer_name, notes, \
         started_at, ended_at, duration_ms, created_at, updated_at, sides_swapped, participants, tracks, time_zone"
    };
}
use columns;

macro_rules! unfinished {
    () => {
        "c.organization_id, c.id, c.state, c.owner, c.epoch, \
         CASE WHEN s.renewed_at > COALESCE(c.last_seen_at, c.updated_at) THEN s.renewed_at ELSE COALESCE(c.last_seen_at, c.updated_at) END \
         AS seen_at FROM calls c LEFT JOIN servers s ON s.id = c.owner"
    };
}

/// What narrows a list, from `$1` (organization) to `$9` (limit).
macro_rules! narrowed {
    () => {
        " WHERE organization_id = $1 AND state = COALESCE($2, state) AND kind = COALESCE($3, kind) \
          AND member_id = COALESCE($4, member_id) AND deleted_at IS NULL AND created_at >= $5 AND created_at < $6 \
          AND (created_at, id) < ($7, $8) ORDER BY created_at DESC, id DESC LIMIT $9"
    };
}

pub(crate) use self::deleted::STATEMENTS as DELETED_STATEMENTS;
pub use self::deleted::{erase, hide, restore};
pub use self::index::reindex;
pub(crate) use self::index::{STATEMENTS as INDEX_STATEMENTS, add_lines};
pub(crate) use self::playbook::STATEMENTS as PLAYBOOK_STATEMENTS;
pub use self::playbook::note_playbook;
pub(crate) use self::search::{DIFFERING, STATEMENTS as SEARCH_STATEMENTS};

statements! {
    INSERT_CALL = concat!(
        "INSERT INTO calls (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
            $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)"
    );
    // Takes the row's lock; changes nothing.
    LOCK_CALL = concat!(
        "UPDATE calls SET updated_at = updated_at WHERE organization_id = $1 AND id = $2 RETURNING ", columns!()
    );
    TOUCH_CALL = "UPDATE calls SET updated_at = $3 WHERE organization_id = $1 AND id = $2";
    SET_TRACKS = "UPDATE calls SET participants = $3, tracks = $4, sides_swapped = $5 WHERE organization_id = $1 AND id = $2";
    CALL = concat!("SELECT ", columns!(), " FROM calls WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL");
    UPDATE_CALL = "
        UPDATE calls SET title = $3, contact_name = $4, company = $5, kind = $6, language = $7, vocabulary = $8, recognizer = $9,
            verbosity = $10, consent_who = $11, consent_how = $12, consent_at = $13, keep_audio = $14, rep_name = $15,
            customer_name = $16, notes = $17, participants = $18, updated_at = $19, time_zone = $20
        WHERE organization_id = $1 AND id = $2 AND updated_at = $21";
    DELETE_CALL = "DELETE FROM calls WHERE organization_id = $1 AND id = $2";
    CALLS = concat!("SELECT ", columns!(), " FROM calls", narrowed!());
    MOVE_CALL = "
        UPDATE calls SET state = $3, started_at = COALESCE(started_at, $4), ended_at = COALESCE(ended_at, $5), updated_at = $6
        WHERE organization_id = $1 AND id = $2 AND state IN ($7, $8, $9, $10)";
    SET_DURATION = "UPDATE calls SET duration_ms = $3 WHERE organization_id = $1 AND id = $2";
    SET_NOTES = "UPDATE calls SET notes = $3, updated_at = $4 WHERE organization_id = $1 AND id = $2";
    LATEST_CALL = concat!(
        "SELECT ", columns!(), " FROM calls WHERE organization_id = $1 AND member_id = $2 AND deleted_at IS NULL
        ORDER BY created_at DESC, id DESC LIMIT 1"
    );
    // Takes the row's lock: whoever takes the call over waits until what is written with it is there, or comes before it.
    HOLD_CALL = "
        UPDATE calls SET last_seen_at = $5, duration_ms = CASE WHEN $6 > duration_ms THEN $6 ELSE duration_ms END
        WHERE organization_id = $1 AND id = $2 AND owner = $3 AND epoch = $4 AND deleted_at IS NULL";
    TAKE_CALL = "
        UPDATE calls SET owner = $3, epoch = epoch + 1, last_seen_at = $5, node = $6
        WHERE organization_id = $1 AND id = $2 AND epoch = $4 AND state <> 'ended' AND deleted_at IS NULL";
    LET_CALL_GO = "
        UPDATE calls SET owner = NULL, last_seen_at = $5 WHERE organization_id = $1 AND id = $2 AND owner = $3 AND epoch = $4";
    CALL_OWNER = "SELECT owner, epoch, node FROM calls WHERE organization_id = $1 AND id = $2";
    CALLS_OF_MEMBER = "
        SELECT id, CASE WHEN state IN ('live', 'finishing') THEN owner END AS owner
        FROM calls WHERE organization_id = $1 AND member_id = $2 ORDER BY created_at, id";
    // Of all tenants: the server takes up at its start what it left.
    UNFINISHED_CALLS = concat!("SELECT ", unfinished!(), " WHERE c.state IN ('live', 'finishing') AND c.deleted_at IS NULL ORDER BY c.created_at, c.id");
    UNFINISHED_CALL = concat!(
        "SELECT ", unfinished!(), " WHERE c.organization_id = $1 AND c.id = $2 AND c.state IN ('live', 'finishing') AND c.deleted_at IS NULL"
    );
}

/// A call that is live or finishing, and who is at it. Nothing of what people wrote: one row that can't be read hides no other.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct UnfinishedCall {
    /// Whose.
    pub organization_id: OrganizationId,
    /// Which.
    pub id: CallId,
    /// [`CallState::Live`] or [`CallState::Finishing`].
    #[sqlx(try_from = "String")]
    pub state: CallState,
    /// The server process that runs it; none after one that let it go.
    pub owner: Option<String>,
    /// How often it has changed its server.
    pub epoch: i64,
    /// When its server or one of its pages was last there.
    pub seen_at: DateTime<Utc>,
}

/// Keeps a new call.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the member is gone or of another organization.
pub async fn insert(tx: &mut Tx, call: &Call) -> Result<()> {
    let (rep_name, customer_name, sides_swapped) = as_before(call);
    query!(
        within tx, execute, INSERT_CALL, call.id, call.organization_id, call.member_id, &call.title, &call.contact_name,
        &call.company, call.kind.as_str(), &call.language, Json(&call.vocabulary), call.state.as_str(), call.source.as_str(),
        call.recognizer.as_str(), call.verbosity.as_str(), &call.consent_who, &call.consent_how, call.consent_at,
        call.keep_audio, &rep_name, &customer_name, &call.notes, call.started_at, call.ended_at, call.duration_ms,
        call.created_at.trunc_subsecs(6), call.updated_at.trunc_subsecs(6), sides_swapped,
        Json(&call.participants), Json(&call.tracks), &call.time_zone
    )?;
    reindex(tx, call.organization_id, call.id).await
}

/// A call of this organization, which nobody else changes until the transaction ends.
///
/// # Errors
/// What the engine says.
pub async fn lock(tx: &mut Tx, organization: OrganizationId, call: CallId) -> Result<Option<Call>> {
    Ok(query!(within tx, optional CallRow, LOCK_CALL, organization, call)?.map(Call::from))
}

/// Writes what a person may edit: title, people, kind, language, vocabulary, recognizer, verbosity, consent, keeping of
/// audio, names, notes and `updated_at`. False, and nothing written, if the call is gone or was changed since `previous`,
/// its `updated_at` when it was read.
///
/// # Errors
/// What the engine says.
pub async fn update(tx: &mut Tx, call: &Call, previous: DateTime<Utc>) -> Result<bool> {
    let (rep_name, customer_name, _) = as_before(call);
    let updated = query!(
        within tx, execute, UPDATE_CALL, call.organization_id, call.id, &call.title, &call.contact_name, &call.company,
        call.kind.as_str(), &call.language, Json(&call.vocabulary), call.recognizer.as_str(), call.verbosity.as_str(),
        &call.consent_who, &call.consent_how, call.consent_at, call.keep_audio, &rep_name, &customer_name, &call.notes,
        Json(&call.participants), call.updated_at.trunc_subsecs(6), &call.time_zone, previous.trunc_subsecs(6)
    )?;
    if updated > 0 {
        reindex(tx, call.organization_id, call.id).await?;
    }
    Ok(updated > 0)
}

/// Notes when a call was last changed; false if it is gone.
///
/// # Errors
/// What the engine says.
pub async fn touch(tx: &mut Tx, organization: OrganizationId, call: CallId, at: DateTime<Utc>) -> Result<bool> {
    Ok(query!(within tx, execute, TOUCH_CALL, organization, call, at.trunc_subsecs(6))? > 0)
}

/// Writes who is heard on a call's tracks; false if the call is gone. Its lines' sides are [`crate::segments::swap_channels`]'s.
///
/// # Errors
/// What the engine says.
pub async fn set_tracks(tx: &mut Tx, call: &Call) -> Result<bool> {
    let (_, _, sides_swapped) = as_before(call);
    let set = query!(
        within tx, execute, SET_TRACKS, call.organization_id, call.id, Json(&call.participants), Json(&call.tracks), sides_swapped
    )?;
    Ok(set > 0)
}

/// Deletes a call for good, with all that belongs to it in the database; [`hide`] lets it be brought back. Its recording is [`crate::recording::delete`]'s. False if there is no
/// such call.
///
/// # Errors
/// What the engine says.
pub async fn delete(tx: &mut Tx, organization: OrganizationId, call: CallId) -> Result<bool> {
    Ok(query!(within tx, execute, DELETE_CALL, organization, call)? > 0)
}

/// The calls of a member, oldest first, each with the server process that runs it, if one does.
///
/// # Errors
/// What the engine says.
pub async fn of_member(tx: &mut Tx, organization: OrganizationId, member: MemberId) -> Result<Vec<(CallId, Option<String>)>> {
    query!(within tx, all (CallId, Option<String>), CALLS_OF_MEMBER, organization, member)
}

/// Moves a call on if it is in one of `from`; false if it is not, or is gone. Notes when it went live and when it
/// stopped being so.
///
/// # Errors
/// What the engine says.
pub async fn move_on(
    tx: &mut Tx,
    organization: OrganizationId,
    call: CallId,
    from: &[CallState],
    to: CallState,
    at: DateTime<Utc>,
) -> Result<bool> {
    // No list can be bound on both engines; there are four states at most, and '' is none of them.
    let from = |place: usize| from.get(place).map_or("", |state| state.as_str());
    let at = at.trunc_subsecs(6);
    let started = (to == CallState::Live).then_some(at);
    let ended = matches!(to, CallState::Finishing | CallState::Ended).then_some(at);
    let moved = query!(
        within tx, execute, MOVE_CALL, organization, call, to.as_str(), started, ended, at, from(0), from(1), from(2), from(3)
    )?;
    if moved > 0 && to == CallState::Ended {
        // No lines are to come: those that wait go into the call's row.
        reindex(tx, organization, call).await?;
    } else if moved > 0 {
        index::set_state(tx, organization, call, to.as_str()).await?;
    }
    Ok(moved > 0)
}

/// Moves a call to [`CallState::Finishing`]. False if it had been ended before.
///
/// # Errors
/// What the engine says.
pub async fn finish(tx: &mut Tx, organization: OrganizationId, call: CallId, at: DateTime<Utc>) -> Result<bool> {
    move_on(tx, organization, call, &[CallState::Prepared, CallState::Live], CallState::Finishing, at).await
}

/// Sets how long a call is so far. Does not touch `updated_at`.
///
/// # Errors
/// What the engine says.
pub async fn set_duration(tx: &mut Tx, organization: OrganizationId, call: CallId, duration: Millis) -> Result<bool> {
    Ok(query!(within tx, execute, SET_DURATION, organization, call, duration)? > 0)
}

/// Sets a call's notes; false if it is gone.
///
/// # Errors
/// What the engine says.
pub async fn set_notes(tx: &mut Tx, organization: OrganizationId, call: CallId, notes: &str, at: DateTime<Utc>) -> Result<bool> {
    Ok(query!(within tx, execute, SET_NOTES, organization, call, notes, at.trunc_subsecs(6))? > 0)
}

/// A server's right to write to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallHold {
    /// The server process.
    pub owner: String,
    /// How often the call had changed its server when it came to this one.
    pub epoch: i64,
}

/// Who runs a call.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CallOwner {
    /// The server process; none if none does.
    pub owner: Option<String>,
    /// How often it has changed its server.
    pub epoch: i64,
    /// The data folder of the server that has written to its recording last; none of one that has always been alone.
    pub node: Option<String>,
}

/// Makes a server the owner of a call that has changed its server `epoch` times: its writes are taken from now on, nobody else's are, and the
/// recording goes on in its data folder, `node`. None, and nothing changed, if another one was quicker, or the call has ended or is gone.
///
/// # Errors
/// What the engine says.
pub async fn take(
    tx: &mut Tx,
    organization: OrganizationId,
    call: CallId,
    server: &str,
    epoch: i64,
    at: DateTime<Utc>,
    node: Option<&str>,
) -> Result<Option<CallHold>> {
    let taken = query!(within tx, execute, TAKE_CALL, organization, call, server, epoch, at.trunc_subsecs(6), node)? > 0;
    Ok(taken.then(|| CallHold { owner: server.to_owned(), epoch: epoch + 1 }))
}

/// Begins what a call's owner writes, and notes that it was there at this moment and how long the call is so far, which only grows. Does
/// not touch `updated_at`. False if the call is another server's now, or gone: then nothing may be written.
///
/// # Errors
/// What the engine says.
pub async fn hold(
    tx: &mut Tx,
    organization: OrganizationId,
    call: CallId,
    hold: &CallHold,
    at: DateTime<Utc>,
    duration: Millis,
) -> Result<bool> {
    let held = query!(within tx, execute, HOLD_CALL, organization, call, &hold.owner, hold.epoch, at.trunc_subsecs(6), duration)?;
    Ok(held > 0)
}

/// A server runs a call no more, at which somebody was last at this moment: any other may go on with it. False if another one has it already.
///
/// # Errors
/// What the engine says.
pub async fn let_go(tx: &mut Tx, organization: OrganizationId, call: CallId, hold: &CallHold, seen_at: DateTime<Utc>) -> Result<bool> {
    let let_go = query!(within tx, execute, LET_CALL_GO, organization, call, &hold.owner, hold.epoch, seen_at.trunc_subsecs(6))?;
    Ok(let_go > 0)
}

impl Store {
    /// A call of this organization.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn call(&self, organization: OrganizationId, call: CallId) -> Result<Option<Call>> {
        Ok(query!(read self, optional CallRow, CALL, organization, call)?.map(Call::from))
    }

    /// A page of calls, newest first. With a search, those where every word is in the title, in a name or in what was said; with a speaker
    /// too, in what that side said. A speaker without a search narrows nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Cursor`] if the cursor is not one that this list gave.
    pub async fn calls(
        &self,
        organization: OrganizationId,
        filter: &CallFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<CallHit>> {
        let limit = limit.clamp(1, 500) as usize;
        let cursor = Cursor::parse("calls", cursor)?;
        if !filter.search.trim().is_empty() {
            let query = Query::new(&filter.search);
            if query.is_empty() {
                // Something to search for, but nothing of it is a word.
                return Ok(Page { items: Vec::new(), next: None });
            }
            return self.search_calls(organization, filter, &query, cursor, limit).await;
        }
        let (state, kind) = (filter.state.map(CallState::as_str), filter.kind.map(model::CallKind::as_str));
        let from = filter.from.unwrap_or(DateTime::UNIX_EPOCH);
        let until = filter.until.unwrap_or_else(end_of_time);
        // One more than asked for tells whether there is a next page.
        let more = limit as i64 + 1;
        let calls = query!(
            read self, all CallRow, CALLS, organization, state, kind, filter.member, from, until, cursor.at, cursor.id, more
        )?;
        let mut items: Vec<CallHit> = calls.into_iter().map(|call| CallHit { call: call.into(), found: None }).collect();
        let next = (items.len() > limit).then(|| items.truncate(limit)).and_then(|()| items.last());
        let next = next.map(|hit| Cursor { at: hit.call.created_at, id: hit.call.id.0 }.text("calls"));
        Ok(Page { items, next })
    }

    /// Who runs a call; none if there is no such call.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn call_owner(&self, organization: OrganizationId, call: CallId) -> Result<Option<CallOwner>> {
        query!(read self, optional CallOwner, CALL_OWNER, organization, call)
    }

    /// The member's newest call, to offer its settings again.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn latest_call(&self, organization: OrganizationId, member: MemberId) -> Result<Option<Call>> {
        Ok(query!(read self, optional CallRow, LATEST_CALL, organization, member)?.map(Call::from))
    }

    /// The calls of all organizations that are live or finishing, oldest first: what a starting server takes up.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn unfinished_calls(&self) -> Result<Vec<UnfinishedCall>> {
        query!(read self, all UnfinishedCall, UNFINISHED_CALLS)
    }

    /// One of them; none if it is neither live nor finishing.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn unfinished_call(&self, organization: OrganizationId, call: CallId) -> Result<Option<UnfinishedCall>> {
        query!(read self, optional UnfinishedCall, UNFINISHED_CALL, organization, call)
    }
}

//! The outbox: what happened, written with the change, read by everybody in one order.
//!
//! An event gets its `position` after its transaction is committed, by the relay, which holds the head's row while it does so: positions
//! are without gaps and in the order of commit as far as readers can tell. Who has read up to a position misses nothing before it.

use chrono::{DateTime, SubsecRound, Utc};
use model::{MemberId, OrganizationId};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

macro_rules! columns {
    () => {
        "position, id, organization_id, member_id, open_to, name, subject, payload, at"
    };
}

statements! {
    INSERT_EVENT = "
        INSERT INTO events (id, organization_id, member_id, open_to, name, subject, payload, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    // Takes the row's lock: one relay at a time.
    LOCK_EVENT_HEAD = "UPDATE event_head SET position = position WHERE one = 1 RETURNING position";
    PENDING_EVENTS = "SELECT id FROM events WHERE position IS NULL LIMIT $1";
    PLACE_EVENTS = "
        UPDATE events SET position = placed.position
        FROM (
            SELECT id, $1 + ROW_NUMBER() OVER (ORDER BY id) AS position
            FROM (SELECT id FROM events WHERE position IS NULL ORDER BY id LIMIT $2) AS pending
        ) AS placed
        WHERE events.id = placed.id";
    SET_EVENT_HEAD = "UPDATE event_head SET position = $1 WHERE one = 1";
    EVENT_HEAD = "SELECT position FROM event_head WHERE one = 1";
    PLACED_EVENTS = concat!("SELECT ", columns!(), " FROM events WHERE position > $1 ORDER BY position LIMIT $2");
    EVENTS_OF = concat!(
        "SELECT ", columns!(), " FROM events WHERE organization_id = $1 AND position > $2 ORDER BY position LIMIT $3"
    );
    FIRST_EVENT = "SELECT MIN(position) FROM events WHERE position IS NOT NULL";
    FORGET_EVENTS = "DELETE FROM events WHERE at < $1 AND position IS NOT NULL";
}

/// Something that happened, before it has its place.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// In which organization.
    pub organization: OrganizationId,
    /// To whom it belongs; none if it is nobody's in particular.
    pub member: Option<MemberId>,
    /// The permission of those who may see it too, though not all of its kind.
    pub open_to: Option<&'static str>,
    /// What, for example `call.ended`.
    pub name: &'static str,
    /// To what, usually an id.
    pub subject: String,
    /// The rest: ids and small facts, no words of a call.
    pub payload: Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// Something that happened, in its place.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct PlacedEvent {
    /// 1, 2, 3 … over all organizations.
    pub position: i64,
    /// The same wherever it is delivered.
    pub id: Uuid,
    /// In which organization.
    pub organization_id: OrganizationId,
    /// To whom it belongs.
    pub member_id: Option<MemberId>,
    /// The permission of those who may see it too.
    pub open_to: Option<String>,
    /// What.
    pub name: String,
    /// To what.
    pub subject: String,
    /// The rest.
    #[sqlx(json)]
    pub payload: Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// Writes an event with the change that it tells of.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the organization is gone.
pub async fn emit(tx: &mut Tx, event: &NewEvent) -> Result<()> {
    #[allow(clippy::disallowed_methods, reason = "the order of events is their position; nobody knows an id before")]
    let id = Uuid::now_v7();
    query!(
        within tx, execute, INSERT_EVENT, id, event.organization, event.member, event.open_to, event.name, &event.subject,
        Json(&event.payload), event.at.trunc_subsecs(6)
    )?;
    Ok(())
}

/// Gives up to `most` events their places; gives the last place and how many there were.
///
/// # Errors
/// What the engine says.
pub async fn place(tx: &mut Tx, most: i64) -> Result<(i64, usize)> {
    let (head,) = query!(within tx, one (i64,), LOCK_EVENT_HEAD)?;
    let placed = query!(within tx, execute, PLACE_EVENTS, head, most)?;
    let position = head + i64::try_from(placed).unwrap_or_default();
    if placed > 0 {
        query!(within tx, execute, SET_EVENT_HEAD, position)?;
    }
    Ok((position, usize::try_from(placed).unwrap_or_default()))
}

/// Events after a place, of all organizations, in order.
///
/// # Errors
/// What the engine says.
pub async fn placed_within(tx: &mut Tx, after: i64, most: i64) -> Result<Vec<PlacedEvent>> {
    query!(within tx, all PlacedEvent, PLACED_EVENTS, after, most)
}

impl Store {
    /// Whether events wait for their places.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn has_pending_events(&self) -> Result<bool> {
        Ok(query!(read self, optional (Uuid,), PENDING_EVENTS, 1_i64)?.is_some())
    }

    /// The last place that was given; 0 before the first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn event_head(&self) -> Result<i64> {
        Ok(query!(read self, one (i64,), EVENT_HEAD)?.0)
    }

    /// The oldest event that is still kept; none if there is none.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn first_event(&self) -> Result<Option<i64>> {
        Ok(query!(read self, one (Option<i64>,), FIRST_EVENT)?.0)
    }

    /// Events after a place, of all organizations, in order.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn placed_events(&self, after: i64, most: i64) -> Result<Vec<PlacedEvent>> {
        query!(read self, all PlacedEvent, PLACED_EVENTS, after, most)
    }

    /// An organization's events after a place, in order.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn events_of(&self, organization: OrganizationId, after: i64, most: i64) -> Result<Vec<PlacedEvent>> {
        query!(read self, all PlacedEvent, EVENTS_OF, organization, after, most)
    }

    /// Forgets events older than a time; gives how many.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn forget_events(&self, before: DateTime<Utc>) -> Result<u64> {
        query!(write self, execute, FORGET_EVENTS, before.trunc_subsecs(6))
    }
}

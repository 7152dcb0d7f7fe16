//! When schedules are due, once for however many servers.

use chrono::{DateTime, SubsecRound, Utc};

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    // Another rule than the one that is known starts anew.
    DECLARE_SCHEDULE = "
        INSERT INTO schedules (name, cron, next_at) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, next_at = excluded.next_at WHERE schedules.cron <> excluded.cron";
    SCHEDULES = "SELECT name, next_at FROM schedules ORDER BY next_at, name";
    ADVANCE_SCHEDULE = "UPDATE schedules SET next_at = $3 WHERE name = $1 AND next_at = $2";
    FORGET_SCHEDULE = "DELETE FROM schedules WHERE name = $1";
}

/// Moves a schedule on from one time to the next; false if somebody else has done so.
///
/// # Errors
/// What the engine says.
pub async fn advance(tx: &mut Tx, name: &str, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<bool> {
    Ok(query!(within tx, execute, ADVANCE_SCHEDULE, name, from, to.trunc_subsecs(6))? > 0)
}

impl Store {
    /// Makes a schedule known, due at `next` if it is new or its rule has changed.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn declare_schedule(&self, name: &str, cron: &str, next: DateTime<Utc>) -> Result<()> {
        query!(write self, execute, DECLARE_SCHEDULE, name, cron, next.trunc_subsecs(6))?;
        Ok(())
    }

    /// Every schedule with when it is due, the next one first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn schedules(&self) -> Result<Vec<(String, DateTime<Utc>)>> {
        query!(read self, all (String, DateTime<Utc>), SCHEDULES)
    }

    /// Forgets a schedule that no area has any more.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn forget_schedule(&self, name: &str) -> Result<()> {
        query!(write self, execute, FORGET_SCHEDULE, name)?;
        Ok(())
    }
}

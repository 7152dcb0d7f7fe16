//! What was used, by meter and day (UTC): written with the change that uses it.

use chrono::NaiveDate;
use model::OrganizationId;

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    ADD_USAGE = "
        INSERT INTO usage_days (organization_id, meter, day, amount) VALUES ($1, $2, $3, $4)
        ON CONFLICT (organization_id, meter, day) DO UPDATE SET amount = usage_days.amount + excluded.amount";
    USAGE = "
        SELECT meter, day, amount FROM usage_days WHERE organization_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, meter";
}

/// What was used of a meter on a day.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct UsageDay {
    /// Of what, for example `calls.seconds`.
    pub meter: String,
    /// UTC, `2026-11-28`.
    pub day: String,
    /// In the meter's unit.
    pub amount: i64,
}

/// Adds to a meter.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the organization is gone.
pub async fn add(tx: &mut Tx, organization: OrganizationId, meter: &str, day: NaiveDate, amount: i64) -> Result<()> {
    query!(within tx, execute, ADD_USAGE, organization, meter, day.to_string(), amount)?;
    Ok(())
}

impl Store {
    /// What was used from one day to another, both included, in order of days.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn usage(&self, organization: OrganizationId, from: NaiveDate, until: NaiveDate) -> Result<Vec<UsageDay>> {
        query!(read self, all UsageDay, USAGE, organization, from.to_string(), until.to_string())
    }
}

//! Work that comes again and again, once for however many servers.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use croner::Cron;

use crate::error::{DomainError, Result};
use crate::job::JobEntry;

/// A job that is enqueued by the clock (UTC). While the last one still waits, none is added.
#[derive(Clone, Copy)]
pub struct Schedule {
    /// `area.what`.
    pub name: &'static str,
    /// When: minute, hour, day of month, month, day of week.
    pub cron: &'static str,
    /// The job, with the payload `null`: a unit struct.
    pub job: JobEntry,
}

impl Schedule {
    /// The first time after another.
    ///
    /// # Errors
    /// `internal` if the rule can't be read, which a test of the manifests finds.
    pub fn next(&self, after: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let broken = |error: croner::errors::CronError| DomainError::Internal(format!("{}: {error}", self.name));
        Cron::from_str(self.cron).map_err(broken)?.find_next_occurrence(&after, false).map_err(broken)
    }
}

//! Work that the server does later: what waits, what failed, what comes by the clock.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{JobId, MemberId};

/// Work that failed too often and waits for somebody to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailedJob {
    /// Identifier.
    pub id: JobId,
    /// What was to be done, for example `calls.write_review`.
    pub kind: String,
    /// What it is about, usually an id; may be empty.
    pub subject: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was tried last.
    pub at: DateTime<Utc>,
    /// Why it failed, and what to do, if the server can say so.
    pub problem: String,
}

/// How many of one kind failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailedKind {
    /// The kind.
    pub kind: String,
    /// How many.
    pub count: i64,
}

/// How much there is to do in one queue, of the own organization's work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueLoad {
    /// The queue.
    pub queue: String,
    /// How many wait.
    pub waiting: i64,
    /// How many are being worked at.
    pub running: i64,
}

/// What the server does by the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scheduled {
    /// Its name.
    pub name: String,
    /// Minute, hour, day of the month, month, day of the week, in UTC.
    pub rule: String,
    /// When it comes next.
    pub next_at: DateTime<Utc>,
}

/// What an organization has stored, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Storage {
    /// All versions of its documents.
    pub documents: i64,
    /// Recordings of calls that are over.
    pub recordings: i64,
    /// What members have announced and not sent to the end yet: it counts as if it were there.
    pub uploading: i64,
    /// What all of it together may have; null if whoever runs the server has set no limit.
    pub allowed: Option<i64>,
}

/// How the server's work stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Operations {
    /// What failed, by kind.
    pub failed: Vec<FailedKind>,
    /// Queues with something in them.
    pub queues: Vec<QueueLoad>,
    /// What comes by the clock, the next one first. It is the same for every organization.
    pub schedules: Vec<Scheduled>,
    /// What is stored.
    pub storage: Storage,
}

/// Which failed work is to be tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RetryKind {
    /// The kind, 1 to 120 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120, pattern = "line"))]
    pub kind: String,
}

/// How much is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Retried {
    /// How many jobs.
    pub jobs: u64,
}

/// A part of the program that can be switched, and how it is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlagState {
    /// Its name, for example `calls.live_passages`.
    pub key: String,
    /// What it switches.
    pub description: String,
    /// Whether it is on where nobody has set it.
    pub default: bool,
    /// What the organization has set: the share of calls, of a hundred, for which it is on; 0 is off, 100 is on. Null where it is not set.
    pub share: Option<u32>,
    /// Members who have a setting of their own, which goes before the organization's.
    pub members: Vec<MemberFlag>,
}

/// A member's own setting of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberFlag {
    /// Whose.
    pub member: MemberId,
    /// The share of their calls, 0 to 100.
    pub share: u32,
}

/// How a flag is to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetFlag {
    /// For which share of calls, of a hundred: 0 is off, 100 is on. In between it depends on the call, and is always the same for one;
    /// where no call is meant, it is off.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100))]
    pub share: u32,
    /// For one member alone; without it, for the organization.
    pub member: Option<MemberId>,
}

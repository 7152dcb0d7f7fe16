//! Every SQL statement of Closezly, one text for SQLite and PostgreSQL, and the append-only recording log.
//!
//! Entry points: [`Store`] for rows, [`recording`] for audio. A module an area; its statements stand at its top as
//! constants in a `statements!` block, so that a test prepares each of them on both engines. What can't be said in one
//! text for both stands there too, in a `differing!` block: at most ten in all. The [`catalogue`] has every statement.
//!
//! Architecture invariants: no SQL outside this crate; every statement that touches a tenant's rows binds the
//! [`model::OrganizationId`]; nothing here reads a clock; times are kept to the microsecond.

#![warn(missing_docs)]

pub mod audit;
pub mod calls;
pub mod catalogue;
mod condition;
pub mod credentials;
pub mod cues;
mod cursor;
mod dialect;
mod engine;
mod error;
pub mod events;
mod extensions;
pub mod flags;
mod hints;
pub mod idempotency;
pub mod identity;
pub mod jobs;
mod keeper;
pub mod knowledge;
mod mark;
mod migrations;
pub mod parts;
pub mod personal;
pub mod playbooks;
pub mod recording;
mod reserve;
pub mod reviews;
pub mod schedules;
pub mod segments;
pub mod servers;
mod serving;
pub mod sessions;
pub mod sign_ups;
mod statements;
#[cfg(feature = "test-utils")]
pub mod testing;
mod text;
pub mod tokens;
pub mod usage;
mod wal;

pub use audit::{AuditEntry, Verified};
pub use calls::UnfinishedCall;
pub use engine::{Engine, Options, Store, Tx};
pub use error::{Result, StoreError, chain};
pub use events::{NewEvent, PlacedEvent};
pub use hints::Hints;
pub use identity::{Credentials, NewAccount};
pub use jobs::{Failed, Job, JobState, NewJob};
pub use parts::RecordingPart;
pub use playbooks::StoredPlaybook;
pub use recording::{Appended, CallWav, LogPlace, RecordingError, RecordingLog, RecordingReader};
pub use reserve::RESERVE;
pub use servers::{LivingServer, Presence};
pub use serving::{Examined, examine};
pub use sessions::Standing;
pub use sign_ups::PendingSignUp;
pub use tokens::{RefreshToken, Refreshed, Whose};

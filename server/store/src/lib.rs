//! Every SQL statement of Closezly, one text for SQLite and PostgreSQL, and the append-only recording log.
//!
//! Entry points: [`Store`] for rows, [`recording`] for audio. A module an area; its statements stand at its top as
//! constants in a `statements!` block, so that a test prepares each of them on both engines. What can't be said in one
//! text for both stands there too, in a `differing!` block: at most ten in all. The [`catalogue`] has every statement.
//!
//! Architecture invariants: no SQL outside this crate; every statement that touches a tenant's rows binds the
//! [`model::OrganizationId`]; nothing here reads a clock; times are kept to the microsecond.
//!
//! What a read costs, where its function says nothing else: one thing is found by its key. A list that takes a `limit` walks an index from its
//! cursor on and reads at most so many rows, and one more to know whether there is a next page, however many there are. A list without one
//! reads all that belongs to what it is asked about: a call's lines, cues and parts (5,000 lines in a long one), a person's sessions and tokens,
//! an organization's collections, websites and flags (tens). What counts (`count_…`, `knowledge_tags`, `usage`) reads all rows that it counts,
//! by index, and is for pages that people open, not for what happens with each request.

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
mod room;
pub mod schedules;
pub mod segments;
pub mod servers;
mod serving;
pub mod sessions;
pub mod sign_ups;
mod statements;
pub mod storage;
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
pub use recording::{Appended, CallWav, LogPlace, Peaks, RecordingError, RecordingLog, RecordingReader};
pub use reserve::RESERVE;
pub use room::Room;
pub use servers::{LivingServer, Presence};
pub use serving::{Examined, examine};
pub use sessions::Standing;
pub use sign_ups::PendingSignUp;
pub use storage::Stored;
pub use tokens::{RefreshToken, Refreshed, Whose};

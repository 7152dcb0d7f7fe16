//! Every test of the store, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod audit;
mod beside;
mod calls;
mod disk;
mod explain;
mod fixtures;
mod heard;
mod hints;
mod identity;
mod isolation;
mod jobs;
mod keeper;
mod kept;
mod knowledge;
mod migrations;
mod outbox;
mod playbooks;
mod recording;
mod recording_disk;
mod schema;
mod search;
mod servers;
mod storage;
mod trouble;
mod undo;
mod upgrade;

//! The server over HTTP: real router, real database.
//!
//! By hand: `cargo nextest run -p server`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "../calls/page.rs"]
#[allow(dead_code, reason = "calls' tests need more of it")]
mod page;
#[path = "../support/mod.rs"]
mod support;

mod addresses;
mod audited;
mod authorization;
mod bodies;
mod document;
mod downloads;
mod events;
mod failed_jobs;
mod flags;
mod forms;
mod isolation;
mod lifecycle;
mod mails;
mod operations;
mod passwords;
mod person;
mod playbooks;
mod sessions;
mod sign_ins;
mod sign_up;
mod surface;
mod sweep;
mod tokens;

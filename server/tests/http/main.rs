//! The server over HTTP: real router, real database.
//!
//! By hand: `cargo test -p server -- --test-threads=1`. Pages of several servers in one process get into each other's way.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

mod bodies;
mod document;
mod downloads;
mod forms;
mod isolation;
mod lifecycle;
mod operations;
mod passwords;
mod sessions;
mod sign_up;
mod surface;
mod tokens;

//! The server over HTTP: real router, real database.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

mod bodies;
mod document;
mod forms;
mod isolation;
mod lifecycle;
mod passwords;
mod sessions;
mod sign_up;
mod surface;
mod tokens;

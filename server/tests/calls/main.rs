//! Calls from outside: the REST interface, both websockets, the recording, and the process itself.
//!
//! By hand: `cargo test -p server -- --test-threads=1`. Pages of several servers in one process get into each other's way.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

mod contention;
mod database;
mod export;
mod flow;
mod functions;
mod lists;
mod page;
mod pages;
mod process;
mod recording;
mod rest;
mod review;
mod stream;

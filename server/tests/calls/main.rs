//! Calls from outside: the REST interface, both websockets, the recording, and the process itself.
//!
//! By hand: `cargo nextest run -p server`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "../support/html.rs"]
mod html;
#[path = "../support/mod.rs"]
mod support;

mod answers;
mod contention;
mod cut_network;
mod database;
mod database_restart;
mod export;
mod fleet;
mod flow;
mod functions;
mod hostile_text;
mod judged;
mod lists;
mod long;
mod mails;
mod meeting;
mod page;
mod pages;
mod process;
mod proxies;
mod quota;
mod recognizers;
mod recording;
mod rest;
mod review;
mod standing;
mod stream;
mod upgrade;

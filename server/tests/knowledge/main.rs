//! Knowledge over the REST interface: documents, uploads, answers, and who may do what.
//!
//! By hand: `cargo nextest run -p server --test knowledge`. The documents are read by the program itself, in its child process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod cases;
mod collections;
mod documents;
mod flow;
mod form;
mod forms;
mod idempotent;
mod interrupted;
mod questions;
mod quota;
mod roles;
mod sample;
mod site_visit;
mod told;
mod uploads;
mod uses;
mod websites;

//! What areas are made of, on both engines.
//!
//! Jobs, schedules and events as areas use them: done once, given back, laid aside, told in one order. Credentials: sealed, for their owner only.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod clock;
mod events;
mod house;
mod jobs;
mod manifests;
mod shop;
mod vault;

//! Jobs, schedules and events as areas use them: done once, given back, laid aside, told in one order. On both engines.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod clock;
mod events;
mod house;
mod jobs;
mod manifests;
mod shop;

//! The engine of a live call, seen from outside.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod early;
mod engine;
mod meeting;
mod negation;
mod properties;
mod replay;
mod review;

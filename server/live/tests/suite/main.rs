//! The engine of a live call, seen from outside.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod confidence;
mod early;
mod echoes;
mod engine;
mod fluency;
mod judged;
mod meeting;
mod negation;
mod price;
mod promises;
mod properties;
mod replay;
mod review;
mod scripts;
mod told;
mod whose;

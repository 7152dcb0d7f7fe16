//! Every test of the store, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixtures;
mod identity;
mod schema;

//! What holds for every page: its colours, its markup, its styles.

#![allow(clippy::unwrap_used, reason = "tests")]

mod contrast;
mod markup;
mod scoping;

//! What an organization knows.

mod cues;
mod deletion;
mod documents;
mod isolation;
mod search;
mod spellings;
mod stems;
pub mod support;
mod uploads;
mod uses;
mod vectors;
pub mod websites;

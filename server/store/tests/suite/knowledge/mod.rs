//! What an organization knows.

mod documents;
mod support;

//! What surrounds every handler: files, addresses, headers, sessions, limits.

pub mod assets;
pub mod attachment;
pub mod body;
pub mod caller;
pub mod client;
pub mod files;
pub mod forms;
pub mod headers;
pub mod health;
pub mod origin;
pub mod pages;
pub mod plain;
pub mod problem;
pub mod ranges;
pub mod trace;

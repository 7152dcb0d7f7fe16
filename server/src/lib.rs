//! The server around the domain: command line, configuration, wiring, router, REST, lifecycle.
//!
//! Architecture invariant: no rule of the product lives here. A handler authenticates, reads, calls one domain function and
//! maps what comes back; pages are `app`'s.

pub mod api;
pub mod command;
pub mod config;
pub mod connections;
pub mod demo;
pub mod doctor;
pub mod jobs;
pub mod lifecycle;
pub mod person;
mod relay;
pub mod rotation;
pub mod router;
pub mod telemetry;
pub mod web;
pub mod wiring;

pub use config::Config;
pub use wiring::{Server, wire};

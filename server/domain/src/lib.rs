//! What the product does, one module an area, and the ports of what has several makers.
//!
//! Architecture invariant: every rule lives here and nowhere else. Each function takes [`Services`] and a [`Scope`] that
//! only [`identity`] can make; pages and REST call the same functions. No SQL (that is `store`), no HTTP, no vendor.

#![warn(missing_docs)]

pub mod audit;
pub mod calls;
pub mod error;
pub mod identity;
pub mod jobs;
pub mod knowledge;
pub mod scope;
pub mod services;
pub mod socket;
pub mod website;

pub use ::ports;
pub use error::{DomainError, Result};
pub use scope::{Client, Scope};
pub use services::{Config, Services};

//! What the product does, one module an area.
//!
//! Architecture invariant: every rule lives here and nowhere else. Each function takes the [`Kernel`] and the [`Actor`], whom only
//! [`identity`] admits; pages and REST call the same functions. Areas name only those beneath them: a test reads it from the sources. No
//! SQL (that is `store`), no HTTP, no vendor.

#![warn(missing_docs)]

pub mod assembly;
pub mod calls;
pub mod events;
pub mod identity;
pub mod knowledge;
pub mod operations;
pub mod playbooks;
pub mod socket;
pub mod storage;
pub mod upkeep;
pub mod website;

pub use assembly::{AREAS, Config, Parts, assemble, assemble_bare, registry, run_due, work};
pub use kernel::{
    Actor, Area, Client, DomainError, Erased, Erasure, EventEntry, Kernel, Membership, Registry, Result, Sealed, Setting, Share, Shares,
    Vault, keep_lease,
};

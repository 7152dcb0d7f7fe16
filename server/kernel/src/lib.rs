//! What every area builds on: who acts ([`Actor`]), the unit of work ([`Tx`]), typed jobs, schedules, events, manifests ([`Area`]).
//!
//! A change is made so: `let mut tx = kernel.begin(&actor).await?;`, statements of `store` on it, `tx.enqueue(..)`, `tx.audit(..)`,
//! `tx.emit(..)`, `tx.meter(..)`, `tx.commit()`. All of it is there afterwards, or none of it.
//!
//! Architecture invariants: no area is named here. No SQL (that is `store`), no HTTP. Work that must not be lost is a job, never a task.

#![warn(missing_docs)]

mod actor;
mod area;
mod erasure;
mod error;
mod event;
mod flag;
mod fleet;
mod hints;
mod job;
mod kernel;
mod membership;
mod own;
mod permission;
mod personal_data;
mod relay;
mod runner;
mod schedule;
mod scheduler;
mod setting;
mod share;
mod subscriber;
mod tx;
mod untold;
pub mod vault;

pub use actor::{Actor, Client, Credential, Member, Who};
pub use area::{Area, ManifestError, Registry};
pub use erasure::{Erased, erase_person, export_person};
pub use error::{DomainError, Result};
pub use event::{Delivered, Event, EventEntry, EventField, Hub};
pub use flag::Flag;
pub use fleet::keep_lease;
pub use hints::share_hints;
pub use job::{BoxFuture, Job, JobContext, JobEntry, Lease, Queue};
pub use kernel::{Kernel, KernelParts};
pub use membership::Membership;
pub use own::{OPERATE, own_permissions};
pub use permission::{Permission, PermissionEntry, PermissionSet};
pub use personal_data::{Erasure, PersonalData, Subject, Through, Whose};
pub use relay::{relay_events, relay_once};
pub use runner::{run_due_jobs, run_jobs};
pub use schedule::Schedule;
pub use scheduler::{run_schedules, tick};
pub use setting::Setting;
pub use share::{Share, Shares};
pub use subscriber::Subscriber;
pub use tx::Tx;
pub use vault::{Sealed, Vault};

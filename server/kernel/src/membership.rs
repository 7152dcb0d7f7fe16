//! What a server knows of its place among others.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// A server that shares its work with others: on the same database, and with a storage that all of them reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Where the others reach it: `http://host:port`.
    pub address: String,
    /// Its data folder, whose name stays the same over a restart.
    pub node: String,
}

/// What a server knows of its own lease.
#[derive(Debug, Default)]
pub(crate) struct OwnLease {
    /// When it was last renewed; none before the first time.
    renewed: Mutex<Option<Instant>>,
}

impl OwnLease {
    /// When it was last renewed; none before the first time.
    pub(crate) fn renewed(&self) -> Option<Instant> {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It was renewed, as of this moment.
    pub(crate) fn set(&self, at: Instant) {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }
}

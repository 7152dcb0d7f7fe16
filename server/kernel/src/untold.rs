//! Bells that rang here and that other servers may want to hear.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use store::{Engine, Store};
use tokio::sync::Notify;

/// Bells that rang on this server, and that others have not been told of.
#[derive(Default)]
pub(crate) struct Untold {
    /// Whether there can be others.
    pub(crate) shared: bool,
    rung: Mutex<BTreeSet<String>>,
    pub(crate) some: Notify,
}

impl Untold {
    pub(crate) fn of(store: &Store) -> Self {
        Self { shared: store.engine() == Engine::Postgres, ..Self::default() }
    }

    pub(crate) fn add(&self, bell: &str) {
        if !self.shared {
            return;
        }
        let mut rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        if !rung.contains(bell) {
            rung.insert(bell.to_owned());
            self.some.notify_one();
        }
    }

    pub(crate) fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.rung.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

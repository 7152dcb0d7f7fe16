//! What statements found out about the database, and their errors in the log.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{StoreError, chain};

/// What a store's statements found out about its database.
#[derive(Debug, Default)]
pub(crate) struct Condition {
    malformed: AtomicBool,
}

impl Condition {
    /// Makes our error of an engine's. This is the one place where the engine's own words are at hand, so they are logged
    /// here: whoever logs the error later may leave its causes out.
    pub(crate) fn failed(&self, error: sqlx::Error) -> StoreError {
        let closed = matches!(error, sqlx::Error::PoolClosed);
        let error = StoreError::from(error);
        match &error {
            StoreError::Malformed(_) => {
                self.malformed.store(true, Ordering::Relaxed);
                tracing::error!(error = chain(&error), "the database is malformed");
            }
            StoreError::Full(_) => tracing::error!(error = chain(&error), "the database's disk is full"),
            StoreError::Engine(_) if !closed => tracing::error!(error = chain(&error), "the database refused a statement"),
            _ => tracing::debug!(error = chain(&error), "the database refused a statement"),
        }
        error
    }

    /// Whether the file was found to be malformed.
    pub(crate) fn is_malformed(&self) -> bool {
        self.malformed.load(Ordering::Relaxed)
    }
}

//! The one error of the domain: what a caller can branch on and a person can read.

use std::time::Duration;

use model::{Code, Problem};
use store::StoreError;
pub use store::chain;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum DomainError {
    /// A code and a sentence for the person.
    #[error("{0}")]
    Problem(#[from] Problem),
    /// Too many attempts.
    #[error("{problem}")]
    RateLimited {
        /// What the person reads.
        problem: Problem,
        /// How long to wait.
        wait: Duration,
    },
    /// The database or a file failed; the inside goes to the log, never to a client.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Anything else that should not happen.
    #[error("{0}")]
    Internal(String),
}

/// Result of every domain function.
pub type Result<T, E = DomainError> = std::result::Result<T, E>;

impl DomainError {
    /// A problem that belongs to no field.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self::Problem(Problem::new(code, message))
    }

    /// The call doesn't exist, or is none of the caller's.
    pub fn no_such(what: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what}. It may have been deleted."))
    }

    /// How long to wait before the next attempt, if there were too many.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { wait, .. } => Some(*wait),
            _ => None,
        }
    }

    /// What a client may see. Logs what it may not.
    pub fn into_problem(self) -> Problem {
        match self {
            Self::Problem(problem) | Self::RateLimited { problem, .. } => problem,
            Self::Store(error) => of_store(&error),
            Self::Internal(message) => {
                tracing::error!(%message, "internal error");
                Problem::internal()
            }
        }
    }
}

/// What a client may see of the database's error, where the function that met it had nothing better to say.
fn of_store(error: &StoreError) -> Problem {
    match error {
        // Two people at once: nothing of the server's failed.
        StoreError::Taken(_) | StoreError::Missing(_) | StoreError::Cursor => tracing::info!(error = chain(error), "the store refused"),
        _ => tracing::error!(error = chain(error), "the store failed"),
    }
    match error {
        StoreError::Taken(_) => Problem::new(
            Code::Conflict,
            "Something of this name is there already, perhaps for a moment only. Load the page again and look.",
        ),
        StoreError::Missing(_) => {
            Problem::new(Code::NotFound, "What this belongs to is not there. It may have been deleted. Load the page again.")
        }
        StoreError::Cursor => Problem::of_field("cursor", "This is no place in the list. Start at its beginning."),
        StoreError::Full(_) => {
            Problem::new(Code::StorageFull, "The server's disk is full. Nothing was changed; free some space and try again.")
        }
        StoreError::Busy(_) => Problem::new(Code::Unavailable, "The database is busy. Try again in a moment."),
        // No wildcard: a new kind of error has to be thought about here.
        StoreError::RolledBack
        | StoreError::Malformed(_)
        | StoreError::Url(_)
        | StoreError::Folder { .. }
        | StoreError::InUse { .. }
        | StoreError::Beside { .. }
        | StoreError::ForeignLog { .. }
        | StoreError::Damaged { .. }
        | StoreError::Newer { .. }
        | StoreError::HalfMigrated { .. }
        | StoreError::ForeignMigration { .. }
        | StoreError::Migration(_)
        | StoreError::Engine(_) => Problem::internal(),
    }
}

//! The one error of the domain: what a caller can branch on and a person can read.

use std::time::Duration;

use model::{Code, Problem};
use ports::files::FileError;
use store::{StoreError, chain};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum DomainError {
    /// A code and a sentence for the person.
    #[error(transparent)]
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
    /// Work that will fail however often it is tried.
    #[error("{0}")]
    Final(String),
    /// Another worker has taken this job over.
    #[error("another worker has taken the job over")]
    LeaseLost,
}

/// What people of an organization read of a failure whose inside is none of theirs.
const INSIDE: &str = "Something went wrong inside the server. Whoever runs it finds more in its log.";

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

    /// The error with what is behind it, for logs.
    pub fn chain(&self) -> String {
        chain(self)
    }

    /// What may be kept where people of an organization read it: never what is inside.
    pub fn sentence(&self) -> String {
        match self {
            Self::Problem(problem) | Self::RateLimited { problem, .. } => problem.message.clone(),
            Self::Store(error) => shown_of_store(error).message,
            Self::Internal(_) | Self::Final(_) | Self::LeaseLost => INSIDE.to_owned(),
        }
    }

    /// Writes it into the log with what was being done.
    pub fn log(&self, what: &str) {
        tracing::error!(error = %self.chain(), "{what}");
    }

    /// What a client may see. Logs what it may not.
    pub fn into_problem(self) -> Problem {
        match self {
            Self::Problem(problem) | Self::RateLimited { problem, .. } => problem,
            Self::Store(error) => of_store(&error),
            Self::Internal(message) | Self::Final(message) => {
                tracing::error!(%message, "internal error");
                Problem::internal()
            }
            Self::LeaseLost => {
                tracing::error!("a job's lease was lost where nobody expects it");
                Problem::internal()
            }
        }
    }
}

impl From<FileError> for DomainError {
    fn from(error: FileError) -> Self {
        let (code, sentence) = match &error {
            FileError::NotFound(_) => return Self::no_such("file"),
            FileError::TooLarge { limit } => {
                (Code::TooLarge, format!("The file is larger than {} MB. Split it, or leave out its pictures.", limit / 1_000_000))
            }
            FileError::Received(_) => (Code::Invalid, "The file did not arrive whole. Send it again.".to_owned()),
            FileError::Full(_) => {
                (Code::StorageFull, "There is no space left for files. Nothing was stored; free some space and try again.".to_owned())
            }
            FileError::Unavailable(_) => (Code::Unavailable, "The file storage can't be reached. Try again in a moment.".to_owned()),
            FileError::NoKey(_) | FileError::WrongKey(_) | FileError::NotEncrypted => {
                (Code::Unavailable, "This file can't be decrypted: its key is not set up. Ask whoever runs the server.".to_owned())
            }
            FileError::Truncated | FileError::Tampered => {
                (Code::Unavailable, "This file was damaged in its storage. Upload it again.".to_owned())
            }
            FileError::Local(_) | FileError::Denied(_) => return Self::Internal(error.to_string()),
        };
        tracing::warn!(%error, "file");
        Self::new(code, sentence)
    }
}

/// What a client may see of the database's error, where the function that met it had nothing better to say.
fn of_store(error: &StoreError) -> Problem {
    match error {
        // Two people at once: nothing of the server's failed.
        StoreError::Taken(_) | StoreError::Missing(_) | StoreError::Cursor => tracing::info!(error = chain(error), "the store refused"),
        _ => tracing::error!(error = chain(error), "the store failed"),
    }
    shown_of_store(error)
}

fn shown_of_store(error: &StoreError) -> Problem {
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
        StoreError::Busy(_) => Problem::new(Code::Unavailable, "The database is busy or can't be reached. Try again in a moment."),
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
        | StoreError::NoRoom { .. }
        | StoreError::Migration { .. }
        | StoreError::Migrations(_)
        | StoreError::Engine(_) => Problem::internal(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_storage_is_told_as_such() {
        let error = DomainError::from(FileError::Full("no space left on device".to_owned()));
        assert_eq!(error.into_problem().code, Code::StorageFull);
    }
}

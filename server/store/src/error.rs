//! What can go wrong with the database.

use sqlx::error::{DatabaseError, ErrorKind};

/// The result of everything that asks the database.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why the database did not do it. The sentences are for logs and operators; a person sees what `domain` makes of them.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row with the same unique value is already there.
    #[error("it already exists")]
    Taken(#[source] sqlx::Error),
    /// The row that this one belongs to does not exist, or is another organization's.
    #[error("what it belongs to does not exist")]
    Missing(#[source] sqlx::Error),
    /// Locked by somebody else for too long, or no connection came free in time. The same again will work later.
    #[error("the database is busy")]
    Busy(#[source] sqlx::Error),
    /// The disk is full.
    #[error("the database's disk is full")]
    Full(#[source] sqlx::Error),
    /// The cursor was not made by this list.
    #[error("the cursor is not one of this list's")]
    Cursor,
    /// The address of the database can't be understood.
    #[error("the database address must start with sqlite: or postgres:// ({0})")]
    Url(String),
    /// The folder of the SQLite file can't be made.
    #[error("the database's folder {path} can't be made")]
    Folder {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// Anything else the engine says.
    #[error("the database failed")]
    Engine(#[source] sqlx::Error),
}

impl StoreError {
    /// Locked or out of connections: the same again will work later.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }

    /// The disk is full.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            return Self::Busy(error);
        }
        let Some(database) = error.as_database_error() else {
            return Self::Engine(error);
        };
        match database.kind() {
            ErrorKind::UniqueViolation => Self::Taken(error),
            ErrorKind::ForeignKeyViolation => Self::Missing(error),
            _ => match trouble(database) {
                Trouble::Busy => Self::Busy(error),
                Trouble::Full => Self::Full(error),
                Trouble::Other => Self::Engine(error),
            },
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::Execute(source) => match Self::from(source) {
                Self::Engine(source) => Self::Migration(sqlx::migrate::MigrateError::Execute(source)),
                other => other,
            },
            other => Self::Migration(other),
        }
    }
}

enum Trouble {
    Busy,
    Full,
    Other,
}

/// SQLite gives extended result codes as decimal numbers, PostgreSQL five-character SQLSTATEs.
fn trouble(error: &dyn DatabaseError) -> Trouble {
    let code = error.code().unwrap_or_default();
    match code.as_ref() {
        // lock_not_available, query_canceled (statement timeout), deadlock, serialization, too many connections,
        // starting up or shutting down
        "55P03" | "57014" | "40P01" | "40001" | "53300" | "57P01" | "57P03" => Trouble::Busy,
        "53100" => Trouble::Full,
        _ if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() => match code.parse::<i32>().map(|code| code & 0xff) {
            // SQLITE_BUSY, SQLITE_LOCKED
            Ok(5 | 6) => Trouble::Busy,
            // SQLITE_FULL
            Ok(13) => Trouble::Full,
            _ => Trouble::Other,
        },
        _ => Trouble::Other,
    }
}

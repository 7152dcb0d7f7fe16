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
    /// The transaction failed before, so it stores nothing more.
    #[error("the transaction had failed and was rolled back")]
    RolledBack,
    /// The database's file is not what it should be.
    #[error("the database is malformed; stop the server and restore a copy (operator's manual, “Restore”)")]
    Malformed(#[source] sqlx::Error),
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
    /// Another process has the SQLite file.
    #[error(
        "{path} is in use by another server or by `closezly migrate`. Stop that one first: one SQLite file takes one server \
         (several servers can share a PostgreSQL database)"
    )]
    InUse {
        /// The database's file.
        path: String,
    },
    /// A file beside the SQLite file can't be read or written.
    #[error("{path}, which belongs to the database, can't be used")]
    Beside {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The write-ahead log beside the SQLite file is another database's.
    #[error(
        "{path}-wal does not belong to {path}: {why}. Together they would make a damaged database, or undo what you restored; nothing was changed. \
         If you put a copy in place, remove {path}-wal and {path}-shm and start again (operator's manual, “Restore”). \
         If you are sure that they belong together, remove {path}-mark and start again"
    )]
    ForeignLog {
        /// The database's file.
        path: String,
        /// How that is known.
        why: &'static str,
    },
    /// The SQLite file failed its check.
    #[error(
        "{path} is damaged: {found}. Nothing was changed. Keep a copy of it with its -wal, and restore your last copy \
         (operator's manual, “Restore”)"
    )]
    Damaged {
        /// The database's file.
        path: String,
        /// What the check found.
        found: String,
    },
    /// The database was written by a newer version.
    #[error(
        "the database was written by a newer version of Closezly: it has migration {version}, which this version does not know. \
         Nothing was changed. Start the newer version again, or restore the copy from before the upgrade \
         (operator's manual, “Downgrade”)"
    )]
    Newer {
        /// The newest migration that is not known.
        version: i64,
    },
    /// A migration was begun and not finished.
    #[error(
        "migration {version} of the database was begun and did not finish. Nothing was changed now. \
         Restore the copy from before the upgrade and start again (operator's manual, “Restore”)"
    )]
    HalfMigrated {
        /// Which.
        version: i64,
    },
    /// A migration was applied in another form than this version's.
    #[error(
        "migration {version} was applied to the database in another form than this version has: it was made by a build that was \
         never released, or changed by hand. Nothing was changed. Start the build that made it, or restore a copy \
         (operator's manual, “Downgrade”)"
    )]
    ForeignMigration {
        /// Which.
        version: i64,
    },
    /// An upgrade takes more space than there is.
    #[error(
        "the upgrade of the database needs {needed} MB of space in {folder}, and {free} MB are free. Nothing was changed. Make space there and \
         start again (operator's manual, “Upgrade”)"
    )]
    NoRoom {
        /// Where.
        folder: String,
        /// Megabytes that it takes at most.
        needed: u64,
        /// Megabytes that there are.
        free: u64,
    },
    /// A migration failed and was taken back.
    #[error(
        "migration {version} of the database failed and was taken back: every table is as it was before it, with all its rows. Mend the cause, \
         which is named after this, and start again: the upgrade goes on from there. To go back to the version before, restore the copy from \
         before the upgrade (operator's manual, “Downgrade”)"
    )]
    Migration {
        /// Which.
        version: i64,
        /// What it ran into.
        #[source]
        source: sqlx::Error,
    },
    /// Which migrations the database has could not be found out.
    #[error("the database could not be migrated; nothing was changed")]
    Migrations(#[source] sqlx::migrate::MigrateError),
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
                Trouble::Malformed => Self::Malformed(error),
                Trouble::Other => Self::Engine(error),
            },
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError as Its;
        match error {
            Its::Execute(source) => match Self::from(source) {
                Self::Engine(source) => Self::Migrations(Its::Execute(source)),
                other => other,
            },
            Its::ExecuteMigration(source, version) => match Self::from(source) {
                // What a row collides with is the migration's matter, not that of somebody who stores something.
                Self::Engine(source) | Self::Taken(source) | Self::Missing(source) => Self::Migration { version, source },
                other => other,
            },
            Its::VersionMissing(version) => Self::Newer { version },
            Its::Dirty(version) => Self::HalfMigrated { version },
            Its::VersionMismatch(version) => Self::ForeignMigration { version },
            other => Self::Migrations(other),
        }
    }
}

/// An error and what caused it, in one line. `%error` alone hides its causes.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        // Some errors repeat their cause in their own words.
        if !line.ends_with(&words) {
            line = format!("{line}: {words}");
        }
        next = cause.source();
    }
    line
}

enum Trouble {
    Busy,
    Full,
    Malformed,
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
        // data_corrupted, index_corrupted
        "XX001" | "XX002" => Trouble::Malformed,
        // SQLITE_IOERR_SHMSIZE: no room for the index of the write-ahead log
        "4874" if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() => Trouble::Full,
        _ if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() => match code.parse::<i32>().map(|code| code & 0xff) {
            // SQLITE_BUSY, SQLITE_LOCKED
            Ok(5 | 6) => Trouble::Busy,
            // SQLITE_FULL
            Ok(13) => Trouble::Full,
            // SQLITE_CORRUPT, SQLITE_NOTADB
            Ok(11 | 26) => Trouble::Malformed,
            _ => Trouble::Other,
        },
        _ => Trouble::Other,
    }
}

//! The two engines behind one type, and the macro that says a query once for both.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Postgres, Sqlite, Transaction};

use crate::error::{Result, StoreError};

/// Which database engine it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file on this machine; the default.
    Sqlite,
    /// A server, `postgres://…`.
    Postgres,
}

/// How patient and how wide the connection is.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long to wait for a lock or for a free connection before [`StoreError::Busy`].
    pub patience: Duration,
    /// Connections that read (SQLite) or connections in all (PostgreSQL).
    pub connections: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { patience: Duration::from_secs(5), connections: 8 }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Db {
    /// SQLite takes one writer at a time: a pool of one queues the writers in order, where the busy handler would let
    /// them race.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) db: Db,
    /// Vectors in memory, beside SQLite only.
    pub(crate) indexes: crate::knowledge::Indexes,
}

/// A transaction that may write. What it did is undone if it is dropped without a commit.
#[derive(Debug)]
pub enum Tx {
    /// On the one connection that writes.
    Sqlite(Transaction<'static, Sqlite>),
    /// On a connection of its own.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Keeps what was done.
    ///
    /// # Errors
    /// What the engine says; then nothing is kept.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

impl Store {
    /// Connects to `sqlite:PATH`, `sqlite::memory:` or `postgres://…`. Makes the SQLite file and its folder; does not migrate.
    ///
    /// # Errors
    /// [`StoreError::Url`] for any other address, [`StoreError::Folder`], or what the engine says.
    pub async fn connect(url: &str) -> Result<Self> {
        Self::connect_with(url, Options::default()).await
    }

    /// [`Store::connect`] with other options than the default ones.
    ///
    /// # Errors
    /// As [`Store::connect`].
    pub async fn connect_with(url: &str, options: Options) -> Result<Self> {
        let db = if url.starts_with("sqlite:") {
            connect_sqlite(url, options).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            connect_postgres(url, options).await?
        } else {
            // Only the scheme: the rest may carry a password.
            return Err(StoreError::Url(url.split(':').next().unwrap_or_default().chars().take(20).collect()));
        };
        Ok(Self { db, indexes: crate::knowledge::Indexes::default() })
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.db {
            Db::Sqlite { .. } => Engine::Sqlite,
            Db::Postgres(_) => Engine::Postgres,
        }
    }

    /// Finishes what runs and closes every connection.
    pub async fn close(&self) {
        match &self.db {
            Db::Sqlite { writer, readers } => {
                readers.close().await;
                // Last, so that it can fold the write-ahead log into the file.
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if the database stays locked for too long.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match &self.db {
            // IMMEDIATE: a transaction that reads first and writes later could not wait for the lock in between.
            Db::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Db::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }
}

async fn connect_sqlite(url: &str, options: Options) -> Result<Db> {
    let connect = SqliteConnectOptions::from_str(url)
        .map_err(|_| StoreError::Url("sqlite".to_owned()))?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        // What is deleted is overwritten: nobody finds it in the file's free pages.
        .pragma("secure_delete", "ON")
        .busy_timeout(options.patience);
    let pool = || SqlitePoolOptions::new().acquire_timeout(options.patience).idle_timeout(None).max_lifetime(None);
    if url.trim_start_matches("sqlite:").trim_start_matches("//").starts_with(":memory:") {
        // Memory belongs to one connection: it is writer and reader.
        let only = pool().max_connections(1).connect_with(connect).await?;
        return Ok(Db::Sqlite { writer: only.clone(), readers: only });
    }
    if let Some(folder) = connect.get_filename().parent().filter(|folder| *folder != Path::new("")) {
        let refused = |source| StoreError::Folder { path: folder.display().to_string(), source };
        tokio::fs::create_dir_all(folder).await.map_err(refused)?;
    }
    let writer = pool().max_connections(1).connect_with(connect.clone()).await?;
    let readers = pool().max_connections(options.connections.max(1)).connect_with(connect.pragma("query_only", "ON")).await?;
    Ok(Db::Sqlite { writer, readers })
}

async fn connect_postgres(url: &str, options: Options) -> Result<Db> {
    let patience = format!("{}ms", options.patience.as_millis());
    let connect = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Url("postgres".to_owned()))?
        .application_name("closezly")
        .options([("lock_timeout", patience.as_str()), ("statement_timeout", "60s"), ("TimeZone", "UTC")])
        // pgvector: a search that is narrowed to a tenant goes on until it has enough.
        .options([("hnsw.iterative_scan", "relaxed_order"), ("hnsw.ef_search", "100")])
        // No statement here runs for long enough to be worth compiling.
        .options([("jit", "off")]);
    let pool = PgPoolOptions::new().max_connections(options.connections.max(1)).acquire_timeout(options.patience);
    Ok(Db::Postgres(pool.connect_with(connect).await?))
}

/// Says a query once for both engines, with each one's concrete types.
///
/// First where it runs: `read store`, `write store` or `within tx`. Then what it gives: `execute` (rows affected),
/// `all Row`, `optional Row` or `one Row`. Then the statement and its binds.
macro_rules! query {
    (read $store:expr, $($rest:tt)+) => {
        match &$store.db {
            $crate::engine::Db::Sqlite { readers, .. } => $crate::engine::query!(@ sqlx::Sqlite, sqlite, readers, $($rest)+),
            $crate::engine::Db::Postgres(pool) => $crate::engine::query!(@ sqlx::Postgres, postgres, pool, $($rest)+),
        }
        .map_err($crate::error::StoreError::from)
    };
    (write $store:expr, $($rest:tt)+) => {
        match &$store.db {
            $crate::engine::Db::Sqlite { writer, .. } => $crate::engine::query!(@ sqlx::Sqlite, sqlite, writer, $($rest)+),
            $crate::engine::Db::Postgres(pool) => $crate::engine::query!(@ sqlx::Postgres, postgres, pool, $($rest)+),
        }
        .map_err($crate::error::StoreError::from)
    };
    (within $tx:expr, $($rest:tt)+) => {
        match &mut *$tx {
            $crate::engine::Tx::Sqlite(tx) => $crate::engine::query!(@ sqlx::Sqlite, sqlite, &mut **tx, $($rest)+),
            $crate::engine::Tx::Postgres(tx) => $crate::engine::query!(@ sqlx::Postgres, postgres, &mut **tx, $($rest)+),
        }
        .map_err($crate::error::StoreError::from)
    };
    (@ $db:ty, $text:ident, $on:expr, execute, $sql:expr $(, $bind:expr)* $(,)?) => {
        sqlx::query::<$db>($crate::statements::Text::$text($sql))$(.bind($bind))*.execute($on).await.map(|done| done.rows_affected())
    };
    (@ $db:ty, $text:ident, $on:expr, all $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        sqlx::query_as::<$db, $row>($crate::statements::Text::$text($sql))$(.bind($bind))*.fetch_all($on).await
    };
    (@ $db:ty, $text:ident, $on:expr, optional $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        sqlx::query_as::<$db, $row>($crate::statements::Text::$text($sql))$(.bind($bind))*.fetch_optional($on).await
    };
    (@ $db:ty, $text:ident, $on:expr, one $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        sqlx::query_as::<$db, $row>($crate::statements::Text::$text($sql))$(.bind($bind))*.fetch_one($on).await
    };
}

pub(crate) use query;

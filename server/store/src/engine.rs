//! The two engines behind one type, and the macro that says a query once for both.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Postgres, Sqlite, Transaction};

use crate::condition::Condition;
use crate::error::{Result, StoreError};
use crate::extensions::Extensions;
use crate::keeper::Keeper;

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
    /// What its statements found out about the database.
    pub(crate) condition: Arc<Condition>,
    /// What a server holds of its SQLite file; none for whoever only visits, and on PostgreSQL.
    pub(crate) keeper: Option<Arc<Keeper>>,
    /// What areas keep in memory beside it.
    extensions: Extensions,
}

/// A transaction that may write; dropped without a commit, what it did is undone. After an error it takes nothing more, on both engines: SQLite rolls back by itself after some
/// errors, and what follows would be stored statement by statement.
pub struct Tx {
    open: Open,
    condition: Arc<Condition>,
    failed: bool,
}

/// A transaction of an engine.
pub(crate) enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    /// On a connection of its own.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Keeps what was done.
    ///
    /// # Errors
    /// What the engine says; then nothing is kept. [`StoreError::RolledBack`] after an error.
    pub async fn commit(self) -> Result<()> {
        if self.failed {
            return Err(StoreError::RolledBack);
        }
        let committed = match self.open {
            Open::Sqlite(tx) => tx.commit().await,
            Open::Postgres(tx) => tx.commit().await,
        };
        committed.map_err(|error| self.condition.failed(error))
    }

    async fn rollback(self) -> Result<()> {
        let rolled_back = match self.open {
            Open::Sqlite(tx) => tx.rollback().await,
            Open::Postgres(tx) => tx.rollback().await,
        };
        rolled_back.map_err(|error| self.condition.failed(error))
    }

    /// Where the next statement runs; none after an error.
    pub(crate) fn open(&mut self) -> Option<&mut Open> {
        (!self.failed).then_some(&mut self.open)
    }

    /// What a statement came to.
    pub(crate) fn after<T>(&mut self, done: Option<sqlx::Result<T>>) -> Result<T> {
        let Some(done) = done else { return Err(StoreError::RolledBack) };
        done.map_err(|error| {
            self.failed = true;
            self.condition.failed(error)
        })
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
        Ok(Self { db, condition: Arc::default(), keeper: None, extensions: Extensions::default() })
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.db {
            Db::Sqlite { .. } => Engine::Sqlite,
            Db::Postgres(_) => Engine::Postgres,
        }
    }

    /// What an area keeps in memory beside the database; clones of the store share it.
    pub(crate) fn extension<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.extensions.get()
    }

    /// Whether the database takes writes: begins a transaction, and takes it back.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn can_write(&self) -> Result<()> {
        self.begin().await?.rollback().await
    }

    /// Whether any statement found the database's file to be malformed. It stays so until a restart.
    pub fn is_malformed(&self) -> bool {
        self.condition.is_malformed()
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
        if let Some(keeper) = &self.keeper {
            keeper.let_go();
        }
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if the database stays locked for too long.
    pub async fn begin(&self) -> Result<Tx> {
        let begun = match &self.db {
            // IMMEDIATE: a transaction that reads first and writes later could not wait for the lock in between.
            Db::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(Open::Sqlite),
            Db::Postgres(pool) => pool.begin().await.map(Open::Postgres),
        };
        let open = begun.map_err(|error| self.failed(error))?;
        Ok(Tx { open, condition: self.condition.clone(), failed: false })
    }

    /// Makes our error of an engine's, and remembers what it tells about the database.
    pub(crate) fn failed(&self, error: sqlx::Error) -> StoreError {
        self.condition.failed(error)
    }

    /// Does what gives space back, or lets a person in to do so. On a full disk it is done once more, with the reserve's space.
    ///
    /// # Errors
    /// The work's.
    pub async fn urgent<T, F: Future<Output = Result<T>>>(&self, work: impl Fn() -> F) -> Result<T> {
        let done = work().await;
        match (&done, &self.keeper) {
            (Err(error), Some(keeper)) if error.is_full() && keeper.give_up_reserve() => work().await,
            _ => done,
        }
    }
}

pub(crate) fn sqlite_options(url: &str) -> Result<SqliteConnectOptions> {
    SqliteConnectOptions::from_str(url).map_err(|_| StoreError::Url("sqlite".to_owned()))
}

/// Whether the address is SQLite's memory, which has no file.
pub(crate) fn is_memory(url: &str) -> bool {
    url.trim_start_matches("sqlite:").trim_start_matches("//").starts_with(":memory:")
}

/// What a reader keeps of the file's pages: so many KiB, which SQLite wants with a minus.
const READERS_CACHE: &str = "-512";

async fn connect_sqlite(url: &str, options: Options) -> Result<Db> {
    let connect = sqlite_options(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        // What is deleted is overwritten: nobody finds it in the file's free pages.
        .pragma("secure_delete", "ON")
        .busy_timeout(options.patience);
    let pool = || SqlitePoolOptions::new().acquire_timeout(options.patience).idle_timeout(None).max_lifetime(None);
    if is_memory(url) {
        // Memory belongs to one connection: it is writer and reader.
        let only = pool().max_connections(1).connect_with(connect).await?;
        return Ok(Db::Sqlite { writer: only.clone(), readers: only });
    }
    if let Some(folder) = connect.get_filename().parent().filter(|folder| *folder != Path::new("")) {
        let refused = |source| StoreError::Folder { path: folder.display().to_string(), source };
        tokio::fs::create_dir_all(folder).await.map_err(refused)?;
    }
    // SQLite takes a transaction back by itself when the disk is full, a file can't be written, memory runs out or it was
    // interrupted. sqlx's own rollback then fails, it counts the transaction as open for ever, and none could begin any more:
    // such a connection is closed, and the next one opened. The ping waits for the rollback of a transaction that was dropped.
    let writer = pool().max_connections(1).after_release(|connection, _| {
        Box::pin(async move {
            connection.ping().await?;
            Ok(!connection.is_in_transaction())
        })
    });
    let writer = writer.connect_with(connect.clone()).await?;
    // Pages are kept by the operating system: what each reader keeps too grows for hours, until it is there once more for each of them.
    let reader = connect.pragma("query_only", "ON").pragma("cache_size", READERS_CACHE);
    let readers = pool().max_connections(options.connections.max(1)).connect_with(reader).await?;
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
        .map_err(|error| $store.failed(error))
    };
    (write $store:expr, $($rest:tt)+) => {
        match &$store.db {
            $crate::engine::Db::Sqlite { writer, .. } => $crate::engine::query!(@ sqlx::Sqlite, sqlite, writer, $($rest)+),
            $crate::engine::Db::Postgres(pool) => $crate::engine::query!(@ sqlx::Postgres, postgres, pool, $($rest)+),
        }
        .map_err(|error| $store.failed(error))
    };
    (within $tx:expr, $($rest:tt)+) => {{
        let transaction: &mut $crate::engine::Tx = &mut *$tx;
        let done = match transaction.open() {
            Some($crate::engine::Open::Sqlite(tx)) => Some($crate::engine::query!(@ sqlx::Sqlite, sqlite, &mut **tx, $($rest)+)),
            Some($crate::engine::Open::Postgres(tx)) => Some($crate::engine::query!(@ sqlx::Postgres, postgres, &mut **tx, $($rest)+)),
            None => None,
        };
        transaction.after(done)
    }};
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]

    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::statements::statements;

    statements! {
        MAKE = "CREATE TABLE t (x BIGINT PRIMARY KEY)";
        INSERT = "INSERT INTO t (x) VALUES ($1)";
        ALL = "SELECT x FROM t ORDER BY x";
    }

    async fn numbers(store: &Store) -> Vec<i64> {
        let rows = async { query!(read store, all (i64,), ALL) };
        rows.await.unwrap().into_iter().map(|(x,)| x).collect()
    }

    async fn insert(tx: &mut Tx, x: i64) -> Result<u64> {
        query!(within tx, execute, INSERT, x)
    }

    async fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::connect(&format!("sqlite:{}", folder.path().join("x.db").display())).await.unwrap();
        let make = async { query!(write store, execute, MAKE) };
        make.await.unwrap();
        assert!(STATEMENTS.len() == 3);
        (folder, store)
    }

    /// What is interrupted is rolled back by SQLite itself, as when the disk is full, a file can't be written or memory runs out.
    #[tokio::test]
    async fn an_interrupted_transaction_stores_nothing_and_the_next_one_begins() {
        let (_folder, store) = store().await;
        let Db::Sqlite { writer, .. } = &store.db else { panic!() };
        for way in 0..3 {
            let interrupted = Arc::new(AtomicBool::new(false));
            let stop = interrupted.clone();
            let mut connection = writer.acquire().await.unwrap();
            connection.lock_handle().await.unwrap().set_progress_handler(1, move || !stop.load(Ordering::Relaxed));
            drop(connection);
            let mut tx = store.begin().await.unwrap();
            insert(&mut tx, 1).await.unwrap();
            interrupted.store(true, Ordering::Relaxed);
            assert!(matches!(insert(&mut tx, 2).await, Err(StoreError::Engine(_))), "interrupted");
            interrupted.store(false, Ordering::Relaxed);
            assert!(matches!(insert(&mut tx, 3).await, Err(StoreError::RolledBack)), "it would be stored alone");
            match way {
                0 => drop(tx),
                1 => assert!(matches!(tx.commit().await, Err(StoreError::RolledBack))),
                _ => assert!(tx.rollback().await.is_err()),
            }
            assert_eq!(numbers(&store).await, [] as [i64; 0]);
            store.can_write().await.unwrap();
        }
        let mut tx = store.begin().await.unwrap();
        insert(&mut tx, 4).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(numbers(&store).await, [4]);
    }

    #[tokio::test]
    async fn after_an_error_a_transaction_takes_nothing_more() {
        let (_folder, store) = store().await;
        let mut tx = store.begin().await.unwrap();
        insert(&mut tx, 1).await.unwrap();
        assert!(matches!(insert(&mut tx, 1).await, Err(StoreError::Taken(_))));
        assert!(matches!(insert(&mut tx, 2).await, Err(StoreError::RolledBack)), "as on PostgreSQL");
        assert!(tx.commit().await.is_err());
        assert_eq!(numbers(&store).await, [] as [i64; 0]);
    }
}

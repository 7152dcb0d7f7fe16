//! Bringing the schema up to date.

use std::collections::BTreeMap;
use std::time::Instant;

use sqlx::PgPool;
use sqlx::migrate::{Migrate, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::SqlitePool;

use crate::engine::{Db, Store, query};
use crate::error::{Result, StoreError, chain};
use crate::room::{Room, rooms};
use crate::statements::statements;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Where sqlx notes what was applied.
const TABLE: &str = "_sqlx_migrations";

statements! {
    PING = "SELECT CAST(1 AS BIGINT)";
}

impl Store {
    /// Applies what is missing; safe to call by several servers at once.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::HalfMigrated`] or [`StoreError::ForeignMigration`] if this version can't do anything
    /// with the database, [`StoreError::NoRoom`] if the disk has too little space for it, [`StoreError::Migration`] if a migration failed.
    pub async fn migrate(&self) -> Result<()> {
        let names = self.pending_migrations().await?;
        for room in self.upgrade_rooms().await? {
            room.check()?;
        }
        let begun = Instant::now();
        if let (Some(first), Some(last)) = (names.first(), names.last()) {
            tracing::info!(first, last, "bringing the database up to date");
        }
        self.apply().await?;
        if !names.is_empty() {
            tracing::info!(migrations = names.len(), seconds = begun.elapsed().as_secs_f64(), "the database was brought up to date");
        }
        Ok(())
    }

    async fn apply(&self) -> Result<()> {
        match &self.db {
            Db::Sqlite { writer, .. } => {
                SQLITE.run(writer).await?;
                self.settle(writer).await;
            }
            Db::Postgres(pool) => {
                let own = unhurried(pool);
                let applied = POSTGRES.run(&own).await;
                own.close().await;
                applied?;
            }
        }
        Ok(())
    }

    /// Folds the log into the file once the schema is as it will stay: a copy of the file then has the schema, and a log that has
    /// another one is not its own.
    async fn settle(&self, writer: &SqlitePool) {
        let Some(keeper) = &self.keeper else { return };
        match sqlx::query_as::<_, (i64, i64, i64)>("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(writer).await {
            Ok((0, ..)) => match sqlx::query_scalar::<_, i64>("PRAGMA schema_version").fetch_one(writer).await {
                Ok(schema) => keeper.serves(schema),
                Err(error) => tracing::warn!(error = chain(&error), "the schema's number could not be read"),
            },
            Ok(_) => tracing::warn!("another program reads the database, so its log stays as it is"),
            // A full disk keeps no server from starting.
            Err(error) => tracing::warn!(error = chain(&error), "the log could not be folded into the database"),
        }
    }

    /// Names of the migrations that [`Store::migrate`] would apply, in order.
    ///
    /// # Errors
    /// As [`Store::migrate`] if it would refuse the database.
    pub async fn pending_migrations(&self) -> Result<Vec<String>> {
        Ok(self.missing().await?.into_iter().map(|(_, name)| name).collect())
    }

    /// The space that [`Store::migrate`] would take, a folder at a time, where it rewrites much of a SQLite file. PostgreSQL's disk is not ours
    /// to look at.
    ///
    /// # Errors
    /// As [`Store::pending_migrations`].
    pub async fn upgrade_rooms(&self) -> Result<Vec<Room>> {
        let Db::Sqlite { writer, .. } = &self.db else { return Ok(Vec::new()) };
        let missing: Vec<i64> = self.missing().await?.into_iter().map(|(version, _)| version).collect();
        rooms(&missing, &mut *writer.acquire().await?).await
    }

    /// Number and name of each migration that is missing, in order.
    async fn missing(&self) -> Result<Vec<(i64, String)>> {
        match &self.db {
            Db::Sqlite { writer, .. } => pending(&SQLITE, &mut *writer.acquire().await?).await,
            Db::Postgres(pool) => pending(&POSTGRES, &mut *pool.acquire().await?).await,
        }
    }

    /// Asks the database for an answer, to know that it is there.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn ping(&self) -> Result<()> {
        query!(read self, one (i64,), PING)?;
        Ok(())
    }
}

/// A connection for an upgrade, whose statements take as long as they take: an index over a million lines isn't made in the minute that any other may
/// take.
fn unhurried(pool: &PgPool) -> PgPool {
    let connect = PgConnectOptions::clone(&pool.connect_options()).options([("statement_timeout", "0")]);
    PgPoolOptions::new().max_connections(1).connect_lazy_with(connect)
}

async fn pending<C: Migrate>(migrator: &Migrator, connection: &mut C) -> Result<Vec<(i64, String)>> {
    connection.ensure_migrations_table(TABLE).await?;
    if let Some(version) = connection.dirty_version(TABLE).await? {
        return Err(StoreError::HalfMigrated { version });
    }
    let applied = connection.list_applied_migrations(TABLE).await?;
    let applied: BTreeMap<i64, _> = applied.into_iter().map(|migration| (migration.version, migration.checksum)).collect();
    if let Some(version) = applied.keys().rfind(|version| !migrator.version_exists(**version)) {
        return Err(StoreError::Newer { version: *version });
    }
    if let Some(foreign) = migrator.iter().find(|migration| applied.get(&migration.version).is_some_and(|sum| *sum != migration.checksum)) {
        return Err(StoreError::ForeignMigration { version: foreign.version });
    }
    let missing = migrator.iter().filter(|migration| !applied.contains_key(&migration.version));
    let name = |version: i64, description: &str| format!("{version:04}_{}", description.replace(' ', "_"));
    Ok(missing.map(|migration| (migration.version, name(migration.version, &migration.description))).collect())
}

/// Brings a database to where an older release left it, for tests of what newer ones make of it.
#[cfg(feature = "test-utils")]
pub(crate) async fn migrate_to(store: &Store, version: i64) -> Result<()> {
    let until = |all: &Migrator| {
        let mut some = Migrator { locking: all.locking, ..Migrator::DEFAULT };
        some.migrations = all.iter().filter(|migration| migration.version <= version).cloned().collect::<Vec<_>>().into();
        some
    };
    match &store.db {
        Db::Sqlite { writer, .. } => until(&SQLITE).run(writer).await?,
        Db::Postgres(pool) => until(&POSTGRES).run(pool).await?,
    }
    Ok(())
}

/// Tells one set of PostgreSQL migrations from another.
#[cfg(feature = "test-utils")]
pub(crate) fn fingerprint() -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    POSTGRES.iter().for_each(|migration| hash.update(&migration.checksum));
    hex::encode(&hash.finalize()[..8])
}

#[cfg(all(test, feature = "test-utils"))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::{Engine, testing};

    #[tokio::test]
    async fn an_upgrade_may_take_longer_than_a_page() {
        let store = testing::open(Engine::Postgres).await;
        let store = store.store();
        let Db::Postgres(pool) = &store.db else { panic!("not PostgreSQL") };
        let limit = "SHOW statement_timeout";
        let of_upgrades: String = sqlx::query_scalar(limit).fetch_one(&unhurried(pool)).await.unwrap();
        let of_others: String = sqlx::query_scalar(limit).fetch_one(pool).await.unwrap();
        assert_eq!((of_upgrades.as_str(), of_others.as_str()), ("0", "1min"));
    }
}

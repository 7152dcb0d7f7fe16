//! Bringing the schema up to date.

use std::collections::BTreeSet;

use sqlx::migrate::{MigrateError, Migrator};

use crate::engine::{Db, Store, query};
use crate::error::{Result, StoreError};
use crate::statements::statements;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

statements! {
    PING = "SELECT CAST(1 AS BIGINT)";
}

impl Store {
    /// Applies what is missing; safe to call by several servers at once.
    ///
    /// # Errors
    /// [`StoreError::Migration`], among others when the database was written by a newer version.
    pub async fn migrate(&self) -> Result<()> {
        match &self.db {
            Db::Sqlite { writer, .. } => SQLITE.run(writer).await?,
            Db::Postgres(pool) => POSTGRES.run(pool).await?,
        }
        Ok(())
    }

    /// Names of the migrations that [`Store::migrate`] would apply, in order.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn pending_migrations(&self) -> Result<Vec<String>> {
        let applied: BTreeSet<i64> = match &self.db {
            Db::Sqlite { writer, .. } => applied(&mut *writer.acquire().await?).await?,
            Db::Postgres(pool) => applied(&mut *pool.acquire().await?).await?,
        };
        let all = match &self.db {
            Db::Sqlite { .. } => &SQLITE,
            Db::Postgres(_) => &POSTGRES,
        };
        let missing = all.iter().filter(|migration| !applied.contains(&migration.version));
        Ok(missing.map(|migration| format!("{:04}_{}", migration.version, migration.description.replace(' ', "_"))).collect())
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

async fn applied<C: sqlx::migrate::Migrate>(connection: &mut C) -> Result<BTreeSet<i64>, StoreError> {
    connection.ensure_migrations_table("_sqlx_migrations").await?;
    let applied = connection.list_applied_migrations("_sqlx_migrations").await.map_err(|error: MigrateError| error)?;
    Ok(applied.into_iter().map(|migration| migration.version).collect())
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

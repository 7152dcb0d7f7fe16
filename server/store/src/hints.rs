//! Hints from one server to the others on the same PostgreSQL: that there may be something to do. They may get lost, and nothing depends
//! on them: who gets none looks by itself after a while.
//!
//! A hint is sent on its own, never within a transaction: PostgreSQL commits transactions that notify one after the other.

use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::engine::{Db, Store};
use crate::error::Result;

/// The channel, within a database.
const CHANNEL: &str = "closezly_hints";

/// What other servers hint at.
pub struct Hints(PgListener);

impl Hints {
    /// The next hint, and nothing while there is none. After a connection that broke, what was hinted at meanwhile is lost: then it is
    /// none, and who waits should look.
    ///
    /// # Errors
    /// If the database can't be reached again.
    pub async fn next(&mut self) -> Result<Option<String>> {
        Ok(self.0.try_recv().await?.map(|hint| hint.payload().to_owned()))
    }
}

impl Store {
    /// Listens for hints, on a connection of its own. None on SQLite, which has one server only.
    ///
    /// # Errors
    /// If the database can't be reached, or what stands before it doesn't let a connection listen.
    pub async fn hints(&self) -> Result<Option<Hints>> {
        let Db::Postgres(pool) = &self.db else { return Ok(None) };
        let own = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let own = own.connect_lazy_with(pool.connect_options().as_ref().clone());
        let mut listener = PgListener::connect_with(&own).await?;
        listener.listen(CHANNEL).await?;
        Ok(Some(Hints(listener)))
    }

    /// Sends a hint to every server that listens, this one too. Nothing on SQLite.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn hint(&self, words: &str) -> Result<()> {
        if let Db::Postgres(pool) = &self.db {
            // Not among the statements: SQLite has nothing of the kind.
            let sent = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(words).execute(pool).await;
            sent.map_err(|error| self.failed(error))?;
        }
        Ok(())
    }
}

//! The servers on one database, as they know each other: who is there, who has gone.
//!
//! A server that runs calls renews its lease every few seconds. On PostgreSQL it also holds an advisory lock on a connection of its own:
//! a killed process loses it at once, so its lease need not run out first. Times are the database's there, so that no server's clock
//! matters; SQLite has one server, whose clock it is.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use crate::dialect::differing;
use crate::engine::{Db, Store, query};
use crate::error::Result;
use crate::statements::statements;

/// A server that has not renewed its lease for so long is gone.
pub const LEASE: TimeDelta = TimeDelta::seconds(10);
/// One that holds no lock is gone after so long: it may be connecting again, to a PostgreSQL that was away for a moment.
const UNLOCKED: TimeDelta = TimeDelta::seconds(4);
/// What is known of servers that have been gone for so long is forgotten.
const FORGOTTEN: TimeDelta = TimeDelta::days(7);

statements! {
    FORGET_SERVER = "DELETE FROM servers WHERE id = $1";
    FORGET_SERVERS = "DELETE FROM servers WHERE id <> $1 AND renewed_at < $2";
}

differing! {
    RENEW_LEASE = Dialect {
        sqlite: "INSERT INTO servers (id, address, started_at, renewed_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (id) DO UPDATE SET renewed_at = excluded.renewed_at, address = excluded.address",
        // By the database's clock, in which `$4` is the moment of asking.
        postgres: "INSERT INTO servers (id, address, started_at, renewed_at)
            VALUES ($1, $2, CAST($3 AS TIMESTAMPTZ) - CAST($4 AS TIMESTAMPTZ) + clock_timestamp(), clock_timestamp())
            ON CONFLICT (id) DO UPDATE SET renewed_at = excluded.renewed_at, address = excluded.address",
    };
    // `$1` is the moment of asking; a lease from before `$2` has run out, one from before `$3` needs its lock.
    LIVING_SERVERS = Dialect {
        sqlite: "SELECT id, address FROM servers WHERE renewed_at > $2 AND $1 >= $2 AND $3 >= $2",
        // A PostgreSQL that has just started knows no locks yet, and nobody could renew while it was away.
        postgres: "SELECT id, address FROM servers
            WHERE pg_postmaster_start_time() > CAST($2 AS TIMESTAMPTZ) - CAST($1 AS TIMESTAMPTZ) + clock_timestamp() OR (renewed_at > CAST($2 AS TIMESTAMPTZ) - CAST($1 AS TIMESTAMPTZ) + clock_timestamp() AND (
                renewed_at > CAST($3 AS TIMESTAMPTZ) - CAST($1 AS TIMESTAMPTZ) + clock_timestamp() OR EXISTS (
                    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        AND ((classid::BIGINT << 32) | objid::BIGINT) = hashtextextended(servers.id, 0)
                )
            ))",
    };
}

/// A server that is there now.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LivingServer {
    /// Differs at each start.
    pub id: String,
    /// Where other servers reach it; none if they can't.
    pub address: Option<String>,
}

/// The connection whose end tells the others that this server is gone. Dropped, it says so.
#[derive(Debug)]
pub struct Presence(PgConnection);

impl Presence {
    /// Whether the connection, and with it the lock, is still there.
    pub async fn holds(&mut self) -> bool {
        self.0.ping().await.is_ok()
    }
}

impl Store {
    /// Says that this server is there: until [`LEASE`] from now. `now` is by this server's clock, `started` too.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn renew_lease(&self, server: &str, address: Option<&str>, started: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
        query!(write self, execute, RENEW_LEASE, server, address, started.trunc_subsecs(6), now.trunc_subsecs(6))?;
        Ok(())
    }

    /// The servers that are there, this one too if it has renewed its lease.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn living_servers(&self, now: DateTime<Utc>) -> Result<Vec<LivingServer>> {
        let now = now.trunc_subsecs(6);
        query!(read self, all LivingServer, LIVING_SERVERS, now, now - LEASE, now - UNLOCKED)
    }

    /// This server stops in order: the others need not wait for its lease to run out.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn forget_server(&self, server: &str) -> Result<()> {
        query!(write self, execute, FORGET_SERVER, server)?;
        Ok(())
    }

    /// Forgets servers that have long been gone; on SQLite all others, of which there are none.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn forget_gone_servers(&self, server: &str, now: DateTime<Utc>) -> Result<u64> {
        let before = match self.db {
            Db::Sqlite { .. } => crate::cursor::end_of_time(),
            Db::Postgres(_) => now.trunc_subsecs(6) - FORGOTTEN,
        };
        query!(write self, execute, FORGET_SERVERS, server, before)
    }

    /// Takes this server's lock, on a connection of its own. None on SQLite, where a file's lock keeps others away.
    ///
    /// # Errors
    /// If the database can't be reached, or what stands before it keeps no session.
    pub async fn presence(&self, server: &str) -> Result<Option<Presence>> {
        let Db::Postgres(pool) = &self.db else { return Ok(None) };
        let connected = PgConnection::connect_with(pool.connect_options().as_ref()).await;
        let mut connection = connected.map_err(|error| self.failed(error))?;
        // Not among the statements: SQLite has nothing of the kind.
        let locked = sqlx::query("SELECT pg_advisory_lock(hashtextextended($1, 0))").bind(server).execute(&mut connection).await;
        locked.map_err(|error| self.failed(error))?;
        Ok(Some(Presence(connection)))
    }
}

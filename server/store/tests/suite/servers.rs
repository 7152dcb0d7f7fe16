//! Who is there: leases by the database's clock, and the lock of a process that is killed.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use rstest::rstest;
use store::testing::schema::Schema;
use store::testing::{self, TestStore};
use store::{Engine, LivingServer};

use crate::fixtures::noon;

async fn ids(store: &TestStore, now: chrono::DateTime<Utc>) -> Vec<String> {
    let mut ids: Vec<String> = store.living_servers(now).await.unwrap().into_iter().map(|server| server.id).collect();
    ids.sort();
    ids
}

/// A PostgreSQL that has just started knows nobody's locks, so all are believed to be there.
async fn settled(store: &TestStore) {
    let fresh = "datname = current_database() AND pg_postmaster_start_time() > now() - INTERVAL '11 seconds'";
    while Schema::count(store, "pg_database", fresh).await > 0 {
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

#[tokio::test]
async fn on_sqlite_a_lease_runs_out_by_the_only_servers_clock() {
    let store = testing::open(Engine::Sqlite).await;
    store.renew_lease("one", Some("http://one"), noon(0), noon(0)).await.unwrap();
    let one = LivingServer { id: "one".to_owned(), address: Some("http://one".to_owned()) };
    assert_eq!(store.living_servers(noon(9)).await.unwrap(), [one]);
    assert_eq!(store.living_servers(noon(10)).await.unwrap(), []);
    store.renew_lease("one", None, noon(0), noon(10)).await.unwrap();
    assert_eq!(ids(&store, noon(19)).await, ["one"]);
    // A start: what was there before is not there any more.
    assert_eq!(store.forget_gone_servers("two", noon(11)).await.unwrap(), 1);
    assert_eq!(ids(&store, noon(11)).await, [""; 0]);
    assert!(store.presence("one").await.unwrap().is_none(), "the file's lock keeps others away");
}

#[tokio::test]
async fn no_servers_clock_matters_on_postgres() {
    let store = testing::open(Engine::Postgres).await;
    settled(&store).await;
    // Their clocks are an hour off, each to another side.
    store.renew_lease("slow", None, Utc::now(), Utc::now() - TimeDelta::hours(1)).await.unwrap();
    store.renew_lease("fast", None, Utc::now(), Utc::now() + TimeDelta::hours(1)).await.unwrap();
    for off in [-1, 0, 1] {
        assert_eq!(ids(&store, Utc::now() + TimeDelta::hours(off)).await, ["fast", "slow"], "asked by a clock that is off by {off} h");
    }
}

#[tokio::test]
async fn a_killed_server_is_gone_before_its_lease_is() {
    let store = testing::open(Engine::Postgres).await;
    settled(&store).await;
    for server in ["killed", "busy"] {
        store.renew_lease(server, None, Utc::now(), Utc::now()).await.unwrap();
    }
    let killed = store.presence("killed").await.unwrap().unwrap();
    let mut busy = store.presence("busy").await.unwrap().unwrap();
    assert!(busy.holds().await);
    assert_eq!(ids(&store, Utc::now()).await, ["busy", "killed"]);
    drop(killed);
    // Neither has renewed its lease since; one of them holds its lock.
    let since = "UPDATE servers SET renewed_at = renewed_at - INTERVAL '5 seconds'";
    testing::execute(&store, since).await;
    while ids(&store, Utc::now()).await != ["busy"] {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // A process that stands still holds its lock, and loses its lease.
    testing::execute(&store, since).await;
    assert_eq!(ids(&store, Utc::now()).await, [""; 0]);
    assert!(busy.holds().await);
}

#[rstest]
#[tokio::test]
async fn a_server_that_stops_in_order_is_not_waited_for(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    for server in ["one", "two"] {
        store.renew_lease(server, None, Utc::now(), Utc::now()).await.unwrap();
    }
    store.forget_server("one").await.unwrap();
    assert_eq!(ids(&store, Utc::now()).await, ["two"]);
}

//! A database with rows of an older release is brought up to date, and what was to be done there is still done.

mod failed;
mod read;
mod room;

use std::collections::BTreeMap;
use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use store::testing::{self, TestStore};
use store::{Engine, Store};

use crate::beside::On;
use crate::fixtures::{noon, organization_of_before};

/// The last migration of the release before.
const RELEASE: i64 = 10;

/// A database with a row in every table, as the release before wrote them.
async fn release(engine: Engine) -> TestStore {
    let store = testing::open_at(engine, RELEASE).await;
    testing::execute(&store, &rows_of_the_release(engine)).await;
    store
}

fn rows_of_the_release(engine: Engine) -> String {
    let (bytes, id) = if engine == Engine::Sqlite { ("x'", "x'") } else { ("'\\x", "'") };
    let vector = if engine == Engine::Sqlite { "x'0000803f0000000000000000'" } else { "'[1,0,0]'" };
    let mut sql = include_str!("release_10.sql").replace("{vector}", vector).replace("{hex:", bytes).replace(":hex}", "'");
    for byte in 0x10..=0x5f {
        let hex = format!("{byte:02x}");
        sql = sql.replace(&format!("{{id {hex}}}"), &format!("{id}{}'", hex.repeat(16)));
        sql = sql.replace(&format!("{{bytes {hex}}}"), &format!("{bytes}{}'", hex.repeat(32)));
    }
    sql
}

/// The rows of tables, in these columns.
async fn rows(on: &mut On, tables: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for (table, columns) in tables {
        let mut rows = on.rows(format!("SELECT {} FROM {table}", columns.join(", "))).await.unwrap();
        rows.sort();
        all.insert(table.clone(), rows);
    }
    all
}

/// Rows of the release before as they are after the upgrade: what a migration changes on purpose.
fn upgraded(mut rows: BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    for job in rows.get_mut("jobs").unwrap() {
        *job = job.replace("knowledge.upkeep.delete_files", "knowledge.delete_files");
    }
    rows
}

#[rstest]
#[tokio::test]
async fn every_row_of_the_release_before_is_there_and_is_read(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = release(engine).await;
    let mut on = On::open(&store).await;
    let tables = on.tables().await;
    let before = rows(&mut on, &tables).await;
    let empty: Vec<_> = before.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table).collect();
    assert!(empty.is_empty(), "release_10.sql has no row for {empty:?}");
    assert!(tables.len() >= 30, "{:?}", tables.keys());
    store.migrate().await.unwrap();
    assert_eq!(store.pending_migrations().await.unwrap(), [] as [String; 0]);
    assert_eq!(rows(&mut on, &tables).await, upgraded(before));
    // As after the upgrade, with the new binary's connections.
    let again = Store::connect(store.url()).await.unwrap();
    for table in tables.keys() {
        read::row_of(&again, table).await;
    }
    again.close().await;
}

#[rstest]
#[tokio::test]
async fn jobs_of_the_release_before_are_done(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open_at(engine, 10).await;
    let us = organization_of_before(&store).await;
    let (id, due) = (us.0.simple().to_string(), noon(0).to_rfc3339());
    let id = if engine == Engine::Sqlite { format!("x'{id}'") } else { format!("'{id}'") };
    let mut sql = String::new();
    for (number, (kind, payload, state, attempts)) in [
        ("calls.write_review", r#"{"call":"c"}"#, "waiting", 0),
        ("calls.recognize", r#"{"call":"c","with":"command"}"#, "dead", 3),
        ("knowledge.ingest", r#"{"document":"d"}"#, "running", 2),
        ("knowledge.upkeep.embed", "{}", "waiting", 1),
    ]
    .into_iter()
    .enumerate()
    {
        let job = format!("{:032x}", number + 1);
        let job = if engine == Engine::Sqlite { format!("x'{job}'") } else { format!("'{job}'") };
        sql += &format!(
            "INSERT INTO jobs (id, organization_id, kind, payload, state, attempts, max_attempts, run_at, worker, lease_until)
            VALUES ({job}, {id}, '{kind}', '{payload}', '{state}', {attempts}, 5, '{due}', NULL, '{due}');"
        );
    }
    testing::execute(&store, &sql).await;
    store.migrate().await.unwrap();
    let claim = async |queue| store.claim(queue, "w", noon(1), Duration::from_secs(9)).await.unwrap().unwrap();
    let review = claim("calls").await;
    assert_eq!((review.kind.as_str(), review.subject.as_str(), &review.payload), ("calls.write_review", "c", &json!({ "call": "c" })));
    let reading = claim("knowledge.ingest").await;
    assert_eq!((reading.attempts, reading.fence, reading.version), (3, 3, 1), "a worker of before comes too late");
    assert_eq!(claim("knowledge.upkeep").await.kind, "knowledge.embed");
    assert_eq!(store.dead_jobs(us, None, 9).await.unwrap().items[0].kind, "calls.recognize");
}

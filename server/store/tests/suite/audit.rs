//! The audit log: append-only, and a change behind the server's back shows.

use rstest::rstest;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use store::{Engine, StoreError, Verified, testing};

use crate::fixtures::{Tenant, noon, tenant};

async fn filled(store: &testing::TestStore, entries: i64) -> Tenant {
    let ours = tenant(store, "a@example.com").await;
    for number in 1..=entries {
        let details = json!({ "z": number, "a": { "text": "ünï", "share": 0.5 } });
        store.append(ours.organization, Some(ours.member), "call.deleted", "c", &details, noon(number)).await.unwrap();
    }
    ours
}

/// What somebody with the database's password can do.
async fn raw(store: &testing::TestStore, sql: &str) -> Result<u64, sqlx::Error> {
    let sql = AssertSqlSafe(sql);
    match store.engine() {
        Engine::Sqlite => {
            let mut connection = SqliteConnection::connect(store.url()).await?;
            sqlx::raw_sql(sql).execute(&mut connection).await.map(|done| done.rows_affected())
        }
        Engine::Postgres => {
            let mut connection = PgConnection::connect(store.url()).await?;
            sqlx::raw_sql(sql).execute(&mut connection).await.map(|done| done.rows_affected())
        }
    }
}

async fn drop_guards(store: &testing::TestStore) {
    let sql = match store.engine() {
        Engine::Sqlite => "DROP TRIGGER audit_entries_no_update; DROP TRIGGER audit_entries_no_delete;",
        Engine::Postgres => "ALTER TABLE audit_entries DISABLE TRIGGER USER",
    };
    raw(store, sql).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn entries_come_back_newest_first(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = filled(&store, 5).await;
    let first = store.entries(ours.organization, None, 3).await.unwrap();
    let second = store.entries(ours.organization, first.next.as_deref(), 3).await.unwrap();
    let numbers: Vec<_> = first.items.iter().chain(&second.items).map(|entry| entry.number).collect();
    assert_eq!((numbers, second.next), (vec![5, 4, 3, 2, 1], None));
    let newest = &first.items[0];
    assert_eq!((newest.actor, newest.at, &newest.details["z"]), (Some(ours.member), noon(5), &json!(5)));
    assert!(matches!(store.entries(ours.organization, Some("x"), 3).await, Err(StoreError::Cursor)));
    assert_eq!(store.verify(ours.organization).await.unwrap(), Verified { entries: 5, first_broken: None });
}

#[rstest]
#[tokio::test]
async fn the_engine_refuses_changes(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    filled(&store, 1).await;
    for sql in ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"] {
        let refused = raw(&store, sql).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
}

#[rstest]
#[case("UPDATE audit_entries SET action = 'call.kept' WHERE number = 3", 3)]
#[case("UPDATE audit_entries SET details = '{}' WHERE number = 1", 1)]
#[case("UPDATE audit_entries SET actor = NULL WHERE number = 5", 5)]
#[case("DELETE FROM audit_entries WHERE number = 2", 2)]
#[case("DELETE FROM audit_entries WHERE number = 5", 5)]
#[case("DELETE FROM audit_entries", 1)]
#[tokio::test]
async fn what_is_changed_behind_its_back_shows(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[case] change: &str,
    #[case] broken: i64,
) {
    let store = testing::open(engine).await;
    let ours = filled(&store, 5).await;
    drop_guards(&store).await;
    raw(&store, change).await.unwrap();
    let expected = Verified { entries: broken as u64 - 1, first_broken: Some(broken) };
    assert_eq!(store.verify(ours.organization).await.unwrap(), expected);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn appends_at_the_same_time_make_one_chain(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let appends = (0..24).map(|number| {
        let store = store.store();
        tokio::spawn(async move { store.append(ours.organization, None, "x", "y", &json!(number), noon(number)).await.unwrap() })
    });
    for append in appends.collect::<Vec<_>>() {
        append.await.unwrap();
    }
    assert_eq!(store.verify(ours.organization).await.unwrap(), Verified { entries: 24, first_broken: None });
}

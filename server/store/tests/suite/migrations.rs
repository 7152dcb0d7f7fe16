//! A database that this version can't do anything with is left as it is, with a sentence that says what to do.

use rstest::rstest;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use store::{Engine, Store, StoreError, testing};

use crate::fixtures::tenant;

async fn run(engine: Engine, url: &str, sql: &str) {
    match engine {
        Engine::Sqlite => {
            let mut connection = SqliteConnection::connect(url).await.unwrap();
            sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        }
        Engine::Postgres => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        }
    }
}

/// Refused by a start and by an examination, with these words and without those of a library, and nothing is changed.
async fn refused(engine: Engine, sql: &str, expected: fn(&StoreError) -> bool, words: &[&str]) {
    let store = testing::open(engine).await;
    tenant(&store, "a@example.com").await;
    run(engine, store.url(), sql).await;
    let another = Store::connect(store.url()).await.unwrap();
    for error in [another.migrate().await.unwrap_err(), another.pending_migrations().await.unwrap_err()] {
        assert!(expected(&error), "{error:?}");
        let said = store::chain(&error);
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert!(said.contains("Nothing was changed") && !said.contains("resolved") && !said.contains("_sqlx"), "{said}");
    }
    assert!(another.credentials("a@example.com").await.unwrap().is_some());
    another.close().await;
}

#[rstest]
#[tokio::test]
async fn a_newer_database(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let bytes = if engine == Engine::Sqlite { "x'00'" } else { "'\\x00'" };
    let insert = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'newer', TRUE, {bytes}, 0)"
    );
    let newer = |error: &StoreError| matches!(error, StoreError::Newer { version: 9999 });
    refused(engine, &insert, newer, &["newer version", "9999", "Downgrade"]).await;
}

#[rstest]
#[tokio::test]
async fn a_half_migrated_database(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let begun = "UPDATE _sqlx_migrations SET success = FALSE WHERE version = 3";
    let half = |error: &StoreError| matches!(error, StoreError::HalfMigrated { version: 3 });
    refused(engine, begun, half, &["did not finish", "Restore"]).await;
}

#[rstest]
#[tokio::test]
async fn a_foreign_migration(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let change = "UPDATE _sqlx_migrations SET checksum = (SELECT checksum FROM _sqlx_migrations WHERE version = 3) WHERE version = 2";
    let foreign = |error: &StoreError| matches!(error, StoreError::ForeignMigration { version: 2 });
    refused(engine, change, foreign, &["another form", "Downgrade"]).await;
}

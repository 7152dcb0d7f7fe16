//! A migration that fails half way: nothing is lost, a sentence says what to do, and the next start goes on.

use rstest::rstest;
use store::{Engine, Store, StoreError, testing};

use super::{release, rows, upgraded};
use crate::beside::On;

/// What a migration runs into.
#[derive(Clone, Copy, Debug)]
enum Cause {
    /// A row that it can't reckon with: 0012 takes thirty days off the time, after it has added columns and filled others.
    Row,
    /// A table that somebody made by hand: 0013 makes one of that name, after it has rebuilt the jobs.
    Table,
}

impl Cause {
    /// The migration that fails.
    fn version(self) -> i64 {
        match self {
            Self::Row => 12,
            Self::Table => 13,
        }
    }

    fn happens(self, engine: Engine) -> &'static str {
        match (self, engine) {
            (Self::Row, Engine::Sqlite) => "UPDATE refresh_tokens SET expires_at = 'never'",
            // The earliest time that there is.
            (Self::Row, Engine::Postgres) => "UPDATE refresh_tokens SET expires_at = '4714-11-24 00:00:00+00 BC'",
            (Self::Table, _) => "CREATE TABLE schedules (mine TEXT)",
        }
    }

    fn is_mended(self) -> &'static str {
        match self {
            Self::Row => "UPDATE refresh_tokens SET expires_at = '2026-12-01T00:00:00+00:00'",
            Self::Table => "DROP TABLE schedules",
        }
    }

    /// What the engine says of it.
    fn words(self, engine: Engine) -> &'static str {
        match (self, engine) {
            (Self::Row, Engine::Sqlite) => "refresh_tokens.issued_at",
            (Self::Row, Engine::Postgres) => "out of range",
            (Self::Table, _) => "schedules",
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_migration_that_fails_half_way(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values(Cause::Row, Cause::Table)] cause: Cause,
) {
    let store = release(engine).await;
    let mut on = On::open(&store).await;
    let tables = on.tables().await;
    let whole = rows(&mut on, &tables).await;
    testing::execute(&store, cause.happens(engine)).await;
    let before = rows(&mut on, &tables).await;
    // Where the failing migration begins.
    let model = testing::open_at(engine, cause.version() - 1).await;
    if matches!(cause, Cause::Table) {
        testing::execute(&model, cause.happens(engine)).await;
    }
    let shape = On::open(&model).await.shape().await;

    for _ in 0..2 {
        let starting = Store::connect(store.url()).await.unwrap();
        let error = starting.migrate().await.unwrap_err();
        assert!(matches!(error, StoreError::Migration { version, .. } if version == cause.version()), "{error:?}");
        let said = store::chain(&error);
        for words in
            [format!("migration {}", cause.version()).as_str(), cause.words(engine), "start again", "with all its rows", "Downgrade"]
        {
            assert!(said.contains(words), "{words}: {said}");
        }
        let pending = starting.pending_migrations().await.unwrap();
        assert!(pending[0].starts_with(&format!("{:04}_", cause.version())), "{pending:?}");
        starting.close().await;
        assert_eq!(rows(&mut on, &tables).await, before);
        assert_eq!(on.shape().await, shape);
    }

    testing::execute(&store, cause.is_mended()).await;
    store.migrate().await.unwrap();
    assert_eq!(rows(&mut on, &tables).await, upgraded(whole));
    assert_eq!(on.shape().await, On::open(&testing::open(engine).await).await.shape().await);
}

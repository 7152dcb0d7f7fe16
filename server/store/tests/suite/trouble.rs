//! A locked database, a full disk, a wrong address.

use std::time::{Duration, Instant};

use rstest::rstest;
use sqlx::{Connection, PgConnection, SqliteConnection};
use store::{Engine, Options, Store, StoreError, testing};

use crate::fixtures::{tenant, within};

const IMPATIENT: Options = Options { patience: Duration::from_millis(300), connections: 2 };

#[tokio::test]
async fn a_locked_sqlite_file_is_busy_and_still_readable() {
    let store = testing::open_with(Engine::Sqlite, IMPATIENT).await;
    let ours = tenant(&store, "a@example.com").await;
    let mut other = SqliteConnection::connect(store.url()).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();

    let asked = Instant::now();
    assert!(matches!(within!(store, store::identity::update_person, ours.person, "Bo", "").await, Err(StoreError::Busy(_))));
    assert!(asked.elapsed() >= IMPATIENT.patience, "it waited");
    assert!(
        matches!(
            within!(store, store::identity::insert_account, &crate::fixtures::account("b@example.com")).await,
            Err(StoreError::Busy(_))
        ),
        "transactions too"
    );
    assert!(store.profile(ours.member).await.unwrap().is_some(), "readers go on");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert!(within!(store, store::identity::update_person, ours.person, "Bo", "").await.unwrap());
}

#[tokio::test]
async fn a_locked_postgres_table_is_busy() {
    let store = testing::open_with(Engine::Postgres, IMPATIENT).await;
    let ours = tenant(&store, "a@example.com").await;
    let mut other = PgConnection::connect(store.url()).await.unwrap();
    let mut holds = other.begin().await.unwrap();
    sqlx::query("LOCK TABLE people").execute(&mut *holds).await.unwrap();
    assert!(matches!(within!(store, store::identity::update_person, ours.person, "Bo", "").await, Err(StoreError::Busy(_))));
    holds.rollback().await.unwrap();
    assert!(within!(store, store::identity::update_person, ours.person, "Bo", "").await.unwrap());
}

#[rstest]
#[tokio::test]
async fn a_closed_store_answers_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    store.ping().await.unwrap();
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Engine(_))), "closed is not busy");
}

#[tokio::test]
async fn a_full_disk_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}?mode=rwc", folder.path().join("x.db").display());
    let mut small = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("PRAGMA max_page_count = 3; CREATE TABLE t (x TEXT)").execute(&mut small).await.unwrap();
    let error = sqlx::query("INSERT INTO t VALUES ($1)").bind("x".repeat(100_000)).execute(&mut small).await.unwrap_err();
    assert!(matches!(StoreError::from(error), StoreError::Full(_)));
}

#[rstest]
#[case("mysql://root:secret@localhost/x")]
#[case("/var/lib/closezly.db")]
#[case("")]
#[case("postgres://[")]
#[tokio::test]
async fn a_wrong_address_says_so_without_its_password(#[case] url: &str) {
    let error = Store::connect(url).await.unwrap_err();
    assert!(matches!(error, StoreError::Url(_)), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_says_which() {
    let error = Store::connect("sqlite:/dev/null/data/closezly.db").await.unwrap_err();
    assert!(error.to_string().contains("/dev/null/data"), "{error}");
}

#[rstest]
#[tokio::test]
async fn a_database_of_a_newer_version_is_refused(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let newer =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'newer', TRUE, $1, 0)";
    match engine {
        Engine::Sqlite => {
            let mut connection = SqliteConnection::connect(store.url()).await.unwrap();
            sqlx::query(newer).bind(vec![0_u8]).execute(&mut connection).await.unwrap();
        }
        Engine::Postgres => {
            let mut connection = PgConnection::connect(store.url()).await.unwrap();
            sqlx::query(newer).bind(vec![0_u8]).execute(&mut connection).await.unwrap();
        }
    }
    assert!(matches!(store.migrate().await, Err(StoreError::Newer { version: 9999 })));
}

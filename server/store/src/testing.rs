//! Migrated stores for tests, each with a database of its own that goes when the store is dropped.
//!
//! ```text
//! #[rstest]
//! #[tokio::test]
//! async fn calls_are_listed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
//!     let store = store::testing::open(engine).await;
//! ```
//!
//! PostgreSQL is the server of `CLOSEZLY_TEST_POSTGRES` (an address whose user may create databases). Without it `tests/postgres.sh`
//! starts one for the life of the test's process; on CI the variable must be set.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's set-up that fails is a failed test")]
#![allow(clippy::disallowed_methods, reason = "the names of the tests' databases are nobody's ids")]

mod calls;
mod disk;
pub mod schema;

use std::net::TcpListener;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::engine::{Db, Engine, Options, Store};

pub use disk::SmallDisk;

/// A migrated, empty store.
#[derive(Debug)]
pub struct TestStore {
    store: Store,
    url: String,
    home: Home,
}

#[derive(Debug)]
enum Home {
    Folder(#[allow(dead_code, reason = "held until the drop")] TempDir),
    Database(String),
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl TestStore {
    /// The store itself, to be cloned into what is tested. Keep the `TestStore` alive as long.
    pub fn store(&self) -> Store {
        self.store.clone()
    }

    /// Lets the SQLite writer's disk be full until its connection is opened anew.
    pub async fn fill(&self) {
        fill(&self.store).await;
    }

    /// Its address, for a second connection.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// A store on an engine.
pub async fn open(engine: Engine) -> TestStore {
    open_with(engine, Options::default()).await
}

/// A store on an engine, with other options than the default ones.
pub async fn open_with(engine: Engine, options: Options) -> TestStore {
    let (url, home) = match engine {
        Engine::Sqlite => {
            let folder = TempDir::new().unwrap();
            (format!("sqlite:{}", folder.path().join("data/closezly.db").display()), Home::Folder(folder))
        }
        Engine::Postgres => {
            let template = TEMPLATE.get_or_init(template).await;
            let name = format!("test_{}", Uuid::now_v7().simple());
            run(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
            (database_url(&name), Home::Database(name))
        }
    };
    let store = Store::connect_with(&url, options).await.unwrap();
    store.migrate().await.unwrap();
    TestStore { store, url, home }
}

/// A store as the release with this migration left it.
pub async fn open_at(engine: Engine, version: i64) -> TestStore {
    let (url, home) = match engine {
        Engine::Sqlite => {
            let folder = TempDir::new().unwrap();
            (format!("sqlite:{}", folder.path().join("data/closezly.db").display()), Home::Folder(folder))
        }
        Engine::Postgres => {
            let name = format!("test_{}", Uuid::now_v7().simple());
            run(&format!("CREATE DATABASE {name}")).await;
            (database_url(&name), Home::Database(name))
        }
    };
    let store = Store::connect(&url).await.unwrap();
    crate::migrations::migrate_to(&store, version).await.unwrap();
    TestStore { store, url, home }
}

/// A database at an address of one's own, as the release with this migration left it.
///
/// # Panics
/// If it can't be made.
pub async fn connect_at(url: &str, version: i64) -> Store {
    let store = Store::connect(url).await.unwrap();
    crate::migrations::migrate_to(&store, version).await.unwrap();
    store
}

/// Rows of a megabyte each, in a SQLite database of any release.
///
/// # Panics
/// If they can't be stored.
pub async fn grow(store: &Store, megabytes: u32) {
    let row = "INSERT INTO organizations (id, name, keep_audio, created_at)
        WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT";
    let values = "SELECT randomblob(16), hex(randomblob(500000)), 1, '2026-01-01T00:00:00+00:00' FROM n";
    execute(store, &format!("{row} {megabytes}) {values}")).await;
}

/// Runs statements that no store would: to break something, and to mend it.
pub async fn execute(store: &Store, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match &store.db {
        Db::Sqlite { writer, .. } => drop(sqlx::raw_sql(sql).execute(writer).await.unwrap()),
        Db::Postgres(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.unwrap()),
    }
}

/// Has a SQLite database refuse every line of a call that has this word in it.
///
/// # Panics
/// If the database takes no trigger.
pub async fn refuse_lines_with(store: &Store, word: &str) {
    let refuse = format!(
        "CREATE TRIGGER refused BEFORE INSERT ON segments WHEN new.text LIKE '%{word}%' BEGIN SELECT RAISE(ABORT, 'refused by a test'); END"
    );
    execute(store, &refuse).await;
}

/// As [`TestStore::fill`].
pub async fn fill(store: &Store) {
    let Db::Sqlite { writer, .. } = &store.db else { panic!("only SQLite's disk can be full") };
    let mut writer = writer.acquire().await.unwrap();
    let (pages,): (i64,) = sqlx::query_as("PRAGMA page_count").fetch_one(&mut *writer).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"))).execute(&mut *writer).await.unwrap();
}

/// A store on each engine.
pub async fn stores() -> Vec<TestStore> {
    vec![open(Engine::Sqlite).await, open(Engine::Postgres).await]
}

impl Drop for TestStore {
    fn drop(&mut self) {
        let Home::Database(name) = &self.home else { return };
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        // A drop can't wait for a future of the test's own runtime.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(try_run(&drop)).map_err(std::io::Error::other)
        });
        if let Ok(Err(error)) = dropped.join() {
            tracing::warn!(%error, "a test's database stays behind");
        }
    }
}

/// A migrated database that each test's is copied from; its name tells which migrations it has.
static TEMPLATE: OnceCell<String> = OnceCell::const_new();

async fn template() -> String {
    let name = format!("template_{}", crate::migrations::fingerprint());
    let mut admin = connect("postgres").await.unwrap();
    // Other test processes may be at it too. The lock goes with the connection.
    sqlx::query("SELECT pg_advisory_lock(7201)").execute(&mut admin).await.unwrap();
    let there = sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1").bind(&name).fetch_optional(&mut admin).await.unwrap();
    if there.is_none() {
        let raw = format!("raw_{}", Uuid::now_v7().simple());
        run(&format!("CREATE DATABASE {raw}")).await;
        let store = Store::connect(&database_url(&raw)).await.unwrap();
        store.migrate().await.unwrap();
        store.close().await;
        run(&format!("ALTER DATABASE {raw} RENAME TO {name}")).await;
    }
    admin.close().await.unwrap();
    name
}

async fn run(sql: &str) {
    try_run(sql).await.unwrap();
}

async fn try_run(sql: &str) -> Result<(), sqlx::Error> {
    let mut admin = connect("postgres").await?;
    sqlx::query(AssertSqlSafe(sql)).execute(&mut admin).await?;
    admin.close().await
}

async fn connect(database: &str) -> Result<PgConnection, sqlx::Error> {
    server().parse::<PgConnectOptions>()?.database(database).connect().await
}

fn database_url(database: &str) -> String {
    let options: PgConnectOptions = server().parse().unwrap();
    options.database(database).to_url_lossy().to_string()
}

/// The address of the server that tests use.
fn server() -> &'static str {
    static SERVER: OnceLock<String> = OnceLock::new();
    SERVER.get_or_init(|| match std::env::var("CLOSEZLY_TEST_POSTGRES") {
        Ok(url) if !url.is_empty() => url,
        _ if std::env::var_os("CI").is_some() => {
            panic!("set CLOSEZLY_TEST_POSTGRES: on CI the store is tested on PostgreSQL too (`cargo xtask test` starts one)")
        }
        _ => start(&std::env::temp_dir().join(format!("closezly-test-postgres-{}", std::process::id()))),
    })
}

/// A PostgreSQL server of one test's own, which the test may stop.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    url: String,
}

impl Cluster {
    /// Starts one on a free port of loopback.
    pub fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("closezly-test-postgres-{}", Uuid::now_v7().simple()));
        let url = start(&folder);
        Self { folder, url }
    }

    /// The address of its empty database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops it, whoever is connected, and starts it again.
    pub fn restart(&self) {
        script("restart", &self.folder, &[]);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        script("stop", &self.folder, &[]);
    }
}

fn start(folder: &Path) -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let said = script("start", folder, &[port.to_string(), std::process::id().to_string()]);
    said.lines().last().unwrap_or_default().to_owned()
}

/// What `tests/postgres.sh` says to an action.
fn script(action: &str, folder: &Path, rest: &[String]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres.sh");
    let done = Command::new(script).arg(action).arg(folder).args(rest).output().expect("tests/postgres.sh runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

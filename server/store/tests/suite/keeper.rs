//! One server has a SQLite file alone, and starts with it only if the file is whole and the log is its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use store::{Engine, Examined, Options, Store, StoreError, examine, testing};
use tempfile::TempDir;

use crate::fixtures::tenant;

const PATIENCE: Duration = Duration::from_secs(30);
const READY: &str = "the victim is ready";

fn url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

async fn serve(file: &Path) -> Result<Store, StoreError> {
    let store = Store::connect_alone(&url(file), Options::default()).await?;
    store.migrate().await?;
    Ok(store)
}

async fn has(store: &Store, name: &str) -> bool {
    store.credentials(&format!("{name}@example.com")).await.unwrap().is_some()
}

/// A folder with a database.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A server in a process of its own that did this (see [`victim`]) and was killed.
    fn of_a_killed_server(steps: &str) -> Self {
        let home = Self::new();
        let mut server = Command::new(std::env::current_exe().unwrap())
            .args(["keeper::victim", "--exact", "--ignored", "--nocapture"])
            .env("VICTIM", home.file())
            .env("VICTIM_STEPS", steps)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
        let ready = lines.into_iter().any(|line| line.contains(READY));
        server.kill().unwrap();
        server.wait().unwrap();
        // Times of files are kept to some milliseconds.
        std::thread::sleep(Duration::from_millis(20));
        assert!(ready, "the victim failed");
        assert!(std::fs::metadata(home.beside("-wal")).unwrap().len() > 0, "a killed server leaves its log");
        assert!(home.beside("-mark").exists());
        home
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("closezly.db")
    }

    fn copy(&self) -> PathBuf {
        self.0.path().join("copy.db")
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        self.0.path().join(format!("closezly.db{suffix}"))
    }

    async fn is_refused(&self) {
        let (before, log) = (std::fs::read(self.file()).unwrap(), std::fs::read(self.beside("-wal")).unwrap());
        for _ in 0..2 {
            let error = serve(&self.file()).await.unwrap_err();
            let words = error.to_string();
            assert!(matches!(error, StoreError::ForeignLog { .. }), "{error:?}");
            assert!(words.contains("remove") && words.contains("closezly.db-wal") && words.contains("closezly.db-shm"), "{words}");
            assert!(matches!(examine(&url(&self.file()), PATIENCE).await, Err(StoreError::ForeignLog { .. })));
        }
        assert_eq!(before, std::fs::read(self.file()).unwrap(), "nothing was changed");
        assert_eq!(log, std::fs::read(self.beside("-wal")).unwrap(), "nothing was changed");
    }

    /// As the manual says.
    async fn serve_without_the_log(&self) -> Store {
        std::fs::remove_file(self.beside("-wal")).unwrap();
        let _ = std::fs::remove_file(self.beside("-shm"));
        serve(&self.file()).await.unwrap()
    }
}

/// Not a test: the server that is killed. Each step is done in turn: `backup` and `copy` make a copy of the database, as SQLite
/// does and of the file; `checkpoint` writes the log into the file; any other word is somebody who signs up.
#[tokio::test]
#[ignore = "a process that other tests start"]
async fn victim() {
    let (Some(file), Ok(steps)) = (std::env::var_os("VICTIM"), std::env::var("VICTIM_STEPS")) else { return };
    let file = PathBuf::from(file);
    let store = serve(&file).await.unwrap();
    let copy = file.with_file_name("copy.db");
    let mut connection = SqliteConnection::connect(&url(&file)).await.unwrap();
    for step in steps.split_whitespace() {
        let sql = match step {
            "backup" => format!("VACUUM INTO '{}'", copy.display()),
            "copy" => "PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
            "checkpoint" => "PRAGMA wal_checkpoint(PASSIVE)".to_owned(),
            name => {
                tenant(&store, &format!("{name}@example.com")).await;
                continue;
            }
        };
        sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        if step == "copy" {
            // By another program: to close a file gives up the locks that this process has on it.
            assert!(Command::new("cp").arg(&file).arg(&copy).status().unwrap().success());
        }
    }
    #[allow(clippy::print_stdout, reason = "the parent reads it")]
    {
        println!("{READY}");
    }
    std::thread::sleep(Duration::from_secs(60));
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let home = Home::new();
    let store = serve(&home.file()).await.unwrap();
    let error = serve(&home.file()).await.unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
    assert!(error.to_string().contains("another server"), "{error}");
    #[cfg(unix)]
    {
        let link = home.0.path().join("link.db");
        std::os::unix::fs::symlink(home.file(), &link).unwrap();
        assert!(matches!(serve(&link).await, Err(StoreError::InUse { .. })), "by another name, too");
    }
    assert_eq!(examine(&url(&home.file()), PATIENCE).await.unwrap(), Examined { in_use: true, unfinished: false });
    store.close().await;
    assert_eq!(examine(&url(&home.file()), PATIENCE).await.unwrap(), Examined::default());
    assert!(!home.beside("-mark").exists(), "it stopped in order");
    serve(&home.file()).await.unwrap();
}

#[tokio::test]
async fn two_servers_may_share_a_postgres_database() {
    let store = testing::open(Engine::Postgres).await;
    let first = Store::connect_alone(store.url(), Options::default()).await.unwrap();
    let second = Store::connect_alone(store.url(), Options::default()).await.unwrap();
    first.can_write().await.unwrap();
    second.can_write().await.unwrap();
    assert_eq!(examine(store.url(), PATIENCE).await.unwrap(), Examined::default());
    first.close().await;
    second.close().await;
}

#[tokio::test]
async fn a_killed_servers_database_is_taken_up() {
    for steps in ["ann bob", "ann bob checkpoint", "ann checkpoint bob", "ann copy bob", "ann backup bob checkpoint"] {
        let home = Home::of_a_killed_server(steps);
        assert_eq!(examine(&url(&home.file()), PATIENCE).await.unwrap(), Examined::default(), "{steps}");
        let next = serve(&home.file()).await.unwrap();
        assert!(has(&next, "ann").await && has(&next, "bob").await, "{steps}");
        next.close().await;
    }
}

#[tokio::test]
async fn the_log_of_another_copy_is_refused() {
    for steps in ["ann backup bob", "ann backup bob checkpoint", "ann backup bob checkpoint cat", "ann copy bob"] {
        for moved in [false, true] {
            let home = Home::of_a_killed_server(steps);
            if moved {
                std::fs::rename(home.copy(), home.file()).unwrap();
            } else {
                std::fs::copy(home.copy(), home.file()).unwrap();
            }
            home.is_refused().await;
            let restored = home.serve_without_the_log().await;
            assert!(has(&restored, "ann").await && !has(&restored, "bob").await, "{steps}");
            restored.close().await;
        }
    }
}

#[tokio::test]
async fn a_log_without_its_database_is_refused() {
    let home = Home::of_a_killed_server("ann");
    std::fs::File::create(home.file()).unwrap();
    home.is_refused().await;
}

#[tokio::test]
async fn whoever_is_sure_removes_the_mark() {
    let home = Home::of_a_killed_server("ann");
    std::fs::copy(home.file(), home.copy()).unwrap();
    std::fs::rename(home.copy(), home.file()).unwrap();
    home.is_refused().await;
    std::fs::remove_file(home.beside("-mark")).unwrap();
    assert!(has(&serve(&home.file()).await.unwrap(), "ann").await);
}

#[tokio::test]
async fn a_copy_of_the_whole_folder_is_taken_up() {
    let home = Home::of_a_killed_server("ann");
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(home.0.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let next = serve(&copy.path().join("closezly.db")).await.unwrap();
    assert!(has(&next, "ann").await);
}

/// Writes over pages in the middle of a file.
fn damage(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let (from, to) = (bytes.len() / 4, bytes.len() / 4 * 3);
    bytes[from..to].fill(0x5a);
    std::fs::write(file, bytes).unwrap();
}

async fn damaged() -> Home {
    let home = Home::new();
    let store = serve(&home.file()).await.unwrap();
    tenant(&store, "ann@example.com").await;
    store.close().await;
    damage(&home.file());
    home
}

#[tokio::test]
async fn a_damaged_file_is_refused_after_a_crash_and_found_by_an_examination() {
    let home = damaged().await;
    assert!(matches!(examine(&url(&home.file()), PATIENCE).await, Err(StoreError::Damaged { .. })));
    // As if the server had not stopped in order.
    std::fs::write(home.beside("-mark"), "").unwrap();
    let before = std::fs::read(home.file()).unwrap();
    for _ in 0..2 {
        // A mark that can't be read is one.
        let error = serve(&home.file()).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
        assert!(error.to_string().contains("restore"), "{error}");
    }
    assert_eq!(before, std::fs::read(home.file()).unwrap(), "nothing was changed");
    std::fs::write(home.file(), "This is no database. ".repeat(1_000)).unwrap();
    assert!(matches!(examine(&url(&home.file()), PATIENCE).await, Err(StoreError::Damaged { .. })));
}

#[tokio::test]
async fn who_meets_a_malformed_page_remembers_it() {
    let home = Home::new();
    serve(&home.file()).await.unwrap().close().await;
    let store = Store::connect(&url(&home.file())).await.unwrap();
    // The schema is read now.
    assert!(!has(&store, "ann").await && !store.is_malformed());
    damage(&home.file());
    let mut found = false;
    found |= matches!(store.credentials("ann@example.com").await, Err(StoreError::Malformed(_)));
    found |= matches!(store.unfinished_calls().await, Err(StoreError::Malformed(_)));
    found |= matches!(store.count_jobs().await, Err(StoreError::Malformed(_)));
    assert!(found && store.is_malformed());
}

//! One server has a SQLite file alone, and starts with it only if the file is whole and the log is its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use store::{Engine, Examined, Options, Store, StoreError, examine, testing};
use tempfile::TempDir;

use crate::fixtures::tenant;

/// A database whose server can be killed.
struct Home {
    folder: TempDir,
    store: Store,
}

impl Home {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = serve(&folder.path().join("closezly.db")).await.unwrap();
        Self { folder, store }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("closezly.db")
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        self.folder.path().join(format!("closezly.db{suffix}"))
    }

    async fn run(&self, sql: &str) {
        let mut connection = SqliteConnection::connect(&url(&self.file())).await.unwrap();
        sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }

    /// A copy as `.backup` and `VACUUM INTO` make it.
    async fn backup(&self) -> PathBuf {
        let copy = self.folder.path().join("copy.db");
        self.run(&format!("VACUUM INTO '{}'", copy.display())).await;
        copy
    }

    /// A copy of the file as it is, with all that is in the log.
    async fn file_copy(&self) -> PathBuf {
        self.run("PRAGMA wal_checkpoint(TRUNCATE)").await;
        let copy = self.folder.path().join("copy.db");
        std::fs::copy(self.file(), &copy).unwrap();
        copy
    }

    fn kill(&self) {
        testing::kill(&self.store);
        assert!(std::fs::metadata(self.beside("-wal")).unwrap().len() > 0, "a killed server leaves its log");
        assert!(self.beside("-mark").exists());
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
        std::fs::remove_file(self.beside("-shm")).unwrap();
        serve(&self.file()).await.unwrap()
    }
}

const PATIENCE: Duration = Duration::from_secs(30);

fn url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

async fn serve(file: &Path) -> Result<Store, StoreError> {
    let store = Store::connect_alone(&url(file), Options::default()).await?;
    store.migrate().await?;
    Ok(store)
}

async fn has(store: &Store, email: &str) -> bool {
    store.credentials(email).await.unwrap().is_some()
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let home = Home::new().await;
    let error = serve(&home.file()).await.unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
    assert!(error.to_string().contains("another server"), "{error}");
    #[cfg(unix)]
    {
        let link = home.folder.path().join("link.db");
        std::os::unix::fs::symlink(home.file(), &link).unwrap();
        assert!(matches!(serve(&link).await, Err(StoreError::InUse { .. })), "by another name, too");
    }
    assert_eq!(examine(&url(&home.file()), PATIENCE).await.unwrap(), Examined { in_use: true, unfinished: false });
    home.store.close().await;
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
    let home = Home::new().await;
    tenant(&home.store, "a@example.com").await;
    home.kill();
    let next = serve(&home.file()).await.unwrap();
    assert!(has(&next, "a@example.com").await);
}

#[tokio::test]
async fn a_checkpoint_just_before_the_end_is_no_stranger() {
    let home = Home::new().await;
    tenant(&home.store, "a@example.com").await;
    home.run("PRAGMA wal_checkpoint(PASSIVE)").await;
    home.kill();
    let next = serve(&home.file()).await.unwrap();
    assert!(has(&next, "a@example.com").await);
}

#[tokio::test]
async fn the_log_of_an_older_copy_is_refused() {
    let home = Home::new().await;
    tenant(&home.store, "a@example.com").await;
    let copy = home.backup().await;
    tenant(&home.store, "b@example.com").await;
    home.kill();
    std::fs::copy(copy, home.file()).unwrap();
    home.is_refused().await;
    let restored = home.serve_without_the_log().await;
    assert!(has(&restored, "a@example.com").await && !has(&restored, "b@example.com").await);
}

#[tokio::test]
async fn so_it_is_after_a_checkpoint() {
    let home = Home::new().await;
    tenant(&home.store, "a@example.com").await;
    let copy = home.backup().await;
    tenant(&home.store, "b@example.com").await;
    home.run("PRAGMA wal_checkpoint(PASSIVE)").await;
    tenant(&home.store, "c@example.com").await;
    home.kill();
    std::fs::copy(copy, home.file()).unwrap();
    home.is_refused().await;
}

#[tokio::test]
async fn the_log_of_a_copied_file_is_refused() {
    for moved in [false, true] {
        let home = Home::new().await;
        tenant(&home.store, "a@example.com").await;
        let copy = home.file_copy().await;
        tenant(&home.store, "b@example.com").await;
        home.kill();
        if moved {
            std::fs::rename(copy, home.file()).unwrap();
        } else {
            std::fs::copy(copy, home.file()).unwrap();
        }
        home.is_refused().await;
        let restored = home.serve_without_the_log().await;
        assert!(has(&restored, "a@example.com").await && !has(&restored, "b@example.com").await);
    }
}

#[tokio::test]
async fn a_log_without_its_database_is_refused() {
    let home = Home::new().await;
    tenant(&home.store, "a@example.com").await;
    home.kill();
    std::fs::File::create(home.file()).unwrap();
    home.is_refused().await;
}

#[tokio::test]
async fn whoever_is_sure_removes_the_mark() {
    let home = Home::new().await;
    tenant(&home.store, "a@example.com").await;
    home.kill();
    let other = home.folder.path().join("same.db");
    std::fs::copy(home.file(), &other).unwrap();
    std::fs::rename(other, home.file()).unwrap();
    home.is_refused().await;
    std::fs::remove_file(home.beside("-mark")).unwrap();
    assert!(has(&serve(&home.file()).await.unwrap(), "a@example.com").await);
}

#[tokio::test]
async fn a_copy_of_the_whole_folder_is_taken_up() {
    let home = Home::new().await;
    tenant(&home.store, "a@example.com").await;
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(home.folder.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let next = serve(&copy.path().join("closezly.db")).await.unwrap();
    assert!(has(&next, "a@example.com").await);
}

/// Writes over pages in the middle of the file.
fn damage(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let (from, to) = (bytes.len() / 4, bytes.len() / 4 * 3);
    bytes[from..to].fill(0x5a);
    std::fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_refused_after_a_crash_and_found_by_an_examination() {
    let home = Home::new().await;
    tenant(&home.store, "a@example.com").await;
    home.store.close().await;
    damage(&home.file());
    // As if the server had not stopped in order.
    std::fs::write(home.beside("-mark"), "").unwrap();
    let before = std::fs::read(home.file()).unwrap();
    let error = serve(&home.file()).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains("restore"), "{error}");
    assert_eq!(before, std::fs::read(home.file()).unwrap(), "nothing was changed");
    std::fs::remove_file(home.beside("-mark")).unwrap();
    assert!(matches!(examine(&url(&home.file()), PATIENCE).await, Err(StoreError::Damaged { .. })));
    std::fs::write(home.file(), "This is no database. ".repeat(1_000)).unwrap();
    assert!(matches!(examine(&url(&home.file()), PATIENCE).await, Err(StoreError::Damaged { .. })));
}

#[tokio::test]
async fn who_meets_a_malformed_page_remembers_it() {
    let home = Home::new().await;
    tenant(&home.store, "a@example.com").await;
    home.store.close().await;
    damage(&home.file());
    let store = Store::connect(&url(&home.file())).await.unwrap();
    assert!(!store.is_malformed());
    let mut found = false;
    for _ in 0..2 {
        found |= matches!(store.credentials("a@example.com").await, Err(StoreError::Malformed(_)));
        found |= matches!(store.unfinished_calls().await, Err(StoreError::Malformed(_)));
        found |= matches!(store.count_jobs().await, Err(StoreError::Malformed(_)));
    }
    assert!(found && store.is_malformed());
}

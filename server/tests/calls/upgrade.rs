//! The program brings a database of an older release up to date: on a disk without space for it, and killed in the middle.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use store::testing::{self, SmallDisk};

use crate::process::{Running, closezly, text};

/// Before the migration that rewrites the whole file.
const BEFORE: i64 = 8;

fn url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("data/closezly.db").display())
}

/// A data folder as an older release left it, with so many megabytes of rows.
async fn old(folder: &Path, megabytes: u32) {
    let store = testing::connect_at(&url(folder), BEFORE).await;
    testing::grow(&store, megabytes).await;
    store.close().await;
}

/// It serves, and every row is there.
async fn assert_served(running: &Running, folder: &Path, rows: i64) {
    let ready = reqwest::get(format!("{}/health/ready", running.base)).await.unwrap();
    assert_eq!(ready.status(), StatusCode::OK);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("data/closezly.db")).read_only(true);
    let mut database = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM organizations WHERE length(name) = 1000000").fetch_one(&mut database).await.unwrap();
    assert_eq!(count, rows);
    let checked: String = sqlx::query_scalar("PRAGMA quick_check").fetch_one(&mut database).await.unwrap();
    assert_eq!(checked, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_space_it_says_how_much_it_takes_and_then_how_long_it_took() {
    let Some(disk) = SmallDisk::new(128) else { return };
    let folder = disk.path();
    old(folder, 24).await;
    let filler = disk.fill_but(16_000_000);
    for arguments in [&["doctor"][..], &["serve", "--listen", "127.0.0.1:0"], &["migrate"]] {
        let said = closezly(folder, arguments).output().unwrap();
        let words = text(&said);
        assert!(!said.status.success(), "{words}");
        for part in ["the upgrade of the database needs 2", "MB are free. Nothing was changed. Make space there and start again"] {
            assert!(words.contains(part), "{arguments:?}: {words}");
        }
    }
    std::fs::remove_file(filler).unwrap();
    let words = text(&closezly(folder, &["doctor"]).output().unwrap());
    assert!(words.contains("note    database") && words.contains("0009_free_pages") && words.contains("; up to 2"), "{words}");
    let running = Running::start(folder);
    assert_served(&running, folder, 24).await;
    let log = running.log();
    let told = log.iter().find(|line| line.contains("the database was brought up to date")).unwrap_or_else(|| panic!("{log:?}"));
    let told: serde_json::Value = serde_json::from_str(told).unwrap();
    let fields = if told["fields"].is_object() { &told["fields"] } else { &told };
    assert!(fields["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_an_upgrade_it_goes_on_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    old(folder.path(), 60).await;
    let log = folder.path().join("data/closezly.db-wal");
    let mut upgrading = closezly(folder.path(), &["migrate"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    // `VACUUM` brings its copy back through the log.
    while std::fs::metadata(&log).map(|log| log.len()).unwrap_or_default() < 4_000_000 {
        assert!(upgrading.try_wait().unwrap().is_none(), "it ended before anybody looked");
        assert!(started.elapsed() < Duration::from_secs(60), "it rewrites nothing");
        std::thread::sleep(Duration::from_millis(1));
    }
    upgrading.kill().unwrap();
    assert!(!upgrading.wait().unwrap().success(), "it was killed");
    let running = Running::start(folder.path());
    assert_served(&running, folder.path(), 60).await;
}

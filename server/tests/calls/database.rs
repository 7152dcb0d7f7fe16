//! The program and its SQLite file: two servers, a restored copy, a damaged file, a full disk, a call that can't be read.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use store::testing::SmallDisk;

use crate::page::{make, new_call, path};
use crate::process::{Running, closezly, text};
use crate::support::{PASSWORD, Program, email};

fn database(folder: &Path) -> PathBuf {
    folder.join("data/closezly.db")
}

async fn run_sql(folder: &Path, sql: &str) {
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", database(folder).display())).await.unwrap();
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// What a command says that ends by itself.
fn says(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = closezly(folder, arguments).output().unwrap();
    (output.status.success(), text(&output))
}

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

async fn readiness(running: &Running) -> (StatusCode, String) {
    let response = reqwest::get(format!("{}/health/ready", running.base)).await.unwrap();
    (response.status(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_database_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Running::start(folder.path());
    for arguments in [&SERVE[..], &["migrate"]] {
        let (done, words) = says(folder.path(), arguments);
        assert!(!done && words.contains("in use by another server"), "{words}");
    }
    let (_, words) = says(folder.path(), &["doctor"]);
    assert!(words.contains("ok      database     Sqlite, up to date; a server has it open"), "{words}");
    assert_eq!(readiness(&first).await, (StatusCode::OK, "ready\n".to_owned()));
    first.owner().await;
    // The system takes the lock back.
    first.process.kill().unwrap();
    first.process.wait().unwrap();
    let mut next = Running::start(folder.path());
    next.signal();
    assert_eq!(next.ended().await.0, Some(0));
    let (done, words) = says(folder.path(), &["migrate"]);
    assert!(done, "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_put_beside_the_old_log_is_told_from_its_own() {
    for checkpointed in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut running = Running::start(folder.path());
        let ann = running.owner().await;
        let kept = make(&ann, new_call("Before the copy")).await;
        let copy = folder.path().join("copy.db");
        run_sql(folder.path(), &format!("VACUUM INTO '{}'", copy.display())).await;
        make(&ann, new_call("After the copy")).await;
        if checkpointed {
            run_sql(folder.path(), "PRAGMA wal_checkpoint(PASSIVE)").await;
            make(&ann, new_call("After the checkpoint")).await;
        }
        running.process.kill().unwrap();
        running.process.wait().unwrap();
        std::fs::copy(&copy, database(folder.path())).unwrap();
        for arguments in [&SERVE[..], &["migrate"], &["doctor"]] {
            let (done, words) = says(folder.path(), arguments);
            assert!(!done && words.contains("does not belong to") && words.contains("closezly.db-shm and start again"), "{words}");
        }
        for suffix in ["-wal", "-shm"] {
            std::fs::remove_file(folder.path().join(format!("data/closezly.db{suffix}"))).unwrap();
        }
        let restored = Running::start(folder.path());
        let ann = Program::of(&restored.base).with_token(ann.token.as_ref().unwrap());
        let calls = ann.get("/api/v1/calls").await;
        assert_eq!(calls.body["data"].as_array().map(Vec::len), Some(1), "{:?}", calls.body);
        assert_eq!(ann.get(&path(kept, "")).await.status, StatusCode::OK);
        assert_eq!(readiness(&restored).await.0, StatusCode::OK);
    }
}

/// If the server's own locks were gone, the other program would take the log away when it leaves, and what is stored later with it.
#[tokio::test(flavor = "multi_thread")]
async fn another_program_that_looks_in_takes_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path());
    let ann = running.owner().await;
    for calls in 1..=3 {
        make(&ann, new_call("Seen from outside")).await;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database(folder.path()));
        let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
        let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM calls").fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        assert_eq!(seen, calls);
        assert!(folder.path().join("data/closezly.db-wal").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(folder.path());
    running.owner().await;
    run_sql(folder.path(), "PRAGMA wal_checkpoint(TRUNCATE)").await;
    running.process.kill().unwrap();
    running.process.wait().unwrap();
    let mut bytes = std::fs::read(database(folder.path())).unwrap();
    let (from, to) = (bytes.len() / 4, bytes.len() / 4 * 3);
    bytes[from..to].fill(0x5a);
    std::fs::write(database(folder.path()), bytes).unwrap();
    for arguments in [&SERVE[..], &["doctor"]] {
        let (done, words) = says(folder.path(), arguments);
        assert!(!done && words.contains("is damaged") && words.contains("restore your last copy"), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_cannot_be_taken_up_keeps_nobody_from_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(folder.path());
    let ann = running.owner().await;
    let bad = make(&ann, new_call("Bad")).await;
    running.signal();
    running.ended().await;
    let spoil = format!("UPDATE calls SET state = 'live', vocabulary = '{{' WHERE id = x'{}'", bad.0.simple());
    run_sql(folder.path(), &spoil).await;
    let running = Running::start(folder.path());
    assert_eq!(readiness(&running).await, (StatusCode::OK, "ready\n".to_owned()));
    let ann = Program::of(&running.base).with_token(ann.token.as_ref().unwrap());
    make(&ann, new_call("Good")).await;
}

async fn until_ready(running: &Running, expected: StatusCode) -> String {
    let started = Instant::now();
    loop {
        let (status, words) = readiness(running).await;
        if status == expected {
            return words;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{status}: {words}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_people_sign_in_and_delete_and_afterwards_all_is_well() {
    let Some(disk) = SmallDisk::new(32) else { return };
    let running = Running::start(disk.path());
    let ann = running.owner().await;
    let first = make(&ann, new_call("The first")).await;
    let upload = json!({ "file_name": "prices.txt", "bytes": 1_000 });
    let begun = ann.post("/api/v1/knowledge/uploads", upload).await;
    until_ready(&running, StatusCode::OK).await;
    let filler = disk.fill();
    let mut refused = None;
    for _ in 0..2_000 {
        let answer = ann.post("/api/v1/calls", new_call(&"More ".repeat(20))).await;
        if answer.status != StatusCode::CREATED {
            refused = Some(answer.status);
            break;
        }
    }
    assert_eq!(refused, Some(StatusCode::INSUFFICIENT_STORAGE));

    let login = json!({ "email": email("Ann"), "password": PASSWORD });
    let answer = Program::of(&running.base).post("/api/v1/auth/login", login.clone()).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    let back = Program::of(&running.base).with_token(answer.body["data"]["access_token"].as_str().unwrap());
    assert_eq!(back.delete(&path(first, "")).await.status, StatusCode::NO_CONTENT);
    let upload = begun.body["data"]["id"].as_str().unwrap_or_else(|| panic!("{:?}", begun.body));
    assert_eq!(back.delete(&format!("/api/v1/knowledge/uploads/{upload}")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(back.get(&path(first, "")).await.status, StatusCode::NOT_FOUND);
    let words = until_ready(&running, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(words.contains("reserve"), "{words}");

    std::fs::remove_file(filler).unwrap();
    until_ready(&running, StatusCode::OK).await;
    make(&back, new_call("Afterwards")).await;
    let again = Program::of(&running.base).post("/api/v1/auth/login", login).await;
    assert_eq!(again.status, StatusCode::OK, "{:?}", again.body);
}

/// The review of a call whose recording can't be read to its end: opening the file waits for ever.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_review_that_blocks_keeps_no_process_from_ending() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(folder.path());
    let ann = running.owner().await;
    let call = make(&ann, new_call("Long")).await;
    let mut page = crate::page::Page::source(&ann, call).await;
    page.frames(model::Channel::Rep, 0..3).await;
    page.acked(model::Channel::Rep, 3).await;
    let first = |folder: PathBuf| std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let log = first(first(folder.path().join("data/files/recordings"))).join("rep.log");
    // The server has the log open; who opens the path from now on gets a pipe that nobody writes to.
    let whole = log.with_extension("whole");
    std::fs::rename(&log, &whole).unwrap();
    assert!(Command::new("mkfifo").arg(&log).status().unwrap().success());
    page.say(model::wire::ClientMessage::End).await;
    let started = Instant::now();
    let mut waiting = 0;
    // One look could meet any file that is just being opened.
    while waiting < 10 {
        waiting = if waits_for_pipe(running.process.id()) { waiting + 1 } else { 0 };
        assert!(started.elapsed() < Duration::from_secs(60), "nobody opens the recording");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(readiness(&running).await.0, StatusCode::OK, "it serves meanwhile");
    running.signal();
    let (code, took) = running.ended().await;
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(18), "{took:?}");

    std::fs::rename(&whole, &log).unwrap();
    let running = Running::start(folder.path());
    let ann = Program::of(&running.base).with_token(ann.token.as_ref().unwrap());
    let started = Instant::now();
    while ann.get(&path(call, "")).await.body["data"]["state"] != "ended" {
        assert!(started.elapsed() < Duration::from_secs(60), "the next server writes the review");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// What the server before left unfinished is done beside serving.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_no_review() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(folder.path());
    let ann = running.owner().await;
    let me = ann.get("/api/v1/auth/me").await.body["data"].clone();
    let organization = serde_json::from_value(me["organization"]["id"].clone()).unwrap();
    let call = make(&ann, new_call("Many hours")).await;
    running.signal();
    running.ended().await;
    let line = |number: i64| model::Segment {
        number,
        track: model::TrackId::usual(model::Channel::Customer),
        channel: model::Channel::Customer,
        text: format!("We will look at part {number} of the plan, and the price of it is not what anybody here had expected to see."),
        start_ms: model::Millis(number * 3_000),
        end_ms: model::Millis(number * 3_000 + 2_500),
        confidence: 0.9,
        words: Vec::new(),
        corrected: false,
    };
    let store = store::Store::connect(&format!("sqlite:{}", database(folder.path()).display())).await.unwrap();
    store.append_segments(organization, call, &(1..=12_000).map(line).collect::<Vec<_>>()).await.unwrap();
    store.close().await;
    run_sql(folder.path(), "UPDATE calls SET state = 'finishing', started_at = created_at, last_seen_at = NULL").await;

    let running = Running::start(folder.path());
    let ann = Program::of(&running.base).with_token(ann.token.as_ref().unwrap());
    let state = async || ann.get(&path(call, "")).await.body["data"]["state"].clone();
    assert_eq!(state().await, "finishing", "it answers before the review is written");
    assert_eq!(readiness(&running).await, (StatusCode::OK, "ready\n".to_owned()));
    let started = Instant::now();
    while state().await != "ended" {
        assert!(started.elapsed() < Duration::from_secs(180), "nobody writes the review");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Whether a thread of a process waits for the other end of a pipe that it opens.
#[cfg(target_os = "linux")]
fn waits_for_pipe(process: u32) -> bool {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    // The number of openat; where the kernel doesn't tell the call, it may tell the thread's place in itself.
    let opens = if cfg!(target_arch = "x86_64") { "257 " } else { "56 " };
    tasks.flatten().any(|task| {
        let read = |name: &str| std::fs::read_to_string(task.path().join(name)).unwrap_or_default();
        read("syscall").starts_with(opens) || read("wchan").contains("wait_for_partner") || read("wchan").contains("fifo_open")
    })
}

/// Seals a credential as the server does.
async fn seal(folder: &Path, name: &str, secret: &str) {
    let ring = std::fs::read_to_string(folder.join("data/secrets/vault.key")).unwrap();
    let ring = ports::files::KeyRing::parse(&ring.into()).unwrap();
    let store = store::Store::connect(&format!("sqlite:{}", database(folder).display())).await.unwrap();
    let organization = store.credentials(&email("Ann")).await.unwrap().unwrap().member;
    let organization = store.profile(organization).await.unwrap().unwrap().organization.id;
    let sealed = ports::envelope::seal(&ring, format!("{organization}/{name}").as_bytes(), [7; 12], secret.as_bytes()).unwrap();
    let mut tx = store.begin().await.unwrap();
    store::credentials::put(&mut tx, organization, name, &sealed, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_sealed_without_configuration_and_get_another_key() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("data/secrets/vault.key");
    let (_, words) = says(folder.path(), &["doctor"]);
    assert!(words.contains("ok      vault        The first start makes a key"), "{words}");
    assert!(!key.exists(), "who only looks makes none");
    let mut running = Running::start(folder.path());
    running.owner().await;
    let made = std::fs::read_to_string(&key).unwrap();
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key).unwrap().permissions()) & 0o777, 0o600);
    let (done, words) = says(folder.path(), &["rotate-keys"]);
    assert!(!done && words.contains("in use by another server"), "{words}");
    assert_eq!(std::fs::read_to_string(&key).unwrap(), made, "and no key was made");
    running.signal();
    assert_eq!(running.ended().await.0, Some(0));

    seal(folder.path(), "crm.token", "SECRET").await;
    let (_, words) = says(folder.path(), &["doctor"]);
    assert!(words.contains("ok      vault        The key kept-1 seals and opens; 1 credentials"), "{words}");
    let (done, words) = says(folder.path(), &["rotate-keys"]);
    assert!(done && words.contains("1 credentials were sealed anew; 1 of 1 are under the key kept-2 now"), "{words}");
    let now = std::fs::read_to_string(&key).unwrap();
    assert!(now.starts_with("kept-2:") && now.ends_with(&made), "the old key stays behind the new one");

    std::fs::write(&key, &made).unwrap();
    let (done, words) = says(folder.path(), &["doctor"]);
    assert!(!done && words.contains("FAILED  vault        1 of 1 credentials can't be opened"), "{words}");
    std::fs::remove_file(&key).unwrap();
    let (_, words) = says(folder.path(), &["doctor"]);
    assert!(words.contains("FAILED  vault        1 of 1 credentials can't be opened"), "{words}");
    std::fs::write(&key, now).unwrap();
    let (_, words) = says(folder.path(), &["doctor"]);
    assert!(words.contains("ok      vault        The key kept-2"), "{words}");
}

//! A database that another program holds.

use std::time::{Duration, Instant};

use model::Channel::{Customer, Rep};
use sqlx::{Connection, SqliteConnection};

use crate::page::{Page, make, new_call, path, words};
use crate::support::TestServer;

/// Longer than the database itself waits for a lock.
const HELD: Duration = Duration::from_secs(7);

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_delays_no_frame_and_loses_no_word() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = make(&ann, new_call("Locked")).await;
    let mut page = Page::source(&ann, call).await;
    page.frames(Rep, 0..1).await;
    page.acked(Rep, 1).await;
    let mut other = SqliteConnection::connect(server.database()).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let (locked, mut count, mut slowest) = (Instant::now(), 0, Duration::ZERO);
    while locked.elapsed() < HELD {
        let sent = Instant::now();
        page.frames(Rep, count + 1..count + 2).await;
        page.acked(Rep, count + 2).await;
        slowest = slowest.max(sent.elapsed());
        page.say(words(Customer, i64::from(count) * 1_000, &format!("Number {count} of many."))).await;
        page.heard(&format!("Number {count} of")).await;
        count += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(count > 20 && slowest < Duration::from_secs(1), "{count} frames, the slowest took {slowest:?}");
    let stored = ann.get(&path(call, "/transcript")).await;
    assert_eq!(stored.body["meta"]["total"], 0, "the lock is held, and reading goes on: {:?}", stored.body);
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    page.end().await;
    let review = ann.get(&path(call, "/review")).await.body["data"].clone();
    let texts: Vec<_> = review["segments"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts, (0..count).map(|number| format!("Number {number} of many.")).collect::<Vec<_>>());
    assert_eq!(review["call"]["state"], "ended");
    assert!(review["insights"].is_object());
}

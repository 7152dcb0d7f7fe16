//! Mails outlast the process that promised them.

use std::path::Path;
use std::time::{Duration, Instant};

use providers::test_utils::SmtpSink;
use reqwest::StatusCode;
use serde_json::json;

use crate::process::Running;
use crate::support::{PASSWORD, Program};

/// The program reads this beside where it runs.
fn mails_go_to(folder: &Path, url: &str) {
    std::fs::write(folder.join("closezly.toml"), format!("smtp_url = \"{url}\"\n")).unwrap();
}

fn of<'a>(mails: &'a [String], address: &str) -> Vec<&'a String> {
    mails.iter().filter(|mail| mail.contains(&format!("To: {address}"))).collect()
}

async fn until_mailed(sink: &SmtpSink, address: &str) {
    let started = Instant::now();
    while of(&sink.mails(), address).is_empty() {
        assert!(started.elapsed() < Duration::from_secs(60), "no mail came to {address}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn register(base: &str, address: &str) {
    let body = json!({ "name": "Ann", "email": address, "organization": "Acme", "password": PASSWORD });
    assert_eq!(Program::of(base).post("/api/v1/auth/register", body).await.status, StatusCode::ACCEPTED);
}

async fn forgot(base: &str, address: &str) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(format!("{base}/api/identity/forgot_password")).header("accept", "application/json").header("origin", base);
    assert_eq!(request.form(&[("email", address)]).send().await.unwrap().status(), StatusCode::OK);
}

fn link(mails: &[String], address: &str) -> String {
    // Long lines are folded by quoted-printable.
    let text = of(mails, address).last().unwrap().replace("=\n", "").replace("=3D", "=");
    text.split_whitespace().find_map(|word| word.split_once("token=")).unwrap().1.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_was_promised_comes_though_the_server_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let sink = SmtpSink::start().await;
    mails_go_to(folder.path(), sink.url());
    let mut running = Running::start(folder.path());
    for number in 0..3 {
        let address = format!("ann{number}@example.com");
        register(&running.base, &address).await;
        running.process.kill().unwrap();
        running.process.wait().unwrap();
        running = Running::start(folder.path());
        until_mailed(&sink, &address).await;
    }
    // The account is there, and so is its owner's other mail.
    let body = json!({ "token": link(&sink.mails(), "ann0@example.com") });
    assert_eq!(Program::of(&running.base).post("/api/v1/auth/confirm", body).await.status, StatusCode::CREATED);
    forgot(&running.base, "ann0@example.com").await;
    running.process.kill().unwrap();
    running.process.wait().unwrap();
    let running = Running::start(folder.path());
    let started = Instant::now();
    while !sink.mails().iter().any(|mail| mail.contains("reset-password")) {
        assert!(started.elapsed() < Duration::from_secs(60), "no link came");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    for (address, most) in [("ann0@example.com", 4), ("ann1@example.com", 2), ("ann2@example.com", 2)] {
        let count = of(&sink.mails(), address).len();
        assert!(count <= most, "a kill between sending and noting it sends once more, never more often: {count} to {address}");
    }
    drop(running);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_waits_for_its_server_over_a_restart_and_comes_once() {
    let folder = tempfile::tempdir().unwrap();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    mails_go_to(folder.path(), &format!("smtp://127.0.0.1:{port}"));
    let mut running = Running::start(folder.path());
    register(&running.base, "ann@example.com").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    running.signal();
    assert_eq!(running.ended().await.0, Some(0));
    let sink = SmtpSink::start().await;
    mails_go_to(folder.path(), sink.url());
    let running = Running::start(folder.path());
    until_mailed(&sink, "ann@example.com").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(sink.mails().len(), 1);
    let body = json!({ "token": link(&sink.mails(), "ann@example.com") });
    assert_eq!(Program::of(&running.base).post("/api/v1/auth/confirm", body).await.status, StatusCode::CREATED);
}

//! Mails are jobs: they outlast a mail server that is away, and hold no secret while they wait.

use chrono::TimeDelta;
use ports::MailError;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::support::{PASSWORD, Setup, TestServer, email};

fn away() -> MailError {
    MailError::Unreachable("connection refused".to_owned())
}

fn refused() -> MailError {
    MailError::Refused("no such mailbox".to_owned())
}

async fn ask(server: &TestServer, name: &str) {
    let answer = server.browser().call("/api/identity/forgot_password", &[("email", &email(name))]).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
}

/// The kinds, states and payloads of the jobs of mails.
async fn jobs(server: &TestServer) -> Vec<(String, String, Value)> {
    let mut connection = sqlx::SqliteConnection::connect(server.database()).await.unwrap();
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("SELECT kind, state, payload FROM jobs WHERE queue = 'identity.mail'").fetch_all(&mut connection).await.unwrap();
    rows.into_iter().map(|(kind, state, payload)| (kind, state, serde_json::from_str(&payload).unwrap())).collect()
}

/// Waits until the mail server was asked so often.
async fn asked(server: &TestServer, count: u64) {
    for _ in 0..1_000 {
        if server.outbox.asked() >= count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("only {} attempts", server.outbox.asked());
}

/// Waits until no job of a mail is running.
async fn settled(server: &TestServer) {
    for _ in 0..1_000 {
        if jobs(server).await.iter().all(|(_, state, _)| state != "running") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("a job does not end");
}

#[tokio::test]
async fn a_mail_server_that_is_away_is_tried_for_a_day() {
    let server = TestServer::start().await;
    server.browser().sign_up("Ann").await;
    server.outbox.fail(Some(away));
    ask(&server, "Ann").await;
    asked(&server, 1).await;
    settled(&server).await;
    let waiting = json!({ "email": "ann@example.com", "address": "127.0.0.1" });
    assert_eq!(jobs(&server).await, [("identity.mail_reset_link".to_owned(), "waiting".to_owned(), waiting)], "and no secret");
    // Pauses grow to an hour, a quarter longer at most.
    for attempt in 2..=19 {
        server.clock.advance(TimeDelta::minutes(80));
        server.run_jobs().await;
        asked(&server, attempt).await;
        settled(&server).await;
    }
    assert_eq!(jobs(&server).await[0].1, "waiting", "after a day it is tried still");
    server.outbox.fail(None);
    server.clock.advance(TimeDelta::minutes(80));
    server.run_jobs().await;
    let mail = server.outbox.wait(1).await;
    settled(&server).await;
    assert_eq!((server.outbox.all().len(), jobs(&server).await.len()), (1, 0));
    let token = mail.text.split_whitespace().find_map(|word| word.split_once("token=")).unwrap().1.to_owned();
    let set = server.browser().call("/api/identity/reset_password", &[("token", &token), ("password", "another good one")]).await;
    assert_eq!(set.status, StatusCode::OK, "the link is as new as the mail: {:?}", set.body);
}

#[tokio::test]
async fn a_sign_up_waits_for_its_mail() {
    let server = TestServer::with(Setup { delivers: true, ..Setup::default() }).await;
    server.outbox.fail(Some(away));
    let body = json!({ "name": "Ann", "email": email("Ann"), "organization": "Acme", "password": PASSWORD });
    assert_eq!(server.program().post("/api/v1/auth/register", body).await.status, StatusCode::ACCEPTED);
    asked(&server, 1).await;
    settled(&server).await;
    let waiting = json!({ "email": "ann@example.com" });
    assert_eq!(jobs(&server).await, [("identity.mail_sign_up".to_owned(), "waiting".to_owned(), waiting)], "no password, no token");
    server.clock.advance(TimeDelta::hours(23));
    server.run_jobs().await;
    asked(&server, 2).await;
    settled(&server).await;
    server.outbox.fail(None);
    server.clock.advance(TimeDelta::hours(5));
    server.run_jobs().await;
    let mail = server.outbox.wait(1).await;
    let token = mail.text.split_whitespace().find_map(|word| word.split_once("token=")).unwrap().1.to_owned();
    server.clock.advance(TimeDelta::hours(23));
    let confirmed = server.program().post("/api/v1/auth/confirm", json!({ "token": token })).await;
    assert_eq!(confirmed.status, StatusCode::CREATED, "its day begins with the mail: {:?}", confirmed.body);
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_not_tried_again() {
    let server = TestServer::start().await;
    server.browser().sign_up("Ann").await;
    server.outbox.fail(Some(refused));
    ask(&server, "Ann").await;
    asked(&server, 1).await;
    settled(&server).await;
    for _ in 0..100 {
        if jobs(&server).await.is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{:?}", jobs(&server).await);
}

#[tokio::test]
async fn a_refused_sign_in_stands_in_the_log_of_whom_it_concerns() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let me = ann.get("/api/v1/auth/me").await;
    let organization = me.body["data"]["organization"]["id"].as_str().unwrap().parse().unwrap();
    for name in ["Ann", "Nobody"] {
        assert_eq!(server.browser().sign_in(name, "wrong password").await.status, StatusCode::UNAUTHORIZED);
    }
    for _ in 0..500 {
        let entries = server.services.store().entries(organization, None, 10).await.unwrap().items;
        if let Some(entry) = entries.iter().find(|entry| entry.action == "identity.sign_in_failed") {
            assert_eq!((entry.actor, entry.details["address"].as_str()), (None, Some("127.0.0.1")));
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it was not noted");
}

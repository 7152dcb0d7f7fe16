//! A new password by mail.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::{PASSWORD, TestServer};

async fn link(server: &TestServer, mails: usize) -> String {
    let mail = server.outbox.wait(mails).await;
    let link = mail.text.split_whitespace().find(|word| word.contains("/reset-password?token=")).expect("the mail has a link");
    assert!(link.starts_with(&server.url("")), "{link}");
    link.split_once("token=").unwrap().1.to_owned()
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_ends_all_sessions() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.sign_up("Ann").await;
    assert_eq!(server.browser().call("/api/identity/forgot_password", &[("email", "ann@example.com")]).await.status, StatusCode::OK);
    let token = link(&server, 1).await;
    let page = server.browser().text(&format!("/reset-password?token={token}")).await;
    assert!(page.contains(&format!("value=\"{token}\"")));
    let stranger = server.browser();
    let short = stranger.call("/api/identity/reset_password", &[("token", &token), ("password", "short")]).await;
    assert_eq!(short.body["field"], "password");
    let done = stranger.call("/api/identity/reset_password", &[("token", &token), ("password", "another good one")]).await;
    assert_eq!(done.status, StatusCode::OK, "a password that was too short did not cost the link: {:?}", done.body);
    assert!(!browser.is_signed_in().await);
    let again = stranger.call("/api/identity/reset_password", &[("token", &token), ("password", "yet another one")]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.sign_in("Ann", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.sign_in("Ann", "another good one").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_is_good_for_half_an_hour_and_only_the_newest_one() {
    let server = &TestServer::start().await;
    server.browser().sign_up("Ann").await;
    let ask = || async { server.browser().call("/api/identity/forgot_password", &[("email", "ann@example.com")]).await };
    let set = |token: String| async move {
        server.browser().call("/api/identity/reset_password", &[("token", &token), ("password", "another good one")]).await
    };
    ask().await;
    let first = link(server, 1).await;
    ask().await;
    let second = link(server, 2).await;
    assert_eq!(set(first).await.status, StatusCode::NOT_FOUND);
    server.clock.advance(TimeDelta::minutes(30));
    assert_eq!(set(second).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn asking_tells_nothing_and_mails_nobody_unknown() {
    let server = TestServer::start().await;
    server.browser().sign_up("Ann").await;
    let unknown = server.browser().call("/api/identity/forgot_password", &[("email", "nobody@example.com")]).await;
    let known = server.browser().call("/api/identity/forgot_password", &[("email", "ann@example.com")]).await;
    assert_eq!((unknown.status, &unknown.body), (known.status, &known.body));
    server.outbox.wait(1).await;
    assert!(server.outbox.all().iter().all(|mail| mail.to == "ann@example.com"));
    for _ in 0..5 {
        assert_eq!(server.browser().call("/api/identity/forgot_password", &[("email", "ann@example.com")]).await.status, StatusCode::OK);
    }
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(server.outbox.all().len() <= 3, "nobody's mailbox is flooded");
}

//! A new password by mail.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::json;
use server::config::{Config, Settings};

use crate::support::{PASSWORD, Setup, TestServer, email};

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

#[tokio::test]
async fn a_password_of_the_operators_list_is_set_by_nobody() {
    const LISTED: &str = "violet tram under oatmeal";
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), "B499CDAB9892ADA7BF1E305EFCDCF30F113405C8:42\r\n").unwrap();
    let settings = Settings { refused_passwords_file: Some(list.path().to_owned()), ..Settings::default() };
    let server = TestServer::with(Setup { settings, ..Setup::default() }).await;
    let new = json!({ "name": "Ann", "email": email("Ann"), "organization": "Acme", "password": LISTED });
    let refused = server.program().post("/api/v1/auth/register", new).await;
    assert_eq!((refused.failure(422), &refused.body["error"]["details"]["field"]), ("invalid", &json!("password")));
    assert!(refused.body["detail"].as_str().unwrap().contains("known to attackers"), "{}", refused.body);
    let browser = server.browser();
    browser.sign_up("Ann").await;
    let changed = browser.call("/api/settings/change_password", &[("current", PASSWORD), ("password", LISTED)]).await;
    assert_eq!((changed.status, &changed.body["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("password")));
    server.browser().call("/api/identity/forgot_password", &[("email", &email("Ann"))]).await;
    let token = link(&server, 1).await;
    let reset = server.browser().call("/api/identity/reset_password", &[("token", &token), ("password", LISTED)]).await;
    assert_eq!((reset.status, &reset.body["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("password")));
    let other = server.browser().call("/api/identity/reset_password", &[("token", &token), ("password", "another good one")]).await;
    assert_eq!(other.status, StatusCode::OK, "it did not cost the link: {:?}", other.body);
}

#[test]
fn a_list_that_is_none_keeps_the_server_from_starting() {
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), "hunter2\n").unwrap();
    let settings = Settings { refused_passwords_file: Some(list.path().to_owned()), ..Settings::default() };
    let config = Config::from_settings(settings).unwrap();
    let error = server::wiring::domain_config(&config, "a key that only tests have, 32+ bytes".to_owned().into()).err().unwrap();
    assert!(error.to_string().starts_with("refused_passwords_file: ") && error.to_string().contains("byte 0"), "{error}");
}

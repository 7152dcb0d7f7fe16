//! What "end everything" ends, and what a password ends.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, PASSWORD, Program, TestServer, cookie_value, set_cookie};

const NEW: &str = "another good one";

/// A program that signed in with the password; its refresh token.
async fn program(server: &TestServer, name: &str) -> (Program, String) {
    let program = server.program();
    let body = json!({ "email": "ann@example.com", "password": PASSWORD });
    let request = program.request(reqwest::Method::POST, "/api/v1/auth/login").header("user-agent", name).json(&body);
    let answer = program.send(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    let text = |name: &str| answer.body["data"][name].as_str().unwrap().to_owned();
    (program.with_token(&text("access_token")), text("refresh_token"))
}

async fn refresh(server: &TestServer, token: &str) -> Answer {
    server.program().post("/api/v1/auth/refresh", json!({ "refresh_token": token })).await
}

async fn works(program: &Program) -> bool {
    program.get("/api/v1/auth/me").await.status == StatusCode::OK
}

async fn listed(browser: &Browser) -> Vec<Value> {
    browser.call("/api/settings/program_sign_ins", &[]).await.body.as_array().unwrap().clone()
}

/// Ann's browser.
async fn ann(server: &TestServer) -> Browser {
    let browser = server.browser();
    browser.sign_up("Ann").await;
    browser
}

async fn api_token(browser: &Browser, server: &TestServer) -> Program {
    let made = browser.call("/api/settings/create_token", &[("new[name]", "Dialer")]).await;
    server.program().with_token(made.body["secret"].as_str().unwrap())
}

#[tokio::test]
async fn ending_all_others_ends_programs_too() {
    let server = TestServer::start().await;
    let browser = ann(&server).await;
    let (signed_in, token) = program(&server, "dialer/1.0").await;
    let rows = listed(&browser).await;
    assert_eq!((rows.len(), &rows[0]["user_agent"], &rows[0]["address"]), (1, &json!("dialer/1.0"), &json!("127.0.0.1")));
    let page = browser.text("/settings/security").await;
    assert!(page.contains("Program: dialer/1.0") && page.contains("End all others"), "{page}");
    assert_eq!(browser.call("/api/settings/end_other_sessions", &[]).await.status, StatusCode::OK);
    assert_eq!(signed_in.get("/api/v1/auth/me").await.failure(401), "unauthenticated", "the access token at once");
    assert_eq!(refresh(&server, &token).await.failure(401), "unauthenticated");
    assert!(listed(&browser).await.is_empty() && browser.is_signed_in().await);
}

#[tokio::test]
async fn a_programs_sign_in_is_listed_and_ended_by_its_person_only() {
    let server = TestServer::start().await;
    let browser = ann(&server).await;
    let (one, token) = program(&server, "one").await;
    let (two, _) = program(&server, "two").await;
    server.clock.advance(TimeDelta::minutes(5));
    let renewed = refresh(&server, &token).await.body["data"]["access_token"].as_str().unwrap().to_owned();
    let rows = listed(&browser).await;
    let names: Vec<_> = rows.iter().map(|row| row["user_agent"].as_str().unwrap()).collect();
    assert_eq!(names, ["one", "two"], "one row a sign-in, the last used first");
    assert!(rows[0]["last_seen_at"].as_str() > rows[0]["signed_in_at"].as_str());
    let id = rows[0]["id"].as_str().unwrap();
    let stranger = server.browser();
    stranger.sign_up("Bob").await;
    assert!(listed(&stranger).await.is_empty());
    let refused = stranger.call("/api/settings/end_program_sign_in", &[("id", id)]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert!(works(&one).await);
    assert_eq!(browser.call("/api/settings/end_program_sign_in", &[("id", id)]).await.status, StatusCode::OK);
    assert!(!works(&one).await && !works(&one.with_token(&renewed)).await && works(&two).await);
    assert_eq!(listed(&browser).await.len(), 1);
}

async fn reset_link(server: &TestServer, mails: usize) -> String {
    let asked = server.browser().call("/api/identity/forgot_password", &[("email", "ann@example.com")]).await;
    assert_eq!(asked.status, StatusCode::OK);
    let mail = server.outbox.wait(mails).await;
    assert!(mail.text.contains("API tokens"), "what a new password ends is said: {}", mail.text);
    mail.text.split_once("token=").unwrap().1.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_changed_password_ends_links_and_programs_and_tokens_if_so_wished() {
    let server = TestServer::start().await;
    let browser = ann(&server).await;
    let link = reset_link(&server, 1).await;
    let (signed_in, token) = program(&server, "curl").await;
    let dialer = api_token(&browser, &server).await;
    let page = browser.text("/settings/security").await;
    assert!(page.contains("End my API tokens too") && page.contains("go on otherwise"), "{page}");
    let change = [("current", PASSWORD), ("password", NEW)];
    assert_eq!(browser.call("/api/settings/change_password", &change).await.status, StatusCode::OK);
    assert!(!works(&signed_in).await);
    assert_eq!(refresh(&server, &token).await.failure(401), "unauthenticated");
    assert!(works(&dialer).await, "a token doesn't depend on the password, and the page says so");
    let late = server.browser().call("/api/identity/reset_password", &[("token", &link), ("password", "a third good one")]).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND, "a link from before is dead");
    assert!(browser.is_signed_in().await);
    let change = [("current", NEW), ("password", PASSWORD), ("end_tokens", "true")];
    assert_eq!(browser.call("/api/settings/change_password", &change).await.status, StatusCode::OK);
    assert!(!works(&dialer).await && browser.is_signed_in().await);
}

#[tokio::test]
async fn a_reset_password_ends_everything() {
    let server = TestServer::start().await;
    let browser = ann(&server).await;
    let (signed_in, _) = program(&server, "curl").await;
    let dialer = api_token(&browser, &server).await;
    let link = reset_link(&server, 1).await;
    let page = server.browser().text(&format!("/reset-password?token={link}")).await;
    assert!(page.contains("API tokens"), "{page}");
    let done = server.browser().call("/api/identity/reset_password", &[("token", &link), ("password", NEW)]).await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(!browser.is_signed_in().await && !works(&signed_in).await && !works(&dialer).await);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let server = TestServer::start().await;
    let browser = ann(&server).await;
    let first = browser.sign_in("Ann", PASSWORD).await;
    let first = cookie_value(set_cookie(&first.headers, "closezly_session").unwrap()).to_owned();
    server.browser().sign_up("Bob").await;
    assert_eq!(browser.sign_in("Bob", PASSWORD).await.status, StatusCode::OK, "also as somebody else");
    assert!(browser.is_signed_in().await);
    let old = reqwest::Client::new().get(server.url("/api/v1/auth/me")).header("cookie", format!("closezly_session={first}"));
    assert_eq!(old.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let other = server.browser();
    assert_eq!(other.sign_in("Ann", PASSWORD).await.status, StatusCode::OK);
    let rows = other.call("/api/settings/sessions", &[]).await.body;
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(other.sign_in("Ann", "wrong password").await.status, StatusCode::UNAUTHORIZED);
    assert!(other.is_signed_in().await, "a try that fails ends nothing");
}

#[tokio::test]
async fn a_token_is_made_by_who_just_signed_in() {
    let server = TestServer::start().await;
    let browser = ann(&server).await;
    let (signed_in, token) = program(&server, "curl").await;
    let make = async |program: &Program| program.post("/api/v1/tokens", json!({ "name": "Dialer" })).await;
    let dialer = api_token(&browser, &server).await;
    assert_eq!(make(&dialer).await.failure(403), "forbidden", "a token makes no other");
    assert_eq!(make(&signed_in).await.status, StatusCode::CREATED);
    server.clock.advance(TimeDelta::minutes(14));
    let pair = refresh(&server, &token).await;
    let later = signed_in.with_token(pair.body["data"]["access_token"].as_str().unwrap());
    assert_eq!(make(&later).await.status, StatusCode::CREATED);
    server.clock.advance(TimeDelta::minutes(1));
    assert!(works(&later).await);
    assert_eq!(make(&later).await.failure(403), "forbidden", "the password was given a quarter of an hour ago");
    let (again, _) = program(&server, "curl").await;
    assert_eq!(make(&again).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn names_hold_what_can_be_seen() {
    let server = TestServer::start().await;
    let browser = ann(&server).await;
    let made = browser.call("/api/settings/create_token", &[("new[name]", "a\u{202e}b\u{200b}")]).await;
    assert_eq!(made.body["token"]["name"], "ab");
    let nothing = browser.call("/api/settings/create_token", &[("new[name]", "\u{200b}\u{2066}")]).await;
    assert_eq!(nothing.body["field"], "name");
}

//! Cookies over time.

use chrono::TimeDelta;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::support::{Browser, PASSWORD, TestServer, cookie_value, email, set_cookie};

async fn signed_in(browser: &Browser, name: &str) -> String {
    let answer = browser.sign_in(name, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    cookie_value(set_cookie(&answer.headers, "closezly_session").unwrap()).to_owned()
}

/// `GET /api/v1/auth/me` with a cookie: status and headers.
async fn me(server: &TestServer, secret: &str) -> (StatusCode, HeaderMap) {
    let request = reqwest::Client::new().get(server.url("/api/v1/auth/me")).header("cookie", format!("other=1; closezly_session={secret}"));
    let response = request.send().await.unwrap();
    (response.status(), response.headers().clone())
}

#[tokio::test]
async fn a_secret_is_replaced_every_day_and_the_old_one_overlaps_for_a_minute() {
    let server = TestServer::start().await;
    server.browser().sign_up("Ann").await;
    let first = signed_in(&server.browser(), "Ann").await;
    server.clock.advance(TimeDelta::hours(23));
    assert!(set_cookie(&me(&server, &first).await.1, "closezly_session").is_none());
    server.clock.advance(TimeDelta::hours(1));
    let (status, headers) = me(&server, &first).await;
    assert_eq!(status, StatusCode::OK);
    let second = cookie_value(set_cookie(&headers, "closezly_session").expect("a new secret")).to_owned();
    assert_ne!(first, second);
    let (status, headers) = me(&server, &first).await;
    assert_eq!(status, StatusCode::OK, "requests that were on their way still work");
    assert!(set_cookie(&headers, "closezly_session").is_none(), "an old secret makes no third one");
    server.clock.advance(TimeDelta::seconds(61));
    assert_eq!(me(&server, &first).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(me(&server, &second).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_session_lives_for_thirty_days_after_its_last_use() {
    let server = TestServer::start().await;
    server.browser().sign_up("Ann").await;
    let mut secret = signed_in(&server.browser(), "Ann").await;
    for _ in 0..3 {
        server.clock.advance(TimeDelta::days(29));
        let (status, headers) = me(&server, &secret).await;
        assert_eq!(status, StatusCode::OK);
        secret = cookie_value(set_cookie(&headers, "closezly_session").unwrap()).to_owned();
    }
    server.clock.advance(TimeDelta::days(31));
    let (status, headers) = me(&server, &secret).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(set_cookie(&headers, "closezly_session").unwrap().contains("Max-Age=0"), "a dead cookie is taken back");
}

#[tokio::test]
async fn a_session_ends_ninety_days_after_the_password_was_given_however_much_it_is_used() {
    let server = TestServer::start().await;
    server.browser().sign_up("Ann").await;
    let mut secret = signed_in(&server.browser(), "Ann").await;
    let mut last = String::new();
    for day in 1..=89 {
        server.clock.advance(TimeDelta::days(1));
        let (status, headers) = me(&server, &secret).await;
        assert_eq!(status, StatusCode::OK, "day {day}");
        last = set_cookie(&headers, "closezly_session").expect("a new secret each day").to_owned();
        secret = cookie_value(&last).to_owned();
    }
    assert!(last.contains(&format!("Max-Age={}", 24 * 3600)), "the browser is told so: {last}");
    server.clock.advance(TimeDelta::hours(23));
    assert_eq!(me(&server, &secret).await.0, StatusCode::OK);
    server.clock.advance(TimeDelta::hours(1));
    let (status, headers) = me(&server, &secret).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(set_cookie(&headers, "closezly_session").unwrap().contains("Max-Age=0"), "a dead cookie is taken back");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let server = TestServer::start().await;
    let here = server.browser();
    here.sign_up("Ann").await;
    let there = server.browser();
    signed_in(&there, "Ann").await;
    let rows = here.call("/api/settings/sessions", &[]).await.body;
    assert_eq!(rows.as_array().unwrap().len(), 2);
    assert_eq!(rows.as_array().unwrap().iter().filter(|row| row["current"] == true).count(), 1);
    let other = rows.as_array().unwrap().iter().find(|row| row["current"] == false).unwrap();
    assert_eq!(other["session"]["user_agent"], "TestBrowser/1");
    let id = other["session"]["id"].as_str().unwrap();
    let stranger = server.browser();
    stranger.sign_up("Bob").await;
    let refused = stranger.call("/api/settings/end_session", &[("id", id)]).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (StatusCode::NOT_FOUND, Some("not_found")));
    assert!(there.is_signed_in().await, "nobody ends another's session");
    assert_eq!(here.call("/api/settings/end_session", &[("id", id)]).await.status, StatusCode::OK);
    assert!(!there.is_signed_in().await && here.is_signed_in().await);
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions_and_replaces_the_secret() {
    let server = TestServer::start().await;
    server.browser().sign_up("Ann").await;
    let (here, there) = (server.browser(), server.browser());
    let secret = signed_in(&here, "Ann").await;
    signed_in(&there, "Ann").await;
    let wrong = here.call("/api/settings/change_password", &[("current", "not it at all"), ("password", "another good one")]).await;
    assert_eq!(wrong.body["field"], "current");
    let short = here.call("/api/settings/change_password", &[("current", PASSWORD), ("password", "short")]).await;
    assert_eq!(short.body["field"], "password");
    let done = here.call("/api/settings/change_password", &[("current", PASSWORD), ("password", "another good one")]).await;
    assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
    assert!(here.is_signed_in().await && !there.is_signed_in().await);
    assert_eq!(me(&server, &secret).await.0, StatusCode::UNAUTHORIZED, "the old secret of this session too");
    assert_eq!(server.browser().sign_in("Ann", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(server.browser().sign_in("Ann", "another good one").await.status, StatusCode::OK);
}

#[tokio::test]
async fn unknown_addresses_and_wrong_passwords_get_one_answer() {
    let server = TestServer::start().await;
    server.browser().sign_up("Ann").await;
    let known = server.browser().sign_in("Ann", "wrong password").await;
    let unknown = server.browser().sign_in("Nobody", "wrong password").await;
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    assert_eq!(known.body["code"], "wrong_credentials");
}

#[tokio::test]
async fn signing_up_twice_leaves_open_whose_address_it_is_and_tells_its_owner() {
    let server = TestServer::start().await;
    server.browser().sign_up("Ann").await;
    let email = email("Ann");
    let fields = [("name", "Eve"), ("email", email.as_str()), ("organization", "Evil"), ("password", PASSWORD)];
    let answer = server.browser().call("/api/identity/sign_up", &fields).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (StatusCode::CONFLICT, Some("conflict")));
    assert!(answer.body["field"].is_null());
    let mail = server.outbox.wait(1).await;
    assert_eq!(mail.to, email);
}

#[tokio::test]
async fn attempts_to_sign_in_are_limited_by_address_of_both_kinds() {
    let server = TestServer::start().await;
    let program = server.program();
    let attempt = |from: String, email: String| {
        let request = program.request(reqwest::Method::POST, "/api/v1/auth/login").header("x-forwarded-for", from);
        let program = program.clone();
        async move { program.send(request.json(&serde_json::json!({ "email": email, "password": "wrong" }))).await }
    };
    for n in 0..10 {
        assert_eq!(attempt(format!("198.51.100.{n}"), "ann@example.com".into()).await.failure(401), "wrong_credentials");
    }
    let refused = attempt("198.51.100.99".into(), "ann@example.com".into()).await;
    assert_eq!(refused.failure(429), "rate_limited");
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(refused.body["error"]["details"]["retry_after"], wait);
    for n in 0..30 {
        assert_eq!(attempt("203.0.113.7".into(), format!("n{n}@example.com")).await.failure(401), "wrong_credentials");
    }
    assert_eq!(attempt("203.0.113.7".into(), "more@example.com".into()).await.failure(429), "rate_limited");
}

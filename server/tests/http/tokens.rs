//! Ways in for programs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, Program, TestServer};

async fn pair(program: &Program) -> (String, String) {
    let answer = program.post("/api/v1/auth/login", json!({ "email": "ann@example.com", "password": PASSWORD })).await;
    tokens(&answer)
}

fn tokens(answer: &Answer) -> (String, String) {
    assert!(answer.status.is_success(), "{:?}", answer.body);
    let text = |name: &str| answer.body["data"][name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}

async fn refresh(program: &Program, token: &str) -> Answer {
    program.post("/api/v1/auth/refresh", json!({ "refresh_token": token })).await
}

#[tokio::test]
async fn an_access_token_is_good_for_a_quarter_of_an_hour() {
    let server = TestServer::start().await;
    server.owner("Ann").await;
    let program = server.program();
    let (access, _) = pair(&program).await;
    let signed_in = program.with_token(&access);
    let me = signed_in.get("/api/v1/auth/me").await;
    assert_eq!((me.status, &me.body["data"]["role"]), (StatusCode::OK, &json!("owner")));
    server.clock.advance(TimeDelta::minutes(15));
    assert_eq!(signed_in.get("/api/v1/auth/me").await.failure(401), "unauthenticated");
}

#[tokio::test]
async fn a_changed_token_is_no_token() {
    let server = TestServer::start().await;
    server.owner("Ann").await;
    let program = server.program();
    let (access, _) = pair(&program).await;
    let parts: Vec<&str> = access.split('.').collect();
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    claims["exp"] = json!(9_999_999_999_i64);
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    for wrong in [
        format!("{}.{claims}.{}", parts[0], parts[2]),
        format!("{none}.{claims}."),
        format!("{}.{}.", parts[0], parts[1]),
        "a.b.c".to_owned(),
        "rubbish".to_owned(),
        "czl_rubbish".to_owned(),
        String::new(),
    ] {
        assert_eq!(program.with_token(&wrong).get("/api/v1/auth/me").await.failure(401), "unauthenticated", "{wrong}");
    }
    let basic = program.request(reqwest::Method::GET, "/api/v1/auth/me").header("authorization", "Basic YTpi");
    assert_eq!(program.send(basic).await.failure(401), "unauthenticated");
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_its_family() {
    let server = TestServer::start().await;
    server.owner("Ann").await;
    let program = server.program();
    let (_, first) = pair(&program).await;
    let (_, other_family) = pair(&program).await;
    let (access, second) = tokens(&refresh(&program, &first).await);
    assert_eq!(program.with_token(&access).get("/api/v1/auth/me").await.status, StatusCode::OK);
    assert_eq!(refresh(&program, &first).await.failure(401), "unauthenticated");
    assert_eq!(refresh(&program, &second).await.failure(401), "unauthenticated", "the thief's and the owner's both end");
    assert_eq!(program.with_token(&access).get("/api/v1/auth/me").await.failure(401), "unauthenticated", "the access token with them");
    tokens(&refresh(&program, &other_family).await);
    assert_eq!(refresh(&program, "rubbish").await.failure(401), "unauthenticated");
}

#[tokio::test]
async fn refresh_tokens_end_by_signing_out_by_time_and_with_the_password() {
    let server = TestServer::start().await;
    server.owner("Ann").await;
    let program = server.program();
    let (access, token) = pair(&program).await;
    let (_, aging) = pair(&program).await;
    assert_eq!(program.post("/api/v1/auth/logout", json!({ "refresh_token": token })).await.status, StatusCode::NO_CONTENT);
    assert_eq!(program.with_token(&access).get("/api/v1/auth/me").await.failure(401), "unauthenticated");
    assert_eq!(refresh(&program, &token).await.failure(401), "unauthenticated");
    server.clock.advance(TimeDelta::days(30));
    assert_eq!(refresh(&program, &aging).await.failure(401), "unauthenticated");
    let (_, token) = pair(&program).await;
    let browser = server.browser();
    assert_eq!(browser.sign_in("Ann", PASSWORD).await.status, StatusCode::OK);
    browser.call("/api/settings/change_password", &[("current", PASSWORD), ("password", "another good one")]).await;
    assert_eq!(refresh(&program, &token).await.failure(401), "unauthenticated");
}

#[tokio::test]
async fn api_tokens_are_shown_once_used_and_deleted() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let made = ann.post("/api/v1/tokens", json!({ "name": "Dialer" })).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let secret = made.body["data"]["secret"].as_str().unwrap();
    assert!(secret.starts_with("czl_") && secret.len() > 40);
    let program = server.program().with_token(secret);
    assert_eq!(program.get("/api/v1/auth/me").await.status, StatusCode::OK);
    let listed = ann.get("/api/v1/tokens").await;
    assert!(!listed.body.to_string().contains(secret));
    assert_eq!(listed.body["meta"]["total"], 1);
    assert!(listed.body["data"][0]["last_used_at"].is_string());
    let id = listed.body["data"][0]["id"].as_str().unwrap();
    assert_eq!(server.owner("Bob").await.delete(&format!("/api/v1/tokens/{id}")).await.failure(404), "not_found");
    assert_eq!(ann.delete(&format!("/api/v1/tokens/{id}")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(program.get("/api/v1/auth/me").await.failure(401), "unauthenticated");
    assert_eq!(ann.post("/api/v1/tokens", json!({ "name": " " })).await.failure(422), "invalid");
}

#[tokio::test]
async fn a_token_for_reading_changes_nothing() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let made = ann.post("/api/v1/tokens", json!({ "name": "Board", "scope": "read", "days": 7 })).await;
    assert_eq!((made.status, &made.body["data"]["token"]["scope"]), (StatusCode::CREATED, &json!("read")), "{:?}", made.body);
    let board = server.program().with_token(made.body["data"]["secret"].as_str().unwrap());
    assert_eq!(board.get("/api/v1/calls").await.status, StatusCode::OK);
    assert_eq!(board.post("/api/v1/knowledge/ask", json!({ "text": "What does it cost?" })).await.status, StatusCode::OK);
    let call = json!({
        "title": "x", "contact_name": "", "company": "", "kind": "demo", "language": "en-US", "vocabulary": "", "recognizer": "none",
        "verbosity": "normal", "consent_who": "", "consent_how": null
    });
    for (path, body) in [
        ("/api/v1/calls", call.clone()),
        ("/api/v1/knowledge/collections", json!({ "name": "x", "access": "everybody" })),
        ("/api/v1/knowledge/uploads", json!({ "file_name": "x.txt", "bytes": 3 })),
        ("/api/v1/tokens", json!({ "name": "x" })),
    ] {
        assert_eq!(board.post(path, body).await.failure(403), "forbidden", "{path}");
    }
    assert_eq!(board.patch("/api/v1/organization", json!({ "name": "x" })).await.failure(403), "forbidden");
    // What is done before anything is stored, and what pages ask for, is refused too.
    let mine = ann.post("/api/v1/calls", call).await.body["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(board.post(&format!("/api/v1/calls/{mine}/end"), json!({})).await.failure(403), "forbidden");
    assert_eq!(board.delete(&format!("/api/v1/calls/{mine}")).await.failure(403), "forbidden");
    assert_eq!(board.post("/api/settings/update_profile", json!({ "name": "x" })).await.status, StatusCode::FORBIDDEN);
    assert_eq!(board.get(&format!("/api/v1/calls/{mine}")).await.body["data"]["state"], "prepared");
}

#[tokio::test]
async fn a_token_ends_on_its_day() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let made = ann.post("/api/v1/tokens", json!({ "name": "Nightly", "days": 30 })).await;
    let program = server.program().with_token(made.body["data"]["secret"].as_str().unwrap());
    let by_itself = ann.post("/api/v1/tokens", json!({ "name": "Usual" })).await.body["data"]["token"].clone();
    let (made_at, ends) = (by_itself["created_at"].as_str().unwrap(), by_itself["expires_at"].as_str().unwrap());
    let days = ends.parse::<chrono::DateTime<chrono::Utc>>().unwrap() - made_at.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(days.num_days(), 90);
    for days in [0, 366] {
        let refused = ann.post("/api/v1/tokens", json!({ "name": "x", "days": days })).await;
        assert_eq!((refused.failure(422), &refused.body["error"]["details"]["field"]), ("invalid", &json!("days")));
    }
    server.clock.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(program.get("/api/v1/auth/me").await.status, StatusCode::OK);
    server.clock.advance(TimeDelta::seconds(1));
    assert_eq!(program.get("/api/v1/auth/me").await.failure(401), "unauthenticated");
}

#[tokio::test]
async fn the_audit_log_has_what_happened_and_is_whole() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    ann.post("/api/v1/tokens", json!({ "name": "Dialer" })).await;
    let me = ann.get("/api/v1/auth/me").await;
    let organization = me.body["data"]["organization"]["id"].as_str().unwrap().parse().unwrap();
    let store = server.services.store();
    let actions: Vec<_> = store.entries(organization, None, 100).await.unwrap().items.into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions, ["identity.token_created", "identity.sign_in", "identity.sign_up"]);
    assert_eq!(store.verify(organization).await.unwrap().first_broken, None);
}

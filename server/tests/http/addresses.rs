//! One mail address, however its letters are written.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Answer, PASSWORD, TestServer};

/// As one letter, and as a letter with its mark.
const COMPOSED: &str = "jos\u{e9}@example.com";
const DECOMPOSED: &str = "jose\u{301}@example.com";

async fn sign_in(server: &TestServer, email: &str) -> Answer {
    server.program().post("/api/v1/auth/login", json!({ "email": email, "password": PASSWORD })).await
}

#[tokio::test]
async fn an_account_is_found_by_either_spelling() {
    let server = TestServer::start().await;
    let register = async |email: &str| {
        let body = json!({ "name": "José", "email": email, "organization": "Acme", "password": PASSWORD });
        server.program().post("/api/v1/auth/register", body).await
    };
    assert_eq!(register(DECOMPOSED).await.status, StatusCode::CREATED);
    for email in [COMPOSED, DECOMPOSED, "JOSE\u{301}@Example.com"] {
        let answer = sign_in(&server, email).await;
        assert_eq!(answer.status, StatusCode::OK, "{email}: {:?}", answer.body);
        assert_eq!(register(email).await.failure(409), "conflict", "{email}");
    }
}

#[tokio::test]
async fn what_a_version_before_stored_decomposed_is_found_after_a_start() {
    let mut server = TestServer::start().await;
    let body = json!({ "name": "José", "email": COMPOSED, "organization": "Acme", "password": PASSWORD });
    assert_eq!(server.program().post("/api/v1/auth/register", body).await.status, StatusCode::CREATED);
    store::testing::execute(server.services.store(), &format!("UPDATE people SET email = '{DECOMPOSED}'")).await;
    assert_eq!(sign_in(&server, COMPOSED).await.failure(401), "wrong_credentials");
    server.stop().await;
    let next = server.beside().await;
    let started = Instant::now();
    while next.services.store().credentials(COMPOSED).await.unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(20), "the address is not mended");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for email in [COMPOSED, DECOMPOSED] {
        assert_eq!(sign_in(&next, email).await.status, StatusCode::OK, "{email}");
    }
}

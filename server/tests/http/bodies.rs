//! Bad input: typed, said in a sentence, and never more than one failed request.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Answer, Program, TestServer};

async fn raw(program: &Program, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    program.send(program.request(Method::POST, "/api/v1/calls").header("content-type", kind).body(body)).await
}

#[tokio::test]
async fn bodies_that_can_not_be_read() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    assert_eq!(raw(&ann, "application/json", "{\"title\": ").await.failure(400), "invalid");
    assert_eq!(raw(&ann, "application/json", "").await.failure(400), "invalid");
    assert_eq!(raw(&ann, "application/json", b"{\"title\": \"\xff\xfe\"}".to_vec()).await.failure(400), "invalid");
    assert_eq!(raw(&ann, "application/json", "[]").await.failure(422), "invalid");
    assert_eq!(raw(&ann, "application/json", "{\"title\": 7}").await.failure(422), "invalid");
    assert_eq!(raw(&ann, "text/plain", "{}").await.failure(415), "invalid");
    assert_eq!(raw(&ann, "application/json", format!("{{\"more\": {}", "[".repeat(100_000))).await.failure(422), "invalid");
    assert_eq!(ann.get("/api/v1/auth/me").await.status, StatusCode::OK, "the server goes on");
}

#[tokio::test]
async fn bodies_that_are_too_large() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let large = json!({ "title": "x".repeat(10_000_000) }).to_string();
    assert_eq!(raw(&ann, "application/json", large.clone()).await.failure(413), "too_large");
    let chunks: Vec<Result<Vec<u8>, std::io::Error>> = large.as_bytes().chunks(60_000).map(|chunk| Ok(chunk.to_vec())).collect();
    let streamed = reqwest::Body::wrap_stream(futures::stream::iter(chunks));
    assert_eq!(raw(&ann, "application/json", streamed).await.failure(413), "too_large", "without a length, too");
    let browser = server.browser();
    let answer = browser.call("/api/identity/sign_in", &[("email", &"x".repeat(10_000_000)), ("password", "x")]).await;
    assert_eq!(answer.failure(413), "too_large");
}

#[tokio::test]
async fn a_page_may_send_a_piece_of_a_file_but_no_more() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.sign_up("Ann").await;
    let send = async |function: &str, bytes: usize| {
        let request = browser.http.post(server.url(function)).header("origin", server.url("")).header("accept", "application/json");
        request.header("content-type", "application/x-postcard").body(vec![b'x'; bytes]).send().await.unwrap().status()
    };
    let (piece, other) = ("/api/knowledge/put-piece", "/api/knowledge/ask");
    // These are no pieces, so they are refused for what they are; not for their size.
    assert_eq!(send(piece, 4 * 1024 * 1024 + 1_000).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send(piece, 4 * 1024 * 1024 + 2_000).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(other, 1024 * 1024 + 1).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn fields_that_are_wrong_are_named() {
    let server = TestServer::start().await;
    let good = json!({ "name": "Ann", "email": "ann@example.com", "organization": "Acme", "password": "correct horse battery" });
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(121))),
        ("name", json!("a\u{0}b")),
        ("email", json!("ann")),
        ("email", json!("ann@example.com\r\nBcc: x@example.com")),
        ("organization", json!("  ")),
        ("password", json!("short")),
        ("password", json!("x".repeat(500_000))),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let answer = server.program().post("/api/v1/auth/register", body).await;
        assert_eq!(answer.failure(422), "invalid");
        assert_eq!(answer.body["error"]["details"]["field"], field, "{field}");
    }
    let mut unknown = good.clone();
    unknown["role"] = json!("owner");
    assert_eq!(server.program().post("/api/v1/auth/register", unknown).await.failure(422), "invalid");
}

#[tokio::test]
async fn addresses_that_are_none() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    assert_eq!(ann.get("/api/v1/none").await.failure(404), "not_found");
    assert_eq!(ann.post("/api/none", json!({})).await.failure(404), "not_found");
    assert_eq!(ann.get("/api/v1/calls/not-an-id").await.failure(404), "not_found");
    assert_eq!(ann.get("/api/v1/calls/%FF").await.failure(404), "not_found");
    assert_eq!(ann.send(ann.request(Method::PUT, "/api/v1/calls")).await.failure(405), "invalid");
    assert_eq!(ann.get("/api/v1/calls?limit=many").await.failure(422), "invalid");
    assert_eq!(ann.get("/api/v1/calls?state=asleep").await.failure(422), "invalid");
    assert_eq!(ann.get("/api/v1/calls/01931c1e-0000-7000-8000-000000000000/stream").await.failure(426), "invalid");
}

#[tokio::test]
async fn an_array_is_no_object() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let login = server.program().post("/api/v1/auth/login", json!(["ann@example.com", crate::support::PASSWORD])).await;
    assert_eq!(login.failure(422), "invalid");
    assert_eq!(ann.patch("/api/v1/organization", json!([null, null])).await.failure(422), "invalid");
    let text = json!([null, "A title", "Some words stand here.", []]);
    assert_eq!(ann.post("/api/v1/knowledge/documents", text).await.failure(422), "invalid");
    let spaced = ann.request(Method::PATCH, "/api/v1/organization").header("content-type", "application/json").body(" \n[null, null]");
    assert_eq!(ann.send(spaced).await.failure(422), "invalid");
    let object = ann.request(Method::PATCH, "/api/v1/organization").header("content-type", "application/json").body(" \n{}");
    assert_eq!(ann.send(object).await.status, StatusCode::OK);
}

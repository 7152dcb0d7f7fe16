//! One tenant never sees another's data: every operation with an id, asked by a stranger.

use futures::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::document::operations;
use crate::support::{Program, TestServer};

async fn call_of(program: &Program) -> String {
    let new = json!({
        "title": "Secret call", "contact_name": "", "company": "", "kind": "discovery", "language": "en-US", "vocabulary": "",
        "recognizer": "none", "verbosity": "normal", "consent_who": "", "consent_how": null
    });
    let made = program.post("/api/v1/calls", new).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    made.body["data"]["id"].as_str().unwrap().to_owned()
}

/// A body that would be taken from the owner.
fn body(path: &str) -> Value {
    match path {
        "/api/v1/calls/{id}/transcript/{number}" => json!({ "text": "changed" }),
        "/api/v1/calls/{id}/cues/{number}" => json!({ "state": "kept" }),
        _ => json!({ "title": "Changed" }),
    }
}

#[tokio::test]
async fn a_stranger_finds_nothing_under_any_id() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let eve = server.owner("Eve").await;
    let id = call_of(&ann).await;
    let document = ann.get("/api/v1/openapi.json").await.body;
    let mut asked = 0;
    for (method, path, _) in operations(&document).into_iter().filter(|(_, path, _)| path.starts_with("/api/v1/calls/{id}")) {
        let filled = path.replace("{id}", &id).replace("{number}", "1");
        let filled = if path.ends_with("/export") { format!("{filled}?format=json") } else { filled };
        if path.ends_with("/stream") {
            assert!(refused_stream(&server, &eve, &id).await.contains("not_found"));
        } else {
            let request = eve.request(method.clone(), &filled);
            let request = if method == Method::GET || method == Method::DELETE { request } else { request.json(&body(&path)) };
            let answer = eve.send(request).await;
            assert_eq!(answer.failure(404), "not_found", "{method} {path}");
            assert!(!answer.body.to_string().contains("Secret call"));
        }
        asked += 1;
    }
    assert!(asked >= 11, "{asked} operations with an id were asked");
    assert_eq!(eve.get("/api/v1/calls").await.body["data"], json!([]));
    assert_eq!(eve.get("/api/v1/calls?search=Secret").await.body["data"], json!([]));
    assert_eq!(ann.get(&format!("/api/v1/calls/{id}")).await.body["data"]["title"], "Secret call", "and nothing was changed");
}

/// What a stranger's hello to a call is answered with.
async fn refused_stream(server: &TestServer, program: &Program, id: &str) -> String {
    let mut request = format!("ws://{}/api/v1/calls/{id}/stream", server.address).into_client_request().unwrap();
    let bearer = format!("Bearer {}", program.token.as_ref().unwrap());
    request.headers_mut().insert("authorization", bearer.parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let hello = json!({ "Hello": { "call": id, "part": "Viewer", "page": "p", "take_over": false, "last_event": 0 } });
    socket.send(Message::text(hello.to_string())).await.unwrap();
    let answer = socket.next().await.unwrap().unwrap().into_text().unwrap();
    assert!(answer.starts_with("{\"Refused\""), "{answer}");
    answer.to_string()
}

#[tokio::test]
async fn one_persons_tokens_and_organization_are_their_own() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let eve = server.owner("Eve").await;
    ann.post("/api/v1/tokens", json!({ "name": "Dialer" })).await;
    assert_eq!(eve.get("/api/v1/tokens").await.body["data"], json!([]));
    assert_eq!(eve.patch("/api/v1/organization", json!({ "name": "Evil" })).await.status, StatusCode::OK);
    assert_eq!(ann.get("/api/v1/organization").await.body["data"]["name"], "Ann's");
}

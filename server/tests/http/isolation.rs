//! One tenant never sees another's data: every operation with an id, asked by a stranger.

use std::collections::BTreeMap;

use futures::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::operations::{make, named, operations};
use crate::support::{Answer, Program, TestServer};

const WORDS: &str = "Secret of ours";

/// One of each kind that has an id, made when it is first asked for.
struct Ours<'a> {
    server: &'a TestServer,
    owner: &'a Program,
    ids: BTreeMap<String, String>,
}

impl Ours<'_> {
    async fn id(&mut self, kind: &str) -> String {
        if !self.ids.contains_key(kind) {
            self.ids.insert(kind.to_owned(), make(self.server, self.owner, kind, WORDS).await);
        }
        self.ids[kind].clone()
    }

    /// Whether an answer has anything of it.
    fn shows_in(&self, answer: &Answer) -> bool {
        let text = answer.body.to_string();
        text.contains(WORDS) || self.ids.values().any(|id| text.contains(id.as_str()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_finds_nothing_under_any_id() {
    let server = TestServer::start().await;
    let (ann, eve) = (server.owner("Ann").await, server.owner("Eve").await);
    let document = ann.get("/api/v1/openapi.json").await.body;
    let mut ours = Ours { server: &server, owner: &ann, ids: BTreeMap::new() };
    let mut asked = 0;
    for operation in operations(&document) {
        let Some(kind) = operation.kind_of_id() else { continue };
        let id = ours.id(kind).await;
        if operation.path.ends_with("/stream") {
            assert!(refused_stream(&server, &eve, &id).await.contains("not_found"));
        } else {
            let answer = eve.send(operation.request(&server, &eve, &id)).await;
            assert_eq!(answer.failure(404), "not_found", "{}: {}", operation.name(), answer.body);
            assert!(!ours.shows_in(&answer), "{}: {}", operation.name(), answer.body);
        }
        asked += 1;
    }
    assert!(asked >= 30, "{asked} operations with an id were asked");
    let left = |kind: &str| ours.ids[kind].clone();
    for (path, kind) in [("calls", "CallId"), ("knowledge/documents", "DocumentId"), ("knowledge/uploads", "UploadId")] {
        let answer = ann.get(&format!("/api/v1/{path}/{}", left(kind))).await;
        assert_eq!(answer.status, StatusCode::OK, "and nothing was deleted: {path}");
        assert!(answer.body.to_string().contains(WORDS), "and nothing was changed: {}", answer.body);
    }
    for (path, kind) in [("tokens", "ApiTokenId"), ("knowledge/collections", "CollectionId"), ("knowledge/websites", "WebsiteId")] {
        assert!(ann.get(&format!("/api/v1/{path}")).await.body.to_string().contains(&left(kind)), "and nothing was deleted: {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_list_shows_a_stranger_anything_and_no_id_in_a_query_or_a_body_opens_it() {
    let server = TestServer::start().await;
    let (ann, eve) = (server.owner("Ann").await, server.owner("Eve").await);
    let document = ann.get("/api/v1/openapi.json").await.body;
    let mut ours = Ours { server: &server, owner: &ann, ids: BTreeMap::new() };
    let operations = operations(&document);
    for operation in &operations {
        if let Some(kind) = operation.kind_of_id() {
            ours.id(kind).await;
        }
    }
    ours.id("MemberId").await;
    let (mut lists, mut queries, mut bodies) = (0, 0, 0);
    for operation in operations.iter().filter(|operation| !operation.path.contains('{')) {
        let name = operation.name();
        if operation.method == Method::GET {
            let answer = eve.get(&operation.path).await;
            assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.body);
            assert!(!ours.shows_in(&answer), "{name}: {}", answer.body);
            lists += 1;
        }
        for (parameter, kind) in operation.ids_in_query() {
            let answer = eve.get(&format!("{}?{parameter}={}", operation.path, ours.id(kind).await)).await;
            assert_eq!((answer.status, &answer.body["data"]), (StatusCode::OK, &json!([])), "{name} {parameter}");
            queries += 1;
        }
        let (Some(schema), Some(good)) = (operation.schema(&document), operation.body(&server)) else { continue };
        for (property, says) in schema["properties"].as_object().unwrap() {
            let body = match named(says) {
                Some("DocumentFilter") => json!({ "collection": ours.id("CollectionId").await }),
                // A recognizer is nobody's: its id is a word.
                Some(kind) if kind.ends_with("Id") && kind != "RecognizerId" => json!(ours.id(kind).await),
                _ => continue,
            };
            let mut with = good.clone();
            with[property] = body;
            let answer = eve.post(&operation.path, with).await;
            assert!(!ours.shows_in(&answer), "{name} {property}: {}", answer.body);
            let found_nothing =
                answer.status == StatusCode::OK && (answer.body["data"]["hits"] == json!([]) || answer.body["data"]["lines"] == json!([]));
            assert!(found_nothing || answer.failure(404) == "not_found", "{name} {property}: {}", answer.body);
            bodies += 1;
        }
    }
    assert!(lists >= 8 && queries >= 2 && bodies >= 6, "{lists} lists, {queries} ids in queries, {bodies} in bodies");
    for (method, path, body) in [(Method::PATCH, "documents", json!({ "collection": ours.id("CollectionId").await }))] {
        let own = make(&server, &eve, "DocumentId", "Something of Eve").await;
        let answer = eve.send(eve.request(method, &format!("/api/v1/knowledge/{path}/{own}")).json(&body)).await;
        assert_eq!(answer.failure(404), "not_found", "into another's collection");
    }
    for search in ["/api/v1/calls?search=Secret", "/api/v1/knowledge/documents?words=Secret"] {
        assert_eq!(eve.get(search).await.body["data"], json!([]), "{search}");
    }
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

//! The main flow on the other engine.

use model::wire::Part;
use model::{Code, Millis};
use reqwest::{Method, StatusCode};
use serde_json::json;
use store::Engine;

use crate::page::{Page, ended_call, hello, make, new_call, path};
use crate::support::{Setup, TestServer};

#[tokio::test]
async fn a_call_on_postgresql() {
    let server = TestServer::with(Setup { engine: Engine::Postgres, ..Setup::default() }).await;
    let (ann, eve) = (server.owner("Ann").await, server.owner("Eve").await);
    let id = ended_call(&ann, "First").await;
    let other = make(&ann, new_call("Second")).await;
    let review = ann.get(&path(id, "/review")).await.body["data"].clone();
    assert_eq!(review["call"]["state"], "ended");
    assert_eq!(review["recording_ms"], json!(Millis(3_000)));
    assert_eq!(review["segments"].as_array().unwrap().len(), 3);
    assert!(!review["insights"]["action_items"].as_array().unwrap().is_empty());
    let found = ann.get("/api/v1/calls?search=scanners").await.body["data"].clone();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["found"]["segment"]), (1, &json!(3)));
    let first = ann.get("/api/v1/calls?limit=1").await.body;
    assert_eq!(first["data"][0]["call"]["title"], "Second");
    let rest = ann.get(&format!("/api/v1/calls?limit=1&cursor={}", first["meta"]["next"].as_str().unwrap())).await.body;
    assert_eq!((&rest["data"][0]["call"]["title"], &rest["meta"]["hasMore"]), (&json!("First"), &json!(false)));
    assert_eq!(ann.patch(&path(id, ""), json!({ "title": "Renamed" })).await.body["data"]["title"], "Renamed");
    assert_eq!(ann.patch(&path(id, "/transcript/1"), json!({ "text": "It is fine." })).await.body["data"]["corrected"], true);
    let sound = ann.request(Method::GET, &path(id, "/recording")).header("range", "bytes=0-43").send().await.unwrap();
    assert_eq!(sound.status(), StatusCode::PARTIAL_CONTENT);
    for rest in ["", "/review", "/transcript", "/cues", "/recording", "/waveform", "/export?format=srt"] {
        assert_eq!(eve.get(&path(id, rest)).await.failure(404), "not_found", "{rest}");
    }
    assert_eq!(Page::join(&eve, hello(other, Part::Source, "tab")).await.refused().await.code, Code::NotFound);
    assert_eq!(eve.get("/api/v1/calls?search=fine").await.body["data"], json!([]));
    assert_eq!(ann.delete(&path(id, "")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.get("/api/v1/calls").await.body["data"].as_array().unwrap().len(), 1);
}

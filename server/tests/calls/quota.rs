//! What an organization may keep: recordings count, a new call is refused where there is no room, and one that goes on loses nothing.

use model::Channel;
use model::wire::Part;
use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use server::config::Settings;
use store::Engine;

use crate::page::{Page, ended_call, hello, make, new_call, path};
use crate::support::{Program, Setup, TestServer};

async fn storage(program: &Program) -> Value {
    program.get("/api/v1/operations").await.body["data"]["storage"].clone()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_call_is_refused_and_one_that_goes_on_is_not(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let settings = Settings { storage_quota_mb: Some(1), ..Settings::default() };
    let server = TestServer::with(Setup { engine, settings, ..Setup::default() }).await;
    let ann = server.owner("Ann").await;
    let ended = ended_call(&ann, "First").await;
    let recorded = storage(&ann).await["recordings"].as_i64().unwrap();
    // 50 frames of 100 ms, 16 kHz, two bytes each, and their headers.
    assert!((160_000..170_000).contains(&recorded), "{recorded}");
    let goes_on = make(&ann, new_call("Goes on")).await;
    let mut page = Page::join(&ann, hello(goes_on, Part::Source, "tab")).await;
    page.welcome().await;
    page.frames(Channel::Rep, 0..5).await;
    page.acked(Channel::Rep, 5).await;
    let room = 1_000_000 - recorded;
    let text = json!({ "title": "Fills it up", "text": "x".repeat(usize::try_from(room).unwrap()) });
    let filled = ann.post("/api/v1/knowledge/documents", text).await;
    assert_eq!(filled.status, StatusCode::CREATED, "{:?}", filled.body);
    assert_eq!(ann.post("/api/v1/calls", new_call("Refused")).await.failure(507), "quota_exceeded");
    page.frames(Channel::Rep, 5..20).await;
    page.acked(Channel::Rep, 20).await;
    page.end().await;
    let more = storage(&ann).await["recordings"].as_i64().unwrap();
    assert!(more >= recorded + 60_000, "no sound is lost for its bytes: {more}");
    // Where no sound is kept, a call takes nothing.
    assert_eq!(ann.patch("/api/v1/organization", json!({ "keep_audio": false })).await.status, StatusCode::OK);
    let silent = make(&ann, new_call("Without sound")).await;
    assert_eq!(ann.delete(&path(silent, "")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.patch("/api/v1/organization", json!({ "keep_audio": true })).await.status, StatusCode::OK);
    for call in [ended, goes_on] {
        assert_eq!(ann.delete(&path(call, "")).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(storage(&ann).await["recordings"], 0);
    make(&ann, new_call("There is room again")).await;
}

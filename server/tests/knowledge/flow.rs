//! The main flow on the other engine.

use reqwest::{Method, StatusCode};
use serde_json::json;
use store::Engine;

use crate::form::{DOCUMENTS, Form, asked, give, given, listed, nothing_kept, path, ready, send};
use crate::support::{Setup, TestServer};

#[tokio::test]
async fn knowledge_on_postgresql() {
    let server = TestServer::with(Setup { engine: Engine::Postgres, ..Setup::default() }).await;
    let (ann, eve) = (server.owner("Ann").await, server.owner("Eve").await);
    let made = ann.post("/api/v1/knowledge/collections", json!({ "name": "Prices", "access": "everybody" })).await;
    let collection = made.body["data"]["id"].as_str().unwrap().to_owned();
    let content = "# Prices\n\nThe Team plan costs 29 euros per seat.\n";
    let form = Form::default().field("collection", &collection).field("tags", "current").file("prices.md", content.as_bytes());
    let id = given(&send(&ann, DOCUMENTS, form.clone()).await);
    let again = send(&ann, DOCUMENTS, form).await;
    assert_eq!((again.status, &again.body["data"]["duplicate"]), (StatusCode::OK, &json!(true)));
    ready(&ann, &id).await;
    assert_eq!(asked(&ann, "Team plan costs per seat").await, ["The Team plan costs 29 euros per seat."]);
    assert_eq!(listed(&ann, "tag=current&words=prices&state=ready").await.len(), 1);
    let new = content.replace("29", "31");
    given(&send(&ann, &path(&id, "/versions"), Form::default().file("prices.md", new.as_bytes())).await);
    ready(&ann, &id).await;
    assert_eq!(asked(&ann, "Team plan costs per seat").await, ["The Team plan costs 31 euros per seat."]);
    let file = ann.request(Method::GET, &path(&id, "/file?version=1")).send().await.unwrap();
    assert_eq!(file.text().await.unwrap(), content);
    assert_eq!(ann.get(&path(&id, "/uses")).await.body["data"].as_array().unwrap().len(), 2);
    let other = give(&ann, "other.txt", "Offices are in Oslo and Bergen.").await;
    ready(&ann, &other).await;
    let first = ann.get(&format!("{DOCUMENTS}?limit=1")).await.body;
    let next = first["meta"]["next"].as_str().unwrap();
    assert_eq!(
        (&first["data"][0]["id"], listed(&ann, &format!("limit=1&cursor={next}")).await[0]["id"].clone()),
        (&json!(other), json!(id))
    );
    let upload = ann.post("/api/v1/knowledge/uploads", json!({ "file_name": "a.txt", "bytes": 30 })).await;
    let place = upload.headers["location"].to_str().unwrap().to_owned();
    for (offset, piece) in [("0", "The deposit is "), ("15", "450 dollars now")] {
        let request = ann.request(Method::PATCH, &place).header("content-type", "application/octet-stream");
        let answer = ann.send(request.header("upload-offset", offset).body(piece)).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    }
    let sent = given(&ann.post(&format!("{place}/finish"), json!({})).await);
    ready(&ann, &sent).await;
    assert!(asked(&ann, "deposit dollars").await[0].contains("450"));
    for rest in ["", "/passages", "/uses", "/file"] {
        assert_eq!(eve.get(&path(&id, rest)).await.failure(404), "not_found", "{rest}");
    }
    assert!(asked(&eve, "Team plan costs per seat").await.is_empty());
    for document in [&id, &other, &sent] {
        assert_eq!(ann.delete(&path(document, "")).await.status, StatusCode::NO_CONTENT);
    }
    assert!(asked(&ann, "Team plan costs per seat").await.is_empty());
    nothing_kept(&server).await;
}

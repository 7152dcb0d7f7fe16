//! Collections.

use reqwest::StatusCode;
use serde_json::json;

use crate::form::{DOCUMENTS, Form, field, given, kept, listed, nothing_kept, path, send};
use crate::support::TestServer;

const COLLECTIONS: &str = "/api/v1/knowledge/collections";

#[tokio::test]
async fn a_collection_is_made_changed_and_deleted_with_what_is_in_it() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    assert_eq!(ann.get(COLLECTIONS).await.body["data"], json!([]));
    let made = ann.post(COLLECTIONS, json!({ "name": " Price lists ", "access": "everybody" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    assert_eq!((&made.body["data"]["name"], &made.body["data"]["documents"]), (&json!("Price lists"), &json!(0)));
    let id = made.body["data"]["id"].as_str().unwrap().to_owned();
    let place = format!("{COLLECTIONS}/{id}");
    let document = given(&send(&ann, DOCUMENTS, Form::default().field("collection", &id).file("a.txt", b"The fee is 10 dollars.")).await);
    let changed = ann.patch(&place, json!({ "name": "Prices", "access": "admins" })).await;
    assert_eq!(changed.status, StatusCode::OK, "{:?}", changed.body);
    let all = ann.get(COLLECTIONS).await;
    assert_eq!(all.body["meta"]["total"], 1);
    let listed_one = &all.body["data"][0];
    assert_eq!((&listed_one["name"], &listed_one["access"], &listed_one["documents"]), (&json!("Prices"), &json!("admins"), &json!(1)));
    assert_eq!(ann.get(&path(&document, "")).await.body["data"]["collection"]["name"], "Prices");
    assert!(!kept(&server).is_empty());
    assert_eq!(ann.delete(&place).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.delete(&place).await.failure(404), "not_found");
    assert_eq!(ann.get(&path(&document, "")).await.failure(404), "not_found");
    assert!(listed(&ann, "").await.is_empty());
    nothing_kept(&server).await;
}

#[tokio::test]
async fn collections_that_are_none() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let made = ann.post(COLLECTIONS, json!({ "name": "Prices", "access": "everybody" })).await;
    let other = ann.post(COLLECTIONS, json!({ "name": "Terms", "access": "everybody" })).await;
    for name in ["", "  ", &"x".repeat(81), "a\u{7}b"] {
        assert_eq!(field(&ann.post(COLLECTIONS, json!({ "name": name, "access": "everybody" })).await), "name", "{name}");
    }
    let place = format!("{COLLECTIONS}/{}", other.body["data"]["id"].as_str().unwrap());
    for name in ["prices", "PRICES "] {
        let taken = json!({ "name": name, "access": "everybody" });
        for answer in [ann.post(COLLECTIONS, taken.clone()).await, ann.patch(&place, taken.clone()).await] {
            assert_eq!((answer.failure(409), &answer.body["error"]["details"]["field"]), ("conflict", &json!("name")), "{name}");
        }
    }
    for new in [json!({ "name": "x" }), json!({ "name": "x", "access": "nobody" }), json!({ "name": "x", "access": "admins", "id": 1 })] {
        assert_eq!(ann.post(COLLECTIONS, new.clone()).await.failure(422), "invalid", "{new}");
        assert_eq!(ann.patch(&place, new.clone()).await.failure(422), "invalid", "{new}");
    }
    let nothing = format!("{COLLECTIONS}/01931c1e-0000-7000-8000-000000000000");
    assert_eq!(ann.patch(&nothing, json!({ "name": "x", "access": "admins" })).await.failure(404), "not_found");
    let own = format!("{COLLECTIONS}/{}", made.body["data"]["id"].as_str().unwrap());
    assert_eq!(ann.patch(&own, json!({ "name": "PRICES", "access": "everybody" })).await.status, StatusCode::OK, "its own name is free");
    let eve = server.owner("Eve").await;
    assert_eq!(eve.post(COLLECTIONS, json!({ "name": "Prices", "access": "everybody" })).await.status, StatusCode::CREATED);
}

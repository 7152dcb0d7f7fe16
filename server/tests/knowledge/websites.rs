//! Websites. What a visit does is tested where visits are; here nobody answers.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::form::field;
use crate::support::TestServer;

const WEBSITES: &str = "/api/v1/knowledge/websites";

#[tokio::test]
async fn a_website_on_a_private_address_is_refused_when_it_is_visited() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let start = server.url("/docs/index.html");
    let made = ann.post(WEBSITES, json!({ "start": start, "max_pages": 5 })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    assert_eq!((&made.body["data"]["scope"], &made.body["data"]["every_hours"]), (&json!(server.url("/docs/")), &json!(0)));
    let place = format!("{WEBSITES}/{}", made.body["data"]["id"].as_str().unwrap());
    let begun = Instant::now();
    let visited = loop {
        let websites = ann.get(WEBSITES).await.body["data"].clone();
        if websites[0]["state"] == "failed" {
            break websites;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{websites:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(visited[0]["problem"].as_str().unwrap().len() > 20, "{visited:?}");
    assert_eq!(visited[0]["pages"], 0);
    assert_eq!(ann.get("/api/v1/knowledge/overview").await.body["data"]["websites"], visited);
    let visit = ann.send(ann.request(Method::POST, &format!("{place}/visit"))).await;
    assert_eq!(visit.status, StatusCode::NO_CONTENT, "{:?}", visit.body);
    assert_eq!(ann.delete(&place).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.delete(&place).await.failure(404), "not_found");
    assert_eq!(ann.send(ann.request(Method::POST, &format!("{place}/visit"))).await.failure(404), "not_found");
    assert_eq!(ann.get(WEBSITES).await.body["data"], json!([]));
}

#[tokio::test]
async fn websites_that_are_none() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    for (name, new) in [
        ("start", json!({ "start": "", "max_pages": 5 })),
        ("start", json!({ "start": "example.com", "max_pages": 5 })),
        ("start", json!({ "start": "ftp://example.com/", "max_pages": 5 })),
        ("start", json!({ "start": "file:///etc/passwd", "max_pages": 5 })),
        ("scope", json!({ "start": "https://example.com/docs/", "scope": "https://example.org/", "max_pages": 5 })),
        ("max_pages", json!({ "start": "https://example.com/", "max_pages": 0 })),
        ("max_pages", json!({ "start": "https://example.com/", "max_pages": 501 })),
        ("every_hours", json!({ "start": "https://example.com/", "max_pages": 5, "every_hours": 100_000 })),
    ] {
        assert_eq!(field(&ann.post(WEBSITES, new.clone()).await), name, "{new}");
    }
    for new in [json!({ "start": "https://example.com/" }), json!({ "start": "https://example.com/", "max_pages": 5, "depth": 3 })] {
        assert_eq!(ann.post(WEBSITES, new.clone()).await.failure(422), "invalid", "{new}");
    }
    let elsewhere = json!({ "start": "https://example.com/", "max_pages": 5, "collection": "01931c1e-0000-7000-8000-000000000000" });
    assert_eq!(ann.post(WEBSITES, elsewhere).await.failure(404), "not_found");
    assert_eq!(ann.get(WEBSITES).await.body["data"], json!([]));
}

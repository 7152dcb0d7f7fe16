//! Websites: what is refused, what a visit keeps. How a visit goes is tested where visits are.

use std::time::{Duration, Instant};

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::config::Settings;

use crate::form::field;
use crate::support::{Program, Setup, TestServer};

const WEBSITES: &str = "/api/v1/knowledge/websites";

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_refused_when_it_is_visited() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let named = |path: &str| format!("http://localhost:{}{path}", server.address.port());
    let made = ann.post(WEBSITES, json!({ "start": named("/docs/index.html"), "max_pages": 5 })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    assert_eq!((&made.body["data"]["scope"], &made.body["data"]["every_hours"]), (&json!(named("/docs/")), &json!(0)));
    let place = format!("{WEBSITES}/{}", made.body["data"]["id"].as_str().unwrap());
    let visited = visited(&ann, "failed").await;
    assert_eq!(visited[0]["problem"], format!("“{}” is no public address, so it is not fetched.", named("/docs/index.html")));
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
        ("start", json!({ "start": "http://192.168.0.1/docs/", "max_pages": 5 })),
        ("start", json!({ "start": "http://127.1/", "max_pages": 5 })),
        ("start", json!({ "start": "http://[::1]:8080/", "max_pages": 5 })),
        ("start", json!({ "start": "http://example.com:22/", "max_pages": 5 })),
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

#[tokio::test]
async fn what_is_refused_is_said_of_what_was_typed() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    for (start, sentence) in [
        ("http://192.168.0.1/docs/", "“http://192.168.0.1/docs/” is no public address, so it is not fetched."),
        (
            "http://example.com:22/",
            "“http://example.com:22/” can't be fetched: port 22 is not one of a website. Those are 80, 443 and all from 1024 on.",
        ),
    ] {
        let refused = ann.post(WEBSITES, json!({ "start": start, "max_pages": 5 })).await;
        assert_eq!(refused.failure(422), "invalid");
        assert!(refused.body.to_string().contains(sentence), "{:?}", refused.body);
    }
}

#[tokio::test]
async fn a_website_is_in_a_collection_once() {
    let server = TestServer::start().await;
    let (ann, bob) = (server.owner("Ann").await, server.owner("Bob").await);
    let new = json!({ "start": "https://docs.invalid/help/", "max_pages": 5 });
    assert_eq!(ann.post(WEBSITES, new.clone()).await.status, StatusCode::CREATED);
    let spelled = json!({ "start": "HTTPS://docs.invalid:443/help/#top", "max_pages": 9 });
    for again in [&new, &spelled] {
        let refused = ann.post(WEBSITES, again.clone()).await;
        assert_eq!(refused.failure(409), "conflict");
    }
    assert_eq!(bob.post(WEBSITES, new.clone()).await.status, StatusCode::CREATED, "another organization's");
    let other = ann.post("/api/v1/knowledge/collections", json!({ "name": "Other", "access": "everybody" })).await;
    assert_eq!(other.status, StatusCode::CREATED, "{:?}", other.body);
    let mut elsewhere = new;
    elsewhere["collection"] = other.body["data"]["id"].clone();
    assert_eq!(ann.post(WEBSITES, elsewhere).await.status, StatusCode::CREATED, "another collection");
}

#[tokio::test]
async fn a_site_of_the_own_network_is_fetched_if_it_is_named_and_a_deleted_page_stays_away() {
    let page = |body: &'static str| get(move || async move { Html(body) });
    let site = Router::new()
        .route("/docs/", page("<!doctype html><title>Start</title><p>All that there is.</p><a href=a>a</a>"))
        .route("/docs/a", page("<!doctype html><title>Unwanted</title><p>The Pavo tariff costs 88 euros.</p>"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, site).await });
    let settings = Settings { intranet_sites: Some("wiki.corp=127.0.0.1".to_owned()), ..Settings::default() };
    let server = TestServer::with(Setup { settings, ..Setup::default() }).await;
    let ann = server.owner("Ann").await;
    let made = ann.post(WEBSITES, json!({ "start": format!("http://wiki.corp:{port}/docs/"), "max_pages": 5 })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    assert_eq!(visited(&ann, "done").await[0]["pages"], 2);
    let pages = documents(&ann).await;
    let address = |page: &Value| page["address"].as_str().unwrap().to_owned();
    let unwanted = pages.iter().find(|page| address(page).ends_with("/a")).unwrap_or_else(|| panic!("{pages:?}"));
    assert_eq!((pages.len(), &unwanted["state"]), (2, &json!("review")));
    let gone = ann.delete(&format!("/api/v1/knowledge/documents/{}", unwanted["id"].as_str().unwrap())).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);

    let place = format!("{WEBSITES}/{}", made.body["data"]["id"].as_str().unwrap());
    assert_eq!(ann.send(ann.request(Method::POST, &format!("{place}/visit"))).await.status, StatusCode::NO_CONTENT);
    assert_eq!(visited(&ann, "done").await[0]["pages"], 1, "it was visited again");
    let pages = documents(&ann).await;
    assert_eq!(pages.iter().map(address).collect::<Vec<_>>(), [format!("http://wiki.corp:{port}/docs/")]);

    // Who wants it after all gives the website anew.
    assert_eq!(ann.delete(&place).await.status, StatusCode::NO_CONTENT);
    let made = ann.post(WEBSITES, json!({ "start": format!("http://wiki.corp:{port}/docs/"), "max_pages": 5 })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    assert_eq!(visited(&ann, "done").await[0]["pages"], 2);
}

async fn documents(ann: &Program) -> Vec<Value> {
    ann.get("/api/v1/knowledge/documents").await.body["data"].as_array().unwrap().clone()
}

/// The websites, once the first one's visit has ended so.
async fn visited(ann: &Program, state: &str) -> Value {
    let begun = Instant::now();
    loop {
        let websites = ann.get(WEBSITES).await.body["data"].clone();
        if websites[0]["state"] == state {
            break websites;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{websites:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

//! What an organization may keep: who brings more is refused before it is taken, and every deletion makes room again.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use server::config::Settings;
use store::Engine;

use crate::form::{DOCUMENTS, Form, give_bytes, given, kept, path, ready, send};
use crate::support::{Answer, PASSWORD, Program, Setup, TestServer};

const UPLOADS: &str = "/api/v1/knowledge/uploads";
const KILOBYTE: usize = 1_000;

/// A server on which an organization may keep 1 MB.
async fn with_one_megabyte(engine: Engine, intranet_sites: Option<String>) -> TestServer {
    let settings = Settings { storage_quota_mb: Some(1), intranet_sites, ..Settings::default() };
    TestServer::with(Setup { engine, settings, ..Setup::default() }).await
}

/// What Settings → Operations shows.
async fn storage(program: &Program) -> Value {
    program.get("/api/v1/operations").await.body["data"]["storage"].clone()
}

fn bytes(count: usize) -> Vec<u8> {
    b"Words that fill a file. ".iter().copied().cycle().take(count).collect()
}

fn refused(answer: &Answer) {
    assert_eq!(answer.failure(507), "quota_exceeded");
    let sentence = answer.body["error"]["message"].as_str().unwrap();
    assert!(sentence.contains("may keep 1 MB") && sentence.contains("Delete some"), "{sentence}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused_before_it_is_taken_and_deleting_makes_room(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = with_one_megabyte(engine, None).await;
    let (ann, eve) = (server.owner("Ann").await, server.owner("Eve").await);
    assert_eq!(storage(&ann).await, json!({ "documents": 0, "recordings": 0, "uploading": 0, "allowed": 1_000_000 }));
    let first = give_bytes(&ann, "first.txt", &bytes(600 * KILOBYTE)).await;
    // While it is read there is a copy of it.
    ready(&ann, &first).await;
    assert_eq!(storage(&ann).await["documents"], 600_000);
    let before = kept(&server).len();
    // Announced: not a byte of it comes.
    refused(&ann.post(UPLOADS, json!({ "file_name": "a.txt", "bytes": 400_001 })).await);
    // Not announced: no more than there is room for.
    refused(&send(&ann, DOCUMENTS, Form::default().file("a.txt", &bytes(500 * KILOBYTE))).await);
    refused(&ann.post(DOCUMENTS, json!({ "title": "A text", "text": "x".repeat(400_001) })).await);
    let next = Form::default().file("b.txt", &bytes(500 * KILOBYTE));
    refused(&send(&ann, &path(&first, "/versions"), next).await);
    assert_eq!(kept(&server).len(), before, "nothing of it is kept");
    assert_eq!(storage(&ann).await["documents"], 600_000);
    // What others announce and have not finished counts.
    let begun = ann.post(UPLOADS, json!({ "file_name": "a.txt", "bytes": 300_000 })).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{:?}", begun.body);
    refused(&ann.post(UPLOADS, json!({ "file_name": "b.txt", "bytes": 100_001 })).await);
    // And is told, or the page would show room where the next file is refused.
    assert_eq!(storage(&ann).await["uploading"], 300_000);
    let browser = server.browser();
    assert_eq!(browser.sign_in("Ann", PASSWORD).await.status, StatusCode::OK);
    let page = browser.text("/settings/operations").await;
    assert!(page.contains("of documents, 0 bytes of recordings and 300 KB that are being uploaded, of 1.0 MB"), "{page}");
    let upload = format!("{UPLOADS}/{}", begun.body["data"]["id"].as_str().unwrap());
    assert_eq!(ann.delete(&upload).await.status, StatusCode::NO_CONTENT);
    assert_eq!(storage(&ann).await["uploading"], 0);
    // Another organization has its own.
    give_bytes(&eve, "first.txt", &bytes(600 * KILOBYTE)).await;
    let second = given(&send(&ann, DOCUMENTS, Form::default().file("b.txt", &bytes(400 * KILOBYTE))).await);
    assert_eq!(storage(&ann).await["documents"], 1_000_000, "to the last byte");
    let page = browser.text("/settings/operations").await;
    assert!(page.contains("1.0 MB of documents and 0 bytes of recordings, of 1.0 MB that your organization may keep."), "{page}");
    refused(&ann.post(DOCUMENTS, json!({ "title": "A text", "text": "One more." })).await);
    refused(&ann.post("/api/v1/knowledge/websites", json!({ "start": "https://example.com/", "max_pages": 1 })).await);
    assert_eq!(ann.get(&path(&first, "")).await.status, StatusCode::OK, "and all is read");
    assert_eq!(ann.delete(&path(&second, "")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(storage(&ann).await["documents"], 600_000);
    let small = ann.post(DOCUMENTS, json!({ "title": "A text", "text": "It fits." })).await;
    assert_eq!(small.status, StatusCode::CREATED, "{:?}", small.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_come_at_once_one_is_kept() {
    let server = with_one_megabyte(Engine::Sqlite, None).await;
    let ann = server.owner("Ann").await;
    let two = [bytes(600 * KILOBYTE), [b"x", &*bytes(600 * KILOBYTE)].concat()];
    let [one, other] = two.map(|content| send(&ann, DOCUMENTS, Form::default().file("a.txt", &content)));
    let (one, other) = tokio::join!(one, other);
    let taken = [&one, &other].into_iter().filter(|answer| answer.status == StatusCode::CREATED).count();
    assert_eq!(taken, 1, "{:?} {:?}", one.body, other.body);
    refused(if one.status == StatusCode::CREATED { &other } else { &one });
    assert!(storage(&ann).await["documents"].as_i64().unwrap() <= 1_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_website_that_does_not_fit_says_so() {
    let page = |size: usize| get(move || async move { Html(format!("<title>T</title><a href=b>b</a><p>{}", "word ".repeat(size / 5))) });
    let router = Router::new().route("/docs/", page(400 * KILOBYTE)).route("/docs/b", page(900 * KILOBYTE));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let server = with_one_megabyte(Engine::Sqlite, Some("site.test=127.0.0.1".to_owned())).await;
    let ann = server.owner("Ann").await;
    let new = json!({ "start": format!("http://site.test:{}/docs/", address.port()), "max_pages": 5 });
    let made = ann.post("/api/v1/knowledge/websites", new).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let begun = std::time::Instant::now();
    let website = loop {
        let website = ann.get("/api/v1/knowledge/websites").await.body["data"][0].clone();
        if website["state"] == "failed" {
            break website;
        }
        assert!(begun.elapsed().as_secs() < 60, "{website}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert!(website["problem"].as_str().unwrap().contains("may keep 1 MB"), "{website}");
    assert_eq!(website["pages"], 1, "what fitted is kept");
    let visit = ann.send(ann.request(Method::POST, &format!("/api/v1/knowledge/websites/{}/visit", website["id"].as_str().unwrap()))).await;
    assert_eq!(visit.status, StatusCode::NO_CONTENT, "there is room for something: {:?}", visit.body);
}

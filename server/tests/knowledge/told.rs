//! What is told of documents, to whom; and that a change is there with all that belongs to it, or not at all.

use std::time::{Duration, Instant};

use domain::identity;
use reqwest::StatusCode;
use serde_json::{Value, json};
use store::PlacedEvent;

use crate::form::{DOCUMENTS, Form, give, given, kept, listed, path, ready, send};
use crate::support::{Program, TestServer};

const COLLECTIONS: &str = "/api/v1/knowledge/collections";

/// All that was told so far.
async fn told(server: &TestServer) -> Vec<PlacedEvent> {
    let begun = Instant::now();
    while server.services.store().has_pending_events().await.unwrap() {
        assert!(begun.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.services.store().placed_events(0, 1_000).await.unwrap()
}

/// Names of what was told of something, each with the state that it tells.
fn of<'a>(events: &'a [PlacedEvent], subject: &str) -> Vec<(&'a str, &'a str)> {
    let own = events.iter().filter(|event| event.subject == subject);
    own.map(|event| (event.name.as_str(), event.payload["state"].as_str().unwrap_or_default())).collect()
}

/// Those that somebody may see.
async fn seen(server: &TestServer, program: &Program, events: &[PlacedEvent]) -> Vec<String> {
    let token = program.token.clone().unwrap();
    let actor = identity::authenticate_access(&server.services, &token).await.unwrap();
    let registry = domain::registry(&server.services);
    let visible = events.iter().filter(|event| {
        let entry = registry.event(&event.name).unwrap_or_else(|| panic!("{} is in no manifest", event.name));
        event.organization_id == actor.organization && entry.may_be_seen(&actor, event.member_id, event.open_to.as_deref())
    });
    visible.map(|event| event.subject.clone()).collect()
}

#[tokio::test]
async fn a_documents_life_is_told_as_it_goes() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let document = give(&ann, "a.txt", "The fee is 10 dollars.").await;
    ready(&ann, &document).await;
    assert_eq!(ann.patch(&path(&document, ""), json!({ "title": "Fees" })).await.status, StatusCode::OK);
    let newer = Form::default().file("b.txt", b"The fee is 11 dollars.");
    assert_eq!(send(&ann, &path(&document, "/versions"), newer).await.status, StatusCode::CREATED);
    ready(&ann, &document).await;
    assert_eq!(ann.delete(&path(&document, "")).await.status, StatusCode::NO_CONTENT);
    let events = told(&server).await;
    let way = |first: &'static str| {
        [first, "document.progressed", "document.progressed", "document.progressed", "document.progressed"]
            .into_iter()
            .zip(["waiting", "reading", "indexing", "indexing", "ready"])
    };
    let mut all: Vec<(&str, &str)> = way("document.created").collect();
    all.push(("document.updated", "ready"));
    all.extend(way("document.updated"));
    all.push(("document.deleted", ""));
    assert_eq!(of(&events, &document), all);
    assert!(events.iter().all(|event| !event.payload.to_string().contains("Fees")), "no words of it");
    assert_eq!(events.iter().filter(|event| event.name == "collection.changed").count(), 1, "the first one was made");
}

#[tokio::test]
async fn what_only_admins_may_read_is_told_to_admins_only() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let (rob, guest) = (server.colleague(&ann, "Rob", "rep").await, server.colleague(&ann, "Gus", "guest").await);
    let eve = server.owner("Eve").await;
    // Into the first collection, which is for everybody.
    let open = give(&ann, "o.txt", "Open words.").await;
    let board = ann.post(COLLECTIONS, json!({ "name": "Board", "access": "admins" })).await.body["data"]["id"].as_str().unwrap().to_owned();
    let secret = given(&send(&ann, DOCUMENTS, Form::default().field("collection", &board).file("s.txt", b"Secret words.")).await);
    ready(&ann, &secret).await;
    ready(&ann, &open).await;
    let site = json!({ "start": format!("http://localhost:{}/docs/", server.address.port()), "max_pages": 1 });
    let site = ann.post("/api/v1/knowledge/websites", site).await.body["data"]["id"].as_str().unwrap().to_owned();
    let events = told(&server).await;
    let (admins, reps) = (seen(&server, &ann, &events).await, seen(&server, &rob, &events).await);
    for subject in [&board, &secret, &open, &site] {
        assert!(admins.contains(subject), "{subject}");
    }
    assert!(reps.contains(&open) && reps.iter().all(|subject| ![&board, &secret, &site].contains(&subject)), "{reps:?}");
    for nobody in [&guest, &eve] {
        assert_eq!(seen(&server, nobody, &events).await, Vec::<String>::new());
    }

    // What is hidden now is told to those who could read it, and nothing of it afterwards.
    assert_eq!(ann.patch(&path(&open, ""), json!({ "collection": board })).await.status, StatusCode::OK);
    let hidden = told(&server).await.split_off(events.len());
    let hidden: Vec<_> = hidden.into_iter().filter(|event| event.subject == open).collect();
    assert_eq!(of(&hidden, &open), [("document.updated", "ready")]);
    assert_eq!(seen(&server, &rob, &hidden).await, [open.as_str()]);
    let so_far = told(&server).await.len();
    assert_eq!(ann.delete(&format!("{COLLECTIONS}/{board}")).await.status, StatusCode::NO_CONTENT);
    let deleted = told(&server).await.split_off(so_far);
    let gone: Vec<&str> = deleted.iter().filter(|event| event.name == "document.deleted").map(|event| event.subject.as_str()).collect();
    assert!(gone.len() == 2 && gone.contains(&open.as_str()) && gone.contains(&secret.as_str()), "{gone:?}");
    let seen = seen(&server, &rob, &deleted).await;
    assert!([&board, &secret, &open].iter().all(|subject| !seen.contains(subject)), "{seen:?}");
}

async fn count(server: &TestServer, sql: &'static str) -> i64 {
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(server.database()).await.unwrap();
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
}

/// All that an organization has of this area.
async fn everything(server: &TestServer, ann: &Program) -> Vec<Value> {
    let mut all = vec![json!(listed(ann, "").await)];
    for list in [COLLECTIONS, "/api/v1/knowledge/websites", "/api/v1/knowledge/overview"] {
        all.push(ann.get(list).await.body["data"].clone());
    }
    all.push(json!(kept(server).len()));
    for table in ["SELECT COUNT(*) FROM events", "SELECT COUNT(*) FROM document_versions", "SELECT COUNT(*) FROM audit_entries"] {
        all.push(json!(count(server, table).await));
    }
    all.push(json!(
        count(server, "SELECT COUNT(*) FROM jobs WHERE kind <> 'knowledge.expire_uploads' AND organization_id IS NOT NULL").await
    ));
    all
}

#[tokio::test]
async fn a_change_whose_line_in_the_audit_log_fails_is_not_made() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let document = give(&ann, "a.txt", "The fee is 10 dollars.").await;
    ready(&ann, &document).await;
    let site = json!({ "start": format!("http://localhost:{}/docs/", server.address.port()), "max_pages": 1 });
    let site = ann.post("/api/v1/knowledge/websites", site).await.body["data"]["id"].as_str().unwrap().to_owned();
    let upload = ann.post("/api/v1/knowledge/uploads", json!({ "file_name": "u.txt", "bytes": 5 })).await;
    let upload = upload.headers["location"].to_str().unwrap().to_owned();
    let piece = ann.request(reqwest::Method::PATCH, &upload).header("content-type", "application/octet-stream");
    assert_eq!(ann.send(piece.header("upload-offset", "0").body("words")).await.status, StatusCode::OK);
    let collection = listed(&ann, "").await[0]["collection_id"].as_str().unwrap().to_owned();
    let begun = Instant::now();
    while server.services.store().count_jobs().await.unwrap().iter().any(|(state, _)| state == "running" || state == "waiting") {
        assert!(begun.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let break_audit = "CREATE TRIGGER broken BEFORE INSERT ON audit_entries WHEN NEW.action LIKE 'knowledge.%'
        BEGIN SELECT RAISE(ABORT, 'the audit log is broken'); END";
    store::testing::execute(server.services.store(), break_audit).await;
    let before = everything(&server, &ann).await;

    let at = |rest: &str| path(&document, rest);
    let answers = [
        ("a collection", ann.post(COLLECTIONS, json!({ "name": "New", "access": "admins" })).await),
        ("its name", ann.patch(&format!("{COLLECTIONS}/{collection}"), json!({ "name": "Renamed", "access": "admins" })).await),
        ("its end", ann.delete(&format!("{COLLECTIONS}/{collection}")).await),
        ("a text", ann.post(DOCUMENTS, json!({ "title": "T", "text": "Some words." })).await),
        ("a file", send(&ann, DOCUMENTS, Form::default().file("n.txt", b"New words.")).await),
        ("a version", send(&ann, &at("/versions"), Form::default().file("n.txt", b"Newer words.")).await),
        ("an upload", ann.post(&format!("{upload}/finish"), json!({ "tags": [] })).await),
        ("an edit", ann.patch(&at(""), json!({ "title": "Other", "tags": ["x"], "bindings": [] })).await),
        ("a deletion", ann.delete(&at("")).await),
        ("a website", ann.post("/api/v1/knowledge/websites", json!({ "start": "http://localhost:1025/", "max_pages": 1 })).await),
        ("a visit", ann.send(ann.request(reqwest::Method::POST, &format!("/api/v1/knowledge/websites/{site}/visit"))).await),
        ("the website's end", ann.delete(&format!("/api/v1/knowledge/websites/{site}")).await),
    ];
    for (what, answer) in &answers {
        assert!(answer.status.is_server_error(), "{what}: {} {:?}", answer.status, answer.body);
    }
    assert_eq!(everything(&server, &ann).await, before);

    store::testing::execute(server.services.store(), "DROP TRIGGER broken").await;
    assert_eq!(ann.post(&format!("{upload}/finish"), json!({ "tags": [] })).await.status, StatusCode::CREATED, "nothing was lost");
    assert_eq!(ann.delete(&at("")).await.status, StatusCode::NO_CONTENT);
}

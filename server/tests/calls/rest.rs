//! One call through the REST interface: made, read, changed, ended, deleted.

use model::Channel::Rep;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::page::{Page, ended_call, make, new_call, path};
use crate::support::{Answer, TestServer};

fn field(answer: &Answer) -> &str {
    assert_eq!(answer.failure(422), "invalid");
    answer.body["error"]["details"]["field"].as_str().unwrap_or_default()
}

fn with(name: &str, value: Value) -> Value {
    let mut new = new_call("Title");
    new[name] = value;
    new
}

#[tokio::test]
async fn a_call_is_made_read_changed_and_deleted() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let made = ann.post("/api/v1/calls", with("vocabulary", json!("Kubernetes, Zoë,, Zoë"))).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(made.body["success"], true);
    let call = &made.body["data"];
    assert_eq!(call["state"], "prepared");
    assert_eq!(call["source"], "api", "it came from a program");
    assert_eq!(call["vocabulary"], json!(["Kubernetes", "Zoë"]));
    assert_eq!(call["participants"], json!([{ "channel": "rep", "name": "Ann" }, { "channel": "customer", "name": "Kim Lee" }]));
    assert_eq!(call["tracks"], json!([{ "participant": 0 }, { "participant": 1 }]));
    assert!(call["consent_at"].is_string() && call["started_at"].is_null());
    let address = format!("/api/v1/calls/{}", call["id"].as_str().unwrap());
    assert_eq!(ann.get(&address).await.body["data"], *call);
    let change = json!({ "title": "  Renewal  ", "notes": "one\r\ntwo\tthree", "names": ["Ann B."], "verbosity": "quiet" });
    let changed = ann.patch(&address, change).await;
    assert_eq!(changed.status, StatusCode::OK, "{:?}", changed.body);
    assert_eq!(changed.body["data"]["title"], "Renewal");
    assert_eq!(changed.body["data"]["notes"], "one\ntwo\tthree");
    assert_eq!(changed.body["data"]["company"], "Initech", "what is missing stays");
    let names: Vec<_> = changed.body["data"]["participants"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["Ann B.", "Kim Lee"]);
    assert_ne!(changed.body["data"]["updated_at"], call["updated_at"]);
    assert_eq!(ann.delete(&address).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.get(&address).await.failure(404), "not_found");
    assert_eq!(ann.delete(&address).await.failure(404), "not_found");
}

#[tokio::test]
async fn a_title_that_is_missing_is_made() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let made = ann.post("/api/v1/calls", with("title", json!("  "))).await;
    assert_eq!(made.body["data"]["title"], "Discovery with Kim Lee, Initech");
}

#[tokio::test]
async fn fields_that_are_wrong_are_named() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    for (name, value) in [
        ("title", json!("x".repeat(201))),
        ("title", json!("a\u{0}b")),
        ("title", json!("two\nlines")),
        ("contact_name", json!("\u{1b}[31mred")),
        ("contact_name", json!("x".repeat(121))),
        ("company", json!("x".repeat(900_000))),
        ("language", json!("english, please")),
        ("language", json!("")),
        ("vocabulary", json!("x".repeat(61))),
        ("vocabulary", json!((0..=100).map(|n| format!("word{n}")).collect::<Vec<_>>().join(","))),
        ("consent_who", json!("")),
        ("consent_who", json!("a\u{7f}")),
    ] {
        let answer = ann.post("/api/v1/calls", with(name, value.clone())).await;
        assert_eq!(field(&answer), name, "{}", value.to_string().chars().take(80).collect::<String>());
    }
    for (name, value) in
        [("kind", json!("chat")), ("verbosity", json!("loud")), ("consent_how", json!("telepathy")), ("title", json!(null))]
    {
        assert_eq!(ann.post("/api/v1/calls", with(name, value)).await.failure(422), "invalid", "{name}");
    }
    let answer = ann.post("/api/v1/calls", with("recognizer", json!("command"))).await;
    assert_eq!(answer.failure(409), "recognizer_unavailable");
    assert_eq!(answer.body["error"]["details"]["field"], "recognizer");
    assert_eq!(ann.get("/api/v1/calls").await.body["data"], json!([]), "none of them was made");
}

#[tokio::test]
async fn ten_megabytes_and_broken_text() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = make(&ann, new_call("Title")).await;
    let address = path(id, "");
    let large = "x".repeat(10_000_000);
    assert_eq!(ann.post("/api/v1/calls", with("title", json!(large))).await.failure(413), "too_large");
    assert_eq!(ann.patch(&address, json!({ "title": large })).await.failure(413), "too_large");
    let broken =
        ann.request(Method::PATCH, &address).header("content-type", "application/json").body(b"{\"title\": \"\xc3\x28\"}".to_vec());
    assert_eq!(ann.send(broken).await.failure(400), "invalid");
    let surrogate = ann.request(Method::PATCH, &address).header("content-type", "application/json").body(r#"{"title": "\ud800"}"#);
    assert_eq!(ann.send(surrogate).await.failure(400), "invalid");
    for (name, value) in [("title", ""), ("title", "a\u{85}b"), ("notes", "a\u{0}b")] {
        assert_eq!(field(&ann.patch(&address, json!({ name: value })).await), name, "{value:?}");
    }
    for (names, named) in [(json!([" "]), "speaker"), (json!(["Ann", "\u{8}"]), "speaker"), (json!(["a", "b", "c"]), "names")] {
        assert_eq!(field(&ann.patch(&address, json!({ "names": names })).await), named, "{names}");
    }
    assert_eq!(field(&ann.patch(&address, json!({ "notes": "x".repeat(100_001) })).await), "notes");
    assert_eq!(ann.patch(&address, json!({ "notes": "é".repeat(100_000) })).await.status, StatusCode::OK);
    assert_eq!(ann.get(&address).await.body["data"]["title"], "Title", "nothing else was changed");
}

#[tokio::test]
async fn changes_at_the_same_moment_conflict_or_both_last() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = make(&ann, new_call("Title")).await;
    let address = path(id, "");
    let mut changes = tokio::task::JoinSet::new();
    for number in 0..24 {
        let (ann, address) = (ann.clone(), address.clone());
        // Two fields: a change that is taken must not take another one back.
        let name = if number % 2 == 0 { "title" } else { "company" };
        changes.spawn(async move { (name, number, ann.patch(&address, json!({ name: format!("{number}") })).await) });
    }
    let mut taken = Vec::new();
    while let Some(change) = changes.join_next().await {
        let (name, number, answer) = change.unwrap();
        match answer.status {
            StatusCode::OK => taken.push((answer.body["data"]["updated_at"].as_str().unwrap().to_owned(), name, number)),
            _ => assert_eq!(answer.failure(409), "conflict"),
        }
    }
    assert!(!taken.is_empty());
    taken.sort();
    let call = ann.get(&address).await.body["data"].clone();
    for name in ["title", "company"] {
        if let Some((_, _, last)) = taken.iter().rev().find(|(_, its, _)| *its == name) {
            assert_eq!(call[name], last.to_string(), "{taken:?}");
        }
    }
}

#[tokio::test]
async fn consent_comes_before_the_call() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let mut new = new_call("No consent yet");
    new["consent_how"] = json!(null);
    let id = make(&ann, new).await;
    let given = ann.patch(&path(id, ""), json!({ "consent_how": "written", "consent_who": "Kim" })).await;
    assert_eq!(given.body["data"]["consent_who"], "Kim");
    let mut page = Page::source(&ann, id).await;
    page.frames(Rep, 0..1).await;
    page.acked(Rep, 1).await;
    let late = ann.patch(&path(id, ""), json!({ "consent_how": "spoken", "consent_who": "Eve" })).await;
    assert_eq!(late.failure(409), "call_ended");
}

#[tokio::test]
async fn a_call_is_ended_from_outside() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = make(&ann, new_call("Live")).await;
    let mut page = Page::source(&ann, id).await;
    page.frames(Rep, 0..5).await;
    page.acked(Rep, 5).await;
    assert_eq!(ann.get(&path(id, "")).await.body["data"]["state"], "live");
    let ended = ann.post(&path(id, "/end"), json!({})).await;
    assert_eq!(ended.status, StatusCode::OK, "{:?}", ended.body);
    assert_eq!(ended.body["data"]["state"], "ended");
    assert_eq!(ended.body["data"]["duration_ms"], 500);
    page.event(|event| *event == model::wire::CallEvent::Ended).await;
    let again = ann.post(&path(id, "/end"), json!({})).await;
    assert_eq!(again.body["data"]["state"], "ended", "ending an ended call changes nothing");
}

#[tokio::test]
async fn a_call_that_never_began_can_be_ended() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = make(&ann, new_call("Nobody came")).await;
    let ended = ann.post(&path(id, "/end"), json!({})).await;
    assert_eq!(ended.body["data"]["state"], "ended", "{:?}", ended.body);
    let review = ann.get(&path(id, "/review")).await;
    assert_eq!(review.body["data"]["segments"], json!([]));
    assert!(review.body["data"]["insights"].is_object() && review.body["data"]["recording_ms"].is_null());
}

#[tokio::test]
async fn deleting_takes_everything_even_while_it_is_live() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let ended = ended_call(&ann, "Ended").await;
    let live = make(&ann, new_call("Live")).await;
    let mut page = Page::source(&ann, live).await;
    page.frames(Rep, 0..5).await;
    page.acked(Rep, 5).await;
    for id in [ended, live] {
        assert_eq!(ann.delete(&path(id, "")).await.status, StatusCode::NO_CONTENT);
        for rest in ["", "/transcript", "/cues", "/review", "/recording", "/waveform", "/export?format=json"] {
            assert_eq!(ann.get(&path(id, rest)).await.failure(404), "not_found", "{rest}");
        }
    }
    while page.next().await.is_some() {}
    let recordings = server.data().join("files/recordings");
    let left = || walk(&recordings).into_iter().filter(|file| file.is_file()).count();
    assert!(left() > 0, "it could be brought back");
    server.undo_is_over(|| left() == 0).await;
    for id in [ended, live] {
        assert_eq!(ann.post(&path(id, "/restore"), json!({})).await.failure(404), "not_found", "gone for good");
    }
}

#[tokio::test]
async fn a_deleted_call_comes_back_whole_within_a_minute() {
    let server = TestServer::start().await;
    let (ann, eve) = (server.owner("Ann").await, server.owner("Eve").await);
    let id = ended_call(&ann, "Ended").await;
    let all = async || {
        let mut all = vec![ann.get("/api/v1/calls?search=ended").await.body["data"].to_string()];
        for rest in ["", "/transcript", "/cues", "/review", "/export?format=json"] {
            let answer = ann.get(&path(id, rest)).await;
            all.push(format!("{} {}", answer.status, answer.body));
        }
        all
    };
    let before = all().await;
    assert_eq!(ann.post(&path(id, "/restore"), json!({})).await.status, StatusCode::OK, "what is there stays as it is");
    assert_eq!(ann.delete(&path(id, "")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.get("/api/v1/calls?search=ended").await.body["data"], json!([]));
    server.clock.advance(chrono::TimeDelta::seconds(model::UNDO_SECONDS - 1));
    assert_eq!(eve.post(&path(id, "/restore"), json!({})).await.failure(404), "not_found", "another organization's");
    let back = ann.post(&path(id, "/restore"), json!({})).await;
    assert_eq!((back.status, &back.body["data"]["id"]), (StatusCode::OK, &json!(id)), "{:?}", back.body);
    assert_eq!(all().await, before, "as it was");
    // The job of the first deletion comes, and leaves it alone.
    server.clock.advance(chrono::TimeDelta::seconds(5));
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(all().await, before);
    assert_eq!(ann.delete(&path(id, "")).await.status, StatusCode::NO_CONTENT);
    server.clock.advance(chrono::TimeDelta::seconds(model::UNDO_SECONDS));
    let late = ann.post(&path(id, "/restore"), json!({})).await;
    assert_eq!(late.failure(404), "not_found");
    assert!(late.body["detail"].as_str().unwrap().contains("after a minute"), "{:?}", late.body);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

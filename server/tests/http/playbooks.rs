//! The playbook over HTTP: read by everybody, changed by some, version by version, and nobody else's.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::failed_jobs::organization_of;
use crate::support::{Program, TestServer};

const PLAYBOOKS: &str = "/api/v1/playbooks";
const CURRENT: &str = "/api/v1/playbooks/current";

/// A playbook with one entry.
pub fn playbook(expected: i64, title: &str) -> Value {
    json!({ "expected_version": expected, "entries": [entry(title)] })
}

fn entry(title: &str) -> Value {
    json!({
        "id": "risk.delay", "kind": "risk", "title": title, "speaker": "customer", "guidance": "Ask what would have to be true this year.",
        "priority": 8, "verbosity": "quiet", "phrases": ["next year|quarter", "not .. this year"]
    })
}

async fn version(program: &Program) -> i64 {
    program.get(CURRENT).await.body["data"]["version"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_reads_and_managers_save() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let built_in = ann.get(CURRENT).await.body["data"].clone();
    assert_eq!((&built_in["version"], &built_in["created_by"], &built_in["created_at"]), (&json!(0), &Value::Null, &Value::Null));
    assert!(built_in["entries"].as_array().unwrap().iter().any(|entry| entry["id"] == "objection.price"));
    assert_eq!(ann.get(PLAYBOOKS).await.body["data"], json!([]));
    for (number, role) in ["manager", "admin", "owner"].into_iter().enumerate() {
        let them = if role == "owner" { ann.clone() } else { server.colleague(&ann, role, role).await };
        let saved = them.post(PLAYBOOKS, playbook(number as i64, &format!(" By a{role}\u{200b} "))).await;
        assert_eq!(saved.status, StatusCode::CREATED, "{role}: {}", saved.body);
        let me = them.get("/api/v1/auth/me").await.body["data"]["member"].clone();
        assert_eq!((&saved.body["data"]["version"], &saved.body["data"]["created_by"]), (&json!(number + 1), &me));
    }
    for role in ["guest", "rep"] {
        let them = server.colleague(&ann, role, role).await;
        assert_eq!(them.post(PLAYBOOKS, playbook(3, "Theirs")).await.failure(403), "forbidden", "{role}");
        let read = them.get(CURRENT).await.body["data"].clone();
        assert_eq!((&read["version"], &read["entries"][0]["title"]), (&json!(3), &json!("By aowner")), "cleaned: {role}");
        assert_eq!(read["entries"][0]["phrases"], entry("")["phrases"]);
        assert_eq!(them.get(&format!("{PLAYBOOKS}/1")).await.body["data"]["entries"][0]["title"], "By amanager");
        assert_eq!(them.get(&format!("{PLAYBOOKS}/0")).await.body["data"], built_in);
    }
    for path in [PLAYBOOKS, CURRENT, "/api/v1/playbooks/0"] {
        assert_eq!(server.program().get(path).await.failure(401), "unauthenticated");
    }
    let page = ann.get(&format!("{PLAYBOOKS}?limit=2")).await.body;
    let next = page["meta"]["next"].as_str().unwrap();
    let rest = ann.get(&format!("{PLAYBOOKS}?limit=2&cursor={next}")).await.body;
    let numbers = |page: &Value| page["data"].as_array().unwrap().iter().map(|one| one["version"].as_i64().unwrap()).collect::<Vec<_>>();
    assert_eq!((numbers(&page), numbers(&rest), &rest["meta"]["next"]), (vec![3, 2], vec![1], &Value::Null));
    assert_eq!(ann.get(&format!("{PLAYBOOKS}?cursor=calls-0")).await.failure(422), "invalid");

    let log = server.services.store().entries(organization_of(&ann).await, None, 50).await.unwrap().items;
    let told: Vec<_> = log.iter().filter(|entry| entry.action == "playbook.updated").collect();
    assert_eq!(told.len(), 3);
    assert_eq!((told[0].subject.as_str(), &told[0].details), ("3", &json!({ "entries": 1 })));
    assert!(told.iter().all(|entry| entry.actor.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organization_has_its_own() {
    let server = TestServer::start().await;
    let (ann, eve) = (server.owner("Ann").await, server.owner("Eve").await);
    assert_eq!(ann.post(PLAYBOOKS, playbook(0, "Secret of ours")).await.status, StatusCode::CREATED);
    assert_eq!(version(&eve).await, 0);
    assert_eq!(eve.get(PLAYBOOKS).await.body["data"], json!([]));
    assert_eq!(eve.get(&format!("{PLAYBOOKS}/1")).await.failure(404), "not_found");
    assert_eq!(eve.post(PLAYBOOKS, playbook(0, "Eve's")).await.status, StatusCode::CREATED);
    assert_eq!(eve.get(&format!("{PLAYBOOKS}/1")).await.body["data"]["entries"][0]["title"], "Eve's");
    assert_eq!(ann.get(CURRENT).await.body["data"]["entries"][0]["title"], "Secret of ours");
    // What documents may be bound to is what the own playbook has.
    let made = ann.post("/api/v1/knowledge/documents", json!({ "title": "Delays", "text": "Some words of it." })).await;
    let document = format!("/api/v1/knowledge/documents/{}", made.body["data"]["document"].as_str().unwrap());
    let bind = async |topic: &str| {
        let body = json!({ "bindings": [{ "kind": "topic", "value": topic }] });
        ann.send(ann.request(Method::PATCH, &document).json(&body)).await
    };
    assert_eq!(bind("objection.price").await.failure(422), "invalid");
    assert_eq!(bind("risk.delay").await.status, StatusCode::OK);
    let other = json!({ "expected_version": 1, "entries": [{ "id": "risk.other", "kind": "risk", "title": "Other", "speaker": "any",
        "guidance": "Ask.", "priority": 1, "verbosity": "quiet", "phrases": ["other"] }] });
    assert_eq!(ann.post(PLAYBOOKS, other).await.status, StatusCode::CREATED);
    let kept = ann.get(&document).await.body["data"]["bindings"].clone();
    assert_eq!(kept, json!([{ "kind": "topic", "value": "risk.delay" }]), "its topic is gone, and it stays");
    assert_eq!(bind("risk.delay").await.status, StatusCode::OK, "also when it is edited");
    assert_eq!(bind("risk.other").await.status, StatusCode::OK);
    assert_eq!(bind("risk.delay").await.failure(422), "invalid", "but once it was taken off, it doesn't come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_used_is_named_and_nothing_is_saved() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let with = |field: &str, value: Value| {
        let mut wrong = entry("Delay");
        wrong[field] = value;
        json!({ "expected_version": 0, "entries": [wrong] })
    };
    let many = (0..201).map(|number| {
        let mut one = entry("Delay");
        one["id"] = json!(format!("risk.n{number}"));
        one
    });
    let hostile = format!("a {}b", "a ..9 ".repeat(60));
    for (body, says) in [
        (json!({ "expected_version": 0, "entries": [] }), "no entries"),
        (json!({ "expected_version": 0, "entries": many.collect::<Vec<_>>() }), "has 201 entries"),
        (json!({ "expected_version": 0, "entries": [entry("A"), entry("B")] }), "`risk.delay` is there twice"),
        (with("id", json!("Delay")), "The id `Delay`"),
        (with("title", json!("x".repeat(61))), "`risk.delay` needs a title of 1 to 60"),
        (with("title", json!("a\u{7}b")), "title of the entry `risk.delay` contains characters"),
        (with("guidance", json!(" ")), "`risk.delay` needs a guidance of 1 to 400"),
        (with("priority", json!(0)), "priority of the entry `risk.delay`"),
        (with("cool_down", json!(0)), "cool_down of the entry `risk.delay`"),
        (with("phrases", json!([])), "`risk.delay` needs either phrases or"),
        (with("phrases", json!(["(next"])), "The phrase \"(next\" of the entry `risk.delay` can't be used: an opening bracket"),
        (with("phrases", json!(["x".repeat(900)])), "longer than 800"),
        (with("phrases", json!([hostile])), "fewer or shorter"),
        (with("kind", json!("worry")), "entry 1: unknown variant `worry`"),
        (with("colour", json!("red")), "entry 1: unknown field `colour`"),
    ] {
        let answer = ann.post(PLAYBOOKS, body).await;
        assert_eq!(answer.failure(422), "invalid", "{says}");
        assert!(answer.body["detail"].as_str().unwrap().contains(says), "{says}: {}", answer.body);
    }
    assert_eq!(version(&ann).await, 0);
    let log = server.services.store().entries(organization_of(&ann).await, None, 50).await.unwrap().items;
    assert!(log.iter().all(|entry| entry.action != "playbook.updated"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_save_at_once_one_is_told() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let (one, other) = futures::join!(ann.post(PLAYBOOKS, playbook(0, "One")), ann.post(PLAYBOOKS, playbook(0, "Other")));
    let (won, lost) = if one.status == StatusCode::CREATED { (one, other) } else { (other, one) };
    assert_eq!((won.status, lost.failure(409)), (StatusCode::CREATED, "conflict"));
    assert!(lost.body["detail"].as_str().unwrap().contains("Load it again"), "{}", lost.body);
    let ahead = ann.post(PLAYBOOKS, playbook(7, "Ahead")).await;
    assert_eq!(ahead.failure(409), "conflict");
    assert!(ahead.body["detail"].as_str().unwrap().contains("Version 1 is the newest"), "{}", ahead.body);
    assert_eq!(version(&ann).await, 1);
    // Sent again with its key, it is saved once.
    let send = async || {
        let request = ann.request(Method::POST, PLAYBOOKS).header("idempotency-key", "one").json(&playbook(1, "Again"));
        ann.send(request).await
    };
    let (first, again) = (send().await, send().await);
    assert_eq!((first.status, again.status, &first.body), (StatusCode::CREATED, StatusCode::CREATED, &again.body));
    assert_eq!(version(&ann).await, 2);
}

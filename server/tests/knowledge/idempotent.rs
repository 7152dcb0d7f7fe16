//! Requests that come again with the same `Idempotency-Key`.

use chrono::TimeDelta;
use model::{MemberId, OrganizationId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use store::idempotency::KeyOf;

use crate::form::{DOCUMENTS, Form, listed};
use crate::support::{Answer, PASSWORD, Program, TestServer, email};

const COLLECTIONS: &str = "/api/v1/knowledge/collections";

async fn post(program: &Program, path: &str, key: &str, body: Value) -> Answer {
    program.send(program.request(Method::POST, path).header("idempotency-key", key).json(&body)).await
}

async fn collections(program: &Program) -> usize {
    program.get(COLLECTIONS).await.body["data"].as_array().unwrap().len()
}

fn is_replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotency-replayed").is_some_and(|value| value == "true")
}

async fn me(program: &Program) -> (OrganizationId, MemberId) {
    let me = program.get("/api/v1/auth/me").await.body["data"].clone();
    (serde_json::from_value(me["organization"]["id"].clone()).unwrap(), serde_json::from_value(me["member"].clone()).unwrap())
}

#[tokio::test]
async fn what_comes_again_is_answered_again_and_not_done_again() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let prices = json!({ "name": "Prices", "access": "everybody" });
    let first = post(&ann, COLLECTIONS, "one", prices.clone()).await;
    assert_eq!((first.status, is_replayed(&first)), (StatusCode::CREATED, false), "{:?}", first.body);
    let again = post(&ann, COLLECTIONS, "one", prices.clone()).await;
    assert_eq!((again.status, is_replayed(&again)), (StatusCode::CREATED, true), "{:?}", again.body);
    assert_eq!((&again.body, &again.headers["content-type"]), (&first.body, &first.headers["content-type"]));
    assert_eq!(collections(&ann).await, 1);

    // Another body, another address, and not even a right one.
    let other = post(&ann, COLLECTIONS, "one", json!({ "name": "Terms", "access": "everybody" })).await;
    assert_eq!(other.failure(409), "conflict");
    assert_eq!(post(&ann, "/api/v1/knowledge/search", "one", prices.clone()).await.failure(409), "conflict");
    // A key is a member's own.
    let bo = server.colleague(&ann, "Bo", "admin").await;
    let theirs = post(&bo, COLLECTIONS, "one", json!({ "name": "Bo's", "access": "everybody" })).await;
    assert_eq!((theirs.status, is_replayed(&theirs)), (StatusCode::CREATED, false), "{:?}", theirs.body);
    let eve = server.owner("Eve").await;
    assert_eq!(post(&eve, COLLECTIONS, "one", prices.clone()).await.status, StatusCode::CREATED);

    // A day later nobody remembers.
    server.clock.advance(TimeDelta::hours(25));
    let body = json!({ "email": email("Ann"), "password": PASSWORD });
    let token = server.program().post("/api/v1/auth/login", body).await.body["data"]["access_token"].clone();
    let ann = ann.with_token(token.as_str().unwrap());
    let next = post(&ann, COLLECTIONS, "one", json!({ "name": "Next", "access": "everybody" })).await;
    assert_eq!((next.status, is_replayed(&next)), (StatusCode::CREATED, false), "{:?}", next.body);
    assert_eq!(server.services.store().forget_requests(server.services.now() - TimeDelta::hours(24)).await.unwrap(), 2);
}

#[tokio::test]
async fn a_failure_changes_nothing_so_its_key_is_free() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    for wrong in [json!({ "name": "", "access": "everybody" }), json!({ "name": "x" })] {
        assert_eq!(post(&ann, COLLECTIONS, "one", wrong).await.failure(422), "invalid");
    }
    let right = post(&ann, COLLECTIONS, "one", json!({ "name": "Prices", "access": "everybody" })).await;
    assert_eq!((right.status, is_replayed(&right)), (StatusCode::CREATED, false), "{:?}", right.body);
    for key in ["", "a b", &"x".repeat(256)] {
        assert_eq!(post(&ann, COLLECTIONS, key, json!({ "name": "Terms", "access": "everybody" })).await.failure(422), "invalid", "{key}");
    }
    // Who is nobody, and who may not, is told so.
    assert_eq!(post(&server.program(), COLLECTIONS, "one", json!({})).await.failure(401), "unauthenticated");
    let rob = server.colleague(&ann, "Rob", "rep").await;
    assert_eq!(post(&rob, COLLECTIONS, "one", json!({ "name": "R", "access": "everybody" })).await.failure(403), "forbidden");
    assert_eq!(collections(&ann).await, 1);
}

#[tokio::test]
async fn two_at_once_are_done_once() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let new = |number: usize| json!({ "title": format!("T{number}"), "text": "Some words that are the same." });
    for number in 0..10 {
        let key = format!("key-{number}");
        let (one, two) = tokio::join!(post(&ann, DOCUMENTS, &key, new(number)), post(&ann, DOCUMENTS, &key, new(number)));
        let done = [&one, &two].into_iter().filter(|answer| answer.status.is_success() && !is_replayed(answer)).count();
        assert_eq!(done, 1, "{one:?} {two:?}");
        for answer in [one, two] {
            if !answer.status.is_success() {
                assert_eq!(answer.failure(409), "conflict");
                assert_eq!(answer.headers["retry-after"], "1");
            }
        }
    }
}

#[tokio::test]
async fn a_key_whose_server_died_is_free_a_minute_later() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let (organization, member) = me(&ann).await;
    let of = KeyOf { organization, member: member.0, key: "one" };
    let now = server.services.now();
    assert!(server.services.store().begin_request(of, &[], now, now, now).await.unwrap());
    let new = json!({ "name": "Prices", "access": "everybody" });
    let early = post(&ann, COLLECTIONS, "one", new.clone()).await;
    assert_eq!(early.failure(409), "conflict");
    assert_eq!(early.headers["retry-after"], "1");
    assert_eq!(collections(&ann).await, 0);
    server.clock.advance(TimeDelta::seconds(61));
    let late = post(&ann, COLLECTIONS, "one", new).await;
    assert_eq!((late.status, is_replayed(&late)), (StatusCode::CREATED, false), "{:?}", late.body);
}

#[tokio::test]
async fn what_was_done_before_its_server_died_is_not_done_again() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let (organization, member) = me(&ann).await;
    let of = KeyOf { organization, member: member.0, key: "one" };
    let (now, kernel) = (server.services.now(), &server.services);
    assert!(kernel.store().begin_request(of, &[], now, now, now).await.unwrap());
    // The request's way up to its commit; its server keeps no answer any more.
    let token = ann.token().to_owned();
    let actor = domain::identity::authenticate_access(kernel, &token).await.unwrap().within_request("one");
    let new: model::NewCollection = serde_json::from_value(json!({ "name": "Prices", "access": "everybody" })).unwrap();
    domain::knowledge::create_collection(kernel, &actor, new).await.unwrap();

    let body = json!({ "name": "Prices", "access": "everybody" });
    let early = post(&ann, COLLECTIONS, "one", body.clone()).await;
    assert_eq!(early.failure(409), "conflict");
    assert_eq!(early.headers["retry-after"], "1", "it may still be answered");
    server.clock.advance(TimeDelta::seconds(61));
    for body in [body, json!({ "name": "Other", "access": "everybody" })] {
        let late = post(&ann, COLLECTIONS, "one", body).await;
        assert_eq!(late.failure(409), "conflict");
        assert!(late.body.to_string().contains("its answer was lost"), "{:?}", late.body);
    }
    assert_eq!(collections(&ann).await, 1, "once");
    assert_eq!(post(&ann, COLLECTIONS, "two", json!({ "name": "Next", "access": "everybody" })).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn files_go_by_their_bytes_and_are_kept_nowhere_else() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let send = async |content: &str| {
        let form = Form::default().field("folder", "x").file("a.txt", content.as_bytes()).bytes();
        let request = ann.request(Method::POST, DOCUMENTS).header("content-type", Form::kind()).header("idempotency-key", "file");
        ann.send(request.body(form)).await
    };
    // Larger than any JSON may be.
    let large = "The fee is 10 dollars. ".repeat(200_000);
    let first = send(&large).await;
    assert_eq!(first.status, StatusCode::CREATED, "{:?}", first.body);
    let again = send(&large).await;
    assert_eq!((again.status, is_replayed(&again)), (StatusCode::CREATED, true), "{:?}", again.body);
    assert_eq!((&again.body, &again.headers["location"]), (&first.body, &first.headers["location"]));
    assert_eq!(again.body["data"]["duplicate"], false, "as it was answered, not as it is now");
    assert_eq!(send(&large.replacen("10", "11", 1)).await.failure(409), "conflict");
    assert_eq!(listed(&ann, "").await.len(), 1);

    // What begins an upload says in headers where it goes.
    let new = json!({ "file_name": "b.txt", "bytes": 5 });
    let (first, again) =
        (post(&ann, "/api/v1/knowledge/uploads", "up", new.clone()).await, post(&ann, "/api/v1/knowledge/uploads", "up", new).await);
    assert!(is_replayed(&again));
    for name in ["location", "upload-offset", "upload-length"] {
        assert_eq!(first.headers[name], again.headers[name], "{name}");
    }
    assert_eq!(ann.get("/api/v1/knowledge/overview").await.body["data"]["uploads"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_empty_answer_and_a_body_that_is_none_come_again_too() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let site = json!({ "start": format!("http://localhost:{}/docs/", server.address.port()), "max_pages": 1 });
    let made = ann.post("/api/v1/knowledge/websites", site).await;
    let place = format!("/api/v1/knowledge/websites/{}/visit", made.body["data"]["id"].as_str().unwrap());
    let visit = async |key: &str| ann.send(ann.request(Method::POST, &place).header("idempotency-key", key)).await;
    let mut number = 0;
    // Its first visit may still go on, which is a failure, and leaves the key free.
    let first = loop {
        let answer = visit("visit").await;
        if answer.status != StatusCode::CONFLICT {
            break answer;
        }
        number += 1;
        assert!(number < 200, "{answer:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let again = visit("visit").await;
    assert_eq!((first.status, again.status), (StatusCode::NO_CONTENT, StatusCode::NO_CONTENT));
    assert!(!is_replayed(&first) && is_replayed(&again));
}

#[tokio::test]
async fn secrets_are_not_kept() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let made = post(&ann, "/api/v1/tokens", "token", json!({ "name": "Dialer" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let again = post(&ann, "/api/v1/tokens", "token", json!({ "name": "Dialer" })).await;
    assert_eq!(again.failure(409), "conflict");
    assert_eq!(ann.get("/api/v1/tokens").await.body["data"].as_array().unwrap().len(), 1, "it was made once");
    let (organization, member) = me(&ann).await;
    let of = KeyOf { organization, member: member.0, key: "token" };
    let kept = server.services.store().known_request(of).await.unwrap().unwrap().answer.unwrap();
    assert_eq!((kept.status, kept.headers.len(), kept.body.len()), (201, 0, 0));
    // Signing in takes no key.
    let login = json!({ "email": email("Ann"), "password": PASSWORD });
    let (one, two) =
        (post(&ann, "/api/v1/auth/login", "login", login.clone()).await, post(&ann, "/api/v1/auth/login", "login", login).await);
    assert_eq!((one.status, two.status), (StatusCode::OK, StatusCode::OK));
    assert_ne!(one.body["data"]["refresh_token"], two.body["data"]["refresh_token"]);
    let of = KeyOf { organization, member: member.0, key: "login" };
    assert_eq!(server.services.store().known_request(of).await.unwrap(), None);
    let document = server.program().get("/api/v1/openapi.json").await.body;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, says) in item.as_object().unwrap() {
            let takes = says["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "Idempotency-Key"));
            assert_eq!(takes, method == "post" && !path.starts_with("/api/v1/auth/"), "{method} {path}");
        }
    }
}

//! The sample that comes with Closezly is about a company that doesn't exist: it answers while there is nothing else, and who asks for it.

use domain::knowledge::{CallQuery, find_for_call};
use model::{CallId, OrganizationId};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::form::{asked, give, path, ready};
use crate::support::{Browser, PASSWORD, Program, TestServer, email};

const COST: &str = "What does the Team plan cost?";
const PER_SEAT: &str = "and what does the team plan cost per seat";
const CHARITIES: &str = "do charities and schools get a discount";

async fn browser(server: &TestServer) -> Browser {
    let browser = server.browser();
    let signed_in = browser.call("/api/identity/sign_in", &[("email", &*email("Ann")), ("password", PASSWORD)]).await;
    assert_eq!(signed_in.status, StatusCode::OK);
    browser
}

async fn titles(program: &Program, operation: &str, filter: Value) -> Vec<String> {
    let answer = program.post(&format!("/api/v1/knowledge/{operation}"), json!({ "text": COST, "filter": filter })).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    let lines = if operation == "ask" { &answer.body["data"]["lines"] } else { &answer.body["data"]["hits"] };
    lines.as_array().unwrap().iter().map(|line| line["citation"]["title"].as_str().unwrap().to_owned()).collect()
}

async fn organization(program: &Program) -> OrganizationId {
    serde_json::from_value(program.get("/api/v1/auth/me").await.body["data"]["organization"]["id"].clone()).unwrap()
}

/// The title of what a cue of this call would show for these words.
async fn shown(server: &TestServer, organization: OrganizationId, call: CallId, words: &str, topic: &str) -> Option<String> {
    let query = CallQuery { call: Some(call), words: words.to_owned(), topic: topic.to_owned(), competitor: None };
    find_for_call(&server.services, organization, query).await.map(|found| found.citation.title)
}

async fn call(program: &Program) -> CallId {
    let new = json!({
        "title": "Real", "contact_name": "", "company": "", "kind": "discovery", "language": "en-US", "vocabulary": "",
        "recognizer": "none", "verbosity": "normal", "consent_who": "Kim", "consent_how": "spoken"
    });
    serde_json::from_value(program.post("/api/v1/calls", new).await.body["data"]["id"].clone()).unwrap()
}

#[tokio::test]
async fn the_sample_answers_alone_and_never_beside_own_documents() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let browser = browser(&server).await;
    let given = browser.call("/api/knowledge/sample", &[]).await;
    let sample = given.body["document"].as_str().unwrap().to_owned();
    ready(&ann, &sample).await;
    let organization = organization(&ann).await;
    let real = call(&ann).await;
    let played: Value = browser.call("/api/calls/sample", &[]).await.body;
    let played: CallId = serde_json::from_value(played["id"].clone()).unwrap();

    // Somebody new sees how it works, and that it is the sample, whatever it is called.
    let renamed =
        ann.patch(&path(&sample, ""), json!({ "title": "Northwind", "bindings": [{ "kind": "topic", "value": "objection.price" }] })).await;
    assert_eq!(renamed.status, StatusCode::OK, "{:?}", renamed.body);
    assert!(asked(&ann, COST).await[0].contains("29 €"));
    assert!(titles(&ann, "ask", json!({})).await.iter().all(|title| title == "Sample: Northwind"));
    assert_eq!(shown(&server, organization, real, PER_SEAT, "").await.as_deref(), Some("Sample: Northwind"), "while there is nothing else");

    let own = give(&ann, "team.txt", "The Team plan of ours costs 77 dollars per seat.").await;
    ready(&ann, &own).await;
    for operation in ["ask", "search"] {
        let found = titles(&ann, operation, json!({})).await;
        assert!(!found.is_empty() && found.iter().all(|title| !title.starts_with("Sample")), "{operation}: {found:?}");
        let found = titles(&ann, operation, json!({ "tag": "sample" })).await;
        assert!(!found.is_empty() && found.iter().all(|title| title == "Sample: Northwind"), "{operation}: {found:?}");
    }
    let found = titles(&ann, "search", json!({ "sample": true })).await;
    assert!(found.contains(&"Sample: Northwind".to_owned()) && found.iter().any(|title| !title.starts_with("Sample")), "{found:?}");
    let considered = ann.post("/api/v1/knowledge/ask", json!({ "text": "Which discounts are there for charities?" })).await;
    assert_eq!(considered.body["data"]["lines"], json!([]), "not in your documents");
    assert!(!considered.body.to_string().contains("Northwind"), "not even as what came nearest: {:?}", considered.body);
    let is_sample = |title: Option<String>| title.is_some_and(|title| title.starts_with("Sample"));
    for topic in ["", "objection.price"] {
        let own = shown(&server, organization, real, PER_SEAT, topic).await;
        assert!(own.is_some() && !is_sample(own), "{topic}");
        assert!(!is_sample(shown(&server, organization, real, CHARITIES, topic).await), "{topic}");
        assert!(is_sample(shown(&server, organization, played, CHARITIES, topic).await), "{topic}");
    }
    let deleted = ann.delete(&path(&own, "")).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    assert!(asked(&ann, COST).await[0].contains("29 €"), "it is alone again");
}

#[tokio::test]
async fn playing_the_sample_call_brings_its_sheet_once() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let browser = browser(&server).await;
    let organization = organization(&ann).await;
    let mut played = Vec::new();
    for _ in 0..2 {
        let call: Value = browser.call("/api/calls/sample", &[]).await.body;
        played.push(serde_json::from_value::<CallId>(call["id"].clone()).unwrap());
    }
    let documents = ann.get("/api/v1/knowledge/documents").await;
    let documents = documents.body["data"].as_array().unwrap();
    assert_eq!(documents.len(), 1, "{documents:?}");
    assert_eq!(documents[0]["source"], "sample");
    ready(&ann, documents[0]["id"].as_str().unwrap()).await;
    // Nobody has added what the company knows by that.
    let steps = async || browser.call("/api/home", &[]).await.body["steps"].clone();
    assert_eq!((&steps().await["sample"], &steps().await["documents"]), (&json!(true), &json!(false)));
    // What the customer asks first is answered out of it.
    let asked = "What does the Business plan cost per seat?";
    let query = CallQuery { call: Some(played[0]), words: asked.to_owned(), topic: "buying.pricing".to_owned(), competitor: None };
    let found = find_for_call(&server.services, organization, query).await.unwrap();
    assert!(found.citation.quote.contains("The Business plan costs 49 €"), "{:?}", found.citation);
    give(&ann, "own.txt", "The own plan costs 10 €.").await;
    assert_eq!(steps().await["documents"], true);
}

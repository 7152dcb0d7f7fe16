//! Who reads in which calls and answers a document was used: what customers say to a colleague is nobody's business.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::form::{asked, give, path, ready};
use crate::support::{PASSWORD, Program, TestServer, email};

const SECRET: &str = "That is too expensive for us and our chief executive resigns on Monday";

async fn questions(program: &Program, document: &str) -> Vec<String> {
    let answer = program.get(&path(document, "/uses")).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    answer.body["data"].as_array().unwrap().iter().map(|used| used["question"].as_str().unwrap().to_owned()).collect()
}

/// Notes a use in a call of this person, as the live call does.
async fn used_in_call(server: &TestServer, person: &Program, document: &str, question: &str) {
    let new = json!({
        "title": "Theirs", "contact_name": "", "company": "", "kind": "discovery", "language": "en-US", "vocabulary": "",
        "recognizer": "none", "verbosity": "normal", "consent_who": "Kim", "consent_how": "spoken"
    });
    let call: model::CallId = serde_json::from_value(person.post("/api/v1/calls", new).await.body["data"]["id"].clone()).unwrap();
    let me: Value = person.get("/api/v1/auth/me").await.body["data"].clone();
    let organization: model::OrganizationId = serde_json::from_value(me["organization"]["id"].clone()).unwrap();
    let used = store::knowledge::NewUse {
        document: document.parse().unwrap(),
        version: 1,
        passage: 1,
        call: Some(call),
        member: None,
        answer: call.0,
        question: question.to_owned(),
        at: server.services.now(),
    };
    server.services.store().add_uses(organization, &[used]).await.unwrap();
}

#[tokio::test]
async fn below_managers_only_the_own_uses_are_read() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let document = give(&ann, "prices.txt", "The Team plan costs 29 euros per seat.").await;
    ready(&ann, &document).await;
    let (rob, rita) = (server.colleague(&ann, "Rob", "rep").await, server.colleague(&ann, "Rita", "rep").await);
    let mia = server.colleague(&ann, "Mia", "manager").await;
    used_in_call(&server, &ann, &document, SECRET).await;
    used_in_call(&server, &rob, &document, "What does it cost per seat in my call").await;
    assert!(!asked(&ann, "What does the Team plan cost?").await.is_empty());
    assert!(!asked(&rob, "What does the Team plan cost per seat?").await.is_empty());

    let mut own = questions(&rob, &document).await;
    own.sort();
    assert_eq!(own, ["What does it cost per seat in my call", "What does the Team plan cost per seat?"]);
    assert_eq!(questions(&rita, &document).await, Vec::<String>::new());
    for all in [&ann, &mia] {
        assert_eq!(questions(all, &document).await.len(), 4);
    }
    let counted = rita.get(&path(&document, "")).await.body["data"]["document"]["uses"].clone();
    assert_eq!(counted, 4, "they are counted without words");

    // The page says the same.
    for (name, reads) in [("Rita", false), ("Mia", true)] {
        let browser = server.browser();
        let signed_in = browser.call("/api/identity/sign_in", &[("email", &*email(name)), ("password", PASSWORD)]).await;
        assert_eq!(signed_in.status, StatusCode::OK);
        let page = browser.text(&format!("/knowledge/{document}")).await;
        assert_eq!(page.contains("resigns on Monday"), reads, "{name}: {page}");
        assert_eq!(page.contains("counted, not shown"), !reads, "{name}: {page}");
        let listed = browser.http.post(server.url("/api/knowledge/uses")).header("origin", server.url(""));
        let listed = listed.header("accept", "application/json").json(&json!({ "id": document, "cursor": null })).send().await.unwrap();
        assert_eq!(listed.status(), StatusCode::OK);
        assert_eq!(listed.text().await.unwrap().contains("resigns on Monday"), reads, "{name}");
    }
}

//! Searching and asking.

use std::sync::Arc;

use async_trait::async_trait;
use ports::{Outbound, RerankError, Reranker};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::form::{DOCUMENTS, Form, asked, field, give, given, path, ready, send};
use crate::support::{PASSWORD, Program, Setup, TestServer, email};

const SHEET: &str = "# Contract\n\n## Cancellation\n\nYearly plans renew unless they are cancelled 30 days before.\n\n## Refunds\n\nUnused \
    months are paid back within two weeks.\n";

async fn search(program: &Program, question: Value) -> Value {
    let answer = program.post("/api/v1/knowledge/search", question).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    answer.body["data"].clone()
}

#[tokio::test]
async fn an_answer_names_the_place_that_it_rests_on() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = give(&ann, "contract.md", SHEET).await;
    ready(&ann, &id).await;
    let answer = ann.post("/api/v1/knowledge/ask", json!({ "text": "  yearly plans\nrenew cancelled " })).await;
    let answer = answer.body["data"].clone();
    assert_eq!((&answer["question"], &answer["made_by"]), (&json!("yearly plans renew cancelled"), &json!("extractive")));
    assert_eq!(answer["mode"], "lexical", "there is no model, and it says so");
    let line = &answer["lines"][0];
    assert_eq!(line["text"], "Yearly plans renew unless they are cancelled 30 days before.");
    let citation = &line["citation"];
    assert_eq!((&citation["document"], &citation["title"]), (&json!(id), &json!("Contract")));
    assert_eq!(citation["place"]["headings"], json!(["Contract", "Cancellation"]));
    let number = citation["passage"].as_i64().unwrap();
    let passage = ann.get(&path(&id, &format!("/passages?limit=1&cursor={}", number - 1))).await.body["data"][0].clone();
    assert_eq!(passage["number"], number);
    let (start, end) = (citation["start"].as_u64().unwrap() as usize, citation["end"].as_u64().unwrap() as usize);
    let cited: String = passage["text"].as_str().unwrap().chars().skip(start).take(end - start).collect();
    assert_eq!(citation["quote"], cited, "the citation leads to its words");
    let hit = &answer["considered"][0];
    assert!(hit["score"].as_f64().unwrap() > 0.0 && hit["semantic"].is_null(), "{hit:?}");
    assert!(!hit["highlights"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_not_in_the_documents_is_not_answered() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    assert!(asked(&ann, "Who is the king of Norway?").await.is_empty(), "nothing is known at all");
    let id = give(&ann, "contract.md", SHEET).await;
    ready(&ann, &id).await;
    assert!(asked(&ann, "Who is the king of Norway?").await.is_empty());
    assert_eq!(search(&ann, json!({ "text": "Which colours do the helmets come in?" })).await["hits"], json!([]));
}

/// Judges nothing, or each text alike.
struct Judge(Result<f32, RerankError>);

#[async_trait]
impl Reranker for Judge {
    async fn rerank(&self, _question: &Outbound<String>, texts: &[Outbound<String>]) -> Result<Vec<f32>, RerankError> {
        self.0.clone().map(|score| vec![score; texts.len()])
    }
}

#[tokio::test]
async fn where_the_model_that_reads_fails_words_answer() {
    let reranker: Arc<dyn Reranker> = Arc::new(Judge(Err(RerankError("it is broken".to_owned()))));
    let server = TestServer::with(Setup { reranker: Some(reranker), ..Setup::default() }).await;
    let ann = server.owner("Ann").await;
    let id = give(&ann, "contract.md", SHEET).await;
    ready(&ann, &id).await;
    assert_eq!(
        asked(&ann, "When do yearly plans have to be cancelled?").await,
        ["Yearly plans renew unless they are cancelled 30 days before."]
    );
}

#[tokio::test]
async fn a_model_that_reads_english_has_no_say_in_other_languages() {
    let reranker: Arc<dyn Reranker> = Arc::new(Judge(Ok(-20.0)));
    let server = TestServer::with(Setup { reranker: Some(reranker), ..Setup::default() }).await;
    let ann = server.owner("Ann").await;
    let german =
        "# Vertrag\n\nDie Kündigungsfrist für den Tarif Wiese beträgt dreißig Tage zum Ende des Monats, und sie gilt für beide Seiten.\n";
    let id = give(&ann, "vertrag.md", german).await;
    ready(&ann, &id).await;
    assert_eq!(asked(&ann, "Wie lang ist die Kündigungsfrist für den Tarif Wiese?").await.len(), 1);
    let id = give(&ann, "contract.md", SHEET).await;
    ready(&ann, &id).await;
    assert!(asked(&ann, "When do yearly plans have to be cancelled?").await.is_empty(), "in English it has");
}

#[tokio::test]
async fn a_search_looks_where_it_is_told_to() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let made = ann.post("/api/v1/knowledge/collections", json!({ "name": "Archive", "access": "everybody" })).await;
    let archive = made.body["data"]["id"].as_str().unwrap().to_owned();
    let made = ann.post("/api/v1/knowledge/collections", json!({ "name": "Current", "access": "everybody" })).await;
    let current = Form::default().field("collection", made.body["data"]["id"].as_str().unwrap()).file("contract.md", SHEET.as_bytes());
    let current = given(&send(&ann, DOCUMENTS, current).await);
    let old =
        Form::default().field("collection", &archive).field("tags", "old").file("old.md", SHEET.replace("30 days", "60 days").as_bytes());
    let old = given(&send(&ann, DOCUMENTS, old).await);
    for id in [&current, &old] {
        ready(&ann, id).await;
    }
    let found = async |filter: Value| -> Vec<String> {
        let hits = search(&ann, json!({ "text": "cancelled yearly plans", "filter": filter })).await["hits"].clone();
        let mut found: Vec<_> =
            hits.as_array().unwrap().iter().map(|hit| hit["citation"]["document"].as_str().unwrap().to_owned()).collect();
        found.dedup();
        found
    };
    assert_eq!(found(json!({})).await.len(), 2);
    assert_eq!(found(json!({ "collection": archive })).await, [old.as_str()]);
    assert_eq!(found(json!({ "tag": "old" })).await, [old.as_str()]);
    assert_eq!(found(json!({ "tag": "new" })).await, [""; 0]);
    assert_eq!(found(json!({ "before": "2026-11-02T08:00:00Z" })).await, [""; 0]);
    assert_eq!(found(json!({ "language": "de" })).await, [""; 0]);
    assert_eq!(ann.delete(&format!("/api/v1/knowledge/collections/{archive}")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(found(json!({})).await, [current]);
}

#[tokio::test]
async fn questions_that_are_none() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    for address in ["/api/v1/knowledge/search", "/api/v1/knowledge/ask"] {
        for text in ["", " \n ", &"why ".repeat(300), &"x".repeat(900_000), "a\u{0}b"] {
            let answer = ann.post(address, json!({ "text": text })).await;
            assert_eq!(field(&answer), "text", "{}", text.chars().take(20).collect::<String>());
        }
        for question in [
            json!({}),
            json!({ "text": 7 }),
            json!({ "text": "x", "model": "gpt" }),
            json!({ "text": "x", "filter": { "colour": "red" } }),
            json!({ "text": "x", "filter": { "collection": "x" } }),
            json!([]),
        ] {
            assert_eq!(ann.post(address, question.clone()).await.failure(422), "invalid", "{question}");
        }
        // Words of a query language are words.
        for text in ["\" OR 1=1 --", "NEAR(a b)", "a* AND (", "'; DROP TABLE passages; --", "🤷", "\u{202e}abc"] {
            let answer = ann.post(address, json!({ "text": text })).await;
            assert_eq!(answer.status, StatusCode::OK, "{text}: {:?}", answer.body);
        }
    }
}

#[tokio::test]
async fn loading_an_answer_again_is_no_other_use() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = give(&ann, "contract.md", SHEET).await;
    ready(&ann, &id).await;
    let uses = async |ann: &Program| {
        let document = ann.get(&path(&id, "")).await.body["data"].to_string();
        let rows = ann.get(&path(&id, "/uses")).await.body["data"].as_array().unwrap().len();
        let counted = document.split("\"uses\":").nth(1).and_then(|rest| rest.split([',', '}']).next()).unwrap().parse::<usize>().unwrap();
        assert_eq!(rows, counted, "{document}");
        rows
    };
    const QUESTION: &str = "yearly plans renew cancelled";
    for again in [QUESTION, QUESTION, " Yearly  plans renew CANCELLED "] {
        assert_eq!(asked(&ann, again).await.len(), 1);
        assert_eq!(uses(&ann).await, 1, "{again}");
    }
    assert_eq!(asked(&ann, "unused months paid back").await.len(), 1);
    assert_eq!(uses(&ann).await, 2, "another question");
    let bob = server.colleague(&ann, "Bob", "rep").await;
    assert_eq!(asked(&bob, QUESTION).await.len(), 1);
    assert_eq!(uses(&ann).await, 3, "another person");
    server.clock.advance(chrono::TimeDelta::days(1));
    let login = json!({ "email": email("Ann"), "password": PASSWORD });
    let answer = server.program().post("/api/v1/auth/login", login).await;
    let ann = server.program().with_token(answer.body["data"]["access_token"].as_str().unwrap());
    assert_eq!(asked(&ann, QUESTION).await.len(), 1);
    assert_eq!(uses(&ann).await, 4, "another day");
}

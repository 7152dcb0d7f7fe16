//! The OpenAPI document says what the server does.

use reqwest::Method;
use serde_json::Value;

use crate::support::{Program, TestServer};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

pub fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                operations.push((method.to_uppercase().parse().unwrap(), path.clone(), operation.clone()));
            }
        }
    }
    operations
}

#[tokio::test]
async fn every_operation_exists_and_no_other_method_does() {
    let server = TestServer::start().await;
    let program = server.program();
    let document = program.get("/api/v1/openapi.json").await.body;
    assert_eq!(document["openapi"], "3.1.0");
    let operations = operations(&document);
    assert!(operations.len() >= 20, "{}", operations.len());
    let paths: std::collections::BTreeSet<_> = operations.iter().map(|(_, path, _)| path.clone()).collect();
    for path in paths {
        let filled = path.replace("{id}", "01931c1e-0000-7000-8000-000000000000").replace("{number}", "1");
        for method in METHODS {
            let method: Method = method.to_uppercase().parse().unwrap();
            let documented = operations.iter().any(|(its, of, _)| *its == method && *of == path);
            let answer = program.send(program.request(method.clone(), &filled)).await;
            assert_eq!(answer.status != 405, documented, "{method} {path} answers {}", answer.status);
            assert!(answer.status.is_client_error(), "{method} {path} without token and body answers {}", answer.status);
            answer.failure(answer.status.as_u16());
        }
    }
}

#[tokio::test]
async fn every_operation_is_described() {
    let server = TestServer::start().await;
    let document = server.program().get("/api/v1/openapi.json").await.body;
    let tags: Vec<_> = document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect();
    let mut ids = std::collections::BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{name} has the id of another operation");
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{name} has no summary");
        assert!(operation["tags"].as_array().is_some_and(|its| its.iter().all(|tag| tags.contains(tag))), "{name} has no known tag");
        let security = operation["security"].as_array().unwrap_or_else(|| panic!("{name} says nothing of security"));
        let responses = operation["responses"].as_object().unwrap();
        let open = security.iter().any(|one| one.as_object().unwrap().is_empty());
        assert!(open || responses.contains_key("401"), "{name} needs a token but knows no 401");
        assert!(!path.contains('{') || responses.contains_key("404") || path.ends_with("/stream"), "{name} has an id but knows no 404");
        for (status, response) in responses.iter().filter(|(status, _)| status.starts_with('4')) {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Failure", "{name} {status}");
        }
        assert!(operation["requestBody"].is_null() || responses.contains_key("422"), "{name} takes a body but knows no 422");
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let server = TestServer::start().await;
    let document = server.program().get("/api/v1/openapi.json").await.body;
    let text = document.to_string();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for reference in text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(schemas.contains_key(reference), "{reference} is no schema");
    }
}

#[tokio::test]
async fn the_reader_shows_every_operation_and_loads_nothing_from_elsewhere() {
    let server = TestServer::start().await;
    let document = server.program().get("/api/v1/openapi.json").await.body;
    let page = server.browser().text("/api/docs").await;
    for (_, path, operation) in operations(&document) {
        assert!(page.contains(&path) && page.contains(operation["summary"].as_str().unwrap()), "{path}");
    }
    assert!(!page.contains("<script") && !page.contains("https://"), "the reader is made here");
}

/// The names of the document's schemas that are lists of texts, with the texts.
fn lists_of_texts(document: &Value) -> Vec<(String, Vec<String>)> {
    let mut lists = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if let Some(values) = schema["enum"].as_array() {
            lists.push((name.clone(), values.iter().map(|value| value.as_str().unwrap().to_owned()).collect()));
        }
    }
    lists
}

/// What serde makes of all values of an enum.
fn spelled<T: serde::Serialize>(all: &[T]) -> Vec<String> {
    all.iter().map(|value| serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_enum_has_the_values_that_are_taken_and_given() {
    let server = TestServer::start().await;
    let document = server.program().get("/api/v1/openapi.json").await.body;
    macro_rules! spelled_as {
        ($name:expr, $($kind:ident)+) => {
            match $name { $(stringify!($kind) => spelled(model::$kind::ALL),)+ other => panic!("{other} is not known to this test") }
        };
    }
    let lists = lists_of_texts(&document);
    assert!(lists.len() >= 15, "{lists:?}");
    for (name, values) in &lists {
        let right = spelled_as!(
            name.as_str(), BindingKind CallKind CallSource CallState Channel Code CollectionAccess ConsentMethod CueKind CueState
            DocumentSource DocumentState PlaceKind RecognizerKind Role SearchMode TranscriptJob Verbosity WebsiteState
        );
        assert_eq!(*values, right, "{name}");
    }
    for known in ["ready", "topic", "everybody", "admins", "hybrid"] {
        assert!(lists.iter().any(|(_, values)| values.iter().any(|value| value == known)), "{known}");
    }
    // Nowhere else either: what is written out in place has no name.
    let text = document.to_string();
    for list in text.split("\"enum\":[").skip(1).map(|rest| rest.split(']').next().unwrap()) {
        let values: Vec<String> = serde_json::from_str(&format!("[{list}]")).unwrap();
        assert!(values.iter().all(|value| !value.starts_with(char::is_uppercase)), "{values:?}");
    }
}

#[tokio::test]
async fn a_limit_that_is_none_counts_as_the_nearest_one() {
    let server = TestServer::start().await;
    let ann: Program = server.owner("Ann").await;
    for title in ["One", "Two"] {
        let given =
            ann.post("/api/v1/knowledge/documents", serde_json::json!({ "title": title, "text": format!("{title} is a text.") })).await;
        assert_eq!(given.status, 201, "{:?}", given.body);
    }
    for (limit, items) in [("0", 1), ("1", 1), ("1000", 2)] {
        let page = ann.get(&format!("/api/v1/knowledge/documents?limit={limit}")).await;
        assert_eq!((page.status.as_u16(), page.body["data"].as_array().unwrap().len()), (200, items), "{limit}");
    }
}

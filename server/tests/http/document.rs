//! The OpenAPI document says what the server does.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::operations::{METHODS, Operation, make, operations};
use crate::support::{Answer, Program, TestServer};

const NOBODY: &str = "01931c1e-0000-7000-8000-000000000000";

#[tokio::test]
async fn every_operation_exists_and_no_other_method_does() {
    let server = TestServer::start().await;
    let program = server.program();
    let document = program.get("/api/v1/openapi.json").await.body;
    assert_eq!(document["openapi"], "3.1.0");
    let operations = operations(&document);
    assert!(operations.len() >= 20, "{}", operations.len());
    let paths: BTreeSet<_> = operations.iter().map(|operation| operation.path.clone()).collect();
    for path in paths {
        let filled = path.replace("{id}", NOBODY).replace("{number}", "1");
        for method in METHODS {
            let method: Method = method.to_uppercase().parse().unwrap();
            let documented = operations.iter().any(|operation| operation.method == method && operation.path == path);
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
    let mut ids = BTreeSet::new();
    for operation in operations(&document) {
        let (name, says) = (operation.name(), &operation.says);
        assert!(ids.insert(says["operationId"].as_str().unwrap().to_owned()), "{name} has the id of another operation");
        assert!(says["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{name} has no summary");
        assert!(
            says["tags"].as_array().is_some_and(|its| !its.is_empty() && its.iter().all(|tag| tags.contains(tag))),
            "{name} has no known tag"
        );
        let responses = says["responses"].as_object().unwrap();
        assert!(operation.is_open() || responses.contains_key("401"), "{name} needs a token but knows no 401");
        assert!(!operation.path.contains('{') || responses.contains_key("404"), "{name} has an id but knows no 404");
        for (status, response) in responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])) {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Failure", "{name} {status}");
        }
        assert!(says["requestBody"].is_null() || responses.contains_key("422"), "{name} takes a body but knows no 422");
    }
}

/// Whoever changes the interface sees what of it changed: `INSTA_UPDATE=always cargo test -p server --test http` writes it anew.
#[tokio::test]
async fn the_whole_document_is_as_it_was_last_reviewed() {
    let document = serde_json::to_value(server::api::document()).unwrap();
    let served = TestServer::start().await.program().get("/api/v1/openapi.json").await.body;
    assert!(document == served, "what is served is another one");
    insta::assert_snapshot!("openapi", serde_json::to_string_pretty(&document).unwrap());
}

/// Asks an operation in every way that it may be asked wrongly, and once rightly.
async fn ask(server: &TestServer, owner: &Program, guest: &Program, operation: &Operation) -> Vec<(&'static str, Answer)> {
    let id = match operation.kind_of_id() {
        Some(kind) => make(server, owner, kind, "Something of ours").await,
        None => String::new(),
    };
    let mut answers = Vec::new();
    let stranger = server.program();
    let mut requests = vec![
        ("without a token", operation.request(server, &stranger, &id)),
        ("with a token that is none", operation.request(server, &stranger.with_token("none"), &id)),
        ("as a guest", operation.request(server, guest, &id)),
        ("from another site's page", operation.request(server, owner, &id).header("origin", "https://evil.example")),
    ];
    if !id.is_empty() {
        requests.push(("with an unknown id", operation.request(server, owner, NOBODY)));
        requests.push(("with an id that is none", operation.request(server, owner, "null,null")));
    }
    if operation.path.contains("{version}") {
        requests.push(("with an unknown version", operation.request(server, owner, "4711")));
        requests.push(("with a version that is none", operation.request(server, owner, NOBODY)));
    }
    if operation.path.contains("{key}") {
        requests.push(("with an unknown key", operation.request(server, owner, NOBODY)));
    }
    let plain = || owner.request(operation.method.clone(), &operation.address(&id));
    let many = |parameter: &Value| parameter["in"] == "query";
    if operation.says["parameters"].as_array().is_some_and(|parameters| parameters.iter().any(many)) {
        for query in ["limit=many", "cursor=z%00", "state=asleep", "channel=AAA", "version=x", "format=x", "member=x", "collection=x"] {
            requests.push((
                "with a query that does not fit",
                owner.request(
                    operation.method.clone(),
                    &format!("{}?{query}", operation.address(&id).split('?').next().unwrap_or_default()),
                ),
            ));
        }
    }
    if operation.body(server).is_some() {
        let json = |body: String| plain().header("content-type", "application/json").body(body);
        requests.push(("with JSON that is none", json("{".to_owned())));
        requests.push(("with other JSON", json("{\"unheard_of\": true}".to_owned())));
        requests.push(("with a list", json("[null, null]".to_owned())));
        requests.push(("with too much", json(format!("{{\"x\": \"{}\"}}", "x".repeat(1 << 20)))));
    }
    if !operation.says["requestBody"].is_null() {
        requests.push(("with another kind of body", plain().header("content-type", "text/csv").header("upload-offset", "0").body("a,b")));
        requests.push(("with a broken form", plain().header("content-type", "multipart/form-data").body("--x")));
    }
    requests.push(("rightly", operation.request(server, owner, &id)));
    requests.push(("once more", operation.request(server, owner, &id)));
    for (how, request) in requests {
        answers.push((how, owner.send(request).await));
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_every_operation_is_documented_and_every_failure_that_follows_from_what_it_is_occurs() {
    let server = TestServer::start().await;
    let document = server.program().get("/api/v1/openapi.json").await.body;
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for (number, operation) in operations(&document).iter().enumerate() {
        // Each has an organization of its own: what is deleted is missed by nobody, and nobody asks too often.
        let owner = server.owner(&format!("Ann{number}")).await;
        let guest = server.colleague(&owner, &format!("Gus{number}"), "guest").await;
        let responses = operation.says["responses"].as_object().unwrap();
        let mut met: BTreeMap<u16, &str> = BTreeMap::new();
        for (how, answer) in ask(&server, &owner, &guest, operation).await {
            let status = answer.status.as_u16();
            if answer.status.is_client_error() && !answer.body.is_null() {
                answer.failure(status);
            }
            if !responses.contains_key(&status.to_string()) {
                wrong.push(format!("{} {how}: {status} is not documented: {}", operation.name(), answer.body));
            }
            met.insert(status, how);
            asked += 1;
        }
        let mut expected = vec![401];
        expected.extend(operation.path.contains('{').then_some(404));
        expected.extend((operation.method != Method::GET).then_some(403));
        expected.extend((!operation.says["requestBody"].is_null()).then_some(415));
        expected.extend(operation.body(&server).is_some().then_some([400, 422]).into_iter().flatten());
        let one_mib = responses.get("413").is_some_and(|response| response["description"].as_str().unwrap().contains(" 1 MiB"));
        expected.extend((one_mib && operation.body(&server).is_some()).then_some(413));
        wrong.extend(
            expected
                .iter()
                .filter(|status| !met.contains_key(status))
                .map(|status| format!("{}: {status} never came, but {met:?}", operation.name())),
        );
        if !met.keys().any(|status| *status < 400) && !never_right(operation) {
            wrong.push(format!("{}: it was never right: {met:?}", operation.name()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 500, "{asked}");
}

/// What can't be right for somebody who has just come: there is nothing yet to be confirmed, heard, locked, failed, finished, visited again.
fn never_right(operation: &Operation) -> bool {
    matches!(
        operation.path.as_str().trim_start_matches("/api/v1/"),
        "auth/confirm"
            | "auth/login"
            | "auth/refresh"
            | "calls/{id}/end"
            | "calls/{id}/transcript/{number}"
            | "calls/{id}/cues/{number}"
            | "calls/{id}/recording"
            | "calls/{id}/stream"
            | "calls/{id}/waveform"
            | "knowledge/documents/{id}/password"
            | "knowledge/documents/{id}/retry"
            | "knowledge/documents/{id}/accept"
            | "knowledge/uploads/{id}/finish"
            | "knowledge/websites/{id}/visit"
    )
}

/// What is as long as this, and no password that anybody guesses.
fn long(length: u64) -> String {
    let next = |seed: &u32| Some(seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    std::iter::successors(Some(7), next).map(|seed| char::from(b'a' + (seed >> 24) as u8 % 26)).take(length as usize).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_as_long_as_the_document_says() {
    let server = TestServer::start().await;
    let document = server.program().get("/api/v1/openapi.json").await.body;
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (number, operation) in operations(&document).iter().enumerate() {
        let (Some(schema), Some(good)) = (operation.schema(&document), operation.body(&server)) else { continue };
        let owner = server.owner(&format!("Ann{number}")).await;
        let id = match operation.kind_of_id() {
            Some(kind) => make(&server, &owner, kind, "Something of ours").await,
            None => String::new(),
        };
        for (name, says) in schema["properties"].as_object().unwrap() {
            let (least, most) = (says["minLength"].as_u64(), says["maxLength"].as_u64());
            let has_line = says["pattern"].as_str().is_some_and(|pattern| pattern.starts_with("^[^"));
            let mut tries: Vec<(String, bool)> = Vec::new();
            tries.extend(most.map(|most| (long(most + 1), false)));
            tries.extend(least.filter(|least| *least > 0).map(|least| (long(least - 1), false)));
            tries.extend(has_line.then(|| ("a\u{7}b".to_owned(), false)));
            tries.extend((has_line && least > Some(0)).then(|| ("   ".to_owned(), false)));
            tries.extend(most.filter(|_| has_line || says["format"] == "password").map(|most| (long(most), true)));
            for (text, fits) in tries {
                let mut body = good.clone();
                body[name] = json!(text);
                let answer = owner.send(owner.request(operation.method.clone(), &operation.address(&id)).json(&body)).await;
                // Whoever may not now, whatever the text is, isn't told about the text.
                let not_now = answer.status == StatusCode::CONFLICT && operation.path.ends_with("/transcript/{number}");
                if !not_now && (answer.status == StatusCode::UNPROCESSABLE_ENTITY) == fits {
                    let text: String = text.chars().take(12).collect();
                    wrong.push(format!("{} {name}: {text:?}… of {} {}: {}", operation.name(), says, answer.status, answer.body));
                }
                tried += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 60, "{tried}");
}

#[tokio::test]
async fn any_whole_number_is_a_limit() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let document = ann.get("/api/v1/openapi.json").await.body;
    let limited = |operation: &Operation| operation.says["parameters"].to_string().contains("\"limit\"");
    let lists: Vec<_> = operations(&document).into_iter().filter(limited).collect();
    assert!(lists.len() >= 4, "{}", lists.len());
    for operation in lists {
        let id = match operation.kind_of_id() {
            Some(kind) => make(&server, &ann, kind, &format!("For {}", operation.path)).await,
            None => String::new(),
        };
        let parameters = operation.says["parameters"].as_array().unwrap();
        let limit = parameters.iter().find(|parameter| parameter["name"] == "limit").unwrap();
        assert_eq!(limit["schema"], json!({ "type": "integer", "minimum": 0, "default": 25 }), "{}", operation.name());
        for number in ["2147483647", "2147483648", "9223372036854775808", "99999999999999999999999999"] {
            let page = ann.get(&format!("{}?limit={number}", operation.address(&id))).await;
            assert_eq!(
                (page.status.as_u16(), &page.body["meta"]["limit"]),
                (200, &json!(100)),
                "{} {number}: {}",
                operation.name(),
                page.body
            );
        }
        for none in ["-1", "1.5", "many", "", "0x10", "%2B1"] {
            assert_eq!(ann.get(&format!("{}?limit={none}", operation.address(&id))).await.failure(422), "invalid", "{none}");
        }
        for unknown in ["limits=1", "limit=1&limit=2", "cursor=1&cursor=2", "search=a&search=b&limit=1"] {
            assert_eq!(ann.get(&format!("{}?{unknown}", operation.address(&id))).await.failure(422), "invalid", "{unknown}");
        }
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
    for Operation { path, says, .. } in operations(&document) {
        assert!(page.contains(&path) && page.contains(says["summary"].as_str().unwrap()), "{path}");
    }
    assert!(!page.contains("<script") && !page.contains("https://"), "the reader is made here");
    assert!(page.contains("<a href=\"/\">"), "there is a way back");
    let look = page.split("href=\"").find(|part| part.starts_with("/assets/")).and_then(|part| part.split('"').next()).unwrap();
    assert_eq!(server.browser().page(look).await.status(), 200, "it looks as the site does");
    let dark = server.browser().http.get(server.url("/api/docs")).header("cookie", "theme=dark").send().await.unwrap();
    assert!(dark.text().await.unwrap().contains("data-theme=\"dark\""), "in the colours that were chosen there");
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
            DocumentSource DocumentState Detector Gate Negation PlaceKind Role SearchMode Speaker StepName TokenScope TranscriptJob Verbosity WebsiteState
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

//! Who may do what: everybody reads and asks, admins and owners change, guests and strangers see nothing.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::form::{DOCUMENTS, Form, asked, give, given, listed, path, ready, send};
use crate::support::{Answer, Program, TestServer};

/// What one organization has.
struct TestApp {
    document: String,
    collection: String,
    upload: String,
    website: String,
}

impl TestApp {
    async fn of(program: &Program) -> Self {
        let id = |answer: Answer| {
            assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
            answer.body["data"]["id"].as_str().unwrap().to_owned()
        };
        let document = give(program, "secret.txt", "The secret word is Rumpelstiltskin.").await;
        ready(program, &document).await;
        let collections = "/api/v1/knowledge/collections";
        Self {
            document,
            collection: id(program.post(collections, json!({ "name": "Secret", "access": "everybody" })).await),
            upload: id(program.post("/api/v1/knowledge/uploads", json!({ "file_name": "secret.txt", "bytes": 3 })).await),
            website: id(program.post("/api/v1/knowledge/websites", json!({ "start": "http://localhost:9999/", "max_pages": 1 })).await),
        }
    }

    fn fill(&self, path: &str) -> String {
        let kind = path.trim_start_matches("/api/v1/knowledge/").split('/').next().unwrap();
        let id = match kind {
            "documents" => &self.document,
            "collections" => &self.collection,
            "uploads" => &self.upload,
            _ => &self.website,
        };
        path.replace("{id}", id)
    }
}

/// Every operation of the area: its method, its path, and whether it only reads.
async fn operations(program: &Program) -> Vec<(Method, String, bool)> {
    let document = program.get("/api/v1/openapi.json").await.body;
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with("/api/v1/knowledge/")) {
        for method in ["get", "post", "patch", "delete"].into_iter().filter(|method| item.get(method).is_some()) {
            // One's own uploads are for those who may begin one.
            let reads = (method == "get" || path.ends_with("/search") || path.ends_with("/ask")) && !path.contains("/uploads");
            operations.push((method.to_uppercase().parse().unwrap(), path.clone(), reads));
        }
    }
    operations
}

/// Sends what an owner's request would be.
async fn ask(program: &Program, method: &Method, template: &str, path: &str) -> Answer {
    let request = program.request(method.clone(), path);
    let json = |body: Value| program.request(method.clone(), path).json(&body);
    let name = template.trim_start_matches("/api/v1/knowledge/");
    let request = match (method.as_str(), name) {
        ("POST", "documents" | "documents/{id}/versions") => {
            request.header("content-type", Form::kind()).body(Form::default().file("a.txt", b"Some other words stand here.").bytes())
        }
        ("PATCH", "uploads/{id}") => request.header("content-type", "application/octet-stream").header("upload-offset", "0").body("abc"),
        ("POST", "uploads") => json(json!({ "file_name": "a.txt", "bytes": 3 })),
        ("POST", "uploads/{id}/finish") => json(json!({})),
        ("POST", "search" | "ask") => json(json!({ "text": "secret word" })),
        ("POST", "collections") => json(json!({ "name": "Another", "access": "everybody" })),
        ("PATCH", "collections/{id}") => json(json!({ "name": "Changed", "access": "everybody" })),
        ("POST", "websites") => json(json!({ "start": "https://example.com/", "max_pages": 1 })),
        ("PATCH", "documents/{id}") => json(json!({ "title": "Changed" })),
        ("POST", "documents/{id}/password") => json(json!({ "password": "x" })),
        _ => request,
    };
    program.send(request).await
}

#[tokio::test]
async fn everybody_reads_and_asks_and_only_admins_change() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let house = TestApp::of(&ann).await;
    let operations = operations(&ann).await;
    assert!(operations.len() >= 28, "{}", operations.len());
    for (name, role) in [("Gus", "guest"), ("Rob", "rep"), ("Mia", "manager")] {
        let person = server.colleague(&ann, name, role).await;
        for (method, template, reads) in &operations {
            let answer = ask(&person, method, template, &house.fill(template)).await;
            if *reads && role != "guest" {
                assert_eq!(answer.status, StatusCode::OK, "{role}: {method} {template}: {:?}", answer.body);
            } else {
                assert_eq!(answer.failure(403), "forbidden", "{role}: {method} {template}");
            }
        }
    }
    let rob = server.colleague(&ann, "Rita", "rep").await;
    let overview = rob.get("/api/v1/knowledge/overview").await.body["data"].clone();
    assert_eq!((&overview["may_edit"], &overview["uploads"], &overview["websites"]), (&json!(false), &json!([]), &json!([])));
    assert_eq!(asked(&rob, "secret word").await, ["The secret word is Rumpelstiltskin."]);
    let adam = server.colleague(&ann, "Adam", "admin").await;
    assert_eq!(adam.get("/api/v1/knowledge/overview").await.body["data"]["may_edit"], true);
    let upload = format!("/api/v1/knowledge/uploads/{}", house.upload);
    assert_eq!(adam.get(&upload).await.failure(404), "not_found", "an upload is its beginner's");
    assert_eq!(adam.delete(&path(&house.document, "")).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_stranger_finds_nothing_under_any_id() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let house = TestApp::of(&ann).await;
    let eve = server.owner("Eve").await;
    let mut asked_for = 0;
    for (method, template, _) in operations(&eve).await.into_iter().filter(|(_, path, _)| path.contains("{id}")) {
        let answer = ask(&eve, &method, &template, &house.fill(&template)).await;
        assert_eq!(answer.failure(404), "not_found", "{method} {template}");
        assert!(!answer.body.to_string().contains("ecret"));
        asked_for += 1;
    }
    assert!(asked_for >= 18, "{asked_for} operations with an id were asked");
    for name in ["collection", "replaces"] {
        let id = if name == "collection" { &house.collection } else { &house.document };
        let form = Form::default().field(name, id).file("a.txt", b"Words of a stranger.");
        assert_eq!(send(&eve, DOCUMENTS, form).await.failure(404), "not_found", "{name}");
        let upload = json!({ "file_name": "a.txt", "bytes": 1, name: id });
        assert_eq!(eve.post("/api/v1/knowledge/uploads", upload).await.failure(404), "not_found", "{name}");
    }
    let in_hers = json!({ "text": "secret word", "filter": { "collection": house.collection } });
    assert_eq!(eve.post("/api/v1/knowledge/search", in_hers).await.body["data"]["hits"], json!([]));
    assert!(asked(&eve, "secret word").await.is_empty());
    assert!(listed(&eve, "").await.is_empty());
    let overview = eve.get("/api/v1/knowledge/overview").await.body["data"].clone();
    assert_eq!((&overview["collections"], &overview["size"]["documents"]), (&json!([]), &json!(0)));
    // The same file in two organizations is two documents.
    let own = give(&eve, "secret.txt", "The secret word is Rumpelstiltskin.").await;
    assert_ne!(own, house.document);
    assert_eq!(ann.get(&path(&house.document, "")).await.status, StatusCode::OK, "and nothing was changed");
    assert_eq!(asked(&ann, "secret word").await, ["The secret word is Rumpelstiltskin."]);
}

#[tokio::test]
async fn a_collection_of_the_admins_is_nobody_elses() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let made = ann.post("/api/v1/knowledge/collections", json!({ "name": "Board", "access": "admins" })).await;
    let board = made.body["data"]["id"].as_str().unwrap().to_owned();
    let form = Form::default().field("collection", &board).field("tags", "merger").file("plan.txt", b"We will buy Initech for 40 million.");
    let document = given(&send(&ann, DOCUMENTS, form).await);
    ready(&ann, &document).await;
    let rob = server.colleague(&ann, "Rob", "rep").await;
    for rest in ["", "/passages", "/uses", "/file"] {
        assert_eq!(rob.get(&path(&document, rest)).await.failure(404), "not_found", "{rest}");
    }
    assert!(listed(&rob, "").await.is_empty() && asked(&rob, "buy Initech").await.is_empty());
    let overview = rob.get("/api/v1/knowledge/overview").await.body["data"].clone();
    assert_eq!(overview["collections"], json!([]));
    assert!(!overview.to_string().contains("Board") && !overview.to_string().contains("merger"), "not even by a tag: {overview:?}");
    assert_eq!(asked(&ann, "buy Initech").await, ["We will buy Initech for 40 million."]);
    let opened = ann.patch(&format!("/api/v1/knowledge/collections/{board}"), json!({ "name": "Board", "access": "everybody" })).await;
    assert_eq!(opened.status, StatusCode::OK);
    assert_eq!(asked(&rob, "buy Initech").await, ["We will buy Initech for 40 million."]);
}

//! The operations of the OpenAPI document, and requests that fit them: what is asked of every one of them is asked of those that
//! come later, too.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::failed_jobs::{fail, organization_of};
use crate::support::{Program, TestServer};

pub const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const BOUNDARY: &str = "a-boundary-of-the-tests";

/// One of them.
pub struct Operation {
    pub method: Method,
    pub path: String,
    /// What the document says of it.
    pub says: Value,
}

/// All of them.
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let method = method.to_uppercase().parse().unwrap();
                operations.push(Operation { method, path: path.clone(), says: operation.clone() });
            }
        }
    }
    operations
}

impl Operation {
    /// For sentences.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether it needs nobody to be signed in.
    pub fn is_open(&self) -> bool {
        let security = self.says["security"].as_array().unwrap_or_else(|| panic!("{} says nothing of security", self.name()));
        security.iter().any(|one| one.as_object().unwrap().is_empty())
    }

    /// The schema that the `{id}` of its path has, such as `CallId`.
    pub fn kind_of_id(&self) -> Option<&str> {
        let parameters = self.says["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let id = parameters.iter().find(|one| one["in"] == "path" && one["name"] == "id");
        assert_eq!(id.is_some(), self.path.contains("{id}"), "{}", self.name());
        Some(named(&id?["schema"]).unwrap_or_else(|| panic!("the id of {} is of no kind", self.name())))
    }

    /// The parameters of its query that are ids, with what they are.
    pub fn ids_in_query(&self) -> Vec<(&str, &str)> {
        let parameters = self.says["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let ids = parameters.iter().filter(|one| one["in"] == "query");
        ids.filter_map(|one| Some((one["name"].as_str().unwrap(), named(&one["schema"]).filter(|name| name.ends_with("Id"))?))).collect()
    }

    /// What it takes as JSON, if it does.
    pub fn schema<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        let name = named(&self.says["requestBody"]["content"]["application/json"]["schema"])?;
        Some(&document["components"]["schemas"][name])
    }

    /// Its address, with this in the place of the id, and in that of a key if there is one to put.
    pub fn address(&self, id: &str) -> String {
        let key = if id.is_empty() { "calls.live_passages" } else { id };
        let version = if id.is_empty() { "0" } else { id };
        let address = self.path.replace("{id}", id).replace("{number}", "1").replace("{key}", key).replace("{version}", version);
        if self.path.ends_with("/export") { format!("{address}?format=json") } else { address }
    }

    /// A request with a body that the operation takes.
    pub fn request(&self, server: &TestServer, program: &Program, id: &str) -> RequestBuilder {
        let request = program.request(self.method.clone(), &self.address(id));
        if self.says["requestBody"].is_null() {
            return request;
        }
        if let Some(body) = self.body(server) {
            return request.json(&body);
        }
        if self.path.ends_with("/versions") {
            let form = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nNew words\r\n--{BOUNDARY}--\r\n"
            );
            return request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}")).body(form);
        }
        request.header("content-type", "application/octet-stream").header("upload-offset", "0").body("x")
    }

    /// JSON that it takes; none if it takes something else.
    pub fn body(&self, server: &TestServer) -> Option<Value> {
        let login = || json!({ "email": "nobody@example.com", "password": "correct horse battery" });
        Some(match self.name().as_str() {
            "POST /api/v1/auth/register" => {
                json!({ "name": "Zoe", "email": "zoe@example.com", "organization": "Zoe's", "password": "correct horse battery" })
            }
            "POST /api/v1/auth/confirm" => json!({ "token": "none" }),
            "POST /api/v1/auth/login" => login(),
            "POST /api/v1/auth/refresh" | "POST /api/v1/auth/logout" => json!({ "refresh_token": "none" }),
            "POST /api/v1/tokens" => json!({ "name": "Dialer" }),
            "PATCH /api/v1/organization" => json!({ "name": "Renamed" }),
            "POST /api/v1/calls" => call("A call"),
            "PATCH /api/v1/calls/{id}" => json!({ "title": "Changed", "consent_who": "Bo", "consent_how": "spoken" }),
            "PATCH /api/v1/calls/{id}/transcript/{number}" => json!({ "text": "changed" }),
            "PATCH /api/v1/calls/{id}/cues/{number}" => json!({ "state": "kept" }),
            "POST /api/v1/knowledge/documents" => json!({ "title": "A text", "text": "Some words of it." }),
            "PATCH /api/v1/knowledge/documents/{id}" => json!({ "title": "Changed" }),
            "POST /api/v1/knowledge/documents/{id}/password" => json!({ "password": "open sesame" }),
            "POST /api/v1/knowledge/uploads" => json!({ "file_name": "a.txt", "bytes": 1 }),
            "POST /api/v1/knowledge/uploads/{id}/finish" => json!({ "tags": [] }),
            "POST /api/v1/knowledge/search" | "POST /api/v1/knowledge/ask" => json!({ "text": "What does it cost?" }),
            "POST /api/v1/knowledge/collections" => json!({ "name": "A collection", "access": "everybody" }),
            "PATCH /api/v1/knowledge/collections/{id}" => json!({ "name": "Changed", "access": "everybody" }),
            "POST /api/v1/playbooks" => super::playbooks::playbook(0, "A playbook"),
            "POST /api/v1/operations/jobs/retry" => json!({ "kind": "test.fails" }),
            "PUT /api/v1/operations/flags/{key}" => json!({ "share": 50 }),
            "POST /api/v1/knowledge/websites" => website(server, "/docs/"),
            name => {
                assert!(self.says["requestBody"]["content"]["application/json"].is_null(), "no body is known for {name}: give one here");
                return None;
            }
        })
    }
}

/// A call that can be set up.
pub fn call(title: &str) -> Value {
    json!({
        "title": title, "contact_name": "", "company": "", "kind": "discovery", "language": "en-US", "vocabulary": "",
        "recognizer": "none", "verbosity": "normal", "consent_who": "Bo", "consent_how": "spoken"
    })
}

/// A website that is never fetched: its name leads to this computer.
fn website(server: &TestServer, path: &str) -> Value {
    json!({ "start": format!("http://localhost:{}{path}", server.address.port()), "max_pages": 1 })
}

/// The name of a schema that is referred to; of one that may also be null, too.
pub fn named(schema: &Value) -> Option<&str> {
    let direct = schema["$ref"].as_str();
    let either = || schema["oneOf"].as_array()?.iter().find_map(|one| one["$ref"].as_str());
    direct.or_else(either)?.rsplit('/').next()
}

/// Makes one of somebody's own; its id. `words` stand in it wherever it has words.
pub async fn make(server: &TestServer, program: &Program, kind: &str, words: &str) -> String {
    let (path, body, id) = match kind {
        "CallId" => ("/api/v1/calls", call(words), "id"),
        "DocumentId" => ("/api/v1/knowledge/documents", json!({ "title": words, "text": format!("{words} and more.") }), "document"),
        "CollectionId" => ("/api/v1/knowledge/collections", json!({ "name": words, "access": "everybody" }), "id"),
        "UploadId" => ("/api/v1/knowledge/uploads", json!({ "file_name": format!("{words}.txt"), "bytes": 1 }), "id"),
        "WebsiteId" => ("/api/v1/knowledge/websites", website(server, &format!("/{}/", words.replace(' ', "-"))), "id"),
        "ApiTokenId" => {
            let made = program.post("/api/v1/tokens", json!({ "name": words })).await;
            return text(&made.body["data"]["token"]["id"]);
        }
        "JobId" => {
            let organization = organization_of(program).await;
            return fail(&server.services, organization, "test.fails", words).await;
        }
        "MemberId" => return text(&program.get("/api/v1/auth/me").await.body["data"]["member"]),
        other => panic!("nobody told this test how to make a {other}: tell it here"),
    };
    let made = program.post(path, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{kind}: {:?}", made.body);
    text(&made.body["data"][id])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no id: {value}")).to_owned()
}

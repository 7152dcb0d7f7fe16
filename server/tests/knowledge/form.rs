//! What the tests send, and what they look at again and again.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, Program, TestServer};

/// Where documents are.
pub const DOCUMENTS: &str = "/api/v1/knowledge/documents";

const BOUNDARY: &str = "a-boundary-of-the-tests";

/// A form as HTTP clients write it.
#[derive(Clone, Default)]
pub struct Form(Vec<u8>);

impl Form {
    /// A field.
    pub fn field(self, name: &str, value: &str) -> Self {
        self.part(&format!("form-data; name=\"{name}\""), value.as_bytes())
    }

    /// The file.
    pub fn file(self, name: &str, content: &[u8]) -> Self {
        self.part(&format!("form-data; name=\"file\"; filename=\"{name}\""), content)
    }

    /// Anything, with its `Content-Disposition`.
    pub fn part(mut self, disposition: &str, content: &[u8]) -> Self {
        self.0.extend_from_slice(format!("--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n").as_bytes());
        self.0.extend_from_slice(content);
        self.0.extend_from_slice(b"\r\n");
        self
    }

    /// All its bytes.
    pub fn bytes(mut self) -> Vec<u8> {
        self.0.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.0
    }

    /// Its `Content-Type`.
    pub fn kind() -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }
}

/// Sends a form.
pub async fn send(program: &Program, path: &str, form: Form) -> Answer {
    send_bytes(program, path, form.bytes()).await
}

/// Sends what is declared as a form.
pub async fn send_bytes(program: &Program, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    program.send(program.request(Method::POST, path).header("content-type", Form::kind()).body(body)).await
}

/// Gives a file; the document's id.
pub async fn give(program: &Program, name: &str, content: &str) -> String {
    give_bytes(program, name, content.as_bytes()).await
}

/// The same of any bytes.
pub async fn give_bytes(program: &Program, name: &str, content: &[u8]) -> String {
    given(&send(program, DOCUMENTS, Form::default().file(name, content)).await)
}

/// The id of a document that was taken.
pub fn given(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    assert_eq!(answer.body["data"]["duplicate"], false);
    let id = answer.body["data"]["document"].as_str().unwrap().to_owned();
    assert_eq!(answer.headers["location"], path(&id, ""));
    id
}

/// The address of a document, or of something of it.
pub fn path(id: &str, rest: &str) -> String {
    format!("{DOCUMENTS}/{id}{rest}")
}

/// The document once it goes no further by itself.
pub async fn settled(program: &Program, id: &str) -> Value {
    let begun = Instant::now();
    loop {
        let answer = program.get(&path(id, "")).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        let detail = answer.body["data"].clone();
        if !["waiting", "reading", "indexing"].contains(&detail["document"]["state"].as_str().unwrap()) {
            return detail;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{detail:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The document once it answers.
pub async fn ready(program: &Program, id: &str) -> Value {
    let detail = settled(program, id).await;
    assert_eq!(detail["document"]["state"], "ready", "{detail:?}");
    detail
}

/// Documents on the first page of the list.
pub async fn listed(program: &Program, query: &str) -> Vec<Value> {
    let answer = program.get(&format!("{DOCUMENTS}?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {:?}", answer.body);
    answer.body["data"].as_array().unwrap().clone()
}

/// The field that an answer complains about.
pub fn field(answer: &Answer) -> String {
    assert_eq!(answer.failure(422), "invalid");
    answer.body["error"]["details"]["field"].as_str().unwrap_or_default().to_owned()
}

/// All files that the server keeps: documents and halves of them.
pub fn kept(server: &TestServer) -> Vec<PathBuf> {
    walk(&server.data().join("files"))
}

/// Waits until nothing is kept any more.
pub async fn nothing_kept(server: &TestServer) {
    server.undo_is_over(|| kept(server).is_empty()).await;
}

/// The sentences of an answer. Of few documents, words that they have are asked for: among so little every other word weighs much.
pub async fn asked(program: &Program, question: &str) -> Vec<String> {
    let answer = program.post("/api/v1/knowledge/ask", json!({ "text": question })).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    answer.body["data"]["lines"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap().to_owned()).collect()
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    // What goes away while it is looked at was no file that is kept.
    entries.flatten().map(|entry| entry.path()).flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

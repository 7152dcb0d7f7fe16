//! Uploads that break off, come twice at once, or are deleted while they are read.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::form::{DOCUMENTS, Form, given, kept, listed, nothing_kept, path, send};
use crate::support::{Program, TestServer};

/// Begins a request whose body has `length` bytes, and sends only these.
async fn begin(server: &TestServer, program: &Program, head: &str, length: usize, body: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let token = program.token.as_ref().unwrap();
    let head = format!("{head}\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-length: {length}\r\n\r\n", server.address);
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(body).await.unwrap();
    socket
}

#[tokio::test]
async fn a_file_that_breaks_off_is_not_kept() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let form = Form::default().file("large.txt", &vec![b'x'; 2_000_000]).bytes();
    let head = format!("POST {DOCUMENTS} HTTP/1.1\r\ncontent-type: {}", Form::kind());
    let socket = begin(&server, &ann, &head, form.len(), &form[..1_000_000]).await;
    let begun = Instant::now();
    while kept(&server).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(30), "its beginning is on disk");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(socket);
    nothing_kept(&server).await;
    assert!(listed(&ann, "").await.is_empty());
    assert_eq!(ann.get("/api/v1/knowledge/overview").await.body["data"]["uploads"], json!([]));
}

#[tokio::test]
async fn a_piece_that_breaks_off_is_sent_again() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let begun = ann.post("/api/v1/knowledge/uploads", json!({ "file_name": "a.txt", "bytes": 2_000_000 })).await;
    let place = begun.headers["location"].to_str().unwrap().to_owned();
    let head = format!("PATCH {place} HTTP/1.1\r\ncontent-type: application/octet-stream\r\nupload-offset: 0");
    let socket = begin(&server, &ann, &head, 1_000_000, &[b'x'; 400_000]).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(socket);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let standing = ann.get(&place).await;
    assert_eq!((&standing.headers["upload-offset"], &standing.body["data"]["received"]), (&"0".parse().unwrap(), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_files_alike_at_once_one_is_a_duplicate() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let content = "The warranty lasts five years. ".repeat(20_000);
    let mut sending = tokio::task::JoinSet::new();
    for number in 0..4 {
        let (ann, form) = (ann.clone(), Form::default().file(&format!("warranty {number}.txt"), content.as_bytes()));
        sending.spawn(async move { send(&ann, DOCUMENTS, form).await });
    }
    let answers = sending.join_all().await;
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == StatusCode::CREATED).collect();
    assert_eq!(made.len(), 1, "{answers:?}");
    let document = &made[0].body["data"]["document"];
    for answer in answers.iter().filter(|answer| answer.status != StatusCode::CREATED) {
        assert_eq!((answer.status, &answer.body["data"]), (StatusCode::OK, &json!({ "document": document, "duplicate": true })));
    }
    assert_eq!(listed(&ann, "").await.len(), 1);
    let stored = kept(&server).into_iter().filter(|file| !file.components().any(|part| part.as_os_str() == "reading")).count();
    assert_eq!(stored, 1, "{:?}", kept(&server));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_may_be_deleted_at_any_moment() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    // Deleted as it waits, as it is read and as its passages are stored.
    for wait in [0, 300, 900, 1_300, 1_700] {
        let lines: String =
            (0..3_000).map(|n| format!("# Heading {n} of {wait}\n\nIn case {n} the fee is {} dollars.\n\n", n + wait)).collect();
        let id = given(&send(&ann, DOCUMENTS, Form::default().file("fees.md", lines.as_bytes())).await);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        assert_eq!(ann.delete(&path(&id, "")).await.status, StatusCode::NO_CONTENT, "after {wait} ms");
        assert_eq!(ann.get(&path(&id, "")).await.failure(404), "not_found");
    }
    nothing_kept(&server).await;
    let overview = ann.get("/api/v1/knowledge/overview").await.body["data"]["size"].clone();
    assert_eq!((&overview["documents"], &overview["passages"], &overview["bytes"]), (&json!(0), &json!(0), &json!(0)), "{overview:?}");
    let found = ann.post("/api/v1/knowledge/search", json!({ "text": "fee dollars case" })).await;
    assert_eq!(found.body["data"]["hits"], json!([]), "{:?}", found.body);
}

//! Files in pieces.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::form::{Form, asked, field, given, kept, listed, nothing_kept, ready, send};
use crate::support::{Answer, Program, TestServer};

const UPLOADS: &str = "/api/v1/knowledge/uploads";

async fn begin(program: &Program, name: &str, bytes: usize) -> String {
    let begun = program.post(UPLOADS, json!({ "file_name": name, "bytes": bytes })).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{:?}", begun.body);
    assert_eq!(begun.headers["upload-offset"], "0");
    let place = begun.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(place, format!("{UPLOADS}/{}", begun.body["data"]["id"].as_str().unwrap()));
    place
}

async fn put(program: &Program, place: &str, offset: usize, piece: &[u8]) -> Answer {
    let request = program.request(Method::PATCH, place).header("content-type", "application/octet-stream");
    program.send(request.header("upload-offset", offset.to_string()).body(piece.to_vec())).await
}

async fn finish(program: &Program, place: &str, tags: Value) -> Answer {
    program.post(&format!("{place}/finish"), json!({ "tags": tags })).await
}

#[tokio::test]
async fn a_file_comes_in_pieces_and_goes_on_where_it_stopped() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let content = format!("{}\n\nThe deposit is 450 dollars.\n", "Nothing of interest stands here. ".repeat(100)).into_bytes();
    let place = begin(&ann, "terms.txt", content.len()).await;
    let first = put(&ann, &place, 0, &content[..1_000]).await;
    assert_eq!((first.status, &first.headers["upload-offset"]), (StatusCode::OK, &"1000".parse().unwrap()), "{:?}", first.body);
    assert_eq!(first.headers["upload-length"], content.len().to_string());
    assert_eq!(finish(&ann, &place, json!([])).await.failure(409), "conflict", "bytes are missing");
    // Another page asks where to go on, as somebody who is known by nothing but the id.
    let head = ann.request(Method::HEAD, &place).send().await.unwrap();
    assert_eq!((head.status(), &head.headers()["upload-offset"]), (StatusCode::OK, &"1000".parse().unwrap()));
    assert!(head.bytes().await.unwrap().is_empty());
    let overview = ann.get("/api/v1/knowledge/overview").await.body["data"]["uploads"].clone();
    assert_eq!((&overview[0]["file_name"], &overview[0]["received"]), (&json!("terms.txt"), &json!(1_000)));
    for wrong in [0, 999, 1_001, 1_000_000_000] {
        let answer = put(&ann, &place, wrong, b"xyz").await;
        assert_eq!(answer.failure(409), "conflict", "{wrong}");
        assert_eq!(answer.headers["upload-offset"], "1000");
        assert_eq!(answer.body["error"]["details"]["upload_offset"], 1_000);
        assert!(answer.body["detail"].as_str().unwrap().contains("1000"), "{:?}", answer.body);
    }
    assert_eq!(put(&ann, &place, 1_000, b"").await.status, StatusCode::OK, "a piece of nothing changes nothing");
    assert_eq!(put(&ann, &place, 1_000, &content[1_000..]).await.status, StatusCode::OK);
    assert_eq!(put(&ann, &place, content.len(), b"x").await.failure(413), "too_large", "beyond its end");
    assert_eq!(field(&finish(&ann, &place, json!(["x".repeat(41)])).await), "tags");
    let id = given(&finish(&ann, &place, json!(["Terms"])).await);
    assert_eq!(ready(&ann, &id).await["document"]["tags"], json!(["terms"]));
    assert_eq!(asked(&ann, "deposit dollars").await, ["The deposit is 450 dollars."]);
    for answer in [ann.get(&place).await, put(&ann, &place, 0, b"x").await, finish(&ann, &place, json!([])).await, ann.delete(&place).await]
    {
        assert_eq!(answer.failure(404), "not_found", "it is over");
    }
    let again = begin(&ann, "copy.txt", content.len()).await;
    put(&ann, &again, 0, &content).await;
    let duplicate = finish(&ann, &again, json!([])).await;
    assert_eq!((duplicate.status, &duplicate.body["data"]), (StatusCode::OK, &json!({ "document": id, "duplicate": true })));
    assert_eq!(kept(&server).len(), 1, "{:?}", kept(&server));
}

#[tokio::test]
async fn of_two_that_send_the_same_piece_one_is_told_where_it_stands() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let place = begin(&ann, "a.txt", 2_000_000).await;
    let piece = vec![b'x'; 1_000_000];
    let (one, two) = futures::future::join(put(&ann, &place, 0, &piece), put(&ann, &place, 0, &piece)).await;
    let (taken, told) = if one.status == StatusCode::OK { (one, two) } else { (two, one) };
    assert_eq!((taken.status, &taken.headers["upload-offset"]), (StatusCode::OK, &"1000000".parse().unwrap()));
    assert_eq!((told.failure(409), &told.headers["upload-offset"]), ("conflict", &"1000000".parse().unwrap()));
}

#[tokio::test]
async fn pieces_that_are_none() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let place = begin(&ann, "a.bin", 10_000_000).await;
    let request = || ann.request(Method::PATCH, &place);
    let octets = || request().header("content-type", "application/octet-stream");
    for offset in ["", "-1", "one", "0x10", "99999999999999999999"] {
        assert_eq!(field(&ann.send(octets().header("upload-offset", offset).body("x")).await), "Upload-Offset", "{offset}");
    }
    assert_eq!(field(&ann.send(octets().body("x")).await), "Upload-Offset");
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", "application/octet-stream-of-mine"] {
        let answer = ann.send(request().header("content-type", kind).header("upload-offset", "0").body("x")).await;
        assert_eq!(answer.failure(415), "invalid", "{kind}");
    }
    let large = vec![b'x'; 4 * 1024 * 1024 + 1];
    let answer = put(&ann, &place, 0, &large).await;
    assert_eq!(answer.failure(413), "too_large");
    assert!(answer.body["detail"].as_str().unwrap().contains("4 MB"), "{:?}", answer.body);
    let chunks: Vec<Result<Vec<u8>, std::io::Error>> = large.chunks(60_000).map(|chunk| Ok(chunk.to_vec())).collect();
    let streamed = octets().header("upload-offset", "0").body(reqwest::Body::wrap_stream(futures::stream::iter(chunks)));
    assert_eq!(ann.send(streamed).await.failure(413), "too_large", "without a length, too");
    assert_eq!(ann.get(&place).await.headers["upload-offset"], "0", "nothing of them was taken");
    assert_eq!(put(&ann, &place, 0, &large[1..]).await.headers["upload-offset"], "4194304", "the largest piece fits");
    let nothing = format!("{UPLOADS}/01931c1e-0000-7000-8000-000000000000");
    assert_eq!(put(&ann, &nothing, 0, b"x").await.failure(404), "not_found");
    assert_eq!(put(&ann, &format!("{UPLOADS}/x"), 0, b"x").await.failure(404), "not_found");
}

#[tokio::test]
async fn uploads_that_are_none_and_one_that_is_thrown_away() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    for (name, new) in [
        ("file_name", json!({ "file_name": " ", "bytes": 1 })),
        ("file_name", json!({ "file_name": "a\u{0}b", "bytes": 1 })),
        ("file", json!({ "file_name": "a.txt", "bytes": 0 })),
        ("folder", json!({ "file_name": "a.txt", "bytes": 1, "folder": "a\nb" })),
    ] {
        assert_eq!(field(&ann.post(UPLOADS, new.clone()).await), name, "{new}");
    }
    for new in [json!({ "file_name": "a.txt", "bytes": -1 }), json!({ "bytes": 1 }), json!({ "file_name": "a", "bytes": 1, "type": "x" })] {
        assert_eq!(ann.post(UPLOADS, new.clone()).await.failure(422), "invalid", "{new}");
    }
    let large = ann.post(UPLOADS, json!({ "file_name": "a.txt", "bytes": model::MAX_FILE_BYTES + 1 })).await;
    assert_eq!(large.failure(413), "too_large");
    for name in ["collection", "replaces"] {
        let new = json!({ "file_name": "a.txt", "bytes": 1, name: "01931c1e-0000-7000-8000-000000000000" });
        assert_eq!(ann.post(UPLOADS, new).await.failure(404), "not_found", "{name}");
    }
    let place = begin(&ann, "a.txt", 100).await;
    put(&ann, &place, 0, &[b'x'; 50]).await;
    assert_eq!(kept(&server).len(), 1);
    assert_eq!(ann.delete(&place).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.delete(&place).await.failure(404), "not_found");
    nothing_kept(&server).await;
    assert!(listed(&ann, "").await.is_empty());
}

#[tokio::test]
async fn a_version_may_come_in_pieces_too() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = given(&send(&ann, crate::form::DOCUMENTS, Form::default().file("a.txt", b"The fee is 10 dollars a month.")).await);
    let content = b"The fee is 12 dollars a month.";
    let begun = ann.post(UPLOADS, json!({ "file_name": "b.txt", "bytes": content.len(), "replaces": id })).await;
    assert_eq!(begun.body["data"]["replaces"], id);
    let place = begun.headers["location"].to_str().unwrap().to_owned();
    put(&ann, &place, 0, content).await;
    assert_eq!(given(&finish(&ann, &place, json!([])).await), id);
    assert_eq!(ready(&ann, &id).await["document"]["version"], 2);
    assert_eq!(asked(&ann, "fee dollars month").await, ["The fee is 12 dollars a month."]);
}

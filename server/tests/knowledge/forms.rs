//! Forms that are none, names that are none, files that are too large. Nothing of them is kept.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::form::{DOCUMENTS, Form, field, given, kept, listed, nothing_kept, path, send, send_bytes};
use crate::support::TestServer;

const NOBODY: &str = "01931c1e-0000-7000-8000-000000000000";

#[tokio::test]
async fn forms_that_do_not_fit_say_what_is_wrong() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let form = Form::default;
    for (form, name, words) in [
        (form(), "file", "no file"),
        (form().field("tags", "a"), "file", "no file"),
        (form().file("a.md", b""), "file", "empty"),
        (form().file("", b"x"), "file_name", "missing"),
        (form().file("a.md", b"one").file("b.md", b"two"), "file", "two files"),
        (form().file("a.md", b"one").field("tags", "late"), "tags", "ahead of “file”"),
        (form().file("a.md", b"one").field("surprise", "late"), "surprise", "ahead of “file”"),
        (form().field("colour", "red").file("a.md", b"x"), "colour", "no field “colour”"),
        (form().field("folder", "a").field("folder", "b").file("a.md", b"x"), "folder", "twice"),
        (form().field("collection", "general").file("a.md", b"x"), "collection", "no id"),
        (form().field("replaces", "1").file("a.md", b"x"), "replaces", "no id"),
        (form().field("folder", &"x".repeat(20_000)).file("a.md", b"x"), "folder", "too long"),
        (form().field("folder", &"x".repeat(1_001)).file("a.md", b"x"), "folder", "too long"),
        (form().field("folder", "a\u{7}b").file("a.md", b"x"), "folder", "can't be shown"),
        (form().field("tags", &"x".repeat(41)).file("a.md", b"x"), "tags", "too long"),
        (form().part("form-data; name=\"folder\"", b"\xff\xfe").file("a.md", b"x"), "folder", "UTF-8"),
        (form().part("form-data; name=\"file\"", b"x"), "file", "needs a file name"),
        (form().part("form-data; filename=\"a.md\"", b"x"), "", "needs a name"),
        (form().file(&"x".repeat(256), b"x"), "file_name", "too long"),
    ] {
        let answer = send(&ann, DOCUMENTS, form).await;
        assert_eq!(field(&answer), name, "{:?}", answer.body);
        let sentence = answer.body["detail"].as_str().unwrap();
        assert!(sentence.contains(words), "{sentence}");
    }
    let latin = Form::default().file("Zo?.md", b"x").bytes().into_iter().map(|byte| if byte == b'?' { 0xeb } else { byte });
    let answer = send_bytes(&ann, DOCUMENTS, latin.collect::<Vec<u8>>()).await;
    assert_eq!(field(&answer), "file", "a name that is no UTF-8: {:?}", answer.body);
    for name in ["collection", "replaces"] {
        let answer = send(&ann, DOCUMENTS, Form::default().field(name, NOBODY).file("a.md", b"x")).await;
        assert_eq!(answer.failure(404), "not_found", "{name}");
    }
    assert!(listed(&ann, "").await.is_empty());
    nothing_kept(&server).await;
}

#[tokio::test]
async fn forms_that_can_not_be_read() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let whole = Form::default().field("tags", "a").file("a.md", &[b'x'; 5_000]).bytes();
    let end = whole.len() - 30;
    for (why, body) in [
        ("nothing", Vec::new()),
        ("no form", b"Hello".to_vec()),
        ("another boundary", String::from_utf8(whole.clone()).unwrap().replace("a-boundary", "b-boundary").into_bytes()),
        ("its end is missing", whole[..end].to_vec()),
        ("it ends within a field", whole[..100].to_vec()),
        ("headers that are none", b"--a-boundary-of-the-tests\r\n\x00\x01\x02\r\n\r\nx".to_vec()),
        ("a name with a control character", Form::default().file("a\u{7}.md", b"x").bytes()),
        ("headers without end", [b"--a-boundary-of-the-tests\r\nX-Y: ".to_vec(), vec![b'x'; 4_000_000]].concat()),
        ("no beginning", vec![b'x'; 4_000_000]),
    ] {
        let answer = send_bytes(&ann, DOCUMENTS, body).await;
        assert_eq!(answer.failure(400), "invalid", "{why}");
    }
    let no_boundary = ann.request(Method::POST, DOCUMENTS).header("content-type", "multipart/form-data").body(whole);
    assert_eq!(ann.send(no_boundary).await.failure(400), "invalid");
    assert!(listed(&ann, "").await.is_empty());
    nothing_kept(&server).await;
}

#[tokio::test]
async fn names_lead_nowhere_and_hide_nothing() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    for (number, (sent, name, shown)) in [
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\Users\\me\\prices.md", "prices.md", "prices.md"),
        ("a/b/../c.txt", "c.txt", "c.txt"),
        ("👩‍💻 plan.md", "👩‍💻 plan.md", "%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB%20plan.md"),
        ("price\u{202e}dm.exe", "pricedm.exe", "pricedm.exe"),
        ("قائمة الأسعار.txt", "قائمة الأسعار.txt", "%D9%82%D8%A7%D8%A6%D9%85%D8%A9%20%D8%A7%D9%84%D8%A3%D8%B3%D8%B9%D8%A7%D8%B1.txt"),
        ("a;b=c.txt", "a;b=c.txt", "a%3Bb%3Dc.txt"),
        ("  .env  ", ".env", ".env"),
    ]
    .into_iter()
    .enumerate()
    {
        let form = Form::default().field("folder", "/x/../..\\y/").file(sent, format!("The number is {number}.").as_bytes());
        let id = given(&send(&ann, DOCUMENTS, form).await);
        let document = ann.get(&path(&id, "")).await.body["data"]["document"].clone();
        assert_eq!((&document["file_name"], &document["folder"]), (&json!(name), &json!("x/y")), "{sent}");
        let file = ann.request(Method::GET, &path(&id, "/file")).send().await.unwrap();
        assert_eq!(file.status(), StatusCode::OK, "{sent}");
        let disposition = file.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
        assert!(disposition.ends_with(&format!("filename*=UTF-8''{shown}")), "{disposition}");
    }
    let outside = server.data().parent().unwrap().join("passwd");
    assert!(!outside.exists() && kept(&server).iter().all(|file| !file.to_string_lossy().contains("passwd")));
}

/// A form with a file of so many bytes that is made while it is sent.
fn streamed(bytes: usize) -> reqwest::Body {
    let piece = vec![b'x'; 1 << 20];
    let start = b"--a-boundary-of-the-tests\r\nContent-Disposition: form-data; name=\"file\"; filename=\"large.txt\"\r\n\r\n".to_vec();
    let pieces = (0..bytes.div_ceil(piece.len())).map(move |n| piece[..piece.len().min(bytes - n * piece.len())].to_vec());
    let all = std::iter::once(start).chain(pieces).chain([b"\r\n--a-boundary-of-the-tests--\r\n".to_vec()]);
    reqwest::Body::wrap_stream(futures::stream::iter(all.map(Ok::<_, std::io::Error>)))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_file_fits_and_a_larger_one_does_not() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let most = model::MAX_FILE_BYTES as usize;
    let announced = ann.request(Method::POST, DOCUMENTS).header("content-type", Form::kind()).body(vec![b'x'; most + 100_000]);
    let announced = ann.send(announced).await;
    assert_eq!(announced.failure(413), "too_large");
    assert!(announced.body["detail"].as_str().unwrap().contains("100 MB"), "{:?}", announced.body);
    let answer = send_bytes(&ann, DOCUMENTS, streamed(most + 1)).await;
    assert_eq!(answer.failure(413), "too_large", "one byte more, and nobody said so before");
    assert!(answer.body["detail"].as_str().unwrap().contains("100 MB"), "{:?}", answer.body);
    assert!(listed(&ann, "").await.is_empty());
    nothing_kept(&server).await;
    let id = given(&send_bytes(&ann, DOCUMENTS, streamed(most)).await);
    assert_eq!(ann.get(&path(&id, "")).await.body["data"]["document"]["bytes"], most);
    assert_eq!(ann.delete(&path(&id, "")).await.status, StatusCode::NO_CONTENT);
}

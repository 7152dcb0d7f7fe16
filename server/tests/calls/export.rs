//! A call as a file.

use model::Review;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::page::{ended_call, path};
use crate::support::{Program, TestServer};

/// Content type, content disposition and text of a file.
async fn file(ann: &Program, address: &str) -> (String, String, String) {
    let response = ann.request(Method::GET, address).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{address}");
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    let (kind, disposition) = (header("content-type"), header("content-disposition"));
    (kind, disposition, response.text().await.unwrap())
}

#[tokio::test]
async fn each_format_is_a_file_with_a_name() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = ended_call(&ann, "Zoë's \"big\" deal / Q4 <b>").await;
    let export = |format: &str| path(id, &format!("/export?format={format}"));
    let (kind, disposition, text) = file(&ann, &export("markdown")).await;
    assert_eq!(kind, "text/markdown; charset=utf-8");
    assert_eq!(disposition, "attachment; filename=\"zo_-s-big-deal-q4-b.md\"; filename*=UTF-8''zo%C3%AB-s-big-deal-q4-b.md");
    assert!(text.starts_with("# Zoë's \"big\" deal / Q4 \\<b\\>\n"), "{text}");
    assert!(text.contains("## Transcript") && text.contains("**Kim Lee** (0:00): Honestly, it is too expensive for us."), "{text}");
    assert!(text.contains("- [ ] ") && text.contains("- Length: 0:03"), "{text}");
    let (kind, disposition, text) = file(&ann, &export("json")).await;
    assert_eq!(kind, "application/json");
    assert!(disposition.contains(".json\""));
    let review: Review = serde_json::from_str(&text).unwrap();
    assert_eq!(json!(review), ann.get(&path(id, "/review")).await.body["data"], "the file is the review");
    let (kind, disposition, text) = file(&ann, &export("srt")).await;
    assert_eq!(kind, "application/x-subrip; charset=utf-8");
    assert!(disposition.contains(".srt\""));
    assert!(
        text.starts_with("1\n00:00:00,000 --> 00:00:00,900\nKim Lee: Honestly, it is too expensive for\nus.\n\n2\n00:00:01,000 --> "),
        "{text}"
    );
    for format in ["", "pdf", "JSON", "%00"] {
        assert_eq!(ann.get(&export(format)).await.failure(422), "invalid", "{format}");
    }
    assert_eq!(ann.get(&path(id, "/export")).await.failure(422), "invalid");
}

#[tokio::test]
async fn what_was_said_is_text_in_every_format() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = ended_call(&ann, "!!!").await;
    let nasty = "1 --> 2 <script>alert(1)</script> *bold* | [link](javascript:x)";
    assert_eq!(ann.patch(&path(id, "/transcript/1"), json!({ "text": nasty })).await.status, StatusCode::OK);
    assert_eq!(ann.patch(&path(id, ""), json!({ "names": ["Ann", "A --> B"] })).await.status, StatusCode::OK);
    let (_, disposition, text) = file(&ann, &path(id, "/export?format=srt")).await;
    assert!(disposition.contains("filename=\"call.srt\""), "a title without a letter gives a name too: {disposition}");
    assert!(text.lines().filter(|line| line.contains("-->")).all(|line| line.starts_with("00:00:0")), "{text}");
    let (_, _, text) = file(&ann, &path(id, "/export?format=md")).await;
    assert!(text.contains("\\<script\\>alert(1)\\</script\\> \\*bold\\* \\| \\[link\\](javascript:x)"), "{text}");
}

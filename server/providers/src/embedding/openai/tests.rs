#![allow(clippy::unwrap_used, clippy::expect_used)]

use ports::Redaction;
use std::sync::Arc;
use std::time::Instant;

use super::*;
use crate::conformance::embedder_conformance;
use crate::test_utils::{EmbeddingServer, EmbeddingTrouble};

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("text number {n}")).collect()
}

async fn failure(trouble: EmbeddingTrouble) -> EmbedError {
    let server = EmbeddingServer::start_with(trouble).await;
    let patience = EmbedderPatience { answers: Duration::from_secs(2), ..EmbedderPatience::default() };
    let client = OpenAi::with_patience(&server.config(), patience).unwrap();
    client.embed(&Redaction::default().texts(&texts(3))).await.expect_err("it fails")
}

#[tokio::test]
async fn it_does_what_the_port_asks_for() {
    let server = EmbeddingServer::start().await;
    embedder_conformance(|| Arc::new(server.embedder())).await;
}

#[tokio::test]
async fn an_answer_as_openai_documents_it_is_read() {
    let recorded = r#"{"object":"list","data":[{"object":"embedding","index":1,"embedding":[0.0,-2.0]},{"object":"embedding","index":0,"embedding":[3e-1,4e-1]}],"model":"text-embedding-3-small","usage":{"prompt_tokens":12,"total_tokens":12}}"#;
    let server = EmbeddingServer::start_with(EmbeddingTrouble::Answers(200, vec![], recorded.to_owned())).await;
    let client = OpenAi::new(&OpenAiConfig { dimensions: Some(2), ..server.config() }).unwrap();
    assert_eq!(client.embed(&Redaction::default().texts(&texts(2))).await.unwrap(), [[0.6, 0.8], [0.0, -1.0]]);
}

#[tokio::test]
async fn many_texts_are_several_requests_by_count_and_by_size() {
    let server = EmbeddingServer::start().await;
    let client = server.embedder();
    assert_eq!(client.embed(&Redaction::default().texts(&texts(150))).await.unwrap().len(), 150);
    let sizes = |server: &EmbeddingServer| -> Vec<usize> {
        server.requests().iter().map(|request| request["input"].as_array().unwrap().len()).collect()
    };
    assert_eq!(sizes(&server), [64, 64, 22]);

    let long = vec!["é".repeat(60_000); 7];
    assert_eq!(client.embed(&Redaction::default().texts(&long)).await.unwrap().len(), 7);
    assert_eq!(sizes(&server)[3..], [6, 1]);
    let sent = server.requests()[3]["input"][0].as_str().unwrap().len();
    assert_eq!(sent, LONGEST, "a text is cut at a whole character");
}

#[tokio::test]
async fn dimensions_are_asked_for_where_the_model_can_shorten() {
    let config =
        |model: &str, dimensions| OpenAiConfig { url: "http://127.0.0.1:1/v1/".to_owned(), key: None, model: model.to_owned(), dimensions };
    let shortened = OpenAi::new(&config("text-embedding-3-large", Some(256))).unwrap();
    assert_eq!((shortened.shortened, shortened.model().dimensions), (Some(256), 256));
    let whole = OpenAi::new(&config("text-embedding-3-large", None)).unwrap();
    assert_eq!((whole.shortened, whole.model().dimensions), (None, 3072));
    let other = OpenAi::new(&config("nomic-embed-text", Some(768))).unwrap();
    assert_eq!((other.shortened, other.model().name.as_str()), (None, "openai/nomic-embed-text"));
    assert_eq!(other.address.as_str(), "http://127.0.0.1:1/v1/embeddings", "v1 isn't there twice");
}

#[tokio::test]
async fn a_server_that_is_busy_says_for_how_long() {
    let server = EmbeddingServer::start_with(EmbeddingTrouble::Busy(1, 30)).await;
    let client = server.embedder();
    let busy = client.embed(&Redaction::default().texts(&texts(1))).await.unwrap_err();
    assert_eq!(busy, EmbedError::RateLimited { retry_after: Some(Duration::from_secs(30)) });
    assert!(busy.is_retryable());
    assert_eq!(client.embed(&Redaction::default().texts(&texts(1))).await.unwrap().len(), 1, "later it answers");

    let waits = [
        (vec![("retry-after-ms", "1500"), ("retry-after", "9")], Some(Duration::from_millis(1500))),
        (vec![("retry-after", "99999999")], Some(LONGEST_WAIT)),
        (vec![("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")], None),
        (vec![("retry-after", "-1")], None),
        (vec![("retry-after", "NaN")], None),
        (vec![], None),
    ];
    for (headers, retry_after) in waits {
        let error = failure(EmbeddingTrouble::Answers(429, headers.clone(), String::new())).await;
        assert_eq!(error, EmbedError::RateLimited { retry_after }, "{headers:?}");
    }
}

#[tokio::test]
async fn refusals_are_told_from_what_passes() {
    let quota = r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#;
    for (status, body, retryable, words) in [
        (429, quota, false, "exceeded your current quota"),
        (400, r#"{"error":"input too long"}"#, false, "input too long"),
        (400, r#"{"detail":"bad\nrequest"}"#, false, "bad request"),
        (401, "", false, "key is not accepted"),
        (403, "<html>no</html>", false, "key is not accepted"),
        (404, r#"{"error":{"message":"model not found, try pulling it"}}"#, false, "try pulling it"),
        (302, "", false, "302"),
        (413, "", false, "413"),
        (408, "", true, "408"),
        (500, r#"{"error":{"message":"The server had an error"}}"#, true, "had an error"),
        (503, "", true, "503"),
        (529, "", true, "529"),
    ] {
        let error = failure(EmbeddingTrouble::Answers(status, vec![("location", "http://127.0.0.1:1/")], body.to_owned())).await;
        assert_eq!(error.is_retryable(), retryable, "{status}: {error}");
        assert!(error.to_string().contains(words), "{status}: {error}");
    }
    let waits = failure(EmbeddingTrouble::Answers(503, vec![("retry-after", "7")], String::new())).await;
    assert_eq!(waits, EmbedError::RateLimited { retry_after: Some(Duration::from_secs(7)) });
}

#[tokio::test]
async fn an_answer_that_is_not_what_was_asked_for_is_refused() {
    for (trouble, words) in [
        (EmbeddingTrouble::LeavesOneOut, "2 vectors of 3 texts"),
        (EmbeddingTrouble::NumbersTwice, "numbering is wrong at 0"),
        (EmbeddingTrouble::Dimensions(8), "8 numbers, not 256"),
        (EmbeddingTrouble::Zeros, "no length"),
        (EmbeddingTrouble::Answers(200, vec![], "<html>Welcome</html>".to_owned()), "isn't what an embeddings server says"),
        (EmbeddingTrouble::Answers(200, vec![], "{\"data\":[{\"index\":0,\"embedding\":[1e99]}]}".to_owned()), "1 vectors of 3"),
        (EmbeddingTrouble::Answers(200, vec![], "[".repeat(50_000)), "isn't what an embeddings server says"),
        (EmbeddingTrouble::Floods, "more than"),
    ] {
        let error = failure(trouble.clone()).await;
        assert!(!error.is_retryable() && error.to_string().contains(words), "{trouble:?}: {error}");
    }
    let server = EmbeddingServer::start_with(EmbeddingTrouble::NoIndex).await;
    let vectors = server.embedder().embed(&Redaction::default().texts(&texts(3))).await.unwrap();
    server.set_trouble(None);
    assert_eq!(vectors, server.embedder().embed(&Redaction::default().texts(&texts(3))).await.unwrap(), "without numbers the order counts");
}

#[tokio::test]
async fn numbers_without_end_make_no_vector() {
    let body = "{\"data\":[{\"index\":0,\"embedding\":[1e39, 1.0]}]}";
    let server = EmbeddingServer::start_with(EmbeddingTrouble::Answers(200, vec![], body.to_owned())).await;
    let client = OpenAi::new(&OpenAiConfig { dimensions: Some(2), ..server.config() }).unwrap();
    assert!(matches!(client.embed(&Redaction::default().texts(&texts(1))).await, Err(EmbedError::Refused(_))));
}

#[tokio::test]
async fn a_slow_or_torn_answer_is_worth_another_try() {
    let start = Instant::now();
    for trouble in [EmbeddingTrouble::Drips, EmbeddingTrouble::HangsUp] {
        let error = failure(trouble.clone()).await;
        assert!(matches!(error, EmbedError::Unavailable(_)), "{trouble:?}: {error}");
    }
    assert!(start.elapsed() < Duration::from_secs(20));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = OpenAiConfig { url: format!("http://127.0.0.1:{port}"), key: None, model: "m".to_owned(), dimensions: Some(2) };
    let error = OpenAi::new(&config).unwrap().embed(&Redaction::default().texts(&texts(1))).await.unwrap_err();
    assert!(matches!(&error, EmbedError::Unavailable(words) if words.contains("refused")), "{error}");
}

#[tokio::test]
async fn the_key_is_in_no_error() {
    let server = EmbeddingServer::start().await;
    let config = OpenAiConfig { key: Some("sk-wrong-secret".to_owned().into()), ..server.config() };
    let error = OpenAi::new(&config).unwrap().embed(&Redaction::default().texts(&texts(1))).await.unwrap_err().to_string();
    assert!(error.contains("key is not accepted") && !error.contains("sk-wrong-secret"), "{error}");
    assert!(!format!("{:?}", OpenAi::new(&config)).contains("sk-wrong-secret"));
}

#[test]
fn a_wrong_setting_is_named() {
    let good = OpenAiConfig { url: "http://127.0.0.1:1".to_owned(), key: None, model: "m".to_owned(), dimensions: Some(2) };
    assert!(OpenAi::new(&good).is_ok());
    for (config, setting) in [
        (OpenAiConfig { url: "api.openai.com".to_owned(), ..good.clone() }, "embeddings_url"),
        (OpenAiConfig { url: "ftp://a".to_owned(), ..good.clone() }, "embeddings_url"),
        (OpenAiConfig { url: "http://a/?x=1".to_owned(), ..good.clone() }, "embeddings_url"),
        (OpenAiConfig { url: String::new(), ..good.clone() }, "embeddings_url"),
        (OpenAiConfig { model: " ".to_owned(), ..good.clone() }, "embeddings_model"),
        (OpenAiConfig { dimensions: None, ..good.clone() }, "embeddings_dimensions"),
        (OpenAiConfig { dimensions: Some(0), ..good.clone() }, "embeddings_dimensions"),
        (OpenAiConfig { url: DEFAULT_URL.to_owned(), ..good.clone() }, "embeddings_key"),
    ] {
        let error = OpenAi::new(&config).unwrap_err();
        assert!(error.contains(setting), "{error}");
    }
}

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::test_utils::EmbeddingServer;
use ports::Redaction;

#[tokio::test]
async fn no_configuration_is_no_model() {
    assert!(from_config(None).await.unwrap().is_none());
}

#[tokio::test]
async fn a_server_stands_behind_both_ends_and_questions_are_remembered() {
    let server = EmbeddingServer::start().await;
    let config = Config::OpenAi(server.config());
    let embeddings = from_config(Some(&config)).await.unwrap().unwrap();
    let text = ["What does it cost?".to_owned()];
    let passage = embeddings.passages.embed(&Redaction::default().texts(&text)).await.unwrap();
    for _ in 0..3 {
        assert_eq!(embeddings.questions.embed(&Redaction::default().texts(&text)).await.unwrap(), passage);
    }
    assert_eq!(server.requests().len(), 2);
    assert_eq!(embeddings.model(), embeddings.questions.model());
    assert!(check(&config).await.unwrap().contains("openai/hashed-words, 256 dimensions"));
}

#[tokio::test]
async fn what_is_wrong_is_said_with_the_setting() {
    let store = tempfile::tempdir().unwrap();
    let local = LocalConfig { folder: None, download: None, store: store.path().to_owned() };
    let error = from_config(Some(&Config::Local(local.clone()))).await.err().unwrap();
    assert!(error.contains("embeddings_folder") && error.contains("embeddings_download"), "{error}");
    let folder = LocalConfig { folder: Some(store.path().join("none")), ..local };
    assert!(from_config(Some(&Config::Local(folder))).await.err().unwrap().contains("config.json is missing"));

    let server = EmbeddingServer::start().await;
    let wrong = OpenAiConfig { key: None, ..server.config() };
    assert!(check(&Config::OpenAi(wrong)).await.unwrap_err().contains("key is not accepted"));
}

#[tokio::test]
async fn a_model_that_is_being_downloaded_is_worth_another_try() {
    let store = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let download = Some(format!("http://127.0.0.1:{port}"));
    let config = Config::Local(LocalConfig { folder: None, download, store: store.path().to_owned() });
    assert!(check(&config).await.unwrap().contains("will be downloaded"));
    let embeddings = from_config(Some(&config)).await.unwrap().unwrap();
    assert_eq!((embeddings.model().name.as_str(), embeddings.model().dimensions), (local::MINILM, 384));
    let text = ["Hello?".to_owned()];
    let mut words = String::new();
    for _ in 0..500 {
        let error = embeddings.questions.embed(&Redaction::default().texts(&text)).await.unwrap_err();
        assert!(error.is_retryable(), "{error}");
        words = error.to_string();
        if words.contains("could not be downloaded") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never says that the download fails: {words}");
}

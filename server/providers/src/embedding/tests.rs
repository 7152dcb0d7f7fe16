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
    let empty = tempfile::tempdir().unwrap();
    let folder = LocalConfig { folder: Some(empty.path().join("none")) };
    assert!(from_config(Some(&Config::Local(folder))).await.err().unwrap().contains("model.onnx is missing"));
    assert!(check(&Config::Local(LocalConfig::default())).await.unwrap().contains("all-MiniLM-L6-v2-int8, 384 dimensions"));

    let server = EmbeddingServer::start().await;
    let wrong = OpenAiConfig { key: None, ..server.config() };
    assert!(check(&Config::OpenAi(wrong)).await.unwrap_err().contains("key is not accepted"));
}

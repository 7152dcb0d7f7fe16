#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ports::Redaction;
use tempfile::TempDir;

use super::*;
use crate::conformance::embedder_conformance;
use crate::onnx::IDLE;

/// The files of the model that comes with the program.
fn bundled() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/all-MiniLM-L6-v2")
}

/// A copy of the model's folder, for breaking.
fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in ["model.onnx", "tokenizer.json"] {
        std::fs::copy(bundled().join(file), folder.path().join(file)).unwrap();
    }
    folder
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

async fn embed(embedder: &LocalEmbedder, texts: &[&str]) -> Vec<Vec<f32>> {
    embedder.embed(&Redaction::default().texts(&texts.iter().map(ToString::to_string).collect::<Vec<_>>())).await.unwrap()
}

#[tokio::test]
async fn it_does_what_the_port_asks_for() {
    let model = LocalModel::bundled();
    embedder_conformance(|| Arc::new(model.questions())).await;
}

/// The example of the sentence-transformers documentation, and what it prints; eight bits change it by a few hundredths.
#[tokio::test]
async fn similarities_are_nearly_those_that_the_makers_publish() {
    let model = LocalModel::bundled();
    assert_eq!(*model.model(), EmbeddingModel { name: MINILM.to_owned(), dimensions: MINILM_DIMENSIONS });
    let sentences = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."];
    let vectors = embed(&model.questions(), &sentences).await;
    for (a, b, expected) in [(0, 1, 0.6660), (0, 2, 0.1046), (1, 2, 0.1411)] {
        let found = cosine(&vectors[a], &vectors[b]);
        assert!((found - expected).abs() < 0.04, "{} ~ {}: {found}, not {expected}", sentences[a], sentences[b]);
    }
}

#[tokio::test]
async fn only_the_first_256_tokens_count() {
    let model = LocalModel::bundled();
    let beginning = "price ".repeat(254);
    assert_eq!((model.tokens("How much is it?").unwrap(), model.tokens(&beginning.repeat(3)).unwrap()), (7, 256));
    let vectors = embed(&model.questions(), &[&beginning, &format!("{beginning} and a very different ending about cats")]).await;
    assert!(cosine(&vectors[0], &vectors[1]) > 0.9999);
}

#[tokio::test]
async fn questions_wait_for_no_passages_and_a_cancelled_request_ends() {
    // One of its own: what is counted is nobody else's.
    let model = LocalModel::bundled();
    let begun = || model.0.background.pieces.load(Ordering::SeqCst);
    let passages = vec!["We sell insurance for bicycles and their riders. ".repeat(30); 4 * BATCH];
    let background = tokio::spawn({
        let embedder = model.passages();
        async move { embedder.embed(&Redaction::default().texts(&passages)).await }
    });
    while begun() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    embed(&model.questions(), &["Do you insure bicycles?"]).await;
    assert!(!background.is_finished() && begun() < 4, "the question is answered while the passages are being embedded");
    background.abort();
    assert!(background.await.unwrap_err().is_cancelled());
    let before = begun();
    embed(&model.passages(), &["short"]).await;
    assert_eq!(begun(), before + 1, "only the new one was computed");
}

#[tokio::test]
async fn weights_that_nobody_uses_are_let_go_and_come_back() {
    let model = LocalModel::bundled();
    assert!(!model.0.weights.is_loaded(), "not before they are used");
    let first = embed(&model.questions(), &["How much is it?"]).await;
    assert!(model.0.weights.is_loaded());
    tokio::time::pause();
    tokio::time::sleep(IDLE / 2).await;
    assert!(model.0.weights.is_loaded(), "not while they may be used again");
    tokio::time::sleep(IDLE).await;
    tokio::time::resume();
    assert!(!model.0.weights.is_loaded());
    assert_eq!(embed(&model.questions(), &["How much is it?"]).await, first);
}

#[tokio::test]
async fn a_folder_with_the_same_files_holds_the_same_model() {
    let folder = copy();
    let model = LocalModel::find(&LocalConfig { folder: Some(folder.path().to_owned()) }).await.unwrap();
    assert_eq!(model.model(), LocalModel::bundled().model());
    let texts = ["How much is it?"];
    assert_eq!(embed(&model.questions(), &texts).await, embed(&LocalModel::bundled().questions(), &texts).await);
}

#[test]
fn a_missing_file_is_named() {
    for file in ["model.onnx", "tokenizer.json"] {
        let folder = copy();
        std::fs::remove_file(folder.path().join(file)).unwrap();
        assert_eq!(LocalModel::load(folder.path().to_owned()).err().unwrap(), ModelError::Missing(folder.path().join(file)));
    }
}

#[test]
fn broken_files_and_other_models_are_told() {
    let weights = std::fs::read(bundled().join("model.onnx")).unwrap();
    let broken = [
        ("model.onnx", Vec::new()),
        ("model.onnx", b"<html>Not found</html>".to_vec()),
        ("model.onnx", weights[..weights.len() / 2].to_vec()),
        ("model.onnx", weights[..100].to_vec()),
        ("tokenizer.json", b"{}".to_vec()),
        ("tokenizer.json", vec![0xff; 100]),
    ];
    let folder = copy();
    for (name, content) in broken {
        std::fs::write(folder.path().join(name), &content).unwrap();
        let error = LocalModel::load(folder.path().to_owned()).err().expect("it can't be loaded");
        let is_told =
            matches!(&error, ModelError::Broken { file, .. } if file.ends_with(name)) || matches!(error, ModelError::WrongShape { .. });
        assert!(is_told && !error.to_string().contains('\n'), "{name}, {} bytes: {error:?}", content.len());
        std::fs::copy(bundled().join(name), folder.path().join(name)).unwrap();
    }
    // A tokenizer of another model knows more words than this one.
    let tokenizer = std::fs::read_to_string(bundled().join("tokenizer.json")).unwrap();
    let more = tokenizer.replacen("\"vocab\":{", "\"vocab\":{\"closezly\":40000,", 1).replacen(
        "\"vocab\": {",
        "\"vocab\": {\"closezly\":40000,",
        1,
    );
    assert_ne!(tokenizer, more);
    std::fs::write(folder.path().join("tokenizer.json"), more).unwrap();
    assert!(matches!(LocalModel::load(folder.path().to_owned()).err(), Some(ModelError::WrongShape { .. })));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn passages_are_embedded_at_the_lowest_priority() {
    let lanes = [Niceness::Lowest, Niceness::Normal].map(Lane::new);
    // Asking for no change tells what it is.
    let nice = lanes.each_ref().map(|lane| lane.thread.run(|| rustix::process::nice(0).unwrap()));
    assert_eq!(nice[0], 19);
    assert_eq!(nice[1], rustix::process::nice(0).unwrap());
}

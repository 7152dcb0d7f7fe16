#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ports::Redaction;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use tempfile::TempDir;

use super::*;
use crate::conformance::embedder_conformance;

/// The folder of all-MiniLM-L6-v2, which `cargo xtask test` brings along.
fn folder(test: &str) -> Option<PathBuf> {
    match std::env::var_os("CLOSEZLY_TEST_MINILM") {
        Some(folder) => Some(folder.into()),
        None if std::env::var_os("CI").is_some() => panic!("CLOSEZLY_TEST_MINILM must name the folder of all-MiniLM-L6-v2"),
        None => {
            eprintln!("skipped: {test}: CLOSEZLY_TEST_MINILM names no folder with all-MiniLM-L6-v2");
            None
        }
    }
}

/// Loaded once for all tests: it takes a while in a debug build.
fn model(test: &str) -> Option<LocalModel> {
    static MODEL: std::sync::OnceLock<LocalModel> = std::sync::OnceLock::new();
    let folder = folder(test)?;
    Some(MODEL.get_or_init(|| LocalModel::load(&folder).unwrap()).clone())
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

async fn embed(embedder: &LocalEmbedder, texts: &[&str]) -> Vec<Vec<f32>> {
    embedder.embed(&Redaction::default().texts(&texts.iter().map(ToString::to_string).collect::<Vec<_>>())).await.unwrap()
}

#[tokio::test]
async fn it_does_what_the_port_asks_for() {
    let Some(model) = model("it_does_what_the_port_asks_for") else { return };
    embedder_conformance(|| Arc::new(model.questions())).await;
}

/// The example of the sentence-transformers documentation, and what it prints.
#[tokio::test]
async fn similarities_are_those_that_the_makers_publish() {
    let Some(model) = model("similarities_are_those_that_the_makers_publish") else { return };
    assert_eq!(*model.model(), EmbeddingModel { name: MINILM.to_owned(), dimensions: MINILM_DIMENSIONS });
    let sentences = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."];
    let vectors = embed(&model.questions(), &sentences).await;
    for (a, b, expected) in [(0, 1, 0.6660), (0, 2, 0.1046), (1, 2, 0.1411)] {
        let found = cosine(&vectors[a], &vectors[b]);
        assert!((found - expected).abs() < 5e-4, "{} ~ {}: {found}, not {expected}", sentences[a], sentences[b]);
    }
}

#[tokio::test]
async fn only_the_first_256_tokens_count() {
    let Some(model) = model("only_the_first_256_tokens_count") else { return };
    let beginning = "price ".repeat(254);
    assert_eq!((model.tokens("How much is it?").unwrap(), model.tokens(&beginning.repeat(3)).unwrap()), (7, TOKENS));
    let vectors = embed(&model.questions(), &[&beginning, &format!("{beginning} and a very different ending about cats")]).await;
    assert!(cosine(&vectors[0], &vectors[1]) > 0.9999);
}

#[tokio::test]
async fn questions_wait_for_no_passages_and_a_cancelled_request_ends() {
    let Some(from) = folder("questions_wait_for_no_passages_and_a_cancelled_request_ends") else { return };
    // One of its own: what is counted is nobody else's.
    let model = LocalModel::load(&from).unwrap();
    let begun = || model.0.background.batches.load(Ordering::SeqCst);
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

/// A copy of the model's folder, for breaking.
fn copy(from: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files::MINILM {
        std::fs::copy(from.join(file.name), folder.path().join(file.name)).unwrap();
    }
    folder
}

#[test]
fn a_missing_file_is_named() {
    let empty = tempfile::tempdir().unwrap();
    let error = LocalModel::load(empty.path()).err().unwrap();
    assert_eq!(error, ModelError::Missing(empty.path().join("config.json")));
    let Some(from) = folder("a_missing_file_is_named") else { return };
    for file in files::MINILM {
        let folder = copy(&from);
        std::fs::remove_file(folder.path().join(file.name)).unwrap();
        assert_eq!(LocalModel::load(folder.path()).err().unwrap(), ModelError::Missing(folder.path().join(file.name)));
    }
}

#[test]
fn broken_files_and_other_models_are_told() {
    let Some(from) = folder("broken_files_and_other_models_are_told") else { return };
    let shape = std::fs::read_to_string(from.join(files::SHAPE)).unwrap();
    let weights = std::fs::read(from.join(files::WEIGHTS)).unwrap();
    let mut huge_header = weights[..1000].to_vec();
    huge_header[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    let broken = [
        (files::WEIGHTS, Vec::new()),
        (files::WEIGHTS, b"<html>Not found</html>".to_vec()),
        (files::WEIGHTS, weights[..weights.len() / 2].to_vec()),
        (files::WEIGHTS, weights[..100].to_vec()),
        (files::WEIGHTS, huge_header),
        (files::TOKENIZER, b"{}".to_vec()),
        (files::TOKENIZER, vec![0xff; 100]),
        (files::SHAPE, b"{\"model_type\":\"bert\"}".to_vec()),
        (files::SHAPE, Vec::new()),
    ];
    let folder = copy(&from);
    for (name, content) in broken {
        std::fs::write(folder.path().join(name), &content).unwrap();
        let error = LocalModel::load(folder.path()).err().expect("it can't be loaded");
        assert!(matches!(&error, ModelError::Broken { file, .. } if file.ends_with(name)), "{name}, {} bytes: {error:?}", content.len());
        std::fs::copy(from.join(name), folder.path().join(name)).unwrap();
    }
    let other = |from: &str, to: &str| {
        assert!(shape.contains(from));
        shape.replace(from, to)
    };
    for shape in [
        other("\"hidden_size\": 384", "\"hidden_size\": 768"),
        other("\"intermediate_size\": 1536", "\"intermediate_size\": 1024"),
        other("\"num_hidden_layers\": 6", "\"num_hidden_layers\": 12"),
        other("\"num_attention_heads\": 12", "\"num_attention_heads\": 7"),
        other("\"num_attention_heads\": 12", "\"num_attention_heads\": 0"),
        other("\"vocab_size\": 30522", "\"vocab_size\": 100"),
        other("\"hidden_size\": 384", "\"hidden_size\": 4000000000"),
        other("\"model_type\": \"bert\"", "\"model_type\": \"t5\""),
        other("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"relu\""),
    ] {
        std::fs::write(folder.path().join(files::SHAPE), &shape).unwrap();
        let error = LocalModel::load(folder.path()).err().expect("it can't be loaded");
        assert!(matches!(error, ModelError::WrongShape { .. }), "{error:?}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

/// Serves a folder's files under `/m/`, and counts what was asked for.
async fn mirror(from: PathBuf) -> (String, Arc<std::sync::Mutex<Vec<String>>>) {
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = asked.clone();
    let files = get(move |axum::extract::Path(name): axum::extract::Path<String>| async move {
        seen.lock().unwrap().push(name.clone());
        std::fs::read(from.join(name)).map_err(|_| StatusCode::NOT_FOUND)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://user:SECRET@{}/m", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/m/{name}", files)).await });
    (address, asked)
}

#[tokio::test]
async fn without_an_address_nothing_is_downloaded() {
    let store = tempfile::tempdir().unwrap();
    let config = LocalConfig { folder: None, download: None, store: store.path().join("model") };
    assert_eq!(LocalModel::find(&config).await.err(), Some(ModelError::NotThere));
    assert!(!LocalModel::must_be_downloaded(&config).await && !config.store.exists());
}

#[tokio::test]
async fn a_model_is_downloaded_once() {
    let Some(from) = folder("a_model_is_downloaded_once") else { return };
    let (address, asked) = mirror(from).await;
    let store = tempfile::tempdir().unwrap();
    let config = LocalConfig { folder: None, download: Some(format!("{address}/")), store: store.path().join("models/minilm") };
    assert!(LocalModel::must_be_downloaded(&config).await);
    assert_eq!(LocalModel::find(&config).await.unwrap().model().name, MINILM);
    assert!(!LocalModel::must_be_downloaded(&config).await);
    LocalModel::find(&config).await.unwrap();
    assert_eq!(*asked.lock().unwrap(), ["config.json", "tokenizer.json", "model.safetensors"]);
    // A file that was damaged on the disk is fetched again, and no other.
    std::fs::write(config.store.join(files::TOKENIZER), "{}").unwrap();
    LocalModel::find(&config).await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 4);
    assert_eq!(std::fs::read_dir(&config.store).unwrap().count(), 3, "nothing else is left");
}

#[tokio::test]
async fn a_download_that_is_something_else_is_not_kept() {
    let wrong = tempfile::tempdir().unwrap();
    let (address, _) = mirror(wrong.path().to_owned()).await;
    let store = tempfile::tempdir().unwrap();
    let config = LocalConfig { folder: None, download: Some(address), store: store.path().to_owned() };
    let missing = LocalModel::find(&config).await.err().unwrap();
    assert!(matches!(&missing, ModelError::Download { reason, .. } if reason.contains("404")), "{missing}");
    std::fs::write(wrong.path().join(files::SHAPE), "<html>Please sign in</html>").unwrap();
    let other = LocalModel::find(&config).await.err().unwrap();
    assert!(matches!(&other, ModelError::WrongChecksum { file } if file.ends_with("/m/config.json")), "{other}");
    std::fs::write(wrong.path().join(files::SHAPE), vec![b' '; 100_000]).unwrap();
    let large = LocalModel::find(&config).await.err().unwrap();
    assert!(matches!(&large, ModelError::Download { reason, .. } if reason.contains("larger")), "{large}");
    for error in [missing, other, large] {
        assert!(!error.to_string().contains("SECRET"), "{error}");
    }
    assert_eq!(std::fs::read_dir(store.path()).unwrap().count(), 0, "no half file is left");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn passages_are_embedded_at_the_lowest_priority() {
    let lanes = [Niceness::Lowest, Niceness::Normal].map(|niceness| Lane::new(niceness).unwrap());
    // Asking for no change tells what it is.
    let nice = lanes.each_ref().map(|lane| lane.threads.install(|| rustix::process::nice(0).unwrap()));
    assert_eq!(nice[0], 19);
    assert_eq!(nice[1], rustix::process::nice(0).unwrap());
}

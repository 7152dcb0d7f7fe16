//! Embedding models: text in, vectors out.

mod cached;
mod guarded;
pub mod local;
pub mod openai;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ports::Embeddings;
use ports::{EmbedError, Embedder, EmbeddingModel, Redaction};

pub use cached::Cached;
pub use guarded::GuardedEmbedder;
pub use local::{LocalConfig, LocalModel, ModelError};
pub use openai::{OpenAi, OpenAiConfig};

/// Whose model makes the vectors.
#[derive(Clone, Debug)]
pub enum Config {
    /// A model in this process.
    Local(LocalConfig),
    /// A server that speaks as OpenAI's does.
    OpenAi(OpenAiConfig),
}

/// Questions are asked again and again while a sentence grows.
fn embeddings(passages: Arc<dyn Embedder>, questions: Arc<dyn Embedder>) -> Embeddings {
    Embeddings { passages, questions: Arc::new(Cached::new(questions)) }
}

/// Puts the configured model behind the port; none configured is no model, and search is lexical. Nothing is asked of the network here.
///
/// # Errors
/// A sentence that says what is wrong with the configuration or the model's files.
pub async fn from_config(config: Option<&Config>) -> Result<Option<Embeddings>, String> {
    Ok(match config {
        None => None,
        Some(Config::OpenAi(config)) => {
            let server = Arc::new(GuardedEmbedder::new(Arc::new(OpenAi::new(config)?)));
            Some(embeddings(server.clone(), server))
        }
        Some(Config::Local(config)) => {
            let model = LocalModel::find(config).await.map_err(|error| error.to_string())?;
            Some(embeddings(Arc::new(model.passages()), Arc::new(model.questions())))
        }
    })
}

/// Embeds a sentence: tells whether the model, or the address and the key, are right.
///
/// # Errors
/// A sentence that says what is wrong.
pub async fn check(config: &Config) -> Result<String, String> {
    let embeddings = from_config(Some(config)).await?.ok_or("No model is configured.")?;
    let start = Instant::now();
    let vectors = embeddings.questions.embed(&[Redaction::default().text("How much does it cost?")]).await;
    let vectors = vectors.map_err(|error: EmbedError| format!("No text could be embedded: {error}."))?;
    let EmbeddingModel { name, dimensions } = embeddings.model();
    if vectors.len() != 1 {
        return Err(format!("{name} made no vector."));
    }
    Ok(format!("{name}, {dimensions} dimensions; a question takes {} ms", millis(start.elapsed())))
}

fn millis(time: Duration) -> u128 {
    time.as_micros().div_ceil(1000)
}

/// What reqwest says and what caused it, in one line and without the address, which may carry a secret.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it takes too long".to_owned();
    }
    let causes: Vec<String> =
        std::iter::successors(std::error::Error::source(error), |&error| error.source()).map(ToString::to_string).collect();
    if causes.is_empty() { "the connection failed".to_owned() } else { causes.join(": ") }
}

#[cfg(test)]
mod tests;

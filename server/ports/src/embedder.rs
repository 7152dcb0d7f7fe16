use std::sync::Arc;

use async_trait::async_trait;

use crate::guard::Retryable;
use crate::redaction::Outbound;

/// Turns text into vectors whose closeness is closeness of meaning.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Which model makes the vectors.
    fn model(&self) -> &EmbeddingModel;

    /// One vector a text, in order, each of length 1 (so that a dot product is the cosine).
    ///
    /// # Errors
    /// [`EmbedError`]; `is_retryable` says whether to try again.
    async fn embed(&self, texts: &[Outbound<String>]) -> Result<Vec<Vec<f32>>, EmbedError>;
}

/// An embedding model. Vectors of different models can't be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddingModel {
    /// Its name with maker and version, for example `local/all-MiniLM-L6-v2`.
    pub name: String,
    /// Numbers in a vector.
    pub dimensions: usize,
}

/// The two ends of one embedding model.
#[derive(Clone)]
pub struct Embeddings {
    /// For passages of documents: many at a time, in the background.
    pub passages: Arc<dyn Embedder>,
    /// For questions: waits for no passages, and answers what was asked before from memory.
    pub questions: Arc<dyn Embedder>,
}

impl Embeddings {
    /// Which model makes the vectors.
    pub fn model(&self) -> &EmbeddingModel {
        self.passages.model()
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.model().name
    }
}

/// Texts were not embedded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmbedError {
    /// The provider asks to wait.
    #[error("the embedding provider asks to wait")]
    RateLimited {
        /// For how long, if it says so.
        retry_after: Option<std::time::Duration>,
    },
    /// The provider can't be reached or fails.
    #[error("the embedding provider can't be reached: {0}")]
    Unavailable(String),
    /// The key or the model's name is wrong, or the answer is not what the provider documents.
    #[error("the embedding provider refused: {0}")]
    Refused(String),
}

impl EmbedError {
    /// Whether trying again may help.
    pub fn is_retryable(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }
}

impl Retryable for EmbedError {
    fn is_retryable(&self) -> bool {
        self.is_retryable()
    }

    fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::RateLimited { retry_after } => *retry_after,
            _ => None,
        }
    }

    fn unavailable(why: String) -> Self {
        Self::Unavailable(why)
    }
}

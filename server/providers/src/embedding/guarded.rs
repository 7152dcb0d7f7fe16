use std::sync::Arc;

use async_trait::async_trait;
use ports::guard::{Guard, Patience};
use ports::{EmbedError, Embedder, EmbeddingModel, Outbound};

/// An embedding service behind a guard: deadline, one more try, and left alone for a moment when it is down.
pub struct GuardedEmbedder {
    inner: Arc<dyn Embedder>,
    guard: Guard,
}

impl GuardedEmbedder {
    /// Guards a service.
    pub fn new(inner: Arc<dyn Embedder>) -> Self {
        let guard = Guard::new(inner.model().name.clone(), Patience::default());
        Self { inner, guard }
    }
}

#[async_trait]
impl Embedder for GuardedEmbedder {
    fn model(&self) -> &EmbeddingModel {
        self.inner.model()
    }

    async fn embed(&self, texts: &[Outbound<String>]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.guard.call(|| self.inner.embed(texts)).await
    }
}

use async_trait::async_trait;

use crate::redaction::Outbound;

/// Reads a question together with each text and tells how well the text answers it: a cross-encoder.
#[async_trait]
pub trait Reranker: Send + Sync {
    /// One score a text, in order: the logarithm of how much likelier it answers than that nothing does, were it the only one. 0 is as likely.
    ///
    /// # Errors
    /// [`RerankError`].
    async fn rerank(&self, question: &Outbound<String>, texts: &[Outbound<String>]) -> Result<Vec<f32>, RerankError>;
}

/// Texts were not judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the texts were not judged: {0}")]
pub struct RerankError(pub String);

use async_trait::async_trait;
use model::Channel;

use crate::redaction::Outbound;

/// A line of talk.
#[derive(Clone, Debug)]
pub struct Line {
    /// Who speaks.
    pub channel: Channel,
    /// What the other side had said before; empty if nothing.
    pub before: Outbound<String>,
    /// What is said.
    pub text: Outbound<String>,
}

/// Tells what is meant by lines of talk, each in the light of what was said before it.
#[async_trait]
pub trait LineClassifier: Send + Sync {
    /// Of each line, in order, the logarithm of the odds of each class, in the order in which the crate `moments` has them.
    ///
    /// # Errors
    /// [`ClassifyError`].
    async fn classify(&self, lines: &[Line]) -> Result<Vec<Vec<f32>>, ClassifyError>;
}

/// Lines were not judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the lines were not judged: {0}")]
pub struct ClassifyError(pub String);

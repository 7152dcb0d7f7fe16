use async_trait::async_trait;

use crate::guard::Retryable;
use crate::redaction::Outbound;

/// A plain-text mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The receiver's address, already validated.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// A mail was not handed over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The address or the text can't be a mail.
    #[error("the mail can't be written: {0}")]
    Malformed(String),
    /// The server refused it for good.
    #[error("the mail server refused: {0}")]
    Refused(String),
    /// The server can't be reached, or said to try later.
    #[error("the mail server can't be reached: {0}")]
    Unreachable(String),
}

impl Retryable for MailError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }

    fn unavailable(why: String) -> Self {
        Self::Unreachable(why)
    }
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail over.
    ///
    /// # Errors
    /// [`MailError`]; `Unreachable` is worth trying again.
    async fn send(&self, mail: &Outbound<Mail>) -> Result<(), MailError>;

    /// Whether mails reach people; if not (no server is configured), they are only logged.
    fn delivers(&self) -> bool;
}

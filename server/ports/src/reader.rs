use std::path::Path;

use async_trait::async_trait;
use model::Passage;
use secrecy::SecretString;

/// Reads the text of files that nobody trusts. One document can fail; it can't hurt the server.
#[async_trait]
pub trait DocumentReader: Send + Sync {
    /// Reads a file and splits it into passages.
    ///
    /// `name` is what it was called where it comes from: it helps to tell formats apart that look alike, and is never opened.
    ///
    /// # Errors
    /// [`ReadError`]: its text is a sentence for people that says what to do.
    async fn read(&self, file: &Path, name: &str, password: Option<&SecretString>) -> Result<ReadDocument, ReadError>;
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadDocument {
    /// The format that its content has, whatever its name says: `pdf`, `docx`, `csv` …
    pub format: String,
    /// From its metadata or its first heading; empty if it has neither.
    pub title: String,
    /// Two letters (ISO 639-1); empty if unknown.
    pub language: String,
    /// Pages, slides, sheets or parts; 1 for a document without.
    pub places: u32,
    /// What is good to know though it was read, for people: `Pages 3–5 have no text layer.`
    pub notes: Vec<String>,
    /// The whole text in reading order, numbered from 1, without overlap.
    pub passages: Vec<Passage>,
}

/// A document was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is encrypted and no password was given.
    #[error("This file is protected by a password. Give its password, then it is read.")]
    PasswordNeeded,
    /// It is encrypted and the password that was given is not its.
    #[error("That is not this file's password. Try another one.")]
    PasswordWrong,
    /// It has (nearly) no text: scanned pages, an empty file.
    #[error("{0}")]
    NoText(String),
    /// Its format is not one of those that are read; the sentence says what to save it as.
    #[error("{0}")]
    Unsupported(String),
    /// Its content is broken.
    #[error("{0}")]
    Broken(String),
    /// It needs more memory, time or output than one document may have.
    #[error("{0}")]
    TooMuch(String),
    /// The reader itself could not be started or spoken to; worth trying again.
    #[error("This file could not be read just now. It is tried again.")]
    Unavailable(String),
}

impl ReadError {
    /// Whether trying the same file again may help.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

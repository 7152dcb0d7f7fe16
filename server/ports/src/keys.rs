//! Where keys of whoever runs the server come from.

use std::path::PathBuf;

use secrecy::SecretString;

/// A key did not come.
#[derive(Debug, thiserror::Error)]
pub enum KeySourceError {
    /// A file can't be read.
    #[error("{} can't be read: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A key that was made can't be kept.
    #[error("{} can't be written: {source}", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is nothing in it.
    #[error("{0} holds nothing")]
    Empty(String),
    /// A command gave no key.
    #[error("the command “{program}” {reason}")]
    Command {
        /// Its program, without its arguments.
        program: String,
        /// What went wrong.
        reason: String,
    },
}

/// Where a key, or a ring of them as text, comes from: a setting, a file, a command of a vendor's key store.
pub trait KeySource: Send + Sync {
    /// Gets it, without spaces around it. Waits for it.
    ///
    /// # Errors
    /// [`KeySourceError`]; it says nothing of the key.
    fn read(&self) -> Result<SecretString, KeySourceError>;
}

/// A setting says it itself.
impl KeySource for SecretString {
    fn read(&self) -> Result<SecretString, KeySourceError> {
        Ok(self.clone())
    }
}

use std::io;

/// A file was not stored, read or deleted.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no such file.
    #[error("the file {0} is not there")]
    NotFound(String),
    /// It is larger than the caller allowed.
    #[error("the file has more than {limit} bytes")]
    TooLarge {
        /// Bytes.
        limit: u64,
    },
    /// What should have been stored could not be read to its end; nothing was stored.
    #[error("the file could not be received: {0}")]
    Received(io::Error),
    /// A file on this computer can't be read or written.
    #[error("a file on this computer can't be used: {0}")]
    Local(io::Error),
    /// No space is left.
    #[error("no space is left: {0}")]
    Full(String),
    /// The storage's address, bucket or credentials are wrong.
    #[error("the storage refuses: {0}")]
    Denied(String),
    /// The storage can't be reached or fails.
    #[error("the storage can't be reached: {0}")]
    Unavailable(String),
    /// It is encrypted by a key that the configuration doesn't hold.
    #[error("the file is encrypted by the key “{0}”, which files_keys does not hold")]
    NoKey(String),
    /// The configuration holds another key under this name (or the file's first bytes were changed).
    #[error("the file is encrypted by another key than the one that files_keys calls “{0}”")]
    WrongKey(String),
    /// It is not encrypted, and must be.
    #[error("the file is not encrypted; if it is older than the encryption, add the word plain to files_keys")]
    NotEncrypted,
    /// Its end is missing.
    #[error("the end of the file is missing")]
    Truncated,
    /// Something in it was changed, or it is another file's content.
    #[error("the file was changed since it was stored")]
    Tampered,
}

impl FileError {
    /// Whether trying again may help.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_))
    }

    /// Of this computer's own file system.
    pub fn of_disk(error: io::Error) -> Self {
        if is_full(&error) { Self::Full(error.to_string()) } else { Self::Local(error) }
    }
}

impl From<object_store::Error> for FileError {
    fn from(error: object_store::Error) -> Self {
        use object_store::Error;
        if lacks_space(&error) {
            return Self::Full(chain(&error));
        }
        match error {
            Error::NotFound { path, .. } => Self::NotFound(path),
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => Self::Denied(chain(&error)),
            _ => Self::Unavailable(chain(&error)),
        }
    }
}

/// Whether a full disk or a quota is behind it.
fn lacks_space(error: &object_store::Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(is_full) {
            return true;
        }
        next = error.source();
    }
    false
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

/// An error with what is behind it, without saying anything twice.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = error.source();
    }
    text
}

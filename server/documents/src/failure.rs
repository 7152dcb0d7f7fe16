//! Why a document was not read, as the child says it to its parent.

use ports::ReadError;
use serde::{Deserialize, Serialize};

/// Why a document was not read. Texts are sentences for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// It is encrypted and no password was given.
    PasswordNeeded,
    /// It is encrypted and the password is another one.
    PasswordWrong,
    /// It has (nearly) no text.
    NoText(String),
    /// Its format is not read; says what to save it as.
    Unsupported(String),
    /// Its content is broken.
    Broken(String),
    /// It needs more than one document may have.
    TooMuch(String),
    /// It is a picture, or a PDF of pictures: a program that recognizes characters could read it.
    Pictures {
        /// The pages of a PDF that have pictures, from 1; none if the file itself is the picture.
        pages: Option<Vec<u32>>,
        /// What is said without such a program.
        sentence: String,
    },
    /// An old Office file that only LibreOffice reads.
    OldOffice {
        /// How the names of such files end: `doc`, `ppt` or `xls`.
        from: String,
        /// What LibreOffice should make of it: `docx`, `pptx` or `xlsx`.
        into: String,
        /// What is said without LibreOffice.
        without: Box<Failure>,
    },
    /// The text that one document may have is full; what was read so far counts. Never leaves the child.
    Full,
}

impl Failure {
    /// A broken file of this format, for people.
    pub(crate) fn broken(what: &str) -> Self {
        Self::Broken(format!(
            "This {what} is damaged and could not be read. Open it in the program that made it, save it again, and give it anew."
        ))
    }
}

impl From<Failure> for ReadError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::PasswordNeeded => Self::PasswordNeeded,
            Failure::PasswordWrong => Self::PasswordWrong,
            Failure::NoText(sentence) => Self::NoText(sentence),
            Failure::Pictures { sentence, .. } => Self::NoText(sentence),
            Failure::Unsupported(sentence) => Self::Unsupported(sentence),
            Failure::OldOffice { without, .. } => Self::from(*without),
            Failure::Broken(sentence) => Self::Broken(sentence),
            Failure::TooMuch(sentence) => Self::TooMuch(sentence),
            Failure::Full => Self::TooMuch(TOO_LONG.to_owned()),
        }
    }
}

pub(crate) const TOO_LONG: &str = "This file unpacks to more than one document may have. Split it into smaller files.";

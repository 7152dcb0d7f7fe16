//! What parent and child say to each other: one request on the child's standard input, one reply on its standard output.
//!
//! Each is a mark, a length (u32, little endian) and a Postcard value. The parent takes nothing that is not exactly so.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use model::Passage;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::failure::Failure;
use crate::limits::Limits;
use crate::passages::MAX_CHARS;

const MARK: &[u8; 8] = b"clzdoc1\n";

/// What the child is to do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// The file; opened before the child gives its rights away.
    pub file: PathBuf,
    /// What it was called; never opened.
    pub name: String,
    /// Its password: here, not in arguments or variables that others can see.
    pub password: Option<String>,
    /// What it may cost.
    pub limits: Limits,
}

/// What the child has read.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Extracted {
    /// `pdf`, `docx` …
    pub format: String,
    /// May be empty.
    pub title: String,
    /// Two letters or empty.
    pub language: String,
    /// Pages, slides, sheets or parts.
    pub places: u32,
    /// For people.
    pub notes: Vec<String>,
    /// Numbered from 1.
    pub passages: Vec<Passage>,
}

/// What the child answers.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// Limits that this machine does not enforce.
    pub unenforced: Vec<String>,
    /// What was read, or why not.
    pub result: Result<Extracted, Failure>,
}

impl Reply {
    /// Whether it keeps what a reader promises. The child read what nobody trusts: it may have been made to say anything.
    pub fn is_sound(&self) -> bool {
        let Ok(extracted) = &self.result else { return true };
        let short = |text: &str, most: usize| text.chars().count() <= most;
        let numbered = extracted.passages.iter().enumerate().all(|(index, passage)| {
            passage.number == index as i64 + 1
                && !passage.text.is_empty()
                && short(&passage.text, MAX_CHARS)
                && short(&passage.place.label, 300)
                && passage.place.headings.len() <= 9
                && passage.place.headings.iter().all(|heading| short(heading, 300))
        });
        numbered
            && !extracted.passages.is_empty()
            && short(&extracted.format, 16)
            && short(&extracted.title, 300)
            && short(&extracted.language, 2)
            && extracted.notes.len() <= 32
            && extracted.notes.iter().all(|note| short(note, 1_000))
    }
}

/// Writes a request or a reply.
pub fn write(value: &impl Serialize, mut to: impl Write) -> io::Result<()> {
    to.write_all(&encode(value)?)?;
    to.flush()
}

/// A request or a reply as bytes.
pub fn encode(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let body = postcard::to_stdvec(value).map_err(io::Error::other)?;
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    Ok([MARK, &length.to_le_bytes()[..], &body].concat())
}

/// A request or a reply from all the bytes that came.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let rest = bytes.strip_prefix(MARK)?;
    let (length, body) = rest.split_first_chunk::<4>()?;
    if u32::from_le_bytes(*length) as usize != body.len() {
        return None;
    }
    let (value, rest) = postcard::take_from_bytes(body).ok()?;
    rest.is_empty().then_some(value)
}

/// Reads a request; it is small.
pub fn read_request(from: impl Read) -> io::Result<Request> {
    let mut bytes = Vec::new();
    from.take(1 << 20).read_to_end(&mut bytes)?;
    decode(&bytes).ok_or_else(|| io::Error::other("that is no request"))
}

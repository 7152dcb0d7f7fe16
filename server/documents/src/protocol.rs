//! What parent and child say to each other: one request on the child's standard input, one reply on its standard output.
//!
//! Each is a mark, a length (u32, little endian) and a Postcard value. The parent takes nothing that is not exactly so. Only the program
//! of others that a [`Request::Run`] starts answers in its own way.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use model::Passage;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::failure::Failure;
use crate::limits::Limits;
use crate::passages::MAX_CHARS;

const MARK: &[u8; 8] = b"clzdoc1\n";
/// What stands before the limits that this machine does not enforce for a program of others, on its standard error.
pub const UNENFORCED: &str = "not enforced: ";

/// A request is at most so long, in bytes: it carries what was recognized on pages without text.
const MAX_REQUEST: u64 = 16 << 20;

/// A document with fewer bytes is small.
const SMALL: u64 = 1_000_000;

/// What the child is to do.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Read a document. These pages of it have no text of their own, but one that was recognized; in the order of the pages.
    Read(Given, Vec<PageText>),
    /// Hand out the pictures on these pages of a PDF, as many as fit in an answer.
    Pictures(Given, Vec<u32>),
    /// Become a program of others.
    Run(Program),
}

impl Request {
    /// What it may cost.
    pub fn limits(&self) -> &Limits {
        match self {
            Self::Read(given, _) | Self::Pictures(given, _) => &given.limits,
            Self::Run(program) => &program.limits,
        }
    }

    /// Whether its document is so small that parts of it would be no better.
    pub fn is_small(&self) -> bool {
        match self {
            Self::Read(given, _) | Self::Pictures(given, _) => given.file.metadata().is_ok_and(|file| file.len() < SMALL),
            Self::Run(_) => false,
        }
    }
}

/// A document as it was given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Given {
    /// The file; opened before the child gives its rights away.
    pub file: PathBuf,
    /// What it was called; never opened.
    pub name: String,
    /// Its password: here, not in arguments or variables that others can see.
    pub password: Option<String>,
    /// What it may cost.
    pub limits: Limits,
}

/// A page and what was recognized on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageText {
    /// From 1.
    pub page: u32,
    /// Its text.
    pub text: String,
}

/// A program of others and what it may reach.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// All the variables that it has.
    pub variables: Vec<(String, String)>,
    /// It works here, and may write nowhere else.
    pub folder: PathBuf,
    /// It may read in these folders, besides those of the system's programs.
    pub readable: Vec<PathBuf>,
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
    /// Pages that have no text but pictures, in order.
    pub scanned: Vec<u32>,
}

/// Pictures of a document.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Pictures {
    /// In the order of the pages.
    pub pictures: Vec<Picture>,
    /// So many of the pages that were asked for are done with; at least one.
    pub pages: u32,
}

/// A picture on a page, as a file.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// From 1.
    pub page: u32,
    /// How its file's name ends: `png`, `jpg` or `jp2`.
    pub ending: String,
    /// Dots per inch as it is printed; 0 if unknown.
    pub dots: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What the child answers.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply<T> {
    /// Limits that this machine does not enforce.
    pub unenforced: Vec<String>,
    /// What was read, or why not.
    pub result: Result<T, Failure>,
}

/// An answer that may be checked. The child read what nobody trusts: it may have been made to say anything.
pub trait Answer: DeserializeOwned {
    /// Whether it keeps what a reader promises.
    fn is_sound(&self) -> bool;
}

impl<T: Answer> Reply<T> {
    /// Whether it keeps what a reader promises.
    pub fn is_sound(&self) -> bool {
        self.result.as_ref().map_or(true, T::is_sound)
    }
}

fn short(text: &str, most: usize) -> bool {
    text.chars().count() <= most
}

impl Answer for Extracted {
    fn is_sound(&self) -> bool {
        let numbered = self.passages.iter().enumerate().all(|(index, passage)| {
            passage.number == index as i64 + 1
                && !passage.text.is_empty()
                && short(&passage.text, MAX_CHARS)
                && short(&passage.place.label, 300)
                && passage.place.headings.len() <= 9
                && passage.place.headings.iter().all(|heading| short(heading, 300))
        });
        numbered
            && !self.passages.is_empty()
            && short(&self.format, 16)
            && short(&self.title, 300)
            && short(&self.language, 2)
            && self.notes.len() <= 32
            && self.notes.iter().all(|note| short(note, 1_000))
    }
}

impl Answer for Pictures {
    fn is_sound(&self) -> bool {
        self.pages > 0 && self.pictures.iter().all(|picture| ["png", "jpg", "jp2"].contains(&picture.ending.as_str()))
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

/// Reads a request.
pub fn read_request(from: impl Read) -> io::Result<Request> {
    let mut bytes = Vec::new();
    from.take(MAX_REQUEST).read_to_end(&mut bytes)?;
    decode(&bytes).ok_or_else(|| io::Error::other("that is no request"))
}

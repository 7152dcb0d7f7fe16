//! Text out of files that nobody trusts, and its passages.
//!
//! [`ChildReader`] is the port `DocumentReader`: for each document it starts a child process (the server's own binary with the hidden
//! subcommand `extract-document`, which calls [`child_main`]). The child opens the file, gives all its other rights away (`sandbox`),
//! finds the format by the content (`formats`), writes the rows of all tables in one way (`tables`), splits the text into passages
//! (`passages`) and answers on its standard output
//! (`protocol`). A bomb, a hang, a stack overflow or a segmentation fault ends the child and nothing else.
//!
//! What the child can't read alone goes through programs of others first, if they are installed ([`Programs`]): pages that were scanned
//! through `tesseract` (`recognition`), old Office files through LibreOffice (`conversion`). The same child starts them, so that they
//! keep limits too: no network, and of the files only their own.
//!
//! Absent on purpose: no reader runs in the server's own process, and no reader opens a second file or a connection.

mod child;
mod content;
mod conversion;
mod failure;
mod formats;
mod language;
mod limits;
#[cfg(feature = "test-utils")]
mod misbehave;
mod normalize;
mod passages;
mod process;
mod programs;
mod protocol;
mod reader;
mod recognition;
mod sandbox;
mod tables;

pub use child::child_main;
pub use limits::Limits;
#[cfg(feature = "test-utils")]
pub use misbehave::misbehave;
pub use passages::{MAX_CHARS, TARGET_CHARS};
pub use programs::Programs;
pub use reader::ChildReader;

//! What a line of talk is, told by examples instead of phrases.
//!
//! A [`Window`] of what was said (a sentence, or a dozen words where a recognizer gives no stops) has a vector of a sentence encoder and
//! words. A [`Head`] for each class weighs both, with the vector of what the other side said before ([`Features`]). Heads are made of the
//! lines in `lines/` by [`train`], reproducibly, and lie in the program ([`Heads::built_in`]); `lines/README.md` says where they come from.
//!
//! Nothing in here makes a vector, waits or reads a file: who has an encoder gives its numbers.

#![warn(missing_docs)]

mod features;
mod heads;
pub mod lines;
pub mod train;
mod windows;

pub use features::{BUCKETS, DIMENSIONS, Features, before};
pub use heads::{Class, Found, Head, Heads, HeadsError};
pub use windows::{Window, windows};

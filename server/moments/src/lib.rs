//! What a line of talk is: what a classifier's scores mean.
//!
//! A classifier (`ports::LineClassifier`, the model that comes along) gives a line a score for each of [`classes()`]: the logarithm of its odds. [`found()`]
//! tells of which kinds it is (an objection, a question …) and which topic of the kind is likeliest, as a playbook calls it. Which part of a long line
//! tells it is seen when its [`windows()`] are scored too.
//!
//! `talks/` and `lines/` are what the model learned of; `cargo xtask train moments` makes it, and the least scores in `classes.rs`, anew.
//!
//! Nothing in here waits or reads a file: who has a classifier gives its scores.

#![warn(missing_docs)]

mod classes;
mod found;
mod windows;

pub use classes::SURE;
pub use found::{Found, Sale, classes, found};
pub use windows::{Window, windows};

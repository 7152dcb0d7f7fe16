//! Documents through the child process, as the server reads them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod child;
mod formats;
mod hostile;
mod made;
mod manifest;
mod office;
mod pdf;
mod programs;
mod scanned;
mod seen;
mod shown;
mod tables;
mod taken_over;

//! Stand-ins for what is outside: they speak the real protocols on loopback, and misbehave on demand.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a stand-in that can't start is a failed test")]

mod deepgram;
mod embedding;
mod recognizer;
mod smtp;

pub use deepgram::{DeepgramSession, DeepgramTrouble, DeepgramUpstream, Sentence};
pub use embedding::{EmbeddingServer, EmbeddingTrouble, hashed_words};
pub use recognizer::{FakeRecognizer, Step};
pub use smtp::{SmtpSink, SmtpTrouble};

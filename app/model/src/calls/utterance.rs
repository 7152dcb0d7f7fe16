//! What was said, before anything is made of it.

use serde::{Deserialize, Serialize};

use super::Word;
use crate::time::Millis;

/// Something that was said in one go. Recognizers, the live engine and the page all speak of it; what comes of it for good is a
/// [`Segment`](crate::Segment).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Utterance {
    /// What; an empty one takes back what its partials showed.
    pub text: String,
    /// When it begins: stream time at a recognizer (ms since its stream's first sample), call time elsewhere.
    pub start: Millis,
    /// When it ends, not before `start`; on the same clock.
    pub end: Millis,
    /// How sure the recognizer is, 0 to 1.
    pub confidence: f64,
    /// The words in order with their times, on the same clock; empty where the recognizer gives none.
    pub words: Vec<Word>,
}

impl Utterance {
    /// Of a recognizer that gives no words and is sure.
    pub fn new(text: impl Into<String>, start: Millis, end: Millis) -> Self {
        Self { text: text.into(), start, end, confidence: 1.0, words: Vec::new() }
    }
}

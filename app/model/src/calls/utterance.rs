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
    /// How sure the recognizer is, 0 to 1; 0 where it doesn't know, as browsers say of what may still change. [`is_doubtful`] judges it.
    pub confidence: f64,
    /// The words in order with their times, on the same clock; empty where the recognizer gives none.
    pub words: Vec<Word>,
}

impl Utterance {
    /// Of a recognizer that gives no words and is sure.
    pub fn new(text: impl Into<String>, start: Millis, end: Millis) -> Self {
        Self { text: text.into(), start, end, confidence: 1.0, words: Vec::new() }
    }

    /// Whether nothing should be made of it: see [`is_doubtful`].
    pub fn is_doubtful(&self) -> bool {
        is_doubtful(self.confidence)
    }
}

/// Confidence (0 to 1) under which words are doubtful. It is e⁻¹: Whisper takes a decoding for failed whose words have a mean log
/// probability under −1 (`logprob_threshold`; Radford et al. 2022, section 4.5), and what it makes up over silence lies there.
pub const LEAST_CONFIDENCE: f64 = 0.368;

/// Whether a recognizer is so unsure of words that nothing should be made of them: no suggestion, no number, no line of a summary. They
/// stay in the transcript. A confidence of 0 (or none at all) says nothing: recognizers write it that have no measure of it, a
/// browser's among them.
pub fn is_doubtful(confidence: f64) -> bool {
    confidence > 0.0 && confidence < LEAST_CONFIDENCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_and_low_confidence_is_doubtful() {
        for (confidence, doubtful) in [
            (0.0, false),
            (-1.0, false),
            (f64::NAN, false),
            (0.001, true),
            (0.15, true),
            (0.21, true),
            (0.36, true),
            (0.37, false),
            (1.0, false),
        ] {
            assert_eq!(is_doubtful(confidence), doubtful, "{confidence}");
        }
    }
}

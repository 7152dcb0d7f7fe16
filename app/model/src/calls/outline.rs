//! A call as its review page shows it: the transcript in parts.

use serde::{Deserialize, Serialize};

use super::{Channel, Review};
use crate::time::Millis;

/// A line of a transcript without its words: enough to find it, to draw it and to play from it, and short on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(i64, Channel, Millis, Millis)", into = "(i64, Channel, Millis, Millis)")]
pub struct OutlineLine {
    /// The segment's number.
    pub number: i64,
    /// Who spoke.
    pub channel: Channel,
    /// From the call's start.
    pub start_ms: Millis,
    /// From the call's start.
    pub end_ms: Millis,
}

impl From<(i64, Channel, Millis, Millis)> for OutlineLine {
    fn from((number, channel, start_ms, end_ms): (i64, Channel, Millis, Millis)) -> Self {
        Self { number, channel, start_ms, end_ms }
    }
}

impl From<OutlineLine> for (i64, Channel, Millis, Millis) {
    fn from(line: OutlineLine) -> Self {
        (line.number, line.channel, line.start_ms, line.end_ms)
    }
}

/// A call's review with a part of its transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownReview {
    /// The review. Its segments are the part, without the times of their words.
    pub review: Review,
    /// The whole transcript's lines, in order of start.
    pub outline: Vec<OutlineLine>,
    /// Place of the part's first line in the outline.
    pub from: u32,
}

impl ShownReview {
    /// Lines that are shown at first, and more at once: some twenty minutes of talk.
    pub const LINES: u32 = 200;
}

//! What was said: the lines of a transcript, and the words that may still change.

use serde::{Deserialize, Serialize};

use super::{Channel, TrackId};
use crate::time::Millis;

/// One word of a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Word {
    /// As written.
    pub text: String,
    /// From the call's start.
    pub start: Millis,
    /// From the call's start.
    pub end: Millis,
    /// 0 to 1; 1 where the recognizer says nothing of it.
    pub confidence: f64,
}

/// One final piece of transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Segment {
    /// 1, 2, 3 … within the call, in the order in which they became final.
    pub number: i64,
    /// On which track it was heard.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "i64"))]
    pub track: TrackId,
    /// Whose side spoke.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub channel: Channel,
    /// What was said; never empty.
    pub text: String,
    /// From the call's start.
    pub start_ms: Millis,
    /// From the call's start; not before `start_ms`.
    pub end_ms: Millis,
    /// How sure the recognizer is, 0 to 1; 0 where it doesn't know.
    pub confidence: f64,
    /// The words with their times; empty where the recognizer gives none, or after a correction.
    #[cfg_attr(feature = "sqlx", sqlx(json))]
    pub words: Vec<Word>,
    /// A person has corrected the text.
    pub corrected: bool,
}

impl Segment {
    /// Whether nothing should be made of it ([`is_doubtful`](super::is_doubtful)). What a person has corrected is sure.
    pub fn is_doubtful(&self) -> bool {
        !self.corrected && super::is_doubtful(self.confidence)
    }
}

/// Text that may still change. One per track at most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Partial {
    /// On which track it is heard.
    pub track: TrackId,
    /// Whose side speaks.
    pub channel: Channel,
    /// What seems to be said; empty takes the last partial back.
    pub text: String,
    /// From the call's start.
    pub start_ms: Millis,
    /// From the call's start.
    pub end_ms: Millis,
    /// The number that its segment will have; known as soon as a suggestion rests on it.
    pub segment: Option<i64>,
}

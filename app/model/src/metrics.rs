//! Behaviour metrics: how a conversation went, in numbers. The same code runs on the server, in the live page and in the
//! review, so that a number means one thing.

use serde::{Deserialize, Serialize};

use crate::calls::{Channel, Segment};
use crate::time::Millis;

mod fillers;
mod questions;
mod tally;
mod words;

pub use fillers::{fillers, fillers_in};
pub use questions::{is_question, questions};
pub use tally::{Tally, is_acknowledgement};
pub use words::{Mark, Stop, Words};

/// Both sides' numbers of one call so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Metrics {
    /// The rep's side.
    pub rep: SideMetrics,
    /// The customer's side.
    pub customer: SideMetrics,
    /// Rep's talk time ÷ both sides' talk time, 0 to 1; none before anybody spoke.
    pub talk_share: Option<f64>,
    /// Patience: mean pause in ms between the end of a customer's turn and the start of the rep's next; none without such a pair.
    pub patience_ms: Option<f64>,
    /// How often the floor changed.
    pub turns: u32,
}

/// One side's numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SideMetrics {
    /// Time with speech, from the voice detector where there is audio, else from the segments' times.
    pub talk_ms: Millis,
    /// Words in final segments; letters where a script has no space between words.
    pub words: u32,
    /// Words ÷ minutes of talk until the last of them; none under 10 s of talk, or where letters are counted.
    pub words_per_minute: Option<f64>,
    /// Longest monologue: the longest stretch of one's own turns that the other side did not interrupt with more than
    /// a short acknowledgement.
    pub longest_monologue_ms: Millis,
    /// Questions asked.
    pub questions: u32,
    /// Filler words.
    pub fillers: u32,
}

impl Metrics {
    /// One side's numbers.
    pub fn side(&self, channel: Channel) -> &SideMetrics {
        match channel {
            Channel::Rep => &self.rep,
            Channel::Customer => &self.customer,
        }
    }
}

/// The numbers of a whole transcript, segments in the order of their numbers or times. [`Tally`] tells how each is defined.
pub fn of(segments: &[Segment]) -> Metrics {
    let mut tally = Tally::default();
    for segment in segments {
        tally.push_segment(segment);
    }
    tally.metrics()
}

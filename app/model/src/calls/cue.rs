//! What the rep is shown for what was said.

use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::knowledge::Citation;
use crate::text_enum::text_enum;
use crate::time::Millis;

text_enum! {
    /// How many suggestions the product shows.
    Verbosity {
        /// Only what is nearly certain and matters most.
        Quiet = "quiet",
        /// The default.
        Normal = "normal",
        /// Coaching nudges too.
        Chatty = "chatty",
    }
}

text_enum! {
    /// What a suggestion is about.
    CueKind {
        /// The customer has something against it.
        Objection = "objection",
        /// The customer asked something.
        Question = "question",
        /// The customer leans in.
        BuyingSignal = "buying_signal",
        /// Another vendor was named.
        Competitor = "competitor",
        /// The deal may be in danger.
        Risk = "risk",
        /// Something about how the rep talks.
        Coaching = "coaching",
        /// Somebody committed to something.
        NextStep = "next_step",
    }
}

impl CueKind {
    /// The name that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Objection => "Objection",
            Self::Question => "Question",
            Self::BuyingSignal => "Buying signal",
            Self::Competitor => "Competitor",
            Self::Risk => "Risk",
            Self::Coaching => "Coaching",
            Self::NextStep => "Next step",
        }
    }
}

text_enum! {
    /// What became of a suggestion.
    CueState {
        /// On screen.
        Open = "open",
        /// The rep found it useful.
        Kept = "kept",
        /// The rep waved it away.
        Dismissed = "dismissed",
        /// Made room for newer ones.
        Collapsed = "collapsed",
    }
}

/// A suggestion that the product shows during a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cue {
    /// 1, 2, 3 … within the call.
    pub number: i64,
    /// What it is about.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub kind: CueKind,
    /// The playbook entry that fired, for example `objection.price`.
    pub topic: String,
    /// One line, for example `Price objection`.
    pub title: String,
    /// The words that it answers, as said; for coaching the measured fact.
    pub quote: String,
    /// What to say or do: one to three short sentences.
    pub guidance: String,
    /// Where it rests on.
    #[cfg_attr(feature = "sqlx", sqlx(json))]
    pub evidence: Evidence,
    /// When it came up, in call time.
    pub at_ms: Millis,
    /// What became of it.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub state: CueState,
    /// The passage of the organization's documents that speaks to the words; it comes after the suggestion, if at all.
    #[cfg_attr(feature = "sqlx", sqlx(json(nullable)))]
    #[serde(default)]
    pub source: Option<Box<Citation>>,
}

impl Cue {
    /// Its line in lists and on cards: the title, or the words themselves where the title would only repeat the kind.
    pub fn headline(&self) -> &str {
        if self.is_generic() { &self.quote } else { &self.title }
    }

    /// Whether it says no more than its kind: its advice is the same for whatever was said, so it helps only with a passage.
    pub fn is_generic(&self) -> bool {
        self.title == self.kind.label()
    }
}

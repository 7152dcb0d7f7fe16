//! What is written after a call.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calls::Channel;
use crate::evidence::Evidence;
use crate::ids::CallId;

/// Everything that is written about a call, and what wrote it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Insights {
    /// The engine that wrote it, for example `extractive`.
    pub made_by: String,
    /// The summary's lines in the order of the call; empty when nothing was said.
    pub summary: Vec<SummaryLine>,
    /// Commitments with owner and due date.
    pub action_items: Vec<ActionItem>,
    /// Questions of the customer, in the order of the call.
    pub questions: Vec<SummaryLine>,
    /// Agreed next steps, in the order of the call.
    pub next_steps: Vec<SummaryLine>,
}

impl Insights {
    /// What wrote it, for people.
    pub fn maker(&self) -> String {
        match self.made_by.as_str() {
            "extractive" => "Made of the words of the call, without a language model.".to_owned(),
            name => format!("Written by {name}."),
        }
    }
}

/// A line with the segments it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SummaryLine {
    /// The sentence.
    pub text: String,
    /// Whose words it takes up.
    pub channel: Channel,
    /// Where it was said.
    pub evidence: Evidence,
}

/// Something that somebody promised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionItem {
    /// The promise, as said.
    pub text: String,
    /// Who promised.
    pub owner: Channel,
    /// By when, resolved against the call's date.
    pub due: Option<NaiveDate>,
    /// The words that say by when, for example `by Friday`.
    pub due_words: Option<String>,
    /// Where it was said.
    pub evidence: Evidence,
    /// Ticked off.
    pub done: bool,
}

/// Something that somebody promised in one of their calls and hasn't done yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenPromise {
    /// The call.
    pub call: CallId,
    /// The call's title.
    pub title: String,
    /// Its number among the call's action items, from 0.
    pub item: u32,
    /// What was promised, as said.
    pub text: String,
    /// By when.
    pub due: Option<NaiveDate>,
    /// The line of the call where it was said.
    pub line: i64,
}

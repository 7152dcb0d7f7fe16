//! Searches and questions, what they find, and answers that cite it.

use serde::{Deserialize, Serialize};

use super::{Citation, DocumentFilter};
use crate::text_enum::text_enum;

/// The longest question or search, in characters.
pub const MAX_QUESTION_CHARS: usize = 1_000;

text_enum! {
    /// How a search found its passages.
    SearchMode {
        /// By their words only: there is no embedding model, or not everything is embedded yet.
        Lexical = "lexical",
        /// By words and meaning.
        Hybrid = "hybrid",
    }
}

/// A passage that a search found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hit {
    /// The passage, cut around what was found; `quote` is the snippet.
    pub citation: Citation,
    /// Stretches of the snippet that match (characters: first, one past the last).
    pub highlights: Vec<(u32, u32)>,
    /// How good it is: 0 to 1, comparable between searches of one mode.
    pub score: f32,
    /// The part of the score that comes from words, 0 to 1.
    pub lexical: f32,
    /// The cosine similarity of its meaning; none without a model.
    pub semantic: Option<f32>,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchResult {
    /// The passages, best first; at most 10, and none if nothing is good enough.
    pub hits: Vec<Hit>,
    /// How they were found.
    pub mode: SearchMode,
}

/// What somebody asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// 1 to 1,000 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1000, pattern = "text"))]
    pub text: String,
    /// Where to look.
    #[serde(default)]
    pub filter: DocumentFilter,
}

/// A sentence of an answer with what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerLine {
    /// The sentence.
    pub text: String,
    /// Where it stands.
    pub citation: Citation,
}

/// An answer. Without lines it is "not in your documents".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    /// What was asked.
    pub question: String,
    /// The sentences that answer, best first by document, in reading order within one.
    pub lines: Vec<AnswerLine>,
    /// The passages that were looked at, best first: why it is this answer, or why there is none.
    pub considered: Vec<Hit>,
    /// How they were found.
    pub mode: SearchMode,
    /// What made the answer: `extractive`.
    pub made_by: String,
}

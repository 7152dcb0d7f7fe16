//! What a line rests on.

use serde::{Deserialize, Serialize};

/// A stretch of one segment's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    /// The segment's number within its call.
    pub segment: i64,
    /// First character (Unicode scalar values, not bytes).
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

/// One span or more. A claim without evidence can't be built, so it can't be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = Vec<Span>))]
#[serde(try_from = "Vec<Span>", into = "Vec<Span>")]
pub struct Evidence(Vec<Span>);

/// A list of spans was empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoEvidence;

impl std::fmt::Display for NoEvidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("evidence needs at least one span")
    }
}

impl std::error::Error for NoEvidence {}

impl Evidence {
    /// Evidence of a single span.
    pub fn of(span: Span) -> Self {
        Self(vec![span])
    }

    /// The spans, at least one.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// The first segment it rests on.
    pub fn first_segment(&self) -> i64 {
        self.0.first().map_or(0, |span| span.segment)
    }
}

impl TryFrom<Vec<Span>> for Evidence {
    type Error = NoEvidence;

    fn try_from(spans: Vec<Span>) -> Result<Self, NoEvidence> {
        if spans.is_empty() { Err(NoEvidence) } else { Ok(Self(spans)) }
    }
}

impl From<Evidence> for Vec<Span> {
    fn from(evidence: Evidence) -> Self {
        evidence.0
    }
}

//! The last words of a segment, kept because a recognizer may cut a phrase in two.

use std::ops::Range;

use model::{Millis, Segment, Span};

/// Pause after which a segment no longer goes on from the one before.
const CONTIGUOUS: Millis = Millis(1_500);
/// Characters of the segment before that are read again, for phrases cut in two.
const LONGEST: usize = 60;

/// The last words of a track's newest segment.
#[derive(Debug)]
pub(crate) struct CarryOver {
    pub text: String,
    segment: i64,
    /// Where it begins in the segment, in characters.
    offset: u32,
    end: Millis,
}

impl CarryOver {
    /// The end of a segment, unless its sentence is complete.
    pub fn of(segment: &Segment) -> Option<Self> {
        // Who trails off goes on.
        let trails_off = segment.text.ends_with('…') || segment.text.ends_with("..");
        if segment.text.ends_with(['.', '!', '?']) && !trails_off {
            return None;
        }
        let length = segment.text.chars().count();
        let text = if length > LONGEST {
            let cut: String = segment.text.chars().skip(length - LONGEST).collect();
            cut.split_once(char::is_whitespace)?.1.trim_start().to_owned()
        } else {
            segment.text.clone()
        };
        let offset = (length - text.chars().count()) as u32;
        (!text.is_empty()).then_some(Self { text, segment: segment.number, offset, end: segment.end_ms })
    }

    /// Whether a segment that starts here goes on from it.
    pub fn reaches(&self, start: Millis) -> bool {
        start.0.abs_diff(self.end.0) <= CONTIGUOUS.0.unsigned_abs()
    }
}

/// Where a range of tail, space and segment read together stands: in the tail's segment, in this one, or in both. `before`
/// is the length of tail and space.
pub(crate) fn spans(range: &Range<u32>, before: u32, tail: Option<&CarryOver>, segment: i64) -> Vec<Span> {
    let mut spans = Vec::new();
    if let Some(tail) = tail.filter(|_| range.start + 1 < before) {
        let end = range.end.min(before - 1);
        spans.push(Span { segment: tail.segment, start: tail.offset + range.start, end: tail.offset + end });
    }
    if range.end > before {
        spans.push(Span { segment, start: range.start.max(before) - before, end: range.end - before });
    }
    spans
}

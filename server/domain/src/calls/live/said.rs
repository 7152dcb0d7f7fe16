//! What was said in a live call so far.

use model::{Millis, Segment, TrackId};

use super::rows::Rows;

/// A call's segments, in order of number.
#[derive(Debug, Default)]
pub(super) struct Said {
    rows: Rows<Segment>,
    end: Millis,
}

impl Said {
    /// Adds the next one.
    pub(super) fn push(&mut self, segment: Segment) {
        self.end = self.end.max(segment.end_ms);
        self.rows.push(segment);
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Segment> {
        self.rows.all()
    }

    /// Where the last words end; 0 before any.
    pub(super) const fn end(&self) -> Millis {
        self.end
    }

    /// One of them, once it is final.
    pub(super) fn get(&self, number: i64) -> Option<Segment> {
        self.rows.get(number)
    }

    /// Whether there are words of this track and of these times.
    pub(super) fn has(&self, said: (TrackId, Millis, Millis)) -> bool {
        self.rows.any_at(said.1, |segment| (segment.track, segment.start_ms, segment.end_ms) == said)
    }
}

impl FromIterator<Segment> for Said {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        let mut said = Self::default();
        segments.into_iter().for_each(|segment| said.push(segment));
        said
    }
}

#[cfg(test)]
mod tests {
    use model::Channel;

    use super::*;

    fn segment(number: i64) -> Segment {
        let (start, end) = (Millis(number * 4_000), Millis(number * 4_000 + 3_000));
        Segment {
            number,
            track: TrackId::usual(Channel::Customer),
            channel: Channel::Customer,
            text: format!("It is number {number}."),
            start_ms: start,
            end_ms: end,
            confidence: 0.875,
            words: Vec::new(),
            corrected: false,
        }
    }

    #[test]
    fn words_that_were_said_are_known_and_others_are_not() {
        let said: Said = (1..=500).map(segment).collect();
        assert_eq!(said.end(), Millis(500 * 4_000 + 3_000));
        for number in [1, 250, 499, 500] {
            let Segment { track, start_ms, end_ms, .. } = segment(number);
            assert!(said.has((track, start_ms, end_ms)), "{number}");
            assert!(!said.has((TrackId::MICROPHONE, start_ms, end_ms)), "another track's: {number}");
            assert!(!said.has((track, start_ms, end_ms + Millis(1))), "{number}");
        }
    }
}

//! What was said in a live call so far. A call has a thousand lines an hour, and a server a thousand calls: all but the newest lines are
//! packed, so that calls which go on for hours take little more memory than those that have begun.

use std::io::{Read as _, Write as _};
use std::ops::RangeInclusive;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use model::{Millis, Segment, TrackId};

/// So many lines are packed together; at least as many are not.
const TOGETHER: usize = 32;

/// A call's segments, in order of number.
#[derive(Debug, Default)]
pub(super) struct Said {
    packed: Vec<Packed>,
    newest: Vec<Segment>,
    end: Millis,
}

impl Said {
    /// Adds the next one.
    pub(super) fn push(&mut self, segment: Segment) {
        self.end = self.end.max(segment.end_ms);
        self.newest.push(segment);
        if self.newest.len() >= 2 * TOGETHER
            && let Some(packed) = Packed::of(&self.newest[..TOGETHER])
        {
            self.packed.push(packed);
            self.newest.drain(..TOGETHER);
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Segment> {
        self.packed.iter().flat_map(Packed::segments).chain(self.newest.iter().cloned()).collect()
    }

    /// Where the last words end; 0 before any.
    pub(super) const fn end(&self) -> Millis {
        self.end
    }

    /// One of them, once it is final.
    pub(super) fn get(&self, number: i64) -> Option<Segment> {
        let newest = self.newest.iter().rev().find(|segment| segment.number == number).cloned();
        newest.or_else(|| {
            let packed = self.packed.iter().rev().find(|packed| packed.numbers.contains(&number))?;
            packed.segments().into_iter().find(|segment| segment.number == number)
        })
    }

    /// Whether there are words of this track and of these times. New ones mostly begin after all that is packed, which isn't looked into then.
    pub(super) fn has(&self, said: (TrackId, Millis, Millis)) -> bool {
        let is_it = |segment: &Segment| (segment.track, segment.start_ms, segment.end_ms) == said;
        self.newest.iter().rev().any(is_it)
            || self.packed.iter().rev().filter(|packed| packed.begins.contains(&said.1)).any(|packed| packed.segments().iter().any(is_it))
    }
}

impl FromIterator<Segment> for Said {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        let mut said = Self::default();
        segments.into_iter().for_each(|segment| said.push(segment));
        said
    }
}

/// Some segments that follow one another.
#[derive(Debug)]
struct Packed {
    numbers: RangeInclusive<i64>,
    /// Between when and when they begin.
    begins: RangeInclusive<Millis>,
    bytes: Box<[u8]>,
}

impl Packed {
    /// None of none.
    fn of(segments: &[Segment]) -> Option<Self> {
        let numbers = segments.iter().map(|segment| segment.number).min()?..=segments.iter().map(|segment| segment.number).max()?;
        let begins = segments.iter().map(|segment| segment.start_ms).min()?..=segments.iter().map(|segment| segment.start_ms).max()?;
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&postcard::to_stdvec(segments).ok()?).ok()?;
        Some(Self { numbers, begins, bytes: encoder.finish().ok()?.into_boxed_slice() })
    }

    fn segments(&self) -> Vec<Segment> {
        let mut bytes = Vec::new();
        let read = DeflateDecoder::new(&*self.bytes).read_to_end(&mut bytes);
        let unpacked = read.ok().and_then(|_| postcard::from_bytes(&bytes).ok());
        if unpacked.is_none() {
            tracing::error!(numbers = ?self.numbers, "lines of a live call could not be unpacked; they are stored");
        }
        unpacked.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use model::{Channel, Word};

    use super::*;

    fn segment(number: i64) -> Segment {
        let (start, end) = (Millis(number * 4_000), Millis(number * 4_000 + 3_000));
        let words = vec![Word { text: "expensive".to_owned(), start, end, confidence: 0.25 }];
        Segment {
            number,
            track: TrackId::usual(Channel::Customer),
            channel: Channel::Customer,
            text: format!("It is number {number}, and it is too expensive for a team of our size."),
            start_ms: start,
            end_ms: end,
            confidence: 0.875,
            words,
            corrected: number % 7 == 0,
        }
    }

    #[test]
    fn all_is_there_as_it_was_said_however_much_it_is() {
        for count in [0, 1, 31, 32, 63, 64, 65, 1_000] {
            let segments: Vec<Segment> = (1..=count).map(segment).collect();
            let said: Said = segments.iter().cloned().collect();
            assert_eq!(said.all(), segments);
            assert_eq!(said.end(), segments.last().map(|last| last.end_ms).unwrap_or_default());
            assert!(said.newest.len() < 2 * TOGETHER, "{}", said.newest.len());
            for number in [1, 2, count / 2, count] {
                assert_eq!(said.get(number), segments.iter().find(|known| known.number == number).cloned(), "{number} of {count}");
            }
            assert_eq!(said.get(count + 1), None);
        }
    }

    #[test]
    fn words_that_were_said_are_known_and_others_are_not() {
        let said: Said = (1..=500).map(segment).collect();
        for number in [1, 250, 499, 500] {
            let Segment { track, start_ms, end_ms, .. } = segment(number);
            assert!(said.has((track, start_ms, end_ms)), "{number}");
            assert!(!said.has((TrackId::MICROPHONE, start_ms, end_ms)), "another track's: {number}");
            assert!(!said.has((track, start_ms, end_ms + Millis(1))), "{number}");
        }
    }

    #[test]
    fn a_line_takes_little() {
        let said: Said = (1..=1_000).map(segment).collect();
        let packed: usize = said.packed.iter().map(|packed| packed.bytes.len()).sum();
        assert!(packed < 60 * 1_000, "{packed} bytes for a thousand lines");
    }
}

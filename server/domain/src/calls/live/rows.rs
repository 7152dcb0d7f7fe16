//! What a live call keeps of its lines and suggestions. A call has a thousand lines an hour, and a server a thousand calls: all but the
//! newest are packed, so that calls which go on for hours take little more memory than those that have begun.

use std::io::{Read as _, Write as _};
use std::ops::RangeInclusive;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use model::{Cue, Millis, Segment};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// So many are packed together; at least as many are not.
const TOGETHER: usize = 32;
/// So many packages become one: the more are packed together, the less each takes.
const PACKAGES: usize = 8;

/// What is numbered within a call, and has its place in the call's time.
pub(super) trait CallRow: Clone + Serialize + DeserializeOwned {
    fn number(&self) -> i64;
    /// In call time.
    fn at(&self) -> Millis;
}

impl CallRow for Segment {
    fn number(&self) -> i64 {
        self.number
    }

    fn at(&self) -> Millis {
        self.start_ms
    }
}

impl CallRow for Cue {
    fn number(&self) -> i64 {
        self.number
    }

    fn at(&self) -> Millis {
        self.at_ms
    }
}

/// Rows in the order in which they came.
#[derive(Debug)]
pub(super) struct Rows<T> {
    packed: Vec<Packed>,
    newest: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { packed: Vec::new(), newest: Vec::new() }
    }
}

impl<T: CallRow> Rows<T> {
    /// Adds the next one.
    pub(super) fn push(&mut self, row: T) {
        self.newest.push(row);
        if self.newest.len() >= 2 * TOGETHER
            && let Some(packed) = Packed::of(&self.newest[..TOGETHER])
        {
            self.packed.push(packed);
            self.newest.drain(..TOGETHER);
            self.pack_closer();
        }
    }

    /// Makes one package of the last ones, once there are enough of them.
    fn pack_closer(&mut self) {
        let small = self.packed.iter().rev().take_while(|packed| packed.count <= TOGETHER).count();
        let Some(from) = self.packed.len().checked_sub(PACKAGES).filter(|_| small >= PACKAGES) else { return };
        let rows: Vec<T> = self.packed[from..].iter().flat_map(Packed::rows).collect();
        // Of a package that can't be unpacked nothing more must be lost.
        let is_all = rows.len() == self.packed[from..].iter().map(|packed| packed.count).sum::<usize>();
        if let Some(closer) = Packed::of(&rows).filter(|_| is_all) {
            self.packed.truncate(from);
            self.packed.push(closer);
            self.packed.shrink_to_fit();
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<T> {
        self.packed.iter().flat_map(Packed::rows).chain(self.newest.iter().cloned()).collect()
    }

    /// The one with this number.
    pub(super) fn get(&self, number: i64) -> Option<T> {
        let newest = self.newest.iter().rev().find(|row| row.number() == number).cloned();
        newest.or_else(|| {
            let mut packed = self.packed.iter().rev().filter(|packed| packed.numbers.contains(&number));
            packed.find_map(|packed| packed.rows::<T>().into_iter().find(|row| row.number() == number))
        })
    }

    /// Changes the one with this number; false if there is none.
    pub(super) fn update(&mut self, number: i64, change: impl FnOnce(&mut T)) -> bool {
        if let Some(row) = self.newest.iter_mut().rev().find(|row| row.number() == number) {
            change(row);
            return true;
        }
        for packed in self.packed.iter_mut().rev().filter(|packed| packed.numbers.contains(&number)) {
            let mut rows = packed.rows::<T>();
            if let Some(row) = rows.iter_mut().find(|row| row.number() == number) {
                change(row);
                if let Some(changed) = Packed::of(&rows) {
                    *packed = changed;
                }
                return true;
            }
        }
        false
    }

    /// Takes the one with this number out.
    pub(super) fn remove(&mut self, number: i64) {
        self.newest.retain(|row| row.number() != number);
        self.packed.retain_mut(|packed| {
            if !packed.numbers.contains(&number) {
                return true;
            }
            let mut rows = packed.rows::<T>();
            rows.retain(|row| row.number() != number);
            if let Some(rest) = Packed::of(&rows) {
                *packed = rest;
            }
            !rows.is_empty()
        });
    }

    /// Whether one that is at this time is such a one. New ones mostly come after all that is packed, which isn't looked into then.
    pub(super) fn any_at(&self, at: Millis, is_it: impl Fn(&T) -> bool) -> bool {
        let mut packed = self.packed.iter().rev().filter(|packed| packed.times.contains(&at));
        self.newest.iter().rev().any(&is_it) || packed.any(|packed| packed.rows().iter().any(&is_it))
    }
}

impl<T: CallRow> FromIterator<T> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        let mut kept = Self::default();
        rows.into_iter().for_each(|row| kept.push(row));
        kept
    }
}

/// Some that follow one another.
#[derive(Debug)]
struct Packed {
    count: usize,
    numbers: RangeInclusive<i64>,
    times: RangeInclusive<Millis>,
    bytes: Box<[u8]>,
}

impl Packed {
    /// None of none.
    fn of<T: CallRow>(rows: &[T]) -> Option<Self> {
        let numbers = rows.iter().map(CallRow::number).min()?..=rows.iter().map(CallRow::number).max()?;
        let times = rows.iter().map(CallRow::at).min()?..=rows.iter().map(CallRow::at).max()?;
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&postcard::to_stdvec(rows).ok()?).ok()?;
        Some(Self { count: rows.len(), numbers, times, bytes: encoder.finish().ok()?.into_boxed_slice() })
    }

    fn rows<T: CallRow>(&self) -> Vec<T> {
        let mut bytes = Vec::new();
        let read = DeflateDecoder::new(&*self.bytes).read_to_end(&mut bytes);
        let rows = read.ok().and_then(|_| postcard::from_bytes(&bytes).ok());
        if rows.is_none() {
            tracing::error!(numbers = ?self.numbers, "rows of a live call could not be unpacked; they are stored");
        }
        rows.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use model::{Channel, CueKind, CueState, Evidence, Span, TrackId, Word};

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
        for count in [0, 1, 31, 32, 63, 64, 65, 287, 288, 1_000] {
            let segments: Vec<Segment> = (1..=count).map(segment).collect();
            let rows: Rows<Segment> = segments.iter().cloned().collect();
            assert_eq!(rows.all(), segments);
            assert!(rows.newest.len() < 2 * TOGETHER && rows.packed.len() < 2 * PACKAGES, "{} {}", rows.newest.len(), rows.packed.len());
            for number in [1, 2, count / 2, count] {
                assert_eq!(rows.get(number), segments.iter().find(|known| known.number == number).cloned(), "{number} of {count}");
            }
            assert_eq!(rows.get(count + 1), None);
        }
    }

    #[test]
    fn a_line_takes_little() {
        let rows: Rows<Segment> = (1..=1_000).map(segment).collect();
        let packed: usize = rows.packed.iter().map(|packed| packed.bytes.len()).sum();
        assert!(packed < 50 * 1_000, "{packed} bytes for a thousand lines");
    }

    fn cue(number: i64) -> Cue {
        Cue {
            number,
            kind: CueKind::Objection,
            topic: "objection.price".to_owned(),
            title: "Price objection".to_owned(),
            quote: format!("number {number} is too expensive"),
            guidance: "Ask what they compare it with. Don't offer a discount yet.".to_owned(),
            evidence: Evidence::of(Span { segment: number, start: 3, end: 9 }),
            at_ms: Millis(number * 9_000),
            state: CueState::Open,
            source: None,
        }
    }

    #[test]
    fn what_is_packed_can_be_changed_and_taken_out() {
        let mut rows: Rows<Cue> = (1..=200).map(cue).collect();
        for number in [1, 40, 199] {
            assert!(rows.update(number, |cue| cue.state = CueState::Dismissed));
            assert_eq!(rows.get(number).map(|cue| cue.state), Some(CueState::Dismissed), "{number}");
        }
        assert!(!rows.update(201, |_| {}));
        for number in [2, 41, 200] {
            rows.remove(number);
            assert_eq!(rows.get(number), None);
        }
        let left: Vec<i64> = rows.all().iter().map(|cue| cue.number).collect();
        assert_eq!(left, (1..=200).filter(|number| ![2, 41, 200].contains(number)).collect::<Vec<_>>());
        (1..=32).for_each(|number| rows.remove(number));
        assert_eq!(rows.all().first().map(|cue| cue.number), Some(33), "a block of none is gone");
    }
}

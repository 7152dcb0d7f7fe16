//! Which words two texts have in common, and how far apart in time.

use model::metrics::Words;
use model::{Millis, Word};

/// How far apart in time the two copies of a word may be.
pub(super) const SLACK: i64 = 1_500;
/// Words kept per track, and words of a text that are compared.
pub(super) const KEPT: usize = 400;

/// A word's hash, what it sounds like, and when it was said, in ms of call time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimedWord {
    hash: u32,
    /// See [`sound`].
    sound: u32,
    pub(super) at: i64,
}

/// The words of a text with their times: the recognizer's, or spread evenly where it gives none.
pub(crate) fn timed(words: &Words, given: &[Word], start: Millis, end: Millis) -> Vec<TimedWord> {
    let spoken = words.spoken() as usize;
    let span = end.since(start).0;
    let said = (0..words.len()).filter(|index| words.marks().get(*index).is_some_and(|mark| mark.spoken)).map(|index| words.word(index));
    said.take(KEPT)
        .enumerate()
        .map(|(index, word)| {
            let even = start.0 + span * index as i64 / spoken.max(1) as i64;
            let at = if given.len() == spoken { given.get(index).map_or(even, |word| word.start.0) } else { even };
            TimedWord { hash: hash(word), sound: sound(word), at }
        })
        .collect()
}

/// FNV-1a.
fn hash(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The first two consonants of a word by the groups of Soundex (US patent 1,261,167): those of one group are easily misheard for
/// each other. 0 with fewer.
fn sound(word: &str) -> u32 {
    let group = |letter: u8| match letter {
        b'b' | b'f' | b'p' | b'v' => 1,
        b'c' | b'g' | b'j' | b'k' | b'q' | b's' | b'x' | b'z' => 2,
        b'd' | b't' => 3,
        b'l' => 4,
        b'm' | b'n' => 5,
        b'r' => 6,
        _ => 0,
    };
    let mut groups = word.bytes().map(group).filter(|group| *group > 0);
    match (groups.next(), groups.next()) {
        (Some(first), Some(second)) => first * 10 + second,
        _ => 0,
    }
}

/// What two lists of words have in common, in order.
#[derive(Clone, Copy, Default)]
pub(super) struct Common {
    /// 2 for each word that is the same, 1 for each that sounds alike.
    pub score: u16,
    pub same: u16,
    matched: u16,
    lags: i32,
}

impl Common {
    /// How much later the first list's words were, on average; in ms.
    pub fn lag(&self) -> i64 {
        if self.matched == 0 { 0 } else { i64::from(self.lags) / i64::from(self.matched) }
    }
}

/// The heaviest common subsequence of words that were said within [`SLACK`] of each other.
pub(super) fn common(words: &[TimedWord], others: &[TimedWord]) -> Common {
    let mut row = vec![Common::default(); others.len() + 1];
    // Usually both are in the order of time, and then each word meets only a few.
    let in_order = others.is_sorted_by_key(|other| other.at);
    for word in words {
        let near = match in_order {
            true => {
                let from = others.partition_point(|other| other.at < word.at.saturating_sub(SLACK));
                from..others.partition_point(|other| other.at <= word.at.saturating_add(SLACK)).max(from)
            }
            false => 0..others.len(),
        };
        let mut diagonal = row[near.start];
        let mut left = diagonal;
        for index in near.clone() {
            let (other, above) = (others[index], row[index + 1]);
            let lag = word.at.saturating_sub(other.at);
            let same = word.hash == other.hash;
            let mut best = if above.score >= left.score { above } else { left };
            if (same || (word.sound != 0 && word.sound == other.sound)) && lag.abs() <= SLACK {
                let score = diagonal.score + 1 + u16::from(same);
                if score > best.score || (score == best.score && same) {
                    // At most 400 words, each within a few seconds: it fits.
                    let lags = diagonal.lags + lag as i32;
                    best = Common { score, same: diagonal.same + u16::from(same), matched: diagonal.matched + 1, lags };
                }
            }
            row[index + 1] = best;
            (diagonal, left) = (above, best);
        }
        // What comes later can't match this word, but goes on from it.
        for later in row.get_mut(near.end + 1..).unwrap_or(&mut []) {
            if later.score >= left.score {
                break;
            }
            *later = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

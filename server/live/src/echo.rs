//! The duplicate filter: what one side's microphone picked up from its loudspeaker, of the other side, is not said twice.

use std::collections::VecDeque;

use model::metrics::Words;
use model::{Channel, Millis, TrackId, Word};

/// How far apart in time the two copies of a word may be.
const SLACK: i64 = 1_500;
/// For fewer than [`LONG`] words, all must agree, this close on average.
const CLOSE: i64 = 700;
const LONG: usize = 5;
/// Fewer words are never dropped: "yes" is said by both.
const LEAST_WORDS: usize = 3;
/// Share of a copy's words that must be found on one track of the other side.
const AGREEMENT: f64 = 0.7;
/// The rep's copy may seem this much earlier than the customer's words and still be their echo: recognizers' times jitter.
const JITTER: i64 = 200;
/// Words kept per track, and words of a text that are compared.
const KEPT: usize = 400;
/// Stretches of voice kept per track.
const STRETCHES: usize = 64;

/// A word's hash and when it was said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimedWord {
    hash: u32,
    at: i64,
}

/// The recent past of a track.
#[derive(Debug)]
struct TrackSpeech {
    channel: Channel,
    finals: VecDeque<TimedWord>,
    partial: Vec<TimedWord>,
    final_until: Millis,
    voice: VecDeque<(Millis, Millis)>,
}

/// The recent past of all tracks.
#[derive(Debug)]
pub(crate) struct RecentSpeech(Vec<TrackSpeech>);

/// The words of a text with their times: the recognizer's, or spread evenly where it gives none.
pub(crate) fn timed(words: &Words, given: &[Word], start: Millis, end: Millis) -> Vec<TimedWord> {
    let spoken = words.spoken() as usize;
    let span = end.since(start).0;
    let hashes =
        (0..words.len()).filter(|index| words.marks().get(*index).is_some_and(|mark| mark.spoken)).map(|index| hash(words.word(index)));
    hashes
        .take(KEPT)
        .enumerate()
        .map(|(index, hash)| {
            let even = start.0 + span * index as i64 / spoken.max(1) as i64;
            let at = if given.len() == spoken { given.get(index).map_or(even, |word| word.start.0) } else { even };
            TimedWord { hash, at }
        })
        .collect()
}

/// FNV-1a.
fn hash(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

impl RecentSpeech {
    /// Of tracks that are on these sides.
    pub fn new(tracks: &[Channel]) -> Self {
        let track = |channel: &Channel| TrackSpeech {
            channel: *channel,
            finals: VecDeque::new(),
            partial: Vec::new(),
            final_until: Millis::ZERO,
            voice: VecDeque::new(),
        };
        Self(tracks.iter().map(track).collect())
    }

    pub fn push_final(&mut self, track: TrackId, words: &[TimedWord], end: Millis) {
        let track = &mut self.0[track.index()];
        track.finals.extend(words);
        let surplus = track.finals.len().saturating_sub(KEPT);
        track.finals.drain(..surplus);
        track.final_until = end;
        track.partial.clear();
    }

    pub fn set_partial(&mut self, track: TrackId, words: Vec<TimedWord>) {
        self.0[track.index()].partial = words;
    }

    pub fn push_voice(&mut self, track: TrackId, start: Millis, end: Millis) {
        let voice = &mut self.0[track.index()].voice;
        match voice.back_mut() {
            Some(last) if start >= last.0 && start.since(last.1) <= Millis(300) => last.1 = last.1.max(end),
            _ => voice.push_back((start, end)),
        }
        if voice.len() > STRETCHES {
            voice.pop_front();
        }
    }

    fn of(&self, channel: Channel) -> impl Iterator<Item = &TrackSpeech> {
        self.0.iter().filter(move |track| track.channel == channel)
    }

    /// The end of a side's newest voice.
    pub fn voiced_until(&self, channel: Channel) -> Option<Millis> {
        self.of(channel).filter_map(|track| track.voice.back()).map(|stretch| stretch.1).max()
    }

    /// Whether somebody on a side spoke during a stretch whose words aren't known yet at its end.
    pub fn is_ahead_of(&self, channel: Channel, start: Millis, end: Millis) -> bool {
        self.of(channel).any(|track| track.final_until + Millis(500) < end && track.was_voiced(start, end))
    }

    /// Whether these words of a track are the other side's, heard again. The rep's are compared with the
    /// customer's partial too, which may still change; the customer's only with what the rep said for certain.
    pub fn is_echo(&self, track: TrackId, words: &[TimedWord]) -> bool {
        self.repeats(track, words, self.0[track.index()].channel == Channel::Rep)
    }

    /// Whether these words may turn out to be an echo once the other side's partials are final.
    pub fn may_become_echo(&self, track: TrackId, words: &[TimedWord]) -> bool {
        self.repeats(track, words, true)
    }

    fn repeats(&self, track: TrackId, words: &[TimedWord], with_partial: bool) -> bool {
        let channel = self.0[track.index()].channel;
        self.of(channel.other()).any(|other| other.is_repeated_by(channel, words, with_partial))
    }
}

impl TrackSpeech {
    /// Whether it had voice for at least 300 ms of a stretch.
    fn was_voiced(&self, start: Millis, end: Millis) -> bool {
        let common = self.voice.iter().map(|voice| voice.1.min(end).since(voice.0.max(start)));
        common.sum::<Millis>() >= Millis(300)
    }

    /// Whether words that were heard on a track of side `channel`, the other one, are this one's.
    fn is_repeated_by(&self, channel: Channel, words: &[TimedWord], with_partial: bool) -> bool {
        let (Some(first), Some(last), true) = (words.first(), words.last(), words.len() >= LEAST_WORDS) else { return false };
        let tentative: &[TimedWord] = if with_partial { &self.partial } else { &[] };
        let near = first.at - SLACK..=last.at + SLACK;
        let others: Vec<TimedWord> = self.finals.iter().chain(tentative).filter(|word| near.contains(&word.at)).copied().collect();
        let (common, lag) = common(words, &others);
        let enough =
            if words.len() < LONG { common == words.len() && lag.abs() <= CLOSE } else { common as f64 >= AGREEMENT * words.len() as f64 };
        let later = if channel == Channel::Rep { lag >= -JITTER } else { lag > JITTER };
        enough && later
    }
}

/// The longest common subsequence of words that were said within [`SLACK`] of each other: its length, and how much later
/// on average the first list's words were.
fn common(words: &[TimedWord], others: &[TimedWord]) -> (usize, i64) {
    let mut row = vec![(0_usize, 0_i64); others.len() + 1];
    for word in words {
        let mut diagonal = (0, 0);
        for (index, other) in others.iter().enumerate() {
            let above = row[index + 1];
            let lag = word.at - other.at;
            row[index + 1] = if word.hash == other.hash && lag.abs() <= SLACK {
                (diagonal.0 + 1, diagonal.1 + lag)
            } else if above.0 >= row[index].0 {
                above
            } else {
                row[index]
            };
            diagonal = above;
        }
    }
    let (length, lag) = row.last().copied().unwrap_or_default();
    (length, if length == 0 { 0 } else { lag / length as i64 })
}

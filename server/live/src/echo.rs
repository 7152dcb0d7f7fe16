//! The duplicate filter: what one side's microphone picked up from its loudspeaker, of the other side, is not said twice.

use std::collections::VecDeque;

use model::{Channel, Millis, TrackId};

use alignment::{KEPT, SLACK, common};

mod alignment;

pub(crate) use alignment::{TimedWord, timed};

/// Share of a copy's time in which the other side must have spoken. Who reads back what was said begins when it has been said, or a
/// moment before; an echo is a few tenths of a second late, on calls with a long way round perhaps a whole one.
const OVERLAP: f64 = 0.5;
/// For fewer than [`LONG`] words, all must agree, this close on average.
const CLOSE: i64 = 700;
const LONG: usize = 5;
/// Fewer words are never dropped: "yes" is said by both.
const LEAST_WORDS: usize = 3;
/// Share of a copy's words that must be found on one track of the other side.
const AGREEMENT: f64 = 0.7;
/// If the copy lies in time where an echo would, recognizers may have written many of its words otherwise: such an overlap, at most so
/// late on average ([`ALIGNED`]), needs only this share of words, those counted half that begin with the same sounds; and so many that
/// are the same.
const SAME_TIME: f64 = 0.75;
const ALIGNED: i64 = 900;
const ALIGNED_AGREEMENT: f64 = 0.5;
const ALIGNED_SAME: f64 = 0.3;
/// Recognizers' times jitter. The rep's copy may seem this much earlier than the customer's words and still be their echo, which is the
/// more usual way; the customer's must be a quarter of it later.
const JITTER: i64 = 200;
/// Stretches of voice kept per track.
const STRETCHES: usize = 64;

/// Something said, as far as echoes go. Times are call time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard<'a> {
    pub words: &'a [TimedWord],
    pub start: Millis,
    pub end: Millis,
}

/// The recent past of a track.
#[derive(Debug)]
struct TrackSpeech {
    channel: Channel,
    finals: VecDeque<TimedWord>,
    /// When its finals were said.
    spoken: VecDeque<(Millis, Millis)>,
    partial: Vec<TimedWord>,
    /// When its partial is said.
    speaking: (Millis, Millis),
    final_until: Millis,
    voice: VecDeque<(Millis, Millis)>,
}

/// The recent past of all tracks.
#[derive(Debug)]
pub(crate) struct RecentSpeech(Vec<TrackSpeech>);

impl RecentSpeech {
    /// Of tracks that are on these sides.
    pub fn new(tracks: &[Channel]) -> Self {
        let track = |channel: &Channel| TrackSpeech {
            channel: *channel,
            finals: VecDeque::new(),
            spoken: VecDeque::new(),
            partial: Vec::new(),
            speaking: (Millis::ZERO, Millis::ZERO),
            final_until: Millis::ZERO,
            voice: VecDeque::new(),
        };
        Self(tracks.iter().map(track).collect())
    }

    pub fn push_final(&mut self, track: TrackId, said: Heard<'_>) {
        let track = &mut self.0[track.index()];
        track.finals.extend(said.words);
        let surplus = track.finals.len().saturating_sub(KEPT);
        track.finals.drain(..surplus);
        track.spoken.push_back((said.start, said.end));
        if track.spoken.len() > STRETCHES {
            track.spoken.pop_front();
        }
        track.final_until = said.end;
        track.partial.clear();
    }

    /// What is being said on a track.
    pub fn set_partial(&mut self, track: TrackId, words: Vec<TimedWord>, start: Millis, end: Millis) {
        let track = &mut self.0[track.index()];
        (track.partial, track.speaking) = (words, (start, end));
    }

    /// Nothing is being said on a track.
    pub fn clear_partial(&mut self, track: TrackId) {
        self.0[track.index()].partial.clear();
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

    /// Whether what a track heard is the other side's, heard again. The rep's is compared with the
    /// customer's partial too, which may still change; the customer's only with what the rep said for certain.
    pub fn is_echo(&self, track: TrackId, said: Heard<'_>) -> bool {
        self.repeats(track, said, self.0[track.index()].channel == Channel::Rep)
    }

    /// Whether it may turn out to be an echo once the other side's partials are final.
    pub fn may_become_echo(&self, track: TrackId, said: Heard<'_>) -> bool {
        self.repeats(track, said, true)
    }

    fn repeats(&self, track: TrackId, said: Heard<'_>, with_partial: bool) -> bool {
        let channel = self.0[track.index()].channel;
        said.words.len() >= LEAST_WORDS && self.of(channel.other()).any(|other| other.is_repeated_by(channel, said, with_partial))
    }
}

impl TrackSpeech {
    /// Whether it had voice for at least 300 ms of a stretch.
    fn was_voiced(&self, start: Millis, end: Millis) -> bool {
        let common = self.voice.iter().map(|voice| voice.1.min(end).since(voice.0.max(start)));
        common.sum::<Millis>() >= Millis(300)
    }

    /// Share of a stretch in which it spoke, 0 to 1.
    fn overlap(&self, start: Millis, end: Millis, with_partial: bool) -> f64 {
        let speaking = (with_partial && !self.partial.is_empty()).then_some(&self.speaking);
        let stretches = self.spoken.iter().chain(speaking);
        // What has no length lies in a stretch or doesn't.
        let end = end.max(start + Millis(1));
        let common: Millis = stretches.map(|(from, until)| end.min(*until).since(start.max(*from))).sum();
        (common.0 as f64 / end.since(start).0 as f64).min(1.0)
    }

    /// The stretch that something copies, if there is one that fills about the same time.
    fn copied_by(&self, said: Heard<'_>, with_partial: bool) -> Option<(Millis, Millis)> {
        let speaking = (with_partial && !self.partial.is_empty()).then_some(&self.speaking);
        let common = |stretch: &(Millis, Millis)| said.end.min(stretch.1).since(said.start.max(stretch.0));
        let copied = self.spoken.iter().chain(speaking).max_by_key(|stretch| common(stretch))?;
        let longer = said.end.since(said.start).max(copied.1.since(copied.0));
        (common(copied).0 as f64 >= SAME_TIME * longer.0 as f64).then_some(*copied)
    }

    /// Whether what was heard on a track of side `channel`, the other one, is this one's.
    fn is_repeated_by(&self, channel: Channel, said: Heard<'_>, with_partial: bool) -> bool {
        let (Some(first), Some(last)) = (said.words.first(), said.words.last()) else { return false };
        let overlap = self.overlap(said.start, said.end, with_partial);
        if overlap < OVERLAP {
            return false;
        }
        let tentative: &[TimedWord] = if with_partial { &self.partial } else { &[] };
        let near = first.at.saturating_sub(SLACK)..=last.at.saturating_add(SLACK);
        let others: Vec<TimedWord> = self.finals.iter().chain(tentative).filter(|word| near.contains(&word.at)).copied().collect();
        let alike = common(said.words, &others);
        let (all, lag) = (said.words.len(), alike.lag());
        let share = |count: f64| count / all as f64;
        let copied = self.copied_by(said, with_partial);
        let enough = if all < LONG {
            usize::from(alike.same) == all && lag.abs() <= CLOSE
        } else {
            share(f64::from(alike.same)) >= AGREEMENT
                || (overlap >= SAME_TIME && {
                    // Half of the words may be others: then what is alike must be of the one sentence that it copies, or the small
                    // words of two sentences before make an echo of anything.
                    let of_it: Vec<TimedWord> = match copied {
                        Some((from, until)) => others.into_iter().filter(|word| (from.0..=until.0).contains(&word.at)).collect(),
                        None => others,
                    };
                    let alike = common(said.words, &of_it);
                    alike.lag().abs() <= ALIGNED
                        && share(f64::from(alike.score) / 2.0) >= ALIGNED_AGREEMENT
                        && share(f64::from(alike.same)) >= ALIGNED_SAME
                })
        };
        // When a sentence began is more exact than the words' times, which many recognizers don't give.
        let lag = copied.map_or(lag, |(from, _)| said.start.0 - from.0);
        let later = if channel == Channel::Rep { lag >= -JITTER } else { lag >= JITTER / 4 };
        enough && later
    }
}

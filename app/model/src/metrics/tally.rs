//! The count behind [`Metrics`], fed piece by piece.

use super::words::Words;
use super::{Metrics, SideMetrics, fillers, questions};
use crate::calls::{Channel, Segment};
use crate::time::Millis;
use crate::wire::Frame;

/// Talk time under which words per minute would be a guess.
const LEAST_TALK: Millis = Millis(10_000);
/// A longer silence ends a monologue, and is no patience either.
const SILENCE: Millis = Millis(10_000);

/// Words that only say "go on": up to three of them are an acknowledgement, unless they answer a question.
const ACKNOWLEDGEMENTS: &[&str] = &[
    "yeah",
    "yes",
    "yep",
    "yup",
    "mhm",
    "mm",
    "hmm",
    "hm",
    "uh",
    "huh",
    "um",
    "okay",
    "right",
    "sure",
    "exactly",
    "great",
    "good",
    "cool",
    "nice",
    "wow",
    "oh",
    "ah",
    "i",
    "see",
    "got",
    "it",
    "true",
    "absolutely",
    "definitely",
    "of",
    "course",
    "perfect",
    "understood",
    "all",
    "no",
    "interesting",
    "alright",
    "thanks",
];

/// Whether a text only says "go on": at most three words, all of them acknowledgements.
pub fn is_acknowledgement(words: &Words) -> bool {
    words.spoken() <= 3 && (0..words.len()).all(|index| ACKNOWLEDGEMENTS.contains(&words.word(index)))
}

#[derive(Clone, Debug, Default)]
struct Side {
    talk: Millis,
    covered_until: Millis,
    voiced: bool,
    words: u32,
    longest: Millis,
    questions: u32,
    fillers: u32,
}

impl Side {
    /// Adds a stretch of talk; what lies before the last known end is known already.
    fn cover(&mut self, start: Millis, end: Millis) {
        self.talk = self.talk + end.since(start.max(self.covered_until));
        self.covered_until = self.covered_until.max(end);
    }
}

/// Who has the floor.
#[derive(Clone, Copy, Debug)]
struct Floor {
    channel: Channel,
    /// Where this stretch began.
    since: Millis,
    until: Millis,
    /// The holder's last segment asked something, so a short "yes" is an answer.
    asked: bool,
}

/// Counts [`Metrics`] from segments and voice, in constant memory; each piece costs time linear in its own length.
///
/// Segments count in the order of their numbers, each side's in the order of time. Definitions:
///
/// - **talk** = the time that the voice detector's stretches cover. Before the first such stretch of a side (no detector,
///   or a call taken up again after a restart): the time that its segments cover. Nothing counts twice.
/// - **words per minute** = words ÷ (talk ÷ 60 s), none under 10 s of talk or without words.
/// - **talk share** = rep's talk ÷ (rep's talk + customer's talk).
/// - The **floor** goes to a side with its first segment that is more than an acknowledgement ([`is_acknowledgement`]);
///   each change of the floor is a **turn**. A "yes" to a question takes the floor.
/// - **monologue** = from the start of the first to the end of the last segment while one side has the floor; a silence of
///   more than 10 s begins a new one.
/// - **patience** = mean over all changes from customer to rep of max(0, start of the rep's turn − end of the customer's);
///   silences of more than 10 s are left out.
/// - **questions**: [`questions()`]; **fillers**: [`fillers()`].
#[derive(Clone, Debug, Default)]
pub struct Tally {
    sides: [Side; 2],
    floor: Option<Floor>,
    turns: u32,
    pauses: u32,
    paused_ms: i64,
}

impl Tally {
    /// Counts a final segment.
    pub fn push_segment(&mut self, segment: &Segment) {
        self.push_words(segment.channel, segment.start_ms, segment.end_ms, &Words::of(&segment.text));
    }

    /// Counts a final segment whose words have been taken apart already.
    pub fn push_words(&mut self, channel: Channel, start: Millis, end: Millis, words: &Words) {
        let (start, end) = ordered(start, end);
        let asked = questions(words);
        let side = &mut self.sides[channel.index()];
        side.words = side.words.saturating_add(words.spoken());
        side.questions = side.questions.saturating_add(asked.len() as u32);
        side.fillers = side.fillers.saturating_add(fillers(words).len() as u32);
        if !side.voiced {
            side.cover(start, end);
        }
        let ends_asking = asked.last().is_some_and(|question| question.end == words.len());
        self.take_floor(channel, start, end, ends_asking, is_acknowledgement(words));
    }

    fn take_floor(&mut self, channel: Channel, start: Millis, end: Millis, asked: bool, acknowledgement: bool) {
        let floor = match self.floor {
            Some(floor) if floor.channel == channel && start.since(floor.until) <= SILENCE => {
                Floor { until: floor.until.max(end), asked, ..floor }
            }
            Some(floor) if floor.channel != channel && acknowledgement && !floor.asked => return,
            earlier => {
                if let Some(earlier) = earlier.filter(|earlier| earlier.channel != channel) {
                    self.turns = self.turns.saturating_add(1);
                    let pause = start.since(earlier.until);
                    if channel == Channel::Rep && pause <= SILENCE {
                        self.pauses = self.pauses.saturating_add(1);
                        self.paused_ms = self.paused_ms.saturating_add(pause.0);
                    }
                }
                Floor { channel, since: start, until: end, asked }
            }
        };
        let side = &mut self.sides[channel.index()];
        side.longest = side.longest.max(floor.until.since(floor.since));
        self.floor = Some(floor);
    }

    /// Counts a stretch with speech from the voice detector.
    pub fn push_voice(&mut self, channel: Channel, start: Millis, end: Millis) {
        let (start, end) = ordered(start, end);
        let side = &mut self.sides[channel.index()];
        side.voiced = true;
        side.cover(start, end);
    }

    /// Who has the floor, since when, and until when for certain.
    pub fn floor(&self) -> Option<(Channel, Millis, Millis)> {
        self.floor.map(|floor| (floor.channel, floor.since, floor.until))
    }

    /// The numbers so far.
    pub fn metrics(&self) -> Metrics {
        let [rep, customer] = [&self.sides[0], &self.sides[1]].map(|side| SideMetrics {
            talk_ms: side.talk,
            words: side.words,
            words_per_minute: (side.talk >= LEAST_TALK && side.words > 0).then(|| f64::from(side.words) * 60.0 / side.talk.as_seconds()),
            longest_monologue_ms: side.longest,
            questions: side.questions,
            fillers: side.fillers,
        });
        let both = rep.talk_ms + customer.talk_ms;
        Metrics {
            talk_share: (both > Millis::ZERO).then(|| rep.talk_ms.as_seconds() / both.as_seconds()),
            patience_ms: (self.pauses > 0).then(|| self.paused_ms as f64 / f64::from(self.pauses)),
            turns: self.turns,
            rep,
            customer,
        }
    }
}

/// Times within the longest call, the end not before the start.
fn ordered(start: Millis, end: Millis) -> (Millis, Millis) {
    let longest = Millis(Frame::MAX_CAPTURED_AT);
    let start = start.clamp(Millis::ZERO, longest);
    (start, end.clamp(start, longest))
}

#[cfg(test)]
mod tests;

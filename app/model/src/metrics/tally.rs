//! The count behind [`Metrics`], fed piece by piece.

use floor::{Said, Turns};
use stretches::Stretches;

use super::words::Words;
use super::{Metrics, SideMetrics, fillers, questions};
use crate::calls::{Channel, Segment};
use crate::time::Millis;
use crate::wire::Frame;

mod floor;
mod stretches;

/// Talk time under which words per minute would be a guess.
const LEAST_TALK: Millis = Millis(10_000);

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
    talk: Stretches,
    voiced: bool,
    words: u32,
    /// How many of the words are letters of a script without spaces.
    letters: u32,
    questions: u32,
    fillers: u32,
    /// Until when its words are known: the end of the last segment.
    said_until: Millis,
    /// How much of the talk is until then; none while nobody could tell.
    said: Option<Millis>,
}

impl Side {
    /// Keeps in step how much talk the words are of.
    fn measure(&mut self) {
        self.said = self.talk.length_until(self.said_until).or(self.said);
    }
}

/// Counts [`Metrics`] from segments and voice, in constant memory; each piece costs time linear in its own length.
///
/// Pieces may come late: what began within the last few dozen segments or stretches finds its place by its time. Definitions:
///
/// - **Doubtful** segments ([`Segment::is_doubtful`]) count for nothing.
/// - **talk** = the time that the voice detector's stretches cover. Before the first such stretch of a side (no detector,
///   or a call taken up again after a restart): the time that its segments cover. Nothing counts twice.
/// - **words per minute** = words ÷ (talk until the end of the last segment ÷ 60 s), none under 10 s of such talk or without words, and none where
///   most words are letters of a script without spaces ([`Words`]): letters a minute can't be compared. What is being said at this moment is talk
///   already, and its words are not known yet: with it, whoever goes on talking would seem to slow down.
/// - **talk share** = rep's talk ÷ (rep's talk + customer's talk).
/// - The **floor** goes to a side with its first segment that is more than an acknowledgement ([`is_acknowledgement`]);
///   each change of the floor is a **turn**. A "yes" to a question takes the floor.
/// - **monologue** = from the start of the first to the end of the last segment while one side has the floor; a silence of
///   more than 10 s begins a new one. What the other side says meanwhile beyond an acknowledgement ends it, whichever became final
///   first.
/// - **patience** = mean over all changes from customer to rep of max(0, start of the rep's turn − end of the customer's);
///   silences of more than 10 s are left out.
/// - **questions**: [`questions()`]; **fillers**: [`fillers()`].
#[derive(Clone, Debug, Default)]
pub struct Tally {
    sides: [Side; 2],
    turns: Turns,
}

impl Tally {
    /// Counts a final segment, unless it is doubtful.
    pub fn push_segment(&mut self, segment: &Segment) {
        if !segment.is_doubtful() {
            self.push_words(segment.channel, segment.start_ms, segment.end_ms, &Words::of(&segment.text));
        }
    }

    /// Counts a final segment that isn't doubtful and whose words have been taken apart already. Times are call time.
    pub fn push_words(&mut self, channel: Channel, start: Millis, end: Millis, words: &Words) {
        let (start, end) = ordered(start, end);
        let asked = questions(words);
        let side = &mut self.sides[channel.index()];
        side.words = side.words.saturating_add(words.spoken());
        side.letters = side.letters.saturating_add(words.letters());
        side.questions = side.questions.saturating_add(asked.len() as u32);
        side.fillers = side.fillers.saturating_add(fillers(words).len() as u32);
        if !side.voiced {
            side.talk.cover(start, end);
        }
        side.said_until = side.said_until.max(end);
        side.measure();
        let ends_asking = asked.last().is_some_and(|question| question.end == words.len());
        self.turns.push(Said { channel, start, end, asked: ends_asking, acknowledgement: is_acknowledgement(words) });
    }

    /// Counts a stretch with speech from the voice detector, in call time.
    pub fn push_voice(&mut self, channel: Channel, start: Millis, end: Millis) {
        let (start, end) = ordered(start, end);
        let side = &mut self.sides[channel.index()];
        side.voiced = true;
        side.talk.cover(start, end);
        if side.words > 0 {
            side.measure();
        }
    }

    /// Who has the floor, since when, and until when for certain, in call time.
    pub fn floor(&self) -> Option<(Channel, Millis, Millis)> {
        self.turns.now().floor.map(|floor| (floor.channel, floor.since, floor.until))
    }

    /// The numbers so far.
    pub fn metrics(&self) -> Metrics {
        let turns = self.turns.now();
        let [rep, customer] = [Channel::Rep, Channel::Customer].map(|channel| {
            let side = &self.sides[channel.index()];
            let talk = side.talk.length();
            let said = side.said.unwrap_or(talk);
            let pace = said >= LEAST_TALK && side.words > 0 && side.letters.saturating_mul(2) <= side.words;
            SideMetrics {
                talk_ms: talk,
                words: side.words,
                words_per_minute: pace.then(|| f64::from(side.words) * 60.0 / said.as_seconds()),
                longest_monologue_ms: turns.longest[channel.index()],
                questions: side.questions,
                fillers: side.fillers,
            }
        });
        let both = rep.talk_ms + customer.talk_ms;
        Metrics {
            talk_share: (both > Millis::ZERO).then(|| rep.talk_ms.as_seconds() / both.as_seconds()),
            patience_ms: turns.patience(),
            turns: turns.turns,
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

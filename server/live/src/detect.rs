//! Which entries of the playbook a stretch of words fires, and what to quote.

use std::ops::Range;

use model::metrics::{Stop, Words, questions};
use model::{Channel, CueKind, Millis};

use crate::disfluency::{Fluent, interruptions};
use crate::playbook::{Detector, Effort, Entry, Negation, Playbook};

mod negation;
mod past;
mod subject;

pub(crate) use subject::Topic;

/// An entry that fires, and the words that made it fire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub entry: usize,
    pub words: Range<usize>,
}

/// Longest quote, in characters.
const LONGEST_QUOTE: u32 = 160;
/// Words around a match within which an exception of the same sentence silences it.
const NEAR: usize = 15;
/// Matches kept per entry and text; only the first that isn't silenced counts.
const MOST_PER_ENTRY: usize = 8;
/// Where a clause ends: neither a negation nor a subject reaches further.
const BARRIERS: &[&str] = &["but", "because", "and", "though", "although", "however", "so", "then", "or", "since"];
/// Words before the place from which on an unfinished text is read that still tell what a match means.
const BEFORE: usize = 12;
/// Words around an interruption in which a phrase is looked for.
const AROUND: usize = 15;

/// What is known of a text beside its words.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub text: &'a str,
    /// Who says it.
    pub channel: Channel,
    /// What both sides said before it.
    pub topic: &'a Topic,
    /// When it began, in call time.
    pub start: Millis,
}

/// All entries that fire on a speaker's final words, first match of each.
pub(crate) fn find(playbook: &Playbook, words: &Words, setting: Setting<'_>) -> Vec<Hit> {
    let fluent = Fluent::of(setting.text, words, 0);
    let clean = fluent.words();
    let scan = Scan { playbook, words: clean, setting, within: 0..clean.len(), goes_on: false };
    let mut hits = scan.hits(true);
    for aside in interruptions(clean) {
        let interrupted = scan.without(&aside);
        hits.extend(interrupted.into_iter().filter(|hit| hits.iter().all(|other| other.entry != hit.entry)).collect::<Vec<_>>());
    }
    finish(hits, &fluent)
}

/// All entries that fire on words that are still being said, looking from the word `from` on. The last word isn't trusted,
/// and a match around which a negation may just be coming up is left for later.
pub(crate) fn find_early(playbook: &Playbook, words: &Words, setting: Setting<'_>, from: usize) -> Vec<Hit> {
    let trusted = words.marks().iter().rposition(|mark| mark.spoken).unwrap_or(0);
    let fluent = Fluent::of(setting.text, words, from.saturating_sub(BEFORE));
    let within = fluent.from(from)..fluent.from(trusted);
    let scan = Scan { playbook, words: fluent.words(), setting, within: within.clone(), goes_on: true };
    // Without its mark, a question goes on with every word until it is final.
    let ended = fluent.words().marks().get(within).unwrap_or(&[]).iter().any(|mark| mark.stop >= Stop::Sentence);
    let mut hits = scan.hits(ended);
    // So does a promise.
    let promises = |hit: &Hit| playbook.entries().get(hit.entry).is_some_and(|entry| entry.kind == CueKind::NextStep);
    let said = |hit: &Hit| fluent.words().sentence_end(hit.words.end.saturating_sub(1)) < fluent.words().len();
    hits.retain(|hit| !promises(hit) || said(hit));
    finish(hits, &fluent)
}

/// The first match of each entry, by the words that were said.
fn finish(mut hits: Vec<Hit>, fluent: &Fluent<'_>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.entry, hit.words.start));
    hits.dedup_by_key(|hit| hit.entry);
    hits.iter_mut().for_each(|hit| hit.words = fluent.as_said(&hit.words));
    hits
}

/// How many words were said after a match.
pub(crate) fn said_after(words: &Words, hit: &Hit) -> usize {
    words.marks().get(hit.words.end..).unwrap_or(&[]).iter().filter(|mark| mark.spoken).count()
}

/// A search in words without stumbles.
struct Scan<'a> {
    playbook: &'a Playbook,
    words: &'a Words,
    setting: Setting<'a>,
    /// Where a match must lie; exceptions and negations count wherever they stand.
    within: Range<usize>,
    goes_on: bool,
}

impl Scan<'_> {
    /// All matches of phrases that mean what they say; and questions, if those are wanted.
    fn hits(&self, questions: bool) -> Vec<Hit> {
        let (playbook, words) = (self.playbook, self.words);
        let mut hits: Vec<Hit> = Vec::new();
        let mut silenced: Vec<Hit> = Vec::new();
        let mut counts = vec![0_usize; playbook.entries().len()];
        let mut effort = Effort::of(words.len());
        for (byte, rule) in playbook.openings_in(words, self.within.start) {
            let Some(entry) = playbook.entries().get(rule.entry).filter(|entry| entry.speaker.is(self.setting.channel)) else { continue };
            let Some(first) = words.index_at(byte) else { continue };
            let Some(end) = rule.phrase.matches(words, first, &mut effort) else { continue };
            let hit = Hit { entry: rule.entry, words: first..end };
            if rule.silences {
                silenced.push(hit);
                continue;
            }
            let Some(count) = counts.get_mut(rule.entry).filter(|count| **count < MOST_PER_ENTRY) else { continue };
            if end <= self.within.end && !self.is_taken_back(entry, &hit.words) {
                *count += 1;
                hits.push(hit);
            }
        }
        if questions {
            ask(playbook, words, self.setting.channel, &mut hits);
        }
        hits.retain(|hit| self.within.start <= hit.words.start && hit.words.end <= self.within.end);
        // Sorted so that each hit looks only at the exceptions of its own entry nearby.
        silenced.sort_unstable_by_key(|hit| (hit.entry, hit.words.start));
        hits.retain(|hit| !is_silenced(words, &silenced, hit));
        if hits.iter().any(|hit| self.judges(hit)) {
            let mentions = subject::mentions(playbook, self.setting.text, words, self.setting.channel);
            hits.retain(|hit| !self.judges(hit) || !self.is_about_another(&mentions, hit));
        }
        hits
    }

    /// Whether negation or time say the opposite.
    fn is_taken_back(&self, entry: &Entry, matched: &Range<usize>) -> bool {
        let negated = match (entry.negation, entry.kind) {
            (Negation::Ignored, CueKind::BuyingSignal) => negation::is_refused(self.words, matched, entry.id == "buying.pain"),
            (Negation::Ignored, _) => false,
            _ => negation::is_negated(self.words, matched, self.goes_on),
        };
        negated || (self.setting.channel == Channel::Customer && past::is_over(self.words, matched, entry))
    }

    /// Whether a match may speak of somebody else's product.
    fn judges(&self, hit: &Hit) -> bool {
        self.setting.channel == Channel::Customer && self.playbook.entries().get(hit.entry).is_some_and(subject::may_be_of_another)
    }

    fn is_about_another(&self, mentions: &[subject::Mention], hit: &Hit) -> bool {
        let asks = self.playbook.entries().get(hit.entry).is_some_and(subject::asks);
        let theirs = || self.setting.topic.is_theirs(self.playbook, self.setting.start);
        subject::is_about_another(self.words, mentions, &hit.words, theirs, asks)
    }

    /// Matches of phrases that something interrupts: they begin before it and end after it.
    fn without(&self, aside: &Range<usize>) -> Vec<Hit> {
        let from = aside.start.saturating_sub(AROUND);
        let until = (aside.end + AROUND).min(self.words.len());
        let kept = |index: usize| (from..until).contains(&index) && !aside.contains(&index);
        // The comma before it goes with it.
        let stop = |index: usize| match self.words.marks().get(index) {
            Some(mark) if index + 1 != aside.start || mark.stop >= Stop::Sentence => mark.stop,
            _ => Stop::None,
        };
        let words = self.words.only(kept, stop);
        let cut = aside.start - from;
        let scan = Scan { words: &words, within: 0..words.len(), ..*self };
        let mut hits = scan.hits(false);
        hits.retain(|hit| hit.words.start < cut && cut < hit.words.end);
        for hit in &mut hits {
            hit.words = hit.words.start + from..hit.words.end + from + aside.len();
        }
        hits
    }
}

/// Questions fire the entries that listen for them.
fn ask(playbook: &Playbook, words: &Words, channel: Channel, hits: &mut Vec<Hit>) {
    let listens = |entry: &Entry| entry.listens_for == Some(Detector::Question) && entry.speaker.is(channel);
    if !playbook.entries().iter().any(listens) {
        return;
    }
    let mut asked = real_questions(words);
    asked.truncate(MOST_PER_ENTRY);
    for (entry, _) in playbook.entries().iter().enumerate().filter(|(_, entry)| listens(entry)) {
        hits.extend(asked.iter().map(|question| Hit { entry, words: question.clone() }));
    }
}

/// "What?" and "Really?" ask for no answer of the rep.
fn real_questions(words: &Words) -> Vec<Range<usize>> {
    questions(words).into_iter().filter(|question| question.len() >= 3).collect()
}

/// All questions that want an answer: without "can you hear me" and the like, which the playbook's entry lists.
pub(crate) fn asked(playbook: &Playbook, words: &Words) -> Vec<Range<usize>> {
    let Some(entry) = playbook.entries().iter().position(|entry| entry.listens_for == Some(Detector::Question)) else {
        return real_questions(words);
    };
    let silenced = silences(playbook, words, entry);
    let mut asked = real_questions(words);
    asked.retain(|question| !is_silenced(words, &silenced, &Hit { entry, words: question.clone() }));
    asked
}

/// The exceptions of one entry, in order.
fn silences(playbook: &Playbook, words: &Words, entry: usize) -> Vec<Hit> {
    let mut effort = Effort::of(words.len());
    let mut silenced: Vec<Hit> = playbook
        .openings_in(words, 0)
        .filter(|(_, rule)| rule.silences && rule.entry == entry)
        .filter_map(|(byte, rule)| {
            let from = words.index_at(byte)?;
            Some(Hit { entry, words: from..rule.phrase.matches(words, from, &mut effort)? })
        })
        .collect();
    silenced.sort_unstable_by_key(|hit| hit.words.start);
    silenced
}

fn is_silenced(words: &Words, silenced: &[Hit], hit: &Hit) -> bool {
    let near = hit.words.start.saturating_sub(NEAR);
    let first = silenced.partition_point(|other| (other.entry, other.words.start) < (hit.entry, near));
    let near = silenced.get(first..).unwrap_or(&[]).iter();
    near.take_while(|other| other.entry == hit.entry && other.words.start <= hit.words.end + NEAR).any(|other| {
        let between = other.words.start.min(hit.words.start)..other.words.start.max(hit.words.start);
        !words.marks().get(between).unwrap_or(&[]).iter().any(|mark| mark.stop >= Stop::Sentence)
    })
}

/// The characters to quote: the sentence of the match, or as much around it as a card can hold. Nothing before the
/// character `from` is quoted, unless the match begins there.
pub(crate) fn quote(words: &Words, matched: &Range<usize>, from: u32) -> Range<u32> {
    let marks = words.marks();
    let place = |index: usize| marks.get(index).copied();
    let (mut first, mut last) = (matched.start, matched.end.saturating_sub(1).max(matched.start));
    let length =
        |first: usize, last: usize| place(last).map_or(0, |mark| mark.end).saturating_sub(place(first).map_or(0, |mark| mark.start));
    // A match that is too long itself keeps its beginning.
    while last > first && length(first, last) > LONGEST_QUOTE {
        last -= 1;
    }
    loop {
        let before = first.checked_sub(1).filter(|index| place(*index).is_some_and(|mark| mark.stop < Stop::Sentence));
        let before = before.filter(|index| length(*index, last) <= LONGEST_QUOTE && place(*index).is_some_and(|mark| mark.start >= from));
        first = before.unwrap_or(first);
        let after = Some(last + 1).filter(|index| *index < marks.len() && place(last).is_some_and(|mark| mark.stop < Stop::Sentence));
        let after = after.filter(|index| length(first, *index) <= LONGEST_QUOTE);
        last = after.unwrap_or(last);
        if before.is_none() && after.is_none() {
            break;
        }
    }
    let start = place(first).map_or(0, |mark| mark.start);
    let end = place(last).map_or(start, |mark| mark.end);
    // One endless word.
    start..end.min(start + LONGEST_QUOTE)
}

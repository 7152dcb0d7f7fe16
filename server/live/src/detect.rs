//! Which entries of the playbook a stretch of words fires, and what to quote.

use std::ops::Range;

use model::Channel;
use model::metrics::{Stop, Words, questions};

use crate::playbook::{Detector, Effort, Entry, NEGATORS, Negation, Playbook};

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
/// Words before a phrase in which a negation reaches it.
const REACH: usize = 5;

/// Where a negation stops reaching forward.
const BARRIERS: &[&str] = &["but", "because", "and", "though", "although", "however", "so", "then", "or", "since"];
/// `not` before one of these does not negate what follows.
const HARMLESS: &[&str] =
    &["only", "just", "sure", "certain", "know", "like", "happy", "convinced", "mention", "gonna", "thrilled", "comfortable"];
const BEING: &[&str] = &["is", "are", "was", "were", "be", "been", "looks", "seems", "sounds", "feels"];
const TROUBLES: &[&str] = &[
    "issue",
    "issues",
    "problem",
    "problems",
    "concern",
    "concerns",
    "blocker",
    "blockers",
    "worry",
    "obstacle",
    "question",
    "factor",
    "dealbreaker",
    "breaker",
    "thing",
    "challenge",
    "worried",
    "concerned",
    "priority",
];
const FINE: &[&str] =
    &["fine", "okay", "good", "great", "reasonable", "fair", "acceptable", "perfect", "solid", "approved", "sorted", "covered", "right"];
const STRENGTHS: &[&str] = &[
    "very",
    "totally",
    "really",
    "actually",
    "pretty",
    "quite",
    "completely",
    "all",
    "perfectly",
    "just",
    "absolutely",
    "a",
    "an",
    "the",
    "our",
    "my",
    "big",
    "real",
    "major",
    "huge",
    "main",
    "longer",
    "even",
    "that",
    "much",
    "of",
];

/// All entries that fire on a speaker's final words, first match of each.
pub(crate) fn find(playbook: &Playbook, words: &Words, channel: Channel) -> Vec<Hit> {
    search(playbook, words, channel, 0, words.len(), false)
}

/// All entries that fire on words that are still being said, looking from the word `from` on. The last word isn't trusted,
/// and a match around which a negation may just be coming up is left for later.
pub(crate) fn find_early(playbook: &Playbook, words: &Words, channel: Channel, from: usize) -> Vec<Hit> {
    let trusted = words.marks().iter().rposition(|mark| mark.spoken).unwrap_or(0);
    search(playbook, words, channel, from, trusted, true)
}

/// How many words were said after a match.
pub(crate) fn said_after(words: &Words, hit: &Hit) -> usize {
    words.marks().get(hit.words.end..).unwrap_or(&[]).iter().filter(|mark| mark.spoken).count()
}

/// Matches that lie within the words `from..until`; exceptions and negations count wherever they stand.
fn search(playbook: &Playbook, words: &Words, channel: Channel, from: usize, until: usize, goes_on: bool) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut silenced: Vec<Hit> = Vec::new();
    let mut counts = vec![0_usize; playbook.entries().len()];
    let mut effort = Effort::of(words.len());
    for (byte, rule) in playbook.openings_in(words, from) {
        let Some(entry) = playbook.entries().get(rule.entry).filter(|entry| entry.speaker.is(channel)) else { continue };
        let Some(first) = words.index_at(byte) else { continue };
        let Some(end) = rule.phrase.matches(words, first, &mut effort) else { continue };
        let hit = Hit { entry: rule.entry, words: first..end };
        if rule.silences {
            silenced.push(hit);
            continue;
        }
        let Some(count) = counts.get_mut(rule.entry).filter(|count| **count < MOST_PER_ENTRY) else { continue };
        if end <= until && (entry.negation == Negation::Ignored || !is_negated(words, &hit.words, goes_on)) {
            *count += 1;
            hits.push(hit);
        }
    }
    // Without its mark, a question goes on with every word until it is final.
    let ended = || words.marks().get(from..until).unwrap_or(&[]).iter().any(|mark| mark.stop >= Stop::Sentence);
    if !goes_on || ended() {
        ask(playbook, words, channel, &mut hits);
    }
    hits.retain(|hit| from <= hit.words.start && hit.words.end <= until);
    // Sorted so that each hit looks only at the exceptions of its own entry nearby.
    silenced.sort_unstable_by_key(|hit| (hit.entry, hit.words.start));
    hits.retain(|hit| !is_silenced(words, &silenced, hit));
    hits.sort_by_key(|hit| (hit.entry, hit.words.start));
    hits.dedup_by_key(|hit| hit.entry);
    hits
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
    let mut asked = real_questions(words);
    asked.retain(|question| !is_silenced(words, &silenced, &Hit { entry, words: question.clone() }));
    asked
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

/// Whether the words around a match take it back. One that holds a negation itself is meant as it stands. If the text
/// `goes_on`, so does a negation that the next words may complete: "the price is", "the price is not a".
fn is_negated(words: &Words, matched: &Range<usize>, goes_on: bool) -> bool {
    let negative = matched.clone().any(|index| NEGATORS.contains(&words.word(index)));
    !negative && (negated_before(words, matched.start) || negated_after(words, matched.end, goes_on))
}

fn negated_before(words: &Words, start: usize) -> bool {
    for distance in 1..=REACH {
        let Some(index) = start.checked_sub(distance) else { return false };
        let word = words.word(index);
        if words.marks().get(index).is_none_or(|mark| mark.stop >= Stop::Clause) || BARRIERS.contains(&word) {
            return false;
        }
        if !NEGATORS.contains(&word) {
            continue;
        }
        let next = words.word(index + 1);
        let troubles = (1..=3).any(|offset| TROUBLES.contains(&words.word(index + offset)));
        if match word {
            // "No, it is too expensive" without the comma.
            "no" => troubles || (distance <= 2 && !matches!(next, "it" | "that" | "we" | "i" | "this" | "they" | "the" | "you" | "there")),
            "without" | "nothing" | "none" | "nobody" => distance <= 3,
            _ => troubles || !HARMLESS.contains(&next),
        } {
            return true;
        }
    }
    false
}

/// "The price is not a problem", "the timing is fine".
fn negated_after(words: &Words, end: usize, goes_on: bool) -> bool {
    let same_sentence =
        |index: usize| words.marks().get(end.saturating_sub(1)..index).unwrap_or(&[]).iter().all(|mark| mark.stop < Stop::Sentence);
    let Some(being) = (end..end + 5).find(|index| BEING.contains(&words.word(*index))) else {
        let open = |index: usize| goes_on && index >= words.len();
        return (end..end + 4).any(|index| {
            same_sentence(index)
                && match words.word(index) {
                    "works" => true,
                    "does" | "do" if open(index + 1) => true,
                    "does" | "do" if words.word(index + 1) == "not" => {
                        open(index + 2) || matches!(words.word(index + 2), "worry" | "bother" | "matter" | "scare")
                    }
                    _ => false,
                }
        });
    };
    let mut negated = false;
    for index in being + 1..being + 7 {
        if !same_sentence(index) {
            return false;
        }
        if index >= words.len() {
            return goes_on;
        }
        let word = words.word(index);
        if NEGATORS.contains(&word) {
            negated = true;
        } else if TROUBLES.contains(&word) {
            return negated;
        } else if FINE.contains(&word) {
            return !negated;
        } else if !STRENGTHS.contains(&word) {
            return false;
        }
    }
    false
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

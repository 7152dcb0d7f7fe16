//! Promises and agreed next steps.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use chrono::NaiveDate;
use model::metrics::Words;
use model::{ActionItem, SummaryLine};

mod phrases;

use super::Sentence;
use crate::disfluency::opens_clause;
use crate::due_dates::{self, DueDate, Viewpoint};
use crate::playbook::{Effort, Phrase, compile};
use phrases::{ABLE, ADVERBS, ASKED, CLAUSES, DONE_NOW, NOT_AFTER, NOT_DONE, OWN, STEPS};

/// Before a promise these make it none: "what I can send", "if I send it".
const OPEN: &[&str] = &["what", "if", "how", "when", "where", "whether", "can", "could", "should", "once", "unless", "before", "until"];
/// Of those that make it a condition, whatever day is named.
const CONDITIONS: &[&str] = &["if", "whether", "unless", "once", "before", "until"];

struct Phrases {
    own: Vec<Phrase>,
    able: Vec<Phrase>,
    asked: Vec<Phrase>,
    not_after: Vec<Phrase>,
    steps: Vec<Phrase>,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    // A test checks that each of them compiles.
    let all = |list: &[&str]| list.iter().filter_map(|phrase| compile(phrase).ok()).collect();
    Phrases { own: all(OWN), able: all(ABLE), asked: all(ASKED), not_after: all(NOT_AFTER), steps: all(STEPS) }
});

/// The words of a sentence that phrases match.
fn matches<'a>(phrases: &'a [Phrase], sentence: &'a Sentence<'_>) -> impl Iterator<Item = Range<usize>> + 'a {
    let words = &sentence.words;
    let end = move |from: usize| phrases.iter().find_map(|phrase| phrase.matches(words, from, &mut Effort::of(words.len())));
    (0..words.len()).filter_map(move |from| Some(from..end(from)?))
}

/// Words behind a verb within which it may say for whom something is done.
const REACH: usize = 9;

/// Where somebody says that they will do something, whatever it is, for the other side: "I'll wire you the deposit"; or by a day that is
/// `ahead`: "we'll roll it out by Friday".
fn done_for_you<'a>(sentence: &'a Sentence<'_>, ahead: bool) -> impl Iterator<Item = Range<usize>> + 'a {
    let words = &sentence.words;
    (0..words.len()).filter_map(move |from| {
        // "I'm going to Chicago".
        let is_name = |verb: usize| {
            let letter = words.marks().get(verb).and_then(|mark| sentence.text.chars().nth(mark.start as usize));
            letter.is_some_and(char::is_uppercase)
        };
        let verb = verb_at(words, from).filter(|verb| !is_name(*verb))?;
        let beyond = (verb + 1..(verb + REACH).min(words.len())).take_while(|index| {
            let word = words.word(*index);
            !CLAUSES.contains(&word) && (word != "that" || !opens_clause(words.word(index + 1)))
        });
        let is_for_you = || beyond.into_iter().any(|index| matches!(words.word(index), "you" | "your" | "yours"));
        (ahead || (is_for_you() && !DONE_NOW.contains(&words.word(verb)))).then_some(from..verb + 1)
    })
}

/// The verb of "I will …" and "we are going to …" at a word, unless it is one of the call itself.
fn verb_at(words: &Words, from: usize) -> Option<usize> {
    if !matches!(words.word(from), "i" | "we") {
        return None;
    }
    let mut at = match (words.word(from + 1), words.word(from + 2), words.word(from + 3)) {
        ("will" | "shall", ..) => from + 2,
        ("am" | "are", "going", "to") => from + 4,
        _ => return None,
    };
    for words_before in [&["try", "to"][..], &["make", "sure", "to"], &["go", "ahead", "and"], &["have", "to"], &["need", "to"]] {
        let stands = words_before.iter().enumerate().all(|(index, word)| words.word(at + index) == *word);
        at += if stands { words_before.len() } else { 0 };
    }
    while ADVERBS.contains(&words.word(at)) {
        at += 1;
    }
    (!words.word(at).is_empty() && !NOT_DONE.contains(&words.word(at))).then_some(at)
}

/// Whether somebody promises to do something. `due` tells whether a day is named, `silenced` what is no promise.
fn is_promised(sentence: &Sentence<'_>, due: Option<&DueDate>, today: NaiveDate, silenced: &[Range<usize>]) -> bool {
    // "Today" is mostly the call itself: "we'll cover three topics today".
    let ahead = due.is_some_and(|due| due.date > today);
    let due = due.is_some();
    let means_it = |said: Range<usize>| {
        let before = said.start.checked_sub(1).map_or("", |index| sentence.words.word(index));
        let is_open = OPEN.contains(&before) && (!due || CONDITIONS.contains(&before));
        !is_open && !overlaps(silenced, &said)
    };
    matches(&PHRASES.own, sentence).any(means_it)
        || done_for_you(sentence, ahead).any(means_it)
        || (due && matches(&PHRASES.able, sentence).any(means_it))
}

fn overlaps(ranges: &[Range<usize>], other: &Range<usize>) -> bool {
    ranges.iter().any(|range| range.start < other.end && other.start < range.end)
}

/// The promises, in the order of the call. Who says "I will" owes it; who is asked "could you send me" owes it too, if a
/// date or "me" makes the request one.
pub(super) fn action_items(sentences: &[Sentence<'_>], seen: &Viewpoint) -> Vec<ActionItem> {
    let mut items: Vec<ActionItem> = Vec::new();
    // What is promised again in the same words is the same promise.
    let mut known = HashSet::new();
    for sentence in sentences {
        let silenced: Vec<Range<usize>> = matches(&PHRASES.not_after, sentence).collect();
        let speaker = sentence.segment.channel;
        let words = &sentence.words;
        let due = due_dates::find(&sentence.text, seen);
        let owner = if is_promised(sentence, due.as_ref(), seen.today, &silenced) {
            speaker
        } else if let Some(asked) = matches(&PHRASES.asked, sentence).find(|asked| !overlaps(&silenced, asked)) {
            let object = (asked.start..asked.start + 6).any(|index| matches!(words.word(index), "me" | "us"));
            if !object && due.is_none() {
                continue;
            }
            speaker.other()
        } else {
            continue;
        };
        let due_words = due.as_ref().map(|due| said(&sentence.text, &due.place));
        let item = ActionItem {
            text: sentence.text.clone(),
            owner,
            due: due.map(|due| due.date),
            due_words,
            evidence: sentence.evidence(),
            done: false,
        };
        if known.insert((item.owner.index(), item.text.to_ascii_lowercase())) {
            items.push(item);
        }
    }
    items
}

/// The agreed next steps, in the order of the call.
pub(super) fn next_steps(sentences: &[Sentence<'_>]) -> Vec<SummaryLine> {
    let mut lines: Vec<SummaryLine> = Vec::new();
    let mut known = HashSet::new();
    for sentence in sentences {
        let negated = (0..sentence.words.len()).any(|index| sentence.words.word(index) == "not");
        if !negated && matches(&PHRASES.steps, sentence).next().is_some() {
            let line = sentence.line();
            if known.insert(line.text.to_ascii_lowercase()) {
                lines.push(line);
            }
        }
    }
    lines
}

/// Some characters of a text.
fn said(text: &str, place: &Range<u32>) -> String {
    text.chars().skip(place.start as usize).take(place.len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_compiles() {
        for phrase in [OWN, ABLE, ASKED, NOT_AFTER, STEPS].concat() {
            assert!(compile(phrase).is_ok(), "{phrase}: {:?}", compile(phrase).err());
        }
    }
}

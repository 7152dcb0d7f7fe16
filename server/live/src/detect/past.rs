//! Which matches speak of what is over: "we used to think it's too expensive", "we tried a trial last year and nobody used it".

use std::ops::Range;

use model::CueKind;
use model::metrics::{Stop, Words};

use crate::playbook::Entry;

/// Entries about what has happened, or that a past makes no less true.
const OF_ANY_TIME: &[&str] = &[
    "objection.trust",
    "objection.status_quo",
    "objection.authority",
    "objection.competitor",
    "buying.pain",
    "buying.references",
    "buying.enthusiasm",
];
const WAS: &[&str] = &["was", "were", "had", "did", "felt", "seemed", "looked", "thought", "sounded", "got"];
const BELIEVED: &[&str] =
    &["thought", "believed", "felt", "assumed", "feared", "figured", "worried", "suspected", "complained", "imagined"];
/// After a belief of the past: it is another one now.
const CHANGED: &[&str] = &["but", "until", "now", "then", "turned", "changed", "before", "anymore", "however"];
/// It is so still.
const STILL: &[&str] = &["still", "now", "today", "again", "currently"];
/// What somebody has done with a trial, a demo or an offer.
const DONE: &[&str] = &[
    "tried",
    "did",
    "had",
    "ran",
    "used",
    "started",
    "saw",
    "took",
    "made",
    "finished",
    "ended",
    "cancelled",
    "canceled",
    "failed",
    "completed",
    "abandoned",
    "stopped",
    "done",
    "seen",
    "tested",
    "piloted",
    "attended",
    "booked",
    "bought",
    "received",
    "rejected",
    "declined",
    "got",
];
/// What is wished or asked for hasn't happened, whatever the verb.
const WISHED: &[&str] = &[
    "can", "could", "would", "will", "want", "like", "love", "to", "may", "might", "should", "let", "if", "wish", "you", "your", "please",
    "when", "once", "shall", "how",
];
/// Words of a clause in which a verb reaches its object.
const REACH: usize = 6;

/// Whether a match of an entry about the present speaks of what is over.
pub(super) fn is_over(words: &Words, matched: &Range<usize>, entry: &Entry) -> bool {
    if OF_ANY_TIME.contains(&entry.id.as_str()) {
        return false;
    }
    match entry.kind {
        CueKind::Objection => was_once(words, matched),
        CueKind::BuyingSignal => was_done(words, matched),
        _ => false,
    }
}

/// Where the clause of a match begins; a comma doesn't part it, "but" and a full stop do.
fn clause(words: &Words, at: usize) -> usize {
    let start = words.sentence_start(at);
    let parts = |index: &usize| matches!(words.word(*index), "but" | "though" | "although" | "however" | "because" | "so");
    (start..at).rev().find(parts).map_or(start, |index| index + 1)
}

/// An opinion or a state of another time.
fn was_once(words: &Words, matched: &Range<usize>) -> bool {
    let start = clause(words, matched.start);
    let end = words.sentence_end(matched.end.saturating_sub(1));
    let says = |range: Range<usize>, list: &[&str]| range.into_iter().any(|index| list.contains(&words.word(index)));
    let parts = |index: &usize| {
        words.marks().get(index - 1).is_some_and(|mark| mark.stop == Stop::Clause) || matches!(words.word(*index), "but" | "and" | "so")
    };
    let close = (matched.end..end).find(parts).unwrap_or(end);
    // "but now we see" is about now, the match isn't; "and it still is" is about it.
    let still = says(matched.end..end, &["still"]) || says(matched.end..close, STILL) || says(start..matched.start, STILL);
    if !still && (start..matched.start).any(|index| is_earlier(words, index)) {
        return true;
    }
    let supposed = (start..matched.start).find(|index| BELIEVED.contains(&words.word(*index)));
    if supposed.is_some_and(|at| says(at..matched.start, &["would"]) || changes(words, matched.end)) {
        return true;
    }
    if says(start..matched.end, WAS) && is_fine_now(words, matched.end) {
        return true;
    }
    let dated = (start..matched.start).chain(matched.end..end).any(|index| names_past(words, index));
    dated && !still && says(start..matched.end, WAS)
}

/// "used to", "at first" and the like, which say that it is otherwise now.
fn is_earlier(words: &Words, index: usize) -> bool {
    let before = index.checked_sub(1).map_or("", |before| words.word(before));
    match (words.word(index), words.word(index + 1)) {
        ("used", "to") => !matches!(before, "are" | "am" | "is" | "was" | "were" | "be" | "been" | "get" | "got" | "getting" | "not"),
        ("at", "first") | ("back", "then") | ("no", "longer") | ("until", "recently") => true,
        ("initially" | "originally" | "formerly" | "previously", _) => true,
        ("in", "the") => words.word(index + 2) == "beginning",
        ("once", next) => BELIEVED.contains(&next),
        _ => false,
    }
}

/// Whether what follows says that a belief is another one now; in the next sentence only "but" and the like say so at once.
fn changes(words: &Words, end: usize) -> bool {
    let sentence = words.sentence_end(end.saturating_sub(1));
    (end..sentence).any(|index| CHANGED.contains(&words.word(index))) || matches!(words.word(sentence), "but" | "now" | "then" | "however")
}

/// "It was too expensive, but with the discount it works", "now it is fine".
fn is_fine_now(words: &Words, end: usize) -> bool {
    let sentence = words.sentence_end(end.saturating_sub(1));
    let turn = (end..sentence + 1).find(|index| matches!(words.word(*index), "but" | "now" | "then" | "until"));
    let Some(turn) = turn else { return false };
    let rest = turn + 1..words.sentence_end(turn);
    let not = rest.clone().any(|index| matches!(words.word(index), "not" | "never" | "still" | "no"));
    !not && rest.into_iter().any(|index| {
        matches!(
            words.word(index),
            "fine" | "works" | "work" | "okay" | "fits" | "good" | "reasonable" | "acceptable" | "affordable" | "changed" | "fair"
        )
    })
}

/// A time that is over.
fn names_past(words: &Words, index: usize) -> bool {
    let next = words.word(index + 1);
    match words.word(index) {
        "last" => matches!(next, "year" | "quarter" | "month" | "week" | "time" | "summer" | "spring" | "autumn" | "fall" | "winter"),
        "ago" | "yesterday" | "previously" | "formerly" | "earlier" => true,
        "back" => matches!(next, "then" | "in"),
        "before" => matches!(next, "the" | "that" | "this" | "we" | "you" | "i"),
        "at" => matches!((next, words.word(index + 2)), ("the", "time") | ("first", _)),
        "in" => {
            let year = next.len() == 4 && next.starts_with("20") && next.bytes().all(|digit| digit.is_ascii_digit());
            year || (next == "the" && words.word(index + 2) == "past")
        }
        _ => false,
    }
}

/// Something that was done already, or came to nothing.
fn was_done(words: &Words, matched: &Range<usize>) -> bool {
    if matched
        .clone()
        .any(|index| matches!(words.word(index), "can" | "could" | "may" | "would" | "how" | "when" | "like" | "want" | "love"))
    {
        return false;
    }
    let end = words.sentence_end(matched.end.saturating_sub(1));
    for index in (matched.start.saturating_sub(REACH)..matched.start).rev() {
        let word = words.word(index);
        if words.marks().get(index).is_none_or(|mark| mark.stop >= Stop::Clause) || matches!(word, "but" | "so" | "because") {
            break;
        }
        if WISHED.contains(&word) {
            return false;
        }
        if DONE.contains(&word) {
            return !(matched.start.saturating_sub(REACH)..index).any(|index| matches!(words.word(index), "if" | "wish" | "you" | "would"));
        }
    }
    (matched.end..end).any(|index| names_past(words, index) || came_to_nothing(words, index))
}

/// "nobody used it", "it went nowhere".
fn came_to_nothing(words: &Words, index: usize) -> bool {
    match (words.word(index), words.word(index + 1)) {
        ("nobody" | "none", _) | ("no", "one") => (index + 1..index + 5)
            .any(|index| matches!(words.word(index), "used" | "liked" | "wanted" | "touched" | "adopted" | "opened" | "noticed")),
        ("went", "nowhere") | ("fell", "flat" | "apart") | ("gave", "up") => true,
        ("failed" | "flopped", _) => true,
        ("did", "not") => matches!(words.word(index + 2), "work" | "help" | "go" | "convince" | "last"),
        _ => false,
    }
}

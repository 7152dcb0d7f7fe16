//! Which matches the words around them take back.

use std::ops::Range;

use model::metrics::{Stop, Words};

use super::BARRIERS;
use crate::disfluency::opens_clause;
use crate::playbook::NEGATORS;

/// Words before a phrase in which a negation reaches it.
const REACH: usize = 5;

/// `not` before one of these does not negate what follows.
const HARMLESS: &[&str] =
    &["only", "just", "sure", "certain", "know", "like", "happy", "convinced", "mention", "gonna", "thrilled", "comfortable"];
/// Pairs that negate what follows.
const FAR: &[(&str, &str)] = &[("far", "from"), ("anything", "but"), ("rather", "than"), ("instead", "of"), ("no", "longer")];
/// What somebody does who wants something: with a negation before it, they don't.
const WANTING: &[&str] =
    &["want", "need", "require", "care", "see", "think", "plan", "intend", "wish", "believe", "expect", "consider", "look", "like", "love"];
const WISHING: &[&str] = &["want", "need", "like", "love", "wish", "care"];
/// With a negation before these, somebody doesn't want it either.
const INCLINED: &[&str] = &["interested", "looking", "ready", "keen", "going", "planning", "asking", "here", "after", "about"];
const INTEREST: &[&str] = &["need", "interest", "reason", "point", "desire", "use", "way", "time", "chance", "plans"];
/// Words of a clause in which a refusal reaches what is refused.
const REFUSAL: usize = 8;
/// A phrase that begins so is a clause of its own, which no refusal before it reaches.
const ASKING: &[&str] =
    &["can", "could", "may", "how", "what", "where", "who", "when", "do", "does", "is", "are", "will", "would", "let", "send", "show"];
/// Words of a phrase between commas.
const LONGEST_ASIDE: usize = 6;
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

/// Whether the words around a match take it back. One that holds a negation itself is meant as it stands. If the text
/// `goes_on`, so does a negation that the next words may complete: "the price is", "the price is not a".
pub(super) fn is_negated(words: &Words, matched: &Range<usize>, goes_on: bool) -> bool {
    let negative = matched.clone().any(|index| NEGATORS.contains(&words.word(index)));
    !negative && (negated_before(words, matched.start) || negated_after(words, matched.end, goes_on))
}

fn negated_before(words: &Words, start: usize) -> bool {
    for distance in 1..=REACH {
        let Some(index) = start.checked_sub(distance) else { return false };
        let word = words.word(index);
        let stop = words.marks().get(index).map_or(Stop::Sentence, |mark| mark.stop);
        if stop == Stop::Clause && !opens_clause(words.word(index + 1)) && negated_before_aside(words, index) {
            return true;
        }
        if stop >= Stop::Clause {
            return false;
        }
        let pair = (index.checked_sub(1).map_or("", |before| words.word(before)), word);
        if FAR.contains(&pair) || (matches!(pair, ("no", "one")) && distance <= 4) {
            return true;
        }
        if BARRIERS.contains(&word) {
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
            "without" | "nothing" | "none" => distance <= 3,
            "nobody" => distance <= 4,
            // "It's not like it's too expensive", which isn't "we do not like it".
            "not" if next == "like" && BEING.contains(&pair.0) => true,
            _ => troubles || !HARMLESS.contains(&next),
        } {
            return true;
        }
    }
    false
}

/// "It's not, as you say, too expensive": whether a negation stands right before the phrase between commas that ends with a word.
fn negated_before_aside(words: &Words, last: usize) -> bool {
    let comma = |index: &usize| words.marks().get(*index).is_some_and(|mark| mark.stop == Stop::Clause);
    let opening = (1..=LONGEST_ASIDE).filter_map(|distance| last.checked_sub(distance)).find(comma);
    opening.is_some_and(|before| {
        ["not", "never", "hardly"].contains(&words.word(before))
            || (STRENGTHS.contains(&words.word(before)) && before.checked_sub(1).is_some_and(|index| words.word(index) == "not"))
    })
}

/// "The price is not a problem", "the timing is fine".
fn negated_after(words: &Words, end: usize, goes_on: bool) -> bool {
    // "Too expensive? Not at all."
    let sentence = words.sentence_end(end.saturating_sub(1));
    let asked = sentence.checked_sub(1).and_then(|last| words.marks().get(last)).is_some_and(|mark| mark.stop == Stop::Question);
    if asked && matches!(words.word(sentence), "no" | "not" | "nope" | "never" | "hardly") {
        return true;
    }
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

/// Whether the words before a match say that it isn't wanted or isn't so: "we don't want a trial", "no need for a demo", "that is not our
/// biggest problem". Who doesn't want a `pain` has it all the same. For matches that a plain negation leaves alone: "why don't we start with a pilot" wants one.
pub(super) fn is_refused(words: &Words, matched: &Range<usize>, pain: bool) -> bool {
    let first = words.word(matched.start);
    if ASKING.contains(&first) || matched.clone().any(|index| NEGATORS.contains(&words.word(index))) {
        return false;
    }
    for distance in 1..=REFUSAL {
        let Some(index) = matched.start.checked_sub(distance) else { return false };
        let word = words.word(index);
        if words.marks().get(index).is_none_or(|mark| mark.stop >= Stop::Clause) || BARRIERS.contains(&word) {
            return false;
        }
        let next = words.word(index + 1);
        let asked = index.checked_sub(2).is_some_and(|index| words.word(index) == "why") || matches!(next, "we" | "you" | "i" | "there");
        let refused = match word {
            "not" | "never" if asked => return false,
            // "do not really want", "is not a big"
            "not" | "never" => {
                let next = (index + 1..matched.start).map(|index| words.word(index)).find(|word| !STRENGTHS.contains(word));
                next.is_none_or(|next| (WANTING.contains(&next) && !(pain && WISHING.contains(&next))) || INCLINED.contains(&next))
            }
            "no" => INTEREST.contains(&next) || distance == 1,
            "without" | "nobody" => distance <= 3,
            _ => false,
        };
        if refused {
            return true;
        }
    }
    false
}

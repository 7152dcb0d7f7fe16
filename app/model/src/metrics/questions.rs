//! Questions, with and without question marks. Recognizers often write neither marks nor sentences, so a question is told
//! by how it opens: `how do you …`, `can we …`, `what happens if …`. Precision goes before recall: `that is how we do it`
//! is none.

use std::ops::Range;

use super::words::{Stop, Words};

const AUXILIARIES: &[&str] =
    &["do", "does", "did", "can", "could", "would", "will", "should", "is", "are", "was", "were", "have", "has", "may", "shall", "am"];
const PRONOUNS: &[&str] = &["i", "you", "we", "they", "he", "she", "it"];
/// What may follow an auxiliary at the start of a question, beside a pronoun.
const SUBJECTS: &[&str] = &[
    "this",
    "that",
    "there",
    "these",
    "those",
    "the",
    "your",
    "our",
    "my",
    "their",
    "any",
    "anyone",
    "anybody",
    "anything",
    "someone",
    "everyone",
    "everybody",
];
const WH: &[&str] = &["what", "how", "why", "when", "where", "who", "whose", "whom"];
/// Said before a sentence without being part of it.
const LEADS: &[&str] = &[
    "so",
    "and",
    "but",
    "or",
    "okay",
    "well",
    "um",
    "uh",
    "yeah",
    "yes",
    "yep",
    "no",
    "right",
    "now",
    "then",
    "also",
    "hi",
    "hey",
    "hello",
    "oh",
    "ah",
    "hmm",
    "mm",
    "great",
    "cool",
    "alright",
    "sure",
    "actually",
    "just",
    "like",
    "thanks",
    "please",
    "because",
    "quick",
    "question",
    "interesting",
    "sorry",
    "anyway",
    "maybe",
    "basically",
    "first",
];
/// Before these an inverted pair is no question: `neither do we`, `as can you`, `if you do you …`.
const BLOCKERS: &[&str] = &[
    "neither", "nor", "as", "than", "not", "never", "only", "rarely", "what", "whatever", "how", "to", "there", "that", "which", "who",
    "where", "when", "why", "if", "all", "you", "i", "we", "they", "he", "she", "it", "do", "does", "did", "can", "could", "would", "will",
    "should", "the", "people", "much", "many", "thing", "things", "best", "these", "those", "must", "might", "may",
];
/// Measures that make a question of `how`.
const EXTENTS: &[&str] = &[
    "much",
    "many",
    "long",
    "often",
    "far",
    "soon",
    "fast",
    "big",
    "large",
    "easy",
    "hard",
    "difficult",
    "quickly",
    "well",
    "old",
    "early",
    "secure",
    "flexible",
];
/// Words after which `what` asks, whatever follows.
const WHAT_ABOUT: &[&str] =
    &["about", "if", "kind", "kinds", "sort", "sorts", "type", "types", "happens", "else", "percentage", "makes", "made"];

/// Words that a question without marks doesn't end with, unless it was broken off.
const DANGLING: &[&str] =
    &["the", "a", "an", "is", "are", "do", "does", "of", "and", "or", "my", "your", "if", "uh", "um", "they", "i", "as", "than", "because"];
/// Words of a question without marks.
const LONGEST: usize = 30;

/// Whether a text asks something.
pub fn is_question(text: &str) -> bool {
    !questions(&Words::of(text)).is_empty()
}

/// The questions of a text, in order, as ranges of words (contractions counted in full). A sentence with a question mark
/// is one question; without marks a question runs from its opening to the end of the sentence, the next question or 30 words.
pub fn questions(words: &Words) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    while start < words.len() {
        let end = words.sentence_end(start);
        let stop = words.marks().get(end - 1).map_or(Stop::None, |mark| mark.stop);
        if stop == Stop::Question {
            found.push(start.max(end.saturating_sub(40))..end);
        } else {
            within(words, start, end, &mut found);
        }
        start = end;
    }
    found
}

/// Openings in a sentence that has no question mark.
fn within(words: &Words, start: usize, end: usize, found: &mut Vec<Range<usize>>) {
    let first = found.len();
    let mut index = start;
    let mut fresh = true;
    while index < end {
        let opens = if fresh { opens(words, index, end) } else { opens_midway(words, index, end) };
        if opens {
            if let Some(last) = found.get_mut(first..).and_then(<[_]>::last_mut) {
                last.end = last.end.min(index);
                // "… and how …": the link belongs to neither.
                while last.end > last.start && LEADS.contains(&words.word(last.end - 1)) {
                    last.end -= 1;
                }
            }
            found.push(index..end.min(index + LONGEST));
            index += 4;
            fresh = false;
            continue;
        }
        let clause = words.marks().get(index).is_some_and(|mark| mark.stop == Stop::Clause);
        fresh = clause || (fresh && LEADS.contains(&words.word(index)));
        index += 1;
    }
    // "What do they", "is the": broken off, nothing was asked.
    let mut nth = 0;
    found.retain(|question| {
        nth += 1;
        nth <= first || (question.len() >= 3 || words.word(question.start) == "why") && !DANGLING.contains(&words.word(question.end - 1))
    });
}

/// Whether a question opens at a word that begins a clause.
fn opens(words: &Words, index: usize, end: usize) -> bool {
    let word = |offset: usize| if index + offset < end { words.word(index + offset) } else { "" };
    let (one, two, three) = (word(0), word(1), word(2));
    if AUXILIARIES.contains(&one) {
        let negated = two == "not";
        let subject = if negated { three } else { two };
        return match one {
            // `do it`, `have the …` are orders; `do not you` is rare but a question.
            "do" | "have" => matches!(subject, "you" | "we" | "they" | "i" | "any" | "your" | "people") && !(negated && one == "have"),
            "am" => subject == "i",
            "may" | "shall" => matches!(subject, "i" | "we"),
            // `would be`, `is on`: no subject, no question.
            _ => PRONOUNS.contains(&subject) || (!negated && SUBJECTS.contains(&subject)),
        };
    }
    if one == "what" && WHAT_ABOUT.contains(&two) {
        return !(matches!(two, "makes" | "happens") && copula(words, index + 2, end));
    }
    if one == "how" && matches!(two, "about" | "come") {
        return true;
    }
    if one == "why" && two == "not" {
        return true;
    }
    if one == "which" {
        return matches!(two, "one" | "ones" | "of") && inverted_soon(words, index + 2, end);
    }
    if one == "how" && EXTENTS.contains(&two) {
        return (2..6).any(|offset| AUXILIARIES.contains(&word(offset)) && !PRONOUNS.contains(&word(offset - 1)));
    }
    if WH.contains(&one) && AUXILIARIES.contains(&two) {
        if one == "what" && matches!(two, "is" | "was") {
            // `what is important is that …` states something.
            return !copula(words, index + 2, end);
        }
        return match one {
            // `when is`, `where do`: a pronoun or a noun must follow, not a participle of a clause.
            "who" => !matches!((two, three), ("do" | "have", _) | (_, "not")) || PRONOUNS.contains(&three),
            "when" | "where" => PRONOUNS.contains(&three) || SUBJECTS.contains(&three),
            _ => true,
        };
    }
    if one == "what" {
        return inverted_soon(words, index + 1, end);
    }
    match (one, two) {
        ("any", "questions" | "chance" | "thoughts" | "concerns" | "idea") | ("anything", "else") => true,
        ("tell", "me") => matches!(three, "about" | "more" | "how" | "what" | "why" | "a"),
        ("walk", "me") => three == "through",
        ("curious" | "wondering", next) => matches!(next, "if" | "how" | "what" | "whether" | "when" | "why" | "about"),
        ("i", "am" | "was") => {
            let skip = if three == "just" { 3 } else { 2 };
            matches!(word(skip), "curious" | "wondering")
                && matches!(word(skip + 1), "if" | "how" | "what" | "whether" | "when" | "why" | "about")
        }
        _ => false,
    }
}

/// A second `is` or `was` further on: `what is important is …`.
fn copula(words: &Words, from: usize, end: usize) -> bool {
    (from + 1..end.min(from + 12)).any(|index| matches!(words.word(index), "is" | "was") && !WH.contains(&words.word(index - 1)))
}

/// Within four words: an auxiliary with a pronoun after it (`tools are you`).
fn inverted_soon(words: &Words, from: usize, end: usize) -> bool {
    (from..end.min(from + 4)).any(|index| {
        index > 0
            && index + 1 < end
            && AUXILIARIES.contains(&words.word(index))
            && !PRONOUNS.contains(&words.word(index - 1))
            && (PRONOUNS.contains(&words.word(index + 1)) || words.word(index + 1) == "there")
    })
}

/// Whether a question opens in the middle of a stretch without marks: only what is nearly certain.
fn opens_midway(words: &Words, index: usize, end: usize) -> bool {
    let word = |offset: usize| if index + offset < end { words.word(index + offset) } else { "" };
    let (one, two, three) = (word(0), word(1), word(2));
    let before = index.checked_sub(1).map_or("", |last| words.word(last));
    if WH.contains(&one) {
        if AUXILIARIES.contains(&two) && PRONOUNS.contains(&three) && one != "who" {
            return !(matches!(two, "is" | "was" | "are" | "were") && three == "it");
        }
        if one == "how" && EXTENTS.contains(&two) {
            return (2..5).any(|offset| AUXILIARIES.contains(&word(offset)) && PRONOUNS.contains(&word(offset + 1)));
        }
        return one == "what"
            && matches!((two, three), ("happens", "if" | "when") | ("kind" | "type" | "sort", "of"))
            && inverted_soon(words, index + 3, end)
            || one == "what" && two == "happens" && three == "if"
            || LEADS.contains(&before) && !matches!(before, "like" | "just" | "then") && opens(words, index, end);
    }
    if BLOCKERS.contains(&before) {
        return false;
    }
    match one {
        "do" | "did" | "does" | "can" | "could" | "would" | "will" | "should" => {
            matches!(two, "you" | "we" | "they" | "i" | "it") && !(one == "do" && two == "it") && three != "know"
                || one == "do" && two == "you" && three == "know"
        }
        "have" => two == "you" && !matches!(three, "know" | "covered"),
        "is" | "are" => two == "there" && matches!(three, "a" | "any" | "anything" | "some" | "an"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_told_without_marks() {
        for text in [
            "how do you handle single sign on",
            "so what happens if we go over the limit",
            "can you send me the deck",
            "does it work with salesforce",
            "okay and how long does the rollout take",
            "what tools are you using today",
            "is there a discount for nonprofits",
            "that sounds good can we start with ten seats",
            "we use hubspot today do you integrate with that",
            "how much is it",
            "i was wondering if you have an api",
            "tell me about your process",
            "Really?",
            "why not",
            "don't you have a free plan",
            "what's the price",
        ] {
            assert!(is_question(text), "{text}");
        }
    }

    #[test]
    fn statements_are_no_questions() {
        for text in [
            "that is how we do it",
            "i know what you mean",
            "do it tomorrow",
            "have a good day",
            "what is important is that we start soon",
            "neither do we",
            "when we started we had nothing",
            "the thing is it does not work",
            "we have you covered",
            "if you do you can export it",
            "which is great",
            "as much as we can we will help",
            "will do",
            "would be nice to have",
            "what do they",
            "so is the",
            "",
        ] {
            assert!(!is_question(text), "{text}");
        }
    }

    #[test]
    fn several_questions_are_counted_one_by_one() {
        let words = Words::of("What is it? It is good. How much is it?");
        assert_eq!(questions(&words).len(), 2);
        let words = Words::of("so how do you bill and can we pay by invoice");
        assert_eq!(questions(&words), [1..5, 6..11]);
    }
}

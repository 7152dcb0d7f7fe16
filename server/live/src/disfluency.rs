//! What a speaker stumbles over: filled pauses, repeated words, words broken off. A phrase is looked for in what is left.
//!
//! This is the one place that cleans words up before they are matched. Nothing is rephrased, and each word that is left knows where it
//! stands in what was said, so quotes and evidence stay as said. What isn't certain to be a stumble ("like", a phrase between commas)
//! isn't taken out here but may interrupt a phrase: [`interruptions`].

use std::borrow::Cow;
use std::ops::Range;

use model::metrics::{Mark, Stop, Words, fillers_in};

/// Words that a speaker repeats in one go: "it is too, it is too expensive".
const LONGEST_REPEAT: usize = 4;
/// Words of a phrase between commas that may stand within another one.
const LONGEST_ASIDE: usize = 5;
/// Interruptions of one text that are tried.
const MOST_INTERRUPTIONS: usize = 8;
/// Words that may stand anywhere without changing what is said.
const HEDGES: &[&str] = &["like", "basically", "literally", "actually", "honestly", "frankly", "really", "simply", "seriously", "clearly"];
const HEDGE_PAIRS: &[(&str, &str)] = &[("you", "know"), ("i", "mean"), ("kind", "of"), ("sort", "of"), ("i", "guess"), ("i", "think")];
/// With these a new clause begins after a comma.
const CLAUSE_OPENERS: &[&str] = &[
    "i", "we", "you", "it", "he", "she", "they", "this", "that", "there", "these", "those", "but", "and", "so", "because", "or",
    "although", "though", "however", "then", "no", "yes", "what", "how", "let",
];

/// Whether a clause begins with a word.
pub(crate) fn opens_clause(word: &str) -> bool {
    CLAUSE_OPENERS.contains(&word)
}

/// The words of a text without its stumbles.
pub(crate) struct Fluent<'a> {
    words: Cow<'a, Words>,
    /// For each word its index among those that were said; none if nothing was taken out.
    said: Option<Vec<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dropped {
    No,
    Filler,
    Repeat,
}

impl<'a> Fluent<'a> {
    /// Of a text and its words, of which those before `from` aren't looked at.
    pub fn of(text: &str, words: &'a Words, from: usize) -> Self {
        let (words, said, from) = match mend(text) {
            None => (Cow::Borrowed(words), None, from),
            Some(mended) => {
                let mended = Words::of(&mended);
                let said = places(&mended, words);
                let from = said.partition_point(|said| *said < from);
                (Cow::Owned(mended), Some(said), from)
            }
        };
        let Some(dropped) = stumbles(&words, from) else { return Self { words, said } };
        let keeps = |index: usize| index >= from && dropped.get(index - from) == Some(&Dropped::No);
        let kept = words.only(keeps, |index| stop_after(&words, keeps, &dropped, index, from));
        let indices = (from..words.len()).filter(|index| keeps(*index));
        let said = match &said {
            Some(said) => indices.filter_map(|index| said.get(index).copied()).collect(),
            None => indices.collect(),
        };
        Self { words: Cow::Owned(kept), said: Some(said) }
    }

    /// The words to look for phrases in.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// Where some of them stand among the words that were said.
    pub fn as_said(&self, range: &Range<usize>) -> Range<usize> {
        let Some(said) = &self.said else { return range.clone() };
        let first = said.get(range.start).copied().unwrap_or_default();
        let last = range.end.checked_sub(1).and_then(|last| said.get(last)).copied().unwrap_or(first);
        first..last.max(first) + 1
    }

    /// The first word that was said at an index or after it.
    pub fn from(&self, index: usize) -> usize {
        self.said.as_ref().map_or(index, |said| said.partition_point(|said| *said < index))
    }
}

/// For each word of a mended text, which of the words said it is.
fn places(mended: &Words, said: &Words) -> Vec<usize> {
    let mut index = 0;
    let place = |mark: &Mark| {
        let rest = said.marks().get(index..).unwrap_or(&[]);
        index += rest.iter().position(|other| other.start == mark.start && other.spoken == mark.spoken).unwrap_or(0);
        index
    };
    mended.marks().iter().map(place).collect()
}

/// A text in which "…" is no end of a sentence and words that were broken off are blank; none if there is nothing to mend. It has as
/// many characters.
fn mend(text: &str) -> Option<String> {
    // Dashes and "…" begin with the byte E2.
    let bytes = text.as_bytes();
    if !bytes.iter().zip(bytes.iter().skip(1)).any(|(one, two)| matches!(one, b'-' | 0xe2) || (*one == b'.' && *two == b'.')) {
        return None;
    }
    let mut characters: Vec<char> = text.chars().collect();
    let mut mended = false;
    let mut index = 0;
    while index < characters.len() {
        let end = (index..characters.len()).find(|at| !matches!(characters[*at], '.' | '…')).unwrap_or(characters.len());
        if end > index && (end - index > 1 || characters[index] == '…') {
            // Somebody who goes on in the same sentence goes on in small letters.
            if let Some(next) = characters[end..].iter().find(|character| !character.is_whitespace()) {
                let comma = next.is_uppercase();
                characters[index..end].fill(' ');
                if comma {
                    characters[index] = ',';
                }
                mended = true;
            }
        } else if matches!(characters[index], '-' | '–' | '—')
            && let Some(start) = broken_off(&characters, index)
        {
            characters[start..=index].fill(' ');
            mended = true;
        }
        index = end.max(index + 1);
    }
    mended.then(|| characters.into_iter().collect())
}

/// Where a word begins that breaks off at a dash, if the next word begins like it: "ex- expensive".
fn broken_off(characters: &[char], dash: usize) -> Option<usize> {
    let before = characters.get(..dash)?;
    let start = before.iter().rposition(|character| !character.is_alphanumeric()).map_or(0, |last| last + 1);
    let piece = before.get(start..).filter(|piece| !piece.is_empty())?;
    let after = characters.get(dash + 1..)?;
    let from = after.iter().position(|character| !character.is_whitespace() && *character != ',')?;
    let next: Vec<char> = after[from..].iter().copied().take_while(|character| character.is_alphanumeric()).collect();
    let same = |(one, two): (&char, &char)| one.to_lowercase().eq(two.to_lowercase());
    (next.len() > piece.len() && piece.iter().zip(&next).all(same)).then_some(start)
}

/// Which words from an index on are stumbles; none if no word is.
fn stumbles(words: &Words, from: usize) -> Option<Vec<Dropped>> {
    let said: Vec<&str> = words.joined().get(words.byte_of(from)..).unwrap_or_default().split_terminator(' ').collect();
    let mut fillers = fillers_in(words, from..words.len());
    // "We'd, uh, like to get started": it may be the verb. Where it isn't, it is an interruption.
    fillers.retain(|filler| filler.len() > 1 || words.word(filler.start) != "like");
    let marks = words.marks().get(from..).unwrap_or_default();
    let pauses = said.iter().any(|word| is_filled_pause(word));
    if !pauses && fillers.is_empty() && (0..said.len()).all(|at| repeat_at(&said, at, |index| marks.get(index)) == 0) {
        return None;
    }
    let mut dropped: Vec<Dropped> = said.iter().map(|word| if is_filled_pause(word) { Dropped::Filler } else { Dropped::No }).collect();
    for filler in fillers {
        dropped.get_mut(filler.start - from..filler.end - from)?.fill(Dropped::Filler);
    }
    // A filler may stand between the two.
    let kept: Vec<usize> = (0..said.len()).filter(|index| dropped.get(*index) == Some(&Dropped::No)).collect();
    let said: Vec<&str> = kept.iter().filter_map(|index| said.get(*index).copied()).collect();
    let mut at = 0;
    while at < kept.len() {
        let length = repeat_at(&said, at, |index| marks.get(*kept.get(index)?));
        kept[at..at + length].iter().for_each(|index| dropped[*index] = Dropped::Repeat);
        at += length.max(1);
    }
    Some(dropped)
}

/// How many words from one on are said again right away in the same sentence. `mark` tells where each stands.
fn repeat_at<'a>(said: &[&str], at: usize, mark: impl Fn(usize) -> Option<&'a Mark>) -> usize {
    let goes_on = |index: usize| mark(index).is_some_and(|mark| mark.stop < Stop::Sentence && !mark.letter);
    let repeats = |length: &usize| {
        said.get(at) == said.get(at + length)
            && said.get(at..at + length) == said.get(at + length..at + 2 * length)
            && (at..at + length).all(goes_on)
    };
    (1..=LONGEST_REPEAT).rev().find(repeats).unwrap_or(0)
}

/// "uh", "ummm", "er", "erm", "hmm", "ah" and the like, however long they are drawn.
fn is_filled_pause(word: &str) -> bool {
    // By hand: nearly all words are out at their first letter.
    let rest = |letters: &[u8]| word.bytes().skip(1).all(|letter| letters.contains(&letter));
    word.len() <= 8
        && match word.as_bytes().first() {
            Some(b'u') => word.len() > 1 && rest(b"uhm"),
            Some(b'e') => word.len() > 1 && rest(b"ehrm") && word != "ehr",
            Some(b'h') => word.len() > 1 && rest(b"hm"),
            Some(b'm') => word.len() > 1 && rest(b"m"),
            Some(b'a') => word.len() > 1 && rest(b"ah"),
            Some(b'o') => word.len() > 1 && rest(b"oh"),
            _ => false,
        }
}

/// What follows a word once the stumbles after it are out. The commas around a filler go with it, unless a clause begins behind it.
fn stop_after(words: &Words, keeps: impl Fn(usize) -> bool, dropped: &[Dropped], index: usize, from: usize) -> Stop {
    let stop = |index: usize| words.marks().get(index).map_or(Stop::None, |mark| mark.stop);
    let own = stop(index);
    let next = (index + 1..words.len()).find(|next| keeps(*next));
    let until = next.unwrap_or(words.len());
    let fillers = || (index + 1..until).filter(|index| dropped.get(index - from) == Some(&Dropped::Filler));
    if fillers().next().is_none() || own >= Stop::Sentence {
        return own;
    }
    let strongest = fillers().map(stop).fold(own, Stop::max);
    match next {
        Some(next) if strongest == Stop::Clause && !opens_clause(words.word(next)) => Stop::None,
        _ => strongest,
    }
}

/// Stretches of words that may interrupt a phrase: hedges, and short phrases between commas.
pub(crate) fn interruptions(words: &Words) -> Vec<Range<usize>> {
    let marks = words.marks();
    let comma = |index: usize| marks.get(index).is_some_and(|mark| mark.stop == Stop::Clause);
    let mut found = Vec::new();
    // What interrupts stands between two words.
    for index in 1..words.len().saturating_sub(1) {
        if comma(index - 1)
            && let Some(last) = (index..index + LONGEST_ASIDE)
                .take_while(|last| marks.get(*last).is_some_and(|mark| mark.stop < Stop::Sentence))
                .find(|last| comma(*last))
        {
            found.push(index..last + 1);
        } else if HEDGES.contains(&words.word(index)) {
            found.push(index..index + 1);
        } else if HEDGE_PAIRS.contains(&(words.word(index), words.word(index + 1))) {
            found.push(index..index + 2);
        }
        if found.len() >= MOST_INTERRUPTIONS {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fluent(text: &str) -> String {
        let words = Words::of(text);
        Fluent::of(text, &words, 0).words().joined().trim().to_owned()
    }

    #[test]
    fn stumbles_are_taken_out_and_words_that_only_look_so_stay() {
        for (text, left) in [
            ("it's too, uh, expensive", "it is too expensive"),
            ("ummm it's t- too ex– expensive", "it is too expensive"),
            ("it's it's too too expensive", "it is too expensive"),
            ("we can we can not afford it", "we can not afford it"),
            ("come down, you know, on the price", "come down on the price"),
            ("it is too... expensive", "it is too expensive"),
            ("we, I mean, we are over budget", "we are over budget"),
            ("over hmm budget, er, erm", "over budget"),
            ("do you know how they use it", "do you know how they use it"),
            ("we like a follow-up and an old house", "we like a follow up and an old house"),
            ("多多 谢谢", "多 多 谢 谢"),
            ("uh", ""),
            ("", ""),
        ] {
            assert_eq!(fluent(text), left, "{text}");
        }
    }

    #[test]
    fn each_word_knows_where_it_was_said() {
        let text = "um it's t- too, uh, too... expensive you know";
        let words = Words::of(text);
        let clean = Fluent::of(text, &words, 0);
        let said = clean.as_said(&(2..4));
        let (first, last) = (words.marks()[said.start], words.marks()[said.end - 1]);
        assert_eq!(&text[first.start as usize..last.end as usize], "too... expensive");
        assert_eq!((clean.from(0), clean.from(said.start)), (0, 2));
    }

    #[test]
    fn where_a_sentence_ends_stays() {
        let text = "That was it, uh. Too... Expensive, um, it is";
        let words = Words::of(text);
        let stops: Vec<Stop> = Fluent::of(text, &words, 0).words().marks().iter().map(|mark| mark.stop).collect();
        assert_eq!(stops, [Stop::None, Stop::None, Stop::Sentence, Stop::Clause, Stop::Clause, Stop::None, Stop::None]);
    }
}

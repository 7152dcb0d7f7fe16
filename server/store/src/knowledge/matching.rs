//! Where the words of a question stand in a text, and how many of them do.

use std::ops::Range;

use terms::{Asked, Kind, Term, asked, cut, is_stop};

use super::stem::{Rules, USUAL};
use super::terms::stem;

/// Where the words of a question stand in a text of this language, in characters (first, one past the last), stop words left out: what
/// to highlight. In order, a stretch for each word; where words have no spaces, pairs of letters overlap.
pub fn matches(question: &str, text: &str, language: &str) -> Vec<(u32, u32)> {
    let rules = Rules::of(language);
    let wanted: Vec<String> = content(question, &rules).into_iter().flatten().collect();
    let (words, others): (Vec<Term>, Vec<Term>) =
        cut(text).into_iter().filter(|term| wanted.contains(&stem(term, &rules))).partition(|term| term.kind == Kind::Word);
    let mut found: Vec<Range<usize>> = words.into_iter().map(|term| term.range).collect();
    // Several words that are one spelling of what is asked for, unless they are asked for by themselves.
    for Term { range, .. } in others {
        if !found.iter().any(|other| other.start < range.end && range.start < other.end) {
            found.push(range);
        }
    }
    found.sort_unstable_by_key(|range| (range.start, range.end));
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let place = |byte: usize| starts.partition_point(|start| *start < byte) as u32;
    found.into_iter().map(|range| (place(range.start), place(range.end))).collect()
}

/// The words of a question that are not stop words, each once, to be looked for in many texts.
#[derive(Clone, Debug, Default)]
pub struct QuestionWords(Vec<Asked>);

impl QuestionWords {
    /// Those of a question.
    pub fn of(question: &str) -> Self {
        let mut words: Vec<Asked> = Vec::new();
        for asked in asked(question).into_iter().filter(|asked| !is_stop(&asked.word.text)) {
            if !words.iter().any(|other| other.word.text == asked.word.text) {
                words.push(asked);
            }
        }
        Self(words)
    }

    /// Each word as it is compared, and its bytes in the question.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.0.iter().map(|asked| (asked.word.text.as_str(), asked.word.range.clone()))
    }

    /// The other spellings of a word, in whatever language.
    pub fn spellings(&self, word: usize) -> impl Iterator<Item = &str> {
        self.0.get(word).into_iter().flat_map(|asked| &asked.also).filter(|term| term.kind != Kind::Word).map(|term| term.text.as_str())
    }

    /// Where in a text of this language the words stand, in whatever spelling: which word, which bytes; in the order of the text.
    pub fn find(&self, text: &str, language: &str) -> Vec<(usize, Range<usize>)> {
        let rules = Rules::of(language);
        let wanted: Vec<Vec<String>> = self.0.iter().map(|asked| spellings(asked, &rules)).collect();
        let mut found: Vec<(usize, Range<usize>)> = Vec::new();
        for term in cut(text) {
            let stem = stem(&term, &rules);
            let is_it = |word: usize| !(language.is_empty() || language == USUAL) || !are_two_words(&self.0[word].word.text, &term.text);
            let words = wanted.iter().enumerate().filter(|(word, spellings)| spellings.contains(&stem) && is_it(*word));
            found.extend(words.map(|(word, _)| (word, term.range.clone())));
        }
        found.sort_by_key(|(word, range)| (range.start, range.end, *word));
        found
    }
}

/// Whether two words of one stem are two all the same: "france" and "francs". What ends in "e" has its plural in "es" (English).
fn are_two_words(one: &str, other: &str) -> bool {
    let is_so = |one: &str, other: &str| {
        let (Some(base), Some(of)) = (one.strip_suffix('e'), other.strip_suffix('s')) else { return false };
        base == of
    };
    is_so(one, other) || is_so(other, one)
}

/// The different words of a question, each in all spellings, its own first.
fn content(question: &str, rules: &Rules) -> Vec<Vec<String>> {
    let mut words: Vec<Vec<String>> = Vec::new();
    for asked in asked(question).into_iter().filter(|asked| !is_stop(&asked.word.text)) {
        let spellings = spellings(&asked, rules);
        if !words.iter().any(|other| other[0] == spellings[0]) {
            words.push(spellings);
        }
    }
    words
}

/// A word in all spellings, its own first.
fn spellings(Asked { word, also }: &Asked, rules: &Rules) -> Vec<String> {
    let also = also.iter().filter(|term| term.kind != Kind::Word).map(|term| stem(term, rules));
    [stem(word, rules)].into_iter().chain(also).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_stem_may_be_two() {
        let found = |question: &str, text: &str, language: &str| QuestionWords::of(question).find(text, language).len();
        assert_eq!(found("the capital of France", "All prices are in francs.", "en"), 0);
        assert_eq!(found("the francs", "We deliver to France.", "en"), 0);
        assert_ne!(found("the prices", "The price is in francs.", "en"), 0);
        assert_ne!(found("France", "France's rules", "en"), 0);
    }
}

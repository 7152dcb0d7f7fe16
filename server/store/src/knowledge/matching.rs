//! Where the words of a question stand in a text, and how many of them do.

use std::ops::Range;

use terms::{Asked, Kind, Term, asked, cut, is_stop};

use super::stem::Rules;
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

/// How many different words of a question a text of this language has, in whatever spelling, stop words left out.
pub fn words_in(question: &str, text: &str, language: &str) -> usize {
    let rules = Rules::of(language);
    let terms: Vec<String> = cut(text).iter().map(|term| stem(term, &rules)).collect();
    content(question, &rules).iter().filter(|spellings| spellings.iter().any(|spelling| terms.contains(spelling))).count()
}

/// The different words of a question, each in all spellings, its own first.
fn content(question: &str, rules: &Rules) -> Vec<Vec<String>> {
    let mut words: Vec<Vec<String>> = Vec::new();
    for Asked { word, also } in asked(question).into_iter().filter(|asked| !is_stop(&asked.word.text)) {
        let own = stem(&word, rules);
        if words.iter().any(|other| other[0] == own) {
            continue;
        }
        let also = also.iter().filter(|term| term.kind != Kind::Word).map(|term| stem(term, rules));
        words.push([own].into_iter().chain(also).collect());
    }
    words
}

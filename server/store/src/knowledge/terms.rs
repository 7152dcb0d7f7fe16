//! What is stored and indexed of a passage: the same for both engines.
//!
//! Words are cut by [`terms`], which calls are cut by too, and stemmed by the rules of their document's language. A question's language isn't
//! known: its words have a stem for each language that the organization has documents in. Behind the words, parted from them by an
//! empty one, stand the other spellings of what is written ("SOC 2" is also `soc2`): they are found, and don't make the passage longer.

use model::Place;
use terms::{Kind, Term};

use super::stem::Rules;

/// What a term of a text is indexed as in a language.
pub(super) fn stem(term: &Term, rules: &Rules) -> String {
    if term.written.is_empty() { term.text.clone() } else { rules.stem(&term.written) }
}

/// The terms of a passage's headings and text with the organization's number before each.
pub(super) fn of_passage(number: i64, place: &Place, text: &str, rules: &Rules) -> String {
    let mut stored = String::with_capacity(text.len() + text.len() / 4);
    let mut others: Vec<String> = Vec::new();
    let mut push = |term: &str| {
        if !stored.is_empty() {
            stored.push(' ');
        }
        stored.push_str(&with_number(number, term));
    };
    for part in place.headings.iter().map(String::as_str).chain([place.label.as_str(), text]) {
        for term in terms::cut(part) {
            match term.kind {
                Kind::Word => push(&stem(&term, rules)),
                Kind::Compound => others.push(stem(&term, rules)),
                // Each pair of words would make the index several times as large: they are looked for side by side instead.
                Kind::Loose => {}
            }
        }
    }
    others.sort_unstable();
    others.dedup();
    if !others.is_empty() {
        push("");
        others.iter().for_each(|term| push(term));
    }
    stored
}

/// A term as the index has it. Digits, then `x`: no two organizations' terms can be the same.
pub(super) fn with_number(number: i64, term: &str) -> String {
    format!("{number}x{term}")
}

/// The terms of a stored text, without the number: the words in order, then, behind an empty one, their other spellings.
pub(super) fn stored(terms: &str) -> impl Iterator<Item = &str> {
    terms.split(' ').filter_map(|term| term.split_once('x').map(|(_, term)| term))
}

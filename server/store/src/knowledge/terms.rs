//! From text to the terms that are indexed: the same for both engines, for passages and for questions.
//!
//! A term is a word in lower case without accents, stemmed as English (which does other languages no harm: a word and the
//! same word of a question lose the same end). Writing without spaces (Chinese, Japanese, Thai …) gives pairs of letters.

use model::Place;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::stem::stem;

/// Characters of a term; longer words are cut.
const MAX_CHARS: usize = 40;

/// A term and where its word stands in the text, in characters: first, one past the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub term: String,
    /// Before it was stemmed.
    pub word: String,
    pub start: u32,
    pub end: u32,
}

/// The terms of a text, in order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let (mut start, mut at) = (0, 0);
    let mut before: Option<char> = None;
    for c in text.chars() {
        if c.is_alphanumeric() && is_unspaced(c) {
            finish(&mut tokens, &mut word, start, at);
            // Pairs; a letter that stands alone is a term too.
            let alone = before.is_none();
            if let Some(before) = before {
                if tokens.last().is_some_and(|last: &Token| last.end == at && last.start + 1 == at) {
                    tokens.pop();
                }
                let pair: String = [before, c].into_iter().collect();
                tokens.push(Token { term: pair.clone(), word: pair, start: at - 1, end: at + 1 });
            }
            if alone {
                tokens.push(Token { term: c.to_string(), word: c.to_string(), start: at, end: at + 1 });
            }
            before = Some(c);
        } else {
            before = None;
            if c.is_alphanumeric() || (is_combining_mark(c) && !word.is_empty()) {
                if word.is_empty() {
                    start = at;
                }
                word.push(c);
            } else if !is_apostrophe(c) || word.is_empty() {
                finish(&mut tokens, &mut word, start, at);
            } else {
                // "customer's" is one word; the stemmer drops the end.
                word.push('\'');
            }
        }
        at += 1;
    }
    finish(&mut tokens, &mut word, start, at);
    tokens
}

fn finish(tokens: &mut Vec<Token>, word: &mut String, start: u32, end: u32) {
    if word.is_empty() {
        return;
    }
    // Accents go; the marks of other scripts are vowels.
    let plain: String = word.nfkd().flat_map(char::to_lowercase).filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).collect();
    let plain = plain.trim_end_matches('\'');
    let plain = plain.strip_suffix("'s").unwrap_or(plain);
    // Decomposition may bring spaces and slashes ("½").
    let plain: String = plain.chars().filter(|c| c.is_alphanumeric() || is_combining_mark(*c)).take(MAX_CHARS).collect();
    if !plain.is_empty() {
        tokens.push(Token { term: stem(&plain), word: plain, start, end: end.min(start + word.chars().count() as u32) });
    }
    word.clear();
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

/// Scripts whose words have no spaces between them.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}')
}

/// What is stored and indexed of a passage: the terms of its headings and text with the organization's number before each.
pub(super) fn of_passage(number: i64, place: &Place, text: &str) -> String {
    let mut stored = String::with_capacity(text.len() + text.len() / 4);
    for part in place.headings.iter().map(String::as_str).chain([place.label.as_str(), text]) {
        for token in tokens(part) {
            if !stored.is_empty() {
                stored.push(' ');
            }
            stored.push_str(&with_number(number, &token.term));
        }
    }
    stored
}

/// A term as the index has it. Digits, then `x`: no two organizations' terms can be the same.
pub(super) fn with_number(number: i64, term: &str) -> String {
    format!("{number}x{term}")
}

/// The terms of a stored text, without the number.
pub(super) fn stored(terms: &str) -> impl Iterator<Item = &str> {
    terms.split(' ').filter_map(|term| term.split_once('x').map(|(_, term)| term))
}

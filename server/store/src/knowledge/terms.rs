//! From text to the terms that are indexed: the same for both engines, for passages and for questions.
//!
//! A term is a word in lower case without accents, stemmed by the rules of its document's language. A question's language isn't known: its
//! words have a stem for each language that the organization has documents in. Writing without spaces (Chinese, Japanese, Thai …) gives
//! pairs of letters.

use model::Place;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::stem::{Rules, fold};

/// Characters of a term; longer words are cut.
const MAX_CHARS: usize = 40;

/// A word and where it stands in the text, in characters: first, one past the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// In lower case.
    written: String,
    /// Without accents too.
    pub word: String,
    pub start: u32,
    pub end: u32,
}

impl Token {
    fn new(written: String, start: u32, end: u32) -> Self {
        Self { word: fold(&written), written, start, end }
    }

    /// What it is indexed as in a language.
    pub fn term(&self, rules: &Rules) -> String {
        rules.stem(&self.written)
    }
}

/// The words of a text, in order.
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
                tokens.push(Token::new(pair, at - 1, at + 1));
            }
            if alone {
                tokens.push(Token::new(c.to_string(), at, at + 1));
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
                // "customer's" is one word; its end goes later.
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
    let written: String = word.nfkc().flat_map(char::to_lowercase).collect();
    let written = written.trim_end_matches('\'');
    let written = written.strip_suffix("'s").unwrap_or(written);
    let written: String = written.chars().filter(|c| c.is_alphanumeric() || is_combining_mark(*c)).take(MAX_CHARS).collect();
    let token = Token::new(written, start, end.min(start + word.chars().count() as u32));
    if !token.word.is_empty() {
        tokens.push(token);
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
pub(super) fn of_passage(number: i64, place: &Place, text: &str, rules: &Rules) -> String {
    let mut stored = String::with_capacity(text.len() + text.len() / 4);
    for part in place.headings.iter().map(String::as_str).chain([place.label.as_str(), text]) {
        for token in tokens(part) {
            if !stored.is_empty() {
                stored.push(' ');
            }
            stored.push_str(&with_number(number, &token.term(rules)));
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

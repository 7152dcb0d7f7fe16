//! A text's words, numbers and signs, each with its place.

use std::ops::Range;

/// A run of letters, a run of digits, or one sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Lower case; a possessive `'s` is taken off.
    pub text: String,
    /// Characters of the text that it stands on, with what was taken off.
    pub place: Range<u32>,
    /// No space stands before it.
    pub glued: bool,
    /// It had a possessive `'s`: "Friday's".
    pub owns: bool,
    /// It was written with a capital letter.
    pub capital: bool,
}

impl Token {
    /// Its value, if it is a number of at most four digits.
    pub fn number(&self) -> Option<u32> {
        if self.text.len() > 4 { None } else { self.text.parse().ok() }
    }

    pub fn is_word(&self) -> bool {
        self.text.starts_with(char::is_alphabetic)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Sign,
}

fn class(character: char) -> Class {
    if character.is_ascii_digit() {
        Class::Digit
    } else if character.is_alphanumeric() {
        Class::Letter
    } else {
        Class::Sign
    }
}

/// Takes a text apart, in time linear in its length. A hyphen between letters falls away ("mid-March", "twenty-first"): it is
/// said as two words.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let characters: Vec<char> = text.chars().collect();
    let at = |index: usize| characters.get(index).copied();
    let is = |index: usize, wanted: Class| at(index).is_some_and(|character| class(character) == wanted);
    let mut found: Vec<Token> = Vec::new();
    let mut glued = true;
    let mut start = 0;
    while let Some(character) = at(start) {
        if character.is_whitespace() {
            glued = false;
            start += 1;
            continue;
        }
        let kind = class(character);
        let mut end = start + 1;
        if kind == Class::Sign {
            let between_letters = start > 0 && is(start - 1, Class::Letter) && is(end, Class::Letter);
            if matches!(character, '-' | '‑') && between_letters {
                glued = false;
                start = end;
                continue;
            }
        } else {
            let inner = |index: usize| kind == Class::Letter && matches!(at(index), Some('\'' | '’')) && is(index + 1, Class::Letter);
            while is(end, kind) || inner(end) {
                end += 1;
            }
        }
        let written: String = characters.get(start..end).unwrap_or_default().iter().collect();
        let lower = written.to_lowercase().replace('’', "'");
        let (text, owns) = match lower.strip_suffix("'s") {
            Some(stem) if !stem.is_empty() => (stem.to_owned(), true),
            _ => (lower, false),
        };
        let place = start as u32..end as u32;
        found.push(Token { text, place, glued, owns, capital: character.is_uppercase() });
        glued = true;
        start = end;
    }
    found
}

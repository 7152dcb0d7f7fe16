//! Where sentences end.
//!
//! [`Words`] takes every full stop for the end of a sentence. Here it is one only where somebody would pause: not in "Dr. Weiss",
//! "J. Lindqvist", "e.g. the table", "3 p.m. works", "example.com", "well... maybe", "z. B. heute", "am 15. März", "Yahoo! Inc."; but in
//! "version 2. Send it" and "plan B. I'll call". [`words`] gives the words with the stops that are left, each word at the same characters; what cuts texts
//! into sentences asks it instead of [`Words::of`]. A stop too few joins two sentences, one too many cuts a promise and loses its
//! date: in doubt a sentence goes on.

use std::borrow::Cow;

use model::metrics::{Stop, Words};

mod abbreviations;

use abbreviations::{Short, is_company, is_german_month, is_label, leads_ordinal, opens, short};

/// A text's words, with a stop only where a sentence ends. Stops of other scripts count as full stops.
pub fn words(text: &str) -> Words {
    Words::of(&with_real_stops(text))
}

/// Whether the sentence that a text ends with goes on in the next one, though a stop stands between them: "z. B." and "Berlin".
pub fn goes_on(before: &str, next: &str) -> bool {
    let seam = before.trim_end();
    // As much of both as tells: a stop looks at a few words around it.
    let from = seam.char_indices().rev().nth(NEAR).and_then(|(at, _)| seam[at..].find(char::is_whitespace).map(|space| at + space));
    let kept = &seam[from.unwrap_or(0)..];
    let text: String = kept.chars().chain([' ']).chain(next.trim_start().chars().take(NEAR)).collect();
    let (words, end) = (words(&text), kept.chars().count() as u32);
    let last = words.marks().iter().rfind(|mark| mark.start < end);
    last.is_some_and(|mark| mark.stop < Stop::Sentence)
}

/// Characters around a seam that are looked at.
const NEAR: usize = 80;

/// Whether a character may stand behind a sentence's last word and belongs to it.
pub(crate) fn closes(character: char) -> bool {
    is_stop(character) || is_question(character) || matches!(character, '!' | '?' | '…' | '？') || is_closing(character)
}

fn is_stop(character: char) -> bool {
    matches!(character, '.' | '．' | '。' | '｡' | '！' | '‼') || is_plain_stop(character)
}

/// Stops that mean nothing else: of Hindi, Urdu, Burmese, Khmer, Armenian, Amharic and Mongolian.
fn is_plain_stop(character: char) -> bool {
    matches!(character, '।' | '॥' | '۔' | '။' | '។' | '៕' | '։' | '።' | '᠃')
}

/// Marks of questions that [`Words`] doesn't know.
fn is_question(character: char) -> bool {
    matches!(character, '؟' | '\u{37e}' | '⁇' | '⁈' | '⁉' | '‽' | '፧')
}

fn is_closing(character: char) -> bool {
    matches!(character, '"' | '”' | '’' | '»' | ')' | ']' | '」' | '』' | '）')
}

fn is_opening(character: char) -> bool {
    matches!(character, '"' | '“' | '„' | '«' | '(' | '[' | '\'' | '‘' | '「' | '『' | '¿' | '¡')
}

/// The text, character for character, but stops within a sentence are spaces and those of other scripts are [`Words`]' own.
fn with_real_stops(text: &str) -> Cow<'_, str> {
    if !text.contains(|character: char| is_stop(character) || is_question(character) || matches!(character, '…' | '/' | '!')) {
        return Cow::Borrowed(text);
    }
    let characters: Vec<char> = text.chars().collect();
    let mut written = String::with_capacity(text.len());
    // Where the sentence began that is being looked at.
    let mut start = 0;
    let mut index = 0;
    while let Some(character) = characters.get(index).copied() {
        // Dots in a row are one ellipsis.
        let dots = characters.get(index..).unwrap_or_default().iter().take_while(|dot| **dot == '.').count().max(1);
        let place = Place { characters: &characters, start, stop: index, after: index + dots };
        let ends = match character {
            '.' if dots == 1 => place.ends(),
            // "So... I'd say": who hesitates goes on.
            '.' | '…' => !place.is_followed_by(char::is_lowercase) && !place.goes_on_with_me(),
            '。' | '｡' | '！' | '．' | '‼' => !place.is_quoted(),
            character if is_plain_stop(character) || is_question(character) => true,
            // The part of an address that asks: "/list?page=2".
            '?' | '!' if place.is_in_address() => false,
            '!' if place.is_in_name() || place.is_in_quote() => false,
            _ => {
                written.push(character);
                index += 1;
                continue;
            }
        };
        for _ in 0..dots {
            written.push(match character {
                // Inner points of numbers belong to the words: "2.5".
                '.' if dots == 1 && place.is_in_number() => '.',
                _ if !ends => ' ',
                character if is_question(character) => '?',
                '…' => '…',
                _ => '.',
            });
        }
        index += dots;
        if ends {
            start = index;
        }
    }
    Cow::Owned(written)
}

/// A stop, and what stands around it.
struct Place<'a> {
    characters: &'a [char],
    /// First character of the sentence so far.
    start: usize,
    stop: usize,
    /// One past the stop.
    after: usize,
}

impl Place<'_> {
    fn at(&self, index: usize) -> Option<char> {
        self.characters.get(index).copied()
    }

    /// "I", "I'd".
    fn goes_on_with_me(&self) -> bool {
        self.next_letter().is_some_and(|next| matches!(self.word_from(next).split(['\'', '’']).next(), Some("I")))
    }

    /// "Yahoo! Inc.", "talk to Yahoo! and": a name within a sentence, or a company's.
    fn is_in_name(&self) -> bool {
        let (Some(next), (word, start)) = (self.next_letter(), self.word_before()) else { return false };
        let is_within = self.characters.get(self.start..start).unwrap_or_default().iter().any(|character| character.is_alphanumeric());
        word.starts_with(char::is_uppercase)
            && (is_company(&self.word_from(next)) || (is_within && word != "I" && self.at(next).is_some_and(char::is_lowercase)))
    }

    /// "It works!" she said.
    fn is_in_quote(&self) -> bool {
        self.at(self.after).is_some_and(is_closing) && self.is_followed_by(char::is_lowercase)
    }

    fn before_stop(&self) -> Option<char> {
        self.stop.checked_sub(1).and_then(|index| self.at(index))
    }

    fn is_in_number(&self) -> bool {
        let digit = |character: Option<char>| character.is_some_and(|character| character.is_ascii_digit());
        digit(self.before_stop()) && digit(self.at(self.after))
    }

    /// Within what has a slash before it and goes on right after it.
    fn is_in_address(&self) -> bool {
        let before = self.characters.get(..self.stop).unwrap_or_default();
        let mut token = before.iter().rev().take_while(|character| !character.is_whitespace());
        self.at(self.after).is_some_and(|next| next.is_ascii_alphanumeric()) && token.any(|character| *character == '/')
    }

    /// The first character of the next word, behind closing and opening quotes; none at the end of the text.
    fn next_letter(&self) -> Option<usize> {
        let rest = self.characters.get(self.after..).unwrap_or_default();
        let skipped = rest.iter().take_while(|character| character.is_whitespace() || is_closing(**character) || is_opening(**character));
        let index = self.after + skipped.count();
        (index < self.characters.len()).then_some(index)
    }

    fn is_followed_by(&self, kind: impl Fn(char) -> bool) -> bool {
        self.next_letter().and_then(|index| self.at(index)).is_some_and(kind)
    }

    /// A stop within a quote, after which the sentence goes on: 「高い。」と.
    fn is_quoted(&self) -> bool {
        matches!(self.at(self.after), Some('」' | '』')) && self.at(self.after + 1).is_some_and(char::is_alphanumeric)
    }

    /// The word that begins at a character.
    fn word_from(&self, start: usize) -> String {
        let rest = self.characters.get(start..).unwrap_or_default();
        rest.iter().take_while(|character| character.is_alphanumeric() || matches!(character, '\'' | '’')).collect()
    }

    /// The word before the stop, with points between single letters: "p.m", "U.S", "Dr". Nothing of the sentence before, and at most
    /// a few characters: longer ones are no abbreviations.
    fn word_before(&self) -> (String, usize) {
        let first = (self.start.max(self.stop.saturating_sub(24))..self.stop).rev();
        let kept = first.take_while(|index| {
            self.at(*index).is_some_and(|character| {
                character.is_alphanumeric()
                    || matches!(character, '-' | '\'' | '’' | '@' | '/' | '_')
                    || (character == '.' && self.at(index + 1).is_some_and(char::is_alphanumeric))
            })
        });
        let start = kept.last().unwrap_or(self.stop);
        (self.characters.get(start..self.stop).unwrap_or_default().iter().collect(), start)
    }

    /// The word before another, lower case.
    fn word_ahead_of(&self, start: usize) -> (String, bool) {
        let before = self.characters.get(self.start..start).unwrap_or_default();
        let trimmed = before.iter().rev().skip_while(|character| !character.is_alphanumeric());
        let mut letters: Vec<char> = trimmed.take_while(|character| character.is_alphanumeric()).copied().collect();
        letters.reverse();
        let capital = letters.first().is_some_and(|character| character.is_uppercase());
        (letters.iter().collect::<String>().to_lowercase(), capital)
    }

    /// Whether the full stop ends a sentence.
    fn ends(&self) -> bool {
        let Some(next) = self.next_letter() else { return true };
        if self.is_in_number() {
            return false;
        }
        let first = self.at(next).unwrap_or(' ');
        if next == self.after {
            return self.ends_without_space(first);
        }
        // 'He said "no." and left.'
        if first.is_lowercase() && self.at(self.after).is_some_and(is_closing) {
            return false;
        }
        let (word, start) = self.word_before();
        if word.is_empty() {
            // ".NET", or a stop behind a bracket or a sign.
            return !self.at(self.after).is_some_and(char::is_alphanumeric);
        }
        let next_word = self.word_from(next);
        // "1. Send the offer": the number of a list is no sentence.
        if word.chars().all(|character| character.is_ascii_digit()) {
            let alone = self.characters.get(self.start..start).unwrap_or_default().iter().all(|character| !character.is_alphanumeric());
            // "am 3. Dezember", "im 3. Quartal".
            let ordinal = is_german_month(&next_word) || (!opens(&next_word) && self.is_led_ordinal(start));
            return !alone && !first.is_lowercase() && !ordinal;
        }
        let name = first.is_uppercase() && !opens(&next_word);
        let mut letters = word.chars();
        if let (Some(letter), None) = (letters.next(), letters.next()) {
            return self.ends_at_letter(letter, start, next, name);
        }
        match short(word.trim_start_matches('-')) {
            Some(Short::GoesOn) => false,
            Some(Short::BeforeNumber) => !first.is_ascii_digit(),
            Some(Short::MayEnd) => first.is_uppercase() && !name,
            None => {
                // "U.S.", "M.Sc.", but not "main.rs".
                let short = |part: &str| part.chars().count() == 1 || (part.chars().count() < 4 && word.starts_with(char::is_uppercase));
                let dotted = word.contains('.') && word.split('.').all(short);
                !dotted || (first.is_uppercase() && !name)
            }
        }
    }

    /// Whether a number that begins at a character is the third of something, in German.
    fn is_led_ordinal(&self, start: usize) -> bool {
        let before = self.characters.get(self.start..start).unwrap_or_default();
        let mut words = before.split(|character| !character.is_alphanumeric()).rev().filter(|word| !word.is_empty());
        let mut next = || words.next().unwrap_or_default().iter().collect::<String>().to_lowercase();
        let lead = next();
        leads_ordinal(&lead, &next())
    }

    /// Whether a letter that begins at a character has another one with a stop before it: the "B" of "z. B.".
    fn is_second_letter(&self, start: usize) -> bool {
        let before = self.characters.get(self.start..start).unwrap_or_default();
        let spaces = before.iter().rev().take_while(|character| character.is_whitespace()).count();
        match before.get(..before.len() - spaces) {
            Some([.., other, letter, '.']) => letter.is_alphabetic() && !other.is_alphanumeric(),
            Some([letter, '.']) => letter.is_alphabetic(),
            _ => false,
        }
    }

    /// "it.Then" is two sentences, "example.com" and "e.g" are words.
    fn ends_without_space(&self, first: char) -> bool {
        let second = self.at(self.after + 1);
        let (word, _) = self.word_before();
        first.is_uppercase()
            && second.is_some_and(char::is_lowercase)
            && self.before_stop().is_some_and(char::is_lowercase)
            && word.chars().count() > 1
            && !word.contains(['.', '@', '/'])
            && opens(&self.word_from(self.after))
    }

    /// "J. Lindqvist" goes on, "plan B. I'll call" doesn't; nor does the "e" of "e. g.".
    fn ends_at_letter(&self, letter: char, start: usize, next: usize, name: bool) -> bool {
        if letter.is_ascii_digit() {
            return true;
        }
        if self.at(next + 1) == Some('.') && self.at(next).is_some_and(char::is_alphabetic) {
            return false;
        }
        let first = self.at(next).unwrap_or(' ');
        if self.is_second_letter(start) {
            // "d. h. Frau Weber", "die Tern S. A. firma", "U. S. We".
            return first.is_uppercase() && !name;
        }
        let (before, capital) = self.word_ahead_of(start);
        if first.is_ascii_digit() && !is_label(&before) {
            // "auf S. 12".
            return false;
        }
        if !letter.is_uppercase() && first.is_lowercase() && !is_label(&before) {
            // "w 2026 r. podpisze".
            return false;
        }
        if !letter.is_uppercase() {
            // "p. m.", "approx. 5 p. 7".
            return !matches!((before.as_str(), letter), (_, 'p' | 'v' | 'c')) && !matches!(letter, 'g' | 'm' | 'e' | 'г');
        }
        if letter == 'I' && !capital && !before.is_empty() {
            return true;
        }
        !name || (is_label(&before) && !(capital && before.chars().count() == 1))
    }
}

#[cfg(test)]
mod tests;

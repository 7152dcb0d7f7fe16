//! Names that are made of single letters and digits: "AT&T", "R and D", "Q&A", "A/B", "U.S.", "24/7", "555-123-4567".
//!
//! Each of their pieces says nothing by itself: a text has such a name, or it doesn't. So each is one term, in a text and in a search.

use std::ops::Range;

use crate::MAX_CHARS;
use crate::fold::is_kept_sign;
use crate::stop::is_stop;
use crate::unit::{Gap, Shape, Unit};

/// A name and the units that it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub units: Range<usize>,
    pub text: String,
    /// From which a stem may be made; empty if there is none.
    pub written: String,
    /// Whether none of its pieces is a word that is looked for by itself: in "e-mail" one is.
    pub short: bool,
}

/// Pieces of a name that signs bind.
const MOST_PIECES: usize = 4;
/// Digits of a telephone number.
const PHONE: std::ops::RangeInclusive<usize> = 7..=15;
/// Numbers in a row that may be one.
const MOST_GROUPS: usize = 6;

/// All names of a text. They may overlap: those of "A and B and C" do.
pub(crate) fn names(units: &[Unit]) -> Vec<Name> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < units.len() {
        let tight = at + 1 + units[at + 1..].iter().take_while(|unit| unit.gap == Gap::Tight && !unit.is_run()).count();
        if !units[at].is_run() && (at + 2..=at + MOST_PIECES).contains(&tight) {
            found.extend(bound(units, at..tight));
        }
        at = tight;
    }
    found.extend((0..units.len()).filter_map(|at| said(units, at)));
    found.extend(phones(units));
    found
}

/// The first names that don't overlap, in order.
pub(crate) fn apart(mut names: Vec<Name>) -> Vec<Name> {
    names.sort_by_key(|name| (name.units.start, std::cmp::Reverse(name.units.end)));
    let mut end = 0;
    names.retain(|name| {
        let is_apart = name.units.start >= end;
        if is_apart {
            end = name.units.end;
        }
        is_apart
    });
    names
}

/// "AT&T", "A/B", "U.S.", "e-mail", "24/7": pieces with one sign between each.
fn bound(units: &[Unit], range: Range<usize>) -> Option<Name> {
    let pieces = &units[range.clone()];
    let bonds = || pieces[1..].iter().map(|unit| unit.bond);
    if pieces.iter().all(Unit::is_number) {
        return bonds().all(|bond| bond == Some('/')).then(|| side_by_side(units, range));
    }
    if !bonds().all(|bond| matches!(bond, Some('-' | '‐' | '–' | '−' | '.' | '/' | '&' | '·' | '_'))) {
        return None;
    }
    // "C/C++" is two names.
    if pieces.iter().any(|unit| unit.folded.contains(is_kept_sign)) {
        return None;
    }
    let is_article = |unit: &Unit| matches!(unit.folded.as_str(), "a" | "i");
    let short = pieces.iter().all(is_short);
    let is_name = if short {
        pieces.iter().any(Unit::is_letter)
    } else {
        // "vis-a-vis" and "two-and-a-half" are words.
        pieces.iter().any(|unit| unit.is_letter() && !is_article(unit))
            && !pieces.iter().any(|unit| !unit.is_letter() && is_stop(&unit.folded))
    };
    is_name.then(|| joined(pieces, range, short))
}

/// What pieces are together. Letters that would be a word without their signs keep them apart: "U.S." isn't "us".
fn joined(pieces: &[Unit], units: Range<usize>, short: bool) -> Name {
    let text: String = pieces.iter().flat_map(|unit| unit.folded.chars()).take(MAX_CHARS).collect();
    if is_stop(&text) && pieces.iter().all(Unit::is_letter) {
        return Name { units, text: apart_letters(&text), written: String::new(), short };
    }
    let written = pieces.iter().map(|unit| unit.written.as_str()).collect();
    Name { units, text, written, short }
}

/// "us" as it is told apart from the word: `u·s`.
pub(crate) fn apart_letters(word: &str) -> String {
    let letters: Vec<String> = word.chars().map(String::from).collect();
    letters.join("·")
}

/// Numbers side by side that are no number together: "24/7".
pub(crate) fn side_by_side(units: &[Unit], range: Range<usize>) -> Name {
    let values: Vec<&str> = units[range.clone()].iter().map(|unit| unit.folded.as_str()).collect();
    Name { units: range, text: values.join("··"), written: String::new(), short: true }
}

fn is_short(unit: &Unit) -> bool {
    !unit.is_run() && unit.folded.chars().count() <= 2
}

/// "AT and T", "R n D", "B to B": as signs are said.
fn said(units: &[Unit], at: usize) -> Option<Name> {
    let [first, sign, second] = units.get(at..at + 3)? else { return None };
    if sign.gap == Gap::Break || second.gap == Gap::Break || !is_short(first) || !is_short(second) {
        return None;
    }
    let is_letter = |unit: &Unit| unit.is_letter() && !matches!(unit.folded.as_str(), "a" | "i");
    let is_word = |unit: &Unit| unit.shape == Shape::Word;
    let between = match sign.folded.as_str() {
        "and" | "n" if is_word(first) && is_word(second) => "",
        // "B2B", "P2P".
        "to" | "2" if is_letter(first) && is_letter(second) => "2",
        _ => return None,
    };
    // "me and a friend", "so and I": pronouns and articles are none.
    let is_spare = |unit: &Unit| !unit.is_letter() && is_stop(&unit.folded) && unit.folded != "at";
    if !(is_letter(first) || is_letter(second)) || is_spare(first) || is_spare(second) {
        return None;
    }
    let text = format!("{}{between}{}", first.folded, second.folded);
    let text = if is_stop(&text) { apart_letters(&text) } else { text };
    Some(Name { units: at..at + 3, text, written: String::new(), short: true })
}

/// Telephone numbers: groups of digits in a row; and without what stands before them, which may be a country's code.
fn phones(units: &[Unit]) -> Vec<Name> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < units.len() {
        let is_group = |unit: &Unit| unit.is_number() && !unit.digits.is_empty();
        if !is_group(&units[at]) {
            at += 1;
            continue;
        }
        let end = at + 1 + units[at + 1..].iter().take_while(|unit| is_group(unit) && unit.gap != Gap::Break).count();
        if end - at <= MOST_GROUPS {
            // A part of a number is one too: "+49 30 1234567" is "030 1234567".
            let whole = is_phone(&units[at..end]);
            let parts = (at..end).flat_map(|first| (first + 1..=end).map(move |last| first..last));
            found.extend(
                parts.filter(|part| whole && part.len() > 1 || is_phone(&units[part.clone()])).filter_map(|part| phone(units, part)),
            );
        }
        at = end;
    }
    found
}

fn phone(units: &[Unit], range: Range<usize>) -> Option<Name> {
    let text: String = units[range.clone()].iter().map(|unit| unit.digits.as_str()).collect();
    let is_long = PHONE.contains(&text.len());
    is_long.then(|| Name { units: range, text: text.trim_start_matches('0').to_owned(), written: String::new(), short: true })
}

/// Whether groups of digits look like a telephone number.
fn is_phone(groups: &[Unit]) -> bool {
    let length: usize = groups.iter().map(|unit| unit.digits.len()).sum();
    // "555 123" is two groups, though it looks like a number.
    let count: usize = groups.iter().map(|unit| if unit.also.is_empty() { 1 } else { unit.digits.len().div_ceil(3) }).sum();
    let bonds = || groups[1..].iter().map(|unit| unit.bond);
    let is_pair = groups.len() == 2 && (bonds().all(|bond| bond == Some('-')) || groups[0].digits.starts_with('0'));
    // "12/15/2026" and "2026-12-15" are dates, "2026 100 seats" two numbers.
    let is_year = |unit: &Unit| unit.digits.len() == 4 && (unit.digits.starts_with("19") || unit.digits.starts_with("20"));
    PHONE.contains(&length)
        && (count > 2 || is_pair)
        && bonds().all(|bond| matches!(bond, None | Some('-' | '.' | '‐' | '–')))
        && groups[1..].iter().all(|unit| unit.digits.len() > 1)
        && !(length <= 8 && groups.iter().any(is_year))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::units;

    fn found(text: &str) -> Vec<String> {
        apart(names(&units(text))).into_iter().map(|name| name.text).collect()
    }

    #[test]
    fn letters_that_signs_or_words_bind_are_one_name() {
        for (text, name) in [
            ("AT&T", "att"),
            ("at & t", "att"),
            ("AT and T", "att"),
            ("R&D", "rd"),
            ("r n d", "rd"),
            ("Q&A", "qa"),
            ("Q and A", "qa"),
            ("A/B", "ab"),
            ("C/D", "cd"),
            ("U.S.", "u·s"),
            ("I.T.", "i·t"),
            ("I/O", "io"),
            ("PB&J", "pbj"),
            ("B to B", "b2b"),
            ("B-2-B", "b2b"),
            ("e-mail", "email"),
            ("F-16", "f16"),
            ("24/7", "24··7"),
            ("555-123-4567", "5551234567"),
            ("(555) 123 4567", "5551234567"),
            ("555.123.4567", "5551234567"),
            ("030 1234 5678", "3012345678"),
            ("555-1234", "5551234"),
            ("+1 555 123 4567", "15551234567"),
        ] {
            assert_eq!(found(text), [name], "{text}");
        }
    }

    #[test]
    fn words_and_numbers_are_none() {
        for text in [
            "me and a friend",
            "you and I",
            "do and I",
            "a and I",
            "Wi-Fi",
            "vis-a-vis",
            "two-and-a-half",
            "l'offre",
            "Smith & Sons",
            "2026-12-15",
            "15.12.2026",
            "2026 100 seats",
            "50 000 and 10 000",
            "a@b.com",
            "1 2 3 4 5 6 7 8 9",
            "he/she",
            "C/C++",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}

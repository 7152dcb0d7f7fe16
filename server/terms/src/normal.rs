//! A text's characters in one form (NFKC), each with its place in the text as it was given.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// A character of the normalized text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Char {
    pub c: char,
    /// The bytes of the given text that it comes from.
    pub start: usize,
    pub end: usize,
}

/// The normalized characters of a text. What shows nothing (soft hyphens, marks of direction) is left out; decimal digits of all scripts are
/// those of ASCII.
pub(crate) fn normalized(text: &str) -> Vec<Char> {
    if text.is_ascii() {
        return text.bytes().enumerate().map(|(at, byte)| Char { c: char::from(byte), start: at, end: at + 1 }).collect();
    }
    let mut chars = Vec::with_capacity(text.len());
    // Whatever is put together or taken apart is within one cluster.
    for (start, cluster) in text.grapheme_indices(true) {
        let end = start + cluster.len();
        let mut plain = cluster.chars();
        match (plain.next(), plain.next()) {
            (Some(c), None) if c.is_ascii() => chars.push(Char { c, start, end }),
            // "12¹ euros" are twelve, with a note.
            (Some(c), None) if is_small_digit(c) && is_mark(c, &chars) => chars.push(Char { c: ' ', start, end }),
            // As an apostrophe; its compatible form is a space with an accent.
            (Some('´'), None) => chars.push(Char { c: '’', start, end }),
            (Some(c), None) if let Some(part) = fraction(c) => push_fraction(&mut chars, part, start, end),
            _ => chars.extend(cluster.nfkc().filter(|c| !is_invisible(*c)).map(|c| Char { c: ascii_digit(c), start, end })),
        }
    }
    chars
}

/// A fraction in one character, behind the point.
fn fraction(c: char) -> Option<&'static str> {
    Some(match c {
        '½' => "5",
        '¼' => "25",
        '¾' => "75",
        '⅓' => "33",
        '⅔' => "67",
        '⅕' => "2",
        '⅖' => "4",
        '⅗' => "6",
        '⅘' => "8",
        '⅛' => "125",
        '⅜' => "375",
        '⅝' => "625",
        '⅞' => "875",
        _ => return None,
    })
}

/// "2½" and "2 ½" are 2.5.
fn push_fraction(chars: &mut Vec<Char>, part: &str, start: usize, end: usize) {
    let is_digit = |char: &Char| char.c.is_ascii_digit();
    if let [.., number, Char { c: ' ' | '\u{a0}', .. }] = chars.as_slice()
        && is_digit(number)
    {
        chars.pop();
    }
    if !chars.last().is_some_and(is_digit) {
        chars.push(Char { c: '0', start, end });
    }
    chars.extend(['.'].into_iter().chain(part.chars()).map(|c| Char { c, start, end }));
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}')
}

/// Digits that stand above or below their line.
fn is_small_digit(c: char) -> bool {
    is_raised(c) || matches!(c, '₀'..='₉')
}

fn is_raised(c: char) -> bool {
    matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹')
}

/// Whether a raised or lowered digit is none of what stands before it: it is a note's, or an exponent. In "m²" and "H₂O" it is a part.
fn is_mark(c: char, before: &[Char]) -> bool {
    let word: String = before.iter().rev().take(3).map(|char| char.c).take_while(|c| c.is_alphabetic()).collect();
    match before.last() {
        Some(last) if last.c.is_numeric() || matches!(last.c, '%' | '*' | '†' | '‡' | ')') => true,
        // What marks stand side by side.
        Some(last) if last.c == ' ' && last.end - last.start > 1 => true,
        _ => is_raised(c) && word.chars().count() != 1 && !UNITS.contains(&word.to_lowercase().as_str()),
    }
}

/// Units of length that are squared, and CO², back to front.
const UNITS: [&str; 12] = ["mc", "mm", "mk", "md", "tf", "ni", "dy", "im", "oc", "mn", "mµ", "mμ"];

/// Each script's digits lie side by side, from its zero on.
const ZEROS: [char; 14] = ['٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐'];

fn ascii_digit(c: char) -> char {
    let value = ZEROS.iter().find_map(|zero| (c as u32).checked_sub(*zero as u32).filter(|value| *value < 10));
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

/// Scripts whose words have no spaces between them, and Korean, whose words grow together.
pub(crate) fn is_unspaced(c: char) -> bool {
    c.is_alphanumeric()
        && matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
            | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        normalized(text).into_iter().map(|char| char.c).collect()
    }

    #[test]
    fn compatible_forms_are_one() {
        for (text, form) in [
            ("Ａ１", "A1"),
            ("ﾊﾟ", "パ"),
            ("ﬁ", "fi"),
            ("50\u{202f}000", "50 000"),
            ("co\u{ad}op", "coop"),
            ("٥٠", "50"),
            ("e\u{301}", "é"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("2½ or 3 ¾, ½", "2.5 or 3.75, 0.5"),
        ] {
            assert_eq!(plain(text), form);
        }
    }

    #[test]
    fn marks_of_notes_are_no_digits_of_numbers() {
        for (text, form) in [
            ("12¹ euros", "12  euros"),
            ("5 GB², 49,00³⁾", "5 GB , 49,00 )"),
            ("Storage¹²", "Storage  "),
            ("¹Billed", " Billed"),
            ("20 m², 3 km², H₂O, CO₂, x³", "20 m2, 3 km2, H2O, CO2, x3"),
            ("10₂ and 15 %¹", "10  and 15 % "),
        ] {
            assert_eq!(plain(text), form);
        }
    }

    #[test]
    fn each_has_its_place() {
        let chars = normalized("aﬁe\u{301}");
        let places: Vec<_> = chars.iter().map(|char| (char.c, char.start, char.end)).collect();
        assert_eq!(places, [('a', 0, 1), ('f', 1, 4), ('i', 1, 4), ('é', 4, 7)]);
    }
}

//! Text as people would type it: composed characters, no ligatures, words whole that were parted at the end of a line.

mod hyphens;

use unicode_normalization::UnicodeNormalization;

use crate::content::steers;
pub use hyphens::Hyphens;

/// No word is longer, in bytes: what is, is data.
const MAX_WORD: usize = 200;

/// Normalizes what was read: NFC, ligatures and presentation forms as letters, soft hyphens and invisible characters out, one kind of
/// space. Line breaks stay; runs of spaces become one, but for three and more, which are a table's gap and become two.
pub fn characters(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii() && !c.is_ascii_control() || c == '\n');
    if plain && !text.contains("  ") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut spaces = 0;
    let mut soft = false;
    for c in text.chars().flat_map(letters).nfc() {
        // A word that was parted at a soft hyphen is whole again.
        let parted = soft;
        soft = c == '\u{ad}' || (parted && c.is_whitespace());
        if parted && c.is_whitespace() {
            continue;
        }
        let c = match c {
            '\r' => continue,
            '\n' | '\u{2028}' | '\u{2029}' | '\u{c}' | '\u{b}' => {
                spaces = 0;
                out.push('\n');
                continue;
            }
            // Instead of a space, in what programs write.
            c if c.is_whitespace() || c == '\0' => {
                spaces += if c == '\t' { 3 } else { 1 };
                continue;
            }
            c if c.is_control() || c == '\u{ad}' || c == '\u{fffe}' || c == '\u{ffff}' || steers(c) => continue,
            c => c,
        };
        if spaces > 0 && !out.is_empty() {
            out.push_str(if spaces > 2 && !out.ends_with('\n') { "  " } else { " " });
        }
        if spaces == 0 && is_raised_digit(c) && stands_apart(&out) {
            out.push(' ');
        }
        spaces = 0;
        out.push(c);
    }
    out
}

fn is_raised_digit(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '\u{2070}' | '\u{2074}'..='\u{2079}')
}

/// Whether a raised digit behind a text is a mark of its own: `12¹` would be found as 121. Behind a unit or a variable it belongs to it.
fn stands_apart(text: &str) -> bool {
    const UNITS: [&str; 12] = ["mm", "cm", "dm", "km", "ft", "in", "yd", "mi", "ha", "sq", "px", "nm"];
    let Some(last) = text.chars().next_back() else { return false };
    if last.is_ascii_digit() {
        return true;
    }
    let letters = text.chars().rev().take(4).take_while(|c| c.is_alphabetic()).count();
    let start = text.char_indices().rev().nth(letters.max(1) - 1).map_or(0, |(at, _)| at);
    let word = &text[start..];
    letters > 1 && !UNITS.contains(&word)
}

/// The letters of a ligature or of an Arabic presentation form; anything else as it is.
fn letters(c: char) -> impl Iterator<Item = char> {
    let folded = matches!(c, '\u{fb00}'..='\u{fb06}' | '\u{fb50}'..='\u{fdfb}' | '\u{fe70}'..='\u{fefc}');
    let (whole, parts) = if folded { (None, Some(c.nfkc())) } else { (Some(c), None) };
    whole.into_iter().chain(parts.into_iter().flatten())
}

/// Joins the lines of printed text into paragraphs: a word that was parted at the end of a line is whole again, an empty line parts
/// paragraphs, a line with a table's gap stays a line.
pub fn join_lines(text: &str, hyphens: &Hyphens) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    // Whether the paragraph goes on, and whether its last line has a gap.
    let (mut open, mut gap) = (false, false);
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() {
            open = false;
            continue;
        }
        let after_gap = std::mem::replace(&mut gap, line.contains("  "));
        let Some(last) = paragraphs.last_mut().filter(|_| open) else {
            paragraphs.push(line.to_owned());
            open = true;
            continue;
        };
        if gap || after_gap || line.starts_with('|') || starts_item(line) {
            last.push('\n');
            last.push_str(line);
        } else {
            append(last, line, hyphens);
        }
    }
    paragraphs
}

/// Appends the next line of a paragraph.
fn append(text: &mut String, line: &str, hyphens: &Hyphens) {
    let parted = text.ends_with('-')
        && text.chars().rev().nth(1).is_some_and(char::is_lowercase)
        && line.chars().next().is_some_and(char::is_lowercase);
    if parted {
        let end = text.char_indices().rev().take(MAX_WORD).take_while(|(_, c)| !c.is_whitespace()).last();
        let first = &text[end.map_or(text.len(), |(at, _)| at)..];
        let second = line.split(char::is_whitespace).next().unwrap_or_default();
        if !hyphens.keeps(first, second) {
            text.pop();
        }
    } else if !ends_wide(text) && !bound(text) {
        text.push(' ');
    }
    text.push_str(line);
}

/// Whether it ends with a hyphen that belongs to a word: no space follows.
fn bound(text: &str) -> bool {
    text.ends_with('-') && text.chars().rev().nth(1).is_some_and(char::is_alphanumeric)
}

/// Chinese, Japanese and Thai are written without spaces between words: none comes in where a line ends.
fn ends_wide(text: &str) -> bool {
    text.chars()
        .next_back()
        .is_some_and(|c| matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ff60}'))
}

fn starts_item(line: &str) -> bool {
    let mut chars = line.chars();
    match chars.next() {
        Some('•' | '◦' | '▪' | '–' | '-' | '*' | '·' | '●' | '■' | '➢' | '✓') => chars.next() == Some(' '),
        Some(c) if c.is_ascii_digit() => {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.starts_with(". ") || rest.starts_with(") ")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_those_that_people_type() {
        assert_eq!(characters("e\u{301}"), "é");
        assert_eq!(characters("ef\u{fb01}cient con\u{ad}tract\u{a0}A\u{200b}"), "efficient contract A");
        assert_eq!(characters("a  b     c\td\r\ne"), "a b  c  d\ne");
        assert_eq!(characters("\u{202e}fdp.exe\u{0}\u{7}"), "fdp.exe");
        assert_eq!(characters("Some text\u{0}with\u{0}\u{0}zeros"), "Some text with zeros");
        assert_eq!(characters("\u{fedf}\u{fee0}"), "لل");
        assert_eq!(characters("con\u{ad}\n  tract, con\u{ad}tract"), "contract, contract");
    }

    #[test]
    fn raised_digits_are_no_digits_of_a_number() {
        assert_eq!(characters("costs 12¹ euros, 5 GB², 40 m², x², 10³ seats"), "costs 12 ¹ euros, 5 GB ², 40 m², x², 10 ³ seats");
        assert_eq!(characters("12¹², ¹ Without tax"), "12 ¹², ¹ Without tax");
    }

    #[test]
    fn parted_words_are_whole_again() {
        let none = Hyphens::default();
        assert_eq!(join_lines("viverra rhon-\ncus est", &none), ["viverra rhoncus est"]);
        assert_eq!(join_lines("One line\nof text.\n\nAnother", &none), ["One line of text.", "Another"]);
        assert_eq!(join_lines("a cost-\neffective way", &Hyphens::of(["the cost-effective one"].into_iter())), ["a cost-effective way"]);
        assert_eq!(join_lines("Item  Price\nTea  2\n• one\n• two", &none), ["Item  Price\nTea  2\n• one\n• two"]);
        assert_eq!(join_lines("日本\n語", &none), ["日本語"]);
        assert_eq!(join_lines("Anna-\nMaria", &none), ["Anna-Maria"]);
        assert_eq!(
            join_lines("every long-\nterm order, pay-\nper-use, each can-\ncellation", &none),
            ["every long-term order, pay-per-use, each cancellation"]
        );
    }
}

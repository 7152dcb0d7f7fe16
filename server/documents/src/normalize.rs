//! Text as people would type it: composed characters, no ligatures, words whole that were parted at the end of a line.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use crate::content::steers;

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
    for c in text.chars().flat_map(letters).nfc() {
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
        spaces = 0;
        out.push(c);
    }
    out
}

/// The letters of a ligature or of an Arabic presentation form; anything else as it is.
fn letters(c: char) -> impl Iterator<Item = char> {
    let folded = matches!(c, '\u{fb00}'..='\u{fb06}' | '\u{fb50}'..='\u{fdfb}' | '\u{fe70}'..='\u{fefc}');
    let (whole, parts) = if folded { (None, Some(c.nfkc())) } else { (Some(c), None) };
    whole.into_iter().chain(parts.into_iter().flatten())
}

/// The words of a text that are written with a hyphen within a line, in lower case: such a word keeps it at the end of a line too.
pub fn hyphenated<'a>(texts: impl Iterator<Item = &'a str>) -> HashSet<String> {
    let mut words = HashSet::new();
    for word in texts.flat_map(str::split_whitespace) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if word.len() <= MAX_WORD && word.contains('-') && words.len() < 20_000 {
            words.insert(word.to_lowercase());
        }
    }
    words
}

/// Joins the lines of printed text into paragraphs: a word that was parted at the end of a line is whole again, an empty line parts
/// paragraphs, a line with a table's gap stays a line.
pub fn join_lines(text: &str, hyphenated: &HashSet<String>) -> Vec<String> {
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
            append(last, line, hyphenated);
        }
    }
    paragraphs
}

/// Appends the next line of a paragraph.
fn append(text: &mut String, line: &str, hyphenated: &HashSet<String>) {
    let parted = text.ends_with('-')
        && text.chars().rev().nth(1).is_some_and(char::is_lowercase)
        && line.chars().next().is_some_and(char::is_lowercase);
    if parted {
        let end = text.char_indices().rev().take(MAX_WORD).take_while(|(_, c)| !c.is_whitespace()).last();
        let first = &text[end.map_or(text.len(), |(at, _)| at)..];
        let second = line.split(char::is_whitespace).next().unwrap_or_default();
        let whole = format!("{first}{second}").to_lowercase();
        if !hyphenated.contains(whole.trim_matches(|c: char| !c.is_alphanumeric())) {
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
    }

    #[test]
    fn parted_words_are_whole_again() {
        let none = HashSet::new();
        assert_eq!(join_lines("viverra rhon-\ncus est", &none), ["viverra rhoncus est"]);
        assert_eq!(join_lines("One line\nof text.\n\nAnother", &none), ["One line of text.", "Another"]);
        assert_eq!(join_lines("a cost-\neffective way", &hyphenated(["the cost-effective one"].into_iter())), ["a cost-effective way"]);
        assert_eq!(join_lines("Item  Price\nTea  2\n• one\n• two", &none), ["Item  Price\nTea  2\n• one\n• two"]);
        assert_eq!(join_lines("日本\n語", &none), ["日本語"]);
        assert_eq!(join_lines("Anna-\nMaria", &none), ["Anna-Maria"]);
    }
}

//! What a passage is made of: sentences, rows, and titles of what is below them.

use crate::knowledge::row::Row;
use crate::knowledge::text::{Span, sentences, slice};

/// So many short paragraphs one below the other are a list, no titles.
const FEWEST_OF_A_LIST: usize = 3;
/// A sentence, a row or a title of a passage.
pub(super) struct PassageLine<'a> {
    pub span: Span,
    pub sentence: &'a str,
    pub row: Option<Row<'a>>,
    /// Whether a paragraph begins with it.
    pub is_new: bool,
    /// Whether it is a paragraph by itself.
    pub is_paragraph: bool,
    pub is_title: bool,
}

/// The sentences of a passage; `is_first` is of a document's first one, which begins with its title.
pub(super) fn lines(text: &str, is_first: bool) -> Vec<PassageLine<'_>> {
    let spans = sentences(text);
    let is_apart = |from: u32, to: u32| slice(text, (from, to)).matches('\n').count() > 1;
    let mut lines: Vec<PassageLine<'_>> = Vec::with_capacity(spans.len());
    for (at, span) in spans.iter().copied().enumerate() {
        let is_new = at.checked_sub(1).and_then(|before| spans.get(before)).is_none_or(|before| is_apart(before.1, span.0));
        let is_paragraph = is_new && spans.get(at + 1).is_none_or(|next| is_apart(span.1, next.0));
        let sentence = slice(text, span);
        let row = Row::parse(sentence);
        let is_title = row.is_none() && is_paragraph && spans.len() > 1 && is_title(sentence);
        lines.push(PassageLine { span, sentence, row, is_new, is_paragraph, is_title });
    }
    // So many short lines one below the other are a list, and each says something; the first of all names the document.
    let mut at = 0;
    while at < lines.len() {
        let length = lines[at..].iter().take_while(|line| line.is_paragraph && line.row.is_none() && is_short(line.sentence)).count();
        if length >= FEWEST_OF_A_LIST {
            let first = at + usize::from(is_first && at == 0);
            lines[first..at + length].iter_mut().for_each(|line| line.is_title = false);
        }
        at += length.max(1);
    }
    lines
}

/// What names what is told below it, or asks: it tells nothing itself.
pub(super) fn says_nothing(sentence: &str) -> bool {
    let told = sentence.trim_start_matches(['#', '-', '*', '|', '>', ' ']).trim_end_matches(['|', '-', ' ']);
    sentence.starts_with('#') || told.chars().filter(|c| c.is_alphanumeric()).count() < 3 || sentence.ends_with(['?', '？', '؟'])
}

/// Whether a paragraph by itself looks like a title: few words, no stop, nothing that could be a value.
pub(super) fn is_title(paragraph: &str) -> bool {
    const ITEMS: [char; 22] =
        ['-', '*', '•', '–', '>', '☑', '✓', '✔', '✅', '☐', '☒', '✗', '✘', '❌', '●', '○', '▪', '■', '◦', '·', '→', '►'];
    let is_item = paragraph.starts_with(ITEMS) || paragraph.starts_with(|c: char| c.is_ascii_digit());
    let says = paragraph.contains(": ") || paragraph.chars().any(|c| c.is_ascii_digit() || matches!(c, '%' | '€' | '$' | '£'));
    is_short(paragraph) && !is_item && !says
}

/// Whether a paragraph is few words without a stop.
fn is_short(paragraph: &str) -> bool {
    !paragraph.ends_with(['.', '!', ';', '。', ')', '"', '”', '?', '？']) && paragraph.split_whitespace().count() <= 8
}

/// Whether a sentence goes on with the subject of the one before it: it begins with a word for it, and names nothing itself.
pub(super) fn goes_on(sentence: &str) -> bool {
    const BEGINS: [&str; 26] = [
        "it", "its", "this", "that", "these", "those", "they", "their", "there", "the", "a", "an", "all", "each", "both", "he", "she",
        "we", "you", "your", "our", "billed", "after", "before", "in", "for",
    ];
    let mut words = sentence.split_whitespace();
    let first = words.next().unwrap_or_default().trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let names = words.any(|word| {
        let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        word.starts_with(char::is_uppercase) && word.chars().filter(|c| c.is_alphabetic()).count() > 1
    });
    BEGINS.contains(&first.as_str()) && !names
}

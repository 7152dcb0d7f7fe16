//! Pages in Arabic or Hebrew whose lines hold Latin words too: the library turns their letters around. Its spans are right, so that the
//! lines are put together from them.

use pdf_oxide::PdfDocument;
use pdf_oxide::layout::TextSpan;
use unicode_normalization::char::is_combining_mark;

/// So many words that no language has are no accident.
const MIN_TURNED: usize = 3;

/// The text of a page, from 0, with its letters in the order in which they are read; as it is given if they are.
pub fn in_order(document: &PdfDocument, page: usize, text: String) -> String {
    let before = turned(&text);
    if before < MIN_TURNED {
        return text;
    }
    let Ok(spans) = document.extract_spans(page) else { return text };
    let ordered = join(&spans);
    if turned(&ordered) * 2 < before { ordered } else { text }
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// Letters that stand only at the end of a word.
fn is_final(c: char) -> bool {
    matches!(c, 'ة' | 'ى' | 'ך' | 'ם' | 'ן' | 'ף' | 'ץ')
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().nth(1).is_some())
}

/// How many words begin with a letter that only ends one.
fn turned(text: &str) -> usize {
    words(text).filter(|word| word.starts_with(is_final)).count()
}

/// Whether the letters of a span are in the order in which they stand on the page, from the left.
fn is_visual(text: &str) -> bool {
    let article = |found: bool, word: &str| usize::from(found && word.chars().nth(3).is_some());
    let visual: usize = words(text).map(|word| usize::from(word.starts_with(is_final)) + article(word.ends_with("لا"), word)).sum();
    let logical: usize = words(text).map(|word| usize::from(word.ends_with(is_final)) + article(word.starts_with("ال"), word)).sum();
    visual > logical
}

/// The text from its other end; marks stay with their letters, numbers and Latin words as they are.
fn turn(text: &str) -> String {
    let mut groups: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in text.chars() {
        let one = |c: char| c.is_ascii_alphanumeric();
        match groups.last_mut() {
            Some(group) if is_combining_mark(c) || (one(c) && one(last)) => group.push(c),
            _ => groups.push(c.to_string()),
        }
        last = c;
    }
    groups.into_iter().rev().collect()
}

/// The text of a span in the order in which it is read.
fn logical(text: &str) -> String {
    let latin = text.chars().position(char::is_alphabetic).and_then(|at| text.chars().nth(at)).is_some_and(|c| !is_right_to_left(c));
    match text.find(is_right_to_left) {
        // What stands to the left is read last.
        Some(at) if latin => {
            let (left, right) = text.split_at(at);
            format!("{}{} ", logical(right), left.trim())
        }
        Some(_) if is_visual(text) => turn(text),
        _ => text.to_owned(),
    }
}

/// Lines from the top, each from the right; a wide gap parts paragraphs.
fn join(spans: &[TextSpan]) -> String {
    let mut sorted: Vec<&TextSpan> = spans.iter().filter(|span| !span.text.is_empty()).collect();
    sorted.sort_by(|a, b| b.bbox.y.total_cmp(&a.bbox.y));
    let mut lines: Vec<Vec<&TextSpan>> = Vec::new();
    for span in sorted {
        match lines.last_mut() {
            Some(line) if line.first().is_some_and(|first| first.bbox.y - span.bbox.y < (first.font_size / 3.0).max(1.0)) => {
                line.push(span);
            }
            _ => lines.push(vec![span]),
        }
    }
    lines.retain(|line| line.iter().any(|span| !span.text.trim().is_empty()));
    let top = |line: &[&TextSpan]| line.first().map_or(0.0, |span| span.bbox.y);
    let mut gaps: Vec<f32> = lines.windows(2).map(|pair| top(&pair[0]) - top(&pair[1])).collect();
    gaps.sort_by(f32::total_cmp);
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or_default();
    let mut text = String::new();
    let mut last = None;
    for line in &mut lines {
        if last.is_some_and(|last: f32| last - top(line) > usual * 1.5) {
            text.push('\n');
        }
        last = Some(top(line));
        text.push_str(line_of(line).trim());
        text.push('\n');
    }
    text
}

fn line_of(line: &mut [&TextSpan]) -> String {
    let right_to_left = line.iter().flat_map(|span| span.text.chars()).filter(|c| is_right_to_left(*c)).count();
    let letters = line.iter().flat_map(|span| span.text.chars()).filter(|c| c.is_alphabetic()).count();
    let is_mark = |span: &TextSpan| span.text.chars().all(is_combining_mark);
    if right_to_left * 2 < letters {
        line.sort_by(|a, b| a.bbox.x.total_cmp(&b.bbox.x));
        return line.iter().map(|span| span.text.as_str()).collect();
    }
    line.sort_by(|a, b| b.bbox.x.total_cmp(&a.bbox.x));
    let mut text = String::new();
    for span in line.iter().filter(|span| !is_mark(span)) {
        let (left, width) = (span.bbox.x, span.bbox.width);
        let mut letters: Vec<char> = logical(&span.text).chars().collect();
        // Marks that were drawn by themselves come to the letter that they stand at.
        for mark in line.iter().filter(|mark| is_mark(mark) && mark.bbox.x >= left && mark.bbox.x <= left + width) {
            let share = ((left + width - mark.bbox.x) / width.max(1.0)).clamp(0.0, 1.0);
            let at = ((share * letters.len() as f32) as usize).max(1).min(letters.len());
            letters.splice(at..at, mark.text.chars());
        }
        text.extend(letters);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_only_end_words_tell_the_order() {
        assert_eq!((turned("لغة البرمجة"), turned("ةغل ةجمربلا"), turned("plain English")), (0, 2, 0));
        assert!(is_visual("ةجمربلا ىلع") && !is_visual("على البرمجة") && !is_visual("شكر"));
        assert!(is_visual("םולש") && !is_visual("שלום"));
    }

    #[test]
    fn what_stands_from_the_left_is_turned() {
        assert_eq!(logical("ةجمربلا ىلع 2024"), "2024 على البرمجة");
        assert_eq!(logical(" Pythonو"), "وPython ");
        assert_eq!(logical("لغة البرمجة"), "لغة البرمجة");
        assert_eq!(logical(" R "), " R ");
    }
}

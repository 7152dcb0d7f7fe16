//! The layout of a page that the library does not read as people do: turned pages, tables, raised signs, text that isn't seen.
//!
//! Where a page has none of these the library's own text is kept: it knows more of tagged and of unusual files.

use pdf_oxide::PdfDocument;

use super::annotations::Annotations;
use super::flow::{self, TextLine};
use super::glyphs::{Glyph, Page};
use super::{aligned, columns, pictures, ruled};
use crate::formats::letters;
use crate::normalize::Hyphens;
use crate::tables::Row;

/// A piece of a page.
pub enum Piece {
    /// Text as it was printed.
    Text(String),
    /// A table.
    Table(Vec<Row>),
}

/// A page as it is read.
pub struct Laid {
    /// From its top.
    pub pieces: Vec<Piece>,
    /// What is to be said of text that was left out because of its colour.
    pub unseen: Vec<&'static str>,
    /// Whether text was left out that is too small to be read.
    pub tiny: bool,
    /// Whether text that is struck through was left out.
    pub struck: bool,
}

/// The layout of a page, from 0, if it is better than `plain`, the library's own text. If it isn't, `plain` has the hyphens that belong to
/// words at the end of a line.
pub fn of(document: &PdfDocument, page: usize, plain: &mut String, annotations: &Annotations) -> Option<Laid> {
    let mut page = Page::of(document, page, &annotations.struck, || pictures::are_on(document, page))?;
    // Letters of another direction need what only the library knows.
    if plain.chars().any(|c| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')) {
        return None;
    }
    let (unseen, tiny, mut struck) = (std::mem::take(&mut page.unseen), page.tiny, page.struck);
    let mut turned = std::mem::take(&mut page.turned).into_iter();
    let mut glyphs = turned.next().unwrap_or_default();
    let found = ruled::tables(&page.rules);
    let free: Vec<_> = page.rules.iter().filter(|rule| !found.iter().any(|table| table.draws(rule))).copied().collect();
    struck |= flow::unstrike(&mut glyphs, &free);
    let (mut tables, mut rest): (Vec<(f32, Vec<Row>)>, Vec<Glyph>) = (Vec::new(), glyphs);
    for table in found {
        let (inside, outside): (Vec<Glyph>, Vec<Glyph>) = rest.into_iter().partition(|glyph| table.holds(glyph.middle()));
        let rows = table.rows(&inside, &Hyphens::default());
        // Lines around boxes, or a chart: no table.
        let filled = rows.iter().filter(|row| row.shown().len() > 1).count();
        if filled > 1 {
            tables.push((table.top(), rows));
            rest = outside;
        } else {
            rest = outside.into_iter().chain(inside).collect();
        }
    }
    let lines = flow::lines(&rest);
    let marked = lines.iter().any(|line| line.marked);
    let (mut pieces, has_tables) = lay(&lines, tables);
    let is_better =
        page.is_turned || !unseen.is_empty() || tiny || struck || marked || has_tables || letters(plain) < super::MIN_PAGE_LETTERS;
    for others in turned {
        let text = flow::text(&flow::lines(&others));
        if letters(&text) >= super::MIN_PAGE_LETTERS {
            pieces.push(Piece::Text(text));
        }
    }
    if is_better {
        return Some(Laid { pieces, unseen, tiny, struck });
    }
    let texts: Vec<String> = lines.iter().map(TextLine::text).collect();
    let hyphens = Hyphens::of(texts.iter().map(String::as_str));
    for (first, second) in flow::parted(&lines).into_iter().filter(|(first, second)| hyphens.keeps(first, second)) {
        restore(plain, &first, &second);
    }
    None
}

/// Puts the hyphen back that the library has taken out of a word.
fn restore(text: &mut String, first: &str, second: &str) {
    let without = format!("{}{second}", first.trim_end_matches('-'));
    let ends = |rest: Option<char>| rest.is_none_or(|c| !c.is_alphanumeric());
    let is_word = |at: &usize| ends(text[..*at].chars().next_back()) && ends(text[*at + without.len()..].chars().next());
    if let Some(at) = text.match_indices(&without).map(|(at, _)| at).find(is_word) {
        text.replace_range(at..at + without.len(), &format!("{first}{second}"));
    }
}

/// Lines and tables from the top, columns one after another; says whether any table is among them.
fn lay(lines: &[TextLine], tables: Vec<(f32, Vec<Row>)>) -> (Vec<Piece>, bool) {
    let mut pieces = Vec::new();
    let mut any = !tables.is_empty();
    let mut tables = tables.into_iter().peekable();
    for column in columns::columns(lines, 0) {
        let mut begun = 0;
        let mut at = 0;
        while at < column.len() {
            if let Some((_, rows)) = tables.next_if(|(top, _)| *top > column[at].y) {
                text_of(&column[begun..at], &mut pieces);
                begun = at;
                pieces.push(Piece::Table(rows));
                continue;
            }
            // A table may begin here, but not go on over one that is drawn.
            let until = tables
                .peek()
                .map_or(column.len(), |(top, _)| column.iter().skip(at).position(|line| line.y < *top).map_or(column.len(), |to| at + to));
            if let Some((rows, length)) = aligned::table(&column[at..until]) {
                text_of(&column[begun..at], &mut pieces);
                pieces.push(Piece::Table(rows));
                any = true;
                at += length;
                begun = at;
                continue;
            }
            at += 1;
        }
        text_of(&column[begun..], &mut pieces);
    }
    pieces.extend(tables.map(|(_, rows)| Piece::Table(rows)));
    (pieces, any)
}

fn text_of(lines: &[TextLine], pieces: &mut Vec<Piece>) {
    if !lines.is_empty() {
        pieces.push(Piece::Text(flow::text(lines)));
    }
}

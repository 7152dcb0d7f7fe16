//! The layout of a page that the library does not read as people do: turned pages, tables, raised signs, text that isn't seen.
//!
//! Where a page has none of these the library's own text is kept: it knows more of tagged and of unusual files.

use pdf_oxide::PdfDocument;

use super::annotations::Annotations;
use super::flow::{self, TextLine};
use super::glyphs::{Glyph, Page};
use super::{aligned, pictures, ruled};
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
    /// Whether white text was left out.
    pub white: bool,
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
    let (white, tiny, mut struck) = (page.white, page.tiny, page.struck);
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
    let is_better = page.is_turned || white || tiny || struck || marked || has_tables || letters(plain) < super::MIN_PAGE_LETTERS;
    for others in turned {
        let text = flow::text(&flow::lines(&others));
        if letters(&text) >= super::MIN_PAGE_LETTERS {
            pieces.push(Piece::Text(text));
        }
    }
    if is_better {
        return Some(Laid { pieces, white, tiny, struck });
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
    for column in columns(lines, 0) {
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

/// The columns that lines stand in, in the order in which they are read.
fn columns(lines: &[TextLine], depth: u8) -> Vec<Vec<TextLine>> {
    let Some(gutter) = gutter(lines).filter(|_| depth < 4) else { return vec![lines.to_vec()] };
    let (mut found, mut left, mut right) = (Vec::new(), Vec::new(), Vec::new());
    let end_band = |left: &mut Vec<TextLine>, right: &mut Vec<TextLine>, found: &mut Vec<Vec<TextLine>>| {
        for side in [std::mem::take(left), std::mem::take(right)] {
            if !side.is_empty() {
                found.extend(columns(&side, depth + 1));
            }
        }
    };
    for line in lines {
        if line.pieces.iter().any(|piece| piece.x < gutter - 1.0 && piece.end > gutter + 1.0) {
            end_band(&mut left, &mut right, &mut found);
            match found.last_mut() {
                Some(last) if last.last().is_some_and(|before: &TextLine| crosses(before, gutter)) => last.push(line.clone()),
                _ => found.push(vec![line.clone()]),
            }
            continue;
        }
        let (of_left, of_right): (Vec<_>, Vec<_>) = line.pieces.iter().cloned().partition(|piece| piece.x < gutter);
        if !of_left.is_empty() {
            left.push(TextLine { pieces: of_left, ..line.clone() });
        }
        if !of_right.is_empty() {
            right.push(TextLine { pieces: of_right, ..line.clone() });
        }
    }
    end_band(&mut left, &mut right, &mut found);
    found
}

fn crosses(line: &TextLine, gutter: f32) -> bool {
    line.pieces.iter().any(|piece| piece.x < gutter && piece.end > gutter)
}

/// Where two columns of prose part; none if there is one column, or if what stands side by side are cells.
fn gutter(lines: &[TextLine]) -> Option<f32> {
    let pieces: Vec<_> = lines.iter().flat_map(|line| &line.pieces).collect();
    if pieces.len() < 8 {
        return None;
    }
    let least = pieces.iter().map(|piece| piece.x).reduce(f32::min)?;
    let most = pieces.iter().map(|piece| piece.end).reduce(f32::max)?;
    let width = most - least;
    // Beginnings of pieces are where a right column may begin.
    let mut starts: Vec<f32> = pieces.iter().map(|piece| piece.x).filter(|x| (0.2..0.8).contains(&((x - least) / width))).collect();
    starts.sort_by(f32::total_cmp);
    starts.dedup_by(|next, last| *next - *last < 3.0);
    let is_column = |side: &[&&flow::TextPiece]| {
        let (from, to) = side.iter().fold((f32::MAX, f32::MIN), |(from, to), piece| (from.min(piece.x), to.max(piece.end)));
        let chars: usize = side.iter().map(|piece| piece.text.chars().count()).sum();
        let full = side.iter().filter(|piece| piece.end - piece.x > (to - from) * 0.6).count();
        side.len() >= 4 && chars >= side.len() * 18 && full * 2 >= side.len()
    };
    let candidates = starts.into_iter().map(|start| start - 4.0).filter_map(|gutter| {
        let crossing = pieces.iter().filter(|piece| piece.x < gutter && piece.end > gutter).count();
        let (left, right): (Vec<_>, Vec<_>) =
            pieces.iter().filter(|piece| !(piece.x < gutter && piece.end > gutter)).partition(|piece| piece.end <= gutter);
        (crossing * 6 <= pieces.len() && is_column(&left) && is_column(&right)).then_some((crossing, gutter))
    });
    candidates.min_by_key(|(crossing, _)| *crossing).map(|(_, gutter)| gutter)
}

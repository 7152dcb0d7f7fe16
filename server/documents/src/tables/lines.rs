//! A row as a line of text.

use std::ops::Range;

use super::header::Head;
use super::kinds::{Kind, is_word, kind};
use super::{Cover, Row};
use crate::content::{Content, Line};
use crate::failure::Failure;

/// Says that a place is empty, where its column has a name.
const NOTHING: &str = "–";
/// Wider tables leave out what is empty.
const MAX_SAID_EMPTY: usize = 12;

/// Writes a row under the names that hold.
pub fn write(row: &Row, columns: &Range<usize>, head: &mut Head, out: &mut Content) -> Result<(), Failure> {
    let mut filled = row.filled(columns);
    let Some((_, slot)) = filled.next() else { return Ok(()) };
    if head.repeats(row) {
        return Ok(());
    }
    let width = head.names.iter().filter(|name| !name.is_empty()).count().max(2);
    let spanned = 1 + filled.by_ref().take_while(|(_, slot)| slot.cover == Cover::Left).count();
    let spans_all = spanned >= width && spanned == row.filled(columns).count();
    let alone = row.filled(columns).count() == 1 || spans_all;
    if alone && (!head.has_names() || spans_all || is_sentence(&slot.text)) {
        let text = flat(&slot.text);
        // What spans the table names the rows below it.
        if spans_all && slot.cover == Cover::Own && text.chars().count() <= 80 && !is_sentence(&text) {
            head.section = text.as_str().into();
        }
        return out.row(Line::plain(text));
    }
    if !head.has_names() {
        return out.row(Line::plain(plain(row, columns)));
    }
    out.row(named(row, columns, head))
}

fn is_sentence(text: &str) -> bool {
    text.ends_with(['.', '!', '?', '*']) || text.split_whitespace().count() > 8
}

/// A row without names: a name and its value, or all that stands in it.
pub fn plain(row: &Row, columns: &Range<usize>) -> String {
    let cells: Vec<(usize, &str)> =
        row.filled(columns).filter(|(_, slot)| slot.cover != Cover::Left).map(|(at, slot)| (at, &*slot.text)).collect();
    match cells[..] {
        [(first, name), (_, value)] if is_word(kind(name)) && name.chars().count() <= 80 && first == columns.start => {
            flat(&format!("{}: {value}", name.trim_end_matches([':', ' '])))
        }
        [] => String::new(),
        _ => {
            // Empty places between show which cell stands under which.
            let last = cells.last().map_or(columns.start, |(at, _)| *at);
            let texts: Vec<&str> = (cells[0].0..=last).filter(|at| row.cover(*at) != Cover::Left).map(|at| row.text(at)).collect();
            flat(&texts.join(" | "))
        }
    }
}

/// `Column: value; Column: value`.
fn named(row: &Row, columns: &Range<usize>, head: &Head) -> Line {
    let mut line = Line::default();
    if !head.section.is_empty() {
        line.pair("", &head.section, true);
    }
    let name = |column: usize| head.names.get(column).map_or("", |name| &**name);
    let named = columns.clone().filter(|column| !name(*column).is_empty() || !row.text(*column).is_empty()).count();
    let filled = row.filled(columns).count();
    // A row that is nothing but its name says that all else is empty; one that is mostly so would be a line of dashes.
    let says_empty = named <= MAX_SAID_EMPTY && (filled == 1 || filled * 2 >= named);
    let mut before: Option<(&str, &str)> = None;
    let mut is_first = true;
    // A name of a row that spans the columns beside it, as of a total, is no value of theirs.
    let label =
        row.filled(columns).next().filter(|(at, slot)| *at == columns.start && slot.cover == Cover::Own && is_word(kind(&slot.text)));
    let label = label.map_or(0, |(at, _)| 1 + (at + 1..columns.end).take_while(|at| row.cover(*at) == Cover::Left).count());
    let values =
        row.filled(columns).any(|(at, slot)| at >= columns.start + label && slot.cover != Cover::Left && kind(&slot.text) != Kind::Text);
    let label = if values { columns.start + label } else { 0 };
    for column in columns.clone() {
        let (text, name) = (row.text(column), name(column));
        if (columns.start + 1..label).contains(&column) {
            continue;
        }
        if text.is_empty() {
            if says_empty && !name.is_empty() {
                line.pair(name, NOTHING, false);
            }
            continue;
        }
        let cover = row.cover(column);
        // One cell over columns of one name, or of none, is said once.
        if cover == Cover::Left && (name.is_empty() || before == Some((name, text))) {
            continue;
        }
        line.pair(name, &flat(text), is_first || cover == Cover::Above);
        is_first = false;
        before = Some((name, text));
    }
    line
}

fn flat(text: &str) -> String {
    if text.contains(['\n', '\r', '\t']) { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text.to_owned() }
}

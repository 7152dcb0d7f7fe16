//! Tables without drawn lines: cells that stand under one another.

use super::flow::TextLine;
use crate::tables::{Row, Slot};

/// The columns of a table are at most so many.
const MAX_COLUMNS: usize = 30;
/// Cells are short; prose in columns is not.
const MAX_USUAL_CHARS: usize = 40;

/// The rows of a table that begins at the first line, and how many lines it takes.
pub fn table(lines: &[TextLine]) -> Option<(Vec<Row>, usize)> {
    if lines.first()?.pieces.len() < 2 {
        return None;
    }
    let mut best = None;
    let mut columns: Vec<(f32, f32)> = Vec::new();
    let (mut several, mut chars, mut pieces) = (0usize, 0usize, 0usize);
    for (at, line) in lines.iter().enumerate() {
        // What stands too far below is another thing.
        let gap = at.checked_sub(1).map_or(0.0, |before| lines[before].y - line.y);
        if gap > line.size * 4.0 || gap < 0.0 {
            break;
        }
        let next = with(&columns, line);
        if next.len() < 2 || (at > 0 && next.len() < columns.len()) || next.len() > MAX_COLUMNS {
            break;
        }
        // One piece for each column, and a line alone only where it goes on with a cell.
        if line.pieces.iter().any(|piece| next.iter().filter(|(from, to)| piece.x < *to && piece.end > *from).count() != 1) {
            break;
        }
        let of = |x: f32| next.iter().position(|(from, to)| (*from..=*to).contains(&x));
        let mut places: Vec<Option<usize>> = line.pieces.iter().map(|piece| of(piece.x)).collect();
        places.dedup();
        if places.len() != line.pieces.len() {
            break;
        }
        if line.pieces.len() == 1 && (gap > line.size * 1.6 || of(line.pieces[0].x) == Some(0) && gap > line.size * 1.35) {
            break;
        }
        columns = next;
        several += usize::from(line.pieces.len() > 1);
        pieces += line.pieces.len();
        chars += line.pieces.iter().map(|piece| piece.text.chars().count()).sum::<usize>();
        if line.pieces.len() > 1 || several > 1 {
            best = Some((at + 1, columns.clone(), several, chars / pieces.max(1)));
        }
    }
    let (length, columns, several, usual) = best?;
    // Most cells are short: what stands side by side in long lines is prose in columns.
    let pieces = lines[..length].iter().flat_map(|line| &line.pieces);
    let (short, all) = pieces.fold((0, 0), |(short, all), piece| (short + usize::from(piece.text.chars().count() <= 30), all + 1));
    let enough = short * 2 >= all && (several >= 3 || (several == 2 && columns.len() > 2));
    if !enough || usual > MAX_USUAL_CHARS || several * 2 < length {
        return None;
    }
    Some((rows(&lines[..length], &columns), length))
}

/// The columns with the pieces of another line: what overlaps is one.
fn with(columns: &[(f32, f32)], line: &TextLine) -> Vec<(f32, f32)> {
    let mut all: Vec<(f32, f32)> = columns.iter().copied().chain(line.pieces.iter().map(|piece| (piece.x, piece.end))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut merged: Vec<(f32, f32)> = Vec::new();
    for (from, to) in all {
        match merged.last_mut() {
            Some(last) if from < last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

fn rows(lines: &[TextLine], columns: &[(f32, f32)]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut gaps: Vec<f32> = lines.windows(2).map(|pair| pair[0].y - pair[1].y).collect();
    gaps.sort_by(f32::total_cmp);
    let widest = gaps.last().copied().unwrap_or_default();
    for (at, line) in lines.iter().enumerate() {
        let place = |x: f32| columns.iter().position(|(from, to)| (*from..=*to).contains(&x)).unwrap_or(0);
        let gap = at.checked_sub(1).map_or(f32::MAX, |before| lines[before].y - line.y);
        // A line without a first cell, tight under the one above it, goes on with its cells.
        let first_is_empty = line.pieces.first().is_none_or(|piece| place(piece.x) > 0);
        let goes_on = !rows.is_empty()
            && gap < line.size * 1.6
            && ((first_is_empty && (line.pieces.len() == 1 || widest > gap * 1.2)) || line.pieces.len() == 1);
        if !goes_on {
            rows.push(Row::default());
        }
        let Some(row) = rows.last_mut() else { continue };
        for piece in &line.pieces {
            let column = place(piece.x);
            let before = row.slots.get(column).map_or("", |slot| &slot.text);
            let text = if before.is_empty() { piece.text.clone() } else { format!("{before} {}", piece.text) };
            row.place(column, Slot { text: text.trim().into(), ..Slot::default() });
        }
    }
    rows
}

//! Columns of prose on a page, and what stands above, below and between them.

use std::ops::Range;

use super::flow::{TextLine, TextPiece};

/// Columns within columns are at most so deep.
const MAX_DEPTH: u8 = 4;
/// On pages with more lines columns are only looked for over the whole page.
const MAX_LINES: usize = 200;
/// So many parts of a page are looked at.
const MAX_TRIES: usize = 1_000;
/// A part of a page has at least so many lines of prose in columns.
const MIN_PROSE: usize = 6;

/// The columns that lines stand in, in the order in which they are read.
pub fn columns(lines: &[TextLine], depth: u8) -> Vec<Vec<TextLine>> {
    let Some((range, gutter)) = prose(lines).filter(|_| depth < MAX_DEPTH) else { return vec![lines.to_vec()] };
    let mut found = Vec::new();
    // A table or a text over the whole width.
    if range.start > 0 {
        found.extend(columns(&lines[..range.start], depth + 1));
    }
    beside(&lines[range.clone()], gutter, depth, &mut found);
    if range.end < lines.len() {
        found.extend(columns(&lines[range.end..], depth + 1));
    }
    found
}

/// Lines of two columns, the left one first; what crosses both parts them.
fn beside(lines: &[TextLine], gutter: f32, depth: u8, found: &mut Vec<Vec<TextLine>>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let end_band = |left: &mut Vec<TextLine>, right: &mut Vec<TextLine>, found: &mut Vec<Vec<TextLine>>| {
        for side in [std::mem::take(left), std::mem::take(right)] {
            if !side.is_empty() {
                found.extend(columns(&side, depth + 1));
            }
        }
    };
    for line in lines {
        if line.pieces.iter().any(|piece| piece.x < gutter - 1.0 && piece.end > gutter + 1.0) {
            end_band(&mut left, &mut right, found);
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
    end_band(&mut left, &mut right, found);
}

fn crosses(line: &TextLine, gutter: f32) -> bool {
    line.pieces.iter().any(|piece| piece.x < gutter && piece.end > gutter)
}

/// The lines that stand in two columns of prose, and where these part; none if there is one column, or if what stands side by side are cells.
fn prose(lines: &[TextLine]) -> Option<(Range<usize>, f32)> {
    if let Some(gutter) = gutter(lines, false, 0) {
        let range = without_cells(lines, gutter);
        // What is left must be columns by itself.
        return Some(if range.len() == lines.len() || self::gutter(&lines[range.clone()], false, 0).is_none() {
            (0..lines.len(), gutter)
        } else {
            (range, gutter)
        });
    }
    // Where sentences go on in the next line there is prose at all.
    let going_on = lines.iter().flat_map(|line| &line.pieces).filter(|piece| goes_on(piece)).count();
    if lines.len() > MAX_LINES || going_on < MIN_PROSE {
        return None;
    }
    let may_begin = |line: &TextLine| line.pieces.len() > 1 && line.pieces.iter().any(|piece| piece.text.chars().count() >= 20);
    let mut best: Option<(Range<usize>, f32)> = None;
    let mut tries = MAX_TRIES;
    for from in (0..lines.len()).filter(|at| may_begin(&lines[*at])) {
        for to in (from + MIN_PROSE..=lines.len()).rev() {
            if best.as_ref().is_some_and(|(best, _)| to - from <= best.len()) {
                break;
            }
            if tries == 0 {
                break;
            }
            if !may_begin(&lines[to - 1]) {
                continue;
            }
            tries -= 1;
            if let Some(gutter) = gutter(&lines[from..to], true, 0) {
                best = Some((from..to, gutter));
                break;
            }
        }
    }
    // A column may end with lines that have nothing beside them.
    best.map(|(range, gutter)| {
        let is_of_side = |line: &&TextLine| !crosses(line, gutter) && line.pieces.len() == 1;
        let near = |at: usize| lines[at - 1].y - lines[at].y < lines[at].size * 1.8;
        let more = (range.end..lines.len()).take_while(|at| near(*at) && is_of_side(&&lines[*at])).count();
        (range.start..range.end + more, gutter)
    })
}

/// Whether a piece goes on with a sentence.
fn goes_on(piece: &TextPiece) -> bool {
    piece.text.starts_with(|c: char| c.is_alphabetic() && !c.is_uppercase())
}

/// The lines between those that are rows of a table: at the beginning or at the end, with something on both sides that fills none of them.
fn without_cells(lines: &[TextLine], gutter: f32) -> Range<usize> {
    let sides = |is_left: bool| {
        lines
            .iter()
            .flat_map(|line| &line.pieces)
            .filter(move |piece| (piece.x < gutter) == is_left && !(piece.x < gutter && piece.end > gutter))
    };
    let extent = |is_left: bool| sides(is_left).fold((f32::MAX, f32::MIN), |(from, to), piece| (from.min(piece.x), to.max(piece.end)));
    let (left, right) = (extent(true), extent(false));
    let is_full = |piece: &TextPiece| {
        let (from, to) = if piece.x < gutter { left } else { right };
        piece.end - piece.x > (to - from) * 0.7
    };
    let is_row = |line: &TextLine| line.pieces.len() > 1 && !crosses(line, gutter) && !line.pieces.iter().any(is_full);
    // Titles of a table, and what goes on in one of its cells, have nothing beside them.
    let may_be = |line: &TextLine| is_row(line) || line.pieces.len() == 1 && !line.pieces.iter().any(is_full);
    let rows = |lines: &mut dyn Iterator<Item = &TextLine>| {
        let kinds: Vec<bool> = lines.take_while(|line| may_be(line)).map(is_row).collect();
        if kinds.iter().filter(|is_row| **is_row).count() > 1 {
            kinds.iter().rposition(|is_row| *is_row).map_or(0, |last| last + 1)
        } else {
            0
        }
    };
    let above = rows(&mut lines.iter());
    above..lines.len() - rows(&mut lines[above..].iter().rev())
}

/// Where two columns of prose part. Of a part of a page more is asked: a few rows of a table may look like columns.
fn gutter(lines: &[TextLine], is_part: bool, depth: u8) -> Option<f32> {
    let pieces: Vec<_> = lines.iter().flat_map(|line| &line.pieces).collect();
    if pieces.len() < if is_part { MIN_PROSE * 2 } else { 8 } {
        return None;
    }
    let least = pieces.iter().map(|piece| piece.x).reduce(f32::min)?;
    let most = pieces.iter().map(|piece| piece.end).reduce(f32::max)?;
    let width = most - least;
    // Beginnings of pieces are where a right column may begin.
    let mut starts: Vec<f32> = pieces.iter().map(|piece| piece.x).filter(|x| (0.2..0.8).contains(&((x - least) / width))).collect();
    starts.sort_by(f32::total_cmp);
    starts.dedup_by(|next, last| *next - *last < 3.0);
    let is_column = |side: &[&&TextPiece]| {
        let (from, to) = side.iter().fold((f32::MAX, f32::MIN), |(from, to), piece| (from.min(piece.x), to.max(piece.end)));
        let chars: usize = side.iter().map(|piece| piece.text.chars().count()).sum();
        let full = side.iter().filter(|piece| piece.end - piece.x > (to - from) * 0.6).count();
        // Sentences go on in the next line, cells begin anew.
        let goes_on = side.iter().filter(|piece| goes_on(piece)).count();
        match is_part {
            true => side.len() >= MIN_PROSE - 1 && chars >= side.len() * 22 && full * 10 >= side.len() * 6 && goes_on * 3 >= side.len(),
            false => side.len() >= 4 && chars >= side.len() * 18 && full * 2 >= side.len(),
        }
    };
    // Of several columns the first one is parted from all the others.
    let has_more = |right: &[&&TextPiece], at: f32| {
        if depth >= MAX_DEPTH || right.len() < MIN_PROSE * 2 {
            return false;
        }
        let of_right = lines.iter().filter_map(|line| {
            let pieces: Vec<TextPiece> = line.pieces.iter().filter(|piece| piece.x >= at).cloned().collect();
            (!pieces.is_empty()).then(|| TextLine { pieces, ..line.clone() })
        });
        gutter(&of_right.collect::<Vec<_>>(), true, depth + 1).is_some()
    };
    let candidates = starts.into_iter().map(|start| start - 4.0).filter_map(|gutter| {
        let crossing = pieces.iter().filter(|piece| piece.x < gutter && piece.end > gutter).count();
        let (left, right): (Vec<_>, Vec<_>) =
            pieces.iter().filter(|piece| !(piece.x < gutter && piece.end > gutter)).partition(|piece| piece.end <= gutter);
        let fits = crossing * 6 <= pieces.len() && is_column(&left) && (is_column(&right) || has_more(&right, gutter));
        fits.then_some((crossing, gutter))
    });
    candidates.min_by_key(|(crossing, _)| *crossing).map(|(_, gutter)| gutter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: usize, pieces: &[(f32, &str)]) -> TextLine {
        let pieces =
            pieces.iter().map(|(x, text)| TextPiece { x: *x, end: x + text.chars().count() as f32 * 5.0, text: (*text).to_owned() });
        TextLine { y: 800.0 - at as f32 * 12.0, size: 10.0, marked: false, pieces: pieces.collect() }
    }

    fn prose_lines(from: usize, count: usize) -> Vec<TextLine> {
        (from..from + count)
            .map(|at| line(at, &[(50.0, "words of the left column that go on and"), (300.0, "other words of the right one that end on")]))
            .collect()
    }

    fn shape(lines: &[TextLine]) -> Vec<(usize, usize)> {
        columns(lines, 0).iter().map(|column| (column.len(), column.iter().map(|line| line.pieces.len()).max().unwrap_or(0))).collect()
    }

    #[test]
    fn a_table_above_or_below_columns_is_whole() {
        let rows = |from: usize| {
            (from..from + 5).map(|at| line(at, &[(50.0, "Plan"), (160.0, "Price"), (300.0, "Seats"), (420.0, "Fee")])).collect::<Vec<_>>()
        };
        assert_eq!(shape(&[rows(0), prose_lines(5, 12)].concat()), [(5, 4), (12, 1), (12, 1)]);
        assert_eq!(shape(&[prose_lines(0, 12), rows(12)].concat()), [(12, 1), (12, 1), (5, 4)]);
        // A title, and two columns that stand where those of the prose do.
        let pairs: Vec<TextLine> = (1..5).map(|at| line(at, &[(50.0, "Plan"), (300.0, "240 euros")])).collect();
        let title = vec![line(0, &[(50.0, "Our terms")])];
        assert_eq!(shape(&[title, pairs, prose_lines(5, 20)].concat()), [(5, 2), (20, 1), (20, 1)]);
    }

    #[test]
    fn a_table_alone_is_no_prose() {
        let rows: Vec<TextLine> = (0..12)
            .map(|at| line(at, &[(50.0, "Premium support for teams"), (300.0, "Answers within four hours"), (480.0, "240 euros")]))
            .collect();
        assert_eq!(shape(&rows), [(12, 3)]);
        assert_eq!(shape(&prose_lines(0, 20)), [(20, 1), (20, 1)]);
        let three: Vec<TextLine> = (0..15)
            .map(|at| {
                line(at, &[(50.0, "words of the left column"), (220.0, "others of the middle one"), (390.0, "and some of the right one")])
            })
            .collect();
        assert_eq!(shape(&three), [(15, 1), (15, 1), (15, 1)]);
    }
}

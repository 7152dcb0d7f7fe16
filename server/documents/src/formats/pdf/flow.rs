//! Glyphs as lines of text: words, raised signs, gaps.

use super::glyphs::{Glyph, Rule};
use crate::formats::raised;

/// A line of text.
#[derive(Clone, Debug)]
pub struct TextLine {
    /// The line that it stands on.
    pub y: f32,
    /// The size of most of it.
    pub size: f32,
    /// Whether glyphs of it are raised or lowered.
    pub marked: bool,
    /// Pieces that wide gaps part.
    pub pieces: Vec<TextPiece>,
}

/// A piece of a line.
#[derive(Clone, Debug)]
pub struct TextPiece {
    /// Where it begins.
    pub x: f32,
    /// Where it ends.
    pub end: f32,
    /// Its text.
    pub text: String,
}

impl TextLine {
    /// The whole of it; a gap is a space.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.pieces.iter().map(|piece| piece.text.as_str()).collect();
        texts.join(" ")
    }
}

/// Removes glyphs that a drawn line crosses in the middle; says whether there were any.
pub fn unstrike(glyphs: &mut Vec<Glyph>, rules: &[Rule]) -> bool {
    let before = glyphs.len();
    let level: Vec<&Rule> = rules.iter().filter(|rule| rule.level).collect();
    if level.len() > 2_000 {
        return false;
    }
    glyphs.retain(|glyph| {
        let x = glyph.middle().0;
        let crosses = |rule: &&Rule| {
            (rule.from - 1.0..=rule.to + 1.0).contains(&x) && (glyph.y + glyph.size * 0.15..=glyph.y + glyph.size * 0.5).contains(&rule.at)
        };
        glyph.text.is_whitespace() || !level.iter().any(crosses)
    });
    glyphs.len() < before
}

/// The lines of a text from its top. Small glyphs beside a line belong to it, raised or lowered.
pub fn lines(glyphs: &[Glyph]) -> Vec<TextLine> {
    let mut sorted: Vec<&Glyph> = glyphs.iter().filter(|glyph| !glyph.text.is_control()).collect();
    sorted.sort_by(|a, b| b.y.total_cmp(&a.y));
    // By the line that glyphs stand on.
    let mut rows: Vec<Vec<&Glyph>> = Vec::new();
    for glyph in sorted {
        match rows.last_mut() {
            Some(row) if row.last().is_some_and(|last| last.y - glyph.y < last.size.min(glyph.size) * 0.15) => row.push(glyph),
            _ => rows.push(vec![glyph]),
        }
    }
    let size = |row: &[&Glyph]| {
        let mut sizes: Vec<f32> = row.iter().map(|glyph| glyph.size).collect();
        sizes.sort_by(f32::total_cmp);
        sizes.get(sizes.len() / 2).copied().unwrap_or(10.0)
    };
    // Height on the page, size of its letters, its glyphs.
    type Lined<'g> = (f32, f32, Vec<(&'g Glyph, i8)>);
    let mut lines: Vec<Lined<'_>> =
        rows.iter().map(|row| (row.first().map_or(0.0, |glyph| glyph.y), size(row), marked(row, size(row)))).collect();
    // Small ones a little above or below a larger line, within it or at its end.
    let mut at = 0;
    while at < lines.len() {
        let (y, small, _) = lines[at];
        let host = (at.saturating_sub(3)..lines.len().min(at + 4)).filter(|other| *other != at).find(|other| {
            let (base, large, ref members) = lines[*other];
            let rises = y - base;
            let near = |glyph: &Glyph| {
                members
                    .iter()
                    .any(|(member, _)| (glyph.x - member.end()).abs() < large * 0.6 || (member.x - glyph.end()).abs() < large * 0.6)
            };
            small < large * 0.86
                && (large * 0.1..large * 0.8).contains(&rises.abs())
                && (rises > 0.0 || rises > -large * 0.4)
                && lines[at]
                    .2
                    .iter()
                    .all(|(glyph, _)| glyph.text.is_whitespace() || near(glyph) || lines[at].2.len() < 4 && near(lines[at].2[0].0))
        });
        match host {
            Some(host) => {
                let rises = if y > lines[host].0 { 1 } else { -1 };
                let members: Vec<(&Glyph, i8)> = lines.remove(at).2.into_iter().map(|(glyph, _)| (glyph, rises)).collect();
                lines[host - usize::from(host > at)].2.extend(members);
            }
            None => at += 1,
        }
    }
    lines.into_iter().filter_map(|(y, size, members)| line(y, size, members)).collect()
}

/// The glyphs of a line from the left, with small digits and marks at its beginning or right behind a larger glyph as what they are: marks.
fn marked<'g>(row: &[&'g Glyph], size: f32) -> Vec<(&'g Glyph, i8)> {
    let mut row = row.to_vec();
    row.sort_by(|a, b| a.x.total_cmp(&b.x));
    let is_small = |glyph: &Glyph| {
        glyph.size < size * 0.86 && (glyph.text.is_ascii_digit() || matches!(glyph.text, ',' | '*' | '†' | '‡' | '§' | ')'))
    };
    // A letter alone: several are words in small capitals, or a unit.
    let is_letter = |at: usize| {
        let is = |at: usize| row.get(at).is_some_and(|glyph| glyph.size < size * 0.8 && glyph.text.is_alphanumeric());
        is(at) && row[at].text.is_ascii_lowercase() && !is(at + 1) && (at == 0 || !is(at - 1))
    };
    let mut members: Vec<(&Glyph, i8)> = Vec::new();
    for (at, glyph) in row.iter().enumerate() {
        let behind = members.last().is_none_or(|(last, rises)| {
            let near = last.width < 0.01 || (glyph.x - last.end()).abs() < size * 0.15;
            !last.text.is_whitespace() && near && (*rises != 0 || last.size > glyph.size * 1.15)
        });
        let goes_on = at > 0 || row.iter().any(|other| other.size > glyph.size * 1.15);
        let rises = if (is_small(glyph) || is_letter(at)) && behind && goes_on { if glyph.rise < 0 { -1 } else { 1 } } else { glyph.rise };
        members.push((glyph, rises));
    }
    members
}

fn line(y: f32, size: f32, mut members: Vec<(&Glyph, i8)>) -> Option<TextLine> {
    members.sort_by(|(a, _), (b, _)| a.x.total_cmp(&b.x));
    // Turned text says nothing of its widths: the next glyph tells.
    let widths: Vec<f32> = (0..members.len())
        .map(|at| match members[at].0 {
            glyph if glyph.width > size * 0.02 => glyph.width,
            glyph => members.get(at + 1).map_or(size * 0.5, |(next, _)| (next.x - glyph.x).clamp(size * 0.2, size * 0.9)),
        })
        .collect();
    let marked = members.iter().any(|(glyph, rises)| *rises != 0 && !glyph.text.is_whitespace());
    let mut pieces: Vec<TextPiece> = Vec::new();
    let mut mark = (String::new(), 0i8);
    let end_mark = |text: &mut String, mark: &mut (String, i8)| {
        let (sign, rises) = std::mem::take(mark);
        match rises {
            1 => text.push_str(&raised::raised(text, &sign)),
            -1 => {
                let mark = raised::lowered(text, &sign);
                text.push_str(&mark);
            }
            _ => {}
        }
    };
    let mut last: Option<&Glyph> = None;
    let (mut last_end, mut space) = (0.0, false);
    for ((glyph, rises), width) in members.into_iter().zip(widths) {
        if glyph.text.is_whitespace() {
            space = true;
            continue;
        }
        // A glyph that is drawn twice is a bold one.
        if last
            .is_some_and(|last| last.text == glyph.text && (last.x - glyph.x).abs() < size * 0.1 && (last.y - glyph.y).abs() < size * 0.1)
        {
            continue;
        }
        let gap = last.map_or(0.0, |_| glyph.x - last_end);
        let begins = last.is_none() || gap > size * 1.2;
        if let Some(piece) = pieces.last_mut()
            && (mark.1 != rises || begins)
        {
            end_mark(&mut piece.text, &mut mark);
        }
        if begins {
            pieces.push(TextPiece { x: glyph.x, end: glyph.x + width, text: String::new() });
        }
        let Some(piece) = pieces.last_mut() else { continue };
        let parted = gap > glyph.size.min(size) * if space { 0.08 } else { 0.18 };
        if !begins && parted && !piece.text.ends_with(' ') {
            if mark.0.is_empty() { piece.text.push(' ') } else { mark.0.push(' ') }
        }
        if rises == 0 {
            piece.text.push(glyph.text);
        } else {
            mark = (std::mem::take(&mut mark.0) + glyph.text.encode_utf8(&mut [0; 4]), rises);
        }
        piece.end = piece.end.max(glyph.x + width);
        (last, last_end, space) = (Some(glyph), glyph.x + width, false);
    }
    if let Some(piece) = pieces.last_mut() {
        end_mark(&mut piece.text, &mut mark);
    }
    (!pieces.is_empty()).then_some(TextLine { y, size, marked, pieces })
}

/// Words that are parted at the end of a line: the half before the hyphen with it, and the half behind it.
pub fn parted(lines: &[TextLine]) -> Vec<(String, String)> {
    let mut parted = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        for piece in line.pieces.iter().filter(|piece| piece.text.ends_with('-')) {
            // The next line of the same column.
            let below = lines[at + 1..].iter().take(3).flat_map(|line| &line.pieces);
            let next = below.into_iter().find(|next| next.x < piece.end && next.end > piece.x);
            let first = piece.text.split_whitespace().next_back();
            let second = next.and_then(|next| next.text.split_whitespace().next());
            if let (Some(first), Some(second)) = (first, second) {
                parted.push((first.to_owned(), second.to_owned()));
            }
        }
    }
    parted
}

/// The text of lines of one column; a wide gap parts paragraphs.
pub fn text(lines: &[TextLine]) -> String {
    let mut gaps: Vec<f32> = lines.windows(2).map(|pair| pair[0].y - pair[1].y).filter(|gap| *gap > 0.0).collect();
    gaps.sort_by(f32::total_cmp);
    let usual = gaps.get(gaps.len() / 3).copied().unwrap_or_default();
    let mut text = String::new();
    let mut last: Option<&TextLine> = None;
    for line in lines {
        let apart = |last: &TextLine| last.y - line.y > usual * 1.4 || last.y < line.y || (last.size - line.size).abs() > line.size * 0.15;
        if last.is_some_and(apart) {
            text.push('\n');
        }
        text.push_str(line.text().trim());
        text.push('\n');
        last = Some(line);
    }
    text
}

//! The glyphs of a page in the frame of its reader: turned upright, without what isn't seen.

use std::collections::HashSet;

use pdf_oxide::PdfDocument;
use pdf_oxide::elements::{PathContent, PathOperation};

use super::grounds::Grounds;
use crate::formats::symbols;

/// A glyph, from its place on the line of its text: x to the right, y upwards, in points.
#[derive(Clone, Debug)]
pub struct Glyph {
    /// What it shows.
    pub text: char,
    /// Its left end.
    pub x: f32,
    /// The line that it stands on.
    pub y: f32,
    /// How far the next one stands.
    pub width: f32,
    /// The size of its font.
    pub size: f32,
    /// 1 if it is raised above its line, -1 if it is lowered.
    pub rise: i8,
}

impl Glyph {
    /// Its middle, a little above its line.
    pub fn middle(&self) -> (f32, f32) {
        (self.x + self.width / 2.0, self.y + self.size * 0.3)
    }

    /// Its right end.
    pub fn end(&self) -> f32 {
        self.x + self.width
    }
}

/// A straight line that is drawn, upright or level.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Whether it is level.
    pub level: bool,
    /// Where it stands across its direction.
    pub at: f32,
    /// Where it begins and ends.
    pub from: f32,
    /// Where it ends.
    pub to: f32,
}

/// What is on a page, as it is read.
#[derive(Default)]
pub struct Page {
    /// Texts of one direction, that of the most first.
    pub turned: Vec<Vec<Glyph>>,
    /// Lines in the frame of the first ones.
    pub rules: Vec<Rule>,
    /// Whether most of it is turned against the page as it is stored.
    pub is_turned: bool,
    /// What is to be said of text that was left out because of its colour.
    pub unseen: Vec<&'static str>,
    /// Whether text that is struck through was left out.
    pub struck: bool,
    /// Whether text was left out that is too small to be read.
    pub tiny: bool,
}

/// No page that anybody reads has more glyphs, or more drawn lines.
const MAX_GLYPHS: usize = 200_000;
const MAX_PATHS: usize = 20_000;
/// A line is at most so thick, in points.
const MAX_THICKNESS: f32 = 3.0;
/// Smaller letters are not read, in points.
const MIN_SIZE: f32 = 1.5;

impl Page {
    /// Looks at a page, from 0. `struck_out` has the areas that annotations strike, on the page as it is stored.
    pub fn of(document: &PdfDocument, page: usize, struck_out: &[[f32; 4]], has_pictures: impl Fn() -> bool) -> Option<Self> {
        let chars = document.extract_chars_filtered(page, HashSet::new(), HashSet::new()).ok()?;
        let paths = document.extract_paths(page).unwrap_or_default();
        let paths = &paths[..paths.len().min(MAX_PATHS)];
        let mut found = Self::default();
        let mut by_turn: [Vec<Glyph>; 4] = Default::default();
        let grounds = Grounds::of(document, page, paths);
        // Text may stand on a picture: nobody looks what that shows.
        let mut on_pictures = None;
        for char in chars.iter().take(MAX_GLYPHS) {
            // Nobody reads letters of so few points.
            if char.font_size.abs() < MIN_SIZE && char.font_size != 0.0 {
                found.tiny |= !char.char.is_whitespace();
                continue;
            }
            let unseen = grounds.unseen(&char.color, char.origin_x, char.origin_y + char.font_size * 0.3);
            if let Some(note) = unseen.filter(|_| !*on_pictures.get_or_insert_with(&has_pictures)) {
                if !char.char.is_whitespace() && !found.unseen.contains(&note) {
                    found.unseen.push(note);
                }
                continue;
            }
            let middle = (char.bbox.x + char.bbox.width / 2.0, char.bbox.y + char.bbox.height / 2.0);
            if struck_out
                .iter()
                .any(|[left, bottom, right, top]| (*left..=*right).contains(&middle.0) && (*bottom..=*top).contains(&middle.1))
            {
                found.struck |= !char.char.is_whitespace();
                continue;
            }
            let turn = (char.rotation_degrees / 90.0).round() as i32;
            let turn = turn.rem_euclid(4) as usize;
            let (x, y) = turned(turn, char.origin_x, char.origin_y);
            let text = if symbols::is_symbol_font(&char.font_name) && (char.char as u32) < 0x100
                || ('\u{f000}'..='\u{f0ff}').contains(&char.char)
            {
                symbols::symbol(&char.font_name, char.char as u32).unwrap_or(char.char)
            } else {
                char.char
            };
            by_turn[turn].push(Glyph { text, x, y, width: char.advance_width.abs(), size: char.font_size.abs().max(1.0), rise: 0 });
        }
        let most = (0..4).rev().max_by_key(|turn| by_turn[*turn].len()).unwrap_or(0);
        if most == 0 {
            raise(document, page, &mut by_turn[0]);
        }
        found.is_turned = most != 0 && !by_turn[most].is_empty();
        found.rules = paths.iter().flat_map(|path| rules(path, most)).collect();
        let order = std::iter::once(most).chain((0..4).filter(|turn| *turn != most));
        found.turned = order.map(|turn| std::mem::take(&mut by_turn[turn])).filter(|glyphs| !glyphs.is_empty()).collect();
        Some(found)
    }
}

/// Says of small digits whether they are raised or lowered: where their line stands doesn't tell, if the text itself says so (`Ts`).
fn raise(document: &PdfDocument, page: usize, glyphs: &mut [Glyph]) {
    let most = glyphs.iter().map(|glyph| glyph.size).fold(0.0, f32::max);
    if !glyphs.iter().any(|glyph| !glyph.text.is_whitespace() && glyph.size < most * 0.86) {
        return;
    }
    let Ok(spans) = document.extract_spans(page) else { return };
    for span in spans.iter().filter(|span| span.text_rise.abs() > 0.05) {
        let (from, to) = (span.bbox.x - 0.5, span.bbox.x + span.bbox.width + 0.5);
        let within = |glyph: &&mut Glyph| {
            (glyph.size - span.font_size).abs() < 0.5
                && (from..=to).contains(&glyph.middle().0)
                && (glyph.y - span.bbox.y).abs() < glyph.size * 1.5
        };
        glyphs.iter_mut().filter(within).for_each(|glyph| glyph.rise = if span.text_rise > 0.0 { 1 } else { -1 });
    }
}

/// A place in the frame of text that is turned by so many quarters.
fn turned(turn: usize, x: f32, y: f32) -> (f32, f32) {
    match turn {
        1 => (y, -x),
        2 => (-x, -y),
        3 => (-y, x),
        _ => (x, y),
    }
}

/// The straight lines of a path: those that are stroked, and thin areas.
fn rules(path: &PathContent, turn: usize) -> Vec<Rule> {
    let mut found = Vec::new();
    let mut add = |(x1, y1): (f32, f32), (x2, y2): (f32, f32)| {
        let (from, to) = (turned(turn, x1, y1), turned(turn, x2, y2));
        let (width, height) = ((from.0 - to.0).abs(), (from.1 - to.1).abs());
        if height < 1.0 && width > 2.0 {
            found.push(Rule { level: true, at: (from.1 + to.1) / 2.0, from: from.0.min(to.0), to: from.0.max(to.0) });
        } else if width < 1.0 && height > 2.0 {
            found.push(Rule { level: false, at: (from.0 + to.0) / 2.0, from: from.1.min(to.1), to: from.1.max(to.1) });
        }
    };
    let thin = path.bbox.width.abs() <= MAX_THICKNESS || path.bbox.height.abs() <= MAX_THICKNESS;
    if path.stroke_color.is_none() && thin && path.fill_color.is_some() {
        let area = path.bbox;
        let (middle_x, middle_y) = (area.x + area.width / 2.0, area.y + area.height / 2.0);
        if area.width.abs() >= area.height.abs() {
            add((area.x, middle_y), (area.x + area.width, middle_y));
        } else {
            add((middle_x, area.y), (middle_x, area.y + area.height));
        }
        return found;
    }
    if path.stroke_color.is_none() {
        return found;
    }
    let (mut at, mut start) = ((0.0, 0.0), (0.0, 0.0));
    for operation in &path.operations {
        match *operation {
            PathOperation::MoveTo(x, y) => (at, start) = ((x, y), (x, y)),
            PathOperation::LineTo(x, y) => {
                add(at, (x, y));
                at = (x, y);
            }
            PathOperation::CurveTo(.., x, y) => at = (x, y),
            PathOperation::ClosePath => {
                add(at, start);
                at = start;
            }
            PathOperation::Rectangle(x, y, width, height) => {
                let corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)];
                (0..4).for_each(|corner| add(corners[corner], corners[(corner + 1) % 4]));
            }
        }
    }
    found
}

//! Splitting what was read into passages: pieces that can be found, cited and embedded.
//!
//! A passage never crosses a page, slide, sheet, part or heading. It ends where a paragraph or at least a sentence ends, and the rows of
//! a table stay whole: one that is too long for a passage says in each of its pieces what it is about. Passages do not overlap: together they
//! are the document's text.

mod cut;
mod rows;

use model::{Passage, Place, PlaceKind};

use crate::content::{Block, Line, Part};
use crate::normalize::{self, Hyphens};

/// A passage that has so many characters is long enough: the next paragraph begins another.
pub const TARGET_CHARS: usize = 900;
/// No passage has more characters.
pub const MAX_CHARS: usize = 1_500;

/// Splits the text of a document. Numbers count from 1.
pub fn split(parts: &[Part]) -> Vec<Passage> {
    let hyphens = Hyphens::of(parts.iter().flat_map(|part| &part.blocks).filter_map(|block| match block {
        Block::Text(text) | Block::Printed(text) => Some(text.as_str()),
        _ => None,
    }));
    let mut splitter = Splitter {
        passages: Vec::new(),
        place: Place { kind: PlaceKind::Whole, number: 1, label: String::new(), headings: Vec::new() },
        levels: Vec::new(),
        // A heading that nothing stands under is text itself: it would be lost otherwise.
        bare: None,
        text: String::new(),
        chars: 0,
    };
    for part in parts {
        splitter.part(part, &hyphens);
    }
    splitter.passages
}

struct Splitter {
    passages: Vec<Passage>,
    place: Place,
    levels: Vec<u8>,
    bare: Option<String>,
    text: String,
    chars: usize,
}

impl Splitter {
    fn part(&mut self, part: &Part, hyphens: &Hyphens) {
        // Headings go on over the pages of a text, not over the slides, sheets and parts of something that has several.
        if part.kind != PlaceKind::Page {
            self.place.headings.clear();
            self.levels.clear();
        }
        self.place.kind = part.kind;
        self.place.number = part.number;
        self.place.label = normalize::characters(&part.label).trim().to_owned();
        for block in &part.blocks {
            match block {
                Block::Heading(level, text) => self.heading(*level, normalize::characters(text).trim()),
                Block::Text(text) => {
                    let text = normalize::characters(text);
                    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
                    self.add(lines.join("\n").trim(), "\n\n");
                }
                Block::Printed(text) => {
                    for paragraph in normalize::join_lines(&normalize::characters(text), hyphens) {
                        self.add(&paragraph, "\n\n");
                    }
                }
                Block::Line(text) => {
                    // How far an item stands in shows what it belongs to.
                    let indent = text.len() - text.trim_start_matches(' ').len();
                    self.add(&format!("{}{}", " ".repeat(indent.min(8)), normalize::characters(text).trim()), "\n");
                }
                Block::Table(rows) => self.table(rows),
            }
        }
        self.flush();
        self.say_bare();
    }

    fn heading(&mut self, level: u8, text: &str) {
        if text.is_empty() {
            return;
        }
        self.flush();
        // A lower heading under it is a path; one of its own level says that nothing stood under it.
        if self.levels.last().is_some_and(|&last| last >= level) {
            self.say_bare();
        }
        while self.levels.last().is_some_and(|&last| last >= level) {
            self.levels.pop();
            self.place.headings.pop();
        }
        self.levels.push(level);
        self.place.headings.push(text.to_owned());
        self.bare = Some(text.to_owned());
    }

    /// A heading without text under it becomes a passage, under the headings above it.
    fn say_bare(&mut self) {
        if let Some(text) = self.bare.take() {
            let last = self.place.headings.pop();
            self.push(&text);
            self.place.headings.extend(last);
        }
    }

    fn add(&mut self, text: &str, gap: &str) {
        let chars = text.chars().count();
        if text.trim().is_empty() {
            return;
        }
        self.bare = None;
        // A short rest is better than a passage of a line: up to the maximum it may still come in.
        let fits = self.chars + gap.len() + chars <= MAX_CHARS;
        if !fits || self.chars >= TARGET_CHARS || (self.chars + chars > TARGET_CHARS && self.chars > TARGET_CHARS / 2) {
            self.flush();
        }
        if chars > MAX_CHARS {
            self.flush();
            for piece in cut::cut(text, TARGET_CHARS, MAX_CHARS) {
                self.push(piece);
            }
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str(gap);
            self.chars += gap.len();
        }
        self.text.push_str(text);
        self.chars += chars;
    }

    /// A table begins its own passage if there is some text already, and ends it.
    fn table(&mut self, rows: &[Line]) {
        if rows.is_empty() {
            return;
        }
        if self.chars > TARGET_CHARS / 2 {
            self.flush();
        }
        let mut gap = "\n\n";
        for piece in rows.iter().flat_map(|row| rows::pieces(row, TARGET_CHARS, MAX_CHARS)) {
            let chars = piece.chars().count();
            if piece.is_empty() {
                continue;
            }
            self.bare = None;
            if !self.text.is_empty() && (self.chars >= TARGET_CHARS || self.chars + chars + gap.len() > MAX_CHARS) {
                self.flush();
            }
            if !self.text.is_empty() {
                self.text.push_str(gap);
                self.chars += gap.len();
            }
            self.text.push_str(&piece);
            self.chars += chars;
            gap = "\n";
        }
        self.flush();
    }

    fn flush(&mut self) {
        self.chars = 0;
        let text = std::mem::take(&mut self.text);
        self.push(&text);
    }

    fn push(&mut self, text: &str) {
        let text = text.trim_matches('\n').trim_end();
        if text.trim().is_empty() {
            return;
        }
        let number = self.passages.len() as i64 + 1;
        self.passages.push(Passage { number, place: self.place.clone(), text: text.to_owned() });
    }
}

#[cfg(test)]
mod tests;

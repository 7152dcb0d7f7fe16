//! What a format's reader gives: text in reading order with the structure that a citation can name.

use std::cell::Cell;

use model::PlaceKind;

use crate::failure::{Failure, TOO_LONG};

/// What one document may have, shared by all that is nested in it.
#[derive(Debug)]
pub struct Budget {
    /// Bytes of text that may still be read.
    text: Cell<usize>,
    /// Bytes that may still be unpacked.
    unpacked: Cell<u64>,
    /// Files of archives that may still be opened.
    files: Cell<u32>,
}

impl Budget {
    /// The budget of one document.
    pub fn new(text: usize, unpacked: u64, files: u32) -> Self {
        Self { text: Cell::new(text), unpacked: Cell::new(unpacked), files: Cell::new(files) }
    }

    /// Another of what is left, to try something out.
    pub fn copy(&self) -> Self {
        Self::new(self.text.get(), self.unpacked.get(), self.files.get())
    }

    /// How many bytes may still be unpacked.
    pub fn unpackable(&self) -> u64 {
        self.unpacked.get()
    }

    /// Counts bytes that were unpacked.
    pub fn unpack(&self, bytes: u64) -> Result<(), Failure> {
        match self.unpacked.get().checked_sub(bytes) {
            Some(left) => {
                self.unpacked.set(left);
                Ok(())
            }
            None => Err(Failure::TooMuch(TOO_LONG.to_owned())),
        }
    }

    /// Counts a file of an archive; false if there were too many already.
    pub fn open(&self) -> bool {
        let left = self.files.get();
        self.files.set(left.saturating_sub(1));
        left > 0
    }

    fn write(&self, bytes: usize) -> Result<(), Failure> {
        match self.text.get().checked_sub(bytes) {
            Some(left) => {
                self.text.set(left);
                Ok(())
            }
            None => {
                self.text.set(0);
                Err(Failure::Full)
            }
        }
    }
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading; 1 is the outermost.
    Heading(u8, String),
    /// A paragraph. Line breaks in it mean something.
    Text(String),
    /// Text that is broken into lines to fit a page: they are joined again. An empty line parts paragraphs.
    Printed(String),
    /// A line that belongs to the lines around it: a list item.
    Line(String),
    /// Rows of a table.
    Table(Vec<Line>),
}

/// A row of a table as text that makes sense by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// `Column: value; Column: value`.
    pub text: String,
    /// Its cells, if it is so long that it may be split.
    pub pairs: Vec<Pair>,
}

/// A cell in a line: `Column: value`, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Where it begins.
    pub start: u32,
    /// Where its value begins.
    pub value: u32,
    /// Where it ends.
    pub end: u32,
    /// Whether it says what the row is about: it stays with each piece of the row.
    pub names_row: bool,
}

/// A line that is shorter, in bytes, is never split.
const SHORT_LINE: usize = 600;

impl Line {
    /// One without columns.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), pairs: Vec::new() }
    }

    /// Adds a cell; the name may be empty.
    pub fn pair(&mut self, name: &str, value: &str, names_row: bool) {
        if !self.text.is_empty() {
            self.text.push_str("; ");
        }
        let start = self.text.len() as u32;
        if !name.is_empty() {
            self.text.push_str(name);
            self.text.push_str(": ");
        }
        let at = self.text.len() as u32;
        self.text.push_str(value);
        self.pairs.push(Pair { start, value: at, end: self.text.len() as u32, names_row });
    }
}

/// A page, slide, sheet or part with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What `number` counts.
    pub kind: PlaceKind,
    /// From 1.
    pub number: u32,
    /// Its own name; may be empty.
    pub label: String,
    /// Its text.
    pub blocks: Vec<Block>,
}

/// What was read of a document.
#[derive(Debug)]
pub struct Content<'a> {
    /// `pdf`, `docx` …
    pub format: &'static str,
    /// From its metadata; may be empty.
    pub title: String,
    /// For people.
    pub notes: Vec<String>,
    /// In reading order.
    pub parts: Vec<Part>,
    /// Pages that have no text but pictures.
    pub scanned: Vec<u32>,
    /// What it may still take.
    pub budget: &'a Budget,
}

impl<'a> Content<'a> {
    /// Nothing yet.
    pub fn new(budget: &'a Budget) -> Self {
        Self { format: "", title: String::new(), notes: Vec::new(), parts: Vec::new(), scanned: Vec::new(), budget }
    }

    /// Begins a page, slide, sheet or part; it gets the next number.
    pub fn begin(&mut self, kind: PlaceKind, label: &str) {
        let number = self.parts.len() as u32 + 1;
        self.parts.push(Part { kind, number, label: one_line(label, 120), blocks: Vec::new() });
    }

    /// A note for people, said once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if self.notes.len() < 20 && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// A heading; one that is empty is none, one as long as a paragraph is text.
    pub fn heading(&mut self, level: u8, text: &str) -> Result<(), Failure> {
        let text = text.trim();
        match text.chars().count() {
            0 => Ok(()),
            1..=200 => self.push(Block::Heading(level.clamp(1, 9), one_line(text, 200))),
            _ => self.text(text),
        }
    }

    /// A paragraph.
    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        if text.trim().is_empty() { Ok(()) } else { self.push(Block::Text(text.trim_matches('\n').to_owned())) }
    }

    /// Text as it was printed on a page.
    pub fn printed(&mut self, text: &str) -> Result<(), Failure> {
        if text.trim().is_empty() { Ok(()) } else { self.push(Block::Printed(text.to_owned())) }
    }

    /// A list item or another line that belongs to the lines around it.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        if text.trim().is_empty() { Ok(()) } else { self.push(Block::Line(text.trim_end().to_owned())) }
    }

    /// Begins a table; [`Content::row`] adds to it.
    pub fn table(&mut self) -> Result<(), Failure> {
        self.push(Block::Table(Vec::new()))
    }

    /// A row of the table that was begun last (of a new one if text came in between).
    pub fn row(&mut self, mut row: Line) -> Result<(), Failure> {
        if row.text.trim().is_empty() {
            return Ok(());
        }
        self.budget.write(row.text.len() + 1)?;
        if row.text.len() <= SHORT_LINE {
            row.pairs = Vec::new();
        }
        match self.blocks().last_mut() {
            Some(Block::Table(rows)) => rows.push(row),
            _ => self.blocks().push(Block::Table(vec![row])),
        }
        Ok(())
    }

    /// Blocks of a document within this one; they were counted when they were read.
    pub fn take(&mut self, blocks: Vec<Block>) {
        self.blocks().extend(blocks);
    }

    /// How many letters and digits were read.
    pub fn letters(&self) -> usize {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        let blocks = self.parts.iter().flat_map(|part| &part.blocks);
        let of = blocks.map(|block| match block {
            Block::Heading(_, text) | Block::Text(text) | Block::Printed(text) | Block::Line(text) => letters(text),
            Block::Table(rows) => rows.iter().map(|row| letters(&row.text)).sum(),
        });
        of.sum()
    }

    /// Whether nothing but whitespace was read.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.blocks.is_empty())
    }

    fn push(&mut self, block: Block) -> Result<(), Failure> {
        let bytes = match &block {
            Block::Heading(_, text) | Block::Text(text) | Block::Printed(text) | Block::Line(text) => text.len(),
            Block::Table(_) => 0,
        };
        // Every block costs a little, so that millions of tiny ones are bounded too.
        self.budget.write(bytes + 2)?;
        self.blocks().push(block);
        Ok(())
    }

    fn blocks(&mut self) -> &mut Vec<Block> {
        if self.parts.is_empty() {
            self.begin(PlaceKind::Whole, "");
        }
        let last = self.parts.len() - 1;
        &mut self.parts[last].blocks
    }
}

/// A text on one line, cut at so many characters. What steers a terminal or the direction of text is left out: names are shown to people.
pub fn one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().filter(|&c| !c.is_control() && !steers(c)));
    }
    if line.chars().count() > most {
        line = line.chars().take(most.saturating_sub(1)).collect::<String>().trim_end().to_owned() + "…";
    }
    line
}

/// Characters that are not seen: overrides of the direction of text, marks of byte order, zero-width spaces.
pub fn steers(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

//! ODT and ODP: paragraphs, headings, lists, tables, notes, comments, slides. What was deleted does not count.

use model::PlaceKind;

use crate::content::{Content, one_line};
use crate::failure::Failure;
use crate::formats::package::Package;
use crate::formats::write_table;
use crate::formats::xml::{Tag, Token, Xml};

/// A repeated cell or row is written at most so often: an empty rest of a sheet is repeated a million times.
const MAX_REPEATS: usize = 50;

/// Whether its content is encrypted.
pub fn is_encrypted(package: &mut Package) -> Result<bool, Failure> {
    Ok(package.text("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")))
}

/// Reads a text or a presentation.
pub fn read(package: &mut Package, what: &str, out: &mut Content) -> Result<(), Failure> {
    if is_encrypted(package)? {
        return Err(Failure::Unsupported(format!(
            "{what} files with a password are not read. Save it without its password, and give that."
        )));
    }
    let Some(text) = package.text("content.xml")? else { return Err(Failure::broken(what)) };
    if let Some(meta) = package.text("meta.xml")? {
        let mut xml = Xml::new(&meta);
        while let Some(token) = xml.next() {
            if let Token::Open(tag) = token
                && tag.name() == "title"
            {
                out.title = one_line(&xml.text_within("title", &[]), 200);
                break;
            }
        }
    }
    let mut body = OdfBody::default();
    let mut xml = Xml::new(&text);
    let mut skipped = 0u32;
    for token in xml.by_ref() {
        match token {
            Token::Open(tag) if is_skipped(tag.name()) => skipped += 1,
            Token::Close(name) if is_skipped(&name) => skipped = skipped.saturating_sub(1),
            _ if skipped > 0 => {}
            Token::Open(tag) => body.open(&tag, out),
            Token::Close(name) => body.close(&name, out)?,
            Token::Text(text) => body.write(&text),
        }
    }
    if xml.is_broken() {
        if out.is_empty() {
            return Err(Failure::broken(what));
        }
        out.note("This file is damaged: only what stands before the damage was read.");
    }
    Ok(())
}

/// Deleted text, marks of notes, who commented when, styles, and what only programs read.
fn is_skipped(name: &str) -> bool {
    matches!(
        name,
        "tracked-changes" | "note-citation" | "creator" | "date" | "date-string" | "automatic-styles" | "scripts" | "binary-data" | "forms"
    )
}

#[derive(Default)]
struct OdfBody {
    paragraphs: Vec<OdfParagraph>,
    /// The open notes and comments: their word and text.
    asides: Vec<(&'static str, String)>,
    tables: Vec<OdfTable>,
    lists: usize,
    is_title: bool,
}

#[derive(Default)]
struct OdfParagraph {
    text: String,
    level: Option<u8>,
    asides: Vec<String>,
}

#[derive(Default)]
struct OdfTable {
    rows: Vec<Vec<String>>,
    cell: String,
    repeat: usize,
}

impl OdfBody {
    fn write(&mut self, text: &str) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        for (index, word) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            if index > 0 && !paragraph.text.ends_with(' ') {
                paragraph.text.push(' ');
            }
            paragraph.text.push_str(word);
        }
    }

    fn open(&mut self, tag: &Tag, out: &mut Content) {
        match tag.name() {
            "p" => self.paragraphs.push(OdfParagraph::default()),
            "h" => {
                let level = tag.get("outline-level").and_then(|level| level.parse().ok()).unwrap_or(1);
                self.paragraphs.push(OdfParagraph { level: Some(level), ..OdfParagraph::default() });
            }
            "s" | "tab" => self.write(" "),
            "line-break" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.text.push('\n');
                }
            }
            "list" => self.lists += 1,
            "note" => self
                .asides
                .push((if tag.get("note-class").is_some_and(|class| class == "endnote") { "Endnote" } else { "Footnote" }, String::new())),
            "annotation" => self.asides.push(("Comment", String::new())),
            "notes" => self.asides.push(("Notes", String::new())),
            // A drawn page; `text:page-number` and the like have other names.
            "page" => {
                let name = tag.get("name").unwrap_or_default();
                let generated = name.strip_prefix("page").is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()));
                out.begin(PlaceKind::Slide, if generated { "" } else { &name });
            }
            "frame" | "custom-shape" => self.is_title = tag.get("class").is_some_and(|class| class == "title"),
            "table" => self.tables.push(OdfTable::default()),
            "table-row" => {
                if let Some(table) = self.tables.last_mut() {
                    table.rows.push(Vec::new());
                }
            }
            "table-cell" | "covered-table-cell" => {
                if let Some(table) = self.tables.last_mut() {
                    let repeated = tag.get("number-columns-repeated").and_then(|times| times.parse().ok()).unwrap_or(1usize);
                    table.repeat = repeated.clamp(1, MAX_REPEATS);
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str, out: &mut Content) -> Result<(), Failure> {
        match name {
            "p" | "h" => {
                let Some(paragraph) = self.paragraphs.pop() else { return Ok(()) };
                self.paragraph(&paragraph, out)
            }
            "list" => {
                self.lists = self.lists.saturating_sub(1);
                Ok(())
            }
            "note" | "annotation" | "notes" => {
                let Some((word, text)) = self.asides.pop().filter(|(_, text)| !text.trim().is_empty()) else { return Ok(()) };
                let aside = format!("{word}: {text}");
                match self.paragraphs.last_mut() {
                    Some(paragraph) => paragraph.asides.push(aside),
                    None => out.text(&aside)?,
                }
                Ok(())
            }
            "frame" | "custom-shape" => {
                self.is_title = false;
                Ok(())
            }
            "table-cell" | "covered-table-cell" => {
                if let Some(table) = self.tables.last_mut() {
                    let cell = std::mem::take(&mut table.cell);
                    let times = std::mem::take(&mut table.repeat).max(1);
                    if let Some(row) = table.rows.last_mut().filter(|row| row.len() < 1_000) {
                        row.extend(std::iter::repeat_n(cell, times));
                    }
                }
                Ok(())
            }
            "table" => {
                let Some(table) = self.tables.pop() else { return Ok(()) };
                match self.tables.last_mut() {
                    Some(outer) => {
                        let rows: Vec<String> = table.rows.iter().map(|row| row.join(", ")).collect();
                        outer.cell.push_str(&rows.join("; "));
                        Ok(())
                    }
                    None => write_table(&table.rows, out),
                }
            }
            _ => Ok(()),
        }
    }

    fn paragraph(&mut self, paragraph: &OdfParagraph, out: &mut Content) -> Result<(), Failure> {
        let text = paragraph.text.trim();
        if let Some((_, aside)) = self.asides.last_mut() {
            if !aside.is_empty() {
                aside.push(' ');
            }
            aside.push_str(text);
            return Ok(());
        }
        if let Some(table) = self.tables.last_mut() {
            for text in std::iter::once(text).chain(paragraph.asides.iter().map(String::as_str)).filter(|text| !text.is_empty()) {
                if !table.cell.is_empty() {
                    table.cell.push(' ');
                }
                table.cell.push_str(&text.replace('\n', " "));
            }
            return Ok(());
        }
        if self.is_title
            && let Some(slide) = out.parts.last_mut().filter(|slide| slide.label.is_empty())
        {
            slide.label = one_line(text, 120);
        }
        match paragraph.level {
            Some(level) => out.heading(level, text)?,
            None if self.lists > 0 => out.line(&format!("{}- {text}", "  ".repeat((self.lists - 1).min(5))))?,
            None => out.text(text)?,
        }
        paragraph.asides.iter().try_for_each(|aside| out.text(aside))
    }
}

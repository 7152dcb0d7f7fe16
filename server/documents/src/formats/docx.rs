//! DOCX: paragraphs, headings, lists, tables, foot- and endnotes, comments. What was inserted counts, what was deleted does not.

use std::collections::HashMap;

use model::PlaceKind;

use crate::content::Content;
use crate::failure::Failure;
use crate::formats::ooxml::{self, Relation};
use crate::formats::package::Package;
use crate::formats::xml::{Tag, Token, Xml};
use crate::formats::{Reading, encoding, html};

/// Reads a DOCX.
pub fn read(package: &mut Package, reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    let (main, relations) = ooxml::main_part(package, "word/document.xml")?;
    let Some(text) = package.text(&main)? else { return Err(Failure::broken("DOCX")) };
    out.title = ooxml::title(package)?;
    let part = |kind: &str| relations.values().find(|relation| relation.kind == kind).map(|relation| relation.target.clone());
    let styles = match part("styles") {
        Some(path) => package.text(&path)?.map(|text| styles(&text)).unwrap_or_default(),
        None => HashMap::new(),
    };
    let mut asides = HashMap::new();
    for (kind, element, word) in
        [("footnotes", "footnote", "Footnote"), ("endnotes", "endnote", "Endnote"), ("comments", "comment", "Comment")]
    {
        if let Some(path) = part(kind)
            && let Some(text) = package.text(&path)?
        {
            read_asides(&text, element, word, &mut asides);
        }
    }
    out.begin(PlaceKind::Whole, "");
    let mut body = DocxBody { styles: &styles, asides: &asides, paragraphs: Vec::new(), tables: Vec::new(), chunks: Vec::new() };
    let mut xml = Xml::new(&text);
    body.read(&mut xml, out, &mut |id, out| alternative(package, &relations, id, reading, out))?;
    if xml.is_broken() {
        match out.is_empty() {
            true => return Err(Failure::broken("DOCX")),
            false => out.note("This file is damaged: only what stands before the damage was read."),
        }
    }
    for kind in ["header", "footer"] {
        let mut said: Vec<String> = Vec::new();
        let mut paths: Vec<String> =
            relations.values().filter(|relation| relation.kind == kind).map(|relation| relation.target.clone()).collect();
        paths.sort();
        for path in paths {
            let Some(text) = package.text(&path)? else { continue };
            let text = plain(&text);
            if !text.trim().is_empty() && !said.contains(&text) {
                out.text(&text)?;
                said.push(text);
            }
        }
    }
    if relations.values().any(|relation| matches!(relation.kind.as_str(), "package" | "oleObject")) {
        out.note("Files that are embedded in it were not read. Give them as files of their own.");
    }
    Ok(())
}

/// The level of each style that is a heading.
fn styles(text: &str) -> HashMap<String, u8> {
    let mut levels: HashMap<String, u8> = HashMap::new();
    let mut based: Vec<(String, String)> = Vec::new();
    let mut id = String::new();
    for token in Xml::new(text) {
        let Token::Open(tag) = token else { continue };
        let value = || tag.get("val").unwrap_or_default();
        match tag.name() {
            "style" => id = tag.get("styleId").unwrap_or_default(),
            "name" => {
                let name = value().to_lowercase();
                let level = name.strip_prefix("heading ").and_then(|level| level.parse().ok());
                if let Some(level) = level.or((name == "title").then_some(1)) {
                    levels.insert(id.clone(), level);
                }
            }
            "outlineLvl" => {
                if let Some(level) = value().parse::<u8>().ok().filter(|&level| level < 9) {
                    levels.entry(id.clone()).or_insert(level + 1);
                }
            }
            "basedOn" => based.push((id.clone(), value())),
            _ => {}
        }
    }
    for (id, parent) in based {
        if let Some(&level) = levels.get(&parent) {
            levels.entry(id).or_insert(level);
        }
    }
    levels
}

/// Footnotes, endnotes and comments by their kind and id.
fn read_asides(text: &str, element: &str, word: &str, asides: &mut HashMap<(String, String), String>) {
    let mut xml = Xml::new(text);
    while let Some(token) = xml.next() {
        let Token::Open(tag) = token else { continue };
        if tag.name() != element || tag.get("type").is_some_and(|kind| kind != "normal") {
            continue;
        }
        let (id, author) = (tag.get("id").unwrap_or_default(), tag.get("author").unwrap_or_default());
        let text = xml.text_within(element, &["delText", "instrText", "del", "moveFrom", "Fallback"]);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            continue;
        }
        let by = if author.is_empty() { String::new() } else { format!(" by {author}") };
        asides.insert((element.to_owned(), id), format!("{word}{by}: {text}"));
    }
}

/// The text of a header or footer: its paragraphs in lines.
fn plain(text: &str) -> String {
    let mut lines = String::new();
    let mut skipped = 0u32;
    for token in Xml::new(text) {
        match token {
            Token::Open(tag) if is_skipped(tag.name()) => skipped += 1,
            Token::Close(name) if is_skipped(&name) => skipped = skipped.saturating_sub(1),
            Token::Close(name) if name == "p" && !lines.ends_with('\n') => lines.push('\n'),
            Token::Open(tag) if tag.name() == "tab" => lines.push(' '),
            Token::Text(text) if skipped == 0 => lines.push_str(&text),
            _ => {}
        }
    }
    lines.trim().to_owned()
}

/// Deleted text, codes of fields, and the second copy of what newer programs draw otherwise.
fn is_skipped(name: &str) -> bool {
    matches!(name, "del" | "moveFrom" | "instrText" | "delText" | "Fallback" | "delInstrText")
}

/// A part in another format that stands for a piece of the text.
fn alternative(
    package: &mut Package,
    relations: &HashMap<String, Relation>,
    id: &str,
    reading: &Reading,
    out: &mut Content,
) -> Result<(), Failure> {
    let Some(relation) = relations.get(id).filter(|relation| !relation.target.is_empty()) else { return Ok(()) };
    let Some(bytes) = package.bytes(&relation.target)? else { return Ok(()) };
    if bytes.starts_with(b"PK") || bytes.starts_with(b"{\\rtf") {
        return reading.nested(&bytes, &relation.target, out);
    }
    html::read(&encoding::text(&bytes, html::charset(&bytes).as_deref()), out)
}

#[derive(Default)]
struct DocxParagraph {
    text: String,
    level: Option<u8>,
    item: bool,
    /// Notes and comments that hang on it.
    asides: Vec<String>,
}

#[derive(Default)]
struct DocxTable {
    rows: Vec<Vec<String>>,
    cell: String,
}

struct DocxBody<'s> {
    styles: &'s HashMap<String, u8>,
    asides: &'s HashMap<(String, String), String>,
    /// The open ones: a text box is a paragraph within a paragraph.
    paragraphs: Vec<DocxParagraph>,
    /// The open ones: a table may stand in a cell of another.
    tables: Vec<DocxTable>,
    chunks: Vec<String>,
}

type Alternative<'f> = dyn FnMut(&str, &mut Content) -> Result<(), Failure> + 'f;

impl DocxBody<'_> {
    fn read(&mut self, xml: &mut Xml, out: &mut Content, alternative: &mut Alternative) -> Result<(), Failure> {
        let (mut skipped, mut is_text, mut hidden) = (0u32, false, false);
        for token in xml.by_ref() {
            match token {
                Token::Open(tag) if is_skipped(tag.name()) => skipped += 1,
                Token::Close(name) if is_skipped(&name) => skipped = skipped.saturating_sub(1),
                _ if skipped > 0 => {}
                Token::Open(tag) => match tag.name() {
                    "t" => is_text = true,
                    "r" => hidden = false,
                    "vanish" => hidden = tag.get("val").is_none_or(|value| value != "0" && value != "false"),
                    _ => self.open(&tag),
                },
                Token::Close(name) => {
                    match name.as_str() {
                        "t" => is_text = false,
                        "r" => hidden = false,
                        _ => self.close(&name, out)?,
                    }
                    for id in std::mem::take(&mut self.chunks) {
                        alternative(&id, out)?;
                    }
                }
                Token::Text(text) if is_text && !hidden => self.write(&text),
                Token::Text(_) => {}
            }
        }
        // A file that ends early: what was open counts.
        while !self.paragraphs.is_empty() {
            self.close("p", out)?;
        }
        while !self.tables.is_empty() {
            self.close("tr", out)?;
            self.close("tbl", out)?;
        }
        Ok(())
    }

    fn write(&mut self, text: &str) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.text.push_str(text);
        }
    }

    fn open(&mut self, tag: &Tag) {
        let value = || tag.get("val").unwrap_or_default();
        match tag.name() {
            "p" => self.paragraphs.push(DocxParagraph::default()),
            "tbl" => self.tables.push(DocxTable::default()),
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.rows.push(Vec::new());
                }
            }
            "tab" | "ptab" => self.write(" "),
            "br" | "cr" => self.write("\n"),
            "noBreakHyphen" => self.write("-"),
            "altChunk" => self.chunks.extend(tag.get("id")),
            "footnoteReference" | "endnoteReference" | "commentReference" => {
                let kind = tag.name().trim_end_matches("Reference").to_owned();
                let aside = self.asides.get(&(kind, tag.get("id").unwrap_or_default())).cloned();
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.asides.extend(aside);
                }
            }
            name => {
                let Some(paragraph) = self.paragraphs.last_mut() else { return };
                match name {
                    "pStyle" => paragraph.level = self.styles.get(&value()).copied().or(paragraph.level),
                    "outlineLvl" => paragraph.level = value().parse::<u8>().ok().filter(|&level| level < 9).map(|level| level + 1),
                    "numPr" => paragraph.item = true,
                    _ => {}
                }
            }
        }
    }

    fn close(&mut self, name: &str, out: &mut Content) -> Result<(), Failure> {
        match name {
            "p" => {
                let Some(paragraph) = self.paragraphs.pop() else { return Ok(()) };
                if let Some(table) = self.tables.last_mut() {
                    for text in std::iter::once(&paragraph.text).chain(&paragraph.asides).filter(|text| !text.trim().is_empty()) {
                        let gap = if table.cell.is_empty() { "" } else { " " };
                        table.cell.push_str(gap);
                        table.cell.push_str(text.trim());
                    }
                    return Ok(());
                }
                match paragraph.level {
                    Some(level) => out.heading(level, &paragraph.text)?,
                    None if paragraph.item => out.line(&format!("- {}", paragraph.text.trim()))?,
                    None => out.text(&paragraph.text)?,
                }
                paragraph.asides.iter().try_for_each(|aside| out.text(aside))
            }
            "tc" => {
                if let Some(table) = self.tables.last_mut() {
                    let cell = std::mem::take(&mut table.cell).replace(['\n', '\r'], " ");
                    if let Some(row) = table.rows.last_mut() {
                        row.push(cell);
                    }
                }
                Ok(())
            }
            "tbl" => {
                let Some(table) = self.tables.pop() else { return Ok(()) };
                match self.tables.last_mut() {
                    Some(outer) => {
                        let rows: Vec<String> = table.rows.iter().map(|row| row.join(", ")).collect();
                        outer.cell.push_str(&rows.join("; "));
                        Ok(())
                    }
                    None => super::write_table(&table.rows, out),
                }
            }
            _ => Ok(()),
        }
    }
}

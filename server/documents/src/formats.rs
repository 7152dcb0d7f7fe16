//! Which format a file has, by its content first and its name second, and its reader.

pub mod delimited;
mod docx;
pub mod encoding;
mod html;
mod markdown;
mod ooxml;
mod package;
mod pdf;
mod xml;

use model::PlaceKind;

use crate::content::{Block, Content, one_line};
use crate::failure::Failure;
use package::Package;

/// So deep may archives and attachments be nested.
const MAX_DEPTH: u8 = 3;

/// How a document is read.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// What it was called; never opened.
    pub name: &'a str,
    /// Its password, if one was given.
    pub password: Option<&'a str>,
    /// How deep in archives and mails it stands.
    pub depth: u8,
}

impl Reading<'_> {
    /// The ending of its name in lower case; empty if it has none.
    fn ending(&self) -> String {
        let name = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
    }

    /// Reads a document within this one, at the current part.
    fn nested(&self, bytes: &[u8], name: &str, out: &mut Content) -> Result<(), Failure> {
        let inner = self.inner(bytes, name, out)?;
        for block in inner.into_iter().flat_map(|part| part.1) {
            match block {
                Block::Heading(level, text) => out.heading(level, &text)?,
                Block::Text(text) => out.text(&text)?,
                Block::Line(text) => out.line(&text)?,
                Block::Table { header, rows } => {
                    out.table(&header)?;
                    rows.into_iter().try_for_each(|row| out.row(row))?;
                }
            }
        }
        Ok(())
    }

    /// The labels and texts of the parts of a document within this one.
    fn inner(&self, bytes: &[u8], name: &str, out: &mut Content) -> Result<Vec<(String, Vec<Block>)>, Failure> {
        if self.depth >= MAX_DEPTH {
            out.note(format!("Files that are nested more than {MAX_DEPTH} deep were not read."));
            return Ok(Vec::new());
        }
        let reading = Reading { name, password: self.password, depth: self.depth + 1 };
        let mut inner = Content::new(out.budget);
        let read = read(bytes, &reading, &mut inner);
        for note in inner.notes {
            out.note(format!("{}: {note}", one_line(name, 80)));
        }
        let alone = inner.parts.len() == 1;
        let parts = inner.parts.into_iter().map(|part| {
            let label = if alone { String::new() } else { part_name(part.kind, part.number, &part.label) };
            (label, part.blocks)
        });
        match read {
            Ok(()) => Ok(parts.collect()),
            Err(full @ (Failure::Full | Failure::TooMuch(_))) => Err(full),
            Err(failure) => {
                out.note(format!("{} was not read. {}", one_line(name, 80), domain::ports::ReadError::from(failure)));
                Ok(Vec::new())
            }
        }
    }
}

fn part_name(kind: PlaceKind, number: u32, label: &str) -> String {
    match (kind, label) {
        (PlaceKind::Page, _) => format!("page {number}"),
        (PlaceKind::Slide, "") => format!("slide {number}"),
        (PlaceKind::Whole, "") => String::new(),
        (_, "") => format!("part {number}"),
        (_, label) => label.to_owned(),
    }
}

/// How many letters and digits a text has.
pub fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Writes a table: its first row is its header if it has several columns and rows.
fn write_table(rows: &[Vec<String>], out: &mut Content) -> Result<(), Failure> {
    let rows: Vec<String> = rows.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).map(|row| row.join(" | ")).collect();
    let columns = rows.first().is_some_and(|row| row.contains(" | "));
    match rows.split_first() {
        None => Ok(()),
        Some((header, rest)) if columns && !rest.is_empty() => {
            out.table(header)?;
            rest.iter().try_for_each(|row| out.row(row.clone()))
        }
        Some(_) => {
            out.table("")?;
            rows.into_iter().try_for_each(|row| out.row(row))
        }
    }
}

/// Reads a document of any format.
///
/// # Errors
/// What is wrong with it. [`Failure::Full`] says that it goes on behind what was read.
pub fn read(bytes: &[u8], reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    if bytes.is_empty() {
        return Err(Failure::NoText("This file is empty.".into()));
    }
    if head(bytes, 1024).windows(5).any(|window| window == b"%PDF-") {
        out.format = "pdf";
        return pdf::read(bytes, reading, out);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return container(bytes, reading, out);
    }
    text(bytes, reading, out)
}

fn head(bytes: &[u8], most: usize) -> &[u8] {
    &bytes[..bytes.len().min(most)]
}

fn container(bytes: &[u8], reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    let mut package = Package::open(bytes, out.budget, "file")?;
    if package.has("[Content_Types].xml") {
        let names = package.names();
        let starts = |folder: &str| names.iter().any(|name| name.starts_with(folder));
        if starts("word/") {
            out.format = "docx";
            return docx::read(&mut package, reading, out);
        }
    }
    Err(unsupported())
}

fn unsupported() -> Failure {
    Failure::Unsupported(
        "Files of this kind are not read. Save it as PDF, DOCX, PPTX, XLSX, ODT, HTML, Markdown, CSV or plain text, and give that.".into(),
    )
}

/// Whether files of this ending are never plain text.
fn is_never_text(ending: &str) -> bool {
    matches!(
        ending,
        "pdf"
            | "docx"
            | "docm"
            | "pptx"
            | "pptm"
            | "xlsx"
            | "xlsm"
            | "odt"
            | "ods"
            | "odp"
            | "epub"
            | "zip"
            | "doc"
            | "ppt"
            | "rtf"
            | "png"
            | "jpg"
            | "jpeg"
            | "gif"
            | "tif"
            | "tiff"
    )
}

fn text(bytes: &[u8], reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    let ending = reading.ending();
    let text = encoding::text(bytes, html::charset(bytes).as_deref());
    if encoding::is_binary(&text) {
        return Err(unsupported());
    }
    if html::looks_so(&text) || matches!(ending.as_str(), "html" | "htm" | "xhtml") {
        out.format = "html";
        out.begin(PlaceKind::Whole, "");
        return html::read(&text, out);
    }
    if is_never_text(&ending) {
        return Err(Failure::Broken(format!(
            "This file is named .{ending} but is not one: it may be cut off or renamed. Give the original file."
        )));
    }
    match ending.as_str() {
        "md" | "markdown" | "mdown" | "mkd" => {
            out.format = "markdown";
            out.begin(PlaceKind::Whole, "");
            return markdown::read(&text, out);
        }
        "csv" | "tsv" | "tab" | "" | "txt" => {
            let named = matches!(ending.as_str(), "csv" | "tsv" | "tab");
            let delimiter = delimited::sniff(&text).filter(|delimiter| named || *delimiter == '\t');
            if let Some(delimiter) = delimiter.or(named.then_some(if ending == "csv" { ',' } else { '\t' })) {
                out.format = if delimiter == '\t' { "tsv" } else { "csv" };
                return delimited::read(&text, delimiter, out);
            }
        }
        _ => {}
    }
    out.format = "txt";
    out.begin(PlaceKind::Whole, "");
    for paragraph in text.replace("\r\n", "\n").replace('\r', "\n").split("\n\n") {
        out.text(paragraph)?;
    }
    Ok(())
}

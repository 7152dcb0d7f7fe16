//! DOCX: paragraphs, headings, lists with their numbers, tables, foot- and endnotes, comments. What was inserted counts; what was deleted,
//! is hidden or struck through does not.

mod body;
mod numbering;
mod run;
mod styles;
mod tables;

use std::collections::HashMap;

use model::PlaceKind;

use crate::content::Content;
use crate::failure::Failure;
use crate::formats::ooxml::{self, Relation};
use crate::formats::package::Package;
use crate::formats::xml::{Token, Xml};
use crate::formats::{Reading, charts, encoding, html};
use body::DocxBody;
use numbering::Numbering;
use styles::DocxStyles;

/// Reads a DOCX.
pub fn read(package: &mut Package, reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    let (main, relations) = ooxml::main_part(package, "word/document.xml")?;
    let Some(text) = package.text(&main)? else { return Err(Failure::broken("DOCX")) };
    out.title = ooxml::title(package)?;
    let part = |kind: &str| relations.values().find(|relation| relation.kind == kind).map(|relation| relation.target.clone());
    let styles = match part("styles") {
        Some(path) => package.text(&path)?.map(|text| DocxStyles::read(&text)).unwrap_or_default(),
        None => DocxStyles::default(),
    };
    let numbering = match part("numbering") {
        Some(path) => package.text(&path)?.map(|text| Numbering::read(&text)).unwrap_or_default(),
        None => Numbering::default(),
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
    let mut body = DocxBody::new(&styles, numbering, &asides);
    let mut xml = Xml::new(&text);
    body.read(&mut xml, out, &mut |id, out| alternative(package, &relations, id, reading, out))?;
    if xml.is_broken() {
        match out.is_empty() {
            true => return Err(Failure::broken("DOCX")),
            false => out.note("This file is damaged: only what stands before the damage was read."),
        }
    }
    body.notes(out);
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

/// A part in another format that stands for a piece of the text, or a chart in it.
fn alternative(
    package: &mut Package,
    relations: &HashMap<String, Relation>,
    id: &str,
    reading: &Reading,
    out: &mut Content,
) -> Result<(), Failure> {
    let Some(relation) = relations.get(id).filter(|relation| !relation.target.is_empty()) else { return Ok(()) };
    let Some(bytes) = package.bytes(&relation.target)? else { return Ok(()) };
    if relation.kind == "chart" {
        return charts::write(&encoding::xml(&bytes), out);
    }
    if bytes.starts_with(b"PK") || bytes.starts_with(b"{\\rtf") {
        return reading.nested(&bytes, &relation.target, out);
    }
    html::read(&encoding::text(&bytes, html::charset(&bytes).as_deref()), out)
}

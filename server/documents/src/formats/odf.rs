//! ODT, ODP and ODS: paragraphs, headings, lists with their numbers, tables, sheets, notes, comments, slides. What was deleted, is hidden
//! or struck through does not count.

mod body;
mod styles;
mod tables;

use crate::content::{Content, one_line};
use crate::failure::Failure;
use crate::formats::package::Package;
use crate::formats::xml::{Token, Xml};
use body::OdfBody;
use styles::OdfStyles;

/// Whether its content is encrypted.
pub fn is_encrypted(package: &mut Package) -> Result<bool, Failure> {
    Ok(package.text("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")))
}

/// Reads a text, a presentation or a workbook.
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
    let mut styles = OdfStyles::default();
    if let Some(common) = package.text("styles.xml")? {
        styles.read(&common);
    }
    styles.read(&text);
    let mut body = OdfBody::new(&styles);
    let mut xml = Xml::new(&text);
    let mut skipped = 0u32;
    for token in xml.by_ref() {
        match token {
            Token::Open(tag) if is_skipped(tag.name()) || body.in_comment() && is_of_comment(tag.name()) => skipped += 1,
            Token::Close(name) if is_skipped(&name) || body.in_comment() && is_of_comment(&name) => skipped = skipped.saturating_sub(1),
            _ if skipped > 0 => {}
            Token::Open(tag) => body.open(&tag, out),
            Token::Close(name) => body.close(&name, out)?,
            Token::Text(text) => body.shown(&text, out),
        }
    }
    body.finish(out)?;
    if xml.is_broken() {
        if out.is_empty() {
            return Err(Failure::broken(what));
        }
        out.note("This file is damaged: only what stands before the damage was read.");
    }
    Ok(())
}

/// When somebody commented.
fn is_of_comment(name: &str) -> bool {
    matches!(name, "date" | "date-string" | "creator-initials" | "sender-initials")
}

/// Deleted text, marks of notes, styles, and what only programs read.
fn is_skipped(name: &str) -> bool {
    matches!(name, "tracked-changes" | "note-citation" | "automatic-styles" | "scripts" | "binary-data" | "forms" | "calculation-settings")
}

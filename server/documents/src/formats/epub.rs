//! EPUB: its chapters in reading order.

use std::collections::HashMap;

use model::PlaceKind;

use crate::content::{Block, Content, one_line};
use crate::failure::Failure;
use crate::formats::package::Package;
use crate::formats::xml::{Token, Xml};
use crate::formats::{encoding, html};

/// Reads an EPUB.
pub fn read(package: &mut Package, out: &mut Content) -> Result<(), Failure> {
    let broken = || Failure::broken("EPUB");
    let container = package.text("META-INF/container.xml")?.ok_or_else(broken)?;
    let root = Xml::new(&container)
        .find_map(|token| match token {
            Token::Open(tag) if tag.name() == "rootfile" => tag.get("full-path"),
            _ => None,
        })
        .ok_or_else(broken)?;
    let book = package.text(&root)?.ok_or_else(broken)?;
    let folder = root.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let (mut files, mut spine, mut title) = (HashMap::new(), Vec::new(), String::new());
    let mut xml = Xml::new(&book);
    while let Some(token) = xml.next() {
        let Token::Open(tag) = token else { continue };
        match tag.name() {
            "title" if title.is_empty() => title = one_line(&xml.text_within("title", &[]), 200),
            "item" => {
                if let (Some(id), Some(path)) = (tag.get("id"), tag.get("href")) {
                    files.insert(id, format!("{folder}{}", unescape(&path)));
                }
            }
            "itemref" => spine.extend(tag.get("idref")),
            _ => {}
        }
    }
    for path in spine.iter().filter_map(|id| files.get(id)) {
        let Some(bytes) = package.bytes(path)? else { continue };
        let text = encoding::text(&bytes, html::charset(&bytes).as_deref());
        if encoding::is_binary(&text) {
            return Err(Failure::Unsupported("This book is protected against copying. Give it in a form without protection.".into()));
        }
        out.begin(PlaceKind::Part, "");
        // The title of a chapter's file is often the book's: only the headings name the chapter.
        out.title.clear();
        html::read(&text, out)?;
        if let Some(chapter) = out.parts.last_mut() {
            if chapter.blocks.is_empty() {
                out.parts.pop();
            } else if let Some(Block::Heading(_, heading)) = chapter.blocks.iter().find(|block| matches!(block, Block::Heading(..))) {
                chapter.label = one_line(heading, 120);
            }
        }
    }
    out.title = title;
    if out.parts.is_empty() { Err(Failure::NoText("There is no text in this book.".into())) } else { Ok(()) }
}

/// A path in an address: `%20` is a space.
fn unescape(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

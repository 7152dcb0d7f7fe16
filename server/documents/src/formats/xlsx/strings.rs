//! Texts of a workbook that stand outside of its sheets: shared strings, comments, text boxes.

use std::collections::HashMap;
use std::rc::Rc;

use super::cells;
use crate::formats::xml::{Tag, Token, Xml};
use crate::formats::{raised, symbols};

/// A text of several runs, each with its own look.
#[derive(Default)]
pub struct RichText {
    text: String,
    in_run: bool,
    run_struck: bool,
    run_raised: i8,
    run_font: String,
    phonetic: bool,
    is_text: bool,
    /// Whether runs of it were left out.
    pub struck: bool,
}

impl RichText {
    /// An element of the text begins.
    pub fn open(&mut self, tag: &Tag) {
        match tag.name() {
            "r" => (self.in_run, self.run_struck, self.run_raised, self.run_font) = (true, false, 0, String::new()),
            "rPh" => self.phonetic = true,
            "t" => self.is_text = true,
            "strike" => self.run_struck = tag.get("val").is_none_or(|value| value != "0" && value != "false"),
            "vertAlign" => {
                self.run_raised = match tag.get("val").as_deref() {
                    Some("superscript") => 1,
                    Some("subscript") => -1,
                    _ => 0,
                }
            }
            "rFont" => self.run_font = tag.get("val").unwrap_or_default(),
            _ => {}
        }
    }

    /// One ends.
    pub fn close(&mut self, name: &str) {
        match name {
            "t" => self.is_text = false,
            "rPh" => self.phonetic = false,
            "r" => (self.in_run, self.run_struck, self.run_raised, self.run_font) = (false, false, 0, String::new()),
            _ => {}
        }
    }

    /// Text in it.
    pub fn text(&mut self, text: &str) {
        if !self.is_text || self.phonetic {
            return;
        }
        if self.run_struck {
            self.struck |= !text.trim().is_empty();
            return;
        }
        let text = symbols::text(&self.run_font, text, &mut false);
        let start = self.text.len();
        self.text.push_str(&text);
        if self.run_raised != 0 {
            raised::replace_end(&mut self.text, start, self.run_raised > 0);
        }
    }

    /// The whole of it.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}

/// The shared strings, and whether some of them have runs that are struck through.
pub fn read(text: &str) -> (Vec<Rc<str>>, bool) {
    let mut strings = Vec::new();
    let mut rich = RichText::default();
    for token in Xml::new(text) {
        match token {
            Token::Open(tag) => rich.open(&tag),
            Token::Close(name) if name == "si" => strings.push(rich.take().trim().into()),
            Token::Close(name) => rich.close(&name),
            Token::Text(text) => rich.text(&text),
        }
    }
    (strings, rich.struck)
}

/// The names of people by their ids.
pub fn people(text: &str) -> HashMap<String, String> {
    let person = |token| match token {
        Token::Open(tag) if tag.name() == "person" => Some((tag.get("id")?, tag.get("displayName")?)),
        _ => None,
    };
    Xml::new(text).filter_map(person).collect()
}

/// Adds comments by the places that they hang on: `: text`, or ` by somebody: text`.
pub fn comments(text: &str, people: &HashMap<String, String>, found: &mut HashMap<(u32, u32), Vec<String>>) {
    let (mut authors, mut author, mut is_author): (Vec<String>, String, bool) = (Vec::new(), String::new(), false);
    let (mut place, mut comment, mut is_text) = (None, String::new(), false);
    for token in Xml::new(text) {
        match token {
            Token::Open(tag) => match tag.name() {
                "author" => is_author = true,
                "comment" | "threadedComment" => {
                    place = tag.get("ref").and_then(|place| cells::place(&place));
                    let of = tag.get("authorId").and_then(|id| id.parse::<usize>().ok());
                    let person = tag.get("personId").and_then(|id| people.get(&id).cloned());
                    author = of.and_then(|of| authors.get(of).cloned()).or(person).unwrap_or_default();
                    comment.clear();
                }
                "t" | "text" => is_text = true,
                _ => {}
            },
            Token::Close(name) => match name.as_str() {
                "author" => {
                    is_author = false;
                    authors.push(std::mem::take(&mut author).trim().to_owned());
                }
                "t" | "text" => is_text = false,
                "comment" | "threadedComment" => {
                    let text = comment.split_whitespace().collect::<Vec<_>>().join(" ");
                    // What newer programs write for older ones beside a thread of comments.
                    let is_copy = text.starts_with("[Threaded comment]") || author.starts_with("tc={");
                    if let Some(place) = place.filter(|_| !text.is_empty() && !is_copy) {
                        let text = text.strip_prefix(&format!("{author}:")).map_or(text.as_str(), str::trim_start).to_owned();
                        let by = if author.is_empty() { String::new() } else { format!(" by {author}") };
                        found.entry(place).or_default().push(format!("{by}: {text}"));
                    }
                }
                _ => {}
            },
            Token::Text(text) if is_author => author.push_str(&text),
            Token::Text(text) if is_text => comment.push_str(&text),
            Token::Text(_) => {}
        }
    }
}

/// The texts of the boxes that lie over a sheet.
pub fn boxes(text: &str) -> Vec<String> {
    let (mut boxes, mut text_of, mut is_text) = (Vec::new(), String::new(), false);
    for token in Xml::new(text) {
        match token {
            Token::Open(tag) if tag.name() == "t" => is_text = true,
            Token::Close(name) => match name.as_str() {
                "t" => is_text = false,
                "p" => text_of.push('\n'),
                "sp" if !text_of.trim().is_empty() => boxes.push(std::mem::take(&mut text_of).trim().to_owned()),
                _ => {}
            },
            Token::Text(text) if is_text => text_of.push_str(&text),
            _ => {}
        }
    }
    boxes
}

//! The elements that are open, and the colours that hold in them. No tree is built: what needs no end tag ends where HTML says so.

use html5ever::tokenizer::Tag;

use super::sheet::{Declared, Path, Sheets};
use super::{attribute, is_block};
use crate::formats::colors::{self, BLACK, Css, Rgb, WHITE};

/// So many are known; what is open deeper has the look of the last one.
const MAX_OPEN: usize = 250;

/// The elements that are open.
pub struct Open<'s> {
    sheets: &'s Sheets<'s>,
    elements: Vec<OpenElement>,
    path: Path,
    root: Look,
}

struct OpenElement {
    name: String,
    look: Look,
    /// What is written behind its text.
    after: Option<String>,
}

/// The colour of text and of its ground; none is one that isn't known.
#[derive(Clone, Copy)]
struct Look {
    color: Option<Rgb>,
    ground: Option<Rgb>,
}

impl<'s> Open<'s> {
    /// Nothing yet.
    pub fn new(sheets: &'s Sheets<'s>) -> Self {
        // What sheets from elsewhere say of it is not known.
        let known = |color| Some(color).filter(|_| !sheets.has_others);
        Self { sheets, elements: Vec::new(), path: Path::default(), root: Look { color: known(BLACK), ground: known(WHITE) } }
    }

    /// An element will begin: what ends before it. Gives what is written at these ends.
    pub fn before(&mut self, name: &str) -> String {
        let (ends, within): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol", "menu"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl"]),
            "td" | "th" => (&["td", "th"], &["tr", "table"]),
            "tr" => (&["tr", "td", "th"], &["table"]),
            "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot", "tr", "td", "th"], &["table"]),
            "option" | "optgroup" => (&["option"], &["select"]),
            name if is_block(name) || matches!(name, "ul" | "ol" | "table" | "pre" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6") => {
                (&["p"], &["td", "th", "table", "button"])
            }
            _ => return String::new(),
        };
        let first = self
            .elements
            .iter()
            .enumerate()
            .rev()
            .take_while(|(_, element)| !within.contains(&element.name.as_str()))
            .filter(|(_, element)| ends.contains(&element.name.as_str()))
            .last()
            .map(|(at, _)| at);
        first.map_or_else(String::new, |at| self.shrink(at))
    }

    /// What is declared for an element that begins here.
    pub fn declared(&mut self, tag: &Tag) -> Declared {
        self.sheets.declared(tag, &mut self.path)
    }

    /// An element begins.
    pub fn begin(&mut self, tag: &Tag, declared: &mut Declared) {
        if tag.self_closing || is_void(&tag.name) {
            return self.pass(tag);
        }
        if self.elements.len() >= MAX_OPEN {
            return;
        }
        let look = self.look(tag, declared);
        if !self.sheets.is_empty() {
            self.path.open(tag);
        }
        self.elements.push(OpenElement { name: tag.name.to_string(), look, after: declared.after.take() });
    }

    /// An element is passed whose text does not count.
    pub fn pass(&mut self, tag: &Tag) {
        if !self.sheets.is_empty() {
            self.path.void(tag);
        }
    }

    /// An element ends. Gives what is written at the ends of all that was open in it.
    pub fn end(&mut self, name: &str) -> String {
        let is_of_table = matches!(name, "td" | "th" | "tr" | "tbody" | "thead" | "tfoot" | "table" | "caption" | "body" | "html");
        let found = self
            .elements
            .iter()
            .enumerate()
            .rev()
            .take_while(|(_, element)| element.name == name || is_of_table || !matches!(element.name.as_str(), "td" | "th" | "caption"))
            .find(|(_, element)| element.name == name)
            .map(|(at, _)| at);
        found.map_or_else(String::new, |at| self.shrink(at))
    }

    /// The note that text here deserves, because nobody can see it.
    pub fn unseen(&self) -> Option<&'static str> {
        let look = self.current();
        colors::unseen(look.color, look.ground)
    }

    fn current(&self) -> Look {
        self.elements.last().map_or(self.root, |element| element.look)
    }

    fn shrink(&mut self, length: usize) -> String {
        self.path.shrink(length);
        let ended: Vec<String> = self.elements.drain(length..).filter_map(|element| element.after).rev().collect();
        ended.join(" ")
    }

    fn look(&self, tag: &Tag, declared: &Declared) -> Look {
        let outer = self.current();
        let name: &str = &tag.name;
        let said = |of: &str| attribute(tag, of).map(|value| of_attribute(&value));
        let color = match declared.get("color") {
            Some("inherit" | "currentcolor" | "unset") => outer.color,
            Some(value) => known(colors::css(value)),
            None => match name {
                "font" | "basefont" => said("color").unwrap_or(outer.color),
                "body" => said("text").unwrap_or(outer.color),
                // Links have a colour of their own, but for those that sheets give them.
                "a" if attribute(tag, "href").is_some() && outer.ground.is_some() => Some(Rgb(0, 0, 0xee)),
                "mark" => Some(BLACK),
                "button" | "input" | "select" => None,
                _ => outer.color,
            },
        };
        Look { color, ground: ground(tag, declared, outer.ground) }
    }
}

fn ground(tag: &Tag, declared: &Declared, outer: Option<Rgb>) -> Option<Rgb> {
    let is_picture = |value: &str| ["url(", "gradient", "var(", "image-set"].iter().any(|word| value.contains(word));
    if declared.get("background-image").is_some_and(is_picture) || declared.get("background").is_some_and(is_picture) {
        return None;
    }
    let said = declared.get("background-color").map(colors::css).or_else(|| {
        let of = declared.get("background")?.replace(", ", ",");
        let parts = of.split_whitespace().map(colors::css);
        parts.into_iter().find(|part| *part != Css::Unknown)
    });
    match said {
        Some(Css::Is(color)) => return Some(color),
        Some(Css::Unknown) => return None,
        // Text that is moved may stand on a picture.
        _ if declared.get("position").is_some_and(|position| matches!(position, "absolute" | "fixed")) => return None,
        Some(Css::Clear) => return outer,
        None => {}
    }
    match &*tag.name {
        _ if attribute(tag, "background").is_some() => None,
        "button" | "input" | "select" => None,
        "mark" => Some(Rgb(0xff, 0xff, 0)),
        _ => attribute(tag, "bgcolor").map_or(outer, |value| of_attribute(&value)),
    }
}

fn known(color: Css) -> Option<Rgb> {
    match color {
        Css::Is(color) => Some(color),
        Css::Clear | Css::Unknown => None,
    }
}

/// A colour in an attribute: its sharp sign may be missing.
fn of_attribute(value: &str) -> Option<Rgb> {
    let value = value.trim().to_ascii_lowercase();
    known(colors::css(&value)).or_else(|| colors::hex(&value))
}

/// Whether an element holds nothing.
pub fn is_void(name: &str) -> bool {
    const VOID: [&str; 14] =
        ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
    VOID.contains(&name)
}

//! Elements that a page does not show: where they begin, and where they end though no tree is built.

use std::collections::HashMap;

use html5ever::tokenizer::Tag;

use super::is_block;
use crate::formats::colors;

/// Why an element is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is not shown.
    Hidden,
    /// It is shown, but not read out.
    Aria,
    /// It is struck through: it doesn't hold any more.
    Struck,
    /// It has the colour of the page.
    White,
}

/// Why an element is left out, as it says itself; none if it isn't. A page that hides as a whole is shown when its script has run.
/// `is_plain` says that the page has one colour.
pub fn why(tag: &Tag, is_plain: bool) -> Option<Why> {
    if matches!(&*tag.name, "html" | "body") {
        return None;
    }
    if matches!(&*tag.name, "del" | "s" | "strike") {
        return Some(Why::Struck);
    }
    tag.attrs.iter().find_map(|attribute| {
        let value = &*attribute.value;
        match &*attribute.name.local {
            "hidden" if !value.eq_ignore_ascii_case("until-found") => Some(Why::Hidden),
            "aria-hidden" if value.trim().eq_ignore_ascii_case("true") => Some(Why::Aria),
            "color" if is_plain && is_white(&value.trim().to_ascii_lowercase()) => Some(Why::White),
            "style" => value.split(';').filter_map(|rule| rule.split_once(':')).find_map(|(property, value)| {
                let value = value.trim().to_ascii_lowercase();
                let value = value.trim_end_matches("!important").trim_end();
                match (property.trim().to_ascii_lowercase().as_str(), value) {
                    ("display", "none") | ("visibility", "hidden" | "collapse") | ("opacity", "0") => Some(Why::Hidden),
                    ("font-size", size) if is_tiny(size) => Some(Why::Hidden),
                    ("color", "transparent") => Some(Why::Hidden),
                    ("text-decoration" | "text-decoration-line", value) if value.contains("line-through") => Some(Why::Struck),
                    ("color", value) if is_plain && is_white(value) => Some(Why::White),
                    _ => None,
                }
            }),
            _ => None,
        }
    })
}

/// Whether nobody reads letters of a size: two points or less.
fn is_tiny(size: &str) -> bool {
    let number = size.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let unit = &size[number.len()..];
    number.trim().parse::<f32>().is_ok_and(|number| number <= if matches!(unit, "px" | "pt") { 2.0 } else { 0.05 })
}

fn is_white(color: &str) -> bool {
    let color: String = color.chars().filter(|c| !c.is_whitespace()).collect();
    matches!(color.as_str(), "white" | "#fff" | "rgb(255,255,255)" | "rgba(255,255,255,1)") || colors::is_white(&color)
}

/// Whether no element of a page has a colour behind it: nobody can tell otherwise what white text stands on.
pub fn is_plain(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'b' | b'B')) {
        rest = &rest[at..];
        let begins = |word: &[u8]| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        if begins(b"background") || begins(b"bgcolor") {
            return false;
        }
        rest = &rest[1..];
    }
    !text.contains("stylesheet")
}

/// Whether the text before an element and the text after it are two.
pub fn parts_text(name: &str) -> bool {
    is_block(name)
        || holds_others(name)
        || matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre" | "li" | "thead" | "tbody" | "tfoot" | "caption")
}

/// What comes after a tag within a hidden element.
#[derive(Debug, PartialEq, Eq)]
pub enum After {
    /// It goes on.
    Hidden,
    /// The tag was its end.
    Seen,
    /// It ended before the tag, which is seen itself.
    SeenWithTag,
}

/// A hidden element that is open.
pub struct Hidden {
    /// Why nothing of it is read.
    pub why: Why,
    name: String,
    /// How many elements are open in it, of the names that count.
    open: HashMap<String, u32>,
}

impl Hidden {
    /// One begins; none if it holds nothing.
    pub fn begin(name: &str, why: Why) -> Option<Self> {
        const VOID: [&str; 14] =
            ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
        (!VOID.contains(&name)).then(|| Self { why, name: name.to_owned(), open: HashMap::new() })
    }

    /// A tag follows that opens an element, or closes one.
    pub fn tag(&mut self, name: &str, opens: bool, closes: bool) -> After {
        let open = |name: &str| self.open.get(name).copied().unwrap_or_default();
        let counts = holds_others(name) || name == self.name;
        match (opens, closes) {
            (true, _) if self.ends_before(name) => After::SeenWithTag,
            (_, true) if open(name) == 0 && name == self.name => After::Seen,
            // It stood within what ends here.
            (_, true) if open(name) == 0 && holds_others(name) => After::SeenWithTag,
            (true, _) | (_, true) if counts => {
                let number = self.open.entry(name.to_owned()).or_default();
                *number = if opens { *number + 1 } else { number.saturating_sub(1) };
                After::Hidden
            }
            _ => After::Hidden,
        }
    }

    /// Whether an element that needs no end tag ends where this one begins.
    fn ends_before(&self, name: &str) -> bool {
        let none = |holders: &[&str]| holders.iter().all(|holder| self.open.get(*holder).is_none_or(|&number| number == 0));
        match self.name.as_str() {
            "p" => parts_text(name),
            "li" => name == "li" && none(&["ul", "ol", "menu"]),
            "dt" | "dd" => matches!(name, "dt" | "dd") && none(&["dl"]),
            "option" => matches!(name, "option" | "optgroup"),
            "td" | "th" => matches!(name, "td" | "th" | "tr" | "tbody" | "tfoot") && none(&["table"]),
            "tr" => matches!(name, "tr" | "tbody" | "tfoot") && none(&["table"]),
            "thead" | "tbody" => matches!(name, "tbody" | "tfoot") && none(&["table"]),
            _ => false,
        }
    }
}

/// Elements that hold others and are closed by a tag of their own: an end tag that closes none within belongs to one around.
fn holds_others(name: &str) -> bool {
    matches!(
        name,
        "html"
            | "body"
            | "div"
            | "section"
            | "article"
            | "main"
            | "header"
            | "footer"
            | "nav"
            | "aside"
            | "blockquote"
            | "figure"
            | "form"
            | "fieldset"
            | "details"
            | "table"
            | "ul"
            | "ol"
            | "menu"
            | "dl"
    )
}

//! Elements that a page does not show: where they begin, and where they end though no tree is built.

use std::collections::HashMap;

use html5ever::tokenizer::Tag;

use super::is_block;
use super::open::is_void;
use super::sheet::Declared;
use crate::formats::colors::{self, Css};

/// Why an element is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is not shown.
    Hidden,
    /// It is struck through: it doesn't hold any more.
    Struck,
}

/// Why an element is left out, by what is declared for it; none if it isn't. A page that hides as a whole is shown when its script has run.
/// What is only not read out is seen by everybody else.
pub fn why(tag: &Tag, declared: &Declared) -> Option<Why> {
    if matches!(&*tag.name, "html" | "body") {
        return None;
    }
    let has_line = |property: &str| declared.get(property).map(|value| value.contains("line-through"));
    if matches!(&*tag.name, "del" | "s" | "strike")
        || has_line("text-decoration-line").or_else(|| has_line("text-decoration")) == Some(true)
    {
        return Some(Why::Struck);
    }
    let is = |property: &str, values: &[&str]| declared.get(property).is_some_and(|value| values.contains(&value));
    let attribute = super::attribute(tag, "hidden").is_some_and(|value| !value.eq_ignore_ascii_case("until-found"));
    let hidden = is("display", &["none"])
        || (attribute && declared.get("display").is_none())
        || is("visibility", &["hidden", "collapse"])
        || declared.get("opacity").is_some_and(|value| value.trim_end_matches('%').parse::<f32>().is_ok_and(|opacity| opacity < 0.01))
        || declared.get("font-size").is_some_and(is_tiny)
        || declared.get("color").is_some_and(|color| colors::css(color) == Css::Clear);
    hidden.then_some(Why::Hidden)
}

/// Whether nobody reads letters of a size: two points or less.
fn is_tiny(size: &str) -> bool {
    let number = size.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let unit = &size[number.len()..];
    number.trim().parse::<f32>().is_ok_and(|number| number <= if matches!(unit, "px" | "pt") { 2.0 } else { 0.05 })
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
    /// Whether letters or digits were left out with it.
    pub holds_text: bool,
    name: String,
    /// How many elements are open in it, of the names that count.
    open: HashMap<String, u32>,
}

impl Hidden {
    /// One begins; none if it holds nothing.
    pub fn begin(name: &str, why: Why) -> Option<Self> {
        (!is_void(name)).then(|| Self { why, holds_text: false, name: name.to_owned(), open: HashMap::new() })
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

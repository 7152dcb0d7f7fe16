//! Elements that a page does not show: where they begin, and where they end though no tree is built.

use std::collections::HashMap;

use html5ever::tokenizer::Tag;

use super::is_block;

/// Whether an element is not seen, as it says itself. A page that hides as a whole is shown when its script has run.
pub fn is(tag: &Tag) -> bool {
    let is = |name: &str, value: &str| match name {
        "hidden" => !value.eq_ignore_ascii_case("until-found"),
        "aria-hidden" => value.trim().eq_ignore_ascii_case("true"),
        "style" => value.split(';').filter_map(|rule| rule.split_once(':')).any(|(property, value)| {
            let value = value.trim().to_ascii_lowercase();
            let value = value.trim_end_matches("!important").trim_end();
            matches!((property.trim().to_ascii_lowercase().as_str(), value), ("display", "none") | ("visibility", "hidden" | "collapse"))
        }),
        _ => false,
    };
    !matches!(&*tag.name, "html" | "body") && tag.attrs.iter().any(|attribute| is(&attribute.name.local, &attribute.value))
}

/// Whether the text before an element and the text after it are two.
pub fn parts_text(name: &str) -> bool {
    is_block(name) || holds_others(name) || matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre" | "li")
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
    name: String,
    /// How many elements are open in it, of the names that count.
    open: HashMap<String, u32>,
}

impl Hidden {
    /// One begins; none if it holds nothing.
    pub fn begin(name: &str) -> Option<Self> {
        const VOID: [&str; 14] =
            ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
        (!VOID.contains(&name)).then(|| Self { name: name.to_owned(), open: HashMap::new() })
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

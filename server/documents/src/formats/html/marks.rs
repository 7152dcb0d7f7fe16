//! What stands in a text without letters of its own: raised signs, boxes that are checked, pictures with a label.

use html5ever::tokenizer::{Tag, TagKind};

use super::attribute;
use super::sheet::Declared;
use crate::formats::raised;
use crate::formats::symbols;

/// Elements that are open and change what their text becomes.
#[derive(Default)]
pub struct Marks {
    open: Vec<Mark>,
}

struct Mark {
    name: String,
    /// Where its text begins in the running block.
    start: usize,
    what: What,
}

enum What {
    Raised,
    Lowered,
    /// It says this if it shows nothing.
    Label(String),
    /// Its letters are pictures.
    Font(String),
    /// Nothing: it is open within one of the same name.
    Nothing,
}

impl Marks {
    /// A tag that is no block's.
    pub fn tag(&mut self, tag: &Tag, declared: &Declared, run: &mut String) {
        let name: &str = &tag.name;
        if tag.kind == TagKind::EndTag {
            if self.open.last().is_some_and(|mark| mark.name == name)
                && let Some(mark) = self.open.pop()
            {
                mark.end(run);
            }
            return;
        }
        let what = if matches!(name, "td" | "th" | "tr" | "table") { None } else { what(tag, declared) };
        if tag.self_closing {
            if let Some(What::Label(label)) = what {
                write(run, &label);
            }
            return;
        }
        let what = what.or_else(|| self.open.iter().any(|mark| mark.name == name).then_some(What::Nothing));
        if let Some(what) = what.filter(|_| self.open.len() < 50) {
            self.open.push(Mark { name: name.to_owned(), start: run.len(), what });
        }
    }

    /// The running block has ended: what was open in it began in another.
    pub fn clear(&mut self) {
        for mark in &mut self.open {
            mark.start = 0;
        }
        self.open.retain(|mark| matches!(mark.what, What::Font(_)));
    }
}

impl Mark {
    fn end(self, run: &mut String) {
        match self.what {
            What::Raised => raised::replace_end(run, self.start, true),
            What::Lowered => raised::replace_end(run, self.start, false),
            What::Label(label) if run.get(self.start..).is_some_and(|text| text.trim().is_empty()) => write(run, &label),
            What::Font(font) if run.is_char_boundary(self.start.min(run.len())) => {
                let text = run.split_off(self.start.min(run.len()));
                run.push_str(&symbols::text(&font, &text, &mut false));
            }
            What::Label(_) | What::Font(_) | What::Nothing => {}
        }
    }
}

/// Writes a sign or a label behind what stands there.
pub fn write(run: &mut String, label: &str) {
    if !run.is_empty() && !run.ends_with([' ', '\n']) {
        run.push(' ');
    }
    run.push_str(label.trim());
}

fn what(tag: &Tag, declared: &Declared) -> Option<What> {
    let name: &str = &tag.name;
    let stands = declared.get("vertical-align");
    // A cell stands at the top of its row; a word at the top of its line is raised.
    if stands == Some("super") || (name == "sup" || name == "span" && stands == Some("text-top")) && stands != Some("baseline") {
        return Some(What::Raised);
    }
    if stands == Some("sub") || name == "sub" && stands != Some("baseline") {
        return Some(What::Lowered);
    }
    let font = if name == "font" { attribute(tag, "face") } else { declared.get("font-family").map(|font| font.replace(['"', '\''], "")) };
    if let Some(font) =
        font.map(|font| font.split([',', ';']).next().unwrap_or_default().to_owned()).filter(|font| symbols::is_symbol_font(font))
    {
        return Some(What::Font(font));
    }
    let is_picture = matches!(name, "i" | "span" | "svg" | "mark" | "em" | "b" | "abbr" | "use")
        || attribute(tag, "role").is_some_and(|role| role.eq_ignore_ascii_case("img"));
    if !is_picture {
        return None;
    }
    let said =
        ["aria-label", "title", "data-icon-label"].iter().find_map(|name| attribute(tag, name)).filter(|label| !label.trim().is_empty());
    let address = || ["href", "xlink:href"].iter().find_map(|name| attribute(tag, name)).and_then(|address| picture(&address));
    said.or_else(|| address().map(str::to_owned))
        .or_else(|| icon(&attribute(tag, "class").unwrap_or_default()).map(str::to_owned))
        .map(What::Label)
}

/// What the classes of an icon say that it shows.
fn icon(classes: &str) -> Option<&'static str> {
    let is_icon = |word: &str| ["icon", "fa", "fas", "far", "bi", "glyphicon", "mdi", "check", "cross", "tick"].contains(&word);
    let words: Vec<String> = classes.split([' ', '-', '_']).map(str::to_lowercase).collect();
    if !words.iter().any(|word| is_icon(word)) {
        return None;
    }
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    match () {
        () if has(&["check", "tick", "checkmark", "yes", "ok"]) => Some("✓"),
        () if has(&["times", "cross", "xmark", "close", "remove", "no", "x"]) => Some("✗"),
        () => None,
    }
}

/// What the name of a picture's file says that it shows.
pub fn picture(address: &str) -> Option<&'static str> {
    let name = address.rsplit(['/', '#']).next().unwrap_or_default();
    let name = name.split(['.', '?']).next().unwrap_or_default();
    if address.starts_with("data:") { None } else { icon(&format!("icon {name}")) }
}

/// What an input shows: a box, checked or not.
pub fn input(tag: &Tag) -> Option<&'static str> {
    let kind = attribute(tag, "type").unwrap_or_default().to_ascii_lowercase();
    matches!(kind.as_str(), "checkbox" | "radio").then(|| if attribute(tag, "checked").is_some() { "☑ " } else { "☐ " })
}

//! What the styles of an ODF document say of how text looks and how lists count.

use std::collections::HashMap;

use crate::formats::colors::{self, Css, Ground, Rgb};
use crate::formats::symbols;
use crate::formats::xml::{Tag, Token, Xml};

/// The styles of a document.
#[derive(Default)]
pub struct OdfStyles {
    looks: HashMap<String, OdfLook>,
    lists: HashMap<String, Vec<ListLevel>>,
    /// How headings count, by level.
    outline: Vec<ListLevel>,
}

/// How a style looks; none says that nothing was said.
#[derive(Clone, Debug, Default)]
pub struct OdfLook {
    /// Struck through.
    pub struck: Option<bool>,
    /// Not shown.
    pub hidden: Option<bool>,
    /// 1 raised, -1 lowered.
    pub raised: Option<i8>,
    /// A font whose letters are pictures.
    pub font: Option<String>,
    /// Bold.
    pub bold: Option<bool>,
    /// Its colour; none within is one that isn't known.
    pub color: Option<Option<Rgb>>,
    /// What stands behind it.
    pub ground: Option<Ground>,
    /// The list that its paragraphs are in.
    pub list: Option<String>,
    parent: Option<String>,
}

/// How one level of a list counts.
#[derive(Clone, Debug, Default)]
pub struct ListLevel {
    /// `1`, `a`, `A`, `i`, `I`; empty for none.
    pub format: String,
    /// What stands before the number.
    pub prefix: String,
    /// What stands behind it.
    pub suffix: String,
    /// Its first number.
    pub start: u32,
    /// The numbers of so many levels are shown.
    pub shown: usize,
    /// Whether it has no number but a sign.
    pub is_bullet: bool,
}

impl OdfStyles {
    /// Takes the styles of a file.
    pub fn read(&mut self, text: &str) {
        let (mut style, mut list) = (String::new(), None::<String>);
        for token in Xml::new(text) {
            match token {
                Token::Open(tag) => match tag.name() {
                    "style" => {
                        style = tag.get("name").unwrap_or_default();
                        let parent = tag.get("parent-style-name");
                        self.looks.insert(style.clone(), OdfLook { parent, list: tag.get("list-style-name"), ..OdfLook::default() });
                    }
                    "text-properties"
                    | "table-properties"
                    | "table-cell-properties"
                    | "paragraph-properties"
                    | "drawing-page-properties"
                        if list.is_none() =>
                    {
                        if let Some(look) = self.looks.get_mut(&style) {
                            look.properties(&tag);
                        }
                    }
                    "list-style" => list = Some(tag.get("name").unwrap_or_default()),
                    "outline-style" => list = Some(String::new()),
                    "list-level-style-number" | "outline-level-style" => self.level(&tag, list.as_deref(), false),
                    "list-level-style-bullet" | "list-level-style-image" => self.level(&tag, list.as_deref(), true),
                    _ => {}
                },
                Token::Close(name) if matches!(name.as_str(), "list-style" | "outline-style") => list = None,
                Token::Close(name) if name == "style" => style.clear(),
                // What follows is the text.
                Token::Close(name) if name == "automatic-styles" => {}
                _ => {}
            }
        }
    }

    fn level(&mut self, tag: &Tag, list: Option<&str>, is_bullet: bool) {
        let Some(list) = list else { return };
        let number = |name: &str| tag.get(name).and_then(|value| value.parse::<u32>().ok());
        let levels = if list.is_empty() { &mut self.outline } else { self.lists.entry(list.to_owned()).or_default() };
        let at = number("level").unwrap_or(1).clamp(1, 10) as usize - 1;
        levels.resize(levels.len().max(at + 1), ListLevel::default());
        levels[at] = ListLevel {
            format: tag.get("num-format").unwrap_or_default(),
            prefix: tag.get("num-prefix").unwrap_or_default(),
            suffix: tag.get("num-suffix").unwrap_or_default(),
            start: number("start-value").unwrap_or(1),
            shown: number("display-levels").unwrap_or(1) as usize,
            is_bullet,
        };
    }

    /// How a style looks, with what it inherits.
    pub fn look(&self, name: &str) -> OdfLook {
        let mut look = self.looks.get(name).cloned().unwrap_or_default();
        let mut parent = look.parent.clone();
        for _ in 0..10 {
            let Some(base) = parent.as_ref().and_then(|parent| self.looks.get(parent)) else { break };
            look.inherit(base);
            parent.clone_from(&base.parent);
        }
        look
    }

    /// The levels of a list; none if it isn't described.
    pub fn list(&self, name: &str) -> Option<&[ListLevel]> {
        self.lists.get(name).map(Vec::as_slice)
    }

    /// The levels of headings.
    pub fn outline(&self) -> &[ListLevel] {
        &self.outline
    }
}

impl OdfLook {
    fn properties(&mut self, tag: &Tag) {
        let value = |name: &str| tag.get(name);
        if let Some(line) = value("text-line-through-style").or_else(|| value("text-line-through-type")) {
            self.struck = Some(line != "none");
        }
        if let Some(color) = value("background-color") {
            self.ground = Some(match colors::css(&color.to_lowercase()) {
                Css::Is(color) => Ground::Is(color),
                Css::Clear => Ground::Clear,
                Css::Unknown => Ground::Unknown,
            });
        }
        if tag.name() == "text-properties"
            && let Some(color) = value("color")
        {
            // It is black or white, as its ground needs it.
            let automatic = value("use-window-font-color").is_some_and(|on| on == "true");
            self.color = Some(colors::hex(&color).filter(|_| !automatic));
        }
        if value("display").is_some_and(|display| display == "none" || display == "false")
            || value("visibility").is_some_and(|visibility| visibility == "hidden")
        {
            self.hidden = Some(true);
        }
        if let Some(position) = value("text-position") {
            let height = position.split_whitespace().next().unwrap_or_default();
            self.raised = Some(match height.trim_end_matches('%').parse::<i32>() {
                Ok(height) => height.signum() as i8,
                Err(_) => i8::from(height == "super") - i8::from(height == "sub"),
            });
        }
        if let Some(font) = value("font-name").or_else(|| value("font-family")).filter(|font| symbols::is_symbol_font(font)) {
            self.font = Some(font);
        }
        if let Some(weight) = value("font-weight") {
            self.bold = Some(weight == "bold" || weight.parse().is_ok_and(|weight: u32| weight >= 600));
        }
    }

    /// What it doesn't say itself is as in another.
    pub fn inherit(&mut self, base: &Self) {
        self.struck = self.struck.or(base.struck);
        self.hidden = self.hidden.or(base.hidden);
        self.raised = self.raised.or(base.raised);
        self.font = self.font.take().or_else(|| base.font.clone());
        self.bold = self.bold.or(base.bold);
        self.color = self.color.or(base.color);
        self.ground = match (self.ground, base.ground) {
            (None | Some(Ground::Clear), Some(ground)) => Some(ground),
            (ground, _) => ground,
        };
        self.list = self.list.take().or_else(|| base.list.clone());
    }
}

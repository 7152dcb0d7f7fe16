//! How a run of text looks: what a reader sees of it.

use crate::formats::xml::Tag;
use crate::formats::{colors, symbols};

/// Properties of a run; none says that nothing was said.
#[derive(Clone, Debug, Default)]
pub struct DocxRun {
    hidden: Option<bool>,
    struck: Option<bool>,
    bold: Option<bool>,
    white: Option<bool>,
    shaded: Option<bool>,
    raised: Option<i8>,
    font: Option<String>,
}

impl DocxRun {
    /// Takes a property; other elements say nothing.
    pub fn property(&mut self, tag: &Tag) {
        let value = tag.get("val");
        let on = || Some(!matches!(value.as_deref(), Some("0" | "false" | "off" | "none")));
        match tag.name() {
            "vanish" => self.hidden = on(),
            // Half points: nobody reads letters of two points.
            "sz" if value.as_deref().and_then(|size| size.parse::<u32>().ok()).is_some_and(|size| size <= 4) => self.hidden = Some(true),
            "strike" | "dstrike" => self.struck = if on() == Some(true) { Some(true) } else { self.struck.or(Some(false)) },
            "b" => self.bold = on(),
            "color" => self.white = value.map(|color| colors::is_white(&color)),
            "highlight" => self.shaded = on(),
            "shd" => self.shaded = Some(is_shaded(tag)),
            "vertAlign" => {
                self.raised = match value.as_deref() {
                    Some("superscript") => Some(1),
                    Some("subscript") => Some(-1),
                    _ => Some(0),
                }
            }
            // Half points: raised by hand.
            "position" => {
                let height: i32 = value.and_then(|value| value.parse().ok()).unwrap_or_default();
                self.raised = Some(if height >= 4 {
                    1
                } else if height <= -4 {
                    -1
                } else {
                    0
                });
            }
            "rFonts" => {
                let fonts = ["ascii", "hAnsi", "cs"].iter().find_map(|name| tag.get(name));
                self.font = fonts.or(self.font.take());
            }
            _ => {}
        }
    }

    /// What it doesn't say itself is as in another.
    pub fn inherit(&mut self, base: &Self) {
        self.hidden = self.hidden.or(base.hidden);
        self.struck = self.struck.or(base.struck);
        self.bold = self.bold.or(base.bold);
        self.white = self.white.or(base.white);
        self.shaded = self.shaded.or(base.shaded);
        self.raised = self.raised.or(base.raised);
        self.font = self.font.take().or_else(|| base.font.clone());
    }

    /// Whether it isn't shown.
    pub fn is_hidden(&self) -> bool {
        self.hidden == Some(true)
    }

    /// Whether it is struck through.
    pub fn is_struck(&self) -> bool {
        self.struck == Some(true)
    }

    /// Whether it is bold.
    pub fn is_bold(&self) -> bool {
        self.bold == Some(true)
    }

    /// Whether it is white without a colour of its own behind it.
    pub fn is_white(&self) -> bool {
        self.white == Some(true) && self.shaded != Some(true)
    }

    /// 1 if it is raised, -1 if it is lowered.
    pub fn raised(&self) -> i8 {
        self.raised.unwrap_or(0)
    }

    /// Its font, if its letters are pictures.
    pub fn symbol_font(&self) -> Option<&str> {
        self.font.as_deref().filter(|font| symbols::is_symbol_font(font))
    }
}

/// Whether a shading has a colour.
pub fn is_shaded(tag: &Tag) -> bool {
    let fill = tag.get("fill").unwrap_or_default().to_lowercase();
    !matches!(fill.as_str(), "" | "auto" | "ffffff") || tag.get("val").is_some_and(|value| !matches!(value.as_str(), "clear" | "nil"))
}

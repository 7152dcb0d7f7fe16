//! How a run of text looks: what a reader sees of it.

use crate::formats::colors::{self, BLACK, Ground, Rgb, WHITE};
use crate::formats::symbols;
use crate::formats::xml::Tag;

/// Properties of a run; none says that nothing was said.
#[derive(Clone, Debug, Default)]
pub struct DocxRun {
    hidden: Option<bool>,
    struck: Option<bool>,
    bold: Option<bool>,
    /// None within is one that is always seen, or isn't known.
    color: Option<Option<Rgb>>,
    ground: Option<Ground>,
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
            "color" => self.color = value.map(|color| colors::hex(&color)),
            "highlight" => self.ground = Some(highlight(&value.unwrap_or_default())),
            "shd" => self.ground = Some(shading(tag)),
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
        self.color = self.color.or(base.color);
        self.ground = self.ground.or(base.ground);
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

    /// Its colour, if that is known.
    pub fn color(&self) -> Option<Rgb> {
        self.color.flatten()
    }

    /// What it says of its ground.
    pub fn ground(&self) -> Ground {
        self.ground.unwrap_or_default()
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

/// The colour of a shading.
pub fn shading(tag: &Tag) -> Ground {
    let pattern = tag.get("val").unwrap_or_default();
    let color = |name: &str| tag.get(name).and_then(|color| colors::hex(&color)).map(Ground::Is);
    match pattern.as_str() {
        "solid" => color("color").unwrap_or(Ground::Is(BLACK)),
        "" | "clear" | "nil" => color("fill").unwrap_or_default(),
        _ => Ground::Unknown,
    }
}

/// The colour of a marker.
fn highlight(name: &str) -> Ground {
    Ground::Is(match name {
        "" | "none" => return Ground::Clear,
        "black" => BLACK,
        "white" => WHITE,
        "yellow" => Rgb(255, 255, 0),
        "green" => Rgb(0, 255, 0),
        "cyan" => Rgb(0, 255, 255),
        "magenta" => Rgb(255, 0, 255),
        "blue" => Rgb(0, 0, 255),
        "red" => Rgb(255, 0, 0),
        "darkBlue" => Rgb(0, 0, 128),
        "darkCyan" => Rgb(0, 128, 128),
        "darkGreen" => Rgb(0, 128, 0),
        "darkMagenta" => Rgb(128, 0, 128),
        "darkRed" => Rgb(128, 0, 0),
        "darkYellow" => Rgb(128, 128, 0),
        "darkGray" => Rgb(128, 128, 128),
        "lightGray" => Rgb(192, 192, 192),
        _ => return Ground::Unknown,
    })
}

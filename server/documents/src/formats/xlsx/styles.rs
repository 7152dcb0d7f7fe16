//! How cells look: their number formats, and fonts that hide or strike what is in them.

use std::collections::HashMap;
use std::rc::Rc;

use crate::formats::colors::{self, Ground, Rgb, WHITE};
use crate::formats::theme::Theme;
use crate::formats::xml::{Tag, Token, Xml};
use crate::formats::{number_format, symbols};

/// The styles of a workbook, by the number that cells name.
#[derive(Default)]
pub struct XlsxStyles(Vec<XlsxStyle>);

/// How a cell looks.
#[derive(Clone, Default)]
pub struct XlsxStyle {
    /// Its number format; none is `General`.
    pub format: Option<Rc<str>>,
    /// Struck through.
    pub struck: bool,
    /// Bold.
    pub bold: bool,
    /// What is to be said of its text if nobody can see it: it has the colour of its cell.
    pub unseen: Option<&'static str>,
    /// A font whose letters are pictures.
    pub font: Option<Rc<str>>,
}

#[derive(Clone, Default)]
struct Font {
    struck: bool,
    bold: bool,
    color: Option<Rgb>,
    symbols: Option<Rc<str>>,
}

impl XlsxStyles {
    /// Reads `styles.xml`.
    pub fn read(text: &str, theme: &Theme) -> Self {
        let mut formats: HashMap<u32, Rc<str>> = HashMap::new();
        let (mut fonts, mut fills, mut styles) = (Vec::<Font>::new(), Vec::<Ground>::new(), Vec::new());
        let (mut within, mut is_solid) = ("", false);
        for token in Xml::new(text) {
            match token {
                Token::Open(tag) => match (within, tag.name()) {
                    ("", "numFmts") => within = "numFmts",
                    ("", "fonts") => within = "fonts",
                    ("", "fills") => within = "fills",
                    ("", "cellXfs") => within = "cellXfs",
                    // Looks that depend on what is in a cell are not known.
                    ("", "cellStyleXfs" | "dxfs" | "borders") => within = "other",
                    ("numFmts", "numFmt") => {
                        if let (Some(id), Some(code)) = (number(&tag, "numFmtId"), tag.get("formatCode")) {
                            formats.insert(id, code.into());
                        }
                    }
                    ("fonts", "font") => fonts.push(Font::default()),
                    ("fonts", _) => {
                        if let Some(font) = fonts.last_mut() {
                            font.property(&tag, theme);
                        }
                    }
                    ("fills", "fill") => fills.push(Ground::Clear),
                    ("fills", "gradientFill") => fills.last_mut().into_iter().for_each(|fill| *fill = Ground::Unknown),
                    ("fills", "patternFill") => {
                        let ground = match tag.get("patternType").as_deref() {
                            None | Some("none") => Ground::Clear,
                            Some(_) => Ground::Unknown,
                        };
                        is_solid = tag.get("patternType").is_some_and(|pattern| pattern == "solid");
                        fills.last_mut().into_iter().for_each(|fill| *fill = ground);
                    }
                    ("fills", "fgColor") if is_solid => {
                        let ground = theme.color(&tag).map_or(Ground::Unknown, Ground::Is);
                        fills.last_mut().into_iter().for_each(|fill| *fill = ground);
                    }
                    ("cellXfs", "xf") => {
                        let id = number(&tag, "numFmtId").unwrap_or(0);
                        let font: Font = number(&tag, "fontId").and_then(|id| fonts.get(id as usize).cloned()).unwrap_or_default();
                        let filled = number(&tag, "fillId").and_then(|id| fills.get(id as usize).copied()).unwrap_or_default();
                        let format = formats.get(&id).cloned().or_else(|| number_format::built_in(id).map(Into::into));
                        styles.push(XlsxStyle {
                            format: format.filter(|format| !format.eq_ignore_ascii_case("general")),
                            struck: font.struck,
                            bold: font.bold,
                            unseen: colors::unseen(font.color, colors::ground([filled], Some(WHITE))),
                            font: font.symbols,
                        });
                    }
                    _ => {}
                },
                Token::Close(name)
                    if name == within || (within == "other" && matches!(name.as_str(), "cellStyleXfs" | "dxfs" | "borders")) =>
                {
                    within = "";
                }
                _ => {}
            }
        }
        Self(styles)
    }

    /// The style of this number; the default one if there is none.
    pub fn get(&self, number: usize) -> XlsxStyle {
        self.0.get(number).cloned().unwrap_or_default()
    }
}

impl Font {
    fn property(&mut self, tag: &Tag, theme: &Theme) {
        let on = || tag.get("val").is_none_or(|value| value != "0" && value != "false");
        match tag.name() {
            "strike" => self.struck = on(),
            "b" => self.bold = on(),
            "color" => self.color = theme.color(tag),
            "name" => self.symbols = tag.get("val").filter(|name| symbols::is_symbol_font(name)).map(Into::into),
            _ => {}
        }
    }
}

fn number(tag: &Tag, name: &str) -> Option<u32> {
    tag.get(name).and_then(|value| value.parse().ok())
}

//! The colours of a theme of Office, which texts and cells name by their place or their word.

use std::collections::HashMap;

use super::colors::{self, BLACK, Rgb, WHITE};
use super::xml::{Tag, Token, Xml};

/// The words for the colours, in the order in which workbooks count them.
const PLACES: [&str; 12] =
    ["lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink"];
/// The first of the colours that workbooks number.
const INDEXED: [Rgb; 8] =
    [BLACK, WHITE, Rgb(255, 0, 0), Rgb(0, 255, 0), Rgb(0, 0, 255), Rgb(255, 255, 0), Rgb(255, 0, 255), Rgb(0, 255, 255)];

/// Colours by their words.
pub struct Theme(HashMap<String, Rgb>);

impl Default for Theme {
    fn default() -> Self {
        Self(HashMap::from([("lt1".to_owned(), WHITE), ("dk1".to_owned(), BLACK)]))
    }
}

impl Theme {
    /// Reads `theme1.xml`.
    pub fn read(text: &str) -> Self {
        let mut theme = Self::default();
        let mut current = String::new();
        for token in Xml::new(text) {
            match token {
                Token::Open(tag) if PLACES.contains(&tag.name()) => tag.name().clone_into(&mut current),
                Token::Open(tag) if matches!(tag.name(), "srgbClr" | "sysClr") && !current.is_empty() => {
                    let color = tag.get("lastClr").or_else(|| tag.get("val")).and_then(|color| colors::hex(&color));
                    theme.0.extend(color.map(|color| (std::mem::take(&mut current), color)));
                }
                Token::Close(name) if name == "clrScheme" => break,
                _ => {}
            }
        }
        theme
    }

    /// The colour of this word; a presentation says `bg1` and `tx1` too.
    pub fn named(&self, word: &str) -> Option<Rgb> {
        let word = match word {
            "bg1" => "lt1",
            "tx1" => "dk1",
            "bg2" => "lt2",
            "tx2" => "dk2",
            word => word,
        };
        self.0.get(word).copied()
    }

    /// The colour that an element of a workbook says.
    pub fn color(&self, tag: &Tag) -> Option<Rgb> {
        let number = |name: &str| tag.get(name).and_then(|number| number.parse::<usize>().ok());
        let said = match (tag.get("rgb"), number("theme"), number("indexed")) {
            (Some(rgb), _, _) => colors::hex(&rgb),
            (None, Some(at), _) => PLACES.get(at).and_then(|word| self.named(word)),
            (None, None, Some(at)) => indexed(at),
            _ => None,
        }?;
        let tint = tag.get("tint").and_then(|tint| tint.parse::<f64>().ok()).unwrap_or(0.0);
        Some(said.tinted(tint))
    }
}

/// The colour of a number, as far as all workbooks have it under the same one.
pub fn indexed(at: usize) -> Option<Rgb> {
    match at {
        0..16 => INDEXED.get(at % 8).copied(),
        // The colours of the system: text, and what it stands on.
        64 => Some(BLACK),
        65 => Some(WHITE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_found_by_place_and_word() {
        let theme = Theme::read(
            r#"<a:theme><a:clrScheme><a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1><a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1><a:accent1><a:srgbClr val="4472C4"/></a:accent1></a:clrScheme></a:theme>"#,
        );
        assert_eq!((theme.named("tx1"), theme.named("accent1"), theme.named("accent2")), (Some(BLACK), Some(Rgb(0x44, 0x72, 0xc4)), None));
        let colors: Vec<Option<Rgb>> =
            Xml::new(r#"<a><c theme="0" tint="-0.5"/><c theme="4"/><c rgb="FF003366"/><c indexed="9"/><c auto="1"/></a>"#)
                .filter_map(|token| match token {
                    Token::Open(tag) if tag.name() == "c" => Some(theme.color(&tag)),
                    _ => None,
                })
                .collect();
        assert_eq!(colors, [Some(Rgb(128, 128, 128)), Some(Rgb(0x44, 0x72, 0xc4)), Some(Rgb(0, 0x33, 0x66)), Some(WHITE), None]);
    }
}

//! What the texts of a slide stand on.

use std::collections::HashMap;

use crate::failure::Failure;
use crate::formats::colors::{Ground, Rgb, WHITE};
use crate::formats::ooxml;
use crate::formats::package::Package;
use crate::formats::theme::Theme;
use crate::formats::xml::{Tag, Token, Xml};

/// What is known of the grounds of slides: the theme, and what layouts and masters show behind every slide.
#[derive(Default)]
pub struct Backdrops {
    /// The colours that slides name.
    pub theme: Theme,
    known: HashMap<String, Backdrop>,
}

/// What a slide, a layout or a master shows behind texts.
#[derive(Clone, Copy, Default)]
struct Backdrop {
    ground: Ground,
    /// Whether it has pictures or shapes that are filled: what stands on them isn't known.
    is_painted: bool,
}

impl Backdrops {
    /// Those of a presentation.
    pub fn of(package: &mut Package) -> Result<Self, Failure> {
        let theme = package.text("ppt/theme/theme1.xml")?.map_or_else(Theme::default, |text| Theme::read(&text));
        Ok(Self { theme, known: HashMap::new() })
    }

    /// The colour of a slide behind all its shapes, if it is one and nothing else may stand behind a text.
    pub fn slide(&mut self, package: &mut Package, path: &str, text: &str) -> Result<Option<Rgb>, Failure> {
        let mut backdrops = vec![Backdrop::read(text, &self.theme)];
        let mut of = path.to_owned();
        for kind in ["slideLayout", "slideMaster"] {
            let Some(relation) = ooxml::relations(package, &of)?.into_values().find(|relation| relation.kind == kind) else { break };
            of = relation.target;
            if !self.known.contains_key(&of) {
                let read = package.text(&of)?.map(|text| Backdrop::read(&text, &self.theme)).unwrap_or_default();
                self.known.insert(of.clone(), read);
            }
            backdrops.extend(self.known.get(&of));
        }
        if backdrops.iter().any(|backdrop| backdrop.is_painted) {
            return Ok(None);
        }
        Ok(crate::formats::colors::ground(backdrops.iter().map(|backdrop| backdrop.ground), Some(WHITE)))
    }
}

impl Backdrop {
    fn read(text: &str, theme: &Theme) -> Self {
        let mut found = Self::default();
        let (mut in_ground, mut in_shape) = (false, false);
        for token in Xml::new(text) {
            match token {
                Token::Open(tag) => match tag.name() {
                    "bg" => in_ground = true,
                    "spPr" | "style" => in_shape = true,
                    "pic" | "blipFill" => found.is_painted = true,
                    "gradFill" | "pattFill" | "solidFill" if in_shape => found.is_painted = true,
                    "fillRef" if tag.get("idx").is_some_and(|index| index != "0") => found.is_painted = true,
                    "gradFill" | "pattFill" if in_ground => found.ground = Ground::Unknown,
                    "srgbClr" | "schemeClr" | "sysClr" if in_ground && found.ground == Ground::Clear => {
                        found.ground = color(&tag, theme).map_or(Ground::Unknown, Ground::Is);
                    }
                    name if in_ground && changes(name) => found.ground = Ground::Unknown,
                    _ => {}
                },
                Token::Close(name) => match name.as_str() {
                    "bg" => in_ground = false,
                    "spPr" | "style" => in_shape = false,
                    _ => {}
                },
                Token::Text(_) => {}
            }
        }
        found
    }
}

/// The colour that an element of a drawing says.
pub fn color(tag: &Tag, theme: &Theme) -> Option<Rgb> {
    let value = tag.get("lastClr").or_else(|| tag.get("val"))?;
    if tag.name() == "schemeClr" { theme.named(&value) } else { crate::formats::colors::hex(&value) }
}

/// Whether an element makes another colour of the one that it stands in.
pub fn changes(name: &str) -> bool {
    matches!(name, "lumMod" | "lumOff" | "alpha" | "tint" | "shade" | "satMod" | "satOff" | "hueMod" | "hueOff" | "inv" | "gray" | "comp")
}

/// What the cells of the tables of a slide say of their ground, in order: they say so behind their text.
pub fn cells(text: &str, theme: &Theme) -> Vec<Ground> {
    let mut grounds = Vec::new();
    let mut within: Vec<String> = Vec::new();
    for token in Xml::new(text) {
        match token {
            Token::Open(tag) => {
                let direct = within.last().is_some_and(|name| name == "tcPr");
                let filled = within.len() > 1 && within[within.len() - 2..] == ["tcPr", "solidFill"];
                match (tag.name(), grounds.last_mut()) {
                    ("tc", _) => grounds.push(Ground::Clear),
                    ("gradFill" | "pattFill" | "blipFill", Some(ground)) if direct => *ground = Ground::Unknown,
                    ("srgbClr" | "schemeClr" | "sysClr", Some(ground)) if filled => {
                        *ground = color(&tag, theme).map_or(Ground::Unknown, Ground::Is);
                    }
                    (name, Some(ground)) if changes(name) && within.iter().rev().nth(2).is_some_and(|name| name == "tcPr") => {
                        *ground = Ground::Unknown;
                    }
                    _ => {}
                }
                if within.len() < 200 {
                    within.push(tag.name().to_owned());
                }
            }
            Token::Close(name) => {
                if within.last() == Some(&name) {
                    within.pop();
                }
            }
            Token::Text(_) => {}
        }
    }
    grounds
}

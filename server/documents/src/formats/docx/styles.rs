//! What the styles of a DOCX say: headings, numbers, and how runs look.

use std::collections::HashMap;

use super::run::{DocxRun, shading};
use crate::formats::colors::Ground;
use crate::formats::xml::{Token, Xml};

/// The styles of a document by their ids.
#[derive(Default)]
pub struct DocxStyles(HashMap<String, DocxStyle>);

/// One style with what it inherits.
#[derive(Clone, Default)]
pub struct DocxStyle {
    /// The level of a heading.
    pub level: Option<u8>,
    /// The list that its paragraphs are numbered by; `0` for none.
    pub list: Option<String>,
    /// The level in that list.
    pub list_level: Option<usize>,
    /// How its text looks.
    pub run: DocxRun,
    /// What a table's style says of the ground of cells.
    pub table: Ground,
    parent: Option<String>,
}

impl DocxStyles {
    /// Reads `styles.xml`.
    pub fn read(text: &str) -> Self {
        let mut styles: HashMap<String, DocxStyle> = HashMap::new();
        let (mut id, mut of_table) = (String::new(), false);
        let mut named: HashMap<String, u8> = HashMap::new();
        for token in Xml::new(text) {
            let Token::Open(tag) = token else { continue };
            let value = || tag.get("val").unwrap_or_default();
            if tag.name() == "style" {
                id = tag.get("styleId").unwrap_or_default();
                of_table = tag.get("type").is_some_and(|kind| kind == "table");
                styles.entry(id.clone()).or_default();
                continue;
            }
            let Some(style) = styles.get_mut(&id) else { continue };
            match tag.name() {
                "name" => {
                    let name = value().to_lowercase();
                    let level = name.strip_prefix("heading ").and_then(|level| level.parse().ok());
                    if let Some(level) = level.or((name == "title").then_some(1)) {
                        named.insert(id.clone(), level);
                    }
                }
                "outlineLvl" => style.level = value().parse::<u8>().ok().filter(|&level| level < 9).map(|level| level + 1),
                "basedOn" => style.parent = Some(value()),
                "numId" => style.list = Some(value()),
                "ilvl" => style.list_level = value().parse().ok(),
                // Which of its cells have it depends on where they stand.
                "shd" if of_table => {
                    if shading(&tag) != Ground::Clear {
                        style.table = Ground::Unknown;
                    }
                }
                _ => style.run.property(&tag),
            }
        }
        for (id, level) in named {
            styles.entry(id).or_default().level = Some(level);
        }
        let ids: Vec<String> = styles.keys().cloned().collect();
        let whole = ids.into_iter().map(|id| (id.clone(), inherited(&styles, &id))).collect();
        Self(whole)
    }

    /// The style of this id.
    pub fn get(&self, id: &str) -> Option<&DocxStyle> {
        self.0.get(id)
    }
}

/// A style with what the styles say that it is based on. A chain that leads back to itself ends.
fn inherited(styles: &HashMap<String, DocxStyle>, id: &str) -> DocxStyle {
    let mut style = styles.get(id).cloned().unwrap_or_default();
    let mut parent = style.parent.clone();
    for _ in 0..10 {
        let Some(base) = parent.as_ref().and_then(|parent| styles.get(parent)) else { break };
        style.level = style.level.or(base.level);
        style.list = style.list.or_else(|| base.list.clone());
        style.list_level = style.list_level.or(base.list_level);
        style.run.inherit(&base.run);
        if style.table == Ground::Clear {
            style.table = base.table;
        }
        parent.clone_from(&base.parent);
    }
    style
}

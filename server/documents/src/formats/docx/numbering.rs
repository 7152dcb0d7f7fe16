//! The numbers that Word writes before paragraphs: `2.2`, `(a)`, `Article IV`.

use std::collections::{HashMap, HashSet};

use crate::formats::numerals::numeral;
use crate::formats::xml::{Token, Xml};

/// Lists have so many levels.
const LEVELS: usize = 9;

/// The lists of a document, and how far they have counted.
#[derive(Default)]
pub struct Numbering {
    kinds: HashMap<String, Vec<Level>>,
    lists: HashMap<String, List>,
    counts: HashMap<String, [Option<u32>; LEVELS]>,
    begun: HashSet<String>,
}

#[derive(Clone)]
struct Level {
    start: u32,
    format: String,
    /// `%1.%2`: each `%` is the number of that level.
    text: String,
    /// Whether all numbers are written in digits.
    plain: bool,
    /// The style whose paragraphs stand at this level.
    style: String,
}

impl Default for Level {
    fn default() -> Self {
        Self { start: 1, format: "decimal".to_owned(), text: String::new(), plain: false, style: String::new() }
    }
}

#[derive(Default)]
struct List {
    kind: String,
    /// Levels that count from another number.
    starts: HashMap<usize, u32>,
    /// Levels that look otherwise.
    levels: HashMap<usize, Level>,
}

impl Numbering {
    /// Reads `numbering.xml`.
    pub fn read(text: &str) -> Self {
        let mut numbering = Self::default();
        let (mut kind, mut list, mut at) = (String::new(), None::<String>, 0usize);
        for token in Xml::new(text) {
            let Token::Open(tag) = token else { continue };
            let value = || tag.get("val").unwrap_or_default();
            match tag.name() {
                "abstractNum" => {
                    kind = tag.get("abstractNumId").unwrap_or_default();
                    list = None;
                    numbering.kinds.insert(kind.clone(), vec![Level::default(); LEVELS]);
                }
                "num" => {
                    let id = tag.get("numId").unwrap_or_default();
                    numbering.lists.insert(id.clone(), List::default());
                    list = Some(id);
                }
                "abstractNumId" => {
                    if let Some(list) = list.as_ref().and_then(|id| numbering.lists.get_mut(id)) {
                        list.kind = value();
                    }
                }
                "lvl" | "lvlOverride" => {
                    at = tag.get("ilvl").and_then(|level| level.parse().ok()).unwrap_or(0).min(LEVELS - 1);
                    if tag.name() == "lvl"
                        && let Some(list) = list.as_ref().and_then(|id| numbering.lists.get_mut(id))
                    {
                        list.levels.insert(at, Level::default());
                    }
                }
                "startOverride" => {
                    if let Some(list) = list.as_ref().and_then(|id| numbering.lists.get_mut(id)) {
                        list.starts.insert(at, value().parse().unwrap_or(1));
                    }
                }
                name @ ("start" | "numFmt" | "lvlText" | "isLgl" | "pStyle") => {
                    let level = match &list {
                        Some(id) => numbering.lists.get_mut(id).and_then(|list| list.levels.get_mut(&at)),
                        None => numbering.kinds.get_mut(&kind).and_then(|levels| levels.get_mut(at)),
                    };
                    let Some(level) = level else { continue };
                    match name {
                        "start" => level.start = value().parse().unwrap_or(1),
                        "numFmt" => level.format = value(),
                        "lvlText" => level.text = value(),
                        "pStyle" => level.style = value(),
                        _ => level.plain = tag.get("val").is_none_or(|value| value != "0" && value != "false"),
                    }
                }
                _ => {}
            }
        }
        numbering
    }

    /// The level of a list that a style's paragraphs stand at.
    pub fn level_of(&self, list: &str, style: &str) -> Option<usize> {
        let levels = self.kinds.get(&self.lists.get(list)?.kind)?;
        levels.iter().position(|level| !style.is_empty() && level.style == style)
    }

    /// What stands before the next paragraph of a list: a number, `-` for a bullet, nothing if the list shows nothing.
    pub fn next(&mut self, list: &str, level: usize) -> Option<String> {
        let level = level.min(LEVELS - 1);
        let found = self.lists.get(list)?;
        let kind = self.kinds.get(&found.kind)?;
        let of = |at: usize| found.levels.get(&at).or_else(|| kind.get(at));
        let start = |at: usize| found.starts.get(&at).copied().or_else(|| of(at).map(|level| level.start)).unwrap_or(1);
        // Lists of one kind count on from one another, unless one says where it starts.
        let counts = self.counts.entry(found.kind.clone()).or_default();
        if self.begun.insert(list.to_owned()) && !found.starts.is_empty() {
            for at in found.starts.keys().filter(|at| **at < LEVELS) {
                counts[*at] = None;
            }
        }
        counts[level] = Some(counts[level].map_or_else(|| start(level), |count| count.saturating_add(1)));
        for (at, count) in counts.iter_mut().enumerate() {
            match at {
                at if at < level => drop(count.get_or_insert_with(|| start(at))),
                at if at > level => *count = None,
                _ => {}
            }
        }
        let shown = of(level)?;
        if shown.format == "bullet" {
            return Some("-".to_owned());
        }
        let mut text = shown.text.clone();
        for at in (0..LEVELS).rev() {
            let mark = format!("%{}", at + 1);
            if text.contains(&mark) {
                let format = if shown.plain { "decimal" } else { of(at).map_or("decimal", |level| &level.format) };
                text = text.replace(&mark, &numeral(format, counts[at].unwrap_or_else(|| start(at))));
            }
        }
        Some(text.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbering() -> Numbering {
        Numbering::read(
            r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="0">
            <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="Article %1."/><w:pStyle w:val="Article"/></w:lvl>
            <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl>
            <w:lvl w:ilvl="2"><w:start w:val="3"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%3)"/></w:lvl></w:abstractNum>
            <w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl></w:abstractNum>
            <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
            <w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num></w:numbering>"#,
        )
    }

    #[test]
    fn paragraphs_are_numbered_as_word_numbers_them() {
        let mut numbering = numbering();
        let shown: Vec<Option<String>> = [0, 1, 1, 2, 2, 0, 1, 2].into_iter().map(|level| numbering.next("1", level)).collect();
        let expected = ["Article I.", "1.1", "1.2", "(c)", "(d)", "Article II.", "2.1", "(c)"];
        assert_eq!(shown, expected.map(|text| Some(text.to_owned())));
        assert_eq!((numbering.next("3", 0), numbering.next("3", 1)), (Some("Article VII.".into()), Some("7.1".into())));
        assert_eq!((numbering.next("2", 0), numbering.next("9", 0)), (Some("-".into()), None));
        assert_eq!((numbering.level_of("1", "Article"), numbering.level_of("1", "Other")), (Some(0), None));
    }

    #[test]
    fn a_level_without_the_ones_above_it_begins_with_their_first() {
        assert_eq!(numbering().next("1", 1), Some("1.1".into()));
    }
}

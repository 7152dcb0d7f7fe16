//! The body of an ODF document.

use model::PlaceKind;

use super::styles::{ListLevel, OdfLook, OdfStyles};
use super::tables::OdfTable;
use crate::content::{Content, one_line};
use crate::failure::Failure;
use crate::formats::colors::{self, WHITE};
use crate::formats::numerals::numeral;
use crate::formats::xml::Tag;
use crate::formats::{raised, symbols};

/// The body while it is read.
pub struct OdfBody<'s> {
    styles: &'s OdfStyles,
    paragraphs: Vec<OdfParagraph>,
    /// Looks of the spans that are open, the innermost last.
    spans: Vec<OdfLook>,
    /// Notes and comments that are open: what they are, and their text.
    asides: Vec<(&'static str, String)>,
    /// Who wrote the comment that is open.
    author: String,
    in_author: bool,
    tables: Vec<OdfTable>,
    lists: Vec<OpenList>,
    /// How far the headings have counted.
    headings: Vec<u32>,
    /// What a list that went on would count from, by its style.
    ended: Vec<(String, Vec<u32>)>,
    /// The mark of the item whose first paragraph has not come yet.
    mark: Option<String>,
    is_title: bool,
    is_sheet: bool,
    is_slide: bool,
    /// How the open cell of a sheet looks.
    cell: OdfLook,
    /// Why what comes is left out, and how deep.
    hidden: u32,
}

struct OpenList {
    style: String,
    count: Option<u32>,
}

#[derive(Default)]
struct OdfParagraph {
    text: String,
    level: Option<u8>,
    asides: Vec<String>,
}

impl<'s> OdfBody<'s> {
    /// Nothing yet.
    pub fn new(styles: &'s OdfStyles) -> Self {
        Self {
            styles,
            paragraphs: Vec::new(),
            spans: Vec::new(),
            asides: Vec::new(),
            author: String::new(),
            in_author: false,
            tables: Vec::new(),
            lists: Vec::new(),
            headings: Vec::new(),
            ended: Vec::new(),
            mark: None,
            is_title: false,
            is_sheet: false,
            is_slide: false,
            cell: OdfLook::default(),
            hidden: 0,
        }
    }

    /// Whether what comes belongs to a comment.
    pub fn in_comment(&self) -> bool {
        self.asides.last().is_some_and(|(word, _)| *word == "Comment")
    }

    /// Text, as far as it is seen.
    pub fn shown(&mut self, text: &str, out: &mut Content) {
        if self.in_author {
            self.author.push_str(text);
            return;
        }
        if self.paragraphs.is_empty() || self.hidden > 0 {
            return;
        }
        let mut look = self.spans.last().cloned().unwrap_or_default();
        look.inherit(&self.cell);
        // What a slide shows behind its texts is not known.
        let page = Some(WHITE).filter(|_| !self.is_slide);
        if let Some(note) = colors::unseen(look.color.flatten(), colors::ground(look.ground, page)) {
            if !text.trim().is_empty() {
                out.note(note);
            }
            return;
        }
        if look.struck == Some(true) || look.hidden == Some(true) {
            if !text.trim().is_empty() {
                out.note(if look.struck == Some(true) { "Text that is struck through was left out." } else { "Hidden text was left out." });
            }
            return;
        }
        if !text.trim().is_empty()
            && let Some(table) = self.tables.last_mut()
        {
            table.looks(look.bold == Some(true));
        }
        let mut unknown = false;
        let text = symbols::text(look.font.as_deref().unwrap_or_default(), text, &mut unknown);
        if unknown {
            out.note(symbols::UNKNOWN);
        }
        let start = self.paragraphs.last().map_or(0, |paragraph| paragraph.text.len());
        self.write(&text);
        if let (Some(up @ (1 | -1)), Some(paragraph)) = (look.raised, self.paragraphs.last_mut()) {
            raised::replace_end(&mut paragraph.text, start, up == 1);
        }
    }

    fn write(&mut self, text: &str) {
        let Some(paragraph) = self.paragraphs.last_mut().filter(|_| self.hidden == 0) else { return };
        for (index, word) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            if index > 0 && !paragraph.text.ends_with(' ') {
                paragraph.text.push(' ');
            }
            paragraph.text.push_str(word);
        }
    }

    /// An element begins.
    pub fn open(&mut self, tag: &Tag, out: &mut Content) {
        match tag.name() {
            "p" | "h" => {
                let level = (tag.name() == "h").then(|| tag.get("outline-level").and_then(|level| level.parse().ok()).unwrap_or(1));
                self.paragraphs.push(OdfParagraph { level, ..OdfParagraph::default() });
                self.spans.push(tag.get("style-name").map(|name| self.styles.look(&name)).unwrap_or_default());
                if let Some(level) = level.filter(|_| self.mark.is_none()) {
                    self.mark = self.heading_mark(level);
                }
            }
            "span" => {
                let mut look = tag.get("style-name").map(|name| self.styles.look(&name)).unwrap_or_default();
                if let Some(outer) = self.spans.last() {
                    look.inherit(outer);
                }
                self.spans.push(look);
            }
            "s" | "tab" => self.write(" "),
            "line-break" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.text.push('\n');
                }
            }
            "list" => self.begin_list(tag),
            "list-item" | "list-header" => self.mark = if tag.name() == "list-item" { self.item_mark(tag) } else { None },
            "note" => self
                .asides
                .push((if tag.get("note-class").is_some_and(|class| class == "endnote") { "Endnote" } else { "Footnote" }, String::new())),
            "annotation" => {
                self.author.clear();
                self.asides.push(("Comment", String::new()));
            }
            "creator" if self.in_comment() => self.in_author = true,
            "notes" => self.asides.push(("Notes", String::new())),
            "hidden-text" | "hidden-paragraph" => self.hidden += 1,
            "spreadsheet" => self.is_sheet = true,
            // A drawn page; `text:page-number` and the like have other names.
            "page" => {
                self.is_slide = true;
                let name = tag.get("name").unwrap_or_default();
                let generated = name.strip_prefix("page").is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()));
                out.begin(PlaceKind::Slide, if generated { "" } else { &name });
                let look = tag.get("style-name").map(|name| self.styles.look(&name)).unwrap_or_default();
                if self.hidden > 0 || look.hidden == Some(true) {
                    self.hidden += 1;
                    out.note("Hidden slides were left out.");
                }
            }
            "frame" | "custom-shape" => self.is_title = tag.get("class").is_some_and(|class| class == "title"),
            "table" => self.begin_table(tag, out),
            name => {
                let Some(table) = self.tables.last_mut() else { return };
                if name == "table-cell" {
                    self.cell = tag.get("style-name").map(|name| self.styles.look(&name)).unwrap_or_default();
                }
                match name {
                    "table-column" => table.column(tag),
                    "table-header-rows" => table.in_header = true,
                    "table-row" => table.begin_row(tag),
                    "table-cell" | "covered-table-cell" => table.begin_cell(tag),
                    _ => {}
                }
            }
        }
    }

    fn begin_table(&mut self, tag: &Tag, out: &mut Content) {
        let mut table = OdfTable::default();
        if self.is_sheet && self.tables.is_empty() {
            let name = tag.get("name").unwrap_or_default();
            out.begin(PlaceKind::Sheet, &name);
            if tag.get("style-name").is_some_and(|style| self.styles.look(&style).hidden == Some(true)) {
                self.hidden += 1;
                out.note(format!("Sheet \"{}\" is hidden in the workbook. It was left out.", one_line(&name, 80)));
            }
            table.sheet = Some(crate::tables::Table::default());
        }
        self.tables.push(table);
    }

    fn begin_list(&mut self, tag: &Tag) {
        let outer = self.lists.last().map(|list| list.style.clone());
        let style = tag.get("style-name").or(outer).unwrap_or_default();
        let goes_on = tag.get("continue-numbering").is_some_and(|on| on == "true") || tag.get("continue-list").is_some();
        let level = self.lists.len();
        let known = self.ended.iter().rev().find(|(of, _)| *of == style).and_then(|(_, counts)| counts.get(level)).copied();
        let count = known.filter(|_| goes_on);
        if self.lists.len() < 50 {
            self.lists.push(OpenList { style, count });
        }
    }

    fn item_mark(&mut self, tag: &Tag) -> Option<String> {
        let at = self.lists.len().checked_sub(1)?;
        let levels = self.styles.list(&self.lists[at].style);
        let Some(level) = levels.and_then(|levels| levels.get(at)) else { return Some("-".to_owned()) };
        let said = tag.get("start-value").and_then(|start| start.parse().ok());
        let next = self.lists[at].count.map_or(level.start, |count: u32| count.saturating_add(1));
        self.lists[at].count = Some(said.unwrap_or(next));
        let counts: Vec<u32> = self.lists.iter().map(|list| list.count.unwrap_or(1)).collect();
        Some(mark(levels.unwrap_or_default(), at, &counts))
    }

    fn heading_mark(&mut self, level: u8) -> Option<String> {
        let at = usize::from(level).clamp(1, 10) - 1;
        let levels = self.styles.outline();
        let of = levels.get(at).filter(|level| !level.format.is_empty())?;
        self.headings.resize(at + 1, 0);
        let count = &mut self.headings[at];
        *count = if *count == 0 { of.start } else { count.saturating_add(1) };
        let counts: Vec<u32> = self.headings.iter().map(|count| (*count).max(1)).collect();
        Some(mark(levels, at, &counts))
    }

    /// An element ends.
    pub fn close(&mut self, name: &str, out: &mut Content) -> Result<(), Failure> {
        match name {
            "p" | "h" => {
                self.spans.pop();
                let Some(paragraph) = self.paragraphs.pop() else { return Ok(()) };
                return self.paragraph(&paragraph, out);
            }
            "span" => drop(self.spans.pop()),
            "list" => {
                if let Some(list) = self.lists.last() {
                    let counts = self.lists.iter().map(|list| list.count.unwrap_or(0)).collect();
                    self.ended.retain(|(style, _)| *style != list.style);
                    self.ended.push((list.style.clone(), counts));
                    self.ended.truncate(1_000);
                }
                self.lists.pop();
                self.mark = None;
            }
            "list-item" | "list-header" => self.mark = None,
            "creator" => self.in_author = false,
            "note" | "annotation" | "notes" => {
                let Some((word, text)) = self.asides.pop().filter(|(_, text)| !text.trim().is_empty()) else { return Ok(()) };
                let by = match self.author.trim() {
                    author if word == "Comment" && !author.is_empty() => format!(" by {author}"),
                    _ => String::new(),
                };
                let aside = format!("{word}{by}: {text}");
                match (self.paragraphs.last_mut(), self.tables.last_mut()) {
                    (Some(paragraph), _) => paragraph.asides.push(aside),
                    // The text of its cell comes behind it.
                    (None, Some(table)) => table.asides.push(aside),
                    (None, None) => out.text(&aside)?,
                }
            }
            "hidden-text" | "hidden-paragraph" => self.hidden = self.hidden.saturating_sub(1),
            "page" => self.hidden = 0,
            "frame" | "custom-shape" => self.is_title = false,
            "table-header-rows" => {
                if let Some(table) = self.tables.last_mut() {
                    table.in_header = false;
                }
            }
            "table-cell" | "covered-table-cell" => {
                self.cell = OdfLook::default();
                if let Some(table) = self.tables.last_mut() {
                    let (text, asides) = (one_line(table.cell_text(), 80), table.asides.len());
                    table.end_cell();
                    if let Some(aside) = table.asides.last_mut().filter(|aside| aside.starts_with("Comment") && asides > 0) {
                        *aside = format!("Comment on {text}{}", &aside[7..]);
                    }
                }
            }
            "table-row" => {
                if let Some(table) = self.tables.last_mut() {
                    return table.end_row(out);
                }
            }
            "table" => return self.end_table(out),
            _ => {}
        }
        Ok(())
    }

    fn end_table(&mut self, out: &mut Content) -> Result<(), Failure> {
        let Some(table) = self.tables.pop() else { return Ok(()) };
        if table.left_out {
            out.note("Hidden rows and columns were left out.");
        }
        if table.without_value {
            out.note(crate::formats::WITHOUT_VALUE);
        }
        if table.sheet.is_some() {
            self.hidden = 0;
        }
        match self.tables.last_mut() {
            Some(outer) => {
                let rows: Vec<String> = table.rows().iter().map(|row| row.shown().join(", ")).filter(|row| !row.is_empty()).collect();
                outer.write(&rows.join("; "), false);
                Ok(())
            }
            None => table.finish(out),
        }
    }

    fn paragraph(&mut self, paragraph: &OdfParagraph, out: &mut Content) -> Result<(), Failure> {
        let text = paragraph.text.trim();
        if self.hidden > 0 {
            return Ok(());
        }
        if let Some((_, aside)) = self.asides.last_mut() {
            if !aside.is_empty() {
                aside.push(' ');
            }
            aside.push_str(text);
            return Ok(());
        }
        let mark = self.mark.take().filter(|_| !text.is_empty());
        let marked = match mark.as_deref() {
            Some(mark) if !mark.is_empty() && !(mark == "-" && (paragraph.level.is_some() || !self.tables.is_empty())) => {
                format!("{mark} {text}")
            }
            _ => text.to_owned(),
        };
        if let Some(table) = self.tables.last_mut() {
            for text in std::iter::once(marked.as_str()).chain(paragraph.asides.iter().map(String::as_str)).filter(|text| !text.is_empty())
            {
                table.write(text, mark.as_deref() == Some("-"));
            }
            return Ok(());
        }
        if self.is_title
            && let Some(slide) = out.parts.last_mut().filter(|slide| slide.label.is_empty())
        {
            slide.label = one_line(text, 120);
        }
        match paragraph.level {
            Some(level) => out.heading(level, &marked)?,
            None if mark.as_deref() == Some("-") => {
                out.line(&format!("{}{marked}", "  ".repeat(self.lists.len().saturating_sub(1).min(4))))?;
            }
            None if !self.lists.is_empty() => out.line(&marked)?,
            None => out.text(&marked)?,
        }
        paragraph.asides.iter().try_for_each(|aside| out.text(aside))
    }

    /// A file that ends early: what was open counts.
    pub fn finish(&mut self, out: &mut Content) -> Result<(), Failure> {
        while let Some(paragraph) = self.paragraphs.pop() {
            self.paragraph(&paragraph, out)?;
        }
        while !self.tables.is_empty() {
            self.close("table-cell", out)?;
            self.close("table-row", out)?;
            self.end_table(out)?;
        }
        Ok(())
    }
}

/// The number of an item: `2.2`, `(a)`; `-` for a bullet.
fn mark(levels: &[ListLevel], at: usize, counts: &[u32]) -> String {
    let Some(level) = levels.get(at) else { return "-".to_owned() };
    if level.is_bullet {
        return "-".to_owned();
    }
    if level.format.is_empty() {
        return String::new();
    }
    let first = (at + 1).saturating_sub(level.shown.max(1));
    let numbers =
        (first..=at).filter_map(|of| Some(numeral(&levels.get(of)?.format, *counts.get(of)?))).filter(|number| !number.is_empty());
    format!("{}{}{}", level.prefix, numbers.collect::<Vec<_>>().join("."), level.suffix).trim().to_owned()
}

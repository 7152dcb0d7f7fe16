//! The shapes of a slide: texts and tables.

use super::paint;
use crate::formats::colors::{self, Ground, Rgb};
use crate::formats::numerals::numeral;
use crate::formats::theme::Theme;
use crate::formats::xml::{Tag, Token, Xml};
use crate::formats::{raised, symbols};
use crate::tables::{Grid, Row};

/// What a shape has.
pub enum Shape {
    /// Paragraphs.
    Lines(Vec<String>),
    /// A table.
    Table(Vec<Row>),
}

impl Shape {
    /// All in lines.
    pub fn lines(self) -> Vec<String> {
        match self {
            Self::Lines(lines) => lines,
            Self::Table(rows) => rows.iter().map(|row| row.shown().join(" | ")).collect(),
        }
    }
}

/// What a slide has.
#[derive(Default)]
pub struct Shapes {
    /// Its title; may be empty.
    pub title: String,
    /// The rest.
    pub texts: Vec<Shape>,
    /// Whether text was left out that is struck through.
    pub struck: bool,
    /// What is to be said of text that was left out because of its colour.
    pub unseen: Option<&'static str>,
    /// Whether it has symbols that aren't known.
    pub unknown: bool,
}

/// The title and the texts of a slide, whose own ground has this colour. Numbers, dates and footers that stand on every slide are left out.
pub fn shapes(text: &str, theme: &Theme, slide: Option<Rgb>) -> Shapes {
    let cells = paint::cells(text, theme).into_iter();
    let mut reader = Reader { cells, ..Reader::new(theme, slide) };
    let mut skipped = 0u32;
    for token in Xml::new(text) {
        match token {
            Token::Open(tag) if tag.name() == "Fallback" => skipped += 1,
            Token::Close(name) if name == "Fallback" => skipped = skipped.saturating_sub(1),
            _ if skipped > 0 => {}
            Token::Open(tag) => reader.open(&tag),
            Token::Close(name) => reader.close(&name),
            Token::Text(text) if reader.is_text => reader.text(&text),
            Token::Text(_) => {}
        }
    }
    if !reader.lines.is_empty() {
        reader.shapes.texts.push(Shape::Lines(reader.lines));
    }
    reader.shapes
}

struct Reader<'t> {
    theme: &'t Theme,
    slide: Option<Rgb>,
    /// What the cells say of their ground, those to come.
    cells: std::vec::IntoIter<Ground>,
    cell: Ground,
    shape: Ground,
    /// Properties that are open, as far as they have colours.
    within: Vec<&'static str>,
    shapes: Shapes,
    placeholder: String,
    lines: Vec<String>,
    line: String,
    is_text: bool,
    run: PptxRun,
    /// How the numbers of the current paragraph look, and from which one on.
    number: Option<(String, u32)>,
    /// How far the numbers of a shape have come, by level and look.
    counts: Vec<(usize, String, u32)>,
    level: usize,
    table: Option<SlideTable>,
}

#[derive(Default)]
struct PptxRun {
    color: Option<Rgb>,
    ground: Ground,
    struck: bool,
    raised: i32,
    font: String,
}

#[derive(Default)]
struct SlideTable {
    grid: Grid,
    rows: Vec<Row>,
    first_names: bool,
    columns: u32,
    row_span: u32,
    covered: bool,
    /// Covered by the cell to the left, which has counted its columns already.
    merged: bool,
}

/// Elements that say what colours within them are for.
const COLORED: [&str; 7] = ["rPr", "spPr", "ln", "highlight", "effectLst", "uFill", "style"];

impl<'t> Reader<'t> {
    fn new(theme: &'t Theme, slide: Option<Rgb>) -> Self {
        Self {
            theme,
            slide,
            cells: Vec::new().into_iter(),
            cell: Ground::Clear,
            shape: Ground::Clear,
            within: Vec::new(),
            shapes: Shapes::default(),
            placeholder: String::new(),
            lines: Vec::new(),
            line: String::new(),
            is_text: false,
            run: PptxRun::default(),
            number: None,
            counts: Vec::new(),
            level: 0,
            table: None,
        }
    }

    /// What an element says of colours.
    fn paint(&mut self, tag: &Tag) {
        let theme = self.theme;
        let color = || paint::color(tag, theme);
        match (tag.name(), self.within.last().copied()) {
            ("srgbClr" | "schemeClr" | "sysClr", Some("rPr")) => self.run.color = color(),
            ("srgbClr" | "schemeClr" | "sysClr", Some("highlight")) => self.run.ground = color().map_or(Ground::Unknown, Ground::Is),
            ("srgbClr" | "schemeClr" | "sysClr", Some("spPr")) => self.shape = color().map_or(Ground::Unknown, Ground::Is),
            ("gradFill" | "pattFill" | "blipFill", Some("spPr")) => self.shape = Ground::Unknown,
            ("fillRef", Some("style")) if self.shape == Ground::Clear && tag.get("idx").is_some_and(|index| index != "0") => {
                self.shape = Ground::Unknown;
            }
            (name, Some("rPr")) if paint::changes(name) || name == "gradFill" => self.run.color = None,
            (name, Some("spPr")) if paint::changes(name) => self.shape = Ground::Unknown,
            _ => {}
        }
        let opened = COLORED.iter().find(|name| **name == tag.name());
        self.within.extend(opened.filter(|_| self.within.len() < 100));
    }

    fn open(&mut self, tag: &Tag) {
        self.paint(tag);
        let number = |name: &str| tag.get(name).and_then(|value| value.parse::<i32>().ok());
        match tag.name() {
            "sp" => {
                self.placeholder.clear();
                self.counts.clear();
                self.shape = Ground::Clear;
            }
            "ph" => self.placeholder = tag.get("type").unwrap_or_default(),
            "p" => (self.number, self.level) = (None, 0),
            "pPr" => self.level = number("lvl").unwrap_or(0).clamp(0, 8) as usize,
            "buAutoNum" => {
                let start = number("startAt").and_then(|start| u32::try_from(start).ok()).unwrap_or(1);
                self.number = Some((tag.get("type").unwrap_or_default(), start));
            }
            "r" | "fld" => self.run = PptxRun::default(),
            "rPr" => {
                self.run.struck = tag.get("strike").is_some_and(|strike| strike != "noStrike");
                self.run.raised = number("baseline").unwrap_or(0);
            }
            "latin" | "sym" => {
                if let Some(font) = tag.get("typeface").filter(|font| symbols::is_symbol_font(font)) {
                    self.run.font = font;
                }
            }
            "t" => self.is_text = true,
            "br" => self.line.push(' '),
            "tbl" => self.table = Some(SlideTable::default()),
            "tblPr" => {
                if let Some(table) = &mut self.table {
                    table.first_names = tag.get("firstRow").is_some_and(|value| value == "1" || value == "true");
                }
            }
            "tc" => {
                self.cell = self.cells.next().unwrap_or_default();
                if let Some(table) = &mut self.table {
                    let span = |name: &str| number(name).and_then(|span| u32::try_from(span).ok()).unwrap_or(1);
                    (table.columns, table.row_span) = (span("gridSpan"), span("rowSpan"));
                    let is = |name: &str| tag.get(name).is_some_and(|value| value == "1" || value == "true");
                    (table.merged, table.covered) = (is("hMerge"), is("vMerge"));
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.run.struck {
            self.shapes.struck |= !text.trim().is_empty();
            return;
        }
        // The style of a table has colours of its own.
        let (around, slide) = if self.table.is_some() { (self.cell, None) } else { (self.shape, self.slide) };
        if let Some(note) = colors::unseen(self.run.color, colors::ground([self.run.ground, around], slide)) {
            if !text.trim().is_empty() {
                self.shapes.unseen = Some(note);
            }
            return;
        }
        let text = symbols::text(&self.run.font, text, &mut self.shapes.unknown);
        let start = self.line.len();
        self.line.push_str(&text);
        if let up @ (1 | -1) = self.run.raised.signum() {
            raised::replace_end(&mut self.line, start, up == 1);
        }
    }

    fn close(&mut self, name: &str) {
        if self.within.last().is_some_and(|open| *open == name) {
            self.within.pop();
        }
        match name {
            "t" => self.is_text = false,
            "p" => {
                let text = std::mem::take(&mut self.line);
                if !text.trim().is_empty() {
                    let mark = self.mark();
                    // In a cell there is no room to stand in.
                    let indent = if self.table.is_some() { 0 } else { self.level.min(4) };
                    self.lines.push(format!("{}{mark}{}", "  ".repeat(indent), text.trim()));
                }
            }
            "tc" => {
                let cell = std::mem::take(&mut self.lines).join(" ");
                match &mut self.table {
                    Some(table) if table.merged => {}
                    Some(table) if table.covered => table.grid.covered(),
                    Some(table) => table.grid.cell(&cell, table.columns, table.row_span.max(1), false),
                    None => {}
                }
            }
            "tr" => {
                if let Some(table) = &mut self.table {
                    let row = table.grid.end_row();
                    table.rows.push(Row { names: table.first_names && table.rows.is_empty(), ..row });
                }
            }
            "tbl" => self.shapes.texts.extend(self.table.take().map(|table| Shape::Table(table.rows))),
            "sp" => {
                let lines = std::mem::take(&mut self.lines);
                match self.placeholder.as_str() {
                    "title" | "ctrTitle" if self.shapes.title.is_empty() => self.shapes.title = lines.join(" "),
                    "sldNum" | "dt" | "ftr" | "hdr" => {}
                    _ => self.shapes.texts.push(Shape::Lines(lines)),
                }
                self.placeholder.clear();
            }
            _ => {}
        }
    }

    /// The number of the current paragraph, if it has one.
    fn mark(&mut self) -> String {
        let level = self.level;
        self.counts.retain(|(of, _, _)| *of <= level);
        let Some((look, start)) = self.number.take() else {
            self.counts.retain(|(of, _, _)| *of < level);
            return String::new();
        };
        let found = self.counts.iter_mut().find(|(of, known, _)| *of == level && *known == look);
        let count = match found {
            Some((_, _, count)) => {
                *count = count.saturating_add(1);
                *count
            }
            None => {
                self.counts.push((level, look.clone(), start));
                start
            }
        };
        let format = match &look {
            look if look.starts_with("alphaLc") => "lowerLetter",
            look if look.starts_with("alphaUc") => "upperLetter",
            look if look.starts_with("romanLc") => "lowerRoman",
            look if look.starts_with("romanUc") => "upperRoman",
            _ => "decimal",
        };
        let number = numeral(format, count);
        match &look {
            look if look.ends_with("ParenBoth") => format!("({number}) "),
            look if look.ends_with("ParenR") => format!("{number}) "),
            look if look.ends_with("Plain") => format!("{number} "),
            _ => format!("{number}. "),
        }
    }
}

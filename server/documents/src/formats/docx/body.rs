//! The body of a DOCX: its paragraphs, runs and tables.

use std::collections::HashMap;

use super::is_skipped;
use super::numbering::Numbering;
use super::run::{DocxRun, shading};
use super::styles::DocxStyles;
use super::tables::DocxTable;
use crate::content::Content;
use crate::failure::Failure;
use crate::formats::colors::{self, Ground, Rgb, WHITE};
use crate::formats::xml::{Tag, Token, Xml};
use crate::formats::{raised, symbols};

/// Notes and comments by their kind and id.
pub type Asides = HashMap<(String, String), String>;
/// Reads a part in another format that stands for a piece of the text.
pub type Alternative<'f> = dyn FnMut(&str, &mut Content) -> Result<(), Failure> + 'f;

#[derive(Default)]
struct DocxParagraph {
    text: String,
    style: String,
    level: Option<u8>,
    /// The list that it says itself that it is in, and the level in it.
    list: Option<String>,
    list_level: Option<usize>,
    is_item: bool,
    ground: Ground,
    /// Notes and comments that hang on it.
    asides: Vec<String>,
}

/// The body while it is read.
pub struct DocxBody<'s> {
    styles: &'s DocxStyles,
    numbering: Numbering,
    asides: &'s Asides,
    /// The open ones: a text box is a paragraph within a paragraph.
    paragraphs: Vec<DocxParagraph>,
    /// The open ones: a table may stand in a cell of another.
    tables: Vec<DocxTable>,
    chunks: Vec<String>,
    run: DocxRun,
    /// Properties of paragraphs and cells are open, not those of runs.
    in_paragraph_properties: bool,
    in_run_properties: bool,
    boxes: u32,
    /// The colour of its pages.
    page: Option<Rgb>,
    left_out: LeftOut,
}

/// What the document should say that it doesn't have.
#[derive(Default)]
struct LeftOut {
    struck: bool,
    white: bool,
    same: bool,
    hidden: bool,
    unknown: bool,
}

impl<'s> DocxBody<'s> {
    /// Nothing yet.
    pub fn new(styles: &'s DocxStyles, numbering: Numbering, asides: &'s Asides) -> Self {
        Self {
            styles,
            numbering,
            asides,
            paragraphs: Vec::new(),
            tables: Vec::new(),
            chunks: Vec::new(),
            run: DocxRun::default(),
            in_paragraph_properties: false,
            in_run_properties: false,
            boxes: 0,
            page: Some(WHITE),
            left_out: LeftOut::default(),
        }
    }

    /// Reads it whole.
    pub fn read(&mut self, xml: &mut Xml, out: &mut Content, alternative: &mut Alternative) -> Result<(), Failure> {
        let (mut skipped, mut is_text) = (0u32, false);
        for token in xml.by_ref() {
            match token {
                Token::Open(tag) if is_skipped(tag.name()) => skipped += 1,
                Token::Close(name) if is_skipped(&name) => skipped = skipped.saturating_sub(1),
                _ if skipped > 0 => {}
                Token::Open(tag) => match tag.name() {
                    "t" => is_text = true,
                    _ => self.open(&tag),
                },
                Token::Close(name) => {
                    match name.as_str() {
                        "t" => is_text = false,
                        _ => self.close(&name, out)?,
                    }
                    for id in std::mem::take(&mut self.chunks) {
                        alternative(&id, out)?;
                    }
                }
                Token::Text(text) if is_text => self.shown(&text),
                Token::Text(_) => {}
            }
        }
        // A file that ends early: what was open counts.
        while !self.paragraphs.is_empty() {
            self.close("p", out)?;
        }
        while !self.tables.is_empty() {
            self.close("tc", out)?;
            self.close("tr", out)?;
            self.close("tbl", out)?;
        }
        Ok(())
    }

    /// Notes about what was left out.
    pub fn notes(&self, out: &mut Content) {
        let left_out = &self.left_out;
        for (is, note) in [
            (left_out.struck, "Text that is struck through was left out."),
            (left_out.white, colors::WHITE_LEFT_OUT),
            (left_out.same, colors::SAME_LEFT_OUT),
            (left_out.hidden, "Hidden text was left out."),
            (left_out.unknown, symbols::UNKNOWN),
        ] {
            if is {
                out.note(note);
            }
        }
    }

    /// Text of the open run, as far as it is seen.
    fn shown(&mut self, text: &str) {
        let near = [self.run.ground(), self.paragraphs.last().map(|paragraph| paragraph.ground).unwrap_or_default()];
        let around = self.tables.iter().rev().flat_map(DocxTable::grounds);
        // What a box is filled with isn't known.
        let page = self.page.filter(|_| self.boxes == 0);
        let unseen = colors::unseen(self.run.color(), colors::ground(near.into_iter().chain(around), page));
        let left_out = match () {
            () if self.run.is_hidden() => Some(&mut self.left_out.hidden),
            () if self.run.is_struck() => Some(&mut self.left_out.struck),
            () if unseen == Some(colors::WHITE_LEFT_OUT) => Some(&mut self.left_out.white),
            () if unseen.is_some() => Some(&mut self.left_out.same),
            () => None,
        };
        if let Some(left_out) = left_out {
            *left_out |= !text.trim().is_empty();
            return;
        }
        let signs = self.run.symbol_font().map(|font| symbols::text(font, text, &mut self.left_out.unknown));
        if !text.trim().is_empty()
            && let Some(table) = self.tables.last_mut()
        {
            table.looks(self.run.is_bold());
        }
        let text = signs.as_deref().unwrap_or(text);
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let start = paragraph.text.len();
        paragraph.text.push_str(text);
        if let up @ (1 | -1) = self.run.raised() {
            raised::replace_end(&mut paragraph.text, start, up == 1);
        }
    }

    fn write(&mut self, text: &str) {
        if !self.run.is_hidden()
            && let Some(paragraph) = self.paragraphs.last_mut()
        {
            paragraph.text.push_str(text);
        }
    }

    fn open(&mut self, tag: &Tag) {
        match tag.name() {
            "p" => {
                self.paragraphs.push(DocxParagraph::default());
                self.run = DocxRun::default();
            }
            "r" => {
                self.run = DocxRun::default();
                let style = self.paragraphs.last().and_then(|paragraph| self.styles.get(&paragraph.style));
                if let Some(style) = style {
                    self.run.inherit(&style.run);
                }
            }
            "pPr" => self.in_paragraph_properties = true,
            "rPr" => self.in_run_properties = true,
            "txbxContent" => self.boxes += 1,
            "tbl" => self.tables.push(DocxTable::default()),
            "tblStyle" => {
                let ground = tag.get("val").and_then(|id| self.styles.get(&id)).map(|style| style.table).unwrap_or_default();
                if let Some(table) = self.tables.last_mut() {
                    table.style = ground;
                }
            }
            // It is shown if the settings say so.
            "background" => self.page = tag.get("color").and_then(|color| colors::hex(&color)).filter(|color| color.is_like(WHITE)),
            // A tab among the properties is a place where one would stop.
            "tab" | "ptab" if !self.in_paragraph_properties => self.write(" "),
            "br" | "cr" => self.write("\n"),
            "noBreakHyphen" => self.write("-"),
            "sym" => {
                let (font, code) = (tag.get("font").unwrap_or_default(), tag.get("char").unwrap_or_default());
                let sign = u32::from_str_radix(&code, 16).ok().and_then(|code| symbols::symbol(&font, code).or(char::from_u32(code)));
                // Codes of fonts that nobody else has are no signs.
                let known = sign.filter(|sign| !('\u{e000}'..='\u{f8ff}').contains(sign));
                self.left_out.unknown |= known.is_none();
                self.shown(known.unwrap_or('▯').encode_utf8(&mut [0; 4]));
            }
            // A box of an old form; it is checked or not by what comes in it.
            "checkBox" => self.write("☐ "),
            "checked" | "default" => {
                let on = tag.get("val").is_none_or(|value| value == "1" || value == "true");
                if let Some(paragraph) = self.paragraphs.last_mut()
                    && let Some(text) = paragraph.text.strip_suffix("☐ ").or(paragraph.text.strip_suffix("☑ "))
                {
                    paragraph.text = format!("{text}{} ", if on { '☑' } else { '☐' });
                }
            }
            "altChunk" | "chart" => self.chunks.extend(tag.get("id")),
            "footnoteReference" | "endnoteReference" | "commentReference" => {
                let kind = tag.name().trim_end_matches("Reference").to_owned();
                let aside = self.asides.get(&(kind, tag.get("id").unwrap_or_default())).cloned();
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.asides.extend(aside);
                }
            }
            // A picture in a cell is often its value.
            "docPr" => {
                let said = tag.get("descr").filter(|said| said.chars().count() <= 30);
                if let (Some(said), Some(true)) = (said, self.tables.last().map(DocxTable::cell_is_empty)) {
                    self.write(&format!(" {said} "));
                }
            }
            _ if self.in_run_properties => {
                if tag.name() == "rStyle" {
                    if let Some(style) = tag.get("val").and_then(|id| self.styles.get(&id)) {
                        self.run.inherit(&style.run);
                    }
                } else {
                    self.run.property(tag);
                }
            }
            _ if self.in_paragraph_properties => self.paragraph_property(tag),
            _ => {
                if let Some(table) = self.tables.last_mut() {
                    table.property(tag);
                }
            }
        }
    }

    fn paragraph_property(&mut self, tag: &Tag) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let value = || tag.get("val").unwrap_or_default();
        match tag.name() {
            "pStyle" => {
                paragraph.style = value();
                paragraph.level = self.styles.get(&paragraph.style).and_then(|style| style.level).or(paragraph.level);
            }
            "outlineLvl" => paragraph.level = value().parse::<u8>().ok().filter(|&level| level < 9).map(|level| level + 1),
            "numPr" => paragraph.is_item = true,
            "numId" => paragraph.list = Some(value()),
            "ilvl" => paragraph.list_level = value().parse().ok(),
            "shd" => paragraph.ground = shading(tag),
            _ => {}
        }
    }

    fn close(&mut self, name: &str, out: &mut Content) -> Result<(), Failure> {
        match name {
            "pPr" => self.in_paragraph_properties = false,
            "rPr" => self.in_run_properties = false,
            "r" => self.run = DocxRun::default(),
            "txbxContent" => self.boxes = self.boxes.saturating_sub(1),
            "p" => {
                let Some(paragraph) = self.paragraphs.pop() else { return Ok(()) };
                return self.paragraph(&paragraph, out);
            }
            "tc" => {
                if let Some(table) = self.tables.last_mut() {
                    table.end_cell();
                }
            }
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.end_row();
                }
            }
            "tbl" => {
                let Some(table) = self.tables.pop() else { return Ok(()) };
                match self.tables.last_mut() {
                    Some(outer) => outer.nest(&table),
                    None => return table.finish(out),
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn paragraph(&mut self, paragraph: &DocxParagraph, out: &mut Content) -> Result<(), Failure> {
        let mark = self.mark(paragraph);
        let text = match mark.as_deref() {
            // A bullet of a heading or of a paragraph without text is not worth a line.
            Some("" | "-") if paragraph.level.is_some() => paragraph.text.trim().to_owned(),
            Some(mark) if !mark.is_empty() && !paragraph.text.trim().is_empty() => format!("{mark} {}", paragraph.text.trim()),
            _ => paragraph.text.trim().to_owned(),
        };
        if let Some(table) = self.tables.last_mut() {
            let is_item = mark.as_deref() == Some("-");
            let text = if is_item { paragraph.text.trim() } else { &text };
            for text in std::iter::once(text).chain(paragraph.asides.iter().map(String::as_str)).filter(|text| !text.trim().is_empty()) {
                table.write(text, is_item);
            }
            return Ok(());
        }
        match paragraph.level {
            Some(level) => out.heading(level, &text)?,
            None if mark.as_deref() == Some("-") => {
                let indent = "  ".repeat(paragraph.list_level.unwrap_or(0).min(4));
                out.line(&format!("{indent}{text}"))?;
            }
            None if mark.is_some() => out.line(&text)?,
            None => out.text(&text)?,
        }
        paragraph.asides.iter().try_for_each(|aside| out.text(aside))
    }

    /// What stands before a paragraph of a list; none if it is in no list.
    fn mark(&mut self, paragraph: &DocxParagraph) -> Option<String> {
        let style = self.styles.get(&paragraph.style);
        let list = paragraph.list.clone().or_else(|| style.and_then(|style| style.list.clone()));
        let Some(list) = list.filter(|list| list != "0") else {
            return (paragraph.is_item && paragraph.list.is_none()).then(|| "-".to_owned());
        };
        let by_style = || style.and_then(|style| style.list_level).or_else(|| self.numbering.level_of(&list, &paragraph.style));
        let level = paragraph.list_level.or_else(by_style).unwrap_or(0);
        let empty = paragraph.text.trim().is_empty() && self.tables.is_empty();
        if empty {
            return None;
        }
        // A list that the file doesn't describe is one of bullets.
        Some(self.numbering.next(&list, level).unwrap_or_else(|| "-".to_owned()))
    }
}

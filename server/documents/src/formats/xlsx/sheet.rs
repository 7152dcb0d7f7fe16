//! One sheet of an XLSX: its rows as they are shown.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::Workbook;
use super::cells::{Cells, Item, RawCell, area};
use super::formula::{Formulas, Value};
use crate::content::{Content, one_line};
use crate::failure::Failure;
use crate::formats::xml::{Token, Xml};
use crate::formats::{number_format, symbols};
use crate::tables::{Cover, MAX_COLUMNS, Merged, Row, Slot, Table, is_name};

/// So many values are kept for the comments that hang on them.
const MAX_COMMENTED: usize = 20_000;

/// A sheet.
pub struct Sheet<'s> {
    workbook: &'s Workbook,
    text: &'s str,
    /// Rows and columns of which a table says that they are its header.
    headers: Vec<((u32, u32), (u32, u32))>,
    merged: Merged,
    hidden_columns: BTreeSet<usize>,
    hidden_rows: BTreeSet<u32>,
    formulas: Formulas,
    /// What cells show, for the comments that hang on them.
    pub commented: HashMap<(u32, u32), Rc<str>>,
    /// Whether its file ended too early.
    pub is_broken: bool,
}

/// The header of a table of a sheet.
pub fn table_header(text: &str) -> Option<((u32, u32), (u32, u32))> {
    Xml::new(text).find_map(|token| match token {
        Token::Open(tag) if tag.name() == "table" => {
            let (first, last) = area(&tag.get("ref")?)?;
            (tag.get("headerRowCount").as_deref() != Some("0")).then_some((first, (first.0, last.1)))
        }
        _ => None,
    })
}

impl<'s> Sheet<'s> {
    /// The sheet of this file.
    pub fn new(workbook: &'s Workbook, text: &'s str, headers: Vec<((u32, u32), (u32, u32))>) -> Self {
        let mut sheet = Self {
            workbook,
            text,
            headers,
            merged: Merged::default(),
            hidden_columns: BTreeSet::new(),
            hidden_rows: BTreeSet::new(),
            formulas: Formulas::default(),
            commented: HashMap::new(),
            is_broken: false,
        };
        sheet.look_around();
        sheet
    }

    /// Whether a place is not shown.
    pub fn is_hidden(&self, (row, column): (u32, u32)) -> bool {
        self.hidden_rows.contains(&row) || self.hidden_columns.contains(&(column as usize))
    }

    /// What a cell with a comment says: its row's name, and its value under the name of its column; empty if neither is sure.
    pub fn names(&self, (row, column): (u32, u32)) -> String {
        let text = |row: u32, column: u32| self.commented.get(&(row, column)).map(|text| &**text);
        // The first of the cells above it without a gap, if nothing but names stands beside that.
        let name_of = |column: u32| {
            let top = (0..row).rev().take_while(|row| text(*row, column).is_some()).last()?;
            let beside = (0..MAX_COLUMNS as u32).filter_map(|column| text(top, column)).take(20).all(is_name);
            text(top, column).filter(|_| beside)
        };
        let with_name = |column: u32, value: &str| match name_of(column) {
            Some(name) => format!("{}: {}", one_line(name, 60), one_line(value, 60)),
            None => one_line(value, 60),
        };
        let first = (0..column).find_map(|of| Some((of, text(row, of)?))).filter(|(_, text)| is_name(text));
        let first = first.map(|(of, text)| with_name(of, text));
        let own = text(row, column).filter(|_| name_of(column).is_some()).map(|text| with_name(column, text));
        first.into_iter().chain(own).collect::<Vec<_>>().join("; ")
    }

    /// What stands around the cells: columns before them, merged areas behind them.
    fn look_around(&mut self) {
        let start = self.text.find("sheetData").unwrap_or(self.text.len());
        for token in Xml::new(&self.text[..start]) {
            let Token::Open(tag) = token else { continue };
            if tag.name() != "col" {
                continue;
            }
            let number = |name: &str| tag.get(name).and_then(|number| number.parse::<f64>().ok());
            let hidden = tag.get("hidden").is_some_and(|hidden| hidden == "1" || hidden == "true")
                || number("width").is_some_and(|width| width <= 0.0);
            if let (true, Some(first), Some(last)) = (hidden, number("min"), number("max")) {
                let last = last.min(MAX_COLUMNS as f64) as usize;
                self.hidden_columns.extend((first.max(1.0) as usize - 1)..last);
            }
        }
        let Some(end) = self.text.find("mergeCells") else { return };
        let begin = self.text[..end].rfind('<').unwrap_or(end);
        for token in Xml::new(&self.text[begin..]) {
            match token {
                Token::Open(tag) if tag.name() == "mergeCell" => {
                    if let Some((first, last)) = tag.get("ref").and_then(|text| area(&text)) {
                        self.merged.add((first.0, last.0), (first.1, last.1));
                    }
                }
                Token::Close(name) if name == "mergeCells" => break,
                _ => {}
            }
        }
    }

    /// Writes its rows.
    pub fn read(&mut self, out: &mut Content) -> Result<(), Failure> {
        if self.text.contains("<f") || self.text.contains(":f") {
            self.formulas = Formulas::of(self.text, &self.workbook.strings);
        }
        let mut cells = Cells::new(self.text);
        let mut table = Table::default();
        let (mut row, mut number, mut hidden) = (Row::default(), None::<u32>, false);
        for item in cells.by_ref() {
            match item {
                Item::Row(at, is_hidden) => {
                    if let Some(number) = number {
                        self.end_row(std::mem::take(&mut row), number, hidden, &mut table, out)?;
                        // Rows that are not in the file are empty.
                        if at > number + 1 && (number + 1..at).any(|row| !self.hidden_rows.contains(&row)) {
                            table.push(Row::default(), out)?;
                        }
                    }
                    if is_hidden && self.hidden_rows.len() < MAX_COMMENTED {
                        self.hidden_rows.insert(at);
                    }
                    (number, hidden) = (Some(at), is_hidden);
                }
                Item::Cell(cell) => {
                    number.get_or_insert(cell.row);
                    self.cell(&cell, &mut row, out);
                }
            }
        }
        if let Some(number) = number {
            self.end_row(row, number, hidden, &mut table, out)?;
        }
        self.is_broken = cells.is_broken();
        if cells.struck {
            out.note("Text that is struck through was left out.");
        }
        table.finish(out).map(drop)
    }

    fn cell(&mut self, cell: &RawCell, row: &mut Row, out: &mut Content) {
        let column = cell.column as usize;
        if column >= MAX_COLUMNS {
            return;
        }
        let style = self.workbook.styles.get(cell.style);
        let text = self.shown(cell, style.format.as_deref(), out);
        if text.trim().is_empty() {
            return;
        }
        if style.struck {
            return out.note("Text that is struck through was left out.");
        }
        let in_header = self.headers.iter().any(|(first, last)| cell.row == first.0 && (first.1..=last.1).contains(&cell.column));
        // The header of a table has colours of its own.
        if let Some(note) = style.unseen.filter(|_| !in_header) {
            return out.note(note);
        }
        let text = match &style.font {
            Some(font) => symbols::text(font, &text, &mut false),
            None => text,
        };
        let text: Rc<str> = text.trim().into();
        if self.commented.len() < MAX_COMMENTED {
            self.commented.insert((cell.row, cell.column), Rc::clone(&text));
        }
        row.place(column, Slot { text, cover: Cover::Own, is_name: style.bold || in_header });
    }

    /// What a cell shows.
    fn shown(&mut self, cell: &RawCell, format: Option<&str>, out: &mut Content) -> String {
        let number = |value: f64| match format {
            Some(format) => number_format::number(value, format, self.workbook.is_1904),
            None => number_format::general(value),
        };
        let text = |value: &str| format.map_or_else(|| value.to_owned(), |format| number_format::text(value, format));
        let yes_or_no = |truth: bool| if truth { "yes" } else { "no" }.to_owned();
        match cell.kind.as_str() {
            "s" => cell
                .value
                .trim()
                .parse::<usize>()
                .ok()
                .and_then(|at| self.workbook.strings.get(at))
                .map(|value| text(value))
                .unwrap_or_default(),
            "str" | "inlineStr" if !cell.value.is_empty() => text(&cell.value),
            "b" if !cell.value.is_empty() => yes_or_no(cell.value.trim() == "1"),
            // An error of a formula says nothing that anybody looks for.
            "e" => String::new(),
            "d" if !cell.value.is_empty() => cell.value.trim_end_matches("T00:00:00").replace('T', " "),
            _ if cell.value.is_empty() => match cell.formula {
                None => String::new(),
                Some(_) => match self.formulas.value(cell.row, cell.column) {
                    Some(Value::Number(value)) => number(value),
                    Some(Value::Text(value)) => text(&value),
                    Some(Value::Truth(truth)) => yes_or_no(truth),
                    Some(Value::Empty) => number(0.0),
                    None => {
                        out.note(crate::formats::WITHOUT_VALUE);
                        "(formula without a value)".to_owned()
                    }
                },
            },
            _ => cell.value.trim().parse().map_or_else(|_| cell.value.clone(), number),
        }
    }

    fn end_row(&mut self, mut row: Row, number: u32, hidden: bool, table: &mut Table, out: &mut Content) -> Result<(), Failure> {
        self.merged.apply(&mut row, number);
        if hidden {
            if !row.is_empty() {
                out.note("Hidden rows and columns were left out.");
            }
            return Ok(());
        }
        if row.hide(self.hidden_columns.iter().copied()) {
            out.note("Hidden rows and columns were left out.");
        }
        table.push(row, out)
    }
}

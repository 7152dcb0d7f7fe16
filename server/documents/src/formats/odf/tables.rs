//! Tables of ODF: cells that are covered stand in the file, repeated ones are written once.

use std::collections::BTreeSet;

use crate::content::Content;
use crate::failure::Failure;
use crate::formats::xml::Tag;
use crate::tables::{Grid, MAX_COLUMNS, Row, Table};

/// A repeated row is written at most so often: an empty rest of a sheet is repeated a million times.
const MAX_REPEATS: usize = 50;

/// A table that is open.
#[derive(Default)]
pub struct OdfTable {
    grid: Grid,
    rows: Vec<Row>,
    /// A sheet streams: its rows are written as they come.
    pub sheet: Option<Table>,
    cell: OdfCell,
    row_repeats: usize,
    row_hidden: bool,
    /// Its header rows are open.
    pub in_header: bool,
    /// Empty cells that nothing stands behind yet.
    empty: usize,
    /// The columns that aren't shown, and how many were told of.
    hidden: BTreeSet<usize>,
    columns: usize,
    /// What hangs on its cells: it comes behind the table.
    pub asides: Vec<String>,
    /// Whether rows or columns were left out that aren't shown.
    pub left_out: bool,
    /// Whether a formula has no value.
    pub without_value: bool,
}

#[derive(Default)]
struct OdfCell {
    text: String,
    columns: u32,
    rows: u32,
    repeats: usize,
    covered: bool,
    /// So many covered cells that follow were counted with the one that covers them.
    counted: u32,
    bold: bool,
    plain: bool,
    ends_with_item: bool,
    /// Its value, should it have no text.
    value: String,
    formula: bool,
}

fn count(tag: &Tag, name: &str) -> Option<usize> {
    tag.get(name).and_then(|value| value.parse().ok())
}

fn is_hidden(tag: &Tag) -> bool {
    tag.get("visibility").is_some_and(|value| matches!(value.as_str(), "collapse" | "filter"))
}

impl OdfTable {
    /// A column is described.
    pub fn column(&mut self, tag: &Tag) {
        let times = count(tag, "number-columns-repeated").unwrap_or(1);
        let end = (self.columns + times).min(MAX_COLUMNS);
        if is_hidden(tag) {
            self.hidden.extend(self.columns..end);
        }
        self.columns = end;
    }

    /// A row begins.
    pub fn begin_row(&mut self, tag: &Tag) {
        self.row_repeats = count(tag, "number-rows-repeated").unwrap_or(1).clamp(1, MAX_REPEATS);
        self.row_hidden = is_hidden(tag);
    }

    /// A cell begins.
    pub fn begin_cell(&mut self, tag: &Tag) {
        let number = |name: &str| count(tag, name).and_then(|number| u32::try_from(number).ok()).unwrap_or(1);
        let values = ["string-value", "date-value", "time-value", "boolean-value", "value"];
        self.cell = OdfCell {
            columns: number("number-columns-spanned"),
            rows: number("number-rows-spanned"),
            repeats: count(tag, "number-columns-repeated").unwrap_or(1).clamp(1, MAX_COLUMNS),
            covered: tag.name() == "covered-table-cell",
            counted: self.cell.counted,
            value: values.iter().find_map(|name| tag.get(name)).unwrap_or_default(),
            formula: tag.get("formula").is_some(),
            ..OdfCell::default()
        };
    }

    /// Writes a paragraph into the open cell; items of a list stay apart.
    pub fn write(&mut self, text: &str, is_item: bool) {
        if !self.cell.text.is_empty() {
            self.cell.text.push_str(if is_item && self.cell.ends_with_item { ", " } else { " " });
        }
        self.cell.ends_with_item = is_item;
        self.cell.text.push_str(&text.replace('\n', " "));
    }

    /// Says how a text in the open cell looks.
    pub fn looks(&mut self, bold: bool) {
        self.cell.bold |= bold;
        self.cell.plain |= !bold;
    }

    /// What stands in the open cell so far.
    pub fn cell_text(&self) -> &str {
        &self.cell.text
    }

    /// Ends the open cell.
    pub fn end_cell(&mut self) {
        let mut cell = std::mem::take(&mut self.cell);
        if cell.covered {
            let times = cell.repeats as u32;
            self.cell.counted = cell.counted.saturating_sub(times);
            for _ in cell.counted..times {
                self.flush();
                self.grid.covered();
            }
            return;
        }
        if cell.text.trim().is_empty() {
            cell.text = cell.value;
            if cell.formula && cell.text.is_empty() {
                "(formula without a value)".clone_into(&mut cell.text);
                self.without_value = true;
            }
        }
        if cell.text.trim().is_empty() && cell.columns <= 1 && cell.rows <= 1 {
            self.empty = (self.empty + cell.repeats).min(MAX_COLUMNS);
            return;
        }
        self.flush();
        for _ in 0..cell.repeats.min(MAX_REPEATS) {
            self.grid.cell(&cell.text, cell.columns, cell.rows, self.in_header || (cell.bold && !cell.plain));
        }
        self.cell.counted = cell.columns.saturating_sub(1);
    }

    fn flush(&mut self) {
        self.grid.skip(std::mem::take(&mut self.empty));
    }

    /// Ends the open row.
    pub fn end_row(&mut self, out: &mut Content) -> Result<(), Failure> {
        self.empty = 0;
        self.cell.counted = 0;
        let mut row = Row { names: self.in_header, ..self.grid.end_row() };
        if self.row_hidden {
            self.left_out |= !row.is_empty();
            return Ok(());
        }
        self.left_out |= row.hide(self.hidden.iter().copied());
        // An empty one that is repeated parts tables no better than a single one.
        let times = if row.is_empty() { 1 } else { self.row_repeats.max(1) };
        for _ in 0..times {
            match &mut self.sheet {
                Some(sheet) => sheet.push(row.clone(), out)?,
                None => self.rows.push(row.clone()),
            }
        }
        Ok(())
    }

    /// Its rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Writes what is left of it, then what hangs on its cells.
    pub fn finish(self, out: &mut Content) -> Result<(), Failure> {
        match self.sheet {
            Some(sheet) => drop(sheet.finish(out)?),
            None if self.rows.iter().all(|row| row.shown().len() < 2) => {
                self.rows.iter().flat_map(Row::shown).try_for_each(|text| out.text(text))?;
            }
            None => crate::formats::write_rows(self.rows, out)?,
        }
        self.asides.iter().try_for_each(|aside| out.text(aside))
    }
}

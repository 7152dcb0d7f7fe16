//! Tables of Word: cells that span columns, and cells that say in each row whether they go on.

use super::run::shading;
use crate::content::Content;
use crate::failure::Failure;
use crate::formats::colors::Ground;
use crate::formats::write_rows;
use crate::formats::xml::Tag;
use crate::tables::{Grid, Row};

/// A table that is open.
#[derive(Default)]
pub struct DocxTable {
    grid: Grid,
    rows: Vec<Row>,
    names: bool,
    /// What its style says of the ground of its cells.
    pub style: Ground,
    cell: DocxCell,
}

#[derive(Default)]
struct DocxCell {
    text: String,
    columns: u32,
    goes_on: bool,
    ground: Ground,
    bold: bool,
    plain: bool,
    ends_with_item: bool,
}

impl DocxTable {
    /// A property of it, of a row or of a cell.
    pub fn property(&mut self, tag: &Tag) {
        let number = || tag.get("val").and_then(|value| value.parse().ok());
        match tag.name() {
            "tblHeader" => self.names = tag.get("val").is_none_or(|value| value != "0" && value != "false"),
            "gridBefore" => self.grid.skip(number().unwrap_or(0) as usize),
            "gridSpan" => self.cell.columns = number().unwrap_or(1),
            "vMerge" | "hMerge" => self.cell.goes_on = tag.get("val").is_none_or(|value| value == "continue"),
            "shd" => self.cell.ground = shading(tag),
            _ => {}
        }
    }

    /// What is said of the ground of the open cell.
    pub fn grounds(&self) -> [Ground; 2] {
        [self.cell.ground, self.style]
    }

    /// Whether nothing stands in the open cell yet.
    pub fn cell_is_empty(&self) -> bool {
        self.cell.text.is_empty()
    }

    /// Writes a paragraph into the open cell; items of a list stay apart.
    pub fn write(&mut self, text: &str, is_item: bool) {
        if !self.cell.text.is_empty() {
            self.cell.text.push_str(if is_item && self.cell.ends_with_item { ", " } else { " " });
        }
        self.cell.ends_with_item = is_item;
        self.cell.text.push_str(text.trim());
    }

    /// Says how a text in the open cell looks.
    pub fn looks(&mut self, bold: bool) {
        self.cell.bold |= bold;
        self.cell.plain |= !bold;
    }

    /// Ends the open cell.
    pub fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        if cell.goes_on && cell.text.is_empty() {
            self.grid.go_on(self.rows.last(), cell.columns.max(1));
        } else {
            let text = cell.text.replace(['\n', '\r'], " ");
            self.grid.cell(&text, cell.columns.max(1), 1, cell.bold && !cell.plain);
        }
    }

    /// Ends the open row.
    pub fn end_row(&mut self) {
        let names = std::mem::take(&mut self.names);
        self.rows.push(Row { names, ..self.grid.end_row() });
    }

    /// Puts a table into the open cell.
    pub fn nest(&mut self, inner: &Self) {
        let rows: Vec<String> = inner.rows.iter().map(|row| row.shown().join(", ")).filter(|row| !row.is_empty()).collect();
        self.write(&rows.join("; "), false);
    }

    /// Writes it.
    pub fn finish(self, out: &mut Content) -> Result<(), Failure> {
        // A table of one column is a frame around text.
        if self.rows.iter().all(|row| row.shown().len() < 2) {
            return self.rows.iter().flat_map(Row::shown).try_for_each(|text| out.text(text));
        }
        write_rows(self.rows, out)
    }
}

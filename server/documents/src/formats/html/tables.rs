//! Tables of HTML: cells by place, and tables that only lay a page out.

use html5ever::tokenizer::Tag;

use super::attribute;
use crate::tables::{Grid, Row};

/// A table that is open.
#[derive(Default)]
pub struct HtmlTable {
    grid: Grid,
    rows: Vec<Row>,
    /// The cell that is open.
    cell: Option<HtmlCell>,
    cells_in_row: usize,
    /// Whether a row was begun by a tag of its own.
    pub in_row: bool,
    /// Whether its head is open: its rows name columns.
    pub in_head: bool,
    /// What stands in it one after another, should it turn out to lay out a page.
    pieces: Vec<TablePiece>,
    holds_tables: bool,
}

#[derive(Default)]
struct HtmlCell {
    text: String,
    /// What of the text is a piece already.
    said: usize,
    columns: u32,
    rows: u32,
    is_name: bool,
    ends_with_item: bool,
}

/// What a table that lays out a page consists of.
pub enum TablePiece {
    /// A text.
    Text(String),
    /// A table of its own.
    Rows(Vec<Row>),
}

impl HtmlTable {
    /// Whether text goes into a cell: without one it stands in the wrong place, and is text before the table.
    pub fn in_cell(&self) -> bool {
        self.cell.is_some()
    }

    /// A cell begins.
    pub fn begin_cell(&mut self, tag: &Tag) {
        let span = |name: &str| attribute(tag, name).and_then(|span| span.trim().parse().ok());
        let is_name = &*tag.name == "th" || self.in_head;
        self.cell =
            Some(HtmlCell { columns: span("colspan").unwrap_or(1), rows: span("rowspan").unwrap_or(1), is_name, ..HtmlCell::default() });
    }

    /// Writes into the open cell; items of a list stay apart.
    pub fn write(&mut self, text: &str, is_item: bool) {
        let Some(cell) = &mut self.cell else { return };
        if !cell.text.is_empty() {
            cell.text.push_str(if is_item && cell.ends_with_item { ", " } else { " " });
        }
        cell.ends_with_item = is_item;
        cell.text.push_str(&text.replace('\n', " "));
    }

    /// Ends the open cell.
    pub fn end_cell(&mut self) {
        let Some(cell) = self.cell.take() else { return };
        self.grid.cell(&cell.text, cell.columns, cell.rows, cell.is_name);
        self.cells_in_row += 1;
        self.pieces
            .extend(cell.text.get(cell.said..).filter(|text| !text.trim().is_empty()).map(|text| TablePiece::Text(text.trim().to_owned())));
    }

    /// Ends the open row.
    pub fn end_row(&mut self) {
        if self.cells_in_row > 0 || self.in_row {
            let row = self.grid.end_row();
            self.rows.push(Row { names: self.in_head, ..row });
        }
        self.cells_in_row = 0;
        self.in_row = false;
    }

    /// Puts a table into the open cell.
    pub fn nest(&mut self, inner: Self) {
        let Some(cell) = &mut self.cell else { return };
        self.holds_tables = true;
        self.pieces
            .extend(cell.text.get(cell.said..).filter(|text| !text.trim().is_empty()).map(|text| TablePiece::Text(text.trim().to_owned())));
        let said: Vec<String> = inner.rows.iter().map(|row| row.shown().join(", ")).filter(|row| !row.is_empty()).collect();
        if !cell.text.is_empty() {
            cell.text.push(' ');
        }
        cell.text.push_str(&said.join("; "));
        cell.said = cell.text.len();
        self.pieces.extend(inner.finish());
    }

    /// What is to be written of it.
    pub fn finish(self) -> Vec<TablePiece> {
        // A table of one column lays a page out, and so does one that holds others and names nothing.
        let names = self.rows.iter().any(Row::has_names);
        let layout = self.rows.iter().all(|row| row.shown().len() < 2) || (self.holds_tables && !names);
        if layout { self.pieces } else { vec![TablePiece::Rows(self.rows)] }
    }
}

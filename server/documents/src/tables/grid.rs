//! Places cells that a format writes one after another, with the rows and columns that they span.

use std::rc::Rc;

use super::{Cover, MAX_COLUMNS, Row, Slot};

/// No cell spans more rows than HTML allows.
const MAX_ROWS: u32 = 65_534;
/// So many places of a table may be covered by cells that hang down; a table with more is an attack.
const MAX_COVERED: usize = 500_000;

/// The places of a table whose cells come in the order of the file.
#[derive(Default)]
pub struct Grid {
    /// What hangs down into the rows to come, by column.
    hanging: Vec<Option<Hanging>>,
    row: Row,
    next: usize,
    covered: usize,
}

#[derive(Clone)]
struct Hanging {
    text: Rc<str>,
    is_name: bool,
    rows: u32,
}

impl Grid {
    /// The next cell of the current row, in the next place that is free; 0 rows means down to the end of the table.
    pub fn cell(&mut self, text: &str, columns: u32, rows: u32, is_name: bool) {
        while self.hangs(self.next) {
            self.cover(self.next);
        }
        let text: Rc<str> = text.trim().into();
        let columns = usize::try_from(columns).unwrap_or(1).clamp(1, MAX_COLUMNS);
        let rows = if rows == 0 { MAX_ROWS } else { rows.min(MAX_ROWS) };
        for index in 0..columns {
            let column = self.next;
            if column >= MAX_COLUMNS {
                break;
            }
            // A wide cell over one that hangs down: broken, the cell that is there already stays.
            if index > 0 && self.hangs(column) {
                break;
            }
            let cover = if index == 0 { Cover::Own } else { Cover::Left };
            self.row.place(column, Slot { text: Rc::clone(&text), cover, is_name });
            if rows > 1 {
                if self.hanging.len() <= column {
                    self.hanging.resize(column + 1, None);
                }
                self.hanging[column] = Some(Hanging { text: Rc::clone(&text), is_name, rows: rows - 1 });
            }
            self.next += 1;
        }
    }

    /// Leaves places free.
    pub fn skip(&mut self, columns: usize) {
        for _ in 0..columns.min(MAX_COLUMNS) {
            self.cell("", 1, 1, false);
        }
    }

    /// A cell that only stands for one that hangs down from above.
    pub fn covered(&mut self) {
        if self.hangs(self.next) { self.cover(self.next) } else { self.cell("", 1, 1, false) }
    }

    /// Lets a cell that began above go on in this row, though the format said so only now.
    pub fn go_on(&mut self, above: Option<&Row>, columns: u32) {
        for _ in 0..columns.clamp(1, MAX_COLUMNS as u32) {
            let slot = above.and_then(|row| row.slots.get(self.next)).cloned().unwrap_or_default();
            self.row.place(self.next, Slot { cover: if slot.text.is_empty() { Cover::Own } else { Cover::Above }, ..slot });
            self.next += 1;
        }
    }

    /// Ends the current row.
    pub fn end_row(&mut self) -> Row {
        for column in self.next..self.hanging.len() {
            if self.hangs(column) {
                self.next = column;
                self.cover(column);
            }
        }
        self.next = 0;
        std::mem::take(&mut self.row)
    }

    fn hangs(&self, column: usize) -> bool {
        self.hanging.get(column).is_some_and(Option::is_some)
    }

    fn cover(&mut self, column: usize) {
        if let Some(place) = self.hanging.get_mut(column)
            && let Some(hanging) = place
        {
            self.row.place(column, Slot { text: Rc::clone(&hanging.text), cover: Cover::Above, is_name: hanging.is_name });
            hanging.rows -= 1;
            self.covered += 1;
            if hanging.rows == 0 || self.covered > MAX_COVERED {
                *place = None;
            }
        }
        self.next = column + 1;
    }
}

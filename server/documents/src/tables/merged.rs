//! Areas of a sheet that are one cell, where the format lists them apart from the cells.

use std::rc::Rc;

use super::{Cover, MAX_COLUMNS, Row, Slot};

/// So many areas are known; a sheet with more is no table.
const MAX_AREAS: usize = 100_000;

/// The areas of a sheet.
#[derive(Default)]
pub struct Merged {
    areas: Vec<Area>,
    sorted: bool,
    next: usize,
    active: Vec<usize>,
}

struct Area {
    rows: (u32, u32),
    columns: (u32, u32),
    text: Rc<str>,
    is_name: bool,
}

impl Merged {
    /// Adds an area: its first and last row and column, from 0.
    pub fn add(&mut self, rows: (u32, u32), columns: (u32, u32)) {
        if self.areas.len() < MAX_AREAS {
            self.areas.push(Area { rows, columns, text: "".into(), is_name: false });
        }
    }

    /// Fills the places of a row that areas span. Rows come in order.
    pub fn apply(&mut self, row: &mut Row, number: u32) {
        if !std::mem::replace(&mut self.sorted, true) {
            self.areas.sort_by_key(|area| area.rows.0);
        }
        while self.areas.get(self.next).is_some_and(|area| area.rows.0 <= number) {
            self.active.push(self.next);
            self.next += 1;
        }
        let areas = &mut self.areas;
        self.active.retain(|at| areas[*at].rows.1 >= number);
        for at in &self.active {
            let area = &mut areas[*at];
            if area.rows.0 == number {
                let first = row.slots.get(area.columns.0 as usize).cloned().unwrap_or_default();
                (area.text, area.is_name) = (first.text, first.is_name);
            }
            if area.text.is_empty() {
                continue;
            }
            for column in area.columns.0..=area.columns.1.min(MAX_COLUMNS as u32) {
                let cover = match (area.rows.0 == number, column == area.columns.0) {
                    (true, true) => Cover::Own,
                    (_, false) => Cover::Left,
                    (false, true) => Cover::Above,
                };
                row.place(column as usize, Slot { text: Rc::clone(&area.text), cover, is_name: area.is_name });
            }
        }
    }
}

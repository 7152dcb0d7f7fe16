//! One model of a table for all formats: cells by place.
//!
//! A format's reader hands in rows one after another, either by place ([`Row::place`]) or in the order of the file with spans ([`Grid`]).
//! [`Table`] finds out which rows name the columns (`header`) and writes each other row as `Column: value; Column: value`, so that a row
//! makes sense without the rows around it (`lines`). A cell that spans several rows or columns counts in each of them.
//!
//! Only the first rows of a block are kept in memory: a sheet of a million rows streams through.

mod grid;
mod header;
mod kinds;
mod lines;
mod merged;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::rc::Rc;

use crate::content::Content;
use crate::failure::Failure;
pub use grid::Grid;
use header::Head;
pub use merged::Merged;

/// Whether a text may name something: it has words, and is no value.
pub fn is_name(text: &str) -> bool {
    kinds::is_word(kinds::kind(text))
}

/// A table has at most so many columns that are read; a cell beyond is far off any table that people read.
pub const MAX_COLUMNS: usize = 1_000;
/// So many rows are looked at before it is decided which of them name the columns.
const LOOK_AHEAD: usize = 200;

/// Whether a place has a cell of its own, or one that spans it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cover {
    /// Its own, or none at all.
    #[default]
    Own,
    /// One that begins further left in the same row.
    Left,
    /// One that begins in a row above.
    Above,
}

/// A place of a row.
#[derive(Clone, Debug, Default)]
pub struct Slot {
    /// What is shown there; empty if nothing is.
    pub text: Rc<str>,
    /// Where the cell begins that it belongs to.
    pub cover: Cover,
    /// Whether the format says that the cell is a name and no value.
    pub is_name: bool,
}

/// A row with its cells by place.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// From the first column on; what is behind the last one is empty.
    pub slots: Vec<Slot>,
    /// Whether the format says that the whole row names columns.
    pub names: bool,
}

impl Row {
    /// A row of texts, each in the next column.
    pub fn of(texts: impl IntoIterator<Item = String>) -> Self {
        let slots = texts.into_iter().take(MAX_COLUMNS).map(|text| Slot { text: text.trim().into(), ..Slot::default() }).collect();
        Self { slots, names: false }
    }

    /// Puts a slot at a column, from 0; one that is too far right is left out.
    pub fn place(&mut self, column: usize, slot: Slot) {
        if column < MAX_COLUMNS {
            if self.slots.len() <= column {
                self.slots.resize(column + 1, Slot::default());
            }
            self.slots[column] = slot;
        }
    }

    /// The texts of its own cells, without the empty ones.
    pub fn shown(&self) -> Vec<&str> {
        let own = |slot: &&Slot| slot.cover == Cover::Own && !slot.text.is_empty();
        self.slots.iter().filter(own).map(|slot| &*slot.text).collect()
    }

    /// Whether a cell of it is a name, as the format says.
    pub fn has_names(&self) -> bool {
        self.names || self.slots.iter().any(|slot| slot.is_name)
    }

    fn text(&self, column: usize) -> &str {
        self.slots.get(column).map_or("", |slot| &slot.text)
    }

    fn cover(&self, column: usize) -> Cover {
        self.slots.get(column).map_or(Cover::Own, |slot| slot.cover)
    }

    /// Takes these columns out, which come in order; says whether anything was shown in them.
    pub fn hide(&mut self, columns: impl DoubleEndedIterator<Item = usize>) -> bool {
        let mut any = false;
        for column in columns.rev() {
            if column < self.slots.len() {
                any |= !self.slots.remove(column).text.is_empty();
            }
        }
        any
    }

    /// Whether nothing is shown in it.
    pub fn is_empty(&self) -> bool {
        self.slots.iter().all(|slot| slot.text.is_empty())
    }

    /// The columns of these that something is shown in, and what.
    fn filled(&self, columns: &Range<usize>) -> impl Iterator<Item = (usize, &Slot)> {
        let (from, to) = (columns.start.min(self.slots.len()), columns.end.min(self.slots.len()));
        self.slots[from..to].iter().enumerate().map(move |(index, slot)| (from + index, slot)).filter(|(_, slot)| !slot.text.is_empty())
    }

    /// How many cells of its own it has in these columns.
    fn cells(&self, columns: &Range<usize>) -> usize {
        self.filled(columns).filter(|(_, slot)| slot.cover == Cover::Own).count()
    }
}

/// A table that is being read, and what holds for the rows to come.
#[derive(Default)]
pub struct Table {
    /// Rows of a block that nothing was decided about yet.
    pending: Vec<Row>,
    /// A row alone, which may name what comes behind the empty rows below it.
    held: Option<Row>,
    /// The tables that stand beside one another, while their rows stream through.
    open: Vec<Side>,
    /// The names of the block before: a block that has none goes on with them.
    last: Option<Head>,
    begun: bool,
}

/// The names of a table's columns, for a table that goes on elsewhere.
pub struct Names(Head);

/// One of several tables that stand beside one another.
struct Side {
    columns: Range<usize>,
    head: Head,
}

impl Table {
    /// Takes the next row. An empty one ends a block: another table may follow.
    pub fn push(&mut self, row: Row, out: &mut Content) -> Result<(), Failure> {
        if row.is_empty() {
            return self.end_block(out);
        }
        // Nothing but what hangs down from above.
        if row.shown().is_empty() {
            return Ok(());
        }
        if !self.open.is_empty() {
            return self.open.iter_mut().try_for_each(|side| lines::write(&row, &side.columns, &mut side.head, out));
        }
        self.pending.push(row);
        if self.pending.len() < LOOK_AHEAD {
            return Ok(());
        }
        self.open = self.block(out)?;
        Ok(())
    }

    /// One that may go on with a table whose names are known, as on the next page.
    pub fn after(names: Option<Names>) -> Self {
        Self { last: names.map(|names| names.0), ..Self::default() }
    }

    /// Writes what is left; gives the names that held last.
    pub fn finish(mut self, out: &mut Content) -> Result<Option<Names>, Failure> {
        self.end_block(out)?;
        self.pending.extend(self.held.take());
        if !self.pending.is_empty() {
            self.block(out)?;
        }
        Ok(self.last.map(Names))
    }

    fn end_block(&mut self, out: &mut Content) -> Result<(), Failure> {
        let mut sides = std::mem::take(&mut self.open);
        if let ([row], None, None) = (self.pending.as_slice(), &self.held, &self.last)
            && header::may_name(row)
        {
            self.held = self.pending.pop();
        }
        if !self.pending.is_empty() {
            sides = self.block(out)?;
        }
        if let [side] = sides.as_mut_slice()
            && side.head.has_names()
        {
            self.last = Some(std::mem::take(&mut side.head));
        }
        Ok(())
    }

    /// Writes the pending rows as a block; gives its sides with the names that hold for the rows that follow.
    fn block(&mut self, out: &mut Content) -> Result<Vec<Side>, Failure> {
        let mut rows = std::mem::take(&mut self.pending);
        if !self.begun {
            self.begun = true;
            out.table()?;
        }
        if let Some(held) = self.held.take() {
            let width = rows.iter().map(|row| row.slots.len()).max().unwrap_or_default();
            if header::find(&rows, &(0..width), None).1.has_names() {
                lines::write(&held, &(0..held.slots.len()), &mut Head::default(), out)?;
            } else {
                rows.insert(0, held);
            }
        }
        let sides = header::sides(&rows);
        let alone = sides.len() == 1;
        let mut open = Vec::new();
        for columns in sides {
            let mut rest = rows.as_slice();
            let mut head = Head::default();
            while !rest.is_empty() {
                let (these, others) = rest.split_at(header::second_table(rest, &columns).unwrap_or(rest.len()));
                let last = self.last.as_ref().filter(|_| alone);
                head = one_table(these, &columns, last, out)?;
                if head.has_names() && alone {
                    self.last = Some(head.clone());
                }
                rest = others;
            }
            open.push(Side { columns, head });
        }
        Ok(open)
    }
}

/// Writes one table: what stands above its names, and its rows.
fn one_table(rows: &[Row], columns: &Range<usize>, last: Option<&Head>, out: &mut Content) -> Result<Head, Failure> {
    let (header, mut head) = header::find(rows, columns, last);
    for row in &rows[..header.start] {
        match row.cells(columns) {
            0 => {}
            // What stands alone above a table is its title.
            1 => out.text(&lines::plain(row, columns))?,
            _ => lines::write(row, columns, &mut Head::default(), out)?,
        }
    }
    // Names without anything under them are all that there is to say.
    if header.end == rows.len() {
        rows[header].iter().try_for_each(|row| lines::write(row, columns, &mut Head::default(), out))?;
        return Ok(head);
    }
    rows[header.end..].iter().try_for_each(|row| lines::write(row, columns, &mut head, out))?;
    Ok(head)
}

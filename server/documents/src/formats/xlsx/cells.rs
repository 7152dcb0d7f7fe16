//! The cells of a sheet as they stand in its file.

use super::strings::RichText;
use crate::formats::xml::{Tag, Token, Xml};

/// Rows that a workbook can have; a number beyond is no row.
const MAX_ROWS: u32 = 1 << 20;

/// A cell.
#[derive(Clone, Debug, Default)]
pub struct RawCell {
    /// Its row, from 0.
    pub row: u32,
    /// Its column, from 0.
    pub column: u32,
    /// The number of its style.
    pub style: usize,
    /// What its value is: `s`, `str`, `b` …
    pub kind: String,
    /// Its value as it stands in the file; for a text in the cell itself the text.
    pub value: String,
    /// Its formula, if it has one; empty for one that another cell has.
    pub formula: Option<String>,
}

/// What comes next in a sheet.
pub enum Item {
    /// A row begins, from 0; hidden or not.
    Row(u32, bool),
    /// A cell of it.
    Cell(RawCell),
}

/// Walks through the rows and cells of a sheet.
pub struct Cells<'x> {
    xml: Xml<'x>,
    row: u32,
    column: u32,
    begun: bool,
    /// Whether a text has runs that are struck through.
    pub struck: bool,
}

impl<'x> Cells<'x> {
    /// Those of this sheet.
    pub fn new(text: &'x str) -> Self {
        Self { xml: Xml::new(text), row: 0, column: 0, begun: false, struck: false }
    }

    /// Whether the file ended too early.
    pub fn is_broken(&self) -> bool {
        self.xml.is_broken()
    }

    fn cell(&mut self, tag: &Tag) -> RawCell {
        let at = tag.get("r").and_then(|place| place_of(&place)).unwrap_or((self.row, self.column));
        let mut cell = RawCell {
            row: self.row,
            column: at.1,
            style: tag.get("s").and_then(|style| style.parse().ok()).unwrap_or(0),
            kind: tag.get("t").unwrap_or_default(),
            ..RawCell::default()
        };
        self.column = cell.column + 1;
        let (mut is_value, mut is_formula) = (false, false);
        let mut rich = RichText::default();
        for token in self.xml.by_ref() {
            match token {
                Token::Open(tag) => match tag.name() {
                    "v" => is_value = true,
                    "f" => {
                        is_formula = true;
                        cell.formula = Some(String::new());
                    }
                    _ => rich.open(&tag),
                },
                Token::Close(name) => match name.as_str() {
                    "c" => break,
                    "v" => is_value = false,
                    "f" => is_formula = false,
                    name => rich.close(name),
                },
                Token::Text(text) if is_value => cell.value.push_str(&text),
                Token::Text(text) if is_formula => {
                    if let Some(formula) = &mut cell.formula {
                        formula.push_str(&text);
                    }
                }
                Token::Text(text) => rich.text(&text),
            }
        }
        self.struck |= rich.struck;
        if cell.kind == "inlineStr" {
            cell.value = rich.take();
        }
        cell
    }
}

impl Iterator for Cells<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        while let Some(token) = self.xml.next() {
            match token {
                Token::Open(tag) if tag.name() == "row" => {
                    let number = tag.get("r").and_then(|number| number.parse::<u32>().ok());
                    let next = if self.begun { self.row.saturating_add(1) } else { 0 };
                    self.row = number.filter(|number| *number > 0).map_or(next, |number| (number - 1).min(MAX_ROWS));
                    self.begun = true;
                    self.column = 0;
                    let is = |name: &str| tag.get(name).is_some_and(|value| value == "1" || value == "true");
                    let flat = tag.get("ht").and_then(|height| height.parse::<f64>().ok()).is_some_and(|height| height <= 0.0);
                    return Some(Item::Row(self.row, is("hidden") || flat));
                }
                Token::Open(tag) if tag.name() == "c" => return Some(Item::Cell(self.cell(&tag))),
                Token::Close(name) if name == "sheetData" => return None,
                _ => {}
            }
        }
        None
    }
}

/// The row and column of a place like `B12` or `$B$12`, from 0.
pub fn place(text: &str) -> Option<(u32, u32)> {
    place_of(text)
}

fn place_of(text: &str) -> Option<(u32, u32)> {
    let text = text.trim_start_matches('$');
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, row) = text.split_at(letters);
    let column = letters
        .bytes()
        .try_fold(0u32, |column, letter| column.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1))?;
    let row: u32 = row.trim_start_matches('$').parse().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

/// The first and last place of an area like `A2:B4`.
pub fn area(text: &str) -> Option<((u32, u32), (u32, u32))> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    Some((place_of(first)?, place_of(last)?))
}

/// The letters of a column.
pub fn column_name(column: u32) -> String {
    let (mut name, mut left) = (String::new(), column + 1);
    while left > 0 {
        name.insert(0, char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_names() {
        assert_eq!((place("A1"), place("$AB$12"), place("B"), place("12")), (Some((0, 0)), Some((11, 27)), None, None));
        assert_eq!(area("A2:B4"), Some(((1, 0), (3, 1))));
        assert_eq!((column_name(0), column_name(27), column_name(701)), ("A".into(), "AB".into(), "ZZ".into()));
    }
}

//! How the cells of an XLS look: the records of its stream that the library passes over (MS-XLS 2.4).

use std::collections::{BTreeSet, HashMap};
use std::io::{Cursor, Read};
use std::rc::Rc;

use super::XlsLook;
use crate::formats::colors::{self, Ground, Rgb, WHITE};
use crate::formats::{number_format, theme};

/// The looks of a workbook.
#[derive(Default)]
pub struct Looks {
    looks: Vec<XlsLook>,
    sheets: Vec<SheetLooks>,
    /// Whether its days count from 1904.
    pub is_1904: bool,
}

/// The looks of a sheet's cells, by number.
#[derive(Clone, Default)]
pub struct SheetLooks {
    cells: Rc<HashMap<(u32, u32), u16>>,
    /// Rows that are not shown.
    pub hidden_rows: Rc<BTreeSet<u32>>,
    /// Columns that are not shown.
    pub hidden_columns: Rc<BTreeSet<u32>>,
}

#[derive(Clone, Copy, Default)]
struct XlsFont {
    struck: bool,
    bold: bool,
    color: Option<Rgb>,
}

/// So many cells are known.
const MAX_CELLS: usize = 1_000_000;

impl Looks {
    /// Those of a file; none if it is older than these records.
    pub fn of(bytes: &[u8]) -> Self {
        let mut stream = Vec::new();
        let read = cfb::CompoundFile::open(Cursor::new(bytes))
            .ok()
            .and_then(|mut file| file.open_stream("/Workbook").ok()?.read_to_end(&mut stream).ok());
        if read.is_none() { Self::default() } else { Self::of_stream(&stream) }
    }

    fn of_stream(stream: &[u8]) -> Self {
        let mut looks = Self::default();
        let mut formats: HashMap<u16, Rc<str>> = HashMap::new();
        let (mut fonts, mut offsets): (Vec<XlsFont>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut styles: Vec<(u16, u16, Ground)> = Vec::new();
        let mut has_palette = false;
        for (kind, data) in records(stream) {
            match kind {
                0x000a => break,
                0x0022 => looks.is_1904 = number(data, 0) == Some(1),
                0x0031 => {
                    let (struck, bold) =
                        (number(data, 2).is_some_and(|bits| bits & 8 != 0), number(data, 6).is_some_and(|weight| weight >= 700));
                    fonts.push(XlsFont { struck, bold, color: number(data, 4).and_then(|number| theme::indexed(usize::from(number))) });
                }
                0x0085 => offsets.extend(data.first_chunk::<4>().map(|offset| u32::from_le_bytes(*offset) as usize)),
                0x0092 => has_palette = true,
                0x00e0 => {
                    let pattern = number(data, 16).map_or(0, |bits| bits >> 10);
                    let fore = number(data, 18).and_then(|bits| theme::indexed(usize::from(bits & 0x7f)));
                    let ground = match pattern {
                        0 => Ground::Clear,
                        1 => fore.map_or(Ground::Unknown, Ground::Is),
                        _ => Ground::Unknown,
                    };
                    styles.extend(number(data, 0).zip(number(data, 2)).map(|(font, format)| (font, format, ground)));
                }
                0x041e => {
                    if let (Some(id), Some(code)) = (number(data, 0), text(&data[2.min(data.len())..])) {
                        formats.insert(id, code.into());
                    }
                }
                _ => {}
            }
        }
        for (font, format, ground) in styles {
            // There is no font of number 4.
            let XlsFont { struck, bold, color } = fonts.get(usize::from(font) - usize::from(font > 4)).copied().unwrap_or_default();
            // A workbook may have other colours under the same numbers.
            let unseen = colors::unseen(color, colors::ground([ground], Some(WHITE))).filter(|_| !has_palette);
            let format = formats.get(&format).cloned().or_else(|| number_format::built_in(u32::from(format)).map(Into::into));
            looks.looks.push(XlsLook { format: format.filter(|format| !format.eq_ignore_ascii_case("general")), struck, bold, unseen });
        }
        looks.sheets = offsets.into_iter().map(|offset| sheet(stream.get(offset..).unwrap_or_default())).collect();
        looks
    }

    /// Those of the sheet at this place of the workbook.
    pub fn sheet(&self, at: usize) -> SheetLooks {
        self.sheets.get(at).cloned().unwrap_or_default()
    }

    /// How a cell looks.
    pub fn look(&self, sheet: &SheetLooks, row: u32, column: u32) -> XlsLook {
        sheet.cells.get(&(row, column)).and_then(|at| self.looks.get(usize::from(*at))).cloned().unwrap_or_default()
    }
}

fn sheet(stream: &[u8]) -> SheetLooks {
    let (mut cells, mut rows, mut columns) = (HashMap::new(), BTreeSet::new(), BTreeSet::new());
    let mut depth = 0u32;
    for (kind, data) in records(stream) {
        let at = || number(data, 0).zip(number(data, 2)).map(|(row, column)| (u32::from(row), u32::from(column)));
        match kind {
            // Charts within a sheet have records of their own.
            0x0809 => depth += 1,
            0x000a if depth <= 1 => break,
            0x000a => depth -= 1,
            _ if depth > 1 || cells.len() >= MAX_CELLS => {}
            0x0203 | 0x0204 | 0x0205 | 0x0006 | 0x027e | 0x00fd => {
                cells.extend(at().zip(number(data, 4)));
            }
            0x00bd => {
                let Some((row, first)) = at() else { continue };
                let styles = data.get(4..).unwrap_or_default().chunks_exact(6).filter_map(|cell| number(cell, 0));
                cells.extend((first..).zip(styles).map(|(column, style)| ((row, column), style)));
            }
            0x0208 => {
                if let (Some(row), Some(bits)) = (number(data, 0), number(data, 12))
                    && bits & 0x20 != 0
                {
                    rows.insert(u32::from(row));
                }
            }
            0x007d => {
                if let (Some(first), Some(last), Some(bits)) = (number(data, 0), number(data, 2), number(data, 8))
                    && bits & 1 != 0
                {
                    columns.extend((u32::from(first)..=u32::from(last)).take(1_000));
                }
            }
            _ => {}
        }
    }
    SheetLooks { cells: Rc::new(cells), hidden_rows: Rc::new(rows), hidden_columns: Rc::new(columns) }
}

fn records(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (kind, length) = (number(rest, 0)?, usize::from(number(rest, 2)?));
        let data = rest.get(4..4 + length)?;
        rest = &rest[4 + length..];
        Some((kind, data))
    })
}

fn number(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at + 2)?.first_chunk::<2>().map(|bytes| u16::from_le_bytes(*bytes))
}

/// A text with its length before it, of one or two bytes a letter.
fn text(data: &[u8]) -> Option<String> {
    let (length, wide) = (usize::from(number(data, 0)?), data.get(2)? & 1 != 0);
    if wide {
        let units = data.get(3..3 + length * 2)?.chunks_exact(2).filter_map(|unit| number(unit, 0));
        return Some(char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect());
    }
    Some(data.get(3..3 + length)?.iter().map(|byte| char::from(*byte)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
    }

    #[test]
    fn formats_are_found_by_cell() {
        let globals = [
            record(0x0809, &[]),
            record(0x041e, b"\xa4\x00\x04\x00\x000.0%"),
            record(0x00e0, &[0, 0, 0xa4, 0]),
            record(0x0085, &[0, 0, 0, 0, 0, 0]),
            record(0x000a, &[]),
        ]
        .concat();
        let sheet = [
            record(0x0809, &[]),
            record(0x007d, &[3, 0, 4, 0, 0, 0, 0, 0, 1, 0]),
            record(0x0208, &[7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0]),
            record(0x0203, &[1, 0, 2, 0, 0, 0]),
            record(0x00bd, &[2, 0, 5, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 6, 0]),
            record(0x000a, &[]),
        ]
        .concat();
        let mut stream = [globals.clone(), sheet].concat();
        // The sheet's offset stands in its record, the fourth.
        let place = globals.len() - 4 - 6;
        stream[place..place + 4].copy_from_slice(&(globals.len() as u32).to_le_bytes());
        let looks = Looks::of_stream(&stream);
        let sheet = looks.sheet(0);
        for (row, column) in [(1, 2), (2, 5), (2, 6)] {
            assert_eq!(looks.look(&sheet, row, column).format.as_deref(), Some("0.0%"), "{row} {column}");
        }
        assert_eq!((looks.look(&sheet, 9, 9).format, sheet.hidden_rows.contains(&7), sheet.hidden_columns.len()), (None, true, 2));
    }
}

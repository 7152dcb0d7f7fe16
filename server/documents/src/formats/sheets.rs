//! Workbooks: XLSX as a stream of cells, XLS and ODS by range. A row is read as `Column: value`, dates as dates.

use std::io::Cursor;

use calamine::{CellErrorType, Data, DataRef, ExcelDateTime, Ods, Range, Reader, SheetVisible, Xls, XlsError, Xlsx};
use model::PlaceKind;

use crate::content::Content;
use crate::failure::Failure;
use crate::formats::delimited::write_rows;

/// A row has at most so many columns that are read; a cell beyond is far off any table that people read.
const MAX_COLUMNS: u32 = 1_000;

/// Reads an XLSX.
pub fn xlsx(bytes: &[u8], out: &mut Content) -> Result<(), Failure> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| Failure::broken("XLSX"))?;
    let sheets = workbook.sheets_metadata().to_vec();
    for sheet in &sheets {
        begin(&sheet.name, sheet.visible, out);
        let mut broken = false;
        match workbook.worksheet_cells_reader(&sheet.name) {
            Ok(mut cells) => {
                let stream = std::iter::from_fn(|| match cells.next_cell() {
                    Ok(cell) => cell.map(|cell| (cell.get_position(), of_ref(cell.get_value()))),
                    Err(_) => {
                        broken = true;
                        None
                    }
                });
                write_rows(SheetRows { cells: stream.peekable() }, out)?;
            }
            // A sheet that is a chart has no cells.
            Err(_) => broken = sheet.typ == calamine::SheetType::WorkSheet,
        }
        if broken {
            out.note(format!("Sheet \"{}\" is damaged: only what stands before the damage was read.", sheet.name));
        }
    }
    if sheets.is_empty() || (out.is_empty() && !out.notes.is_empty()) { Err(Failure::broken("XLSX")) } else { Ok(()) }
}

/// Reads an XLS.
pub fn xls(bytes: &[u8], out: &mut Content) -> Result<(), Failure> {
    let workbook: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => Failure::Unsupported(
            "Old XLS files with a password are not read. Save it as XLSX or without its password, and give that.".into(),
        ),
        _ => Failure::broken("XLS"),
    })?;
    ranges(workbook, out)
}

/// Reads an ODS.
pub fn ods(bytes: &[u8], out: &mut Content) -> Result<(), Failure> {
    let workbook: Ods<_> = Ods::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::OdsError::Password => {
            Failure::Unsupported("ODS files with a password are not read. Save it without its password, and give that.".into())
        }
        _ => Failure::broken("ODS"),
    })?;
    ranges(workbook, out)
}

fn ranges<'b, W: Reader<Cursor<&'b [u8]>>>(mut workbook: W, out: &mut Content) -> Result<(), Failure> {
    for sheet in workbook.sheets_metadata().to_vec() {
        begin(&sheet.name, sheet.visible, out);
        let Ok(range): Result<Range<Data>, _> = workbook.worksheet_range(&sheet.name) else {
            out.note(format!("Sheet \"{}\" is damaged and was not read.", sheet.name));
            continue;
        };
        write_rows(range.rows().map(|row| row.iter().map(value).collect()), out)?;
    }
    Ok(())
}

fn begin(name: &str, visible: SheetVisible, out: &mut Content) {
    out.begin(PlaceKind::Sheet, name);
    if visible != SheetVisible::Visible {
        out.note(format!("Sheet \"{name}\" is hidden in the workbook. It was read too."));
    }
}

/// The rows of a stream of cells.
struct SheetRows<I: Iterator<Item = ((u32, u32), String)>> {
    cells: std::iter::Peekable<I>,
}

impl<I: Iterator<Item = ((u32, u32), String)>> Iterator for SheetRows<I> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        let row = self.cells.peek()?.0.0;
        let mut cells: Vec<String> = Vec::new();
        while let Some(((_, column), text)) = self.cells.next_if(|((at, _), _)| *at == row) {
            if column < MAX_COLUMNS && !text.is_empty() {
                cells.resize(cells.len().max(column as usize + 1), String::new());
                cells[column as usize] = text;
            }
        }
        Some(cells)
    }
}

fn of_ref(value: &DataRef) -> String {
    match value {
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => float(*number),
        DataRef::Bool(truth) => yes_or_no(*truth),
        DataRef::DateTime(time) => date(time),
        DataRef::Error(error) => mistake(error),
        DataRef::Empty => String::new(),
    }
}

fn value(value: &Data) -> String {
    match value {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => float(*number),
        Data::Bool(truth) => yes_or_no(*truth),
        Data::DateTime(time) => date(time),
        Data::Error(error) => mistake(error),
        _ => String::new(),
    }
}

/// A number without the noise of binary fractions: 15 digits, as spreadsheets show it.
fn float(number: f64) -> String {
    let digits = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
    digits.to_string()
}

fn yes_or_no(truth: bool) -> String {
    if truth { "yes" } else { "no" }.to_owned()
}

/// `2018-09-20`, `2018-09-20 13:30`, or a duration as hours and minutes.
fn date(time: &ExcelDateTime) -> String {
    if time.is_duration() {
        let minutes = (time.as_f64() * 24.0 * 60.0).round() as i64;
        return format!("{}:{:02}", minutes / 60, (minutes % 60).abs());
    }
    match time.as_datetime() {
        // Before the first day that a workbook knows: a time of day.
        Some(date) if time.as_f64() < 1.0 => date.format("%H:%M").to_string(),
        Some(date) if time.as_f64().fract().abs() < 1e-6 => date.format("%Y-%m-%d").to_string(),
        Some(date) => date.format("%Y-%m-%d %H:%M").to_string(),
        None => float(time.as_f64()),
    }
}

/// An error of a formula says nothing that anybody looks for.
fn mistake(_: &CellErrorType) -> String {
    String::new()
}

//! XLS: the values of its cells by the library, how they are shown by the records of the file. Dates are read as dates, hidden rows,
//! columns and sheets are left out.

mod looks;

use std::io::Cursor;
use std::rc::Rc;

use calamine::{Data, ExcelDateTime, Range, Reader, SheetVisible, Xls, XlsError};
use model::PlaceKind;

use crate::content::Content;
use crate::failure::Failure;
use crate::formats::number_format;
use crate::tables::{MAX_COLUMNS, Merged, Row, Slot, Table};
use looks::{Looks, SheetLooks};

/// Reads an XLS.
pub fn read(bytes: &[u8], out: &mut Content) -> Result<(), Failure> {
    let mut workbook: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => Failure::Unsupported(
            "Old XLS files with a password are not read. Save it as XLSX or without its password, and give that.".into(),
        ),
        _ => Failure::broken("XLS"),
    })?;
    let looks = Looks::of(bytes);
    for (at, sheet) in workbook.sheets_metadata().to_vec().into_iter().enumerate() {
        out.begin(PlaceKind::Sheet, &sheet.name);
        if sheet.visible != SheetVisible::Visible {
            out.note(format!("Sheet \"{}\" is hidden in the workbook. It was left out.", sheet.name));
            continue;
        }
        let Ok(range): Result<Range<Data>, _> = workbook.worksheet_range(&sheet.name) else {
            out.note(format!("Sheet \"{}\" is damaged and was not read.", sheet.name));
            continue;
        };
        let merged = workbook.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
        let mut areas = Merged::default();
        merged.iter().for_each(|area| areas.add((area.start.0, area.end.0), (area.start.1, area.end.1)));
        read_sheet(&range, areas, &looks, &looks.sheet(at), out)?;
    }
    Ok(())
}

fn read_sheet(range: &Range<Data>, mut merged: Merged, looks: &Looks, sheet: &SheetLooks, out: &mut Content) -> Result<(), Failure> {
    let Some((first_row, first_column)) = range.start() else { return Ok(()) };
    let mut table = Table::default();
    for (index, cells) in range.rows().enumerate() {
        let number = first_row + index as u32;
        let mut row = Row::default();
        for (offset, cell) in cells.iter().enumerate().take(MAX_COLUMNS) {
            let column = first_column + offset as u32;
            let look = looks.look(sheet, number, column);
            let text = value(cell, look.format.as_deref(), looks.is_1904);
            if text.trim().is_empty() {
                continue;
            }
            if let Some(note) = look.unseen {
                out.note(note);
                continue;
            }
            if look.struck {
                out.note("Text that is struck through was left out.");
                continue;
            }
            row.place(column as usize, Slot { text: text.trim().into(), is_name: look.bold, ..Slot::default() });
        }
        merged.apply(&mut row, number);
        let mut left_out = false;
        if sheet.hidden_rows.contains(&number) {
            left_out = !std::mem::take(&mut row).is_empty();
        }
        left_out |= row.hide(sheet.hidden_columns.iter().map(|column| *column as usize));
        if left_out {
            out.note("Hidden rows and columns were left out.");
        }
        if !sheet.hidden_rows.contains(&number) {
            table.push(row, out)?;
        }
    }
    table.finish(out).map(drop)
}

fn value(value: &Data, format: Option<&str>, is_1904: bool) -> String {
    let number = |value: f64| format.map_or_else(|| number_format::general(value), |format| number_format::number(value, format, is_1904));
    match value {
        Data::String(text) => format.map_or_else(|| text.clone(), |format| number_format::text(text, format)),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(value) => number(*value as f64),
        Data::Float(value) => number(*value),
        Data::Bool(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        Data::DateTime(time) if format.is_some() => number(time.as_f64()),
        Data::DateTime(time) => date(time),
        // An error of a formula says nothing that anybody looks for.
        _ => String::new(),
    }
}

/// `2018-09-20`, `2018-09-20 13:30`, or a duration as hours and minutes.
fn date(time: &ExcelDateTime) -> String {
    let format = match time.as_f64() {
        _ if time.is_duration() => "[h]:mm",
        // Before the first day that a workbook knows: a time of day.
        days if days < 1.0 => "hh:mm",
        days if days.fract().abs() < 1e-6 => "yyyy-mm-dd",
        _ => "yyyy-mm-dd hh:mm",
    };
    number_format::number(time.as_f64(), format, false)
}

/// How a cell looks.
#[derive(Clone, Default)]
struct XlsLook {
    format: Option<Rc<str>>,
    struck: bool,
    bold: bool,
    /// What is to be said of its text if nobody can see it: it has the colour of its cell.
    unseen: Option<&'static str>,
}

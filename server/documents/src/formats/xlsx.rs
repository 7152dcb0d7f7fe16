//! XLSX: sheets as they are shown. Numbers by their formats, merged cells in each place that they span, formulas by their value; what is
//! hidden or struck through is left out, comments and text boxes are kept.

mod cells;
mod formula;
mod sheet;
mod strings;
mod styles;

use std::collections::HashMap;

use model::PlaceKind;

use crate::content::{Content, one_line};
use crate::failure::Failure;
use crate::formats::ooxml::{self, Relation};
use crate::formats::package::Package;
use crate::formats::theme::Theme;
use crate::formats::xml::{Token, Xml};
use sheet::Sheet;
use styles::XlsxStyles;

/// What all sheets of a workbook share.
pub struct Workbook {
    /// Texts that cells name by number.
    strings: Vec<std::rc::Rc<str>>,
    styles: XlsxStyles,
    /// Whether days are counted from 1904.
    is_1904: bool,
    /// Who writes in threads of comments, by their ids.
    people: HashMap<String, String>,
}

/// Reads an XLSX.
pub fn read(package: &mut Package, out: &mut Content) -> Result<(), Failure> {
    let broken = || Failure::broken("XLSX");
    let (main, relations) = ooxml::main_part(package, "xl/workbook.xml")?;
    let text = without_entities(package.text(&main)?)?.ok_or_else(broken)?;
    out.title = ooxml::title(package)?;
    let part = |kind: &str| relations.values().find(|relation| relation.kind == kind).map(|relation| relation.target.clone());
    let styles = match part("styles") {
        Some(path) => {
            let theme = part("theme").map(|path| package.text(&path)).transpose()?.flatten();
            let theme = theme.map_or_else(Theme::default, |text| Theme::read(&text));
            package.text(&path)?.map(|text| XlsxStyles::read(&text, &theme)).unwrap_or_default()
        }
        None => XlsxStyles::default(),
    };
    let (strings, struck) = match part("sharedStrings") {
        Some(path) => without_entities(package.text(&path)?)?.map(|text| strings::read(&text)).unwrap_or_default(),
        None => (Vec::new(), false),
    };
    if struck {
        out.note("Text that is struck through was left out.");
    }
    let people = match part("person") {
        Some(path) => package.text(&path)?.map(|text| strings::people(&text)).unwrap_or_default(),
        None => HashMap::new(),
    };
    let mut workbook = Workbook { strings, styles, is_1904: false, people };
    let mut sheets: Vec<(String, String, bool)> = Vec::new();
    for token in Xml::new(&text) {
        let Token::Open(tag) = token else { continue };
        match tag.name() {
            "workbookPr" => workbook.is_1904 = tag.get("date1904").is_some_and(|value| value == "1" || value == "true"),
            "sheet" => {
                let hidden = tag.get("state").is_some_and(|state| state != "visible");
                // It has an `sheetId` and an `r:id`.
                if let (Some(name), Some(id)) = (tag.get("name"), tag.all("id").into_iter().find(|id| relations.contains_key(id))) {
                    sheets.push((name, id, hidden));
                }
            }
            _ => {}
        }
    }
    for (name, id, hidden) in &sheets {
        out.begin(PlaceKind::Sheet, name);
        let Some(relation) = relations.get(id).filter(|relation| relation.kind == "worksheet") else { continue };
        if *hidden {
            out.note(format!("Sheet \"{}\" is hidden in the workbook. It was left out.", one_line(name, 80)));
            continue;
        }
        read_sheet(package, &workbook, name, &relation.target, out)?;
    }
    if sheets.is_empty() || (out.is_empty() && out.notes.iter().any(|note| note.contains("is damaged"))) { Err(broken()) } else { Ok(()) }
}

/// A part of a workbook that defines no entities of its own: the format forbids it, and what does it is made to multiply.
fn without_entities(part: Option<String>) -> Result<Option<String>, Failure> {
    let begin = |text: &String| text.chars().take(4_096).collect::<String>();
    if part.as_ref().is_some_and(|text| begin(text).contains("<!ENTITY")) { Err(Failure::broken("XLSX")) } else { Ok(part) }
}

fn read_sheet(package: &mut Package, workbook: &Workbook, name: &str, path: &str, out: &mut Content) -> Result<(), Failure> {
    let damaged = format!("Sheet \"{}\" is damaged: only what stands before the damage was read.", one_line(name, 80));
    let text = match package.text(path) {
        Ok(Some(text)) => text,
        Ok(None) | Err(Failure::Broken(_)) => {
            out.note(damaged);
            return Ok(());
        }
        Err(failure) => return Err(failure),
    };
    let mut parts: Vec<Relation> = ooxml::relations(package, path)?.into_values().collect();
    parts.sort_by(|a, b| a.target.cmp(&b.target));
    let mut headers = Vec::new();
    for table in parts.iter().filter(|part| part.kind == "table") {
        headers.extend(package.text(&table.target)?.and_then(|text| sheet::table_header(&text)));
    }
    let mut sheet = Sheet::new(workbook, &text, headers);
    let read = sheet.read(out);
    if sheet.is_broken {
        out.note(damaged);
    }
    read?;
    let mut threads = HashMap::new();
    for part in &parts {
        let text = match part.kind.as_str() {
            "comments" | "threadedComment" | "drawing" => package.text(&part.target)?,
            _ => None,
        };
        let Some(text) = text else { continue };
        match part.kind.as_str() {
            "drawing" => strings::boxes(&text).iter().try_for_each(|line| out.text(line))?,
            _ => strings::comments(&text, &workbook.people, &mut threads),
        }
    }
    let mut threads: Vec<((u32, u32), Vec<String>)> = threads.into_iter().collect();
    threads.sort_by_key(|(place, _)| *place);
    for ((row, column), comments) in threads.iter().filter(|(place, _)| !sheet.is_hidden(*place)) {
        let value = sheet.commented.get(&(*row, *column)).map(|text| format!(" ({})", one_line(text, 60))).unwrap_or_default();
        let names = sheet.names((*row, *column));
        let names = if names.is_empty() { names } else { format!(" ({names})") };
        for comment in comments {
            out.text(&format!("Comment on {}{}{value}{comment}{names}", cells::column_name(*column), row + 1))?;
        }
    }
    Ok(())
}

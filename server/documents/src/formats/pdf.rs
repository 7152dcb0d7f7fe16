//! PDF: text by page, tables, the outline as headings, notes that were put onto pages, and the pictures of pages that have no text.

mod aligned;
mod annotations;
mod columns;
mod flow;
mod glyphs;
mod grounds;
mod layout;
mod pictures;
mod right_to_left;
mod ruled;
mod tree;

use std::collections::BTreeMap;

use model::PlaceKind;
use pdf_oxide::PdfDocument;
use pdf_oxide::object::Object;
use pdf_oxide::outline::{Destination, OutlineItem};

use crate::content::{Content, one_line};
use crate::failure::Failure;
use crate::formats::{Reading, letters};
use crate::limits::Limits;
use crate::protocol::Pictures;
use crate::tables::{Names, Row, Table};
use layout::{Laid, Piece};

/// A page with fewer letters has no text layer: page numbers and stamps of scanners.
const MIN_PAGE_LETTERS: usize = 3;
/// What stands at the ends of pages is at most so long, in letters.
const MAX_FOOTER_LETTERS: usize = 60;

const SCANNED: &str =
    "This PDF has no text layer: its pages are pictures. Run text recognition (OCR) on it, or give the original document.";

const WITHOUT: &str = "There is no text in this PDF.";
const ATTACHED: &str = "Files that are attached to this PDF were not read.";

/// Reads a PDF.
pub fn read(bytes: &[u8], reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    let document = open(bytes, reading)?;
    let pages = document.page_count().map_err(|error| failure(&error))?;
    let headings = outline(&document);
    let (mut goes_on, mut noted) = (None, false);
    let (mut empty, mut unread, mut recognized) = (Vec::new(), Vec::new(), Vec::new());
    for page in 0..pages {
        out.begin(PlaceKind::Page, "");
        for (level, title) in headings.get(&page).into_iter().flatten() {
            out.heading(*level, title)?;
        }
        let annotations = annotations::on_page(&document, page);
        noted |= !annotations.notes.is_empty();
        let mut text = document.extract_text(page);
        let laid = text.as_mut().ok().and_then(|text| {
            layout::of(&document, page, text, &annotations)
                .filter(|laid| is_text(laid) || !laid.unseen.is_empty() || laid.tiny || laid.struck)
        });
        if let Some(laid) = laid {
            write(laid, &mut goes_on, out)?;
            annotations.notes.iter().try_for_each(|note| out.text(note))?;
            continue;
        }
        match text {
            Ok(text) if letters(&text) >= MIN_PAGE_LETTERS => out.printed(&right_to_left::in_order(&document, page, text))?,
            Ok(_) => match reading.recognized(page + 1).filter(|text| letters(text) >= MIN_PAGE_LETTERS) {
                Some(text) => {
                    out.printed(text)?;
                    recognized.push(page + 1);
                }
                None => empty.push(page + 1),
            },
            Err(_) => unread.push(page + 1),
        }
        annotations.notes.iter().try_for_each(|note| out.text(note))?;
    }
    out.scanned =
        empty.iter().filter(|page| pictures::are_on(&document, **page - 1)).filter_map(|page| u32::try_from(*page).ok()).collect();
    let attached = has_attachments(&document).unwrap_or_default();
    if empty.len() + unread.len() == pages && !noted {
        return Err(match (unread.is_empty(), out.scanned.is_empty()) {
            (false, _) => Failure::broken("PDF"),
            (true, false) => Failure::Pictures { pages: Some(std::mem::take(&mut out.scanned)), sentence: SCANNED.to_owned() },
            (true, true) if attached => Failure::NoText(format!("{WITHOUT} {ATTACHED} Give them by themselves.")),
            (true, true) => Failure::NoText(format!("{WITHOUT} If you see words in it, they are drawn: give the original document.")),
        });
    }
    if attached {
        out.note(ATTACHED);
    }
    if !recognized.is_empty() {
        out.note(format!("{} read by text recognition.", list(&recognized, "was", "were")));
    }
    if !empty.is_empty() {
        out.note(format!("{} no text layer.", list(&empty, "has", "have")));
    }
    if !unread.is_empty() {
        out.note(format!("{} damaged and could not be read.", list(&unread, "is", "are")));
    }
    Ok(())
}

/// Whether a page has text for people.
fn is_text(laid: &Laid) -> bool {
    let found = laid.pieces.iter().map(|piece| match piece {
        Piece::Text(text) => letters(text),
        Piece::Table(rows) => rows.iter().flat_map(Row::shown).map(letters).sum(),
    });
    found.sum::<usize>() >= MIN_PAGE_LETTERS
}

/// Writes a page. `goes_on` has the names of the table that the page before ended with, and how many columns it has.
fn write(laid: Laid, goes_on: &mut Option<(usize, Names)>, out: &mut Content) -> Result<(), Failure> {
    laid.unseen.iter().for_each(|note| out.note(*note));
    if laid.tiny {
        out.note("Text that is too small to be read was left out.");
    }
    if laid.struck {
        out.note("Text that is struck through was left out.");
    }
    for piece in laid.pieces {
        match piece {
            Piece::Text(text) => {
                // A page's number stands between two halves of a table.
                if letters(&text) > MAX_FOOTER_LETTERS {
                    *goes_on = None;
                }
                out.printed(&text)?;
            }
            Piece::Table(rows) => {
                let columns = rows.iter().map(|row| row.slots.len()).max().unwrap_or_default();
                let names = goes_on.take().filter(|(of, _)| *of == columns).map(|(_, names)| names);
                let mut table = Table::after(names);
                rows.into_iter().filter(|row| !row.is_empty()).try_for_each(|row| table.push(row, out))?;
                *goes_on = table.finish(out)?.map(|names| (columns, names));
            }
        }
    }
    Ok(())
}

/// The pictures on these pages, as many as fit in an answer.
pub fn pictures(bytes: &[u8], reading: &Reading, pages: &[u32], limits: &Limits) -> Result<Pictures, Failure> {
    Ok(pictures::extract(&open(bytes, reading)?, pages, limits))
}

fn open(bytes: &[u8], reading: &Reading) -> Result<PdfDocument, Failure> {
    let document = PdfDocument::from_bytes(bytes.to_vec()).map_err(|error| failure(&error))?;
    if document.is_encrypted() {
        unlock(&document, reading.password)?;
    }
    tree::check(&document)?;
    Ok(document)
}

/// Whether files are attached to it: its catalog names some.
fn has_attachments(document: &PdfDocument) -> Option<bool> {
    let entry = |of: &Object, key: &str| document.resolve_object(of.as_dict()?.get(key)?).ok();
    let files = entry(&entry(&document.catalog().ok()?, "Names")?, "EmbeddedFiles")?;
    Some(["Kids", "Names"].iter().any(|key| entry(&files, key).is_some_and(|list| list.as_array().is_some_and(|list| !list.is_empty()))))
}

fn unlock(document: &PdfDocument, password: Option<&str>) -> Result<(), Failure> {
    if document.is_authenticated() {
        return Ok(());
    }
    let Some(password) = password else {
        return match document.authenticate(b"") {
            Ok(true) => Ok(()),
            _ => Err(Failure::PasswordNeeded),
        };
    };
    // Up to PDF 1.7 a password is in PDFDocEncoding, which is Latin-1 for most; since then it is UTF-8.
    let latin: Option<Vec<u8>> = password.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    let tried = [Some(password.as_bytes().to_vec()), latin];
    for password in tried.into_iter().flatten() {
        if document.authenticate(&password).is_ok_and(|opened| opened) {
            return Ok(());
        }
    }
    Err(Failure::PasswordWrong)
}

fn failure(error: &pdf_oxide::Error) -> Failure {
    match error {
        pdf_oxide::Error::EncryptedPdf => Failure::PasswordNeeded,
        _ => Failure::broken("PDF"),
    }
}

/// The outline: what begins on which page. A cyclic outline ends at its depth and number.
fn outline(document: &PdfDocument) -> BTreeMap<usize, Vec<(u8, String)>> {
    let mut headings: BTreeMap<usize, Vec<(u8, String)>> = BTreeMap::new();
    let items = document.get_outline().ok().flatten().unwrap_or_default();
    let mut left = 5_000u32;
    let mut open: Vec<(u8, std::slice::Iter<OutlineItem>)> = vec![(1, items.iter())];
    while let Some((level, items)) = open.last_mut() {
        let level = *level;
        let Some(item) = items.next().filter(|_| left > 0) else {
            open.pop();
            continue;
        };
        left -= 1;
        if let Some(Destination::PageIndex(page)) = item.dest {
            headings.entry(page).or_default().push((level, one_line(&item.title, 200)));
        }
        if level < 6 {
            open.push((level + 1, item.children.iter()));
        }
    }
    headings
}

/// `Pages 3–5 and 9 have`, for people.
fn list(pages: &[usize], one: &str, several: &str) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &page in pages {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == page => *last = page,
            _ => ranges.push((page, page)),
        }
    }
    if let [(first, last)] = ranges[..]
        && first == last
    {
        return format!("Page {first} {one}");
    }
    let more = ranges.len().saturating_sub(10);
    let shown: Vec<String> =
        ranges.iter().take(10).map(|(first, last)| if first == last { first.to_string() } else { format!("{first}–{last}") }).collect();
    let shown = match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() && more == 0 => format!("{} and {last}", rest.join(", ")),
        _ => shown.join(", "),
    };
    if more > 0 { format!("Pages {shown} and others {several}") } else { format!("Pages {shown} {several}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_named_as_people_name_them() {
        assert_eq!(list(&[3], "was", "were"), "Page 3 was");
        assert_eq!(list(&[3, 4, 5, 9], "has", "have"), "Pages 3–5 and 9 have");
        assert_eq!(list(&[1, 3, 5], "has", "have"), "Pages 1, 3 and 5 have");
        let many: Vec<usize> = (0..60).map(|page| page * 2).collect();
        assert_eq!(list(&many, "has", "have"), "Pages 0, 2, 4, 6, 8, 10, 12, 14, 16, 18 and others have");
    }
}

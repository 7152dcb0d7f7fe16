//! What was put onto the pages of a PDF: sticky notes, text boxes, remarks on marked text, lines that strike text.

use encoding_rs::{UTF_16BE, UTF_16LE};
use pdf_oxide::PdfDocument;
use pdf_oxide::object::Object;

/// So many are read on a page.
const MAX_ON_PAGE: usize = 500;

/// What people put onto a page.
#[derive(Debug, Default)]
pub struct Annotations {
    /// Notes and text boxes, as they are read.
    pub notes: Vec<String>,
    /// Areas whose text is struck: left, bottom, right, top.
    pub struck: Vec<[f32; 4]>,
}

/// The annotations of a page, from 0.
pub fn on_page(document: &PdfDocument, page: usize) -> Annotations {
    let mut found = Annotations::default();
    let Ok(page) = document.get_page(page) else { return found };
    let list = page.as_dict().and_then(|page| page.get("Annots")).and_then(|list| document.resolve_object(list).ok());
    for annotation in list.as_ref().and_then(|list| list.as_array()).into_iter().flatten().take(MAX_ON_PAGE) {
        let Ok(annotation) = document.resolve_object(annotation) else { continue };
        read(document, &annotation, &mut found);
    }
    found
}

fn read(document: &PdfDocument, annotation: &Object, found: &mut Annotations) {
    let Some(entries) = annotation.as_dict() else { return };
    let entry = |name: &str| entries.get(name).and_then(|entry| document.resolve_object(entry).ok());
    let flags = entry("F").and_then(|flags| number(&flags)).unwrap_or(0.0) as i64;
    // Hidden, or not to be seen on a screen.
    if flags & (2 | 32) != 0 {
        return;
    }
    let kind = entry("Subtype").and_then(|kind| kind.as_name().map(str::to_owned)).unwrap_or_default();
    if kind == "StrikeOut" {
        let points = entry("QuadPoints").or_else(|| entry("Rect"));
        let points: Vec<f32> = points.as_ref().and_then(|points| points.as_array()).into_iter().flatten().filter_map(number).collect();
        for quad in points.chunks(if points.len() == 4 { 4 } else { 8 }).filter(|quad| quad.len() >= 4) {
            let of = |offset: usize| quad.iter().skip(offset).step_by(2).copied();
            let least = |offset: usize| of(offset).reduce(f32::min).unwrap_or(0.0);
            let most = |offset: usize| of(offset).reduce(f32::max).unwrap_or(0.0);
            found.struck.push([least(0), least(1), most(0), most(1)]);
        }
    }
    // Links and forms say nothing of their own; a pop-up belongs to a note that says it.
    if matches!(kind.as_str(), "Link" | "Popup" | "Widget" | "PrinterMark" | "TrapNet" | "Watermark") {
        return;
    }
    let said = |name: &str| match entry(name) {
        Some(Object::String(bytes)) => text(&bytes),
        _ => String::new(),
    };
    let contents = said("Contents");
    let contents = contents.split_whitespace().collect::<Vec<_>>().join(" ");
    if contents.is_empty() {
        return;
    }
    let author = said("T");
    let by = if author.trim().is_empty() { String::new() } else { format!(" by {}", crate::content::one_line(&author, 80)) };
    let what = if kind == "FreeText" { "Text box".to_owned() } else { format!("Comment{by}") };
    found.notes.push(format!("{what}: {contents}"));
}

fn number(object: &Object) -> Option<f32> {
    match object {
        Object::Integer(number) => Some(*number as f32),
        Object::Real(number) => Some(*number as f32),
        _ => None,
    }
}

/// A text string: UTF-16 or UTF-8 with a mark, else PDFDocEncoding, which is Latin-1 for nearly all of it.
fn text(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xff, 0xfe, rest @ ..] => UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        bytes => bytes.iter().map(|byte| document_encoding(*byte)).collect(),
    }
}

fn document_encoding(byte: u8) -> char {
    const MARKS: [char; 31] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚', '™', 'ﬁ', 'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž',
        'ı', 'ł', 'œ', 'š', 'ž',
    ];
    match byte {
        0x80..=0x9e => MARKS[usize::from(byte) - 0x80],
        0xa0 => '€',
        byte => char::from(byte),
    }
}

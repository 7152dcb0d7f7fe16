//! Which format a file has, by its content first and its name second, and its reader.

mod archive;
mod charts;
mod colors;
mod delimited;
mod docx;
mod encoding;
mod encrypted;
mod epub;
mod html;
mod mail;
mod markdown;
mod number_format;
mod numerals;
mod odf;
mod old;
mod ooxml;
mod package;
mod pdf;
mod pptx;
mod raised;
mod rtf;
mod symbols;
mod theme;
mod xls;
mod xlsx;
mod xml;

use model::PlaceKind;

use crate::content::{Block, Content, one_line};
use crate::failure::Failure;
use crate::limits::Limits;
use crate::protocol::{PageText, Pictures};
use crate::tables::{Row, Table};
use package::Package;

/// So deep may archives and attachments be nested.
const MAX_DEPTH: u8 = 3;

/// The note about formulas that nobody has computed.
const WITHOUT_VALUE: &str =
    "Some formulas have no stored value and were not computed. Open the file in the program that made it, save it, and give it anew.";

/// How a document is read.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// What it was called; never opened.
    pub name: &'a str,
    /// Its password, if one was given.
    pub password: Option<&'a str>,
    /// How deep in archives and mails it stands.
    pub depth: u8,
    /// Pages without text and what was recognized on them, in order.
    pub recognized: &'a [PageText],
}

/// A part of a document within another: its label and its text.
type InnerPart = (String, Vec<Block>);

impl Reading<'_> {
    /// What was recognized on this page, from 1.
    fn recognized(&self, page: usize) -> Option<&str> {
        let found = self.recognized.binary_search_by_key(&page, |recognized| recognized.page as usize).ok()?;
        self.recognized.get(found).map(|recognized| recognized.text.as_str())
    }

    /// The ending of its name in lower case; empty if it has none.
    fn ending(&self) -> String {
        let name = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
    }

    /// Reads a document within this one, at the current part.
    fn nested(&self, bytes: &[u8], name: &str, out: &mut Content) -> Result<(), Failure> {
        let (inner, rest) = self.inner(bytes, name, out);
        out.take(inner.into_iter().flat_map(|part| part.1).collect());
        rest
    }

    /// The labels and texts of the parts of a document within this one. One that can't be read is a note; that there is no room for more is
    /// an error, and what was read until then counts.
    fn inner(&self, bytes: &[u8], name: &str, out: &mut Content) -> (Vec<InnerPart>, Result<(), Failure>) {
        if self.depth >= MAX_DEPTH {
            out.note(format!("Files that are nested more than {MAX_DEPTH} deep were not read."));
            return (Vec::new(), Ok(()));
        }
        let reading = Reading { name, password: self.password, depth: self.depth + 1, recognized: &[] };
        let mut inner = Content::new(out.budget);
        let read = read(bytes, &reading, &mut inner);
        for note in inner.notes {
            out.note(format!("{}: {note}", one_line(name, 80)));
        }
        let alone = inner.parts.len() == 1;
        let parts = inner.parts.into_iter().map(|part| {
            let label = if alone { String::new() } else { part_name(part.kind, part.number, &part.label) };
            (label, part.blocks)
        });
        match read {
            Ok(()) => (parts.collect(), Ok(())),
            Err(full @ (Failure::Full | Failure::TooMuch(_))) => (parts.collect(), Err(full)),
            Err(Failure::PasswordNeeded | Failure::PasswordWrong) => {
                let from = match out.format {
                    "zip" => "the archive",
                    "eml" => "the mail",
                    _ => "the document",
                };
                let name = one_line(name, 80);
                out.note(format!("{name} is protected by a password and was not read. Take it out of {from}, and give it by itself."));
                (Vec::new(), Ok(()))
            }
            Err(failure) => {
                out.note(format!("{} was not read. {}", one_line(name, 80), ports::ReadError::from(failure)));
                (Vec::new(), Ok(()))
            }
        }
    }
}

fn part_name(kind: PlaceKind, number: u32, label: &str) -> String {
    match (kind, label) {
        (PlaceKind::Page, _) => format!("page {number}"),
        (PlaceKind::Slide, "") => format!("slide {number}"),
        (PlaceKind::Whole, "") => String::new(),
        (_, "") => format!("part {number}"),
        (_, label) => label.to_owned(),
    }
}

/// How many letters and digits a text has.
pub fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Writes a table whose rows are known. An empty row in it parts nothing.
fn write_rows(rows: impl IntoIterator<Item = Row>, out: &mut Content) -> Result<(), Failure> {
    let mut table = Table::default();
    rows.into_iter().filter(|row| !row.is_empty()).try_for_each(|row| table.push(row, out))?;
    table.finish(out).map(drop)
}

/// Reads a document of any format.
///
/// # Errors
/// What is wrong with it. [`Failure::Full`] says that it goes on behind what was read.
pub fn read(bytes: &[u8], reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    if bytes.is_empty() {
        return Err(Failure::NoText("This file is empty: nothing is in it that could be read.".into()));
    }
    if head(bytes, 1024).windows(5).any(|window| window == b"%PDF-") {
        out.format = "pdf";
        return pdf::read(bytes, reading, out);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return container(bytes, reading, out);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return old_container(bytes, reading, out);
    }
    if bytes.starts_with(b"{\\rtf") {
        out.format = "rtf";
        return rtf::read(bytes, out);
    }
    if let Some(kind) = infer::get(bytes) {
        match kind.matcher_type() {
            infer::MatcherType::Image => {
                out.format = "image";
                return picture(reading, out);
            }
            infer::MatcherType::Audio | infer::MatcherType::Video => {
                return Err(Failure::Unsupported("Recordings are not read. Give what is said in it as text.".into()));
            }
            infer::MatcherType::Archive if kind.mime_type() != "application/pdf" => {
                return Err(Failure::Unsupported("Archives of this kind are not read. Give the files in it, or pack them as ZIP.".into()));
            }
            infer::MatcherType::App | infer::MatcherType::Font => return Err(unsupported()),
            _ => {}
        }
    }
    text(bytes, reading, out)
}

/// The pictures on these pages of a PDF, as many as fit in an answer.
///
/// # Errors
/// It is no PDF, or one that can't be opened.
pub fn pictures(bytes: &[u8], reading: &Reading, pages: &[u32], limits: &Limits) -> Result<Pictures, Failure> {
    pdf::pictures(bytes, reading, pages, limits)
}

/// A picture has the text that was recognized in it.
fn picture(reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    match reading.recognized {
        [] => return Err(Failure::Pictures { pages: None, sentence: PICTURE.to_owned() }),
        [whole] => {
            out.begin(PlaceKind::Whole, "");
            out.printed(&whole.text)?;
        }
        pages => {
            for page in pages {
                out.begin(PlaceKind::Page, "");
                out.printed(&page.text)?;
            }
        }
    }
    out.note("This picture was read by text recognition.");
    Ok(())
}

const PICTURE: &str = "This is a picture. Run text recognition (OCR) on it, or give the original document.";

fn head(bytes: &[u8], most: usize) -> &[u8] {
    &bytes[..bytes.len().min(most)]
}

/// Files that are ZIP containers.
fn container(bytes: &[u8], reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    let ending = reading.ending();
    let what = if is_never_text(&ending) { ending.to_uppercase() } else { "ZIP file".into() };
    let mut package = Package::open(bytes, out.budget, &what)?;
    let names = package.names();
    let starts = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    if package.has("[Content_Types].xml") {
        if starts("word/") {
            out.format = "docx";
            return docx::read(&mut package, reading, out);
        }
        if starts("ppt/") {
            out.format = "pptx";
            return pptx::read(&mut package, out);
        }
        if starts("xl/") {
            out.format = "xlsx";
            return xlsx::read(&mut package, out);
        }
    }
    let kind = package.bytes("mimetype")?.map(|kind| String::from_utf8_lossy(&kind).trim().to_owned()).unwrap_or_default();
    match kind.as_str() {
        "application/epub+zip" => {
            out.format = "epub";
            epub::read(&mut package, out)
        }
        kind if kind.starts_with("application/vnd.oasis.opendocument.text") => {
            out.format = "odt";
            odf::read(&mut package, "ODT", out)
        }
        kind if kind.starts_with("application/vnd.oasis.opendocument.presentation") => {
            out.format = "odp";
            odf::read(&mut package, "ODP", out)
        }
        kind if kind.starts_with("application/vnd.oasis.opendocument.spreadsheet") => {
            out.format = "ods";
            odf::read(&mut package, "ODS", out)
        }
        kind if kind.starts_with("application/vnd.oasis.opendocument") => Err(unsupported()),
        _ => {
            out.format = "zip";
            archive::read(&mut package, reading, out)
        }
    }
}

/// Files in the container of old Office: old documents, and new ones that are encrypted.
fn old_container(bytes: &[u8], reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    let Ok(mut file) = cfb::CompoundFile::open(std::io::Cursor::new(bytes)) else { return Err(Failure::broken("file")) };
    let has = |name: &str| file.exists(name);
    if has("/EncryptedPackage") {
        drop(file);
        let package = encrypted::decrypt(bytes, reading.password)?;
        return container(&package, reading, out);
    }
    if has("/Workbook") || has("/Book") {
        out.format = "xls";
        return match xls::read(bytes, out) {
            Err(broken @ Failure::Broken(_)) => {
                Err(Failure::OldOffice { from: "xls".into(), into: "xlsx".into(), without: Box::new(broken) })
            }
            read => read,
        };
    }
    if has("/WordDocument") {
        return Err(if old::is_locked_doc(&mut file) { old::locked("DOC", "DOCX") } else { old::needs_office("DOC", "DOCX") });
    }
    if has("/PowerPoint Document") {
        return Err(if old::is_locked_ppt(&mut file) { old::locked("PPT", "PPTX") } else { old::needs_office("PPT", "PPTX") });
    }
    if has("/__properties_version1.0") {
        return Err(Failure::Unsupported("Mails of Outlook (MSG) are not read. Save it as EML or text, and give that.".into()));
    }
    Err(unsupported())
}

fn unsupported() -> Failure {
    Failure::Unsupported(
        "Files of this kind are not read. Save it as PDF, DOCX, PPTX, XLSX, ODT, HTML, Markdown, CSV or plain text, and give that.".into(),
    )
}

/// Whether files of this ending are never plain text.
fn is_never_text(ending: &str) -> bool {
    const ENDINGS: [&str; 21] = [
        "pdf", "docx", "docm", "pptx", "pptm", "xlsx", "xlsm", "odt", "ods", "odp", "epub", "zip", "doc", "ppt", "rtf", "png", "jpg",
        "jpeg", "gif", "tif", "tiff",
    ];
    ENDINGS.contains(&ending)
}

/// What is text, whatever its format.
fn text(bytes: &[u8], reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    let ending = reading.ending();
    let misnamed =
        || Failure::Broken(format!("This file is named .{ending} but is not one: it may be cut off or renamed. Give the original file."));
    let text = encoding::text(bytes, html::charset(bytes).as_deref());
    if encoding::is_binary(&text) {
        return Err(if is_never_text(&ending) { misnamed() } else { unsupported() });
    }
    if ending == "eml" || mail::looks_so(&text) {
        out.format = "eml";
        return mail::read(bytes, reading, out);
    }
    if html::looks_so(&text) || matches!(ending.as_str(), "html" | "htm" | "xhtml") {
        out.format = "html";
        out.begin(PlaceKind::Whole, "");
        return html::read(&text, out);
    }
    if is_never_text(&ending) {
        return Err(misnamed());
    }
    // Any other XML: its texts. Entities that its own definitions would make are not known here.
    if text.trim_start().starts_with("<?xml") || matches!(ending.as_str(), "xml" | "svg") {
        out.format = "xml";
        out.begin(PlaceKind::Whole, "");
        return xml::read(&text, out);
    }
    match ending.as_str() {
        "md" | "markdown" | "mdown" | "mkd" => {
            out.format = "markdown";
            out.begin(PlaceKind::Whole, "");
            markdown::read(&text, out)
        }
        _ => {
            let named = matches!(ending.as_str(), "csv" | "tsv" | "tab" | "xls");
            if let Some((delimiter, rest)) = delimited::declared(&text) {
                out.format = if delimiter == '\t' { "tsv" } else { "csv" };
                return delimited::read(rest, delimiter, out);
            }
            let delimiter = delimited::sniff(&text, named).filter(|delimiter| named || *delimiter == '\t');
            if let Some(delimiter) = delimiter.or(named.then_some(if ending == "csv" { ',' } else { '\t' })) {
                out.format = if delimiter == '\t' { "tsv" } else { "csv" };
                return delimited::read(&text, delimiter, out);
            }
            out.format = "txt";
            out.begin(PlaceKind::Whole, "");
            paragraphs(&text, out)
        }
    }
}

/// Plain text: an empty line parts paragraphs.
fn paragraphs(text: &str, out: &mut Content) -> Result<(), Failure> {
    text.replace("\r\n", "\n").replace('\r', "\n").split("\n\n").try_for_each(|paragraph| out.text(paragraph))
}

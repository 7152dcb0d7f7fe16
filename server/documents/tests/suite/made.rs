//! Files that the tests make, and the reader that they read them with.

use std::io::{Cursor, Write};
use std::time::Duration;

use documents::{ChildReader, Limits, Programs};
use ports::{DocumentReader, ReadDocument, ReadError};
use zip::write::SimpleFileOptions;

/// The real child, or with a word one that misbehaves; without programs of others, whatever is installed here.
pub fn reader(how: &[&str], limits: Limits) -> ChildReader {
    ChildReader::new(env!("CARGO_BIN_EXE_extract-document"), how, limits).with_programs(Programs::default())
}

/// Limits for tests: a debug build on a busy machine is slow, and at the lowest priority it would never end.
pub fn limits() -> Limits {
    Limits { wall: Duration::from_secs(240), cpu: Duration::from_secs(40), niceness: 0, ..Limits::default() }
}

pub async fn read_with(reader: &ChildReader, bytes: &[u8], name: &str) -> Result<ReadDocument, ReadError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("upload");
    std::fs::write(&path, bytes).unwrap();
    reader.read(&path, name, None).await
}

pub async fn read(bytes: &[u8], name: &str) -> Result<ReadDocument, ReadError> {
    read_with(&reader(&[], limits()), bytes, name).await
}

/// All its passages.
pub fn text(document: &ReadDocument) -> String {
    document.passages.iter().map(|passage| passage.text.as_str()).collect::<Vec<_>>().join("\n")
}

pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A DOCX with this body and these other parts.
pub fn docx_with(body: &str, parts: &[(&str, &str)], relations: &str) -> Vec<u8> {
    let document =
        format!(r#"<?xml version="1.0"?><w:document xmlns:w="w" xmlns:r="r" xmlns:mc="mc"><w:body>{body}</w:body></w:document>"#);
    docx_of(&document, parts, relations)
}

/// A DOCX whose main part is this.
pub fn docx_of(document: &str, parts: &[(&str, &str)], relations: &str) -> Vec<u8> {
    let relations = format!("<Relationships>{relations}</Relationships>");
    let mut files: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", br#"<Relationships><Relationship Id="a" Type="x/officeDocument" Target="word/document.xml"/></Relationships>"#),
        ("word/document.xml", document.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
    ];
    files.extend(parts.iter().map(|(name, text)| (*name, text.as_bytes())));
    zip(&files)
}

pub fn docx(text: &str) -> Vec<u8> {
    docx_with(&format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"), &[], "")
}

/// A PDF of these objects, numbered from 1; the first is its catalog. Its table of objects is right.
pub fn pdf_of(objects: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.extend(format!("{} 0 obj\n", index + 1).bytes());
        file.extend_from_slice(object.as_ref());
        file.extend_from_slice(b"\nendobj\n");
    }
    let table = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for offset in offsets {
        file.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    file.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1).bytes());
    file
}

/// A PDF with a page for each of these texts; an empty one makes a page without text.
pub fn pdf(pages: &[String]) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", 4 + page * 2)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Count {} /Kids [{}] >>", pages.len(), kids.join(" ")),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for (page, text) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            5 + page * 2
        ));
        let stream = if text.is_empty() { String::new() } else { format!("BT /F1 12 Tf 72 700 Td ({text}) Tj ET") };
        objects.push(format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()));
    }
    pdf_of(&objects)
}

/// An XLSX whose only sheet has these cells as XML.
pub fn xlsx(sheet: &str) -> Vec<u8> {
    zip(&[
        ("[Content_Types].xml", b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        ("_rels/.rels", br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Prices" sheetId="1" r:id="rId1"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>"#).as_bytes()),
    ])
}

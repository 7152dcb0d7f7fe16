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

/// A file beside the tests.
pub fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

/// An ODF document of this kind (`text`, `spreadsheet`, `presentation`) with this body.
pub fn odf(kind: &str, body: &str) -> Vec<u8> {
    let content = format!("<office:document-content>{body}</office:document-content>");
    zip(&[("mimetype", format!("application/vnd.oasis.opendocument.{kind}").as_bytes()), ("content.xml", content.as_bytes())])
}

/// A PPTX whose only slide has these shapes and attributes.
pub fn pptx(shapes: &str, attributes: &str) -> Vec<u8> {
    let slide = format!(r#"<p:sld xmlns:p="p" xmlns:a="a" {attributes}>{shapes}</p:sld>"#);
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", br#"<Relationships><Relationship Id="a" Type="x/officeDocument" Target="ppt/presentation.xml"/></Relationships>"#),
        (
            "ppt/presentation.xml",
            br#"<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="one"/></p:sldIdLst></p:presentation>"#,
        ),
        (
            "ppt/_rels/presentation.xml.rels",
            br#"<Relationships><Relationship Id="one" Type="x/slide" Target="slides/slide1.xml"/></Relationships>"#,
        ),
        ("ppt/slides/slide1.xml", slide.as_bytes()),
    ])
}

/// An XLSX whose only sheet has these cells, and this behind them. Its styles are: 0 none, 1 the first of these number formats, 2 bold, 3
/// struck through, 4 white, and from 5 on the other number formats.
pub fn xlsx_with(cells: &str, behind: &str, formats: &[&str]) -> Vec<u8> {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let codes: String = formats
        .iter()
        .enumerate()
        .map(|(at, code)| format!("<numFmt numFmtId=\"{}\" formatCode=\"{}\"/>", 200 + at, escaped(code)))
        .collect();
    let others: String = (1..formats.len()).map(|at| format!("<xf numFmtId=\"{}\" fontId=\"0\"/>", 200 + at)).collect();
    let styles = format!(
        "<styleSheet><numFmts>{codes}</numFmts><fonts><font/><font><b/></font><font><strike/></font><font><color rgb=\"FFFFFFFF\"/></font></fonts>\
         <fills><fill><patternFill/></fill></fills><cellXfs><xf numFmtId=\"0\" fontId=\"0\"/><xf numFmtId=\"200\" fontId=\"0\"/><xf numFmtId=\"0\" fontId=\"1\"/>\
         <xf numFmtId=\"0\" fontId=\"2\"/><xf numFmtId=\"0\" fontId=\"3\"/>{others}</cellXfs></styleSheet>"
    );
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", br#"<Relationships><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", br#"<workbook xmlns:r="r"><sheets><sheet name="Prices" sheetId="1" r:id="rId1"/><sheet name="Old" sheetId="2" state="hidden" r:id="rId2"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="s" Type="x/styles" Target="styles.xml"/></Relationships>"#),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/worksheets/sheet1.xml", format!("<worksheet>{}{behind}</worksheet>", if cells.contains("<sheetData>") { cells.to_owned() } else { format!("<sheetData>{cells}</sheetData>") }).as_bytes()),
        ("xl/worksheets/sheet2.xml", b"<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>An old draft of hidden words</t></is></c></row></sheetData></worksheet>"),
        ("xl/worksheets/_rels/sheet1.xml.rels", br#"<Relationships><Relationship Id="c" Type="x/comments" Target="../comments1.xml"/></Relationships>"#),
        ("xl/comments1.xml", br#"<comments><authors><author>Kim</author></authors><commentList><comment ref="B2" authorId="0"><text><r><t>Only until May</t></r></text></comment></commentList></comments>"#),
    ])
}

/// A PDF with one page of this content, with Helvetica as F1 and these entries and objects besides (numbered from 6).
pub fn pdf_page(content: &str, entries: &str, objects: &[String]) -> Vec<u8> {
    let mut all = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [4 0 R] >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R {entries} >>"),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    all.extend(objects.iter().cloned());
    pdf_of(&all)
}

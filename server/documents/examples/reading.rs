//! How fast files of each format are read, and the peak memory of the process that reads them.
//!
//! `cargo run -p documents --release --example reading -- [MEGABYTES]` makes a file of each format with so much text (4 unless said otherwise),
//! has each read in a child as the server has, and prints `key=value` lines for `cargo xtask bench`: `mb` of the file as it is given, `text_mb`
//! that came out of it, `mb_per_s` of the file, `text_mb_per_s`, and `peak_kb`, the high-water mark of the child's resident memory.

#![allow(clippy::print_stdout)]

#[path = "peak/mod.rs"]
mod peak;

use std::error::Error;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use documents::{ChildReader, Limits, Programs};
use ports::DocumentReader;
use zip::write::SimpleFileOptions;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|word| word == "extract-document") {
        return documents::child_main();
    }
    let megabytes = arguments.next().and_then(|number| number.parse().ok()).unwrap_or(4.0);
    match measure(megabytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(megabytes: f64) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let limits = Limits { niceness: 0, cpu: Duration::from_secs(600), wall: Duration::from_secs(900), ..Limits::default() };
    let reader = ChildReader::new(std::env::current_exe()?, ["extract-document"], limits).with_programs(Programs::default());
    let folder = tempfile::tempdir()?;
    let peak = peak::of_children();
    let rows = (megabytes * 1e6 / row(0).join(" ").len() as f64).max(10.0) as usize;
    for (format, make) in FORMATS {
        let path = folder.path().join(format!("made.{format}"));
        std::fs::write(&path, make(rows)?)?;
        let size = std::fs::metadata(&path)?.len() as f64 / 1e6;
        peak.forget();
        let begun = Instant::now();
        let read = runtime.block_on(reader.read(&path, &format!("made.{format}"), None)).map_err(|error| format!("{format}: {error}"))?;
        let took = begun.elapsed().as_secs_f64();
        let text = read.passages.iter().map(|passage| passage.text.len()).sum::<usize>() as f64 / 1e6;
        println!("reading.{format}.mb={size:.2}");
        println!("reading.{format}.text_mb={text:.2}");
        println!("reading.{format}.mb_per_s={:.2}", size / took);
        println!("reading.{format}.text_mb_per_s={:.2}", text / took);
        println!("reading.{format}.peak_kb={}", peak.kb());
    }
    Ok(())
}

type Make = fn(usize) -> Result<Vec<u8>, Box<dyn Error>>;

const FORMATS: [(&str, Make); 11] = [
    ("txt", |rows| Ok(texts(rows, "", "\n\n").into_bytes())),
    ("md", |rows| {
        Ok(format!("# Plans\n\n| Plan | Price | Notice | What it has |\n|---|---|---|---|\n{}", table(rows, "| ", " | ", " |\n"))
            .into_bytes())
    }),
    ("csv", |rows| Ok(format!("Plan;Price;Notice;What it has\n{}", table(rows, "", ";", "\n")).into_bytes())),
    ("html", |rows| {
        let rows = table(rows, "<tr><td>", "</td><td>", "</td></tr>\n");
        Ok(format!("<!doctype html><title>Plans</title><style>.a{{color:red}}</style><table><tr><th>Plan<th>Price<th>Notice<th>What it has</tr>{rows}</table>").into_bytes())
    }),
    ("eml", |rows| {
        let head = "From: a@example.com\r\nTo: b@example.com\r\nSubject: Plans\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
        Ok(format!("{head}{}", texts(rows, "", "\r\n\r\n")).into_bytes())
    }),
    ("rtf", |rows| Ok(format!("{{\\rtf1\\ansi {}}}", texts(rows, "", "\\par\n")).into_bytes())),
    ("docx", |rows| {
        let cells = table(
            rows,
            "<w:tr><w:tc><w:p><w:r><w:t>",
            "</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>",
            "</w:t></w:r></w:p></w:tc></w:tr>",
        );
        office("word/document.xml", &format!("<w:document xmlns:w=\"w\"><w:body><w:tbl>{cells}</w:tbl></w:body></w:document>"), &[])
    }),
    ("pptx", |rows| {
        let slides = rows.div_ceil(20);
        let slide = |at: usize| {
            let lines: String =
                (at * 20..(at + 1) * 20).map(|at| format!("<a:p><a:r><a:t>{}</a:t></a:r></a:p>", row(at).join(" "))).collect();
            format!("<p:sld xmlns:p=\"p\" xmlns:a=\"a\"><p:sp><p:txBody>{lines}</p:txBody></p:sp></p:sld>")
        };
        let ids: String = (0..slides).map(|at| format!("<p:sldId id=\"{}\" r:id=\"s{at}\"/>", 256 + at)).collect();
        let relations: String =
            (0..slides).map(|at| format!("<Relationship Id=\"s{at}\" Type=\"x/slide\" Target=\"slides/slide{at}.xml\"/>")).collect();
        let main = format!("<p:presentation xmlns:p=\"p\" xmlns:r=\"r\"><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>");
        let mut parts = vec![("ppt/_rels/presentation.xml.rels".to_owned(), format!("<Relationships>{relations}</Relationships>"))];
        parts.extend((0..slides).map(|at| (format!("ppt/slides/slide{at}.xml"), slide(at))));
        office("ppt/presentation.xml", &main, &parts)
    }),
    ("xlsx", |rows| {
        let begin = "<row><c t=\"inlineStr\"><is><t>";
        let cells = table(rows, begin, "</t></is></c><c t=\"inlineStr\"><is><t>", "</t></is></c></row>");
        let names = ["Plan", "Price", "Notice", "What it has"].join("</t></is></c><c t=\"inlineStr\"><is><t>");
        let sheet = format!("<worksheet><sheetData>{begin}{names}</t></is></c></row>{cells}</sheetData></worksheet>");
        let main = "<workbook xmlns:r=\"r\"><sheets><sheet name=\"Plans\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>";
        let relations = "<Relationships><Relationship Id=\"a\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
        office(
            "xl/workbook.xml",
            main,
            &[("xl/_rels/workbook.xml.rels".into(), relations.into()), ("xl/worksheets/sheet1.xml".into(), sheet)],
        )
    }),
    ("odt", |rows| {
        let text = texts(rows, "<text:p>", "</text:p>");
        let content =
            format!("<office:document-content><office:body><office:text>{text}</office:text></office:body></office:document-content>");
        pack(&[("mimetype".into(), "application/vnd.oasis.opendocument.text".into()), ("content.xml".into(), content)])
    }),
    ("pdf", |rows| Ok(pdf(rows))),
];

/// One row of made-up plans: none is like another.
fn row(at: usize) -> [String; 4] {
    let words = ["seats", "storage", "support", "reports", "calls", "exports", "rooms", "teams"];
    let said = |step: usize| words[(at / step + at) % words.len()];
    [
        format!("Meadow {at}"),
        format!("{} euros", 100 + at % 900),
        format!("{} days", 10 + at % 80),
        format!("It has {} {} and {}; {} cost {} cents more", at % 50, said(1), said(3), said(7), at % 90),
    ]
}

fn texts(rows: usize, before: &str, after: &str) -> String {
    (0..rows).map(|at| format!("{before}{}.{after}", row(at).join(", "))).collect()
}

fn table(rows: usize, before: &str, between: &str, after: &str) -> String {
    (0..rows).map(|at| format!("{before}{}{after}", row(at).join(between))).collect()
}

fn office(main: &str, text: &str, parts: &[(String, String)]) -> Result<Vec<u8>, Box<dyn Error>> {
    let relations = format!("<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" Target=\"{main}\"/></Relationships>");
    let mut all = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("_rels/.rels".to_owned(), relations),
        (main.to_owned(), text.to_owned()),
    ];
    all.extend_from_slice(parts);
    pack(&all)
}

fn pack(files: &[(String, String)]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(name.as_str(), SimpleFileOptions::default())?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Pages of fifty lines each.
fn pdf(rows: usize) -> Vec<u8> {
    let pages = rows.div_ceil(50);
    let kids: String = (0..pages).map(|page| format!("{} 0 R ", 4 + page * 2)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Count {pages} /Kids [{kids}] >>"),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for page in 0..pages {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            5 + page * 2
        ));
        let lines: String = (page * 50..(page + 1) * 50).map(|at| format!("({}) Tj 0 -15 Td ", row(at).join(" "))).collect();
        let stream = format!("BT /F1 9 Tf 40 800 Td {lines} ET");
        objects.push(format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()));
    }
    let (mut file, mut table) = (String::from("%PDF-1.4\n"), String::new());
    for (at, object) in objects.iter().enumerate() {
        // Writing to a string never fails.
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", at + 1);
    }
    let (begin, count) = (file.len(), objects.len() + 1);
    format!("{file}xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{begin}\n%%EOF\n")
        .into_bytes()
}

//! Files that are made to hurt, and files that are merely strange.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use documents::{Limits, MAX_CHARS};
use domain::ports::{DocumentReader, ReadError};
use proptest::test_runner::{Config, TestRunner};
use secrecy::SecretString;

use crate::made::{docx, docx_of, docx_with, limits, pdf, pdf_of, read, read_with, reader, text, xlsx, zip};

#[tokio::test]
async fn an_empty_file_has_no_text() {
    for name in ["a.pdf", "a.docx", "a.txt", "a"] {
        assert_eq!(read(b"", name).await, Err(ReadError::NoText("This file is empty.".into())));
    }
    for nearly in [&b" \n\t "[..], b"1.", b"<html><body><p> </p></body></html>"] {
        assert!(matches!(read(nearly, "a.txt").await, Err(ReadError::NoText(_))), "{nearly:?}");
    }
}

#[tokio::test]
async fn the_content_counts_not_the_name() {
    let names = ["a.pdf", "../../etc/passwd", "C:\\temp\\a.xlsx", "\u{202e}fdp.exe", "🦀📄.docx", "", ".", "a\0b", &"x".repeat(5_000)];
    for name in names {
        let document = read(&docx("The terms of payment are thirty days."), name).await.unwrap();
        assert_eq!((document.format.as_str(), text(&document).as_str()), ("docx", "The terms of payment are thirty days."), "{name:?}");
    }
    for name in ["a.pdf", "a.docx", "a.odt", "a.zip", "a.png"] {
        let error = read(b"This is no such file at all.", name).await.unwrap_err();
        assert!(matches!(&error, ReadError::Broken(sentence) if sentence.contains("is not one")), "{name}: {error:?}");
    }
    assert!(matches!(read(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0", "a.txt").await, Err(ReadError::Unsupported(_))));
    assert!(matches!(
        read(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0", "setup.docx").await,
        Err(ReadError::Unsupported(_) | ReadError::Broken(_))
    ));
}

const LAUGHS: &str = r#"<!DOCTYPE l [<!ENTITY a "lol">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY x SYSTEM "file:///etc/hostname">]>"#;

#[tokio::test]
async fn entities_neither_multiply_nor_open_files() {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host = host.trim();
    let body = |text: &str| format!(r#"<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"#);
    let inner = "The price is &f; and &x; fixed.";
    let files = [
        (docx_of(&format!("<?xml version=\"1.0\"?>{LAUGHS}{}", body(inner)), &[], ""), "a.docx"),
        (format!("<?xml version=\"1.0\"?>{LAUGHS}<l>{inner}</l>").into_bytes(), "a.xml"),
        (format!("<?xml version=\"1.0\"?>{LAUGHS}<svg><text>{inner}</text></svg>").into_bytes(), "a.svg"),
        (format!("{LAUGHS}<html><body><p>{inner}</p></body></html>").into_bytes(), "a.html"),
    ];
    for (bytes, name) in files {
        let document = read(&bytes, name).await.unwrap();
        let all = text(&document);
        assert!(all.contains("The price is") && all.contains("fixed."), "{name}: {all}");
        assert!(all.len() < 1_000 && !all.contains("lol lol") && !all.contains("lollol"), "{name}: {all}");
        assert!(host.len() < 4 || !all.contains(host), "{name}: {all}");
    }
}

#[tokio::test]
async fn archives_within_archives_end() {
    let mut bytes = zip(&[("deep.txt", b"This text stands at the very bottom.")]);
    for _ in 0..2 {
        bytes = zip(&[("inner.zip", &bytes)]);
    }
    let document = read(&bytes, "a.zip").await.unwrap();
    assert_eq!(text(&document), "This text stands at the very bottom.");
    for _ in 0..3 {
        bytes = zip(&[("inner.zip", &bytes), ("note.txt", b"Something beside it that is read.")]);
    }
    let document = read(&bytes, "a.zip").await.unwrap();
    assert!(!text(&document).contains("bottom") && document.notes.iter().any(|note| note.contains("nested")), "{document:?}");
}

#[tokio::test]
async fn bombs_are_refused() {
    let zeros = vec![b' '; 64 << 20];
    let parts: Vec<(String, &[u8])> = (0..12).map(|number| (format!("{number}.txt"), zeros.as_slice())).collect();
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let limits = Limits { unpacked: 100 << 20, ..limits() };
    let reader = reader(&[], limits);
    let error = read_with(&reader, &zip(&parts), "bomb.zip").await.unwrap_err();
    assert!(matches!(&error, ReadError::TooMuch(sentence) if sentence.contains("Split")), "{error:?}");
    let bomb = docx_with(
        "<w:p/>",
        &[("word/styles.xml", std::str::from_utf8(&zeros).unwrap()), ("word/comments.xml", std::str::from_utf8(&zeros).unwrap())],
        r#"<Relationship Id="s" Type="x/styles" Target="styles.xml"/><Relationship Id="c" Type="x/comments" Target="comments.xml"/>"#,
    );
    assert!(matches!(read_with(&reader, &bomb, "bomb.docx").await, Err(ReadError::TooMuch(_))));
    let many: Vec<String> = (0..700).map(|number| format!("{number}.txt")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"A short note in a file."[..])).collect();
    let document = read(&zip(&many), "many.zip").await.unwrap();
    assert!(document.passages.len() <= 500 && document.notes.iter().any(|note| note.contains("more files")), "{:?}", document.notes);
}

#[tokio::test]
async fn deep_nesting_ends() {
    let deep = 200_000;
    let html = format!("{}The bottom of it all.{}", "<div>".repeat(deep), "</div>".repeat(deep));
    assert!(text(&read(html.as_bytes(), "a.html").await.unwrap()).contains("The bottom of it all."));
    let tables = format!("<p>Above the tables.</p>{}x", "<table><tr><td>".repeat(deep));
    assert!(text(&read(tables.as_bytes(), "a.html").await.unwrap()).contains("Above the tables."));
    let rtf = format!("{{\\rtf1 Some words before it. {}x", "{".repeat(deep));
    assert!(!matches!(read(rtf.as_bytes(), "a.rtf").await, Err(ReadError::Unavailable(_) | ReadError::TooMuch(_))));
    let xml = docx_of(&format!("<a>{}</a>", "<w:tbl><w:tr><w:tc>".repeat(deep)), &[], "");
    assert!(!matches!(read(&xml, "a.docx").await, Err(ReadError::Unavailable(_) | ReadError::TooMuch(_))));
    // This one overflows the stack of the library: the child dies of it, and that is all.
    let arrays = pdf_of(&["<< /Type /Catalog /Pages 2 0 R >>".into(), format!("{}{}", "[".repeat(deep), "]".repeat(deep))]);
    let error = read(&arrays, "a.pdf").await.unwrap_err();
    assert!(matches!(error, ReadError::Broken(_) | ReadError::NoText(_)), "{error:?}");
}

#[tokio::test]
async fn a_cyclic_page_tree_ends() {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /Outlines 3 0 R >>",
        "<< /Type /Pages /Count 3 /Kids [2 0 R 2 0 R 2 0 R] /Parent 2 0 R >>",
        "<< /First 4 0 R /Last 4 0 R >>",
        "<< /Title (A) /Next 4 0 R /First 4 0 R >>",
    ];
    let start = Instant::now();
    let error = read(&pdf_of(&objects.map(str::to_owned)), "a.pdf").await.unwrap_err();
    assert!(matches!(error, ReadError::Broken(_) | ReadError::NoText(_) | ReadError::TooMuch(_)), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn ten_thousand_pages_are_read_or_bounded() {
    let pages: Vec<String> = (1..=10_000).map(|page| format!("This is what stands on page {page}.")).collect();
    let limits = Limits { cpu: Duration::from_secs(100), wall: Duration::from_secs(200), ..limits() };
    match read_with(&reader(&[], limits), &pdf(&pages), "long.pdf").await {
        Ok(document) => {
            assert_eq!(document.places, 10_000);
            assert_eq!(
                (document.passages[9_998].place.number, document.passages[9_998].text.as_str()),
                (9_999, "This is what stands on page 9999.")
            );
        }
        Err(error) => assert!(matches!(error, ReadError::TooMuch(_)), "{error:?}"),
    }
}

#[tokio::test]
async fn a_million_rows_are_cut_and_a_note_says_so() {
    let mut csv = String::from("Article,Price,Remark\n");
    let mut sheet =
        String::from(r#"<row r="1"><c t="inlineStr"><is><t>Article</t></is></c><c t="inlineStr"><is><t>Price</t></is></c></row>"#);
    for row in 2..=1_000_000 {
        writeln!(csv, "Tea {row},{row},fresh").unwrap();
        write!(sheet, r#"<row r="{row}"><c t="inlineStr"><is><t>Tea {row}</t></is></c><c><v>{row}</v></c></row>"#).unwrap();
    }
    let limits = Limits { text: 1 << 20, ..limits() };
    for (bytes, name) in [(csv.into_bytes(), "rows.csv"), (xlsx(&sheet), "rows.xlsx")] {
        let document = read_with(&reader(&[], limits.clone()), &bytes, name).await.unwrap();
        assert!(document.notes.iter().any(|note| note.contains("very long")), "{:?}", document.notes);
        assert!(document.passages[0].text.contains("Article: Tea 2; Price: 2"), "{:?}", document.passages[0]);
        assert!(text(&document).len() < 3 << 20);
    }
}

#[tokio::test]
async fn a_cell_far_away_costs_nothing() {
    let sheet = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>The first cell of all</t></is></c></row><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row>"#;
    assert!(text(&read(&xlsx(sheet), "a.xlsx").await.unwrap()).contains("The first cell of all"));
}

#[tokio::test]
async fn a_page_without_text_is_named() {
    let pages = ["The first page has a text.", "", "", "The fourth page has one too.", ""].map(str::to_owned);
    let document = read(&pdf(&pages), "a.pdf").await.unwrap();
    assert_eq!(document.notes, ["Pages 2–3 and 5 have no text layer."]);
    assert_eq!((document.places, document.passages[1].place.number), (5, 4));
    let error = read(&pdf(&vec![String::new(); 3]), "scan.pdf").await.unwrap_err();
    assert!(matches!(&error, ReadError::NoText(sentence) if sentence.contains("no text layer")), "{error:?}");
}

#[tokio::test]
async fn a_password_that_nobody_asked_for_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, docx("There is no password on this file.")).unwrap();
    let read = reader(&[], limits()).read(&path, "a.docx", Some(&SecretString::from("secret"))).await;
    assert_eq!(text(&read.unwrap()), "There is no password on this file.");
}

#[test]
fn a_file_that_is_cut_anywhere_gives_text_or_a_sentence() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let whole = [
        (docx("A small document that is cut off somewhere."), "a.docx"),
        (pdf(&["A small document that is cut off somewhere.".into()]), "a.pdf"),
        (b"{\\rtf1\\ansi A small {\\b document} that is \\'e9 cut off.}".to_vec(), "a.rtf"),
        (xlsx(r#"<row r="1"><c t="inlineStr"><is><t>A small sheet</t></is></c></row>"#), "a.xlsx"),
    ];
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    runner
        .run(&(0..whole.len(), 0.0..1.0f64, proptest::option::of(0.0..1.0f64)), |(file, end, flipped)| {
            let (bytes, name) = &whole[file];
            let mut cut = bytes[..(bytes.len() as f64 * end) as usize].to_vec();
            if let Some(at) = flipped.filter(|_| !cut.is_empty()) {
                let at = (cut.len() as f64 * at) as usize;
                cut[at] ^= 0x55;
            }
            match runtime.block_on(read(&cut, name)) {
                Ok(document) => {
                    proptest::prop_assert!(document.passages.iter().all(|passage| passage.text.chars().count() <= MAX_CHARS));
                }
                Err(error) => {
                    let sentence = error.to_string();
                    proptest::prop_assert!(!matches!(error, ReadError::Unavailable(_) | ReadError::TooMuch(_)), "{:?}", error);
                    proptest::prop_assert!(sentence.ends_with('.') && sentence.len() > 20);
                }
            }
            Ok(())
        })
        .unwrap();
}

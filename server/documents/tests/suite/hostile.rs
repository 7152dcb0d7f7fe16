//! Files that are made to hurt, and files that are merely strange.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use documents::{Limits, MAX_CHARS};
use ports::{DocumentReader, ReadError};
use proptest::test_runner::{Config, TestRunner};
use secrecy::SecretString;

use crate::made::{docx, docx_of, docx_with, limits, pdf, pdf_of, read, read_with, reader, text, xlsx, zip};

#[tokio::test]
async fn an_empty_file_has_no_text() {
    for name in ["a.pdf", "a.docx", "a.txt", "a"] {
        assert_eq!(read(b"", name).await, Err(ReadError::NoText("This file is empty: nothing is in it that could be read.".into())));
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
    // No count that could be believed, and two ways back: each level would double the work.
    let doubled = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 99 /Kids [2 0 R 2 0 R] >>"];
    // No cycle, but 2⁵⁰ pages.
    let mut bushy = vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned()];
    bushy.extend((3..53).map(|kid| format!("<< /Type /Pages /Kids [{kid} 0 R {kid} 0 R] >>")));
    bushy.push("<< /Type /Page >>".into());
    // No table of objects either: they are looked for.
    let bare = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [2 0 R 2 0 R] >>\nendobj\ntrailer\n<< /Root 1 0 R /Size 3 >>\n%%EOF\n";
    for (file, name) in
        [(bare.to_vec(), "bare.pdf"), (pdf_of(&objects), "outlined.pdf"), (pdf_of(&doubled), "cyclic.pdf"), (pdf_of(&bushy), "bushy.pdf")]
    {
        let start = Instant::now();
        let error = read(&file, name).await.unwrap_err();
        assert!(matches!(&error, ReadError::Broken(sentence) if sentence.contains("This PDF is damaged")), "{name}: {error:?}");
        assert!(start.elapsed() < Duration::from_secs(10), "{name} took {:?}", start.elapsed());
    }
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
    // None of its pages is a picture: nothing says so.
    let error = read(&pdf(&vec![String::new(); 3]), "scan.pdf").await.unwrap_err();
    assert!(
        matches!(&error, ReadError::NoText(sentence) if sentence.contains("There is no text in this PDF") && !sentence.contains("picture")),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_is_attached_to_a_pdf_is_said() {
    let of = |stream: &str| {
        pdf_of(&[
            "<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> >> >>".to_owned(),
            "<< /Type /Pages /Count 1 /Kids [4 0 R] >>".into(),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".into(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>".into(),
            format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
            "<< /Type /Filespec /F (a) >>".into(),
        ])
    };
    let error = read(&of(""), "a.pdf").await.unwrap_err();
    assert!(matches!(&error, ReadError::NoText(sentence) if sentence.contains("attached") && !sentence.contains("picture")), "{error:?}");
    let document = read(&of("BT /F1 12 Tf 72 700 Td (Some text) Tj ET"), "a.pdf").await.unwrap();
    assert_eq!((text(&document).as_str(), document.notes.len()), ("Some text", 1), "{:?}", document.notes);
    assert!(document.notes[0].contains("attached"), "{:?}", document.notes);
}

#[tokio::test]
async fn a_file_within_another_that_is_locked_is_to_be_taken_out() {
    let locked = pdf_of(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 0 /Kids [] >>".into(),
        format!("<< /Filter /Standard /V 1 /R 2 /P -4 /O <{0}> /U <{0}> >>", "11".repeat(32)),
    ]);
    let locked = String::from_utf8(locked).unwrap().replace("/Root", "/Encrypt 3 0 R /ID [<00> <00>] /Root").into_bytes();
    assert_eq!(read(&locked, "a.pdf").await, Err(ReadError::PasswordNeeded));
    let archive = zip(&[("a.pdf", &locked), ("note.txt", b"A note beside it.")]);
    let document = read(&archive, "a.zip").await.unwrap();
    assert_eq!(document.notes, ["a.pdf is protected by a password and was not read. Take it out of the archive, and give it by itself."]);
}

#[tokio::test]
async fn what_has_hardly_any_text_fails_in_every_format() {
    for (few, enough) in [("ab1", "ab12"), ("é.?!x", "Tea 2 €.")] {
        let of = |text: &str| {
            [
                (docx(text), "a.docx"),
                (text.as_bytes().to_vec(), "a.txt"),
                (format!("<!doctype html><p>{text}</p>").into_bytes(), "a.html"),
                (pdf(&[text.replace(['é', '€'], "e")]), "a.pdf"),
            ]
        };
        for (bytes, name) in of(few) {
            let read = read(&bytes, name).await;
            assert!(matches!(&read, Err(ReadError::NoText(_))), "{name}: {read:?}");
        }
        for (bytes, name) in of(enough) {
            let read = read(&bytes, name).await;
            assert!(read.is_ok(), "{name}: {read:?}");
        }
    }
}

#[tokio::test]
async fn text_without_ends_is_read_as_quickly_as_prose() {
    let list: String = (0..40_000).map(|number| format!("name {number}|")).collect();
    let texts = [
        ("words.txt", "pasted words here\n".repeat(55_000)),
        ("list.txt", list),
        ("long.txt", "x1y2".repeat(2_500_000)),
        ("wide.txt", "語".repeat(1_000_000)),
        ("line.txt", "words that go on and on ".repeat(130_000)),
        ("quotes.md", "> ".repeat(550_000) + "the end"),
        ("deep.md", "[".repeat(1_100_000) + "the end"),
        ("wrapped.md", "some words that are wrapped here\n".repeat(60_000)),
        ("parted.md", "parted-\n".repeat(150_000)),
        ("long.html", format!("<!doctype html><p>{}</p>", "words here ".repeat(200_000))),
    ];
    for (name, given) in texts {
        let start = Instant::now();
        // Seconds of the processor: how busy the machine is does not count.
        let limits = Limits { cpu: Duration::from_secs(15), ..limits() };
        let document = read_with(&reader(&[], limits), given.as_bytes(), name).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        eprintln!("{name}: {} bytes in {:?}", given.len(), start.elapsed());
        let letters = |text: &str| text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || *byte > 127).count();
        let read: usize = document.passages.iter().map(|passage| letters(&passage.text)).sum();
        assert_eq!(read, letters(&given.replace("<!doctype html><p>", "").replace("</p>", "")), "{name}");
    }
}

#[tokio::test]
async fn a_small_file_that_takes_too_much_is_not_to_be_split() {
    for (how, what) in [("spin", "takes longer"), ("memory", "memory")] {
        let limits = Limits { memory: 400 << 20, cpu: Duration::from_secs(if how == "spin" { 1 } else { 20 }), ..limits() };
        let error = read_with(&reader(&[how], limits.clone()), b"A small text.", "a.txt").await.unwrap_err().to_string();
        assert!(error.contains(what) && error.contains("may be damaged") && !error.contains("Split"), "{error}");
        let error = read_with(&reader(&[how], limits), &vec![b'x'; 1 << 20], "a.txt").await.unwrap_err().to_string();
        assert!(error.contains(what) && error.contains("Split"), "{error}");
    }
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

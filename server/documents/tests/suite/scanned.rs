//! Pages that were scanned, and pictures: read by text recognition where it is installed, else a sentence.

use std::time::{Duration, Instant};

use documents::{ChildReader, Limits};
use ports::{DocumentReader, ReadDocument, ReadError};

use crate::made::{limits, pdf_of, read, read_with, text};
use crate::manifest::folder;
use crate::programs::{Fake, impatient, real_tesseract, row, running};

/// What stands in the picture of text, three lines of it.
const FIRST_SENTENCE: &str = "The Team plan costs twenty euros for each person and month.";
const LAST_WORDS: &str = "thirty days of notice.";
const WIDTH: usize = 720;
const HEIGHT: usize = 160;

/// A picture on a page: where, its entries, its stream.
struct Shown {
    matrix: String,
    entries: String,
    stream: Vec<u8>,
}

impl Shown {
    /// At the middle of the page, 150 dots an inch.
    fn new(entries: &str, stream: Vec<u8>) -> Self {
        let entries = format!("/Width {WIDTH} /Height {HEIGHT} {entries}");
        Self { matrix: "345.6 0 0 76.8 72 400".to_owned(), entries, stream }
    }
}

enum Page {
    Text(&'static str),
    Scan(Vec<Shown>),
    /// The same, and the page itself is turned.
    Turned(u32, Vec<Shown>),
}

fn scans(pages: Vec<Page>) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> =
        vec![b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), Vec::new(), b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec()];
    let mut kids = Vec::new();
    for page in pages {
        let (turn, mut content, shown) = match page {
            Page::Text(text) => (0, format!("BT /F1 12 Tf 72 700 Td ({text}) Tj ET"), Vec::new()),
            Page::Scan(shown) => (0, String::new(), shown),
            Page::Turned(turn, shown) => (turn, String::new(), shown),
        };
        let mut names = String::new();
        for (index, Shown { matrix, entries, stream }) in shown.into_iter().enumerate() {
            let head = format!("<< /Type /XObject /Subtype /Image {entries} /Length {} >>\nstream\n", stream.len());
            objects.push([head.as_bytes(), &stream, b"\nendstream"].concat());
            names.push_str(&format!("/Im{index} {} 0 R ", objects.len()));
            content.push_str(&format!("q {matrix} cm /Im{index} Do Q\n"));
        }
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()).into_bytes());
        let resources = format!("<< /Font << /F1 3 0 R >> /XObject << {names}>> >>");
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Rotate {turn} /Resources {resources} /Contents {} 0 R >>",
                objects.len()
            )
            .into_bytes(),
        );
        kids.push(format!("{} 0 R", objects.len()));
    }
    objects[1] = format!("<< /Type /Pages /Count {} /Kids [{}] >>", kids.len(), kids.join(" ")).into_bytes();
    pdf_of(&objects)
}

/// The picture as bits, row by row: 0 is black.
fn bits() -> Vec<u8> {
    let file = include_bytes!("../fixtures/scan.pbm");
    file[b"P4\n720 160\n".len()..].iter().map(|byte| !byte).collect()
}

/// The same as shades of grey.
fn grey() -> Vec<u8> {
    let bits = bits();
    (0..WIDTH * HEIGHT).map(|dot| if bits[dot / 8] >> (7 - dot % 8) & 1 == 1 { 255 } else { 0 }).collect()
}

const BITMAP: &str = "/ColorSpace /DeviceGray /BitsPerComponent 1";
const FAX: &str = "/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 720 /Rows 160 >>";

fn plain() -> Shown {
    Shown::new(BITMAP, bits())
}

fn fax() -> Vec<u8> {
    include_bytes!("../fixtures/scan.g4").to_vec()
}

/// The page cut into strips: lines of text go through the cuts.
fn strips() -> Vec<Shown> {
    let rows = 16;
    let height = 76.8 * rows as f32 / HEIGHT as f32;
    let cut = bits();
    let strip = |(index, stream): (usize, &[u8])| Shown {
        matrix: format!("345.6 0 0 {height} 72 {}", 476.8 - height * (index + 1) as f32),
        entries: format!("/Width {WIDTH} /Height {rows} {BITMAP}"),
        stream: stream.to_vec(),
    };
    cut.chunks(WIDTH / 8 * rows).enumerate().map(strip).collect()
}

/// Lying on its side, as it was fed to the scanner: the page is turned back by 90 degrees.
fn on_its_side() -> Shown {
    let grey = grey();
    // Against the clock: the last column becomes the first row.
    let stream = (0..WIDTH).rev().flat_map(|column| (0..HEIGHT).map(move |row| (row, column)));
    let stream = stream.map(|(row, column)| grey[row * WIDTH + column]).collect();
    Shown {
        matrix: "76.8 0 0 345.6 72 200".to_owned(),
        entries: format!("/Width {HEIGHT} /Height {WIDTH} /ColorSpace /DeviceGray /BitsPerComponent 8"),
        stream,
    }
}

/// Its rows from the bottom, shown upside down.
fn mirrored() -> Shown {
    let stream = bits().chunks(WIDTH / 8).rev().flatten().copied().collect();
    Shown { matrix: "345.6 0 0 -76.8 72 476.8".to_owned(), ..Shown::new(BITMAP, stream) }
}

async fn read_page(reader: &ChildReader, page: Page) -> ReadDocument {
    read_with(reader, &scans(vec![page]), "scan.pdf").await.unwrap()
}

#[tokio::test]
async fn scanned_pages_are_read_however_they_are_stored() {
    let Some(reader) = real_tesseract("scanned_pages_are_read_however_they_are_stored") else { return };
    let kinds = [
        ("plain", Page::Scan(vec![plain()])),
        ("fax", Page::Scan(vec![Shown::new(&format!("{BITMAP} {FAX}"), fax())])),
        ("stencil", Page::Scan(vec![Shown::new(&format!("/ImageMask true {FAX}"), fax())])),
        (
            "photo",
            Page::Scan(vec![Shown::new(
                "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode",
                include_bytes!("../fixtures/scan.jpg").to_vec(),
            )]),
        ),
        ("strips", Page::Scan(strips())),
        ("side", Page::Turned(90, vec![on_its_side()])),
        ("mirrored", Page::Scan(vec![mirrored()])),
    ];
    for (kind, page) in kinds {
        let document = read_page(&reader, page).await;
        let all = text(&document);
        assert!(all.contains(FIRST_SENTENCE) && all.contains(LAST_WORDS), "{kind}: {all}");
        assert_eq!(all.matches("Team plan").count(), 1, "{kind}: {all}");
        assert_eq!((document.format.as_str(), document.language.as_str()), ("pdf", "en"), "{kind}");
        assert_eq!(document.notes, ["Page 1 was read by text recognition."], "{kind}");
    }
}

#[tokio::test]
async fn some_pages_may_be_scanned() {
    let Some(reader) = real_tesseract("some_pages_may_be_scanned") else { return };
    let pages = vec![
        Page::Text("The first page has a text of its own."),
        Page::Scan(vec![plain()]),
        Page::Scan(Vec::new()),
        Page::Scan(vec![plain()]),
        Page::Scan(strips()),
        Page::Text("The last page has one too."),
    ];
    let document = read_with(&reader, &scans(pages), "a.pdf").await.unwrap();
    assert_eq!(document.notes, ["Pages 2 and 4–5 were read by text recognition.", "Page 3 has no text layer."]);
    let places: Vec<u32> = document.passages.iter().map(|passage| passage.place.number).collect();
    assert_eq!((document.places, places), (6, vec![1, 2, 4, 5, 6]));
    for passage in &document.passages[1..4] {
        assert!(passage.text.contains(FIRST_SENTENCE), "{passage:?}");
    }
}

#[tokio::test]
async fn scanned_files_of_others_are_read() {
    let Some(reader) = real_tesseract("scanned_files_of_others_are_read") else { return };
    let Some(folder) = folder() else {
        eprintln!("skipped: scanned_files_of_others_are_read: the shared documents aren't beside the repository");
        return;
    };
    let files = [
        ("kreuzberg__non_searchable.pdf", "non-text-searchable PDF"),
        (
            "kreuzberg__ocr_test_rotated_90.pdf",
            "Docling bundles PDF document conversion to JSON and Markdown in an easy self contained package",
        ),
        ("kreuzberg__invoice_image.png", "INVOICE"),
    ];
    for (name, phrase) in files {
        let document = reader.read(&folder.join("files").join(name), name, None).await.unwrap();
        assert!(text(&document).contains(phrase), "{name}: {}", text(&document));
        assert!(document.notes.iter().any(|note| note.contains("read by text recognition")), "{name}: {:?}", document.notes);
    }
}

#[tokio::test]
async fn a_picture_without_text_has_none() {
    let Some(reader) = real_tesseract("a_picture_without_text_has_none") else { return };
    // Noise, as a bad photo has it.
    let mut state = 1u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let stream = noise.take(WIDTH * HEIGHT).collect();
    let white = vec![0xff; WIDTH * HEIGHT / 8];
    for shown in [Shown::new("/ColorSpace /DeviceGray /BitsPerComponent 8", stream), Shown::new(BITMAP, white)] {
        let error = read_with(&reader, &scans(vec![Page::Scan(vec![shown])]), "photo.pdf").await.unwrap_err();
        assert!(matches!(&error, ReadError::NoText(sentence) if sentence.contains("text recognition found no text")), "{error:?}");
    }
}

#[tokio::test]
async fn without_the_program_a_sentence_says_what_would_help() {
    let error = read(&scans(vec![Page::Scan(vec![plain()])]), "scan.pdf").await.unwrap_err();
    let ReadError::NoText(sentence) = &error else { panic!("{error:?}") };
    assert!(sentence.contains("no text layer") && sentence.contains("tesseract is installed on the server"), "{sentence}");
    let error = read(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "photo.png").await.unwrap_err();
    assert!(error.to_string().starts_with("This is a picture.") && error.to_string().contains("tesseract"), "{error}");
    // Nothing is promised where there is no picture.
    let error = read(&scans(vec![Page::Scan(Vec::new())]), "empty.pdf").await.unwrap_err();
    assert!(error.to_string().contains("no text in this PDF") && !error.to_string().contains("tesseract"), "{error}");
    let mixed = scans(vec![Page::Text("The first page has a text of its own."), Page::Scan(vec![plain()])]);
    let document = read(&mixed, "a.pdf").await.unwrap();
    assert_eq!(document.notes.len(), 2, "{:?}", document.notes);
    assert!(document.notes[0] == "Page 2 has no text layer." && document.notes[1].contains("tesseract"), "{:?}", document.notes);
}

#[tokio::test]
async fn a_program_that_misbehaves_is_a_document_without_text() {
    let scan = scans(vec![Page::Scan(vec![plain()])]);
    let ways = [
        ("hang", "sleep 86391".to_owned(), "failed"),
        ("hang in the background", "sleep 86392 &\nsleep 86392".to_owned(), "failed"),
        ("flood", "yes flood".to_owned(), "failed"),
        ("complain", format!("yes complaint | head -c 3000000 >&2\n{}\nexit 1", row(1, "word")), "failed"),
        ("crash", "kill -SEGV $$".to_owned(), "failed"),
        ("spin", "while :; do :; done".to_owned(), "failed"),
        ("say nothing", "exit 0".to_owned(), "found no text"),
        ("say nonsense", "echo 'Segmentation fault, just kidding'".to_owned(), "found no text"),
        ("say one word", row(1, "word"), "found hardly any text"),
    ];
    for (way, script, why) in ways {
        let begun = Instant::now();
        let error = read_with(&Fake::tesseract(&script).reader(impatient()), &scan, "scan.pdf").await.unwrap_err();
        assert!(matches!(&error, ReadError::NoText(sentence) if sentence.contains(why)), "{way}: {error:?}");
        assert!(begun.elapsed() < Duration::from_secs(60), "{way} took {:?}", begun.elapsed());
    }
    assert_eq!((running("86391"), running("86392")), (0, 0), "they are still there");
}

#[tokio::test]
async fn what_a_program_leaves_behind_goes_with_it() {
    // It answers and ends, and what it has started lives on without its streams.
    let script = format!("sleep 86393 >/dev/null 2>&1 </dev/null &\n{}\n{}", row(1, "Enough words to be"), row(2, "taken for a text."));
    let document = read_with(&Fake::tesseract(&script).reader(limits()), &scans(vec![Page::Scan(vec![plain()])]), "a.pdf").await.unwrap();
    assert_eq!(text(&document), "Enough words to be taken for a text.");
    let begun = Instant::now();
    while running("86393") > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10), "it is still there");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_program_that_does_not_work_is_not_tried_at_every_page() {
    let mut pages = vec![Page::Text("The first page has a text of its own.")];
    pages.extend((0..8).map(|_| Page::Scan(vec![plain()])));
    let begun = Instant::now();
    let document = read_with(&Fake::tesseract("exit 1").reader(limits()), &scans(pages), "a.pdf").await.unwrap();
    assert_eq!(text(&document), "The first page has a text of its own.");
    assert_eq!(
        document.notes,
        ["Pages 2–9 have no text layer.", "Text recognition failed on several pages and did not try the rest."],
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn recognition_ends_at_its_limits() {
    let script = format!("{}\n{}", row(1, "Enough words to be"), row(2, "taken for a text."));
    let scan = || scans((0..5).map(|_| Page::Scan(vec![plain()])).collect());
    let limits = Limits { recognized_pages: 2, ..limits() };
    let document = read_with(&Fake::tesseract(&script).reader(limits.clone()), &scan(), "a.pdf").await.unwrap();
    assert_eq!(
        document.notes,
        [
            "Pages 1–2 were read by text recognition.",
            "Pages 3–5 have no text layer.",
            "Text recognition reads 2 pages of a file. Split it to have the others read."
        ]
    );
    let slow = Limits { recognition: Duration::from_secs(3), recognized_pages: 100, ..limits };
    let document = read_with(&Fake::tesseract(&format!("sleep 2\n{script}")).reader(slow), &scan(), "a.pdf").await.unwrap();
    assert!(document.notes.iter().any(|note| note.starts_with("Text recognition ended before the last page")), "{:?}", document.notes);
    assert!(document.passages.len() < 5, "{:?}", document.passages);
}

#[tokio::test]
async fn pictures_that_do_not_fit_in_one_answer_come_in_several() {
    let script = format!("{}\n{}", row(1, "Enough words to be"), row(2, "taken for a text."));
    // A JPEG is handed on as it is: eleven kilobytes each.
    let photo =
        || Shown::new("/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", include_bytes!("../fixtures/scan.jpg").to_vec());
    let limits = Limits { output: 120 << 10, ..limits() };
    let scan = scans((0..12).map(|_| Page::Scan(vec![photo()])).collect());
    let document = read_with(&Fake::tesseract(&script).reader(limits), &scan, "a.pdf").await.unwrap();
    assert_eq!(document.notes, ["Pages 1–12 were read by text recognition."]);
    assert_eq!(document.passages.len(), 12);
}

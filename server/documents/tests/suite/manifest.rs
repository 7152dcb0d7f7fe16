//! The public folder of upload documents: each file gives what its manifest expects.

use std::path::{Path, PathBuf};

use ports::{DocumentReader, ReadDocument, ReadError};
use secrecy::SecretString;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::made::{limits, reader, text};

/// What the reference reader found and this one does not give on purpose or can't: see the reasons.
const EXCUSED: [(&str, &str); 7] = [
    // A form's choice is read by the value that it stands for (`comboExportB`), not by what the page shows.
    ("tika__testPDF_acroform3.pdf", "comboItemB"),
    // Embedded data is no text that anybody looks for: it is left out.
    ("tika__testMARKDOWN_dataURI.md", "yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"),
    ("tika__testMARKDOWN_dataURI.md", "R0lGODlhAQABAIAAAAAAAP"),
    ("tika__testMARKDOWN_dataURI.md", "base64"),
    // A table's names of columns stand before each of their values, and not in a line of their own.
    ("markitdown__SPARSE-2024-INV-1234_borderless_table.pdf", "Sarah Martinez Product Code Location"),
    ("markitdown__SPARSE-2024-INV-1234_borderless_table.pdf", "Product Code Category Unit Cost"),
    ("markitdown__SPARSE-2024-INV-1234_borderless_table.pdf", "Total Value Last Audit Notes"),
];

/// The folder beside the repository or one of the folders around it.
pub fn folder() -> Option<PathBuf> {
    let around = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    around.map(|folder| folder.join("shared/data/documents/public")).find(|path| path.is_dir())
}

/// Letters and digits only: where a line ends and whether a word is parted there depends on the reader.
fn letters(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

fn contains(document: &ReadDocument, phrase: &str) -> bool {
    let mut all = document.title.clone() + &text(document);
    for passage in &document.passages {
        all.push_str(&passage.place.headings.join("\n"));
        all.push_str(&passage.place.label);
    }
    let (all, phrase) = (letters(&all), letters(phrase));
    // The order of letters of right-to-left text depends on the reader.
    all.contains(&phrase) || all.contains(&phrase.chars().rev().collect::<String>())
}

/// What is wrong with what came of a file; none if nothing is.
fn wrong(expect: &str, read: &Result<ReadDocument, ReadError>) -> Option<&'static str> {
    use ReadError::{Broken, NoText, PasswordNeeded, TooMuch, Unavailable, Unsupported};
    if matches!(read, Err(Unavailable(_))) {
        return Some("the child could not be started");
    }
    let bounded = |document: &ReadDocument| document.passages.len() < 1_000;
    let right = match expect {
        "text" | "text; script must not be indexed or run" => read.is_ok(),
        "encrypted" => matches!(read, Err(PasswordNeeded)),
        "no-text(OCR needed)" => matches!(read, Err(NoText(_))),
        "no-text(OCR) or unsupported" => matches!(read, Err(NoText(_) | Unsupported(_))),
        "clean-error" => matches!(read, Err(Broken(_) | Unsupported(_) | NoText(_))),
        "text-or-unsupported" => matches!(read, Ok(_) | Err(Unsupported(_))),
        "must refuse within memory/time limit" => matches!(read, Err(Broken(_) | TooMuch(_) | Unsupported(_) | NoText(_))),
        "refuse or bounded" => read.as_ref().map_or(true, bounded),
        expect if expect.starts_with("text-or-clean-error") || expect.starts_with("text is absent") || expect.starts_with("no-xxe") => {
            !matches!(read, Err(TooMuch(_) | PasswordNeeded))
        }
        _ => return Some("the manifest expects something that this test does not know"),
    };
    (!right).then_some("not what is expected")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_public_file_gives_what_its_manifest_expects() {
    let Some(folder) = folder() else {
        eprintln!("skipped: every_public_file_gives_what_its_manifest_expects: the shared documents aren't beside the repository");
        return;
    };
    let reader = reader(&[], limits());
    let manifest = std::fs::read_to_string(folder.join("manifest.jsonl")).unwrap();
    let (mut files, mut mistakes) = (0, Vec::new());
    for line in manifest.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let (name, expect) = (entry["file"].as_str().unwrap(), entry["expect"].as_str().unwrap());
        let path = folder.join("files").join(name);
        let read = reader.read(&path, name, None).await;
        files += 1;
        let got = match &read {
            Ok(document) => {
                format!("{} {} passages, {} characters", document.format, document.passages.len(), text(document).chars().count())
            }
            Err(error) => format!("{error:?}"),
        };
        eprintln!("{name} | {expect} | {got}");
        mistakes.extend(wrong(expect, &read).map(|wrong| format!("{name}: {wrong}: {got}")));
        if let Ok(document) = &read {
            for phrase in entry["must_contain"].as_array().unwrap().iter().map(|phrase| phrase.as_str().unwrap()) {
                if !contains(document, phrase) && !EXCUSED.contains(&(name, phrase)) {
                    mistakes.push(format!("{name}: without {phrase:?}"));
                }
            }
            let all = text(document);
            if expect.contains("script") && (all.contains("script") || all.contains("function")) {
                mistakes.push(format!("{name}: its script is text"));
            }
        }
        if let Some(password) = entry["password"].as_str() {
            let wrong = reader.read(&path, name, Some(&SecretString::from("not it"))).await;
            if wrong != Err(ReadError::PasswordWrong) {
                mistakes.push(format!("{name}: a wrong password gives {wrong:?}"));
            }
            let right = reader.read(&path, name, Some(&SecretString::from(password))).await;
            eprintln!("{name} with its password | text | {} passages", right.as_ref().map_or(0, |document| document.passages.len()));
            if right.is_err() {
                mistakes.push(format!("{name}: its password gives {right:?}"));
            }
        }
    }
    assert_eq!(mistakes, Vec::<String>::new(), "of {files} files");
    assert!(files >= 40);
}

#[tokio::test]
async fn arabic_with_latin_words_is_read_from_the_right() {
    let Some(folder) = folder() else {
        eprintln!("skipped: arabic_with_latin_words_is_read_from_the_right: the shared documents aren't beside the repository");
        return;
    };
    for (name, phrases) in [
        (
            "kreuzberg__right_to_left_01.pdf",
            &["البرمجة بلغة R وPython", "تعتبر البرمجة بلغة R وPython من", "استخدام مكتبة pandas في Python", "قائمة على البيانات"][..],
        ),
        ("pdfjs__ArabicCIDTrueType.pdf", &["انواع الخطوط العربية"][..]),
    ] {
        let read = reader(&[], limits()).read(&folder.join("files").join(name), name, None).await.unwrap();
        let all = text(&read);
        for phrase in phrases {
            assert!(all.contains(phrase), "{name}: {phrase}: {all}");
        }
        assert!(!all.split_whitespace().any(|word| word.starts_with(['ة', 'ى'])), "{name}: {all}");
    }
}

//! Old Office files: read by way of LibreOffice where it is installed, else a sentence.

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use documents::Programs;
use ports::{DocumentReader, ReadError};

use crate::made::{docx, limits, read, read_with, reader, text};
use crate::manifest::folder;
use crate::programs::{Fake, impatient, running};

/// A container of old Office with these streams.
fn container(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, bytes) in streams {
        file.create_stream(name).unwrap().write_all(bytes).unwrap();
    }
    file.into_inner().into_inner()
}

/// The header of a DOC; encrypted if its flag says so.
fn doc(encrypted: bool) -> Vec<u8> {
    let mut header = vec![0; 1_500];
    header[..4].copy_from_slice(&[0xec, 0xa5, 0xc1, 0]);
    header[11] = u8::from(encrypted);
    container(&[("/WordDocument", &header)])
}

fn ppt(token: [u8; 4]) -> Vec<u8> {
    let mut user = vec![0, 0, 0xf6, 0x0f, 20, 0, 0, 0, 20, 0, 0, 0];
    user.extend(token);
    user.extend([0; 8]);
    container(&[("/PowerPoint Document", &[0; 64]), ("/Current User", &user)])
}

const PLAIN: [u8; 4] = [0x5f, 0xc0, 0x91, 0xe3];
const ENCRYPTED: [u8; 4] = [0xdf, 0xc4, 0xd1, 0xf3];

#[tokio::test]
async fn old_files_are_read_as_what_they_are_made_into() {
    // It makes what it is asked for, in the folder that it is told.
    let fake = Fake::office("[ -s \"$file\" ] && mkdir \"$out\" && cp \"$here/../share/answer.$into\" \"$out/document.$into\"")
        .sharing("answer.docx", &docx("The old contract ends with the year."))
        .sharing("answer.pptx", &docx("The old slides name a price."))
        .sharing("answer.xlsx", &docx("The old sheet has a sum."));
    let broken_xls = container(&[("/Book", b"no sheet at all")]);
    let files = [
        (doc(false), "doc", "The old contract ends with the year."),
        (ppt(PLAIN), "ppt", "The old slides name a price."),
        (broken_xls, "xls", "The old sheet has a sum."),
    ];
    for (bytes, format, expected) in files {
        let document = read_with(&fake.reader(limits()), &bytes, "an offer, 2003").await.unwrap();
        assert_eq!((document.format.as_str(), text(&document).as_str()), (format, expected));
        assert_eq!(document.notes, [format!("This old {} file was read by way of LibreOffice.", format.to_uppercase())]);
    }
}

#[tokio::test]
async fn a_program_that_wants_to_be_started_again_is_once() {
    let again = "[ -e profile ] || { : > profile; exit 81; }\nmkdir \"$out\" && cp \"$here/../share/answer.docx\" \"$out/document.docx\"";
    let fake = Fake::office(again).sharing("answer.docx", &docx("The second start has made this."));
    assert_eq!(text(&read_with(&fake.reader(limits()), &doc(false), "old").await.unwrap()), "The second start has made this.");
    let error = read_with(&Fake::office("exit 81").reader(limits()), &doc(false), "old").await.unwrap_err();
    assert!(error.to_string().contains("could not be converted"), "{error}");
}

#[tokio::test]
async fn without_the_program_the_sentence_says_save_as() {
    for (bytes, into) in [(doc(false), "save it as DOCX"), (ppt(PLAIN), "save it as PPTX")] {
        let error = read(&bytes, "old").await.unwrap_err();
        assert!(matches!(&error, ReadError::Unsupported(sentence) if sentence.contains(into)), "{error:?}");
    }
    assert!(matches!(read(&container(&[("/Book", b"no sheet at all")]), "a.xls").await, Err(ReadError::Broken(_))));
}

#[tokio::test]
async fn encrypted_old_files_are_told_before_anything_is_started() {
    let fake = Fake::office("sleep 86395");
    let begun = Instant::now();
    for (bytes, into) in [(doc(true), "DOCX"), (ppt(ENCRYPTED), "PPTX")] {
        for reader in [fake.reader(limits()), reader(&[], limits())] {
            let error = read_with(&reader, &bytes, "old").await.unwrap_err();
            let told = |sentence: &str| sentence.contains("with a password are not read") && sentence.contains(into);
            assert!(matches!(&error, ReadError::Unsupported(sentence) if told(sentence)), "{error:?}");
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(60), "it was started: {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_program_that_misbehaves_is_a_file_that_is_not_converted() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), docx("A secret of the server.")).unwrap();
    let secret = secret.path().display();
    let ways = [
        ("hang", "sleep 86394".to_owned(), "takes too long"),
        ("flood", "yes flood".to_owned(), "takes too long"),
        ("crash", "kill -SEGV $$".to_owned(), "could not be converted"),
        ("do nothing", "exit 0".to_owned(), "could not be converted"),
        ("write nonsense", "mkdir \"$out\" && echo nonsense > \"$out/document.$into\"".to_owned(), "could not be converted"),
        ("write nothing", "mkdir \"$out\" && : > \"$out/document.$into\"".to_owned(), "could not be converted"),
        ("link to a file", format!("mkdir \"$out\" && ln -s {secret} \"$out/document.$into\""), "could not be converted"),
        ("copy a file", format!("mkdir \"$out\" && cp {secret} \"$out/document.$into\""), "could not be converted"),
        ("write too much", "mkdir \"$out\" && yes | head -c 200000000 > \"$out/document.$into\"".to_owned(), "could not be converted"),
    ];
    for (way, script, why) in ways {
        let begun = Instant::now();
        let error = read_with(&Fake::office(&script).reader(impatient()), &doc(false), "old.doc").await.unwrap_err();
        assert!(error.to_string().contains(why) && error.to_string().contains("DOCX"), "{way}: {error:?}");
        assert!(begun.elapsed() < Duration::from_secs(60), "{way} took {:?}", begun.elapsed());
    }
    assert_eq!(running("86394"), 0, "it is still there");
}

#[tokio::test]
async fn the_real_program_reads_an_old_document() {
    let (office, folder) = (Programs::on_path().office, folder());
    let (Some(office), Some(folder)) = (office, folder) else {
        eprintln!("skipped: the_real_program_reads_an_old_document: LibreOffice or the shared documents aren't here");
        return;
    };
    let reader = reader(&[], limits()).with_programs(Programs { tesseract: None, office: Some(office) });
    let document = reader.read(&folder.join("files/poi__SampleDoc.doc"), "SampleDoc.doc", None).await.unwrap();
    assert_eq!(document.format, "doc");
    assert!(text(&document).contains("I am a test document"), "{}", text(&document));
}

//! A child that misbehaves is one failed document with a sentence.

use std::time::{Duration, Instant};

use documents::Limits;
use ports::ReadError;

use crate::made::{docx, limits, read_with, reader, text};

async fn fails(how: &str, limits: Limits) -> ReadError {
    read_with(&reader(&[how], limits), b"A text that is long enough to be read.", "a.txt").await.unwrap_err()
}

fn small() -> Limits {
    Limits { memory: 400 << 20, cpu: Duration::from_secs(1), output: 1 << 20, ..limits() }
}

#[tokio::test]
async fn one_that_dies_is_a_broken_document() {
    for how in ["abort", "fault", "stack", "deaf", "rubbish", "truncated", "trailing", "misnumbered", "overlong", "failing", "complain"] {
        let error = fails(how, limits()).await;
        assert!(matches!(&error, ReadError::Broken(sentence) if sentence.contains("damaged")), "{how}: {error:?}");
    }
}

#[tokio::test]
async fn one_that_takes_too_much_is_ended() {
    for (how, what) in [("hang", "takes longer"), ("spin", "takes longer"), ("memory", "memory"), ("flood", "more text")] {
        let start = Instant::now();
        let hangs = Limits { wall: Duration::from_secs(2), ..small() };
        let patient = Limits { cpu: Duration::from_secs(20), ..small() };
        let error = fails(
            how,
            if how == "hang" {
                hangs
            } else if how == "spin" {
                small()
            } else {
                patient
            },
        )
        .await;
        assert!(matches!(&error, ReadError::TooMuch(sentence) if sentence.contains(what)), "{how}: {error:?}");
        assert!(start.elapsed() < Duration::from_secs(120), "{how} took {:?}", start.elapsed());
    }
}

#[tokio::test]
async fn one_that_is_taken_over_has_no_rights() {
    let document = read_with(&reader(&["escape"], Limits::default()), b"text", "a.txt").await.unwrap();
    let tried = text(&document);
    if cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))) {
        assert_eq!(document.notes, [] as [&str; 0], "limits that this system does not enforce");
        for what in ["read file", "write file", "start program", "open socket", "connect", "signal parent", "raise limits"] {
            assert!(tried.contains(&format!("{what} refused")), "{tried}");
        }
    }
    assert!(tried.contains("start thread worked") && tried.contains("variables 0") && tried.contains("priority 19"), "{tried}");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_worth_another_try() {
    let absent = documents::ChildReader::new("/nowhere/closezly", ["extract-document"], limits());
    let error = read_with(&absent, b"text", "a.txt").await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_child_goes_with_whoever_waited_for_it() {
    let reader = reader(&["linger"], limits());
    let reading = tokio::spawn(async move { read_with(&reader, b"text", "gone.txt").await });
    let start = Instant::now();
    while lingering() == 0 {
        assert!(start.elapsed() < Duration::from_secs(20), "it never started");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    reading.abort();
    assert!(reading.await.unwrap_err().is_cancelled());
    let start = Instant::now();
    while lingering() > 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "it is still there");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// How many children of this process linger.
#[cfg(target_os = "linux")]
fn lingering() -> usize {
    let own = std::process::id().to_string();
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    let lingers = |process: &std::path::PathBuf| {
        let arguments = std::fs::read(process.join("cmdline")).unwrap_or_default();
        let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        arguments.ends_with(b"\0linger\0") && fields.split_whitespace().nth(1) == Some(own.as_str())
    };
    processes.filter(lingers).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_read_at_a_time_and_all_are_read() {
    let reader = reader(&[], limits());
    let reading = (0..8).map(|number| {
        let reader = reader.clone();
        tokio::spawn(async move { read_with(&reader, &docx(&format!("This is document number {number} of eight.")), "a.docx").await })
    });
    for (number, reading) in reading.collect::<Vec<_>>().into_iter().enumerate() {
        assert!(text(&reading.await.unwrap().unwrap()).contains(&format!("number {number} of")));
    }
}

//! Reads every file of a folder and prints what came of each, pages per second, and the peak memory of this process and of its children.
//!
//! `cargo run -p documents --features test-utils --example ingest -- FOLDER [--text]`; build the child first with
//! `cargo build -p documents --features test-utils --bin extract-document`.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use documents::{ChildReader, Limits};
use domain::ports::DocumentReader;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let text = arguments.next().is_some();
    let program = std::env::current_exe()?;
    let child = program.ancestors().nth(2).ok_or("no folder")?.join("extract-document");
    let reader = ChildReader::new(child, [] as [&str; 0], Limits::default());
    let mut files: Vec<PathBuf> = match folder.is_dir() {
        true => std::fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?,
        false => vec![folder],
    };
    files.sort();
    let (mut places, mut bytes, start) = (0u32, 0u64, Instant::now());
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let begun = Instant::now();
        let read = reader.read(file, &name, None).await;
        let millis = begun.elapsed().as_millis();
        bytes += std::fs::metadata(file)?.len();
        match read {
            Ok(document) => {
                places += document.places;
                let chars: usize = document.passages.iter().map(|passage| passage.text.chars().count()).sum();
                println!(
                    "{millis:>6} ms  {name}: {} {:?} [{}] {} places, {} passages, {chars} characters {:?}",
                    document.format,
                    document.title,
                    document.language,
                    document.places,
                    document.passages.len(),
                    document.notes
                );
                for passage in document.passages.iter().filter(|_| text) {
                    println!("--- {} {}\n{}", passage.number, passage.place.describe(), passage.text);
                }
            }
            Err(error) => println!("{millis:>6} ms  {name}: {error}"),
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} files, {places} pages or parts, {:.1} MB in {seconds:.1} s: {:.1} pages/s, {:.2} MB/s",
        files.len(),
        bytes as f64 / 1e6,
        f64::from(places) / seconds,
        bytes as f64 / 1e6 / seconds
    );
    println!("peak memory: this process {}", peak_of("/proc/self/status"));
    Ok(())
}

fn peak_of(status: &str) -> String {
    let status = std::fs::read_to_string(status).unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("unknown".into(), |peak| peak.trim().to_owned())
}

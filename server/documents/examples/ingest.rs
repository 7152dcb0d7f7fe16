//! Reads every file of a folder and prints what came of each; then, as `key=value` lines for `cargo xtask bench`, how fast those that can be
//! read were, and the peak memory of this process and of the largest of its children.
//!
//! `cargo run -p documents --release --example ingest -- FOLDER [--text]`

#![allow(clippy::print_stdout)]

#[path = "peak/mod.rs"]
mod peak;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use documents::{ChildReader, Limits};
use ports::DocumentReader;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).peekable();
    if arguments.peek().is_some_and(|word| word == "extract-document") {
        return documents::child_main();
    }
    let Some(folder) = arguments.next() else {
        println!("Which folder?");
        return ExitCode::FAILURE;
    };
    let read = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(ingest(folder.into(), arguments.next().is_some())));
    match read {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn ingest(folder: PathBuf, text: bool) -> Result<(), Box<dyn Error>> {
    let reader = ChildReader::new(std::env::current_exe()?, ["extract-document"], Limits::default());
    let mut files: Vec<PathBuf> = match folder.is_dir() {
        true => std::fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?,
        false => vec![folder],
    };
    files.sort();
    let child_peak = peak::of_children();
    let (mut places, mut bytes, mut failed, mut taken) = (0u32, 0u64, 0, Duration::ZERO);
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let begun = Instant::now();
        let read = reader.read(file, &name, None).await;
        let millis = begun.elapsed().as_millis();
        match read {
            Ok(document) => {
                taken += begun.elapsed();
                places += document.places;
                bytes += std::fs::metadata(file)?.len();
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
            Err(error) => {
                failed += 1;
                println!("{millis:>6} ms  {name}: {error}");
            }
        }
    }
    println!("ingest.files_read={}", files.len() - failed);
    println!("ingest.files_failed={failed}");
    println!("ingest.pages_per_s={:.1}", f64::from(places) / taken.as_secs_f64());
    println!("ingest.mb_per_s={:.2}", bytes as f64 / 1e6 / taken.as_secs_f64());
    println!("ingest.parent_peak_kb={}", peak::high_water(&std::fs::read_to_string("/proc/self/status")?));
    println!("ingest.child_peak_kb={}", child_peak.kb());
    Ok(())
}

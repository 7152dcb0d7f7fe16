//! Reads every file of a folder and prints what came of each; then, as `key=value` lines for `cargo xtask bench`, how fast those that can be
//! read were, and the peak memory of this process and of the largest of its children.
//!
//! `cargo run -p server --release --example ingest -- FOLDER [--text]`, beside a server of the same build, whose child reads.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use documents::{ChildReader, Limits};
use ports::DocumentReader;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let text = arguments.next().is_some();
    let program = std::env::current_exe()?;
    let server = program.ancestors().nth(2).ok_or("no folder")?.join(format!("closezly{}", std::env::consts::EXE_SUFFIX));
    let reader = ChildReader::new(server, ["extract-document"], Limits::default());
    let mut files: Vec<PathBuf> = match folder.is_dir() {
        true => std::fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?,
        false => vec![folder],
    };
    files.sort();
    let child_peak = watch_children();
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
    println!("ingest.parent_peak_kb={}", peak_kb("self"));
    println!("ingest.child_peak_kb={}", child_peak.load(Ordering::Relaxed));
    Ok(())
}

/// Looks every few milliseconds at the peak of each process that this one has started.
fn watch_children() -> Arc<AtomicU64> {
    let peak = Arc::new(AtomicU64::new(0));
    let watched = Arc::clone(&peak);
    let parent = format!("PPid:\t{}", std::process::id());
    std::thread::spawn(move || {
        loop {
            for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
                let pid = process.file_name().to_string_lossy().into_owned();
                if status(&pid).lines().any(|line| line == parent) {
                    watched.fetch_max(peak_kb(&pid), Ordering::Relaxed);
                }
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    peak
}

fn status(pid: &str) -> String {
    // A number; a process that has ended has none.
    if pid != "self" && !pid.bytes().all(|byte| byte.is_ascii_digit()) {
        return String::new();
    }
    std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default()
}

fn peak_kb(pid: &str) -> u64 {
    let status = status(pid);
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    peak.unwrap_or(0)
}

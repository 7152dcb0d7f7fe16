//! Reads files as the server does, and prints what was read: passages, notes, how long it took.
//!
//! `cargo run --example read_document -- FILE…`; with `--quiet` only a line for each file, with its megabytes a second.

#![allow(clippy::print_stdout)]

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use documents::{ChildReader, Limits, Programs};
use ports::DocumentReader;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|word| word == "extract-document") {
        return documents::child_main();
    }
    let quiet = arguments.iter().any(|word| word == "--quiet");
    arguments.retain(|word| word != "--quiet");
    let (Ok(program), Ok(runtime)) = (std::env::current_exe(), tokio::runtime::Builder::new_current_thread().enable_all().build()) else {
        return ExitCode::FAILURE;
    };
    let reader =
        ChildReader::new(program, ["extract-document"], Limits { niceness: 0, ..Limits::default() }).with_programs(Programs::default());
    for path in &arguments {
        let name = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let size = std::fs::metadata(path).map_or(0, |file| file.len()) as f64 / 1e6;
        let begun = Instant::now();
        let read = runtime.block_on(reader.read(Path::new(path), &name, None));
        let took = begun.elapsed().as_secs_f64();
        match read {
            Ok(document) => {
                println!(
                    "{name}: {}, {} passages, {size:.2} MB in {took:.2} s, {:.2} MB/s",
                    document.format,
                    document.passages.len(),
                    size / took
                );
                document.notes.iter().for_each(|note| println!("  note: {note}"));
                if !quiet {
                    document.passages.iter().for_each(|passage| println!("--- {}\n{}", passage.place.describe(), passage.text));
                }
            }
            Err(error) => println!("{name}: {error}"),
        }
    }
    ExitCode::SUCCESS
}

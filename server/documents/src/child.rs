//! The child: one document, or one program of others, then it ends.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use serde::Serialize;

use crate::content::{Block, Budget, Content, one_line};
use crate::failure::Failure;
use crate::formats::{self, Reading, letters};
use crate::language;
use crate::limits::Limits;
use crate::passages;
use crate::protocol::{self, Extracted, Given, PageText, Pictures, Program, Reply, Request};
use crate::sandbox::{self, Rights};

/// A document with fewer letters has no text, whatever its format: a note may be short.
const MIN_LETTERS: usize = 4;
/// Nor has one with fewer that were recognized in pictures: specks look like letters.
const MIN_RECOGNIZED_LETTERS: usize = 16;
/// A file is at most so large, in bytes; the server takes no larger ones.
const MAX_FILE_BYTES: u64 = model::MAX_FILE_BYTES;
/// Readers of nested structures call themselves: so much stack, in bytes.
const STACK: usize = 64 << 20;

/// What the hidden subcommand `extract-document` does: reads one document as the parent asks on standard input, answers on standard
/// output, and ends. Without a parent it fails.
pub fn child_main() -> ExitCode {
    match protocol::read_request(io::stdin().lock()) {
        Ok(Request::Read(given, recognized)) => answer(given, move |file, given| extract(file, given, &recognized)),
        Ok(Request::Pictures(given, pages)) => answer(given, move |file, given| pictures(file, given, &pages)),
        Ok(Request::Run(program)) => become_program(&program),
        Err(_) => ExitCode::FAILURE,
    }
}

/// Gives all rights away but the one file, reads it and answers.
fn answer<T: Serialize + Send + 'static>(given: Given, read: impl FnOnce(File, &Given) -> Result<T, Failure> + Send + 'static) -> ExitCode {
    // The one file that it ever opens; from here on it can't.
    let Ok(file) = File::open(&given.file) else { return ExitCode::FAILURE };
    let unenforced = sandbox::enter(&given.limits, Rights::Read);
    // What a panic says may quote the document: it goes nowhere.
    std::panic::set_hook(Box::new(|_| {}));
    end_in_any_case(given.limits.wall);
    let reader = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || catch_unwind(AssertUnwindSafe(|| read(file, &given))).unwrap_or_else(|_| Err(Failure::broken("file"))));
    let result = match reader.map(std::thread::JoinHandle::join) {
        Ok(Ok(result)) => result,
        _ => Err(Failure::broken("file")),
    };
    match protocol::write(&Reply { unenforced, result }, io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Gives rights away and becomes a program of others, which keeps the limits. Comes back only if it can't be started.
fn become_program(program: &Program) -> ExitCode {
    let mut unenforced: Vec<String> = sandbox::reach(program).into_iter().collect();
    unenforced.extend(sandbox::enter(&program.limits, Rights::Run));
    if !unenforced.is_empty() {
        // The program answers in its own way: only this stream is left to tell it.
        let _ = writeln!(io::stderr(), "{}{}", protocol::UNENFORCED, unenforced.join(", "));
    }
    let mut command = Command::new(&program.path);
    command.args(&program.arguments).env_clear().envs(program.variables.iter().map(|(name, value)| (name, value)));
    let _ = command.current_dir(&program.folder).stdin(Stdio::null()).exec();
    ExitCode::FAILURE
}

/// Ends the process when its time is over, should the parent not be there any more to do it.
fn end_in_any_case(wall: Duration) {
    let _ = std::thread::Builder::new().stack_size(64 << 10).spawn(move || {
        std::thread::sleep(wall + Duration::from_secs(5));
        std::process::exit(1);
    });
}

fn whole(file: File) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|_| Failure::broken("file"))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Failure::TooMuch(format!("This file is larger than {} MB. Split it into smaller files.", MAX_FILE_BYTES >> 20)));
    }
    Ok(bytes)
}

fn pictures(file: File, given: &Given, pages: &[u32]) -> Result<Pictures, Failure> {
    let reading = Reading { name: &given.name, password: given.password.as_deref(), depth: 0, recognized: &[] };
    formats::pictures(&whole(file)?, &reading, pages, &given.limits)
}

fn extract(file: File, given: &Given, recognized: &[PageText]) -> Result<Extracted, Failure> {
    let reading = Reading { name: &given.name, password: given.password.as_deref(), depth: 0, recognized };
    read(&whole(file)?, &reading, &given.limits)
}

/// Reads a document in this very process, without any limit on memory and time. For the child.
fn read(bytes: &[u8], reading: &Reading, limits: &Limits) -> Result<Extracted, Failure> {
    let budget = Budget::new(usize::try_from(limits.text).unwrap_or(usize::MAX), limits.unpacked, limits.files);
    let mut content = Content::new(&budget);
    match formats::read(bytes, reading, &mut content) {
        Ok(()) => {}
        Err(Failure::Full) => {
            let read = content.parts.last().map_or(0, |part| part.number);
            let upto = if read > 1 { format!(" Its end, from {} {read} on, can't be found.", kind(&content)) } else { String::new() };
            content.note(format!("This file is very long: only its first {} MB of text were read.{upto}", limits.text >> 20));
        }
        Err(failure) => return Err(failure),
    }
    let passages = passages::split(&content.parts);
    let found: usize = passages.iter().map(|passage| letters(&passage.text)).sum();
    if found < if reading.recognized.is_empty() { MIN_LETTERS } else { MIN_RECOGNIZED_LETTERS } {
        return Err(Failure::NoText(match found {
            0 => "There is no text in this file.".into(),
            _ => "There is hardly any text in this file: too little to answer from.".into(),
        }));
    }
    let first_heading = content.parts.iter().flat_map(|part| &part.blocks).find_map(|block| match block {
        Block::Heading(_, text) => Some(text.clone()),
        _ => None,
    });
    let title = if content.title.is_empty() { first_heading.unwrap_or_default() } else { std::mem::take(&mut content.title) };
    Ok(Extracted {
        format: content.format.to_owned(),
        title: one_line(&title, 200),
        language: language::of(&passages),
        places: content.parts.len().max(1) as u32,
        notes: content.notes,
        passages,
        scanned: content.scanned,
    })
}

fn kind(content: &Content) -> &'static str {
    content.parts.first().map_or("part", |part| part.kind.as_str())
}

//! Text recognition: pictures of text, read by the program `tesseract`, one at a time and each under limits of its own.

mod words;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ports::ReadError;
use tempfile::TempDir;

use crate::language;
use crate::limits::Limits;
use crate::process::unavailable;
use crate::programs;
use crate::protocol::{Given, PageText, Picture, Pictures, Program, Request};
use crate::reader::ChildReader;

/// So many pages are asked for at once; as many come as fit in an answer.
const PAGES_AT_ONCE: usize = 50;
/// Each language costs as much time again.
const MAX_LANGUAGES: usize = 3;
/// After so many pictures in a row that could not be read nothing more is tried: the program does not work here.
const MAX_FAILURES: usize = 3;
/// What is recognized in a picture, with the place of each word, in bytes.
const MAX_OUTPUT: u64 = 8 << 20;
/// The text of all pages, in bytes: it goes to the child in one request.
const MAX_TEXT: usize = 8 << 20;
/// It has no files to write.
const MAX_FILE: u64 = 1 << 20;
/// Resolutions that it believes; it guesses others itself.
const DOTS: std::ops::RangeInclusive<u32> = 100..=1_200;

/// What `tesseract` can read here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Languages {
    /// Its own names: `eng`, `deu`, `chi_sim` …
    names: Vec<String>,
    /// Whether it can tell which way up a page is.
    turns: bool,
}

/// What was recognized.
#[derive(Debug, Default)]
pub(crate) struct Recognized {
    /// Pages with text, in order.
    pub pages: Vec<PageText>,
    /// Whether the program failed at a page.
    pub failed: bool,
    /// What there is to say about pages that were not read.
    pub note: Option<String>,
}

/// Reads the pictures on these pages of a PDF. `hint` is the language of its other pages, two letters or none.
///
/// # Errors
/// Something that may pass. What can't be read is left out.
pub(crate) async fn of_pages(
    reader: &ChildReader,
    program: &Path,
    given: &Given,
    pages: &[u32],
    hint: &str,
) -> Result<Recognized, ReadError> {
    let Ok(_turn) = reader.turn.acquire().await else { return Err(ReadError::Unavailable("closed".into())) };
    let mut run = Run::new(reader, program, given, hint).await?;
    let (mut left, rest) = pages.split_at(pages.len().min(given.limits.recognized_pages as usize));
    if !rest.is_empty() {
        run.found.note = Some(format!("Text recognition reads {} pages of a file. Split it to have the others read.", left.len()));
    }
    let mut at_once = PAGES_AT_ONCE;
    while !left.is_empty() && !run.is_over() {
        let asked = &left[..left.len().min(at_once)];
        let answer = reader.ask::<Pictures>(&Request::Pictures(given.clone(), asked.to_vec())).await;
        let (pictures, done) = match answer {
            Err(error @ ReadError::Unavailable(_)) => return Err(error),
            Ok(Ok(answer)) if answer.pages as usize <= asked.len() => (answer.pictures, answer.pages as usize),
            // A page among them is too much for the child: one by one, those before and after it are read.
            _ if asked.len() > 1 => {
                at_once = 1;
                continue;
            }
            _ => {
                run.failed();
                (Vec::new(), 1)
            }
        };
        for picture in pictures.into_iter().filter(|picture| asked[..done].contains(&picture.page)) {
            run.read(picture).await?;
        }
        left = &left[done..];
    }
    Ok(run.found)
}

/// Reads a file that is a picture; one that holds several has several pages.
///
/// # Errors
/// Something that may pass.
pub(crate) async fn of_picture(reader: &ChildReader, program: &Path, given: &Given) -> Result<Recognized, ReadError> {
    let Ok(_turn) = reader.turn.acquire().await else { return Err(ReadError::Unavailable("closed".into())) };
    let mut run = Run::new(reader, program, given, "").await?;
    let copy = run.folder.path().join("picture");
    tokio::fs::copy(&given.file, &copy).await.map_err(unavailable)?;
    for (page, text) in run.words(&copy, 0).await?.unwrap_or_default() {
        run.add(page, text);
    }
    run.found.pages.sort_by_key(|page| page.page);
    Ok(run.found)
}

/// The recognition of one document.
struct Run<'a> {
    reader: &'a ChildReader,
    program: &'a Path,
    limits: &'a Limits,
    languages: String,
    turns: bool,
    folder: TempDir,
    end: Instant,
    failures: usize,
    bytes: usize,
    found: Recognized,
}

impl<'a> Run<'a> {
    async fn new(reader: &'a ChildReader, program: &'a Path, given: &'a Given, hint: &str) -> Result<Self, ReadError> {
        let languages = match reader.languages.get_or_try_init(|| languages(reader, program, &given.limits)).await {
            Ok(languages) => languages.clone(),
            Err(error @ ReadError::Unavailable(_)) => return Err(error),
            // It may be too slow just now: without a word of ours it reads in the language that it takes for itself.
            Err(_) => Languages::default(),
        };
        Ok(Self {
            reader,
            program,
            limits: &given.limits,
            languages: choose(&languages.names, hint),
            turns: languages.turns,
            folder: tempfile::tempdir().map_err(unavailable)?,
            end: Instant::now() + given.limits.recognition,
            failures: 0,
            bytes: 0,
            found: Recognized::default(),
        })
    }

    /// Whether nothing more is to be read.
    fn is_over(&mut self) -> bool {
        if self.failures >= MAX_FAILURES {
            tracing::warn!(program = %self.program.display(), "text recognition failed several times in a row");
            self.found.note = Some("Text recognition failed on several pages and did not try the rest.".to_owned());
            return true;
        }
        if self.end <= Instant::now() || self.bytes >= MAX_TEXT {
            self.found.note = Some("Text recognition ended before the last page: there is too much to read. Split this file.".to_owned());
            return true;
        }
        false
    }

    fn failed(&mut self) {
        self.failures += 1;
        self.found.failed = true;
    }

    async fn read(&mut self, picture: Picture) -> Result<(), ReadError> {
        if self.is_over() {
            return Ok(());
        }
        let path = self.folder.path().join(format!("picture.{}", picture.ending));
        tokio::fs::write(&path, &picture.bytes).await.map_err(unavailable)?;
        for (_, text) in self.words(&path, picture.dots).await?.unwrap_or_default() {
            self.add(picture.page, text);
        }
        Ok(())
    }

    /// The texts in a picture with the numbers of its own pages; none if the program failed.
    async fn words(&mut self, picture: &Path, dots: u32) -> Result<Option<Vec<(u32, String)>>, ReadError> {
        let mut arguments = vec![picture.to_str().unwrap_or_default().to_owned(), "stdout".to_owned()];
        if !self.languages.is_empty() {
            arguments.extend(["-l".to_owned(), self.languages.clone()]);
        }
        // Whole pages; turned upright first where it can tell.
        arguments.extend(["--psm".to_owned(), if self.turns { "1" } else { "3" }.to_owned()]);
        if DOTS.contains(&dots) {
            arguments.extend(["--dpi".to_owned(), dots.to_string()]);
        }
        // A table of words: it says how sure it is of each.
        arguments.extend(["-c".to_owned(), "tessedit_create_tsv=1".to_owned()]);
        let mut limits = self.limits.of_program(MAX_OUTPUT, MAX_FILE);
        limits.wall = limits.wall.min(self.end.saturating_duration_since(Instant::now())).max(Duration::from_secs(1));
        match self.reader.run(tesseract(self.program, self.folder.path(), arguments, limits)?).await {
            Ok(ran) if ran.status.success() => {
                self.failures = 0;
                Ok(Some(words::pages(&String::from_utf8_lossy(&ran.output))))
            }
            Ok(ran) => {
                tracing::info!(status = %ran.status, "a picture could not be read by text recognition");
                self.failed();
                Ok(None)
            }
            Err(error @ ReadError::Unavailable(_)) => Err(error),
            Err(error) => {
                tracing::info!(%error, "a picture could not be read by text recognition");
                self.failed();
                Ok(None)
            }
        }
    }

    /// Adds a text to its page, behind those that stand above it.
    fn add(&mut self, page: u32, text: String) {
        self.bytes += text.len();
        match self.found.pages.last_mut() {
            Some(last) if last.page == page => {
                last.text.push_str("\n\n");
                last.text.push_str(&text);
            }
            _ => self.found.pages.push(PageText { page, text }),
        }
    }
}

async fn languages(reader: &ChildReader, program: &Path, limits: &Limits) -> Result<Languages, ReadError> {
    let folder = tempfile::tempdir().map_err(unavailable)?;
    let limits = limits.of_program(MAX_OUTPUT, MAX_FILE);
    let ran = reader.run(tesseract(program, folder.path(), vec!["--list-langs".to_owned()], limits)?).await?;
    // Older versions tell it on the other stream.
    Ok(listed(&format!("{}\n{}", String::from_utf8_lossy(&ran.output), ran.complaint)))
}

/// What it says of its languages: a line each, after one that says where they are.
fn listed(text: &str) -> Languages {
    let name = |line: &&str| !line.is_empty() && line.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let all: Vec<&str> = text.lines().map(str::trim).filter(name).collect();
    let names = all.iter().filter(|name| !["osd", "equ", "snum"].contains(name)).map(|&name| name.to_owned()).collect();
    Languages { names, turns: all.contains(&"osd") }
}

/// The languages to read in, joined as it wants them: that of the document, English, and others that somebody has installed.
fn choose(installed: &[String], hint: &str) -> String {
    let hint = language::of_tesseract(hint);
    let wanted = hint.into_iter().chain(["eng"]).chain(installed.iter().map(String::as_str));
    let mut chosen: Vec<&str> = Vec::new();
    for name in wanted {
        if chosen.len() < MAX_LANGUAGES && !chosen.contains(&name) && installed.iter().any(|installed| installed == name) {
            chosen.push(name);
        }
    }
    chosen.join("+")
}

fn tesseract(path: &Path, folder: &Path, arguments: Vec<String>, limits: Limits) -> Result<Program, ReadError> {
    let place = folder.to_str().ok_or_else(|| unavailable("the folder of temporary files has a name that is not UTF-8"))?;
    let mut variables = programs::variables(place);
    // One page at a time: its threads would only wait for each other.
    variables.push(("OMP_THREAD_LIMIT".to_owned(), "1".to_owned()));
    let mut readable = Vec::new();
    if let Ok(models) = std::env::var("TESSDATA_PREFIX") {
        readable.push(PathBuf::from(&models));
        variables.push(("TESSDATA_PREFIX".to_owned(), models));
    }
    Ok(Program { path: path.to_owned(), arguments, variables, folder: folder.to_owned(), readable, limits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_those_that_are_installed() {
        let text =
            "List of available languages in \"/usr/share/tesseract-ocr/5/tessdata/\" (6):\nchi_sim\ndeu\neng\nfra\nosd\nscript/Latin\n";
        let languages = listed(text);
        assert_eq!(languages, Languages { names: ["chi_sim", "deu", "eng", "fra"].map(String::from).into(), turns: true });
        assert_eq!(choose(&languages.names, ""), "eng+chi_sim+deu");
        assert_eq!(choose(&languages.names, "fr"), "fra+eng+chi_sim");
        assert_eq!(choose(&languages.names, "zh"), "chi_sim+eng+deu");
        assert_eq!(choose(&languages.names, "it"), "eng+chi_sim+deu");
        assert_eq!(choose(&listed("deu\n").names, "de"), "deu");
        assert_eq!(choose(&[], "de"), "");
        assert_eq!(listed("tesseract: error while loading shared libraries: liblept.so"), Languages::default());
    }
}

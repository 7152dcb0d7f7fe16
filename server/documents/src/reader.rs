//! The parent: starts a child for each document, watches it, and takes only a sound answer. What its child can't read alone, pictures and
//! old Office files, goes through programs of others first, where they are installed.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use ports::{DocumentReader, ReadDocument, ReadError};
use secrecy::{ExposeSecret, SecretString};
use tokio::process::Command;
use tokio::sync::{OnceCell, Semaphore};

use crate::conversion;
use crate::failure::Failure;
use crate::limits::Limits;
use crate::process::{self, Ran, unavailable};
use crate::programs::Programs;
use crate::protocol::{self, Answer, Extracted, Given, Program, Reply, Request};
use crate::recognition::{self, Languages, Recognized};

/// So many children read at the same time.
const CHILDREN: usize = 2;
/// Said where a program would have read more.
const INSTALL_TESSERACT: &str = "If the program tesseract is installed on the server, pages of pictures are read too.";

/// Reads documents in child processes.
#[derive(Clone, Debug)]
pub struct ChildReader {
    /// The program whose child reads: it must call [`crate::child_main`] when started with `arguments`.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// What a document may cost.
    pub limits: Limits,
    programs: Programs,
    permits: Arc<Semaphore>,
    /// Programs of others take long: one document at a time, while others are read.
    pub(crate) turn: Arc<Semaphore>,
    /// What `tesseract` can read; asked once.
    pub(crate) languages: Arc<OnceCell<Languages>>,
    warned: Arc<AtomicBool>,
}

impl ChildReader {
    /// Reads with this program, and with the programs of others that are on the path of this process now.
    pub fn new(program: impl Into<PathBuf>, arguments: impl IntoIterator<Item = impl Into<OsString>>, limits: Limits) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            limits,
            programs: Programs::on_path(),
            permits: Arc::new(Semaphore::new(CHILDREN)),
            turn: Arc::new(Semaphore::new(1)),
            languages: Arc::default(),
            warned: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Reads with the very program that runs, by its hidden subcommand `extract-document`.
    ///
    /// # Errors
    /// The system does not tell where the program is.
    pub fn of_this_program(limits: Limits) -> io::Result<Self> {
        Ok(Self::new(std::env::current_exe()?, ["extract-document"], limits))
    }

    /// Reads with these programs of others.
    #[must_use]
    pub fn with_programs(self, programs: Programs) -> Self {
        Self { programs, languages: Arc::default(), ..self }
    }

    /// The programs of others that it looked for when it was made, by name, and where they are: `tesseract` reads pictures of text,
    /// `soffice` (LibreOffice) old Office files.
    pub fn programs(&self) -> Vec<(&'static str, Option<&Path>)> {
        vec![("tesseract", self.programs.tesseract.as_deref()), ("soffice", self.programs.office.as_deref())]
    }

    /// Asks a child. The outer error is the child's, the inner one the document's.
    pub(crate) async fn ask<T: Answer>(&self, request: &Request) -> Result<Result<T, Failure>, ReadError> {
        let Ok(_permit) = self.permits.acquire().await else { return Err(ReadError::Unavailable("closed".into())) };
        let folder = tempfile::tempdir().map_err(unavailable)?;
        let ran = self.start(request, folder.path()).await?;
        let reply: Option<Reply<T>> = protocol::decode(&ran.output).filter(Reply::is_sound);
        let Some(reply) = reply.filter(|_| ran.status.success()) else { return Err(ran.failure(request.limits(), request.is_small())) };
        self.warn(&reply.unenforced.join(", "));
        Ok(reply.result)
    }

    /// Runs a program of others in its folder, under its limits.
    pub(crate) async fn run(&self, program: Program) -> Result<Ran, ReadError> {
        let folder = program.folder.clone();
        let ran = self.start(&Request::Run(program), &folder).await?;
        self.warn(ran.complaint.lines().next().and_then(|line| line.strip_prefix(protocol::UNENFORCED)).unwrap_or_default());
        Ok(ran)
    }

    async fn start(&self, request: &Request, folder: &Path) -> Result<Ran, ReadError> {
        let encoded = protocol::encode(request).map_err(unavailable)?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        process::run(command, folder, &encoded, request.limits(), request.is_small()).await
    }

    fn warn(&self, unenforced: &str) {
        if !unenforced.is_empty() && !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(limits = unenforced, "documents are read without limits that this system doesn't enforce");
        }
    }

    async fn extract(&self, given: Given) -> Result<Extracted, ReadError> {
        match self.ask(&Request::Read(given.clone(), Vec::new())).await? {
            Ok(extracted) => self.with_scanned_pages(given, extracted).await,
            Err(Failure::Pictures { pages, sentence }) => self.of_pictures(given, pages, sentence).await,
            Err(Failure::OldOffice { from, into, without }) => match &self.programs.office {
                None => Err(ReadError::from(*without)),
                Some(office) => self.of_old_office(office, given, from, into).await,
            },
            Err(failure) => Err(failure.into()),
        }
    }

    /// A PDF of which some pages are pictures: what can't be read of them changes nothing.
    async fn with_scanned_pages(&self, given: Given, mut extracted: Extracted) -> Result<Extracted, ReadError> {
        if extracted.scanned.is_empty() {
            return Ok(extracted);
        }
        let Some(tesseract) = &self.programs.tesseract else {
            extracted.notes.push(INSTALL_TESSERACT.to_owned());
            return Ok(extracted);
        };
        let recognized = recognition::of_pages(self, tesseract, &given, &extracted.scanned, &extracted.language).await?;
        if recognized.pages.is_empty() {
            extracted.notes.extend(recognized.note);
            return Ok(extracted);
        }
        match self.ask::<Extracted>(&Request::Read(given, recognized.pages)).await? {
            Ok(more) => extracted = more,
            Err(failure) => tracing::warn!(?failure, "a document could not be read a second time"),
        }
        extracted.notes.extend(recognized.note);
        Ok(extracted)
    }

    /// A picture, or a PDF without any text.
    async fn of_pictures(&self, given: Given, pages: Option<Vec<u32>>, sentence: String) -> Result<Extracted, ReadError> {
        let Some(tesseract) = &self.programs.tesseract else {
            return Err(ReadError::NoText(format!("{sentence} {INSTALL_TESSERACT}")));
        };
        let Recognized { pages: texts, failed, note } = match &pages {
            Some(pages) => recognition::of_pages(self, tesseract, &given, pages, "").await?,
            None => recognition::of_picture(self, tesseract, &given).await?,
        };
        let some = !texts.is_empty();
        let read = if some { Some(self.ask::<Extracted>(&Request::Read(given, texts)).await?) } else { None };
        match read {
            Some(Ok(mut extracted)) => {
                extracted.notes.extend(note);
                Ok(extracted)
            }
            Some(Err(failure)) if !matches!(failure, Failure::Pictures { .. } | Failure::NoText(_)) => Err(failure.into()),
            _ => {
                let what = if pages.is_some() { "This PDF has no text layer" } else { "This is a picture" };
                let why = match (some, failed) {
                    (true, _) => "text recognition found hardly any text in it",
                    (false, true) => "text recognition failed",
                    (false, false) => "text recognition found no text in it",
                };
                Err(ReadError::NoText(format!("{what}, and {why}. Give the original document.")))
            }
        }
    }

    /// An old Office file.
    async fn of_old_office(&self, office: &Path, given: Given, from: String, into: String) -> Result<Extracted, ReadError> {
        let converted = conversion::convert(self, office, &given, &from, &into).await?;
        let given = Given { file: converted.file(), password: None, ..given };
        match self.ask::<Extracted>(&Request::Read(given, Vec::new())).await? {
            Ok(mut extracted) => {
                extracted.notes.push(format!("This old {} file was read by way of LibreOffice.", from.to_uppercase()));
                Ok(Extracted { format: from, ..extracted })
            }
            Err(Failure::Broken(_) | Failure::OldOffice { .. }) => Err(conversion::failed(&from, &into)),
            Err(failure) => Err(failure.into()),
        }
    }
}

#[async_trait]
impl DocumentReader for ChildReader {
    async fn read(&self, file: &Path, name: &str, password: Option<&SecretString>) -> Result<ReadDocument, ReadError> {
        let given = Given {
            file: std::path::absolute(file).map_err(unavailable)?,
            name: name.to_owned(),
            password: password.map(|password| password.expose_secret().to_owned()),
            limits: self.limits.clone(),
        };
        let Extracted { format, title, language, places, notes, passages, scanned: _ } = self.extract(given).await?;
        Ok(ReadDocument { format, title, language, places, notes, passages })
    }
}

//! The parent: starts a child for each document, watches it, and takes only a sound answer.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use domain::ports::{DocumentReader, ReadDocument, ReadError};
use rustix::process::{Pid, Signal, kill_process_group};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use crate::failure::Failure;
use crate::limits::Limits;
use crate::protocol::{self, Extracted, Reply, Request};

/// So many children read at the same time.
const CHILDREN: usize = 2;
/// So much of what a child complains about is looked at, in bytes.
const MAX_COMPLAINT: u64 = 16 << 10;

/// Reads documents in child processes.
#[derive(Clone, Debug)]
pub struct ChildReader {
    /// The program whose child reads: it must call [`crate::child_main`] when started with `arguments`.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// What a document may cost.
    pub limits: Limits,
    permits: Arc<Semaphore>,
    warned: Arc<AtomicBool>,
}

impl ChildReader {
    /// Reads with this program.
    pub fn new(program: impl Into<PathBuf>, arguments: impl IntoIterator<Item = impl Into<OsString>>, limits: Limits) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            limits,
            permits: Arc::new(Semaphore::new(CHILDREN)),
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

    async fn extract(&self, file: &Path, name: &str, password: Option<&SecretString>) -> Result<Extracted, ReadError> {
        let file = std::path::absolute(file).map_err(unavailable)?;
        let request = Request {
            file,
            name: name.to_owned(),
            password: password.map(|password| password.expose_secret().to_owned()),
            limits: self.limits.clone(),
        };
        let request = protocol::encode(&request).map_err(unavailable)?;
        let folder = tempfile::tempdir().map_err(unavailable)?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        let ran = run(command, folder.path(), &request, &self.limits).await?;
        let reply: Option<Reply> = protocol::decode(&ran.output).filter(Reply::is_sound);
        let Some(reply) = reply.filter(|_| ran.status.success()) else { return Err(ran.failure(&self.limits)) };
        if !reply.unenforced.is_empty() && !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(limits = ?reply.unenforced, "documents are read without limits that this system doesn't enforce");
        }
        reply.result.map_err(ReadError::from)
    }
}

#[async_trait]
impl DocumentReader for ChildReader {
    async fn read(&self, file: &Path, name: &str, password: Option<&SecretString>) -> Result<ReadDocument, ReadError> {
        let Ok(_permit) = self.permits.acquire().await else { return Err(ReadError::Unavailable("closed".into())) };
        let Extracted { format, title, language, places, notes, passages } = self.extract(file, name, password).await?;
        Ok(ReadDocument { format, title, language, places, notes, passages })
    }
}

fn unavailable(error: impl std::fmt::Display) -> ReadError {
    tracing::warn!(%error, "a document's reader could not be started or spoken to");
    ReadError::Unavailable(error.to_string())
}

/// How a child ended.
pub(crate) struct Ran {
    pub output: Vec<u8>,
    complaint: String,
    pub status: ExitStatus,
}

impl Ran {
    /// What its end without a sound answer says of the document.
    fn failure(&self, limits: &Limits) -> ReadError {
        tracing::info!(status = %self.status, bytes = self.output.len(), "a document's reader ended without an answer");
        const XCPU: i32 = Signal::XCPU.as_raw();
        const KILL: i32 = Signal::KILL.as_raw();
        match self.status.signal() {
            Some(XCPU | KILL) => too_slow(limits),
            _ if self.complaint.contains("memory allocation of") || self.complaint.contains("out of memory") => ReadError::TooMuch(
                format!("Reading this file needs more than {} MB of memory. Split it into smaller files.", limits.memory >> 20),
            ),
            _ => Failure::broken("file").into(),
        }
    }
}

fn too_slow(limits: &Limits) -> ReadError {
    ReadError::TooMuch(format!(
        "Reading this file takes longer than {} s. Split it into smaller files.",
        limits.wall.min(limits.cpu).as_secs()
    ))
}

/// Ends a child and all that it started, should nobody wait for it any more.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Runs a child: a group of its own, no variables, a folder of its own; its output and time are limited.
pub(crate) async fn run(mut command: Command, folder: &Path, input: &[u8], limits: &Limits) -> Result<Ran, ReadError> {
    command.env_clear().current_dir(folder).process_group(0).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(unavailable)?;
    let mut group = Group(child.id().and_then(|id| Pid::from_raw(id as i32)));
    match tokio::time::timeout(limits.wall, converse(&mut child, input, limits)).await {
        Ok(Ok((output, complaint))) => {
            let Ok(status) = tokio::time::timeout(limits.wall, child.wait()).await else { return Err(too_slow(limits)) };
            group.0 = None;
            let status = status.map_err(unavailable)?;
            Ok(Ran { output, complaint, status })
        }
        Ok(Err(error)) => Err(error),
        Err(_) => Err(too_slow(limits)),
    }
}

async fn converse(child: &mut Child, input: &[u8], limits: &Limits) -> Result<(Vec<u8>, String), ReadError> {
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) else {
        return Err(unavailable("no pipes"));
    };
    let ask = async move {
        // One that ends before it has read everything is told apart by how it ended.
        let _ = stdin.write_all(input).await;
        drop(stdin);
    };
    let ((), output, complaint) = tokio::join!(ask, capped(stdout, limits.output, true), capped(stderr, MAX_COMPLAINT, false));
    let output = output
        .map_err(unavailable)?
        .ok_or_else(|| ReadError::TooMuch("This file gives more text than one document may have. Split it into smaller files.".into()))?;
    let complaint = complaint.map_err(unavailable)?.unwrap_or_default();
    Ok((output, String::from_utf8_lossy(&complaint).into_owned()))
}

/// All that comes, up to so many bytes. If there is more: nothing, or the beginning while the rest is read and forgotten.
async fn capped(mut from: impl AsyncRead + Unpin, most: u64, strict: bool) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    (&mut from).take(most + u64::from(strict)).read_to_end(&mut bytes).await?;
    if bytes.len() as u64 > most {
        return Ok(None);
    }
    if !strict {
        tokio::io::copy(&mut from, &mut tokio::io::sink()).await?;
    }
    Ok(Some(bytes))
}

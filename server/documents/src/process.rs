//! How a child is run: a group of its own, an empty folder, no variables; its output and its time are limited.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use ports::ReadError;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::failure::Failure;
use crate::limits::Limits;

/// So much of what a child complains about is looked at, in bytes.
const MAX_COMPLAINT: u64 = 16 << 10;

/// The child could not be started or spoken to.
pub(crate) fn unavailable(error: impl std::fmt::Display) -> ReadError {
    tracing::warn!(%error, "a document's reader could not be started or spoken to");
    ReadError::Unavailable(error.to_string())
}

/// How a child ended.
pub(crate) struct Ran {
    /// What it printed.
    pub output: Vec<u8>,
    /// What it complained about.
    pub complaint: String,
    /// How it ended.
    pub status: ExitStatus,
}

impl Ran {
    /// What its end without a sound answer says of the document.
    pub fn failure(&self, limits: &Limits, small: bool) -> ReadError {
        tracing::info!(status = %self.status, bytes = self.output.len(), "a document's reader ended without an answer");
        const XCPU: i32 = Signal::XCPU.as_raw();
        const KILL: i32 = Signal::KILL.as_raw();
        match self.status.signal() {
            Some(XCPU | KILL) => too_slow(limits, small),
            _ if self.complaint.contains("memory allocation of") || self.complaint.contains("out of memory") => {
                too_much(&format!("needs more than {} MB of memory", limits.memory >> 20), small)
            }
            _ => Failure::broken("file").into(),
        }
    }
}

fn too_slow(limits: &Limits, small: bool) -> ReadError {
    too_much(&format!("takes longer than {} s", limits.wall.min(limits.cpu).as_secs()), small)
}

/// What reading it costs too much, and what a person can do about it.
fn too_much(what: &str, small: bool) -> ReadError {
    ReadError::TooMuch(match small {
        false => format!("Reading this file {what}. Split it into smaller files."),
        true => format!(
            "Reading this file {what}, though it is small: it may be damaged. Open it in the program that made it, save it again, and give it anew."
        ),
    })
}

/// Ends a child and all that it started: when nobody waits for it any more, and what it has left behind when it has ended.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Runs a child in this folder. `small` says that its document is: splitting it would not help.
///
/// # Errors
/// It could not be started, took too long or printed too much.
pub(crate) async fn run(mut command: Command, folder: &Path, input: &[u8], limits: &Limits, small: bool) -> Result<Ran, ReadError> {
    command.env_clear().current_dir(folder).process_group(0).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(unavailable)?;
    let _group = Group(child.id().and_then(|id| Pid::from_raw(id as i32)));
    match tokio::time::timeout(limits.wall, converse(&mut child, input, limits)).await {
        Ok(Ok((output, complaint))) => {
            let Ok(status) = tokio::time::timeout(limits.wall, child.wait()).await else { return Err(too_slow(limits, small)) };
            let status = status.map_err(unavailable)?;
            Ok(Ran { output, complaint, status })
        }
        Ok(Err(error)) => Err(error),
        Err(_) => Err(too_slow(limits, small)),
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

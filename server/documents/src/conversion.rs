//! Old Office files, made into new ones by LibreOffice.

use std::path::{Path, PathBuf};

use ports::ReadError;
use tempfile::TempDir;

use crate::process::unavailable;
use crate::programs;
use crate::protocol::{Given, Program};
use crate::reader::ChildReader;

/// What it may print, in bytes: it says which file it has written.
const MAX_OUTPUT: u64 = 1 << 20;
/// No file that it writes may be larger, in bytes: the reader would not take it.
const MAX_FILE: u64 = model::MAX_FILE_BYTES;

/// It has made its profile and wants to be started again.
const START_AGAIN: i32 = 81;

/// A converted file; it goes with this value.
pub(crate) struct Converted {
    folder: TempDir,
    name: PathBuf,
}

impl Converted {
    /// Where it is.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }
}

/// Makes a DOCX, XLSX or PPTX out of an old file.
///
/// # Errors
/// A sentence: it can't be converted, or not in time.
pub(crate) async fn convert(reader: &ChildReader, office: &Path, given: &Given, from: &str, into: &str) -> Result<Converted, ReadError> {
    let Ok(_turn) = reader.turn.acquire().await else { return Err(ReadError::Unavailable("closed".into())) };
    let folder = tempfile::tempdir().map_err(unavailable)?;
    let path = folder.path().to_str().ok_or_else(|| unavailable("the folder of temporary files has a name that is not UTF-8"))?.to_owned();
    // Its own name says what it is; the one that somebody gave it says nothing to a program.
    let document = folder.path().join(format!("document.{from}"));
    tokio::fs::copy(&given.file, &document).await.map_err(unavailable)?;
    let arguments: [&str; 13] = [
        // A profile of its own: no settings, macros or extensions of anybody, and no other process to share one with.
        &format!("-env:UserInstallation=file://{path}/profile"),
        // It won't start without a socket by which a second one would find it.
        &format!("-env:OSL_SOCKET_PATH={path}"),
        "--headless",
        "--norestore",
        "--nologo",
        "--nodefault",
        "--nolockcheck",
        "--nofirststartwizard",
        "--convert-to",
        into,
        "--outdir",
        &format!("{path}/converted"),
        &format!("{path}/document.{from}"),
    ];
    let program = Program {
        path: real_program(office),
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
        variables: programs::variables(&path),
        folder: folder.path().to_owned(),
        readable: Vec::new(),
        limits: given.limits.of_program(MAX_OUTPUT, MAX_FILE),
    };
    let mut ran = reader.run(program.clone()).await;
    if ran.as_ref().is_ok_and(|ran| ran.status.code() == Some(START_AGAIN)) {
        ran = reader.run(program).await;
    }
    match ran {
        Ok(ran) => tracing::debug!(status = %ran.status, complaint = %ran.complaint, "LibreOffice has ended"),
        Err(ReadError::TooMuch(_)) => {
            return Err(ReadError::TooMuch(format!(
                "Converting this old {} file takes too long. Save it as {}, and give that.",
                from.to_uppercase(),
                into.to_uppercase()
            )));
        }
        Err(error) => return Err(error),
    }
    let converted = Converted { folder, name: Path::new("converted").join(format!("document.{into}")) };
    // It says of failures what it says of success. No link: it may have been made to write one to a file of the server's.
    let written = tokio::fs::symlink_metadata(converted.file()).await.is_ok_and(|file| file.is_file() && file.len() > 0);
    let folder = tokio::fs::symlink_metadata(converted.folder.path().join("converted")).await.is_ok_and(|folder| folder.is_dir());
    if written && folder { Ok(converted) } else { Err(failed(from, into)) }
}

/// What the script `soffice` starts in the end. What stands between them shows a splash screen, and wants to write to `/tmp`.
fn real_program(office: &Path) -> PathBuf {
    let real = office.canonicalize().map(|script| script.with_file_name("soffice.bin"));
    real.ok().filter(|program| program.is_file()).unwrap_or_else(|| office.to_owned())
}

/// It can't be converted.
pub(crate) fn failed(from: &str, into: &str) -> ReadError {
    let (from, into) = (from.to_uppercase(), into.to_uppercase());
    ReadError::Unsupported(format!(
        "This old {from} file could not be converted. Open it in Word, Excel, PowerPoint or LibreOffice, save it as {into}, and give that."
    ))
}

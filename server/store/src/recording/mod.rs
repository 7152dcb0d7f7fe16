//! The recording: one append-only log per track, in files, and its reading as WAV.
//!
//! `{root}/{organization}/{call}/{track}.log` is a sequence of records (see `record`), each a frame. A record is whole
//! or it is not there: what a crash tore off is cut when the log is opened, so `next()` always tells the sender the truth.
//!
//! **Place on the call's timeline.** A frame goes where it was captured. Within 40 ms of where the one before ended it is
//! contiguous (clocks are not that exact, and a crack every 100 ms would be heard). One that was captured *before* that end,
//! or more than four hours after it, comes from a clock that jumped: it is put at the running end, and so are the ones after it
//! until the clock is believable again. Time in between is silence.
//!
//! Beside a log may lie what was found out about it (`sidecar`): where its frames are, where there is speech, and how loud it is.
//!
//! Everything here blocks on files; the appends are small and go to the page cache, the rest belongs on a blocking thread.

mod index;
mod log;
mod peaks;
mod reader;
mod record;
mod sidecar;
mod stretch;
mod tail;
mod voice;
mod wav;

use std::path::{Path, PathBuf};

use model::{CallId, OrganizationId, TrackId};

pub use log::{Appended, LogPlace, RecordingLog};
pub use peaks::Peaks;
pub use reader::{Frames, RecordingReader};
pub use stretch::{fill_hole, forget_sidecars, put_aside, read_stretch, replace, silence};
pub use tail::{Merged, calls_with_asides, merge, put_aside_of};
pub use wav::CallWav;

/// Samples per millisecond.
pub(crate) const PER_MS: u64 = model::wire::SAMPLE_RATE as u64 / 1000;
/// Closer to the running end than this is contiguous: 40 ms.
const CONTIGUOUS: u64 = 40 * PER_MS;
/// A longer silence than this is a clock that jumped: 4 h.
const LONGEST_SILENCE: u64 = 4 * 3600 * 1000 * PER_MS;

/// Why a recording could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The disk is full, or a quota is used up. The log stays as it was and goes on when there is space.
    #[error("there is no space left for the recording")]
    Full(#[source] std::io::Error),
    /// Another writer has this log open.
    #[error("the recording is open elsewhere")]
    InUse,
    /// The frame is none.
    #[error(transparent)]
    Frame(#[from] model::wire::FrameError),
    /// The file can't be written or read.
    #[error("the recording's file failed")]
    Io(#[source] std::io::Error),
}

impl From<std::io::Error> for RecordingError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::Full(error),
            _ => Self::Io(error),
        }
    }
}

/// Where a track's log is.
pub fn path(root: &Path, organization: OrganizationId, call: CallId, track: TrackId) -> PathBuf {
    folder(root, organization, call).join(format!("{}.log", LogName::of(track).as_ref()))
}

/// What a track's log is called. The first two have the names that they had when a call had two sides.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct LogName(String);

impl LogName {
    pub(crate) fn of(track: TrackId) -> Self {
        Self(match track {
            TrackId::MICROPHONE => "rep".to_owned(),
            TrackId::FAR_END => "customer".to_owned(),
            TrackId(number) => format!("track{number}"),
        })
    }
}

impl AsRef<str> for LogName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// A name that no track's log has.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no track's log")]
pub struct NoLogName(String);

impl TryFrom<LogName> for TrackId {
    type Error = NoLogName;

    fn try_from(LogName(name): LogName) -> Result<Self, NoLogName> {
        match name.as_str() {
            "rep" => Ok(Self::MICROPHONE),
            "customer" => Ok(Self::FAR_END),
            other => other.strip_prefix("track").and_then(|number| number.parse().ok()).map(Self).ok_or(NoLogName(name)),
        }
    }
}

fn folder(root: &Path, organization: OrganizationId, call: CallId) -> PathBuf {
    root.join(organization.to_string()).join(call.to_string())
}

/// Deletes a call's recording; false if there was none.
///
/// # Errors
/// [`RecordingError::Io`] if it is there and can't be deleted.
pub fn delete(root: &Path, organization: OrganizationId, call: CallId) -> Result<bool, RecordingError> {
    match std::fs::remove_dir_all(folder(root, organization, call)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The sample on the call's timeline where a frame starts that was captured at `captured_at` ms, after one that ended at `end`.
fn place(end: u64, captured_at: i64) -> u64 {
    let captured = u64::try_from(captured_at).unwrap_or(0).saturating_mul(PER_MS);
    if captured <= end + CONTIGUOUS || captured > end + LONGEST_SILENCE { end } else { captured }
}

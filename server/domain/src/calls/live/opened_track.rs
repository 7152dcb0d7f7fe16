//! A track's recording as a call's actor finds it: here, or only what is sealed of it.

use std::path::Path;
use std::time::Duration;

use kernel::{DomainError, Kernel, Result};
use model::{Call, Code, Millis, Segment, TrackId};
use store::{RecordingError, RecordingLog, RecordingPart, RecordingReader};

use super::ownership::Folder;
use super::sealing;
use super::writer::SharedLog;
use crate::calls::{fetch, recording};

/// A track's recording as it is when the call's actor opens.
pub(super) struct OpenedTrack {
    pub(super) log: SharedLog,
    /// Number of the frame after the last recorded one.
    pub(super) recorded: u32,
    /// The first frame whose words are not known; the first of all if that is not known yet.
    pub(super) replay_from: u32,
    /// Until then words are stored.
    pub(super) heard_until: Millis,
}

impl OpenedTrack {
    /// Opens a track's recording. `segments` are the call's words so far. If its end is in another server's folder, it goes on behind what
    /// is sealed in `parts`, which is fetched beside the call.
    ///
    /// # Errors
    /// The recording can't be written.
    pub(super) async fn open(
        kernel: &Kernel,
        call: &Call,
        track: TrackId,
        segments: &[Segment],
        folder: Folder,
        parts: &[RecordingPart],
    ) -> Result<Self> {
        let path = recording::path(kernel, call, track);
        let keep = call.keep_audio;
        if folder == Folder::Own {
            fetch::fill_before(kernel, call, track).await?;
        }
        let sealed = sealing::sealed(parts, track);
        let heard_until = segments.iter().filter(|segment| segment.track == track).map(|segment| segment.end_ms).max();
        let heard_until = heard_until.unwrap_or_default();
        let open = move || {
            if folder == Folder::Own {
                let log = open_log(&path, keep)?;
                // Shorter than what is sealed: it was put aside for another server's, which this one had taken over and not gone on with.
                if log.next() >= sealed.next {
                    return Ok((log, first_unheard(&path, heard_until)));
                }
            }
            fetch::open_behind(&path, keep, sealed).map(|log| (log, Some(0)))
        };
        let opened = tokio::task::spawn_blocking(open).await.map_err(|error| DomainError::Internal(error.to_string()))?;
        let (log, replay_from) = opened.map_err(|error| {
            tracing::error!(call = %call.id, %error, "a recording can't be opened");
            let why =
                if matches!(error, RecordingError::Full(_)) { "The server's disk is full." } else { "The server can't write recordings." };
            DomainError::new(Code::StorageFull, format!("{why} The call can't start; tell your administrator."))
        })?;
        let recorded = log.next();
        Ok(Self { log: SharedLog::new(log), recorded, replay_from: replay_from.filter(|_| keep).unwrap_or(recorded), heard_until })
    }
}

/// The actor that had the log before may be just closing.
fn open_log(path: &Path, keep_audio: bool) -> Result<RecordingLog, RecordingError> {
    for _ in 0..30 {
        match RecordingLog::open(path, keep_audio) {
            Err(RecordingError::InUse) => std::thread::sleep(Duration::from_millis(100)),
            opened => return opened,
        }
    }
    RecordingLog::open(path, keep_audio)
}

/// The first frame after the last words that were heard. Nothing in a call that begins.
fn first_unheard(path: &Path, heard_until: Millis) -> Option<u32> {
    RecordingReader::open(path).ok().map(|reader| reader.first_after(heard_until))
}

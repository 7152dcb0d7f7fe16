//! A recording's file where several servers share a storage: parts that another server has sealed are put where they belong in the file, so
//! that it is read as any other.
//!
//! Beside a log whose beginning is not all there stands a `.hole` file with how many bytes at the beginning are missing at most. It is
//! written before the hole is there, and goes when it is filled: a log with a hole is never taken for a damaged one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::TryStreamExt;
use kernel::{DomainError, Kernel, Result};
use model::{Call, CallState, Code, TrackId};
use ports::files::{FileKey, Files};
use store::{LogPlace, RecordingError, RecordingLog, RecordingPart};

use super::{live, recording};

/// How long to wait before a part that can't be fetched is tried again.
const PAUSE: Duration = Duration::from_secs(2);
/// How often a hole is looked at by those who wait until it is filled.
const LOOK_EVERY: Duration = Duration::from_millis(100);

fn hole(path: &Path) -> PathBuf {
    path.with_extension("hole")
}

/// Opens a log to go on behind what is sealed, which is to be put in front of it by [`fill`].
///
/// # Errors
/// [`RecordingError`] if the file can't be made.
pub(super) fn open_behind(path: &Path, keep_audio: bool, place: LogPlace) -> Result<RecordingLog, RecordingError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    if place.length > 0 {
        std::fs::write(hole(path), place.length.to_string())?;
    }
    RecordingLog::open_behind(path, keep_audio, place)
}

/// Waits until nothing is missing at a log's beginning.
pub(super) async fn filled(path: &Path) {
    while hole(path).exists() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Fills what is missing at the beginning of a track's log, if anything is.
///
/// # Errors
/// If the storage doesn't have it now, or the disk is full.
pub(super) async fn fill(kernel: &Kernel, call: &Call, track: TrackId) -> Result<()> {
    let path = recording::path(kernel, call, track);
    let Ok(missing) = tokio::fs::read_to_string(hole(&path)).await else { return Ok(()) };
    let missing: u64 = missing.trim().parse().map_err(|_| DomainError::Internal(format!("{} is no number", hole(&path).display())))?;
    let parts = kernel.store().recording_parts(call.organization_id, call.id).await?;
    for part in parts.iter().filter(|part| part.track == track && start(part) < missing) {
        put(kernel, call, part, &path).await?;
    }
    tokio::fs::remove_file(hole(&path)).await.map_err(|error| DomainError::Internal(error.to_string()))
}

/// [`fill`] for all tracks, until it is done: beside a call that goes on.
pub(super) async fn fill_all(kernel: &Kernel, call: &Call) {
    for track in TrackId::all(call.tracks.len()) {
        while let Err(error) = fill(kernel, call, track).await {
            tracing::warn!(call = %call.id, error = error.chain(), "the beginning of a recording can't be fetched yet");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Makes sure that what is sealed of a call's recording can be read here, wherever it was recorded.
///
/// # Errors
/// `unavailable` if the storage doesn't have it now.
pub(super) async fn fetch(kernel: &Kernel, call: &Call) -> Result<()> {
    let Some(membership) = kernel.membership() else { return Ok(()) };
    let owner = kernel.store().call_owner(call.organization_id, call.id).await?;
    let parts = kernel.store().recording_parts(call.organization_id, call.id).await?;
    let is_here = owner.is_some_and(|owner| owner.node.as_deref() == Some(&membership.node));
    for track in TrackId::all(call.tracks.len()) {
        if is_here {
            fill(kernel, call, track).await.map_err(|error| away(&error))?;
            continue;
        }
        let path = recording::path(kernel, call, track);
        let end = live::sealed(&parts, track).length;
        let is_all_here = tokio::fs::metadata(&path).await.is_ok_and(|file| file.len() == end) && !hole(&path).exists();
        if end == 0 || is_all_here {
            continue;
        }
        // Beside it first: a half fetched file must not be read, and one that grows is fetched again from its beginning.
        let beside = path.with_extension(format!("fetched-{}", kernel.uuid().simple()));
        for part in parts.iter().filter(|part| part.track == track && start(part) < end) {
            put(kernel, call, part, &beside).await.map_err(|error| away(&error))?;
        }
        // A server that had the call before may hold the only copy of its end.
        let replace = move || store::recording::replace(&path, &beside).map(|()| path);
        let replaced = tokio::task::spawn_blocking(replace).await.map_err(|error| DomainError::Internal(error.to_string()))?;
        let path = replaced.map_err(|error| DomainError::Internal(error.to_string()))?;
        let _ = tokio::fs::remove_file(hole(&path)).await;
        if call.state == CallState::Ended {
            tracing::info!(call = %call.id, %track, bytes = end, "fetched a recording that another server has made");
        }
    }
    Ok(())
}

/// Deletes the sealed parts of a call's recording.
///
/// # Errors
/// If the storage or the database fails; what is deleted stays deleted.
pub(super) async fn delete(kernel: &Kernel, organization: model::OrganizationId, call: model::CallId) -> Result<()> {
    let files: &Files = kernel.state();
    for part in kernel.store().recording_parts(organization, call).await? {
        let deleted = files.delete(&FileKey::recording_part(organization, part.file)).await;
        deleted.map_err(|error| DomainError::Internal(error.to_string()))?;
        kernel.store().delete_recording_part(organization, part.file).await?;
    }
    Ok(())
}

async fn put(kernel: &Kernel, call: &Call, part: &RecordingPart, path: &Path) -> Result<()> {
    let internal = |error: String| DomainError::Internal(error);
    let files: &Files = kernel.state();
    let content = files.get(&FileKey::recording_part(call.organization_id, part.file)).await;
    let content = content.map_err(|error| internal(error.to_string()))?;
    let bytes: Vec<u8> = content
        .try_fold(Vec::new(), |mut all, piece| async move {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await
        .map_err(|error| internal(error.to_string()))?;
    let (path, at) = (path.to_owned(), start(part));
    let filled = tokio::task::spawn_blocking(move || store::recording::fill_hole(&path, at, &bytes)).await;
    filled.map_err(|error| internal(error.to_string()))?.map_err(|error| internal(error.to_string()))
}

fn start(part: &RecordingPart) -> u64 {
    u64::try_from(part.start).unwrap_or_default()
}

fn away(error: &DomainError) -> DomainError {
    error.log("a recording could not be fetched");
    DomainError::new(Code::Unavailable, "The recording is in the servers' shared storage, which does not answer. Try again in a moment.")
}

//! A recording's file where several servers share a storage: parts that another server has sealed are put where they belong in the file, so
//! that it is read as any other.
//!
//! Beside a log whose beginning is not all there stands a `.hole` file with how many bytes at the beginning are missing at most. It is
//! written before the hole is there, and goes when it is filled: a log with a hole is never taken for a damaged one.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use futures::TryStreamExt;
use kernel::{Actor, DomainError, Kernel, Result};
use model::{Call, CallState, Code, Millis, TrackId};
use ports::files::{Area, FileError, FileKey, Files};
use store::{LogPlace, RecordingError, RecordingLog, RecordingPart};

use super::jobs::HandOver;
use super::{live, recording};

/// How long to wait before a part that can't be fetched is tried again: at first, and at most.
const PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long, and how often at least, it is tried in a call that goes on.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);
const TRIES: u32 = 3;
/// How long somebody who wants to hear a recording waits for what has been missing for long.
const SILENCE_TAKES: Duration = Duration::from_secs(10);
/// How often a hole is looked at by those who wait until it is filled.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A part's file that no row names for so long belongs to nobody: a part is named in the seconds after it is stored.
const UNNAMED_FOR: TimeDelta = TimeDelta::days(1);

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

/// Beside a log: the parts in whose place there is silence.
fn silence_of(path: &Path) -> PathBuf {
    path.with_extension("silent")
}

/// Whether there is silence in a log where a part of the recording could not be fetched.
pub(super) fn is_silent(path: &Path) -> bool {
    silence_of(path).exists()
}

/// Waits until nothing is missing at a log's beginning.
pub(super) async fn filled(path: &Path) {
    while hole(path).exists() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Fills what is missing at the beginning of a track's log, if anything is. In a call that is over, silence takes the place of what is not in
/// the storage.
///
/// # Errors
/// If the storage can't be reached now, or the disk is full.
pub(super) async fn fill(kernel: &Kernel, call: &Call, track: TrackId) -> Result<()> {
    fill_hole(kernel, call, track, |error| call.state == CallState::Ended && is_gone(error)).await.map(drop)
}

/// [`fill`] before a log is opened that this server was filling when it stopped: the call can't go on before.
///
/// # Errors
/// As [`fill`].
pub(super) async fn fill_before(kernel: &Kernel, call: &Call, track: TrackId) -> Result<()> {
    fill_hole(kernel, call, track, is_gone).await.map(drop)
}

/// Fills a hole with what there is, and with silence where an error is such that it is done without; until when in the call that reaches.
async fn fill_hole(kernel: &Kernel, call: &Call, track: TrackId, does_without: impl Fn(&FileError) -> bool) -> Result<Option<Millis>> {
    let path = recording::path(kernel, call, track);
    let Ok(missing) = tokio::fs::read_to_string(hole(&path)).await else { return Ok(None) };
    let missing: u64 = missing.trim().parse().map_err(|_| DomainError::Internal(format!("{} is no number", hole(&path).display())))?;
    let parts = kernel.store().recording_parts(call.organization_id, call.id).await?;
    let until = put_all(kernel, call, &of_track(&parts, track, missing), &path, &path, does_without).await?;
    match tokio::fs::remove_file(hole(&path)).await {
        // Somebody else has just filled it, too.
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(DomainError::Internal(error.to_string())),
        _ => Ok(until),
    }
}

/// A file that is not there will not be there in a moment.
fn is_gone(error: &FileError) -> bool {
    matches!(error, FileError::NotFound(_))
}

/// [`fill`] for all tracks, beside a call that goes on. What can't be fetched for long is silence from then on, so that the call's words are
/// caught up with; `missing` is told until when in the call it reaches. A later [`fetch`] that finds it puts it in its place.
pub(super) async fn fill_all(kernel: &Kernel, call: &Call, missing: impl Fn(Millis)) {
    for track in TrackId::all(call.tracks.len()) {
        let (since, mut tries, mut pause) = (kernel.now(), 0, PAUSE);
        while let Err(error) = fill(kernel, call, track).await {
            tries += 1;
            tracing::warn!(call = %call.id, error = error.chain(), tries, "the beginning of a recording can't be fetched yet");
            if tries >= TRIES && kernel.now() - since >= PATIENCE {
                match fill_hole(kernel, call, track, |_| true).await {
                    Ok(None) => break,
                    Ok(Some(until)) => {
                        missing(until);
                        break;
                    }
                    Err(error) => error.log("what is missing in a recording can't be made silence either"),
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// A track's parts that follow one another from the beginning, up to this place.
fn of_track(parts: &[RecordingPart], track: TrackId, length: u64) -> Vec<RecordingPart> {
    parts.iter().filter(|part| part.track == track && start(part) < length).cloned().collect()
}

/// Puts parts into a file, and silence in place of those whose error is such that they are done without; these are noted beside `log`. Until
/// when in the call there is silence.
async fn put_all(
    kernel: &Kernel,
    call: &Call,
    parts: &[RecordingPart],
    file: &Path,
    log: &Path,
    does_without: impl Fn(&FileError) -> bool,
) -> Result<Option<Millis>> {
    let (mut from, mut silent, mut until) = (LogPlace::default(), String::new(), None);
    for part in parts {
        let end_sample = u64::try_from(part.end_sample).unwrap_or_default();
        let to = LogPlace { length: part.end(), next: part.next(), end_sample };
        match read(kernel, call, part).await {
            Ok(bytes) => write(file, start(part), bytes).await?,
            Err(error) if does_without(&error) => {
                tracing::error!(call = %call.id, part = %part.file, %error, "a part of a recording can't be fetched; it is silence for now");
                silent += &format!("{}\n", part.file);
                until = Some(Millis(i64::try_from(end_sample / u64::from(model::wire::SAMPLE_RATE / 1_000)).unwrap_or_default()));
                if let Some(folder) = log.parent() {
                    tokio::fs::create_dir_all(folder).await.map_err(|error| DomainError::Internal(error.to_string()))?;
                }
                // Noted before it is there: silence is never taken for what was recorded.
                tokio::fs::write(silence_of(log), &silent).await.map_err(|error| DomainError::Internal(error.to_string()))?;
                let file = file.to_owned();
                let made = tokio::task::spawn_blocking(move || store::recording::silence(&file, from, to)).await;
                made.map_err(|error| DomainError::Internal(error.to_string()))?
                    .map_err(|error| DomainError::Internal(error.to_string()))?;
            }
            Err(error) => return Err(DomainError::Internal(error.to_string())),
        }
        from = to;
    }
    Ok(until)
}

/// Puts what could not be fetched before in the place of its silence, if the storage has it now.
async fn fill_silence(kernel: &Kernel, call: &Call, parts: &[RecordingPart], track: TrackId) {
    let path = recording::path(kernel, call, track);
    let Ok(missing) = tokio::fs::read_to_string(silence_of(&path)).await else { return };
    for part in parts.iter().filter(|part| part.track == track && missing.lines().any(|line| line == part.file.to_string())) {
        if let Err(error) = put(kernel, call, part, &path).await {
            tracing::warn!(call = %call.id, %track, error = error.chain(), "a part of a recording is still missing");
            return;
        }
    }
    store::recording::forget_sidecars(&path);
    let _ = tokio::fs::remove_file(silence_of(&path)).await;
}

/// Makes sure that what is sealed of a call's recording can be read here, wherever it was recorded.
///
/// # Errors
/// `unavailable` if the storage doesn't have it now.
pub(super) async fn fetch(kernel: &Kernel, call: &Call) -> Result<()> {
    if kernel.membership().is_none() {
        return Ok(());
    }
    let parts = kernel.store().recording_parts(call.organization_id, call.id).await?;
    for track in TrackId::all(call.tracks.len()) {
        if has_the_log(kernel, call, &parts, track).await? {
            fill(kernel, call, track).await.map_err(|error| away(&error))?;
        } else {
            fetch_track(kernel, call, &parts, track).await.map_err(|error| away(&error))?;
        }
        // What has been missing for long keeps nobody from hearing the rest.
        let _ = tokio::time::timeout(SILENCE_TAKES, fill_silence(kernel, call, &parts, track)).await;
    }
    Ok(())
}

/// Whether this server's log of a track is the recording, with an end perhaps that is not sealed.
///
/// # Errors
/// When the database fails.
pub(super) async fn has_the_log(kernel: &Kernel, call: &Call, parts: &[RecordingPart], track: TrackId) -> Result<bool> {
    let owner = kernel.store().call_owner(call.organization_id, call.id).await?;
    let node = kernel.membership().map(|membership| membership.node.as_str());
    Ok(owner.is_some_and(|owner| owner.node.as_deref() == node) && !was_handed_over(parts, track))
}

/// Whether a server that had lost the call has put something into the recording: then no server's own log is the recording.
fn was_handed_over(parts: &[RecordingPart], track: TrackId) -> bool {
    parts.iter().any(|part| part.track == track && part.epoch == RecordingPart::HANDED_OVER)
}

/// Makes a track's log what is sealed of it. One that holds something else besides is put aside.
///
/// # Errors
/// If the storage doesn't have it now, or the disk is full.
pub(super) async fn fetch_track(kernel: &Kernel, call: &Call, parts: &[RecordingPart], track: TrackId) -> Result<()> {
    let internal = |error: String| DomainError::Internal(error);
    let path = recording::path(kernel, call, track);
    let end = live::sealed(parts, track).length;
    // A log of this server's own may have the length and hold something else: the last part says which recording a fetched one is.
    let last = parts.iter().rfind(|part| part.track == track).map(|part| part.file.to_string()).unwrap_or_default();
    let known = tokio::fs::read_to_string(path.with_extension("fetched")).await.unwrap_or_default();
    let is_all_here = last == known && tokio::fs::metadata(&path).await.is_ok_and(|file| file.len() == end) && !hole(&path).exists();
    if end == 0 || is_all_here {
        return Ok(());
    }
    // Beside it first: a half fetched file must not be read, and one that grows is fetched again from its beginning.
    let beside = path.with_extension(format!("fetched-{}", kernel.uuid().simple()));
    let does_without = |error: &FileError| call.state == CallState::Ended && is_gone(error);
    if let Err(error) = put_all(kernel, call, &of_track(parts, track, end), &beside, &path, does_without).await {
        let _ = tokio::fs::remove_file(&beside).await;
        return Err(error);
    }
    // A server that had the call before may hold the only copy of its end.
    let replace = move || store::recording::replace(&path, &beside).map(|()| path);
    let replaced = tokio::task::spawn_blocking(replace).await.map_err(|error| internal(error.to_string()))?;
    let path = replaced.map_err(|error| internal(error.to_string()))?;
    let _ = tokio::fs::remove_file(hole(&path)).await;
    tokio::fs::write(path.with_extension("fetched"), last).await.map_err(|error| internal(error.to_string()))?;
    leave_job(kernel, call, &path).await?;
    if call.state == CallState::Ended {
        tracing::info!(call = %call.id, %track, bytes = end, "fetched a recording that another server has made");
    }
    Ok(())
}

/// What was put aside may be the only copy of something: a job looks.
async fn leave_job(kernel: &Kernel, call: &Call, path: &Path) -> Result<()> {
    let asides = store::recording::put_aside_of(path).map_err(|error| DomainError::Internal(error.to_string()))?;
    if let Some(membership) = kernel.membership().filter(|_| !asides.is_empty()) {
        let mut tx = kernel.begin(&Actor::system(call.organization_id, "a log was put aside")).await?;
        tx.enqueue(&HandOver { call: call.id, node: membership.node.clone() }).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Deletes files of parts that no row names: a server stopped between the two, or the storage did not delete them.
///
/// # Errors
/// If the storage or the database fails; what is deleted stays deleted.
pub(super) async fn sweep(kernel: &Kernel) -> Result<()> {
    let files: &Files = kernel.state();
    let internal = |error: FileError| DomainError::Internal(error.to_string());
    let before = kernel.now() - UNNAMED_FOR;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    let mut listed = files.list_area(Area::Recordings);
    while let Some(file) = listed.try_next().await.map_err(internal)? {
        if file.modified < before {
            found.entry(file.key.organization).or_default().push(file.key);
        }
    }
    let mut deleted = 0;
    for (organization, keys) in found {
        // Read after the list: a part whose row came meanwhile is named.
        let named: HashSet<_> = kernel.store().recording_part_files(organization).await?.into_iter().collect();
        // Of an organization that has none it may be another installation's storage.
        for key in keys.iter().filter(|_| !named.is_empty()).filter(|key| !named.contains(&key.id)) {
            files.delete(key).await.map_err(internal)?;
            deleted += 1;
        }
    }
    if deleted > 0 {
        tracing::info!(deleted, "deleted files of recordings' parts that belong to no call");
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
    let bytes = read(kernel, call, part).await.map_err(|error| DomainError::Internal(error.to_string()))?;
    write(path, start(part), bytes).await
}

async fn read(kernel: &Kernel, call: &Call, part: &RecordingPart) -> Result<Vec<u8>, FileError> {
    let files: &Files = kernel.state();
    let content = files.get(&FileKey::recording_part(call.organization_id, part.file)).await?;
    content
        .try_fold(Vec::new(), |mut all, piece| async move {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await
}

async fn write(path: &Path, at: u64, bytes: Vec<u8>) -> Result<()> {
    let path = path.to_owned();
    let filled = tokio::task::spawn_blocking(move || store::recording::fill_hole(&path, at, &bytes)).await;
    filled.map_err(|error| DomainError::Internal(error.to_string()))?.map_err(|error| DomainError::Internal(error.to_string()))
}

fn start(part: &RecordingPart) -> u64 {
    u64::try_from(part.start).unwrap_or_default()
}

fn away(error: &DomainError) -> DomainError {
    error.log("a recording could not be fetched");
    DomainError::new(Code::Unavailable, "The recording is in the servers' shared storage, which does not answer. Try again in a moment.")
}

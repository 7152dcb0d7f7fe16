//! What a server's data folder holds of a call that is over, and the others don't have: the end of its recording that could not be sealed,
//! and frames that it had taken as an owner that lost the call.
//!
//! Both are the work of one job of that server, which waits for it however long it is away: whoever takes a call over from another data
//! folder leaves one there in the same unit of work, and so does the end of a call. While the call goes on nothing is merged: its page
//! sends again what was not durable. Afterwards each frame that the recording does not have is put at its time and sealed, under the call's
//! lock and only if the recording is still the one that was looked at.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use chrono::TimeDelta;
use kernel::{Actor, DomainError, JobContext, Kernel, Result};
use model::{Call, CallState, Code, Millis, TrackId};
use ports::files::{FileKey, Files};
use store::recording::RecordingReader;
use store::{LogPlace, RecordingError, RecordingPart};

use super::events::CallUpdated;
use super::jobs::HandOver;
use super::{fetch, live, measure, recording};

/// How much later a call that is not over is looked at again.
pub(super) const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(1);
/// So many frames are a part: two and a half minutes.
const FRAMES_IN_A_PART: u32 = 1_500;

/// The job: brings what this server's folder holds of a call to the others.
///
/// # Errors
/// If the storage, the database or the disk fails: the job is tried again.
pub(super) async fn hand_over(context: &JobContext, job: HandOver) -> Result<()> {
    let (kernel, organization) = (&context.kernel, context.organization()?);
    if kernel.membership().is_none() {
        return Ok(());
    }
    let Some(call) = kernel.store().call_or_deleted(organization, job.call).await? else {
        // Deleted while this server was away.
        return recording::delete_here(kernel, organization, job.call).await;
    };
    if call.state != CallState::Ended {
        let mut tx = kernel.begin(&Actor::system(organization, "a call goes on")).await?;
        let later = tx.at() + LOOK_AGAIN;
        tx.finish(&context.lease).await?;
        tx.enqueue_at(&job, later).await?;
        return tx.commit().await;
    }
    for track in TrackId::all(call.tracks.len()) {
        of_track(kernel, &call, track).await?;
    }
    Ok(())
}

/// At the start: leaves jobs for the calls of which this server has a log that was put aside.
///
/// # Errors
/// If the folder or the database fails.
pub(super) async fn look_through(kernel: &Kernel) -> Result<()> {
    let Some(membership) = kernel.membership() else { return Ok(()) };
    let root = recording::root(kernel);
    let found = in_background(move || store::recording::calls_with_asides(&root)).await?;
    for (organization, call) in found {
        let mut tx = kernel.begin(&Actor::system(organization, "a server comes back")).await?;
        tx.enqueue(&HandOver { call, node: membership.node.clone() }).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn of_track(kernel: &Kernel, call: &Call, track: TrackId) -> Result<()> {
    let path = recording::path(kernel, call, track);
    let mut parts = kernel.store().recording_parts(call.organization_id, call.id).await?;
    if fetch::has_the_log(kernel, call, &parts, track).await? {
        fetch::fill(kernel, call, track).await?;
        let end = live::sealed(&parts, track);
        let is_more = path.exists() && end_of(&path).await?.next > end.next;
        if is_more {
            seal(kernel, call, track, &path, end, &parts, call_epoch(kernel, call).await?).await?;
            tracing::info!(call = %call.id, %track, "the end of a recording is in the shared storage now");
            parts = kernel.store().recording_parts(call.organization_id, call.id).await?;
        }
    } else if live::sealed(&parts, track) == LogPlace::default() && path.exists() {
        // Nothing to be fetched in its place.
        let path = path.clone();
        in_background(move || store::recording::put_aside(&path)).await?;
    } else {
        fetch::fetch_track(kernel, call, &parts, track).await?;
    }
    let (log, merged) = (path.clone(), path.with_extension("merged"));
    let into = merged.clone();
    let merge = move || {
        let asides = store::recording::put_aside_of(&log)?;
        let merged = if asides.is_empty() { None } else { store::recording::merge(&log, &asides, &into)? };
        Ok((asides, merged))
    };
    let (asides, found) = in_background(merge).await?;
    let Some(found) = found else { return forget(asides).await };
    if found.added > 0 {
        if fetch::is_silent(&path) {
            // What is missing there must not be sealed as silence.
            return Err(DomainError::new(Code::Unavailable, "A part of the recording before can't be fetched yet."));
        }
        let from = place_before(&parts, track, found.same);
        let sealed = seal(kernel, call, track, &merged, from, &parts, RecordingPart::HANDED_OVER).await;
        let _ = tokio::fs::remove_file(&merged).await;
        sealed?;
        tracing::info!(call = %call.id, %track, frames = found.added, "a server that had lost a call handed over what only it had of it");
    }
    if found.left > 0 {
        // Of a time that has other sound: kept for somebody to look at, and not looked through again.
        let frames = found.left;
        tracing::warn!(call = %call.id, %track, frames, "frames of a lost call are of a time that has other sound; they stay in its folder");
        return keep(asides).await;
    }
    forget(asides).await
}

/// Who owned the call last.
async fn call_epoch(kernel: &Kernel, call: &Call) -> Result<i64> {
    let owner = kernel.store().call_owner(call.organization_id, call.id).await?;
    Ok(owner.map_or(RecordingPart::HANDED_OVER, |owner| owner.epoch))
}

/// The end of the last part that lies before a place as a whole.
fn place_before(parts: &[RecordingPart], track: TrackId, place: LogPlace) -> LogPlace {
    let whole: Vec<RecordingPart> = parts.iter().filter(|part| part.track == track && part.end() <= place.length).cloned().collect();
    live::sealed(&whole, track)
}

/// Seals a file's records from a place on, in place of all parts that lie behind it.
///
/// # Errors
/// `conflict` if the recording is not the one any more that `before` are the parts of; what else fails.
async fn seal(
    kernel: &Kernel,
    call: &Call,
    track: TrackId,
    file: &Path,
    from: LogPlace,
    before: &[RecordingPart],
    epoch: i64,
) -> Result<()> {
    let file = file.to_owned();
    let of = file.clone();
    let places = in_background(move || {
        let reader = RecordingReader::open(of)?;
        let end = reader.frame_count();
        let starts = (from.next..end).step_by(FRAMES_IN_A_PART as usize).chain([end]);
        Ok(starts.filter_map(|next| reader.place_at(next)).collect::<Vec<_>>())
    })
    .await?;
    let (files, mut made): (&Files, _) = (kernel.state(), Vec::new());
    for at in places.windows(2) {
        let (file, from, to) = (file.clone(), at[0], at[1]);
        let bytes = Bytes::from(in_background(move || store::recording::read_stretch(&file, from.length..to.length)).await?);
        let part = live::part(kernel.uuid(), track, from, to, epoch);
        let limit = bytes.len() as u64;
        let stored = files.put(&FileKey::recording_part(call.organization_id, part.file), futures::stream::iter([Ok(bytes)]), limit).await;
        stored.map_err(|error| DomainError::Internal(error.to_string()))?;
        made.push(part);
    }
    let end = places.last().map_or(0, |end| end.end_sample);
    let gone: Vec<&RecordingPart> = before.iter().filter(|part| part.track == track && part.first >= i64::from(from.next)).collect();
    if !keep_parts(kernel, call, track, from, before, &made, end).await? {
        delete_files(kernel, call, made.iter()).await;
        return Err(DomainError::new(Code::Conflict, "Another server changes this recording at this moment."));
    }
    delete_files(kernel, call, gone.into_iter()).await;
    Ok(())
}

/// False, and nothing kept, if the call's parts are not what they were.
async fn keep_parts(
    kernel: &Kernel,
    call: &Call,
    track: TrackId,
    from: LogPlace,
    before: &[RecordingPart],
    made: &[RecordingPart],
    end_sample: u64,
) -> Result<bool> {
    let organization = call.organization_id;
    let mut tx = kernel.begin(&Actor::system(organization, "a server hands a recording's end over")).await?;
    let Some(locked) = store::calls::lock(&mut tx, organization, call.id).await? else { return Ok(false) };
    if locked.state != CallState::Ended || store::parts::of_call(&mut tx, organization, call.id).await? != before {
        return Ok(false);
    }
    store::parts::delete_from(&mut tx, organization, call.id, track, from.next).await?;
    for part in made {
        store::parts::insert(&mut tx, organization, call.id, part).await?;
    }
    let length = Millis(i64::try_from(end_sample / u64::from(model::wire::SAMPLE_RATE / 1_000)).unwrap_or_default());
    if length > locked.duration_ms {
        store::calls::set_duration(&mut tx, organization, call.id, length).await?;
    }
    measure::note_parts(&mut tx, call).await?;
    tx.emit(&CallUpdated { call: call.id, member: call.member_id }).await?;
    tx.commit().await?;
    Ok(true)
}

/// What stays is nobody's, and is swept up a day later.
async fn delete_files(kernel: &Kernel, call: &Call, parts: impl Iterator<Item = &RecordingPart>) {
    let files: &Files = kernel.state();
    for part in parts {
        let _ = files.delete(&FileKey::recording_part(call.organization_id, part.file)).await;
    }
}

async fn forget(asides: Vec<PathBuf>) -> Result<()> {
    in_background(move || Ok(asides.into_iter().try_for_each(std::fs::remove_file)?)).await
}

async fn keep(asides: Vec<PathBuf>) -> Result<()> {
    let keep = |aside: PathBuf| {
        let number = aside.extension().and_then(|extension| extension.to_str()).unwrap_or_default().replace("before-", "kept-");
        std::fs::rename(&aside, aside.with_extension(number))
    };
    in_background(move || Ok(asides.into_iter().try_for_each(keep)?)).await
}

async fn end_of(path: &Path) -> Result<LogPlace> {
    let path = path.to_owned();
    in_background(move || {
        let reader = RecordingReader::open(path)?;
        Ok(reader.place_at(reader.frame_count()).unwrap_or_default())
    })
    .await
}

/// Work with files, beside the tasks.
async fn in_background<T: Send + 'static>(work: impl FnOnce() -> Result<T, RecordingError> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| DomainError::Internal(error.to_string()))?;
    done.map_err(|error| DomainError::Internal(error.to_string()))
}

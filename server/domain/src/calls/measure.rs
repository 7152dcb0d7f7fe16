//! How many bytes a call's recording has: counted when the call is over, for what an organization may keep (`crate::storage`).

use kernel::{Kernel, Result, Tx};
use model::{Call, TrackId};
use store::RecordingPart;

use super::recording;

/// Calls that are measured at once.
const AT_ONCE: u32 = 100;

/// Bytes of a recording. With several servers it lies in two places, and counts once: as long as it is where it is longest. 0 where no sound is kept.
///
/// # Errors
/// If the database fails.
pub(super) async fn bytes(kernel: &Kernel, call: &Call) -> Result<i64> {
    if !call.keep_audio {
        return Ok(0);
    }
    let parts = kernel.store().recording_parts(call.organization_id, call.id).await?;
    let mut bytes = 0;
    for track in TrackId::all(call.tracks.len()) {
        let here = tokio::fs::metadata(recording::path(kernel, call, track)).await.map_or(0, |file| file.len());
        bytes += i64::try_from(here).unwrap_or(i64::MAX).max(of_parts(parts.iter().filter(|part| part.track == track)));
    }
    Ok(bytes)
}

/// Bytes of sealed parts.
fn of_parts<'a>(parts: impl Iterator<Item = &'a RecordingPart>) -> i64 {
    parts.map(|part| part.bytes).sum()
}

/// Notes what the parts of a recording have that were just changed.
pub(super) async fn note_parts(tx: &mut Tx, call: &Call) -> Result<()> {
    let parts = store::parts::of_call(tx, call.organization_id, call.id).await?;
    store::storage::set_recorded(tx, call.organization_id, call.id, of_parts(parts.iter())).await?;
    Ok(())
}

/// At the start: measures the recordings of calls that an older release has ended.
///
/// # Errors
/// If the database fails: the next start goes on.
pub(super) async fn all(kernel: &Kernel) -> Result<()> {
    loop {
        let unmeasured = kernel.store().unmeasured_calls(AT_ONCE).await?;
        if unmeasured.is_empty() {
            return Ok(());
        }
        let mut measured = Vec::new();
        for (organization, id) in unmeasured {
            let bytes = match kernel.store().call_or_deleted(organization, id).await? {
                Some(call) => bytes(kernel, &call).await?,
                None => 0,
            };
            measured.push((organization, id, bytes));
        }
        let mut tx = kernel.begin_own().await?;
        for (organization, id, bytes) in measured {
            store::storage::set_recorded(&mut tx, organization, id, bytes).await?;
        }
        tx.commit().await?;
    }
}

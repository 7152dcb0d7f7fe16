//! Sealed parts of recordings: where stretches of a track's log lie in the storage that several servers share.

use model::{CallId, OrganizationId, TrackId};
use uuid::Uuid;

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::recording::LogName;
use crate::statements::statements;

macro_rules! columns {
    () => {
        "file, channel, first, frames, start, bytes, end_sample, epoch"
    };
}

statements! {
    INSERT_PART = concat!(
        "INSERT INTO recording_parts (organization_id, call_id, ", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    );
    PARTS = concat!("SELECT ", columns!(), " FROM recording_parts WHERE organization_id = $1 AND call_id = $2 ORDER BY channel, first");
    // Of one organization, however many calls: once a day.
    PART_FILES = "SELECT file FROM recording_parts WHERE organization_id = $1";
    DELETE_PARTS_FROM = "DELETE FROM recording_parts WHERE organization_id = $1 AND call_id = $2 AND channel = $3 AND first >= $4";
    DELETE_PART = "DELETE FROM recording_parts WHERE organization_id = $1 AND file = $2";
}

/// A stretch of a track's log in the shared storage.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RecordingPart {
    /// The stored file.
    pub file: Uuid,
    /// Of which track.
    #[sqlx(rename = "channel", try_from = "LogName")]
    pub track: TrackId,
    /// Number of its first frame.
    pub first: i64,
    /// How many frames.
    pub frames: i64,
    /// Where it begins in the log, in bytes.
    pub start: i64,
    /// How long it is there.
    pub bytes: i64,
    /// Where the last frame ends on the call's timeline, in samples.
    pub end_sample: i64,
    /// Of which owner of the call it is; [`RecordingPart::HANDED_OVER`] of none.
    pub epoch: i64,
}

impl RecordingPart {
    /// The epoch of parts that were sealed after the call's end, with sound of a server that had lost it: the log of the call's last owner
    /// is not the recording any more.
    pub const HANDED_OVER: i64 = -1;

    /// Number of the frame after it.
    pub fn next(&self) -> u32 {
        u32::try_from(self.first + self.frames).unwrap_or(u32::MAX)
    }

    /// Where the log goes on after it, in bytes.
    pub fn end(&self) -> u64 {
        u64::try_from(self.start + self.bytes).unwrap_or_default()
    }
}

/// Keeps a part whose file is stored.
///
/// # Errors
/// [`crate::StoreError::Taken`] if the call has a part that begins with the same frame.
pub async fn insert(tx: &mut Tx, organization: OrganizationId, call: CallId, part: &RecordingPart) -> Result<()> {
    query!(
        within tx, execute, INSERT_PART, organization, call, part.file, LogName::of(part.track).as_ref(), part.first, part.frames, part.start,
        part.bytes, part.end_sample, part.epoch
    )?;
    Ok(())
}

/// A call's parts, as [`Store::recording_parts`], as they are in this transaction.
///
/// # Errors
/// What the engine says.
pub async fn of_call(tx: &mut Tx, organization: OrganizationId, call: CallId) -> Result<Vec<RecordingPart>> {
    query!(within tx, all RecordingPart, PARTS, organization, call)
}

/// Forgets the parts of a track from this frame on: others take their place.
///
/// # Errors
/// What the engine says.
pub async fn delete_from(tx: &mut Tx, organization: OrganizationId, call: CallId, track: TrackId, first: u32) -> Result<()> {
    query!(within tx, execute, DELETE_PARTS_FROM, organization, call, LogName::of(track).as_ref(), i64::from(first))?;
    Ok(())
}

impl Store {
    /// The files of all parts of an organization's recordings.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn recording_part_files(&self, organization: OrganizationId) -> Result<Vec<Uuid>> {
        let files: Vec<(Uuid,)> = query!(read self, all (Uuid,), PART_FILES, organization)?;
        Ok(files.into_iter().map(|(file,)| file).collect())
    }

    /// A call's parts, of a track after the other, in order.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn recording_parts(&self, organization: OrganizationId, call: CallId) -> Result<Vec<RecordingPart>> {
        query!(read self, all RecordingPart, PARTS, organization, call)
    }

    /// Forgets a part whose file is deleted.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn delete_recording_part(&self, organization: OrganizationId, file: Uuid) -> Result<()> {
        query!(write self, execute, DELETE_PART, organization, file)?;
        Ok(())
    }
}

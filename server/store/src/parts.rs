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
    /// Of which owner of the call it is.
    pub epoch: i64,
}

impl RecordingPart {
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

impl Store {
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

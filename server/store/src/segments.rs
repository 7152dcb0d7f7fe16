//! What was said.

use std::borrow::Cow;

use model::{CallId, Channel, Millis, OrganizationId, OutlineLine, Segment, Word};
use sqlx::types::Json;

use crate::calls;
use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;
use crate::text::clean;

macro_rules! columns {
    () => {
        // Servers of the version before say no track: then it is the rep's microphone or the far end.
        "number, COALESCE(track, CASE channel WHEN 'rep' THEN 0 ELSE 1 END) AS track, channel, text, start_ms, end_ms, confidence, words, \
         corrected"
    };
}

statements! {
    INSERT_SEGMENT = "
        INSERT INTO segments (organization_id, call_id, number, channel, text, start_ms, end_ms, confidence, words, corrected, track)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (call_id, number) DO NOTHING";
    SEGMENTS = concat!("SELECT ", columns!(), " FROM segments WHERE organization_id = $1 AND call_id = $2 ORDER BY number");
    // Reads no words: they are most of a row, and behind everything else in it.
    OUTLINE = "
        SELECT number, channel, start_ms, end_ms FROM segments
        WHERE organization_id = $1 AND call_id = $2 ORDER BY start_ms, number";
    SEGMENTS_BETWEEN = concat!(
        "SELECT ", columns!(), " FROM segments WHERE organization_id = $1 AND call_id = $2 AND number >= $3 AND number <= $4 ORDER BY number"
    );
    CORRECT_SEGMENT = "
        UPDATE segments SET text = $4, words = $5, corrected = $6 WHERE organization_id = $1 AND call_id = $2 AND number = $3";
    SWAP_SEGMENTS = "
        UPDATE segments SET channel = CASE channel WHEN 'rep' THEN 'customer' ELSE 'rep' END
        WHERE organization_id = $1 AND call_id = $2";
    DELETE_SEGMENTS = "DELETE FROM segments WHERE organization_id = $1 AND call_id = $2";
}

#[derive(sqlx::FromRow)]
struct OutlineRow {
    number: i64,
    #[sqlx(try_from = "String")]
    channel: Channel,
    start_ms: Millis,
    end_ms: Millis,
}

impl Store {
    /// A call's segments in the order in which they became final.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn segments(&self, organization: OrganizationId, call: CallId) -> Result<Vec<Segment>> {
        query!(read self, all Segment, SEGMENTS, organization, call)
    }

    /// A call's segments without their words, in order of start.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn outline(&self, organization: OrganizationId, call: CallId) -> Result<Vec<OutlineLine>> {
        let rows = query!(read self, all OutlineRow, OUTLINE, organization, call)?;
        Ok(rows.into_iter().map(|row| (row.number, row.channel, row.start_ms, row.end_ms).into()).collect())
    }

    /// A call's segments of these numbers, the last one among them, in the order in which they became final.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn segments_between(&self, organization: OrganizationId, call: CallId, first: i64, last: i64) -> Result<Vec<Segment>> {
        query!(read self, all Segment, SEGMENTS_BETWEEN, organization, call, first, last)
    }
}

/// Sets what was really said; the words' times go, as they belong to the old text. False if there is no such segment.
///
/// # Errors
/// What the engine says.
pub async fn correct(tx: &mut Tx, organization: OrganizationId, call: CallId, number: i64, text: &str) -> Result<bool> {
    let none: &[Word] = &[];
    let corrected = query!(within tx, execute, CORRECT_SEGMENT, organization, call, number, text, Json(none), true)? > 0;
    if corrected {
        calls::reindex(tx, organization, call).await?;
    }
    Ok(corrected)
}

/// Gives each side's words to the other one; false if nothing was said. Names stay with their sides. The recording
/// is [`crate::calls::set_tracks`]'s.
///
/// # Errors
/// What the engine says.
pub async fn swap_channels(tx: &mut Tx, organization: OrganizationId, call: CallId) -> Result<bool> {
    let swapped = query!(within tx, execute, SWAP_SEGMENTS, organization, call)? > 0;
    if swapped {
        calls::reindex(tx, organization, call).await?;
    }
    Ok(swapped)
}

/// Puts other segments in the place of all that a call has, as after a second recognition.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the call is gone or of another organization.
pub async fn replace(tx: &mut Tx, organization: OrganizationId, call: CallId, segments: &[Segment]) -> Result<()> {
    query!(within tx, execute, DELETE_SEGMENTS, organization, call)?;
    insert(tx, organization, call, segments).await?;
    calls::reindex(tx, organization, call).await
}

/// Adds segments; one whose number is there already is left as it is, so that the same may come again.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the call is gone or of another organization.
pub async fn append(tx: &mut Tx, organization: OrganizationId, call: CallId, segments: &[Segment]) -> Result<()> {
    insert(tx, organization, call, segments).await?;
    calls::add_lines(tx, organization, call, segments).await
}

async fn insert(tx: &mut Tx, organization: OrganizationId, call: CallId, segments: &[Segment]) -> Result<()> {
    for segment in segments {
        let channel: Channel = segment.channel;
        query!(
            within tx, execute, INSERT_SEGMENT, organization, call, segment.number, channel.as_str(), clean(&segment.text).as_ref(),
            segment.start_ms, segment.end_ms, segment.confidence, Json(clean_words(&segment.words).as_ref()), segment.corrected,
            i64::from(segment.track.0)
        )?;
    }
    Ok(())
}

fn clean_words(words: &[Word]) -> Cow<'_, [Word]> {
    if words.iter().any(|word| word.text.contains('\0')) {
        Cow::Owned(words.iter().map(|word| Word { text: clean(&word.text).into_owned(), ..word.clone() }).collect())
    } else {
        Cow::Borrowed(words)
    }
}

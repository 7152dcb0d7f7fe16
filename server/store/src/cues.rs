//! Cues and bookmarks of a call.

use model::{Bookmark, CallId, Citation, Cue, CueState, OrganizationId};
use sqlx::types::Json;

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;
use crate::text::clean;

statements! {
    INSERT_CUE = "
        INSERT INTO cues (organization_id, call_id, number, kind, topic, title, quote, guidance, evidence, at_ms, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (call_id, number) DO NOTHING";
    CUES = "
        SELECT number, kind, topic, title, quote, guidance, evidence, at_ms, state, source
        FROM cues WHERE organization_id = $1 AND call_id = $2 ORDER BY number";
    SET_CUE_STATE = "
        UPDATE cues SET state = $4 WHERE organization_id = $1 AND call_id = $2 AND number = $3 AND state <> $4";
    CUE_NUMBER = "SELECT number FROM cues WHERE organization_id = $1 AND call_id = $2 AND number = $3";
    // A document that was deleted meanwhile leaves no word.
    SET_CUE_SOURCE = "
        UPDATE cues SET source = $4 WHERE organization_id = $1 AND call_id = $2 AND number = $3
        AND EXISTS (SELECT 1 FROM documents d WHERE d.organization_id = $1 AND d.id = $5 AND d.deleted_at IS NULL)";
    CLEAR_CUE_SOURCE = "UPDATE cues SET source = NULL WHERE organization_id = $1 AND call_id = $2 AND number = $3";
    DELETE_CUES = "DELETE FROM cues WHERE organization_id = $1 AND call_id = $2";
    INSERT_BOOKMARK = "
        INSERT INTO bookmarks (organization_id, call_id, number, at_ms, note) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (call_id, number) DO NOTHING";
    BOOKMARKS = "SELECT number, at_ms, note FROM bookmarks WHERE organization_id = $1 AND call_id = $2 ORDER BY number";
}

impl Store {
    /// A call's cues in the order in which they came.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn cues(&self, organization: OrganizationId, call: CallId) -> Result<Vec<Cue>> {
        query!(read self, all Cue, CUES, organization, call)
    }

    /// A call's bookmarks in the order in which they were set.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn bookmarks(&self, organization: OrganizationId, call: CallId) -> Result<Vec<Bookmark>> {
        query!(read self, all Bookmark, BOOKMARKS, organization, call)
    }
}

/// Notes what became of a cue: whether that is new. None if there is no such cue.
///
/// # Errors
/// What the engine says.
pub async fn set_state(tx: &mut Tx, organization: OrganizationId, call: CallId, number: i64, state: CueState) -> Result<Option<bool>> {
    if query!(within tx, execute, SET_CUE_STATE, organization, call, number, state.as_str())? > 0 {
        return Ok(Some(true));
    }
    Ok(query!(within tx, optional (i64,), CUE_NUMBER, organization, call, number)?.map(|_| false))
}

/// Notes which passage a cue shows, or that it shows none; false if there is no such cue, or the passage's document is gone.
///
/// # Errors
/// What the engine says.
pub async fn set_source(tx: &mut Tx, organization: OrganizationId, call: CallId, number: i64, source: Option<&Citation>) -> Result<bool> {
    let changed = match source {
        Some(source) => query!(within tx, execute, SET_CUE_SOURCE, organization, call, number, Json(source), source.document)?,
        None => query!(within tx, execute, CLEAR_CUE_SOURCE, organization, call, number)?,
    };
    Ok(changed > 0)
}

/// Adds a bookmark; one whose number is there already is left as it is.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the call is gone or of another organization.
pub async fn append_bookmark(tx: &mut Tx, organization: OrganizationId, call: CallId, bookmark: &Bookmark) -> Result<()> {
    query!(within tx, execute, INSERT_BOOKMARK, organization, call, bookmark.number, bookmark.at_ms, clean(&bookmark.note).as_ref())?;
    Ok(())
}

/// Puts other cues in the place of a call's: its words were changed.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the call is gone or of another organization.
pub async fn replace(tx: &mut Tx, organization: OrganizationId, call: CallId, cues: &[Cue]) -> Result<()> {
    query!(within tx, execute, DELETE_CUES, organization, call)?;
    append(tx, organization, call, cues).await
}

/// Adds cues; one whose number is there already is left as it is.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the call is gone or of another organization.
pub async fn append(tx: &mut Tx, organization: OrganizationId, call: CallId, cues: &[Cue]) -> Result<()> {
    for cue in cues {
        let added = query!(
            within tx, execute, INSERT_CUE, organization, call, cue.number, cue.kind.as_str(), &cue.topic, clean(&cue.title).as_ref(),
            clean(&cue.quote).as_ref(), clean(&cue.guidance).as_ref(), Json(&cue.evidence), cue.at_ms, cue.state.as_str()
        )?;
        if let Some(source) = cue.source.as_ref().filter(|_| added > 0) {
            query!(within tx, execute, SET_CUE_SOURCE, organization, call, cue.number, Json(source), source.document)?;
        }
    }
    Ok(())
}

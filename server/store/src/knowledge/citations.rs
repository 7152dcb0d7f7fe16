//! Words of documents that other areas keep: they go with their document.
//!
//! Citations are knowledge's wherever they lie, so that whoever deletes a document needs to know none of those areas.

use model::{DocumentId, OrganizationId};

use crate::engine::{Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    FORGET_SOURCES = "
        UPDATE cues SET source = NULL WHERE organization_id = $1 AND source IS NOT NULL AND source ->> 'document' = $2";
    FORGET_DELETED_SOURCES = "
        UPDATE cues SET deleted_source = NULL
        WHERE organization_id = $1 AND deleted_source IS NOT NULL AND deleted_source ->> 'document' = $2";
    HIDE_SOURCES = "
        UPDATE cues SET deleted_source = source, source = NULL
        WHERE organization_id = $1 AND source IS NOT NULL AND source ->> 'document' = $2";
    // A suggestion that has found another passage meanwhile keeps that.
    RESTORE_SOURCES = "
        UPDATE cues SET source = COALESCE(source, deleted_source), deleted_source = NULL
        WHERE organization_id = $1 AND deleted_source IS NOT NULL AND deleted_source ->> 'document' = $2";
}

/// A document is deleted for good: no cue has its words any more.
pub(super) async fn forget(tx: &mut Tx, organization: OrganizationId, document: DocumentId) -> Result<()> {
    query!(within tx, execute, FORGET_SOURCES, organization, document.to_string())?;
    query!(within tx, execute, FORGET_DELETED_SOURCES, organization, document.to_string())?;
    Ok(())
}

/// A document is deleted: no cue shows its words any more.
pub(super) async fn hide(tx: &mut Tx, organization: OrganizationId, document: DocumentId) -> Result<()> {
    query!(within tx, execute, HIDE_SOURCES, organization, document.to_string())?;
    Ok(())
}

/// It is brought back, and its words with it.
pub(super) async fn restore(tx: &mut Tx, organization: OrganizationId, document: DocumentId) -> Result<()> {
    query!(within tx, execute, RESTORE_SOURCES, organization, document.to_string())?;
    Ok(())
}

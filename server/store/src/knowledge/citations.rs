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
}

/// A document is deleted: no cue shows its words any more.
pub(super) async fn forget(tx: &mut Tx, organization: OrganizationId, document: DocumentId) -> Result<()> {
    query!(within tx, execute, FORGET_SOURCES, organization, document.to_string())?;
    Ok(())
}

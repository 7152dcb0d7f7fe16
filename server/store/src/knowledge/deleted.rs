//! Documents that somebody deleted a moment ago: they answer nothing, no list has them, and they can be brought back.

use chrono::{DateTime, SubsecRound, Utc};
use model::{CollectionAccess, DocumentId, OrganizationId};

use super::citations;
use super::documents::standing;
use super::removal::{self, Removed};
use crate::engine::{Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    HIDE_DOCUMENT = "UPDATE documents SET deleted_at = $3 WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL";
    MARK_VERSIONS = "UPDATE document_versions SET deleted_at = $3 WHERE organization_id = $1 AND document_id = $2";
    RESTORE_DOCUMENT = "UPDATE documents SET deleted_at = NULL WHERE organization_id = $1 AND id = $2 AND deleted_at > $3";
    UNMARK_VERSIONS = "UPDATE document_versions SET deleted_at = NULL WHERE organization_id = $1 AND document_id = $2";
    // A page of a website: visits take it again.
    TAKE_PAGE_AGAIN = "
        DELETE FROM website_omissions WHERE organization_id = $1 AND EXISTS (
            SELECT 1 FROM documents d WHERE d.organization_id = $1 AND d.id = $2
                AND d.website_id = website_omissions.website_id AND d.address = website_omissions.address)";
    // Takes the row's lock: it isn't brought back meanwhile.
    LOCK_DELETED_DOCUMENT = "
        UPDATE documents SET deleted_at = deleted_at WHERE organization_id = $1 AND id = $2 AND deleted_at <= $3";
}

/// Takes a document out of everybody's sight, with all that belongs to it; its files stay for now. Pages of a website are left out by its next
/// visits. Who could read it; none if there is no such document.
///
/// # Errors
/// What the engine says.
pub async fn hide_document(
    tx: &mut Tx,
    organization: OrganizationId,
    document: DocumentId,
    at: DateTime<Utc>,
) -> Result<Option<CollectionAccess>> {
    let Some((access, _)) = standing(tx, organization, document).await? else { return Ok(None) };
    let at = at.trunc_subsecs(6);
    if query!(within tx, execute, HIDE_DOCUMENT, organization, document, at)? == 0 {
        return Ok(None);
    }
    query!(within tx, execute, MARK_VERSIONS, organization, document, at)?;
    removal::omit_page(tx, organization, document).await?;
    citations::hide(tx, organization, document).await?;
    Ok(Some(access))
}

/// Brings a document back that was deleted after a moment, as it was. False if there is none.
///
/// # Errors
/// What the engine says.
pub async fn restore_document(tx: &mut Tx, organization: OrganizationId, document: DocumentId, after: DateTime<Utc>) -> Result<bool> {
    if query!(within tx, execute, RESTORE_DOCUMENT, organization, document, after.trunc_subsecs(6))? == 0 {
        return Ok(false);
    }
    query!(within tx, execute, UNMARK_VERSIONS, organization, document)?;
    query!(within tx, execute, TAKE_PAGE_AGAIN, organization, document)?;
    citations::restore(tx, organization, document).await?;
    Ok(true)
}

/// Deletes a document for good that was deleted at that moment or before, as [`super::delete_document`] does. None if there is none: it was
/// brought back, or went with its collection.
///
/// # Errors
/// What the engine says.
pub async fn erase_document(
    tx: &mut Tx,
    organization: OrganizationId,
    document: DocumentId,
    until: DateTime<Utc>,
) -> Result<Option<Removed>> {
    let removal = removal::begin(tx, organization).await?;
    if query!(within tx, execute, LOCK_DELETED_DOCUMENT, organization, document, until.trunc_subsecs(6))? == 0 {
        return Ok(None);
    }
    Ok(Some(removal.documents(tx, std::iter::once(document)).await?))
}

//! Deleting a document: it answers nothing at once, can be brought back for as long as it can be undone, and is gone for good after that.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use kernel::{Actor, DomainError, Kernel, Result};
use model::{Code, DocumentDetail, DocumentId, OrganizationId, UNDO_SECONDS};
use serde_json::json;
use store::knowledge::{self as kept, Removed};

use super::documents::{document, forget_files, let_go};
use super::events::{self, DocumentDeleted};
use super::{jobs, require_editor, system, urgently};
use crate::knowledge::Remembering as _;

/// How long a deleted document can be brought back.
const UNDO: TimeDelta = TimeDelta::seconds(UNDO_SECONDS);

/// Deletes a document: its files, passages, vectors, uses and all that is remembered of it. For [`UNDO_SECONDS`] it can be brought back by
/// [`restore`]; it is in no list and answers nothing meanwhile. On a full disk it is gone at once: there is no room to wait.
///
/// # Errors
/// `not_found`; `forbidden` below admins.
pub async fn delete(kernel: &Kernel, actor: &Actor, id: DocumentId) -> Result<()> {
    require_editor(actor)?;
    let is_again = AtomicBool::new(false);
    let removed = urgently(kernel, || async {
        let for_good = is_again.swap(true, Ordering::Relaxed);
        let mut tx = kernel.begin(actor).await?;
        let (at, organization) = (tx.at(), actor.organization);
        let mut removed = Removed::default();
        if for_good {
            removed = kept::delete_document(&mut tx, organization, id).await?.ok_or_else(no_such)?;
            let_go(&mut tx, &removed).await?;
        } else {
            let access = kept::hide_document(&mut tx, organization, id, at).await?.ok_or_else(no_such)?;
            tx.enqueue_at(&jobs::EraseDocument { document: id }, at + UNDO).await?;
            tx.emit(&DocumentDeleted { document: id, access }).await?;
        }
        tx.audit("knowledge.document_deleted", id, json!({ "for_good": for_good })).await?;
        tx.commit().await?;
        Ok(removed)
    });
    let removed = removed.await?;
    forget_files(kernel, actor.organization, &removed.keys).await;
    Ok(())
}

/// Brings a document back that was deleted a moment ago, as it was: it answers again. One that is there, or back already, stays as it is.
///
/// # Errors
/// `not_found` if there is none or it is gone for good; `forbidden` below admins.
pub async fn restore(kernel: &Kernel, actor: &Actor, id: DocumentId) -> Result<DocumentDetail> {
    require_editor(actor)?;
    match document(kernel, actor, id).await {
        Err(DomainError::Problem(problem)) if problem.code == Code::NotFound => {}
        there => return there,
    }
    let mut tx = kernel.begin(actor).await?;
    let after = tx.at() - UNDO;
    if !kept::restore_document(&mut tx, actor.organization, id, after).await? {
        return Err(too_late());
    }
    tx.audit("knowledge.document_restored", id, json!({})).await?;
    events::restored(&mut tx, actor.organization, id).await?;
    tx.commit().await?;
    kernel.knowledge_cache().forget(actor.organization);
    document(kernel, actor, id).await
}

/// Deletes a document for good that nobody has brought back: the job's part.
pub(super) async fn erase(kernel: &Kernel, organization: OrganizationId, id: DocumentId) -> Result<()> {
    let removed = urgently(kernel, || async {
        let mut tx = kernel.begin(&system(organization)).await?;
        let until = tx.at() - UNDO;
        let removed = kept::erase_document(&mut tx, organization, id, until).await?;
        if let Some(removed) = &removed {
            let_go(&mut tx, removed).await?;
            tx.commit().await?;
        }
        Ok(removed)
    });
    if let Some(removed) = removed.await? {
        kernel.knowledge_cache().take_password(id);
        forget_files(kernel, organization, &removed.keys).await;
    }
    Ok(())
}

fn no_such() -> DomainError {
    DomainError::no_such("document")
}

fn too_late() -> DomainError {
    DomainError::new(Code::NotFound, "There is no such document to bring back. A deleted document is gone for good after a minute.")
}

//! Deleting a call: out of everybody's sight at once, back for as long as it can be undone, gone for good after that.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use kernel::{Actor, DomainError, Kernel, Result};
use model::{Call, CallId, Code, OrganizationId, UNDO_SECONDS};
use serde_json::json;

use super::events::{CallDeleted, CallRestored};
use super::jobs::{DeleteRecording, EraseCall};
use super::{get, live, recording, sees};

/// How long a deleted call can be brought back.
const UNDO: TimeDelta = TimeDelta::seconds(UNDO_SECONDS);
/// A call that is deleted for good takes its sound along; a job looks after it this much later.
const SOUND_GOES_AFTER: TimeDelta = TimeDelta::seconds(30);

/// Deletes a call with everything: transcript, cues, review, recording. A live one is stopped first. For [`UNDO_SECONDS`] it can be brought back by
/// [`restore`]; nobody sees it meanwhile. On a full disk it is gone at once: there is no room to wait.
///
/// # Errors
/// `not_found`.
pub async fn delete(kernel: &Kernel, actor: &Actor, id: CallId) -> Result<()> {
    let call = get(kernel, actor, id).await?;
    live::order(kernel, actor, id, live::CallOrder::Stop).await?;
    let is_again = AtomicBool::new(false);
    let for_good = kernel
        .urgent(|| async {
            let for_good = is_again.swap(true, Ordering::Relaxed);
            let mut tx = kernel.begin(actor).await?;
            let at = tx.at();
            let found = if for_good {
                tx.enqueue_at(&DeleteRecording { call: id }, at + SOUND_GOES_AFTER).await?;
                store::calls::delete(&mut tx, actor.organization, id).await?
            } else {
                tx.enqueue_at(&EraseCall { call: id }, at + UNDO).await?;
                store::calls::hide(&mut tx, actor.organization, id, at).await?
            };
            if !found {
                return Err(DomainError::no_such("call"));
            }
            tx.audit("call.deleted", id, json!({ "for_good": for_good })).await?;
            tx.emit(&CallDeleted { call: id, member: call.member_id }).await?;
            tx.commit().await?;
            Ok(for_good)
        })
        .await?;
    // A page may have come back in between; from now on none can. Another server finds out with its next write.
    live::order_here(kernel, actor, id, live::CallOrder::Stop).await?;
    if for_good {
        forget_sound(kernel, actor.organization, id).await;
    }
    Ok(())
}

/// Brings a call back that was deleted a moment ago, as it was. One that is there, or back already, stays as it is.
///
/// # Errors
/// `not_found` if there is none, it is gone for good, or it is none of the caller's.
pub async fn restore(kernel: &Kernel, actor: &Actor, id: CallId) -> Result<Call> {
    match get(kernel, actor, id).await {
        Err(DomainError::Problem(problem)) if problem.code == Code::NotFound => {}
        there => return there,
    }
    let after = kernel.now() - UNDO;
    let deleted = kernel.store().deleted_call(actor.organization, id, after).await?;
    let call = deleted.filter(|call| sees(actor, call)).ok_or_else(too_late)?;
    let mut tx = kernel.begin(actor).await?;
    if !store::calls::restore(&mut tx, actor.organization, id, after).await? {
        return Err(too_late());
    }
    tx.audit("call.restored", id, json!({})).await?;
    tx.emit(&CallRestored { call: id, member: call.member_id }).await?;
    tx.commit().await?;
    get(kernel, actor, id).await
}

/// Deletes a call for good that nobody has brought back: the job's part.
pub(super) async fn erase(kernel: &Kernel, organization: OrganizationId, id: CallId) -> Result<()> {
    let erased = kernel
        .urgent(|| async {
            let mut tx = kernel.begin(&Actor::system(organization, "a deleted call goes for good")).await?;
            let at = tx.at();
            if !store::calls::erase(&mut tx, organization, id, at - UNDO).await? {
                return Ok(false);
            }
            // A moment later: mostly the sound is gone by then, and nothing is left to do.
            tx.enqueue_at(&DeleteRecording { call: id }, at + SOUND_GOES_AFTER).await?;
            tx.commit().await?;
            Ok(true)
        })
        .await?;
    if erased {
        forget_sound(kernel, organization, id).await;
    }
    Ok(())
}

async fn forget_sound(kernel: &Kernel, organization: OrganizationId, id: CallId) {
    if let Err(error) = recording::delete(kernel, organization, id).await {
        tracing::warn!(call = %id, error = %error.into_problem(), "a recording could not be deleted yet; a job does it");
    }
}

fn too_late() -> DomainError {
    DomainError::new(Code::NotFound, "There is no such call to bring back. A deleted call is gone for good after a minute.")
}

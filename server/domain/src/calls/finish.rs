//! What happens when a call is over: its review is written.

use model::{CallId, CallState, OrganizationId};
use store::NewJob;

use super::jobs::WriteReview;
use kernel::Job as _;
use kernel::Kernel;
use kernel::{DomainError, Result};

/// If the server stops between the end of the call and its review, a job looks after it this much later: when a host
/// that still waits for last words has mostly given up.
const SAFETY_NET: chrono::TimeDelta = chrono::TimeDelta::minutes(6);

/// The job that is stored with a call's end.
///
/// # Errors
/// Never in practice: its payload is an id.
pub(super) fn job(services: &Kernel, organization: OrganizationId, id: CallId) -> Result<NewJob> {
    WriteReview { call: id }.stored(Some(organization), services.now() + SAFETY_NET)
}

/// Finishes a call that has ended and that nobody is at: the job's part. A host that is still at it, here or on another server,
/// is left alone; should it stop, [`super::live::recover`] sees it within a minute.
pub(crate) async fn finish_once(services: &Kernel, organization: OrganizationId, id: CallId) -> Result<()> {
    match services.store().unfinished_call(organization, id).await? {
        Some(call) if call.state == CallState::Finishing => super::live::rescue(services, &call).await,
        _ => Ok(()),
    }
}

/// Writes (or writes again) the review from what is stored; what was ticked off stays ticked off. Safe to repeat.
pub(crate) async fn write_review(services: &Kernel, organization: OrganizationId, id: CallId) -> Result<()> {
    let store = services.store();
    let Some(call) = store.call(organization, id).await? else { return Ok(()) };
    let segments = store.segments(organization, id).await?;
    let cues = store.cues(organization, id).await?;
    let bookmarks = store.bookmarks(organization, id).await?;
    let date = call.started_at.unwrap_or(call.created_at).date_naive();
    let voice = super::recording::voice(services, &call).await?;
    let (rep, customer) = (call.rep_name.clone(), call.customer_name.clone());
    let (insights, metrics) = tokio::task::spawn_blocking(move || {
        let insights = live::insight::write(&segments, &cues, &bookmarks, date, &rep, &customer);
        let mut tally = model::metrics::Tally::default();
        for segment in &segments {
            tally.push_segment(segment);
        }
        for (channel, start, end) in voice {
            tally.push_voice(channel, start, end);
        }
        (insights, tally.metrics())
    })
    .await
    .map_err(|error| DomainError::Internal(error.to_string()))?;
    let mut insights = insights;
    if let Some((before, _)) = store.review(organization, id).await? {
        for item in &mut insights.action_items {
            item.done = before.action_items.iter().any(|known| known.done && known.text == item.text);
        }
    }
    store.save_review(organization, id, &insights, &metrics).await?;
    store.move_call(organization, id, &[CallState::Finishing], CallState::Ended, services.now()).await?;
    Ok(())
}

//! What happens when a call is over: its review is written.

use std::collections::HashSet;

use chrono::TimeDelta;
use model::{Bookmark, Call, CallId, CallSource, CallState, Channel, Code, Cue, Insights, Metrics, Millis, OrganizationId, Segment};

use super::events::InsightsReady;
use super::{measure, playbook, recording};
use crate::identity::time_zone;
use crate::playbooks::CompiledPlaybook;
use kernel::{Actor, Kernel, Tx};
use kernel::{DomainError, Result};
use store::calls::CallHold;

/// If the server stops between the end of the call and its review, a job looks after it this much later: when a host
/// that still waits for last words has mostly given up.
pub(super) const SAFETY_NET: TimeDelta = TimeDelta::minutes(6);

/// How long calls were.
const SECONDS: &str = "calls.seconds";

/// Finishes a call that has ended and that nobody is at: the job's part. A host that is still at it, here or on another server,
/// is left alone; should it stop, [`super::live::recover`] sees it within a minute.
pub(crate) async fn finish_once(kernel: &Kernel, organization: OrganizationId, id: CallId) -> Result<()> {
    match kernel.store().unfinished_call(organization, id).await? {
        Some(call) if call.state == CallState::Finishing => super::live::rescue(kernel, &call).await,
        _ => Ok(()),
    }
}

/// Where there is speech in a recording.
pub(super) type Voice = Vec<(Channel, Millis, Millis)>;

/// What a review is written from.
pub(super) struct Material {
    pub(super) call: Call,
    pub(super) playbook: CompiledPlaybook,
    /// In the order in which they became final.
    pub(super) segments: Vec<Segment>,
    pub(super) cues: Vec<Cue>,
    bookmarks: Vec<Bookmark>,
}

/// A review that is not kept yet.
pub(super) struct Draft {
    insights: Insights,
    metrics: Metrics,
}

impl Material {
    /// What is stored of a call; none if it is gone. The call is read first: who finds it unchanged later knows that the rest is, too.
    pub(super) async fn read(kernel: &Kernel, organization: OrganizationId, id: CallId) -> Result<Option<Self>> {
        let store = kernel.store();
        let Some(call) = store.call(organization, id).await? else { return Ok(None) };
        let playbook = playbook::of_call(kernel, &call).await?;
        let segments = store.segments(organization, id).await?;
        let cues = store.cues(organization, id).await?;
        let bookmarks = store.bookmarks(organization, id).await?;
        Ok(Some(Self { call, playbook, segments, cues, bookmarks }))
    }

    /// Writes the review, beside everything else: it takes a while.
    pub(super) async fn draft(self, voice: Voice) -> Result<(Self, Draft)> {
        let write = move || {
            let call = &self.call;
            let date = time_zone::day(call.started_at.unwrap_or(call.created_at), &call.time_zone);
            let playbook = &self.playbook.playbook;
            let seen = live::due_dates::Viewpoint::of(date, &call.language);
            let insights = live::insight::write(playbook, &self.segments, &self.cues, &self.bookmarks, &seen);
            let mut tally = model::metrics::Tally::default();
            for segment in &self.segments {
                tally.push_segment(segment);
            }
            for (channel, start, end) in voice {
                tally.push_voice(channel, start, end);
            }
            let metrics = tally.metrics();
            (self, Draft { insights, metrics })
        };
        tokio::task::spawn_blocking(write).await.map_err(|error| DomainError::Internal(error.to_string()))
    }
}

impl Draft {
    /// Keeps the review, within a unit of work that has locked the call: what was ticked off stays ticked off. A call that was
    /// finishing has ended with it, and only then its length is counted, once.
    pub(super) async fn keep(self, tx: &mut Tx, call: &Call) -> Result<()> {
        let Self { mut insights, metrics } = self;
        let (organization, id, at) = (call.organization_id, call.id, tx.at());
        if let Some((before, _)) = store::reviews::get(tx, organization, id).await? {
            let done: HashSet<&str> = before.action_items.iter().filter(|item| item.done).map(|item| item.text.as_str()).collect();
            for item in &mut insights.action_items {
                item.done = done.contains(item.text.as_str());
            }
        }
        store::reviews::save(tx, organization, id, &insights, &metrics).await?;
        let ended = store::calls::move_on(tx, organization, id, &[CallState::Finishing], CallState::Ended, at).await?;
        // The bundled sample is nobody's use of anything.
        if ended && call.source != CallSource::Sample {
            tx.meter(SECONDS, seconds(call.duration_ms)).await?;
        }
        tx.emit(&InsightsReady { call: id, member: call.member_id }).await
    }
}

/// Whole seconds, a begun one counts.
fn seconds(duration: Millis) -> i64 {
    duration.0.max(0).div_euclid(1_000) + i64::from(duration.0 % 1_000 > 0)
}

/// Writes the review of a call that is over from what is stored. Safe to repeat. Nothing is written without the right to.
pub(crate) async fn write_review(kernel: &Kernel, organization: OrganizationId, id: CallId, hold: &CallHold) -> Result<()> {
    let Some(call) = kernel.store().call(organization, id).await? else { return Ok(()) };
    let voice = recording::voice(kernel, &call).await?;
    let bytes = measure::bytes(kernel, &call).await?;
    let Some(material) = Material::read(kernel, organization, id).await? else { return Ok(()) };
    let (_, draft) = material.draft(voice).await?;
    let mut tx = kernel.begin(&Actor::system(organization, "a call is over")).await?;
    let at = tx.at();
    if !store::calls::hold(&mut tx, organization, id, hold, at, Millis::ZERO).await? {
        return Err(DomainError::new(Code::Conflict, "Another server of this installation finishes this call."));
    }
    let Some(call) = store::calls::lock(&mut tx, organization, id).await? else { return Ok(()) };
    draft.keep(&mut tx, &call).await?;
    store::storage::set_recorded(&mut tx, organization, id, bytes).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begun_second_counts() {
        for (milliseconds, counted) in [(0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2), (-5, 0)] {
            assert_eq!(seconds(Millis(milliseconds)), counted, "{milliseconds}");
        }
    }
}

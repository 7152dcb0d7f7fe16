//! What changes a call's words, or has them recognized again. Cues and review follow in the same unit of work.

use model::validation as valid;
use model::{Call, CallId, CallState, Code, Problem, RecognizerId, Segment, TranscriptJob};
use serde_json::json;

use super::events::TranscriptUpdated;
use super::finish::{Material, Voice};
use super::jobs::Recognize;
use super::recognizers::require_for_recording;
use super::{after, changed_elsewhere, get, recording, retranscribe};
use kernel::{Actor, DomainError, Kernel, Result, Tx};
use ports::Consent;

/// How often a change of words is made anew because somebody else changed the call meanwhile.
const TRIES: usize = 5;

/// Corrects what was heard. The review is written again from the corrected words.
///
/// # Errors
/// `invalid` for an empty or too long text, `not_found`, `conflict` while the call is live.
pub async fn correct_segment(kernel: &Kernel, actor: &Actor, id: CallId, segment: i64, text: &str) -> Result<Segment> {
    let call = require_ended(get(kernel, actor, id).await?)?;
    let text = valid::SEGMENT_TEXT.parse(text)?;
    let voice = recording::voice(kernel, &call).await?;
    for _ in 0..TRIES {
        let read = Material::read(kernel, actor.organization, id).await?;
        let mut material = read.ok_or_else(|| DomainError::no_such("call"))?;
        let line = material.segments.iter_mut().find(|known| known.number == segment).ok_or_else(|| DomainError::no_such("line"))?;
        // The words' times belong to the old text.
        (line.text, line.words, line.corrected) = (text.clone(), Vec::new(), true);
        let corrected = line.clone();
        let (material, draft) = material.draft(voice.clone()).await?;
        let mut tx = kernel.begin(actor).await?;
        if !lock_as_read(&mut tx, &material.call).await? {
            continue;
        }
        if !store::segments::correct(&mut tx, actor.organization, id, segment, &text).await? {
            return Err(DomainError::no_such("line"));
        }
        draft.keep(&mut tx, &material.call).await?;
        tx.audit("call.line_corrected", id, json!({ "line": segment })).await?;
        tx.emit(&TranscriptUpdated { call: id, member: material.call.member_id }).await?;
        tx.commit().await?;
        return Ok(corrected);
    }
    Err(changed_elsewhere())
}

/// Swaps the two sides: for a call whose microphone and tab were the wrong way round. Words and sound change
/// sides, names stay with theirs; the cues and the review are made anew, since they depend on who said what.
///
/// # Errors
/// `not_found`, `conflict` while the call is live.
pub async fn swap_channels(kernel: &Kernel, actor: &Actor, id: CallId) -> Result<()> {
    let call = require_ended(get(kernel, actor, id).await?)?;
    let voice = recording::voice(kernel, &call).await?;
    let other_voice: Voice = voice.iter().map(|(channel, start, end)| (channel.other(), *start, *end)).collect();
    for _ in 0..TRIES {
        let read = Material::read(kernel, actor.organization, id).await?;
        let mut material = read.ok_or_else(|| DomainError::no_such("call"))?;
        // Somebody else may have swapped them since.
        let voice = if material.call.channels() == call.channels() { &other_voice } else { &voice };
        material.call.swap_sides();
        for segment in &mut material.segments {
            segment.channel = segment.channel.other();
        }
        material.cues = retranscribe::cues(kernel, &material).await;
        let (material, draft) = material.draft(voice.clone()).await?;
        let mut tx = kernel.begin(actor).await?;
        if !lock_as_read(&mut tx, &material.call).await? {
            continue;
        }
        store::segments::swap_channels(&mut tx, actor.organization, id).await?;
        store::calls::set_tracks(&mut tx, &material.call).await?;
        store::cues::replace(&mut tx, actor.organization, id, &material.cues).await?;
        draft.keep(&mut tx, &material.call).await?;
        tx.audit("call.channels_swapped", id, json!({})).await?;
        tx.emit(&TranscriptUpdated { call: id, member: material.call.member_id }).await?;
        tx.commit().await?;
        return Ok(());
    }
    Err(changed_elsewhere())
}

/// Has the recording recognized (again) by a job; what was heard before is replaced when it is done.
///
/// # Errors
/// `not_found` without a recording, `recognizer_unavailable`, `consent_missing`, `conflict` while the call is live.
pub async fn recognize_later(kernel: &Kernel, actor: &Actor, id: CallId, with: RecognizerId) -> Result<()> {
    let call = require_ended(get(kernel, actor, id).await?)?;
    if recording::length(kernel, &call).await.is_none() {
        return Err(DomainError::new(Code::NotFound, "This call has no recording, so it can't be recognized."));
    }
    require_for_recording(kernel, &with, &call.language)?;
    Consent::of(&call).map_err(Problem::from)?;
    let running = || DomainError::new(Code::Conflict, "The transcript of this call is being made already.");
    if retranscribe::state(kernel, actor.organization, id).await? == Some(TranscriptJob::Running) {
        return Err(running());
    }
    let mut tx = kernel.begin(actor).await?;
    if !tx.enqueue(&Recognize { call: id, with: with.clone() }).await? {
        return Err(running());
    }
    tx.audit("call.recognition_requested", id, json!({ "recognizer": with })).await?;
    tx.commit().await
}

fn require_ended(call: Call) -> Result<Call> {
    if call.state == CallState::Ended {
        return Ok(call);
    }
    Err(DomainError::new(Code::Conflict, "This call is still going on. End it first, then change what was heard."))
}

/// Locks a call for a change of its words. False, and the change has to be made anew, if somebody else changed it since it was read.
async fn lock_as_read(tx: &mut Tx, read: &Call) -> Result<bool> {
    let locked = store::calls::lock(tx, read.organization_id, read.id).await?.ok_or_else(|| DomainError::no_such("call"))?;
    if locked.updated_at != read.updated_at {
        return Ok(false);
    }
    let at = after(read.updated_at, tx.at());
    Ok(store::calls::touch(tx, read.organization_id, read.id, at).await?)
}

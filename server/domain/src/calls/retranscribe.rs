//! A call's cards, numbers and review made anew: from its recording by a recognizer, or from its segments.

use live::{Effect, Event, Session, Settings};
use model::{Call, CallId, Channel, Cue, Millis, OrganizationId, Problem, RecognizerKind, Segment, TranscriptJob, Utterance};
use store::{JobState, RecordingReader};
use tokio::sync::mpsc;

use super::events::TranscriptUpdated;
use super::finish::Material;
use super::jobs::Recognize;
use super::live::{Piece, Transcriber, TranscriberEvent, TranscriberInput, VoiceDetector};
use super::{cue_passages, open_stream, recording};
use crate::calls::CallsKernel as _;
use kernel::Kernel;
use kernel::{Actor, Job as _, JobContext};
use kernel::{DomainError, Result};
use ports::{Consent, RecognizerEvent};

/// How far the last of these is for a call; none if there is none or it is done.
pub(super) async fn state(kernel: &Kernel, organization: OrganizationId, call: CallId) -> Result<Option<TranscriptJob>> {
    Ok(kernel.store().job_about(organization, Recognize::KIND, &call.to_string()).await?.map(|job| match job {
        JobState::Dead => TranscriptJob::Failed,
        JobState::Waiting | JobState::Running => TranscriptJob::Running,
    }))
}

/// Recognizes both channels of a recording, one after the other, and replaces what was heard: all of it and the job's end at once.
pub(super) async fn recognize(context: &JobContext, id: CallId, with: RecognizerKind) -> Result<()> {
    let (kernel, organization) = (&context.kernel, context.organization()?);
    let Some(call) = kernel.store().call(organization, id).await? else { return Ok(()) };
    let mut heard = Vec::new();
    for channel in [Channel::Rep, Channel::Customer] {
        heard.extend(recognize_channel(kernel, &call, channel, with).await?);
    }
    // The engine hears what a page would have: in the order in which it became final.
    heard.sort_by_key(|(_, said)| said.end);
    let events = heard.into_iter().map(|(channel, said)| Event::Final(channel, said));
    let voice = recording::voice(kernel, &call).await?;
    let Some(mut material) = Material::read(kernel, organization, id).await? else { return Ok(()) };
    let (segments, mut cues) = replay(&material.call, events.collect());
    cue_passages::renew(kernel, organization, id, &segments, &material.cues, &mut cues).await;
    (material.segments, material.cues) = (segments, cues);
    let (material, draft) = material.draft(voice).await?;

    let mut tx = kernel.begin(&Actor::system(organization, "a call is recognized again")).await?;
    let Some(call) = store::calls::lock(&mut tx, organization, id).await? else { return Ok(()) };
    let at = tx.at();
    store::calls::touch(&mut tx, organization, id, super::after(call.updated_at, at)).await?;
    store::segments::replace(&mut tx, organization, id, &material.segments).await?;
    store::cues::replace(&mut tx, organization, id, &material.cues).await?;
    draft.keep(&mut tx, &call).await?;
    tx.emit(&TranscriptUpdated { call: id, member: call.member_id }).await?;
    tx.finish(&context.lease).await?;
    tx.commit().await
}

/// Cards made anew from the segments as they are now.
pub(super) async fn cards(kernel: &Kernel, material: &Material) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut session = session(&material.call);
    for segment in &material.segments {
        collect(session.revisit(segment), &mut Vec::new(), &mut cues);
    }
    let call = &material.call;
    cue_passages::renew(kernel, call.organization_id, call.id, &material.segments, &material.cues, &mut cues).await;
    cues
}

fn session(call: &Call) -> Session {
    let settings = Settings { verbosity: call.verbosity, rep_name: call.rep_name.clone(), customer_name: call.customer_name.clone() };
    Session::new(crate::playbooks::playbook(), settings)
}

/// Plays events to a fresh engine.
fn replay(call: &Call, events: Vec<Event>) -> (Vec<Segment>, Vec<Cue>) {
    let mut session = session(call);
    let (mut segments, mut cues) = (Vec::new(), Vec::new());
    let mut now = Millis::ZERO;
    for event in events {
        if let Event::Final(_, said) = &event {
            now = now.max(said.end);
        }
        collect(session.handle(event, now), &mut segments, &mut cues);
    }
    collect(session.handle(Event::End, now), &mut segments, &mut cues);
    (segments, cues)
}

fn collect(effects: Vec<Effect>, segments: &mut Vec<Segment>, cues: &mut Vec<Cue>) {
    for effect in effects {
        match effect {
            Effect::Segment(segment) => segments.push(segment),
            Effect::Cue(cue) => cues.push(cue),
            Effect::CueState { cue, state } => {
                // A card changes soon after it came.
                if let Some(known) = cues.iter_mut().rfind(|known| known.number == cue) {
                    known.state = state;
                }
            }
            _ => {}
        }
    }
}

async fn recognize_channel(kernel: &Kernel, call: &Call, channel: Channel, with: RecognizerKind) -> Result<Vec<(Channel, Utterance)>> {
    let path = recording::path(kernel, call, channel);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let recognizer = kernel.recognizer(with).ok_or_else(|| DomainError::Internal(format!("no recognizer {with}")))?;
    let (request, consent) = (open_stream(call, channel), Consent::of(call).map_err(Problem::from)?);
    let (to_transcriber, audio) = mpsc::channel(64);
    let (out, mut said) = mpsc::channel(64);
    tokio::spawn(Transcriber { channel, recognizers: vec![recognizer], request, consent }.run(audio, out));
    let pushing = tokio::task::spawn_blocking(move || -> Result<()> {
        let reader = RecordingReader::open(&path).map_err(|error| DomainError::Internal(error.to_string()))?;
        let mut voice = VoiceDetector::default();
        for frame in reader.frames(channel) {
            let frame = frame.map_err(|error| DomainError::Internal(error.to_string()))?;
            let (start, samples) = (frame.captured_at, frame.samples().collect::<Vec<i16>>());
            let voiced = voice.push(start, &samples).any();
            if to_transcriber.blocking_send(TranscriberInput::Audio(Piece { start, samples }, voiced)).is_err() {
                break;
            }
        }
        let _ = to_transcriber.blocking_send(TranscriberInput::Finish);
        Ok(())
    });
    let mut heard = Vec::new();
    let mut failure = None;
    while let Some(said) = said.recv().await {
        match said {
            TranscriberEvent::Transcript(RecognizerEvent::Final(utterance)) if !utterance.text.trim().is_empty() => {
                heard.push((channel, utterance));
            }
            TranscriberEvent::Transcript(_) => {}
            TranscriberEvent::Status(status) if status.health == model::wire::RecognizerHealth::Failed => failure = Some(status.message),
            TranscriberEvent::Status(status) if status.health == model::wire::RecognizerHealth::Listening => failure = None,
            TranscriberEvent::Status(_) => {}
            TranscriberEvent::Done => break,
        }
    }
    pushing.await.map_err(|error| DomainError::Internal(error.to_string()))??;
    match failure {
        Some(message) => Err(DomainError::Internal(message)),
        None => Ok(heard),
    }
}

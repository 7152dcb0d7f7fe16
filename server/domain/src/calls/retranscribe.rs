//! A call's cues, numbers and review made anew: from its recording by a recognizer, or from its segments.

mod recorded;
mod streamed;

use std::sync::Arc;
use std::time::Duration;

use live::{Effect, Event, Session, Settings};
use model::{Call, CallId, Cue, Millis, OrganizationId, Problem, RecognizerId, Segment, TrackId, TranscriptJob, Utterance};
use store::{JobState, RecordingError};
use tokio::sync::mpsc;

use self::recorded::Recorded;
use self::streamed::StreamedBatch;
use super::events::TranscriptUpdated;
use super::finish::Material;
use super::jobs::Recognize;
use super::judge::{Judge, SaidSoFar, judge_of};
use super::live::duration_of;
use super::recognizers::require_for_recording;
use super::{cue_passages, open_stream, recording};
use kernel::Kernel;
use kernel::{Actor, Job as _, JobContext};
use kernel::{DomainError, Result};
use ports::{BatchRecognizer, Consent, Progress, Recording};

/// How often the log says how far a long recording is.
const TELLING: Duration = Duration::from_secs(30);

/// How far the last of these is for a call; none if there is none or it is done.
pub(super) async fn state(kernel: &Kernel, organization: OrganizationId, call: CallId) -> Result<Option<TranscriptJob>> {
    Ok(kernel.store().job_about(organization, Recognize::KIND, &call.to_string()).await?.map(|job| match job {
        JobState::Dead => TranscriptJob::Failed,
        JobState::Waiting | JobState::Running => TranscriptJob::Running,
    }))
}

/// Recognizes all tracks of a recording, one after the other, and replaces what was heard: all of it and the job's end at once.
pub(super) async fn recognize(context: &JobContext, id: CallId, with: &RecognizerId) -> Result<()> {
    let (kernel, organization) = (&context.kernel, context.organization()?);
    let Some(call) = kernel.store().call_or_deleted(organization, id).await? else { return Ok(()) };
    let mut heard = Vec::new();
    for track in TrackId::all(call.tracks.len()) {
        heard.extend(recognize_track(kernel, &call, track, with).await?);
    }
    // The engine hears what a page would have: in the order in which it became final.
    heard.sort_by_key(|(_, said)| said.end);
    let events = heard.into_iter().map(|(track, said)| Event::Final(track, said));
    let voice = recording::voice(kernel, &call).await?;
    let Some(mut material) = Material::read(kernel, organization, id).await? else { return Ok(()) };
    let (segments, mut cues) = replay(kernel, &material, events.collect()).await;
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

/// Cues made anew from the segments as they are now.
pub(super) async fn cues(kernel: &Kernel, material: &Material) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut session = session(material);
    let call = &material.call;
    let (judge, mut said) = (judge_of(kernel, call), SaidSoFar::default());
    for segment in &material.segments {
        collect(session.revisit(segment), &mut Vec::new(), &mut cues);
        judge_one(judge.as_ref(), &mut said, segment, &mut session, &mut cues).await;
    }
    cue_passages::renew(kernel, call.organization_id, call.id, &material.segments, &material.cues, &mut cues).await;
    cues
}

fn session(material: &Material) -> Session {
    let call = &material.call;
    let settings = Settings { verbosity: call.verbosity, tracks: call.channels() };
    Session::new(Arc::clone(&material.playbook.playbook), settings)
}

/// The cues that a line brings beside those of its phrases.
async fn judge_one(judge: Option<&Judge>, said: &mut SaidSoFar, segment: &Segment, session: &mut Session, cues: &mut Vec<Cue>) {
    let before = said.say(segment.channel, &segment.text);
    if let Some(judge) = judge.filter(|_| !segment.is_doubtful()) {
        let moments = said.weigh(judge.judge(segment.channel, &segment.text, &before).await);
        let judged = Event::Judged { segment: segment.number, moments };
        collect(session.handle(judged, segment.end_ms), &mut Vec::new(), cues);
    }
}

/// Plays events to a fresh engine.
async fn replay(kernel: &Kernel, material: &Material, events: Vec<Event>) -> (Vec<Segment>, Vec<Cue>) {
    let mut session = session(material);
    let (judge, mut said) = (judge_of(kernel, &material.call), SaidSoFar::default());
    let (mut segments, mut cues) = (Vec::<Segment>::new(), Vec::new());
    let mut now = Millis::ZERO;
    for event in events {
        if let Event::Final(_, said) = &event {
            now = now.max(said.end);
        }
        let known = segments.len();
        collect(session.handle(event, now), &mut segments, &mut cues);
        for segment in &segments[known..] {
            judge_one(judge.as_ref(), &mut said, segment, &mut session, &mut cues).await;
        }
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
                // A cue changes soon after it came.
                if let Some(known) = cues.iter_mut().rfind(|known| known.number == cue) {
                    known.state = state;
                }
            }
            _ => {}
        }
    }
}

/// Words of one track's recording, in call time. Silent recordings, and such without sound, have none.
async fn recognize_track(kernel: &Kernel, call: &Call, track: TrackId, with: &RecognizerId) -> Result<Vec<(TrackId, Utterance)>> {
    super::fetch::fetch(kernel, call).await?;
    let path = recording::path(kernel, call, track);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let recognizer = require_for_recording(kernel, with, &call.language)?;
    let consent = Consent::of(call).map_err(Problem::from)?;
    let (id, gate) = (call.id, recognizer.capabilities().gate);
    let recorded = in_background(move || Recorded::look_through(&path, track, gate)).await?;
    if recorded.samples == 0 {
        return Ok(Vec::new());
    }
    let batch = recognizer.batch().unwrap_or_else(|| Arc::new(StreamedBatch { recognizer, consent }) as Arc<dyn BatchRecognizer>);
    let (to_recognizer, audio) = mpsc::channel(64);
    let (samples, progress) = (recorded.samples, Progress::default());
    let giving = in_background(move || recorded.give(consent, &to_recognizer));
    let recording = Recording { request: open_stream(call, track), samples, audio, progress: progress.clone() };
    let transcribing = async {
        let said = batch.transcribe(recording).await;
        said.map_err(|error| DomainError::Internal(format!("{error} The recording stays; try again, or with another recognizer.")))
    };
    let work = async { tokio::join!(transcribing, giving) };
    tokio::pin!(work);
    let (said, clock) = loop {
        tokio::select! {
            done = &mut work => break done,
            () = tokio::time::sleep(TELLING) => {
                let (done, length) = (progress.so_far().as_seconds(), duration_of(samples).as_seconds());
                tracing::info!(call = %id, %track, done, length, "a recording is being recognized");
            }
        }
    };
    // A recording that can't be read is what went wrong, whatever the recognizer makes of it.
    let clock = clock?;
    let said = said?.into_iter().map(|utterance| (track, clock.utterance(utterance)));
    Ok(said.filter(|(_, utterance)| !utterance.text.trim().is_empty()).collect())
}

/// Work with files, beside the tasks.
async fn in_background<T: Send + 'static>(work: impl FnOnce() -> Result<T, RecordingError> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| DomainError::Internal(error.to_string()))?;
    done.map_err(|error| DomainError::Internal(error.to_string()))
}

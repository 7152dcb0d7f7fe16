//! How a call's actor comes to be: what is stored of the call, its recordings, its tracks' tasks.

use std::sync::Arc;

use model::wire::{RecognizerHealth, RecognizerStatus};
use model::{Call, CallId, CallState, Millis, OrganizationId, TrackId};
use store::calls::CallHold;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::actor::{CallActor, Inboxes, Phase, Tracks};
use super::assist::Assist;
use super::clock::CallClock;
use super::committer::Committer;
use super::connections::Connections;
use super::ending::Ending;
use super::engine::Engine;
use super::hearing::HearingMonitor;
use super::inbox::Input;
use super::intake::Intake;
use super::judging::Judging;
use super::numbered::Numbered;
use super::opened_track::OpenedTrack;
use super::ownership::Folder;
use super::persist::{PersistWorker, WriteStatus};
use super::replay::ReplayBuffer;
use super::sealing::{self, SealedTrack, Sealer};
use super::transcription::{self, TrackSetup};
use super::write_op::CallPlace;
use super::writer::Writer;
use crate::calls::CallsKernel as _;
use crate::calls::judge::judge_of;
use crate::calls::recognizers::ChosenRecognizer;
use crate::calls::{fetch, open_stream, playbook, recording};
use kernel::{DomainError, Kernel, Result};

/// Inputs that wait for an actor. Pages are held back beyond it, and keep their frames meanwhile.
const INBOX: usize = 512;

impl CallActor {
    /// Loads what is known of the call that this server has taken, and starts what works beside the actor. Its inbox, and what its [`CallActor::run`] hears.
    ///
    /// # Errors
    /// The call is not there, has ended, or its recording can't be written.
    pub(super) async fn open(
        kernel: &Kernel,
        organization: OrganizationId,
        id: CallId,
        (writer, committer): (Writer, Committer),
        (hold, folder): (CallHold, Folder),
    ) -> Result<(Self, mpsc::Sender<Input>, Inboxes)> {
        let store = kernel.store();
        let call = store.call(organization, id).await?.ok_or_else(|| DomainError::no_such("call"))?;
        if call.state == CallState::Ended {
            return Err(super::ended());
        }
        let playbook = playbook::of_call(kernel, &call).await?;
        let segments = store.segments(organization, id).await?;
        let cues = store.cues(organization, id).await?;
        let bookmarks = store.bookmarks(organization, id).await?;
        let is_shared = kernel.membership().is_some();
        let parts = if is_shared { store.recording_parts(organization, id).await? } else { Vec::new() };
        let mut opened = Vec::with_capacity(call.tracks.len());
        for track in TrackId::all(call.tracks.len()) {
            opened.push((track, OpenedTrack::open(kernel, &call, track, &segments, folder, &parts).await?));
        }
        // Asked once: what somebody switches holds from the next call on.
        let shows_passages = kernel.is_on(&crate::calls::LIVE_PASSAGES, organization, Some(call.member_id), Some(id)).await?;

        let judge = judge_of(kernel, &call);

        let (myself, inputs) = mpsc::channel(INBOX);
        let (persister, ops) = mpsc::unbounded_channel();
        let (status, writes) = mpsc::unbounded_channel();
        let (problems, storage) = mpsc::unbounded_channel();
        let node = kernel.membership().map(|membership| membership.node.clone());
        let place = CallPlace { organization, call: id, member: call.member_id, hold: hold.clone(), node };
        let place = Arc::new(place);
        let worker = PersistWorker { kernel: kernel.clone(), place: Arc::clone(&place), committer: committer.clone() };
        tokio::spawn(worker.run(ops, status.clone()));

        let is_finishing = call.state == CallState::Finishing;
        // Numbers grow with the wall clock, so that they are above all that an earlier buffer of this call can have given.
        let seed = u64::try_from(kernel.now().timestamp_millis()).unwrap_or_default();
        let connections = Connections::new(ReplayBuffer::new(seed), call.tracks.len());
        let (tracks, ending) = (Tracks::default(), Ending::new(is_finishing, call.tracks.len()));
        let sealer = is_shared.then(|| {
            let sealed = |(track, opened): &(TrackId, OpenedTrack)| {
                let sealed = sealing::sealed(&parts, *track);
                connections.acks().durable(*track, sealed.next);
                SealedTrack { track: *track, log: opened.log.clone(), sealed }
            };
            let tracks = opened.iter().map(sealed).collect();
            let (ask, asked) = mpsc::channel(1);
            let (kernel, hold, acks) = (kernel.clone(), hold.clone(), connections.acks().clone());
            tokio::spawn(Sealer { kernel, organization, call: id, hold, tracks, acks, told: status.clone() }.run(asked));
            ask
        });
        if is_shared {
            let (kernel, call) = (kernel.clone(), call.clone());
            let missing = move |until| {
                let _ = status.send(WriteStatus::Missing(until));
            };
            tokio::spawn(async move { fetch::fill_all(&kernel, &call, missing).await });
        }
        let start = |(track, opened): (TrackId, OpenedTrack)| {
            let sink = transcription::start(TrackSetup {
                track,
                recognizers: kernel.recognizers().for_transcriber(&call),
                request: open_stream(&call, track),
                recording: call.keep_audio.then(|| recording::path(kernel, &call, track)),
                next: opened.replay_from,
                recorded: opened.recorded,
                heard_until: opened.heard_until,
                caught_up: ending.caught_up(),
                actor: myself.clone(),
                stop: tracks.token(),
            });
            (opened, sink)
        };
        let opened = opened.into_iter().map(start).collect();
        let intake = Intake::new(&call, writer, connections.acks(), opened, &problems);
        let mut clock = CallClock::default();
        if let Some(started) = call.started_at {
            clock.resume(Millis((kernel.now() - started).num_milliseconds()), intake.length());
        }
        let actor = Self {
            clock,
            phase: if is_finishing { Phase::Finishing } else { Phase::Live },
            paused: false,
            connections,
            numbered: Numbered::default(),
            intake,
            statuses: TrackId::all(call.tracks.len()).map(|track| not_recognized(kernel, &call, track)).collect(),
            tracks,
            hearing: HearingMonitor::new(call.tracks.len()),
            engine: Engine::restore(&call, playbook, segments, cues, bookmarks),
            assist: Assist::new(kernel.clone(), organization, id, shows_passages),
            judging: Judging::new(judge),
            persister,
            committer,
            place,
            sealer,
            writes_wait: false,
            ending,
            last_seen: Instant::now(),
            kept: (Instant::now(), Instant::now()),
            myself: myself.clone(),
            kernel: kernel.clone(),
            call,
        };
        Ok((actor, myself, Inboxes { inputs, storage, writes }))
    }
}

/// What is said of a track that its recognizer does not hear: nobody was chosen, or one that this server doesn't have any more.
fn not_recognized(kernel: &Kernel, call: &Call, track: TrackId) -> Option<RecognizerStatus> {
    let (health, message) = match kernel.recognizers().get(&call.recognizer) {
        ChosenRecognizer::Nobody => (RecognizerHealth::Off, "Recorded and measured; you can have it recognized after the call.".to_owned()),
        ChosenRecognizer::Missing(missing) => {
            (RecognizerHealth::Failed, format!("{missing} The recording goes on; you can have it recognized after the call."))
        }
        ChosenRecognizer::Browser | ChosenRecognizer::Here(_) => return None,
    };
    Some(RecognizerStatus { track, label: call.recognizer.name(), health, message })
}

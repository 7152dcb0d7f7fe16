//! The task that owns one live call: one inbox, in order. What it does not need to know of goes past it: sound from the writing thread to
//! the tracks, acks to the page.

use std::sync::Arc;
use std::time::Duration;

use model::wire::{CallEvent, NoticeLevel, RecognizerStatus, ServerMessage};
use model::{Call, Millis, TrackId};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::assist::Assist;
use super::clock::CallClock;
use super::committer::Committer;
use super::connections::Connections;
use super::ending::Ending;
use super::engine::Engine;
use super::hearing::HearingMonitor;
use super::inbox::Input;
use super::intake::{Intake, StorageEvent};
use super::judging::Judging;
use super::numbered::Numbered;
use super::persist::{PersistInput, WriteStatus};
use super::sealing::SealNow;
use super::write_op::{CallPlace, WriteOp};
use kernel::Kernel;
use live::Event;

/// How often the engine is told the time.
const TICK: Duration = Duration::from_millis(500);
/// How often a blocked recording is tried again, and it is looked whether somebody is there.
const HOUSEKEEPING: Duration = Duration::from_secs(5);
/// How often the call's row is written though nothing is said.
const TOUCH: Duration = Duration::from_secs(30);
/// An actor that did not come to its housekeeping for so long may have lost its call: its process stood still.
const STOOD_STILL: Duration = Duration::from_secs(8);
/// An actor without a page for so long ends; its call stays live.
const IDLE: Duration = Duration::from_secs(120);

/// How long the last part of the recording may take to be stored when the server stops.
const SEALING_AT_A_STOP: Duration = Duration::from_secs(3);

/// How far a call is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Live,
    /// The transcribers say their last words.
    Finishing,
    /// What they said is being stored.
    Storing,
    /// The review is being written.
    Reviewing,
    Closed,
}

/// One live call.
pub(super) struct CallActor {
    pub(super) kernel: Kernel,
    pub(super) call: Call,
    pub(super) clock: CallClock,
    pub(super) phase: Phase,
    pub(super) paused: bool,
    pub(super) connections: Connections,
    pub(super) numbered: Numbered,
    pub(super) intake: Intake,
    /// How each track's recognizer is doing.
    pub(super) statuses: Vec<Option<RecognizerStatus>>,
    /// Ends the tracks' tasks; they end with the actor.
    pub(super) tracks: Tracks,
    pub(super) engine: Engine,
    pub(super) hearing: HearingMonitor,
    pub(super) assist: Assist,
    pub(super) judging: Judging,
    pub(super) persister: mpsc::UnboundedSender<PersistInput>,
    /// For what it can't go on without, and where its rows belong.
    pub(super) committer: Committer,
    pub(super) place: Arc<CallPlace>,
    /// Brings the recording to the shared storage; none on a server that is alone.
    pub(super) sealer: Option<mpsc::Sender<SealNow>>,
    /// What is to be stored waits for the database.
    pub(super) writes_wait: bool,
    pub(super) ending: Ending,
    /// When a page was last there.
    pub(super) last_seen: Instant,
    /// When housekeeping was done, and when the call's row was last written though nothing was said.
    pub(super) kept: (Instant, Instant),
    pub(super) myself: mpsc::Sender<Input>,
}

/// The tasks of a call's tracks.
#[derive(Default)]
pub(super) struct Tracks(CancellationToken);

impl Tracks {
    pub(super) fn token(&self) -> CancellationToken {
        self.0.clone()
    }

    pub(super) fn cancel(&self) {
        self.0.cancel();
    }
}

impl Drop for Tracks {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// What an actor hears, besides its own clock.
pub(super) struct Inboxes {
    pub(super) inputs: mpsc::Receiver<Input>,
    pub(super) storage: mpsc::UnboundedReceiver<StorageEvent>,
    pub(super) writes: mpsc::UnboundedReceiver<WriteStatus>,
}

impl CallActor {
    /// Runs until the call has ended, or nobody is there any more.
    pub(super) async fn run(mut self, mut inboxes: Inboxes) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut housekeeping = tokio::time::interval(HOUSEKEEPING);
        housekeeping.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.resume().await;
        while self.phase != Phase::Closed {
            tokio::select! {
                Some(event) = inboxes.storage.recv() => self.on_storage(event),
                input = inboxes.inputs.recv() => match input {
                    Some(input) => self.on_input(input).await,
                    None => break,
                },
                _ = tick.tick() => self.on_tick().await,
                _ = housekeeping.tick() => self.keep_house(),
                Some(status) = inboxes.writes.recv() => self.on_write_status(status).await,
                Some(lookup) = self.assist.next() => self.on_passage(lookup),
                Some(judged) = self.judging.next() => self.on_judged(judged),
            }
        }
        inboxes.inputs.close();
        while let Ok(input) = inboxes.inputs.try_recv() {
            input.decline();
        }
    }

    /// Takes up what an earlier server left: words of recorded sound, passages of cues on screen.
    async fn resume(&mut self) {
        self.find_missing_passages();
        if let Ok(consent) = ports::Consent::of(&self.call) {
            self.intake.consent(consent);
        }
        if self.phase == Phase::Finishing {
            self.finish_tracks().await;
        }
    }

    async fn on_input(&mut self, input: Input) {
        match input {
            Input::Join { hello, call, sender, answer } => {
                if self.call.consent_at.is_none() {
                    self.take_consent(*call);
                }
                let _ = answer.send(self.join(hello, sender));
            }
            Input::Leave { page } => self.connections.remove(page),
            Input::Frame { page, frame, in_flight } => self.on_frame(page, frame, in_flight).await,
            Input::Message { page, message } => self.on_message(page, message).await,
            Input::Unreadable { page, problem } => self.connections.reply(page, ServerMessage::Rejected(problem)),
            Input::Track(track, event) => self.on_track(track, event).await,
            Input::Reviewed(written) => self.on_reviewed(written),
            Input::Feedback { cue, state } => self.feed(Event::Feedback { cue, state }),
            Input::Verbosity(verbosity) => {
                self.call.verbosity = verbosity;
                self.engine.session.set_verbosity(verbosity);
            }
            Input::EndNow { answer } => {
                self.ending.wanted_by(answer);
                self.end().await;
                if self.writes_wait {
                    self.ending.answer();
                }
            }
            Input::Shutdown { answer } => {
                self.close().await;
                let _ = answer.send(());
            }
        }
    }

    /// Closes, with everything on disk; the call stays as it is.
    async fn close(&mut self) {
        self.connections.broadcast(&ServerMessage::Restarting);
        if !self.connections.is_empty() {
            self.last_seen = Instant::now();
        }
        // What is not sealed now, the page brings along to the next server.
        self.seal(SEALING_AT_A_STOP, false).await;
        self.store(WriteOp::Length(self.length()));
        self.release();
        let (done, flushed) = oneshot::channel();
        if self.persister.send(PersistInput::Flush(done)).is_ok() {
            let _ = tokio::time::timeout(Duration::from_secs(30), flushed).await;
        }
        self.intake.sync().await;
        self.phase = Phase::Closed;
    }

    async fn on_tick(&mut self) {
        if self.clock.runs() && self.phase == Phase::Live && !self.paused {
            self.feed(Event::Tick);
            self.tell_hearing();
        }
        self.store_numbers();
        self.wait_for_last_words().await;
    }

    fn keep_house(&mut self) {
        let somebody = self.connections.forget_closed();
        if somebody {
            self.last_seen = Instant::now();
        }
        let (kept, touched) = self.kept;
        let due = touched.elapsed() >= TOUCH && somebody && self.clock.runs();
        let stood_still = kept.elapsed() >= STOOD_STILL;
        self.kept = (Instant::now(), if due { Instant::now() } else { touched });
        // While writes wait these would only pile up behind them.
        if (due || stood_still) && !self.writes_wait {
            self.store(WriteOp::Length(self.length()));
        }
        if self.kernel.is_cut_off() {
            // Another server may have the call by now: the pages look for it. What is still to be written is tried on, and refused then.
            self.lose("this server can't reach the database");
            return;
        }
        if self.phase == Phase::Live {
            self.intake.ask_again();
        }
        if self.phase == Phase::Live && self.last_seen.elapsed() > IDLE {
            tracing::info!(call = %self.call.id, "nobody is in this call; its actor rests");
            self.release();
            self.phase = Phase::Closed;
        }
    }

    /// Any other server may go on with the call.
    fn release(&self) {
        let ago = chrono::TimeDelta::from_std(self.last_seen.elapsed()).unwrap_or_default();
        self.store(WriteOp::Release(self.kernel.now() - ago));
    }

    /// The call is another server's, or may be: nothing is taken any more, and its pages look for it.
    pub(super) fn lose(&mut self, why: &str) {
        tracing::warn!(call = %self.call.id, why, "this server runs the call no more");
        self.connections.broadcast(&ServerMessage::Restarting);
        self.tracks.cancel();
        self.ending.answer();
        self.phase = Phase::Closed;
    }

    pub(super) fn length(&self) -> Millis {
        self.engine.segments.end().max(self.intake.length())
    }

    /// Call time.
    pub(super) fn now(&self) -> Millis {
        self.clock.now()
    }

    pub(super) fn store(&self, op: WriteOp) {
        if self.persister.send(PersistInput::Op(op)).is_err() {
            tracing::error!(call = %self.call.id, "the persister is gone");
        }
    }

    pub(super) fn publish(&mut self, event: CallEvent) {
        self.connections.publish(event);
    }

    pub(super) fn notice(&mut self, level: NoticeLevel, message: String) {
        self.publish(CallEvent::Notice { level, message });
    }

    pub(super) fn set_status(&mut self, track: TrackId, status: RecognizerStatus) {
        self.statuses[track.index()] = Some(status.clone());
        self.publish(CallEvent::Recognizer(status));
    }
}

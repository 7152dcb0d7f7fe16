//! The task that owns one live call.

mod ending;
mod passages;

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use live::{Effect, Event, Session, Settings};
use model::wire::{
    CallEvent, ClientMessage, Frame, Heard, Hello, NoticeLevel, Part, RecognizerHealth, RecognizerStatus, ServerMessage, Snapshot, Welcome,
};
use model::{Call, CallId, CallState, Channel, Code, Cue, CueState, Millis, OrganizationId, Problem, RecognizerKind, Segment, Verbosity};
use store::{RecordingError, RecordingLog, RecordingReader};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::catch_up::catch_up;
use super::journal::Journal;
use super::retrieval::Retrieval;
use super::scribe::{By, Row, Scribe, ToScribe, Writing};
use super::writer::{SharedLog, Writer, Written};
use super::{Ear, FromEar, Piece, ToEar, VoiceDetector};
use crate::calls::CallsKernel as _;
use crate::calls::events::CallStarted;
use crate::calls::{open_stream, recognizers_for, recording};
use kernel::{Actor, Kernel};
use kernel::{DomainError, Result};
use ports::{Consent, ConsentMissing, RecognizerEvent};

/// How often the engine is told the time.
const TICK: Duration = Duration::from_millis(500);
/// How often the call's length is stored, and a stuck writer is asked again.
const HOUSEKEEPING: Duration = Duration::from_secs(5);
/// A host without a page for so long ends; its call stays live.
const IDLE: Duration = Duration::from_secs(120);
/// Longest wait for the recognizers' next words after the end of the call; each has a shorter one of its own.
const LAST_WORDS: Duration = Duration::from_secs(300);
/// Audio that waits for an ear: 90 s of frames.
const EAR_QUEUE: usize = 900;
/// Frames at the writer; more are not taken, and the page sends them again.
const MAX_WRITING: u32 = 512;
/// Most bookmarks of a call.
const MAX_BOOKMARKS: i64 = 1_000;

/// To a host.
pub(in crate::calls) enum Input {
    /// A page comes. `call` is as it is now: a host that was made before consent was given learns of it.
    Join { hello: Hello, call: Box<Call>, sender: mpsc::Sender<ServerMessage>, answer: oneshot::Sender<Joined> },
    /// A page says something.
    Message { page: u64, message: ClientMessage },
    /// A page said something that can't be read.
    Unreadable { page: u64, problem: Problem },
    /// A page goes.
    Leave { page: u64 },
    /// From a channel's ear.
    Ear(Channel, FromEar),
    /// A channel's ear was given what is in the recording up to this frame; none if it can't be.
    CaughtUp(Channel, Option<u32>),
    /// The review is written, or could not be.
    Reviewed(Result<(), Problem>),
    /// A card's state was changed elsewhere.
    Feedback { cue: i64, state: CueState },
    /// The verbosity was changed elsewhere.
    Verbosity(Verbosity),
    /// End the call.
    EndNow { answer: oneshot::Sender<()> },
    /// Close, but leave the call live.
    Shutdown { answer: oneshot::Sender<()> },
}

/// The answer to a page that comes.
pub(in crate::calls) enum Joined {
    As(u64),
    Refused(Problem),
}

struct Page {
    id: u64,
    name: String,
    part: Part,
    sender: mpsc::Sender<ServerMessage>,
}

/// One channel's state.
struct Side {
    log: SharedLog,
    /// The next frame to be handed to the writer.
    expected: u32,
    voice: VoiceDetector,
    ear: Option<mpsc::Sender<ToEar>>,
    /// Number of the frame after the last one that this host has seen written.
    seen: u32,
    /// Number of the frame that the ear is to be given next.
    given: u32,
    /// The ear is being given earlier frames out of the recording; the newest ones wait there meanwhile.
    catching_up: bool,
    /// The ear knows that nothing more comes.
    told_to_finish: bool,
    status: Option<RecognizerStatus>,
    /// The page was told that the recognizer can't keep up.
    told_behind: bool,
    /// The log takes nothing; the page holds the frames back.
    stuck: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Live,
    /// The ears say their last words.
    Finishing,
    /// What they said is being stored.
    Storing,
    /// The review is being written.
    Reviewing,
    Closed,
}

/// One live call.
pub(super) struct Host {
    kernel: Kernel,
    call: Call,
    engine: Session,
    segments: Vec<Segment>,
    cues: Vec<Cue>,
    bookmarks: Vec<model::Bookmark>,
    sides: [Side; 2],
    writer: Writer,
    lane: usize,
    journal: Journal,
    retrieval: Retrieval,
    pages: Vec<Page>,
    next_page: u64,
    /// Call time zero, on the clock that never jumps; none before the first frame.
    epoch: Option<Instant>,
    paused: bool,
    phase: Phase,
    /// Frames at the writer.
    writing: u32,
    end_wanted: Vec<oneshot::Sender<()>>,
    last_seen: Instant,
    /// When the call ended, or the last words since came.
    finishing_since: Option<Instant>,
    /// Frames that the ears were given out of the recording.
    passed: Arc<AtomicU32>,
    passed_before: u32,
    review_tries: usize,
    review_again: Option<Instant>,
    scribe: mpsc::UnboundedSender<ToScribe>,
    scribe_says: mpsc::UnboundedReceiver<Writing>,
    /// Rows wait for the database.
    rows_wait: bool,
    myself: mpsc::Sender<Input>,
    /// What the writing threads answer. Unbounded so that they never wait for a call; [`MAX_WRITING`] bounds it.
    written: mpsc::UnboundedSender<Answer>,
    written_inbox: Option<mpsc::UnboundedReceiver<Answer>>,
}

type Answer = (Frame, Result<Written, RecordingError>);

impl Host {
    /// Loads what is known of the call. Starts the scribe; ears start with the first audio that they have not heard.
    pub(super) async fn open(
        kernel: Kernel,
        organization: OrganizationId,
        id: CallId,
        writer: Writer,
        myself: mpsc::Sender<Input>,
    ) -> Result<Self> {
        let store = kernel.store();
        let call = store.call(organization, id).await?.ok_or_else(|| DomainError::no_such("call"))?;
        if call.state == CallState::Ended {
            return Err(super::ended());
        }
        let segments = store.segments(organization, id).await?;
        let cues = store.cues(organization, id).await?;
        let bookmarks = store.bookmarks(organization, id).await?;
        let settings = Settings { verbosity: call.verbosity, rep_name: call.rep_name.clone(), customer_name: call.customer_name.clone() };
        let engine = Session::restore(crate::playbooks::playbook(), settings, &segments, &cues, &bookmarks);
        let rep = open_side(&kernel, &call, Channel::Rep, &segments).await?;
        let customer = open_side(&kernel, &call, Channel::Customer, &segments).await?;
        let (scribe, rows) = mpsc::unbounded_channel();
        let (told, scribe_says) = mpsc::unbounded_channel();
        let (written, written_inbox) = mpsc::unbounded_channel();
        let owner = kernel.hosts().myself.owner.clone();
        let scribe_of = Scribe { kernel: kernel.clone(), organization, call: id, member: call.member_id, owner };
        tokio::spawn(scribe_of.write(rows, told));
        let finishing = call.state == CallState::Finishing;
        // Asked once: what somebody switches holds from the next call on.
        let shows_passages = kernel.is_on(&crate::calls::LIVE_PASSAGES, organization, Some(call.member_id), Some(id)).await?;
        let mut host = Self {
            journal: Journal::new(u64::try_from(kernel.now().timestamp_millis()).unwrap_or_default()),
            lane: usize::from(id.0.as_bytes()[15]),
            retrieval: Retrieval::new(kernel.clone(), organization, id, shows_passages),
            kernel,
            engine,
            segments,
            cues,
            bookmarks,
            sides: [rep, customer],
            writer,
            pages: Vec::new(),
            next_page: 1,
            epoch: None,
            paused: false,
            phase: if finishing { Phase::Finishing } else { Phase::Live },
            writing: 0,
            end_wanted: Vec::new(),
            last_seen: Instant::now(),
            finishing_since: finishing.then(Instant::now),
            passed: Arc::default(),
            passed_before: 0,
            review_tries: 0,
            review_again: None,
            scribe,
            scribe_says,
            rows_wait: false,
            myself,
            written,
            written_inbox: Some(written_inbox),
            call,
        };
        if host.call.started_at.is_some() {
            host.start_clock();
        }
        host.look_up_again();
        Ok(host)
    }

    /// Runs until the call has ended, or nobody is there any more.
    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Input>) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut housekeeping = tokio::time::interval(HOUSEKEEPING);
        housekeeping.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let Some(mut written) = self.written_inbox.take() else { return };
        self.take_up().await;
        while self.phase != Phase::Closed {
            tokio::select! {
                Some((frame, result)) = written.recv() => self.written(&frame, result).await,
                input = inbox.recv() => match input {
                    Some(input) => self.take(input).await,
                    None => break,
                },
                _ = tick.tick() => self.tick().await,
                _ = housekeeping.tick() => self.keep_house(),
                Some(writing) = self.scribe_says.recv() => self.say_writing(writing).await,
                Some(looked) = self.retrieval.next() => self.take_passage(looked),
            }
        }
        // Whoever came meanwhile is told; nobody waits for an answer that never comes.
        inbox.close();
        while let Ok(input) = inbox.try_recv() {
            match input {
                Input::Join { answer, .. } => {
                    let _ =
                        answer.send(Joined::Refused(Problem::new(Code::Unavailable, "The call is being closed. Try again in a moment.")));
                }
                Input::EndNow { answer } | Input::Shutdown { answer } => {
                    let _ = answer.send(());
                }
                _ => {}
            }
        }
    }

    fn start_clock(&mut self) {
        let wall = self.call.started_at.map_or(0, |started| (self.kernel.now() - started).num_milliseconds());
        let recorded = self.sides.iter().map(|side| side.log.with(|log| log.end())).max().unwrap_or_default();
        let elapsed = wall.max(recorded.0).clamp(0, Frame::MAX_CAPTURED_AT);
        self.epoch = Some(Instant::now() - Duration::from_millis(elapsed.unsigned_abs()));
    }

    fn now(&self) -> Millis {
        self.epoch.map_or(Millis::ZERO, |epoch| Millis(i64::try_from(epoch.elapsed().as_millis()).unwrap_or(i64::MAX)))
    }

    async fn take(&mut self, input: Input) {
        match input {
            Input::Join { hello, call, sender, answer } => {
                if self.call.consent_at.is_none() {
                    (self.call.consent_who, self.call.consent_how, self.call.consent_at) =
                        (call.consent_who, call.consent_how, call.consent_at);
                }
                let joined = self.join(hello, sender);
                let _ = answer.send(joined);
            }
            Input::Leave { page } => self.pages.retain(|other| other.id != page),
            Input::Message { page, message } => self.hear_page(page, message).await,
            Input::Unreadable { page, problem } => self.answer(page, ServerMessage::Rejected(problem)),
            Input::Ear(channel, said) => self.hear_ear(channel, said).await,
            Input::CaughtUp(channel, next) => self.caught_up(channel, next).await,
            Input::Reviewed(written) => self.reviewed(written),
            Input::Feedback { cue, state } => self.feed(Event::Feedback { cue, state }),
            Input::Verbosity(verbosity) => {
                self.call.verbosity = verbosity;
                self.engine.set_verbosity(verbosity);
            }
            Input::EndNow { answer } => {
                self.end_wanted.push(answer);
                self.end().await;
                if self.rows_wait {
                    self.answer_end();
                }
            }
            Input::Shutdown { answer } => {
                self.broadcast(&ServerMessage::Restarting);
                if !self.pages.is_empty() {
                    self.note_seen();
                }
                self.store(Row::LetGo);
                self.flush().await;
                self.phase = Phase::Closed;
                let _ = answer.send(());
            }
        }
    }

    fn join(&mut self, hello: Hello, sender: mpsc::Sender<ServerMessage>) -> Joined {
        if self.phase != Phase::Live && hello.part == Part::Source {
            return Joined::Refused(Problem::new(Code::CallEnded, "This call has ended. Its review is on the call's page."));
        }
        if hello.part == Part::Source {
            // A page that went away without a word still holds its place until its socket is found dead; the same page may
            // come back at once, another one only by taking over.
            let held = self.pages.iter().position(|page| page.part == Part::Source && !page.sender.is_closed());
            if let Some(index) = held {
                if self.pages[index].name != hello.page && !hello.take_over {
                    return Joined::Refused(Problem::new(
                        Code::CallOpenElsewhere,
                        "This call is open in another tab or window. Go on there, or take it over here.",
                    ));
                }
                let gone = self.pages.remove(index);
                let _ = gone.sender.try_send(ServerMessage::Refused(Problem::new(
                    Code::CallOpenElsewhere,
                    "This call goes on in another tab or window. You can take it back here.",
                )));
            }
            self.pages.retain(|page| page.part != Part::Source);
            for side in &mut self.sides {
                side.expected = side.log.with(|log| log.next());
            }
        }
        let welcome = Welcome {
            call: Box::new(self.call.clone()),
            next: [self.sides[0].expected, self.sides[1].expected],
            now: self.now(),
            last_event: self.journal.last(),
        };
        let id = self.next_page;
        self.next_page += 1;
        let _ = sender.try_send(ServerMessage::Welcome(welcome));
        match self.journal.since(hello.last_event) {
            Some(events) => events.for_each(|event| {
                let _ = sender.try_send(event);
            }),
            None => {
                let _ = sender.try_send(ServerMessage::Snapshot(Box::new(self.snapshot())));
            }
        }
        self.pages.push(Page { id, name: hello.page, part: hello.part, sender });
        self.last_seen = Instant::now();
        self.note_seen();
        Joined::As(id)
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            last_event: self.journal.last(),
            segments: self.segments.clone(),
            cues: self.cues.clone(),
            bookmarks: self.bookmarks.clone(),
            metrics: self.engine.metrics(),
            recognizers: self.sides.iter().filter_map(|side| side.status.clone()).collect(),
        }
    }

    async fn hear_page(&mut self, page: u64, message: ClientMessage) {
        let Some(part) = self.pages.iter().find(|other| other.id == page).map(|other| other.part) else { return };
        if let ClientMessage::Ping { nonce } = message {
            return self.answer(page, ServerMessage::Pong { nonce });
        }
        if part == Part::Viewer && !matches!(message, ClientMessage::Feedback { .. }) {
            return self.answer(page, ServerMessage::Rejected(Problem::new(Code::Forbidden, "This page only watches the call.")));
        }
        if self.phase != Phase::Live && message == ClientMessage::End {
            // Said again: it is told as soon as it is stored.
            return;
        }
        if self.phase != Phase::Live && !matches!(message, ClientMessage::Feedback { .. }) {
            return self.answer(page, ServerMessage::Rejected(Problem::new(Code::CallEnded, "This call has ended.")));
        }
        match message {
            ClientMessage::Frame(frame) => self.take_frame(page, frame).await,
            ClientMessage::Heard(heard) => self.take_heard(page, heard).await,
            ClientMessage::Pause { paused } => {
                self.paused = paused;
                self.publish(CallEvent::Paused { paused });
                self.close_sentences();
            }
            ClientMessage::Bookmark { at, note } => self.take_bookmark(page, at, &note),
            ClientMessage::Feedback { cue, state } => self.feed(Event::Feedback { cue, state }),
            ClientMessage::CaptureNote { channel, message } => {
                let message: String = message.chars().filter(|c| !c.is_control()).take(300).collect();
                tracing::info!(call = %self.call.id, ?channel, message, "capture");
                self.notice(NoticeLevel::Warning, message);
            }
            ClientMessage::End => self.end().await,
            ClientMessage::Hello(_) => {
                self.answer(page, ServerMessage::Rejected(Problem::new(Code::Invalid, "This page has said hello already.")));
            }
            ClientMessage::Ping { .. } => {}
        }
    }

    /// The call starts with the first frame or words.
    async fn start(&mut self) -> Result<()> {
        if self.epoch.is_some() {
            return Ok(());
        }
        let now = self.kernel.now();
        let (organization, id) = (self.call.organization_id, self.call.id);
        let mut tx = self.kernel.begin(&Actor::system(organization, "a call starts")).await?;
        if store::calls::move_on(&mut tx, organization, id, &[CallState::Prepared], CallState::Live, now).await? {
            tx.emit(&CallStarted { call: id, member: self.call.member_id }).await?;
        }
        tx.commit().await?;
        self.call.state = CallState::Live;
        self.call.started_at = Some(now);
        self.epoch = Some(Instant::now());
        Ok(())
    }

    async fn take_frame(&mut self, page: u64, frame: Frame) {
        metrics::counter!("closezly_frames_total").increment(1);
        if let Err(error) = frame.check() {
            return self.answer(page, ServerMessage::Rejected(Problem::new(Code::FrameMalformed, error.to_string())));
        }
        let side = &mut self.sides[frame.channel.index()];
        if frame.sequence != side.expected || self.writing >= MAX_WRITING {
            // Doubled or out of order: say again where we are. The page goes back to it.
            let (channel, next) = (frame.channel, side.log.with(|log| log.next()));
            if frame.sequence > side.expected || self.writing == 0 {
                self.answer(page, ServerMessage::Ack { channel, next });
            }
            return;
        }
        side.expected += 1;
        let log = side.log.clone();
        // The little space that was given up for deletions and sign-ins is not for sound.
        if self.kernel.store().lacks_reserve() {
            self.writing += 1;
            let full = RecordingError::Full(std::io::ErrorKind::StorageFull.into());
            return self.written(&frame, Err(full)).await;
        }
        if let Err(error) = self.start().await {
            self.sides[frame.channel.index()].expected = frame.sequence;
            return self.answer(page, ServerMessage::Rejected(error.into_problem()));
        }
        self.writing += 1;
        let written = self.written.clone();
        let taken = Instant::now();
        let done = move |frame: Frame, result| {
            metrics::histogram!("closezly_frame_write_seconds").record(taken.elapsed().as_secs_f64());
            drop(written.send((frame, result)));
        };
        if !self.writer.append(self.lane, log, frame, done) {
            self.writing -= 1;
            self.notice(NoticeLevel::Error, "The recording can't be written: its thread is gone. Tell your administrator.".to_owned());
        }
    }

    async fn written(&mut self, frame: &Frame, result: Result<Written, RecordingError>) {
        self.writing = self.writing.saturating_sub(1);
        let channel = frame.channel;
        let side = &mut self.sides[channel.index()];
        match result {
            Ok(Written::At { captured_at, next }) => {
                if std::mem::take(&mut side.stuck) {
                    self.notice(NoticeLevel::Info, "There is space again. The recording goes on; nothing is missing.".to_owned());
                }
                self.ack(channel, next);
                self.listen(channel);
                self.hear_audio(channel, captured_at, frame);
            }
            Ok(Written::NotTheNext) => {
                let next = side.log.with(|log| log.next());
                side.expected = next;
                self.ack(channel, next);
            }
            Err(error) => {
                // Not on disk, so not acked: the page keeps it and sends it again.
                side.expected = side.log.with(|log| log.next());
                if !std::mem::replace(&mut side.stuck, true) {
                    tracing::error!(call = %self.call.id, %error, "a frame can't be written");
                    let why = if matches!(error, RecordingError::Full(_)) {
                        "The server's disk is full."
                    } else {
                        "The server can't write the recording."
                    };
                    self.notice(NoticeLevel::Error, format!("{why} Your recording stays in this browser until there is space."));
                }
            }
        }
        self.close_sentences();
        self.finish_ears();
        // Without ears there are no last words to wait for.
        self.close_if_done().await;
    }

    /// In a pause, once all audio before it is heard: what is being said ends, it does not go on after the pause.
    fn close_sentences(&mut self) {
        if self.paused && self.writing == 0 {
            for ear in self.sides.iter().filter(|side| !side.catching_up).filter_map(|side| side.ear.as_ref()) {
                // A full queue has no need of it: the gap in the audio says the same later.
                let _ = ear.try_send(ToEar::Silence);
            }
        }
    }

    /// Audio that is on disk: measured, and recognized.
    fn hear_audio(&mut self, channel: Channel, captured_at: Millis, frame: &Frame) {
        let samples: Vec<i16> = frame.samples().collect();
        let side = &mut self.sides[channel.index()];
        let voiced = side.voice.push(captured_at, &samples);
        side.seen = side.seen.max(frame.sequence + 1);
        let is_next = !side.catching_up && frame.sequence >= side.given;
        if let Some(ear) = side.ear.as_ref().filter(|_| is_next) {
            match ear.try_send(ToEar::Audio(Piece { start: captured_at, samples }, voiced.any())) {
                Ok(()) => side.given = side.seen,
                Err(TrySendError::Full(_)) => self.fall_behind(channel),
                // It says so itself.
                Err(TrySendError::Closed(_)) => {}
            }
        }
        for (start, end) in voiced.stretches {
            self.feed(Event::Voice { channel, start, end });
        }
    }

    /// The ear can't take more for now: it gets the rest out of the recording, as fast as it can.
    fn fall_behind(&mut self, channel: Channel) {
        let side = &mut self.sides[channel.index()];
        if !std::mem::replace(&mut side.told_behind, true) {
            let message = if self.call.keep_audio {
                "The recognizer can't keep up. The recording is complete; its words come later."
            } else {
                "The recognizer can't keep up, and no recording is kept: some words will be missing."
            };
            self.notice(NoticeLevel::Warning, message.to_owned());
        }
        self.catch_up(channel);
    }

    /// Gives a channel's ear what is in the recording and was not given to it yet.
    fn catch_up(&mut self, channel: Channel) {
        let side = &mut self.sides[channel.index()];
        let Some(ear) = side.ear.clone().filter(|_| !side.catching_up && side.given < side.seen) else { return };
        if !self.call.keep_audio {
            side.given = side.seen;
            return;
        }
        side.catching_up = true;
        let path = recording::path(&self.kernel, &self.call, channel);
        let (from, myself, passed) = (side.given, self.myself.clone(), Arc::clone(&self.passed));
        tokio::spawn(async move {
            let next = catch_up(path, channel, from, ear, &passed).await;
            let _ = myself.send(Input::CaughtUp(channel, next)).await;
        });
    }

    async fn caught_up(&mut self, channel: Channel, next: Option<u32>) {
        let side = &mut self.sides[channel.index()];
        side.catching_up = false;
        // What can't be read, or nobody hears any more, is left to a recognition after the call.
        side.given = next.map_or(side.seen, |next| side.given.max(next));
        self.catch_up(channel);
        self.close_sentences();
        self.finish_ears();
        self.close_if_done().await;
    }

    /// Starts a channel's ear with the first audio that it has not heard.
    fn listen(&mut self, channel: Channel) {
        let side = &mut self.sides[channel.index()];
        if side.ear.is_some() || !matches!(self.phase, Phase::Live | Phase::Finishing) {
            return;
        }
        let recognizers = recognizers_for(&self.kernel, self.call.recognizer);
        if recognizers.is_empty() {
            return;
        }
        // Without consent no page may send a frame, so there is none to be recognized.
        let Ok(consent) = Consent::of(&self.call) else {
            tracing::error!(call = %self.call.id, "{ConsentMissing}");
            return;
        };
        let (sender, audio) = mpsc::channel(EAR_QUEUE);
        let (out, mut said) = mpsc::channel(64);
        let request = open_stream(&self.call, channel);
        tokio::spawn(Ear { channel, recognizers, request, consent }.listen(audio, out));
        let myself = self.myself.clone();
        tokio::spawn(async move {
            let mut done = false;
            while let Some(said) = said.recv().await {
                done |= matches!(said, FromEar::Done);
                if myself.send(Input::Ear(channel, said)).await.is_err() {
                    return;
                }
            }
            // An ear that panicked must not keep the call from ending.
            if !done {
                let _ = myself.send(Input::Ear(channel, FromEar::Done)).await;
            }
        });
        side.ear = Some(sender);
        side.told_to_finish = false;
        self.catch_up(channel);
    }

    async fn hear_ear(&mut self, channel: Channel, said: FromEar) {
        match said {
            FromEar::Heard(RecognizerEvent::Partial(heard)) => {
                self.feed(Event::Partial { channel, text: heard.text, start: heard.start, end: heard.end });
            }
            FromEar::Heard(RecognizerEvent::Final(heard)) => {
                if let Some(since) = &mut self.finishing_since {
                    *since = Instant::now();
                }
                let (text, start, end, confidence, words) = (heard.text, heard.start, heard.end, heard.confidence, heard.words);
                self.feed(Event::Final { channel, text, start, end, confidence, words });
            }
            FromEar::Status(status) => {
                if status.health == RecognizerHealth::Failed {
                    // The final of what it was saying won't come from it.
                    self.take_partial_back(channel);
                }
                self.sides[channel.index()].status = Some(status.clone());
                self.publish(CallEvent::Recognizer(status));
            }
            FromEar::Done => {
                self.take_partial_back(channel);
                let side = &mut self.sides[channel.index()];
                side.ear = None;
                // What one that failed has not said is not said twice by the next one.
                side.given = side.seen;
                self.close_if_done().await;
            }
        }
    }

    fn take_partial_back(&mut self, channel: Channel) {
        let now = self.now();
        self.feed(Event::Partial { channel, text: String::new(), start: now, end: now });
    }

    async fn take_heard(&mut self, page: u64, heard: Heard) {
        let Heard { channel, text, start, end, confidence, is_final } = heard;
        let limit = Millis(Frame::MAX_CAPTURED_AT);
        let fits = text.chars().take(5_001).count() <= 5_000 && start >= Millis::ZERO && start <= end && end <= limit;
        if !fits || self.call.recognizer != RecognizerKind::Browser {
            let message = "Words from the page need 0 to 5,000 characters, ordered times, and a call that the browser recognizes.";
            return self.answer(page, ServerMessage::Rejected(Problem::new(Code::Invalid, message)));
        }
        if let Err(error) = self.start().await {
            return self.answer(page, ServerMessage::Rejected(error.into_problem()));
        }
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if is_final {
            self.feed(Event::Final { channel, text, start, end, confidence, words: Vec::new() });
        } else {
            self.feed(Event::Partial { channel, text, start, end });
        }
    }

    fn take_bookmark(&mut self, page: u64, at: Millis, note: &str) {
        let parsed = model::validation::BOOKMARK_NOTE.parse(note);
        match parsed {
            Ok(_) if self.bookmarks.len() as i64 >= MAX_BOOKMARKS => {
                let message = format!("A call has at most {MAX_BOOKMARKS} bookmarks.");
                self.answer(page, ServerMessage::Rejected(Problem::new(Code::Invalid, message)));
            }
            Ok(note) => {
                let at = at.clamp(Millis::ZERO, Millis(Frame::MAX_CAPTURED_AT));
                self.feed(Event::Bookmark { at, note });
            }
            Err(problem) => self.answer(page, ServerMessage::Rejected(problem)),
        }
    }

    /// Gives the engine an event, and carries out what follows.
    fn feed(&mut self, event: Event) {
        let fed = if let Event::Feedback { cue, .. } = &event { Some(*cue) } else { None };
        let speaks = if let Event::Partial { channel, .. } = &event { Some(*channel) } else { None };
        let effects = self.engine.handle(event, self.now());
        for effect in effects {
            match effect {
                Effect::Partial(partial) => {
                    if partial.channel == Channel::Customer {
                        self.retrieval.look_ahead(&partial.text);
                    }
                    self.publish(CallEvent::Partial(partial));
                }
                Effect::Segment(segment) => {
                    if segment.channel == Channel::Customer {
                        self.retrieval.look_ahead("");
                    }
                    self.store(Row::Segment(segment.clone()));
                    self.segments.push(segment.clone());
                    self.publish(CallEvent::Segment(segment));
                }
                Effect::Cue(mut cue) => {
                    // One that is told again keeps what was found for it, until its final words lead elsewhere.
                    let known = self.cues.iter().find(|known| known.number == cue.number);
                    cue.source = known.and_then(|known| known.source.clone());
                    self.store(Row::Cue(cue.clone()));
                    self.show(cue.clone());
                    self.look_up(&cue, self.speaker_of(&cue));
                    if let Some(used) = self.retrieval.confirm(&cue) {
                        self.store(Row::Use(used));
                    }
                }
                // Not stored before the segment that it rests on: whatever happens meanwhile, no stored card lacks its words.
                Effect::EarlyCue(cue) => {
                    self.show(cue.clone());
                    self.look_up(&cue, speaks);
                }
                Effect::CueWithdrawn { cue } => {
                    self.retrieval.forget(cue);
                    self.cues.retain(|known| known.number != cue);
                    self.publish(CallEvent::CueWithdrawn { cue });
                }
                Effect::CueState { cue, state } => {
                    let by = if fed == Some(cue) { By::Person } else { By::Engine };
                    self.store(Row::CueState(cue, state, by));
                    if let Some(known) = self.cues.iter_mut().find(|known| known.number == cue) {
                        known.state = state;
                    }
                    self.publish(CallEvent::CueState { cue, state });
                }
                Effect::Metrics(metrics) => self.publish(CallEvent::Metrics(metrics)),
                Effect::Bookmark(bookmark) => {
                    self.store(Row::Bookmark(bookmark.clone()));
                    self.bookmarks.push(bookmark.clone());
                    self.publish(CallEvent::Bookmark(bookmark));
                }
                Effect::EchoDropped { channel, text } => {
                    tracing::debug!(call = %self.call.id, %channel, characters = text.len(), "echo dropped");
                }
            }
        }
    }

    /// Shows a card, or shows it again with other words.
    fn show(&mut self, cue: Cue) {
        match self.cues.iter_mut().find(|known| known.number == cue.number) {
            Some(known) => *known = cue.clone(),
            None => {
                metrics::counter!("closezly_cues_total").increment(1);
                self.cues.push(cue.clone());
            }
        }
        self.publish(CallEvent::Cue(cue));
    }

    async fn tick(&mut self) {
        if self.epoch.is_some() && self.phase == Phase::Live && !self.paused {
            self.feed(Event::Tick);
        }
        self.wait_for_last_words().await;
        if self.review_again.is_some_and(|at| at <= Instant::now()) {
            self.write_review();
        }
    }

    fn keep_house(&mut self) {
        self.pages.retain(|page| !page.sender.is_closed());
        if !self.pages.is_empty() {
            self.last_seen = Instant::now();
        }
        // A call that has ended is this server's until its review is written.
        if (self.epoch.is_some() && !self.pages.is_empty()) || self.phase != Phase::Live {
            self.note_seen();
        }
        // A page whose frames could not be written is asked for them again.
        if self.writing == 0 && self.phase == Phase::Live {
            for channel in [Channel::Rep, Channel::Customer] {
                let side = &self.sides[channel.index()];
                if side.stuck {
                    let next = side.log.with(|log| log.next());
                    self.ack(channel, next);
                }
            }
        }
        if self.phase == Phase::Live && self.last_seen.elapsed() > IDLE {
            tracing::info!(call = %self.call.id, "nobody is in this call; its host rests");
            self.store(Row::LetGo);
            self.phase = Phase::Closed;
        }
    }

    /// A page, or this server, is there.
    fn note_seen(&self) {
        // While rows wait these would only pile up behind them.
        if !self.rows_wait {
            self.store(Row::Seen(self.kernel.now(), self.length()));
        }
    }

    fn length(&self) -> Millis {
        let recorded = self.sides.iter().map(|side| side.log.with(|log| log.end())).max().unwrap_or_default();
        self.segments.iter().map(|segment| segment.end_ms).max().unwrap_or_default().max(recorded)
    }

    /// Waits until everything is on disk.
    async fn flush(&mut self) {
        let (done, flushed) = oneshot::channel();
        if self.scribe.send(ToScribe::Flush(done)).is_ok() {
            let _ = tokio::time::timeout(Duration::from_secs(30), flushed).await;
        }
        self.sync_recordings().await;
    }

    async fn sync_recordings(&self) {
        for side in &self.sides {
            let log = side.log.clone();
            let synced = tokio::task::spawn_blocking(move || log.with(|log| log.sync())).await;
            if let Ok(Err(error)) = synced {
                tracing::error!(call = %self.call.id, %error, "a recording could not be flushed");
            }
        }
    }

    async fn say_writing(&mut self, writing: Writing) {
        match writing {
            Writing::Waiting => {
                self.rows_wait = true;
                // Who waits for the call's end can't have it for now.
                self.answer_end();
                let message = if self.phase == Phase::Live {
                    "The database takes nothing right now. What is heard waits on the server and is stored as soon as it can be."
                } else {
                    "The database takes nothing right now. The end of the call waits on the server and is stored as soon as it can be."
                };
                self.notice(NoticeLevel::Warning, message.to_owned());
            }
            Writing::Many(rows) => {
                let message =
                    format!("The database still takes nothing: {rows} lines and cards wait on the server. Tell your administrator.");
                self.notice(NoticeLevel::Error, message);
            }
            Writing::CaughtUp => {
                self.rows_wait = false;
                self.notice(NoticeLevel::Info, "The database is back. Everything is stored.".to_owned());
            }
            Writing::EndStored => self.end_stored(),
            Writing::AllStored => self.all_stored().await,
        }
    }

    fn store(&self, row: Row) {
        if self.scribe.send(ToScribe::Row(row)).is_err() {
            tracing::error!(call = %self.call.id, "the scribe is gone");
        }
    }

    fn ack(&mut self, channel: Channel, next: u32) {
        let message = ServerMessage::Ack { channel, next };
        self.pages.retain(|page| page.part != Part::Source || page.sender.try_send(message.clone()).is_ok());
    }

    fn notice(&mut self, level: NoticeLevel, message: String) {
        self.publish(CallEvent::Notice { level, message });
    }

    fn publish(&mut self, event: CallEvent) {
        let message = self.journal.push(event);
        self.broadcast(&message);
    }

    /// A page that is too far behind is let go; it comes back and gets a snapshot.
    fn broadcast(&mut self, message: &ServerMessage) {
        self.pages.retain(|page| page.sender.try_send(message.clone()).is_ok());
    }

    #[allow(clippy::needless_pass_by_value, reason = "answers are made where they are given")]
    fn answer(&mut self, page: u64, message: ServerMessage) {
        self.pages.retain(|other| other.id != page || other.sender.try_send(message.clone()).is_ok());
    }
}

/// Opens a channel's recording.
async fn open_side(kernel: &Kernel, call: &Call, channel: Channel, segments: &[Segment]) -> Result<Side> {
    let path = recording::path(kernel, call, channel);
    let keep = call.keep_audio;
    let heard_until = segments.iter().filter(|segment| segment.channel == channel).map(|segment| segment.end_ms).max().unwrap_or_default();
    let open = move || open_log(&path, keep).map(|log| (log, first_unheard(&path, heard_until)));
    let (log, first_unheard) =
        tokio::task::spawn_blocking(open).await.map_err(|error| DomainError::Internal(error.to_string()))?.map_err(|error| {
            tracing::error!(call = %call.id, %error, "a recording can't be opened");
            let why =
                if matches!(error, RecordingError::Full(_)) { "The server's disk is full." } else { "The server can't write recordings." };
            DomainError::new(Code::StorageFull, format!("{why} The call can't start; tell your administrator."))
        })?;
    let expected = log.next();
    let off = (call.recognizer == RecognizerKind::None).then(|| RecognizerStatus {
        channel,
        label: RecognizerKind::None.label().to_owned(),
        health: RecognizerHealth::Off,
        message: "Recorded and measured; you can have it recognized after the call.".to_owned(),
    });
    Ok(Side {
        log: SharedLog::new(log),
        expected,
        voice: VoiceDetector::default(),
        ear: None,
        seen: expected,
        given: if keep { first_unheard.unwrap_or(expected) } else { expected },
        catching_up: false,
        told_to_finish: false,
        status: off,
        told_behind: false,
        stuck: false,
    })
}

/// A host that is just closing still has the log for a moment.
fn open_log(path: &std::path::Path, keep_audio: bool) -> Result<RecordingLog, RecordingError> {
    for _ in 0..30 {
        match RecordingLog::open(path, keep_audio) {
            Err(RecordingError::InUse) => std::thread::sleep(Duration::from_millis(100)),
            opened => return opened,
        }
    }
    RecordingLog::open(path, keep_audio)
}

/// The first frame after the last words that were heard. Nothing in a call that begins.
fn first_unheard(path: &std::path::Path, heard_until: Millis) -> Option<u32> {
    RecordingReader::open(path).ok().map(|reader| reader.first_after(heard_until))
}

//! The task that owns one live call.

mod passages;

use std::time::Duration;

use live::{Effect, Event, Session, Settings};
use model::wire::{
    CallEvent, ClientMessage, Frame, Heard, Hello, NoticeLevel, Part, RecognizerHealth, RecognizerStatus, ServerMessage, Snapshot, Welcome,
};
use model::{Call, CallId, CallState, Channel, Code, Cue, CueState, Millis, OrganizationId, Problem, RecognizerKind, Segment, Verbosity};
use store::{RecordingError, RecordingLog, RecordingReader};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::journal::Journal;
use super::retrieval::Retrieval;
use super::scribe::{self, Row, ToScribe, Writing};
use super::writer::{SharedLog, Writer, Written};
use super::{Ear, FromEar, Piece, ToEar, VoiceDetector};
use crate::calls::{finish, recognizers_for, recording};
use crate::error::{DomainError, Result};
use crate::ports::{OpenStream, RecognizerEvent};
use crate::services::Services;

/// How often the engine is told the time.
const TICK: Duration = Duration::from_millis(500);
/// How often the call's length is stored, and a stuck writer is asked again.
const HOUSEKEEPING: Duration = Duration::from_secs(5);
/// A host without a page for so long ends; its call stays live.
const IDLE: Duration = Duration::from_secs(120);
/// Longest wait for the recognizers after the end of the call; each has a shorter one of its own.
const LAST_WORDS: Duration = Duration::from_secs(300);
/// Audio that waits for an ear: 90 s of frames.
const EAR_QUEUE: usize = 900;
/// Recorded audio that a new host has recognized first, if the last one died before it was: 30 s of frames.
const CATCH_UP: usize = 300;
/// Frames at the writer; more are not taken, and the page sends them again.
const MAX_WRITING: u32 = 512;
/// Most bookmarks of a call.
const MAX_BOOKMARKS: i64 = 1_000;

/// To a host.
pub(in crate::calls) enum Input {
    /// A page comes.
    Join { hello: Hello, sender: mpsc::Sender<ServerMessage>, answer: oneshot::Sender<Joined> },
    /// A page says something.
    Message { page: u64, message: ClientMessage },
    /// A page said something that can't be read.
    Unreadable { page: u64, problem: Problem },
    /// A page goes.
    Leave { page: u64 },
    /// From a channel's ear.
    Ear(Channel, FromEar),
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
    /// Recorded before this host was there, but in no segment yet.
    unheard_before: Vec<Frame>,
    status: Option<RecognizerStatus>,
    /// Frames that the ear could not take.
    unheard: u32,
    /// The log takes nothing; the page holds the frames back.
    stuck: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Live,
    /// The ears say their last words.
    Finishing,
    Closed,
}

/// One live call.
pub(super) struct Host {
    services: Services,
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
    finishing_since: Option<Instant>,
    scribe: mpsc::UnboundedSender<ToScribe>,
    scribe_says: mpsc::Receiver<Writing>,
    myself: mpsc::Sender<Input>,
    /// What the writing threads answer. Unbounded so that they never wait for a call; [`MAX_WRITING`] bounds it.
    written: mpsc::UnboundedSender<Answer>,
    written_inbox: Option<mpsc::UnboundedReceiver<Answer>>,
}

type Answer = (Frame, Result<Written, RecordingError>);

impl Host {
    /// Loads what is known of the call. Starts the scribe; ears start with the first audio.
    pub(super) async fn open(
        services: Services,
        organization: OrganizationId,
        id: CallId,
        writer: Writer,
        myself: mpsc::Sender<Input>,
    ) -> Result<Self> {
        let store = services.store();
        let call = store.call(organization, id).await?.ok_or_else(|| DomainError::no_such("call"))?;
        let segments = store.segments(organization, id).await?;
        let cues = store.cues(organization, id).await?;
        let bookmarks = store.bookmarks(organization, id).await?;
        let settings = Settings { verbosity: call.verbosity, rep_name: call.rep_name.clone(), customer_name: call.customer_name.clone() };
        let engine = Session::restore(super::playbook(), settings, &segments, &cues, &bookmarks);
        let rep = open_side(&services, &call, Channel::Rep, &segments).await?;
        let customer = open_side(&services, &call, Channel::Customer, &segments).await?;
        let (scribe, rows) = mpsc::unbounded_channel();
        let (told, scribe_says) = mpsc::channel(16);
        let (written, written_inbox) = mpsc::unbounded_channel();
        tokio::spawn(scribe::write(store.clone(), organization, id, rows, told));
        let mut host = Self {
            journal: Journal::new(u64::try_from(services.now().timestamp_millis()).unwrap_or_default()),
            lane: usize::from(id.0.as_bytes()[15]),
            retrieval: Retrieval::new(services.clone(), organization, id),
            services,
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
            phase: Phase::Live,
            writing: 0,
            end_wanted: Vec::new(),
            last_seen: Instant::now(),
            finishing_since: None,
            scribe,
            scribe_says,
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
        while self.phase != Phase::Closed {
            tokio::select! {
                Some((frame, result)) = written.recv() => self.written(&frame, result).await,
                input = inbox.recv() => match input {
                    Some(input) => self.take(input).await,
                    None => break,
                },
                _ = tick.tick() => self.tick().await,
                _ = housekeeping.tick() => self.keep_house(),
                Some(writing) = self.scribe_says.recv() => self.say_writing(writing),
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
        let wall = self.call.started_at.map_or(0, |started| (self.services.now() - started).num_milliseconds());
        let recorded = self.sides.iter().map(|side| side.log.with(|log| log.end())).max().unwrap_or_default();
        let elapsed = wall.max(recorded.0).clamp(0, Frame::MAX_CAPTURED_AT);
        self.epoch = Some(Instant::now() - Duration::from_millis(elapsed.unsigned_abs()));
    }

    fn now(&self) -> Millis {
        self.epoch.map_or(Millis::ZERO, |epoch| Millis(i64::try_from(epoch.elapsed().as_millis()).unwrap_or(i64::MAX)))
    }

    async fn take(&mut self, input: Input) {
        match input {
            Input::Join { hello, sender, answer } => {
                let joined = self.join(hello, sender);
                let _ = answer.send(joined);
            }
            Input::Leave { page } => self.pages.retain(|other| other.id != page),
            Input::Message { page, message } => self.hear_page(page, message).await,
            Input::Unreadable { page, problem } => self.answer(page, ServerMessage::Rejected(problem)),
            Input::Ear(channel, said) => self.hear_ear(channel, said).await,
            Input::Feedback { cue, state } => self.feed(Event::Feedback { cue, state }),
            Input::Verbosity(verbosity) => {
                self.call.verbosity = verbosity;
                self.engine.set_verbosity(verbosity);
            }
            Input::EndNow { answer } => {
                self.end_wanted.push(answer);
                self.end().await;
            }
            Input::Shutdown { answer } => {
                self.broadcast(&ServerMessage::Restarting);
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
        let now = self.services.now();
        let (organization, id) = (self.call.organization_id, self.call.id);
        self.services.store().move_call(organization, id, &[CallState::Prepared], CallState::Live, now).await?;
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
        let next = side.log.with(|log| log.next());
        match result {
            Ok(Written::At(captured_at)) => {
                if std::mem::take(&mut side.stuck) {
                    self.notice(NoticeLevel::Info, "There is space again. The recording goes on; nothing is missing.".to_owned());
                }
                self.ack(channel, next);
                self.listen(channel);
                self.hear_audio(channel, captured_at, frame);
            }
            Ok(Written::NotTheNext) => {
                side.expected = next;
                self.ack(channel, next);
            }
            Err(error) => {
                // Not on disk, so not acked: the page keeps it and sends it again.
                side.expected = next;
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
        if self.phase == Phase::Finishing && self.writing == 0 {
            self.finish_ears();
            // Without ears there are no last words to wait for.
            self.close_if_done().await;
        }
    }

    /// In a pause, once all audio before it is heard: what is being said ends, it does not go on after the pause.
    fn close_sentences(&mut self) {
        if self.paused && self.writing == 0 {
            for ear in self.sides.iter().filter_map(|side| side.ear.as_ref()) {
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
        let piece = Piece { start: captured_at, samples };
        let full = side.ear.as_ref().is_some_and(|ear| ear.try_send(ToEar::Audio(piece, voiced.any())).is_err());
        if full {
            side.unheard += 1;
            if side.unheard == 1 {
                let message = "The recognizer can't keep up. The recording is complete; have it recognized after the call.".to_owned();
                self.notice(NoticeLevel::Warning, message);
            }
        }
        for (start, end) in voiced.stretches {
            self.feed(Event::Voice { channel, start, end });
        }
    }

    /// Starts a channel's ear with its first audio.
    fn listen(&mut self, channel: Channel) {
        let side = &mut self.sides[channel.index()];
        if side.ear.is_some() || self.phase != Phase::Live {
            return;
        }
        let recognizers = recognizers_for(&self.services, self.call.recognizer);
        if recognizers.is_empty() {
            return;
        }
        let (sender, audio) = mpsc::channel(EAR_QUEUE);
        let (out, mut said) = mpsc::channel(64);
        let request = OpenStream { channel, language: self.call.language.clone(), vocabulary: self.call.vocabulary.clone() };
        tokio::spawn(Ear { channel, recognizers, request }.listen(audio, out));
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
        for frame in std::mem::take(&mut side.unheard_before) {
            self.hear_audio(channel, frame.captured_at, &frame);
        }
    }

    async fn hear_ear(&mut self, channel: Channel, said: FromEar) {
        match said {
            FromEar::Heard(RecognizerEvent::Partial(heard)) => {
                self.feed(Event::Partial { channel, text: heard.text, start: heard.start, end: heard.end });
            }
            FromEar::Heard(RecognizerEvent::Final(heard)) => {
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
                self.sides[channel.index()].ear = None;
                if self.phase == Phase::Finishing {
                    self.close_if_done().await;
                }
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
                    self.retrieval.confirm(&cue);
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
                    self.store(Row::CueState(cue, state));
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
        if self.finishing_since.is_some_and(|since| since.elapsed() > LAST_WORDS) {
            for side in &mut self.sides {
                side.ear = None;
            }
            self.writing = 0;
            self.close_if_done().await;
        }
    }

    fn keep_house(&mut self) {
        self.pages.retain(|page| !page.sender.is_closed());
        if !self.pages.is_empty() {
            self.last_seen = Instant::now();
        }
        if self.epoch.is_some() && !self.pages.is_empty() {
            self.store(Row::Duration(self.length()));
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
            self.phase = Phase::Closed;
        }
    }

    fn length(&self) -> Millis {
        let recorded = self.sides.iter().map(|side| side.log.with(|log| log.end())).max().unwrap_or_default();
        self.segments.iter().map(|segment| segment.end_ms).max().unwrap_or_default().max(recorded)
    }

    /// The call is over: no more audio; the ears say their last words.
    async fn end(&mut self) {
        if self.phase != Phase::Live {
            return;
        }
        if self.epoch.is_none() {
            // Ended before it began: there is nothing to wait for.
            if let Err(error) = self.start().await {
                tracing::error!(call = %self.call.id, error = %error.into_problem(), "a call could not be started to be ended");
            }
        }
        self.phase = Phase::Finishing;
        self.finishing_since = Some(Instant::now());
        // Stored before it is said: a page that goes to the review finds it being written.
        if let Err(error) = finish::begin(&self.services, self.call.organization_id, self.call.id).await {
            tracing::error!(call = %self.call.id, error = %error.into_problem(), "the end of a call could not be stored; trying again");
        }
        self.publish(CallEvent::Finishing);
        if self.writing == 0 {
            self.finish_ears();
        }
        self.close_if_done().await;
    }

    fn finish_ears(&mut self) {
        for side in &mut self.sides {
            let Some(ear) = side.ear.clone() else { continue };
            tokio::spawn(async move {
                let _ = ear.send(ToEar::Finish).await;
            });
        }
    }

    async fn close_if_done(&mut self) {
        if self.writing > 0 || self.sides.iter().any(|side| side.ear.is_some()) || self.phase != Phase::Finishing {
            return;
        }
        self.feed(Event::End);
        self.take_last_passages().await;
        self.store(Row::Duration(self.length()));
        self.flush().await;
        let (organization, id) = (self.call.organization_id, self.call.id);
        let finished = async {
            finish::begin(&self.services, organization, id).await?;
            finish::write_review(&self.services, organization, id).await
        };
        if let Err(error) = finished.await {
            // The call stays as it is; recover() tries again every minute.
            tracing::error!(call = %id, error = %error.into_problem(), "the review could not be written");
        }
        self.publish(CallEvent::Ended);
        for answer in self.end_wanted.drain(..) {
            let _ = answer.send(());
        }
        self.phase = Phase::Closed;
    }

    /// Waits until everything is on disk.
    async fn flush(&mut self) {
        let (done, flushed) = oneshot::channel();
        if self.scribe.send(ToScribe::Flush(done)).is_ok() {
            let _ = tokio::time::timeout(Duration::from_secs(30), flushed).await;
        }
        for side in &self.sides {
            let log = side.log.clone();
            let synced = tokio::task::spawn_blocking(move || log.with(|log| log.sync())).await;
            if let Ok(Err(error)) = synced {
                tracing::error!(call = %self.call.id, %error, "a recording could not be flushed");
            }
        }
    }

    fn say_writing(&mut self, writing: Writing) {
        match writing {
            Writing::Waiting => {
                let message = "The database takes nothing right now. What is heard waits on the server and is stored as soon as it can be.";
                self.notice(NoticeLevel::Warning, message.to_owned());
            }
            Writing::CaughtUp => self.notice(NoticeLevel::Info, "The database is back. Everything is stored.".to_owned()),
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
async fn open_side(services: &Services, call: &Call, channel: Channel, segments: &[Segment]) -> Result<Side> {
    let path = recording::path(services, call.organization_id, call.id, channel);
    let keep = call.keep_audio;
    let heard_until = segments.iter().filter(|segment| segment.channel == channel).map(|segment| segment.end_ms).max().unwrap_or_default();
    let open = move || open_log(&path, keep).map(|log| (log, unheard_frames(&path, channel, heard_until)));
    let (log, unheard_before) =
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
        unheard_before,
        status: off,
        unheard: 0,
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

/// What is recorded after the last words that were heard. Nothing in a call that begins.
fn unheard_frames(path: &std::path::Path, channel: Channel, heard_until: Millis) -> Vec<Frame> {
    let Ok(reader) = RecordingReader::open(path) else { return Vec::new() };
    let from = heard_until.max(reader.duration() - Millis(CATCH_UP as i64 * 100));
    let frames = reader.frames(channel).filter_map(std::result::Result::ok);
    frames.filter(|frame| frame.captured_at + frame.duration() > from).collect()
}

//! What pages say to a live call.

use live::Event;
use model::wire::{CallEvent, ClientMessage, Frame, Heard, Hello, NoticeLevel, Part, ServerMessage, Snapshot, Welcome};
use model::{Call, CallState, Code, Millis, Problem, RecognizerId, TrackId, Utterance};
use store::RecordingError;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::actor::{CallActor, Phase};
use super::committer::Committed;
use super::in_flight::InFlight;
use super::inbox::Joined;
use super::intake::{Accepted, StorageEvent};
use super::transcription::TrackInput;
use super::write_op::WriteOp;
use kernel::{DomainError, Result};
use ports::Consent;

/// Most bookmarks of a call.
const MAX_BOOKMARKS: usize = 1_000;

impl CallActor {
    pub(super) fn join(&mut self, hello: Hello, sender: mpsc::Sender<ServerMessage>) -> Joined {
        if hello.part == Part::Source {
            if self.phase != Phase::Live {
                return Joined::Refused(Problem::new(Code::CallEnded, "This call has ended. Its review is on the call's page."));
            }
            if let Err(problem) = self.connections.make_room(&hello) {
                return Joined::Refused(problem);
            }
            self.intake.rewind();
        }
        let welcome = Welcome {
            call: Box::new(self.call.clone()),
            next: self.intake.expected(),
            durable: self.sealer.is_some().then(|| self.connections.acks().durable_until()),
            now: self.now(),
            last_event: self.connections.last_event(),
        };
        let snapshot = self.connections.misses_too_much(hello.last_event).then(|| self.snapshot());
        let id = self.connections.admit(hello, sender, welcome, snapshot);
        self.last_seen = Instant::now();
        Joined::As(id, self.intake.places())
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            last_event: self.connections.last_event(),
            segments: self.engine.segments.all(),
            cues: self.engine.cues.all(),
            bookmarks: self.engine.bookmarks.clone(),
            metrics: self.engine.session.metrics(),
            recognizers: self.statuses.iter().flatten().cloned().collect(),
            hearing: self.hearing.told(),
        }
    }

    /// The people on the call were told since this actor is there.
    pub(super) fn take_consent(&mut self, call: Call) {
        (self.call.consent_who, self.call.consent_how, self.call.consent_at) = (call.consent_who, call.consent_how, call.consent_at);
        if let Ok(consent) = Consent::of(&self.call) {
            self.intake.consent(consent);
        }
    }

    pub(super) async fn on_message(&mut self, page: u64, message: ClientMessage) {
        if self.connections.part_of(page).is_none() {
            return;
        }
        if let ClientMessage::Ping { nonce } = message {
            return self.connections.reply(page, ServerMessage::Pong { nonce });
        }
        if self.phase != Phase::Live && message == ClientMessage::End && self.connections.part_of(page) == Some(Part::Source) {
            // Said again: it is told as soon as it is stored.
            return;
        }
        if let ClientMessage::Numbered { number, message } = message {
            return self.on_numbered(page, number, message).await;
        }
        self.take(page, message).await;
    }

    /// Takes what a page says. False if it may be said again: nothing came of it.
    pub(super) async fn take(&mut self, page: u64, message: ClientMessage) -> bool {
        if !matches!(message, ClientMessage::Feedback { .. }) && !self.takes_from(page) {
            return true;
        }
        match message {
            ClientMessage::Heard(heard) => return self.on_page_transcript(page, heard).await,
            ClientMessage::Pause { paused } => {
                self.paused = paused;
                self.hearing.pause();
                self.publish(CallEvent::Paused { paused });
                self.close_sentences();
            }
            ClientMessage::Bookmark { at, note } => self.on_bookmark(page, at, &note),
            ClientMessage::Feedback { cue, state } => self.feed(Event::Feedback { cue, state }),
            ClientMessage::CaptureNote { track, message } => {
                let message: String = message.chars().filter(|c| !c.is_control()).take(300).collect();
                tracing::info!(call = %self.call.id, ?track, message, "capture");
                self.notice(NoticeLevel::Warning, message);
            }
            ClientMessage::Mute { track, muted } => self.hearing.mute(track, muted),
            ClientMessage::End => self.end().await,
            ClientMessage::Hello(_) => self.reject(page, Problem::new(Code::Invalid, "This page has said hello already.")),
            // Audio comes as an input of its own, see `attach`.
            ClientMessage::Ping { .. } | ClientMessage::Frame(_) | ClientMessage::Numbered { .. } => {}
        }
        true
    }

    /// Whether a page may say anything of the call now. If not, it is told why.
    fn takes_from(&self, page: u64) -> bool {
        match self.connections.part_of(page) {
            None => return false,
            Some(Part::Viewer) => self.reject(page, Problem::new(Code::Forbidden, "This page only watches the call.")),
            Some(Part::Source) if self.phase == Phase::Live => return true,
            Some(Part::Source) => self.reject(page, Problem::new(Code::CallEnded, "This call has ended.")),
        }
        false
    }

    fn reject(&self, page: u64, problem: Problem) {
        self.connections.reply(page, ServerMessage::Rejected(problem));
    }

    /// The call starts with the first frame or words.
    pub(super) async fn start(&mut self) -> Result<()> {
        if self.clock.runs() {
            return Ok(());
        }
        let now = self.kernel.now();
        // With those of other calls that start in the same moment: after a deploy all of them do.
        let start = [WriteOp::Start(now, self.engine.playbook_version)].into();
        match self.committer.commit(&self.kernel, &self.place, &start, false).await {
            Committed::Yes => {}
            Committed::Lost | Committed::Never(_) => {
                self.lose("it is another server's");
                return Err(super::restarts());
            }
            Committed::Failed(error) => {
                tracing::warn!(call = %self.call.id, %error, "a call can't start");
                let message = "The database is busy or can't be reached. Try again in a moment.";
                return Err(DomainError::new(Code::Unavailable, message));
            }
        }
        self.call.state = CallState::Live;
        self.call.started_at = Some(now);
        self.clock.start();
        Ok(())
    }

    pub(super) async fn on_frame(&mut self, page: u64, frame: Frame, in_flight: InFlight) {
        if !self.takes_from(page) {
            return;
        }
        metrics::counter!("closezly_frames_total").increment(1);
        if let Err(error) = frame.check() {
            return self.reject(page, Problem::new(Code::FrameMalformed, error.to_string()));
        }
        let track = frame.track;
        match self.intake.check(&frame) {
            Accepted::No(None) => return,
            Accepted::No(Some(next)) => return self.connections.reply(page, ServerMessage::Ack { track, next }),
            Accepted::NoSuchTrack => return self.reject(page, self.no_such_track(track)),
            Accepted::Yes | Accepted::WriterGone => {}
        }
        // The little space that was given up for deletions and sign-ins is not for sound.
        if self.kernel.store().lacks_reserve() {
            if self.intake.block(track) {
                let full = RecordingError::Full(std::io::ErrorKind::StorageFull.into());
                self.on_storage(StorageEvent::Blocked(track, full));
            }
            return;
        }
        if let Err(error) = self.start().await {
            return self.reject(page, error.into_problem());
        }
        self.hearing.frame(&frame);
        if self.intake.write(frame, in_flight) == Accepted::WriterGone {
            self.notice(NoticeLevel::Error, "The recording can't be written: its thread is gone. Tell your administrator.".to_owned());
        }
        self.close_sentences();
    }

    fn no_such_track(&self, track: TrackId) -> Problem {
        let sentence = match self.call.tracks.len() {
            1 => format!("This call has one track, 0; there is no track {track}. Its frames are not taken."),
            count => format!("This call has the tracks 0 to {}; there is no track {track}. Its frames are not taken.", count - 1),
        };
        Problem::new(Code::FrameMalformed, sentence)
    }

    /// What went wrong at the writer, or goes well again.
    pub(super) fn on_storage(&mut self, event: StorageEvent) {
        match event {
            StorageEvent::Blocked(track, error) => {
                self.intake.expect_again(track);
                tracing::error!(call = %self.call.id, %error, "a frame can't be written");
                let why = if matches!(error, RecordingError::Full(_)) {
                    "The server's disk is full."
                } else {
                    "The server can't write the recording."
                };
                self.notice(NoticeLevel::Error, format!("{why} Your recording stays in this browser until there is space."));
            }
            StorageEvent::OutOfOrder(track) => self.intake.expect_again(track),
            StorageEvent::Recovered => {
                self.notice(NoticeLevel::Info, "There is space again. The recording goes on; nothing is missing.".to_owned());
            }
        }
    }

    /// In a pause, once all audio before it is heard: what is being said ends, it does not go on after the pause.
    fn close_sentences(&self) {
        if self.paused {
            self.intake.after_frames(|| TrackInput::Silence);
        }
    }

    /// False if the database took nothing.
    async fn on_page_transcript(&mut self, page: u64, heard: Heard) -> bool {
        let Heard { track, text, start, end, confidence, is_final } = heard;
        let limit = Millis(Frame::MAX_CAPTURED_AT);
        let fits = text.chars().take(5_001).count() <= 5_000 && start >= Millis::ZERO && start <= end && end <= limit;
        if !fits || self.call.recognizer != RecognizerId::BROWSER {
            let message = "Words from the page need 0 to 5,000 characters, ordered times, and a call that the browser recognizes.";
            self.reject(page, Problem::new(Code::Invalid, message));
            return true;
        }
        if track.index() >= self.call.tracks.len() {
            self.reject(page, self.no_such_track(track));
            return true;
        }
        if let Err(error) = self.start().await {
            self.reject(page, error.into_problem());
            return false;
        }
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let said = Utterance { confidence, ..Utterance::new(text, start, end) };
        self.hearing.words(track, end, self.now());
        self.feed(if is_final { Event::Final(track, said) } else { Event::Partial(track, said) });
        true
    }

    fn on_bookmark(&mut self, page: u64, at: Millis, note: &str) {
        match bookmark(at, note) {
            Ok(_) if self.engine.bookmarks.len() >= MAX_BOOKMARKS => {
                self.reject(page, Problem::new(Code::Invalid, format!("A call has at most {MAX_BOOKMARKS} bookmarks.")));
            }
            Ok((at, note)) => self.feed(Event::Bookmark { at, note }),
            Err(problem) => self.reject(page, problem),
        }
    }
}

/// A bookmark as it is kept: within a call's time, its note clean.
pub(super) fn bookmark(at: Millis, note: &str) -> Result<(Millis, String), Problem> {
    Ok((at.clamp(Millis::ZERO, Millis(Frame::MAX_CAPTURED_AT)), model::validation::BOOKMARK_NOTE.parse(note)?))
}

//! A live call in this browser: one task that holds the connection, the captures and the frames on their way.
//!
//! Everything reaches it through one inbox, so nothing in it is concurrent. It outlives its page: whoever looks at another
//! page in the middle of a call is still heard.

mod captures;
mod connection;
mod memory;
mod running;
mod socket;
mod spooler;

use std::collections::VecDeque;

use capture::link::Outbox;
use capture::{CallClock, Capture, CaptureError, Recognition, SpeechFailure};
use futures::channel::mpsc::UnboundedSender;
use leptos::prelude::*;
use model::wire::{ClientMessage, Frame, Heard, NoticeLevel, RecognizerHealth, RecognizerStatus, ServerMessage, Statement};
use model::{CallState, Millis, RecognizerId, TrackId};

use self::socket::Socket;
use self::spooler::Spooler;
use super::handle::{CallCommand, Live, Source};
use super::link::LinkState;
use super::source::{FromCapture, Given};

pub use running::{leave, live_of, share_again, take};

/// Without a word of the server for this long, it is asked for one.
const ASK_AFTER_MS: f64 = 5_000.0;
/// Without a word of the server for this long, the connection counts as lost: other servers take a call over from one that stands still for 10 s.
const LOST_AFTER_MS: f64 = 11_000.0;

/// All that reaches a session.
enum Input {
    Command(CallCommand),
    /// The browser gave sources.
    Given(Given),
    /// A source was given again.
    Captured(TrackId, Box<Capture>),
    /// The microphone was changed, or why not.
    Switched(Result<(), CaptureError>),
    FromCapture(FromCapture),
    /// Of which connection, and what; none at its end.
    Server(u32, Option<ServerMessage>),
    /// It is time for another attempt.
    Retry(u32),
    Loaded(TrackId, std::ops::Range<u32>, Vec<Frame>),
    /// The captures have delivered their last frames.
    Stopped,
    /// The browser's own recognizer heard something.
    Heard(Heard),
    /// The browser's own recognizer gave up on a track.
    Deaf(TrackId, SpeechFailure),
    Tick,
}

struct Session {
    live: Live,
    inbox: UnboundedSender<Input>,
    spooler: Spooler,
    outboxes: [Outbox; 2],
    loading: [bool; 2],
    captures: [Option<Capture>; 2],
    /// The browser's own recognizer, where the call uses it.
    recognitions: [Option<Recognition>; 2],
    /// It was started, whether it lives or not: what failed is not tried over and over.
    recognized: [bool; 2],
    /// The page's own time that the captures use.
    page_clock: Option<CallClock>,
    call_clock: Option<CallClock>,
    socket: Option<Socket>,
    generation: u32,
    welcomed: bool,
    attempt: u32,
    /// `performance.now()` of the last message.
    heard: f64,
    take_over: bool,
    /// Ask for everything, because events were missing.
    anew: bool,
    /// Said, with its number, and not known to be stored: said again on the next connection.
    said: VecDeque<(u32, Statement)>,
    last_number: u32,
    /// The captures are stopped and everything may be sent.
    stopped: bool,
    /// The server was told on this connection that it is over.
    end_sent: bool,
    /// Why nobody takes the call for now, as the person was told.
    unavailable: Option<String>,
    refused: bool,
    /// The call is open elsewhere: this page looks on.
    watching: bool,
    over: bool,
}

impl Session {
    fn new(live: Live, inbox: UnboundedSender<Input>, spooler: Spooler, ends: [Option<(u32, u32)>; 2]) -> Self {
        Self {
            live,
            inbox,
            spooler,
            outboxes: [Outbox::new(TrackId::MICROPHONE, ends[0]), Outbox::new(TrackId::FAR_END, ends[1])],
            loading: [false; 2],
            captures: [None, None],
            recognitions: [None, None],
            recognized: [false; 2],
            page_clock: None,
            call_clock: None,
            socket: None,
            generation: 0,
            welcomed: false,
            attempt: 0,
            heard: now(),
            take_over: false,
            anew: false,
            said: VecDeque::new(),
            last_number: 0,
            stopped: false,
            end_sent: false,
            unavailable: None,
            refused: false,
            watching: false,
            over: false,
        }
    }

    fn handle(&mut self, input: Input) {
        match input {
            Input::Command(command) => self.command(command),
            Input::Given(given) => self.begin(given),
            Input::Captured(track, capture) => self.captured_by(track, *capture),
            Input::Switched(switched) => self.switched(switched),
            Input::FromCapture(FromCapture::Frame(track, frame)) => self.frame(track, frame),
            Input::FromCapture(FromCapture::Event(track, event)) => self.event(track, &event),
            Input::Server(generation, message) if generation == self.generation => match message {
                Some(message) => self.server(message),
                None => self.lost(),
            },
            Input::Retry(generation) if generation == self.generation && self.socket.is_none() => self.connect(),
            Input::Server(..) | Input::Retry(_) => {}
            Input::Loaded(track, range, frames) => {
                self.loading[track.index()] = false;
                self.outboxes[track.index()].on_loaded(range, frames);
                self.pump();
            }
            Input::Stopped => {
                self.stopped = true;
                self.pump();
            }
            Input::Heard(heard) if heard.is_final => self.say(Statement::Heard(heard)),
            Input::Heard(heard) => self.send(ClientMessage::Heard(heard)),
            Input::Deaf(track, failure) => {
                self.recognitions[track.index()] = None;
                self.live.notice(NoticeLevel::Warning, failure.to_string());
                let status = RecognizerStatus {
                    track,
                    label: RecognizerId::BROWSER.name(),
                    health: RecognizerHealth::Failed,
                    message: failure.to_string(),
                };
                self.live.change(|state| state.set_recognizer(status));
                self.say(Statement::CaptureNote { track: Some(track), message: failure.to_string() });
            }
            Input::Tick => self.tick(),
        }
    }

    fn tick(&mut self) {
        if let Some(clock) = self.call_clock {
            self.live.clock.set(clock.now());
        }
        self.live.unsent.set(self.unsent());
        self.show_link();
        let silent_for = now() - self.heard;
        if self.socket.is_some() && silent_for > LOST_AFTER_MS {
            self.lost();
        } else if self.welcomed && silent_for > ASK_AFTER_MS {
            self.send(ClientMessage::Ping { nonce: self.generation });
        }
    }

    fn finish(&mut self, state: CallState) {
        self.let_go();
        self.spooler.clear();
        self.live.link.set(LinkState::Closed);
        self.live.change(|live| live.finish(state));
        self.over = true;
    }

    fn command(&mut self, command: CallCommand) {
        match command {
            CallCommand::Mute(muted) => {
                // The browser's recognizer may listen past the muted track.
                self.stop_recognizing(TrackId::MICROPHONE);
                self.recognized[TrackId::MICROPHONE.index()] = muted;
                if let Some(capture) = &self.captures[TrackId::MICROPHONE.index()] {
                    capture.mute(muted);
                    self.send(ClientMessage::Mute { track: TrackId::MICROPHONE, muted });
                    self.live.sources[TrackId::MICROPHONE.index()].set(if muted { Source::Muted } else { Source::On });
                }
            }
            CallCommand::Pause(paused) => {
                for capture in self.captures.iter().flatten() {
                    if paused { capture.pause() } else { capture.resume() }
                }
                if paused {
                    TrackId::CAPTURED.into_iter().for_each(|track| self.stop_recognizing(track));
                }
                self.live.change(|state| state.set_paused(paused));
                self.say(Statement::Pause { paused });
            }
            CallCommand::Bookmark => {
                let at = self.call_clock.map_or(Millis::ZERO, |clock| clock.now());
                self.say(Statement::Bookmark { at, note: String::new() });
            }
            CallCommand::Feedback(cue, state) => self.say(Statement::Feedback { cue, state }),
            CallCommand::Microphone(device) => self.switch_microphone(device),
            CallCommand::End => self.end(),
            CallCommand::TakeOver => {
                (self.refused, self.watching) = (false, false);
                self.take_over = true;
                self.connect();
            }
            CallCommand::Reconnect => {
                self.refused = false;
                self.connect();
            }
        }
    }
}

fn now() -> f64 {
    CallClock::new(Millis::ZERO, 0.0).now_ms()
}

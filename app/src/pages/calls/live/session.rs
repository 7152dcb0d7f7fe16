//! A live call in this browser: one task that holds the connection, the captures and the frames on their way.
//!
//! Everything reaches it through one inbox, so nothing in it is concurrent. It outlives its page: whoever looks at another
//! page in the middle of a call is still heard.

mod socket;
mod spooler;

use std::cell::RefCell;
use std::collections::VecDeque;

use capture::link::Outbox;
use capture::{CallClock, Capture, CaptureEvent, CapturedFrame, Recognition, SpeechFailure, Spool, speech};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::wire::{ClientMessage, Frame, Heard, Hello, NoticeLevel, Part as Does, RecognizerHealth, RecognizerStatus, ServerMessage};
use model::{Call, CallId, CallState, Channel, Code, Millis, Problem, RecognizerId};

use self::socket::Socket;
use self::spooler::Spooler;
use super::handle::{CallCommand, Ending, Live, Role, Source};
use super::link::{LinkState, UNREMARKABLE, backoff};
use super::source::{self, FromCapture, Given};
use super::state::{LiveState, Outcome};
use crate::pages::calls::browser;

/// How often the clock is drawn and the connection looked after.
const TICK: std::time::Duration = std::time::Duration::from_millis(500);
/// With audio to confirm and without a word of the server for this long, the page says that it keeps the audio itself.
const STALLED_AFTER_MS: f64 = 2_500.0;
/// Without a word of the server for this long, it is asked for one.
const ASK_AFTER_MS: f64 = 8_000.0;
/// Without a word of the server for this long, the connection counts as lost.
const LOST_AFTER_MS: f64 = 20_000.0;

/// All that reaches a session.
enum Input {
    Command(CallCommand),
    /// The browser gave sources.
    Given(Given),
    /// The tab was shared again.
    Shared(Box<Capture>),
    FromCapture(FromCapture),
    /// Of which connection, and what; none at its end.
    Server(u32, Option<ServerMessage>),
    /// It is time for another attempt.
    Retry(u32),
    Loaded(Channel, std::ops::Range<u32>, Vec<Frame>),
    /// The captures have delivered their last frames.
    Stopped,
    /// The browser's own recognizer heard something.
    Heard(Heard),
    /// The browser's own recognizer gave up on a channel.
    Deaf(Channel, SpeechFailure),
    Tick,
}

/// The session of this browser window, if there is one.
struct Running {
    live: Live,
    /// Keeps the signals of `live` alive when the page that made them is left.
    _owner: Owner,
    inbox: UnboundedSender<Input>,
    /// Its page is open.
    shown: bool,
    /// Its task has come to an end; only the page still looks at it.
    ended: bool,
}

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
}

/// The shared state of a call's page: that of the running session, or a new one that outlives the page.
pub fn live_of(call: Call, role: Role) -> Live {
    let known = RUNNING.with_borrow_mut(|running| {
        let running = running.as_mut().filter(|running| running.live.id == call.id && !running.ended)?;
        running.shown = true;
        Some(running.live)
    });
    if let Some(live) = known {
        return live;
    }
    // A new root becomes the current owner; the page's own must stay it.
    let page = Owner::current();
    let owner = Owner::new_root(None);
    let live = owner.with(|| Live::new(call, role));
    if let Some(page) = page {
        page.set();
    }
    let (inbox, receiver) = unbounded();
    RUNNING.set(Some(Running { live, _owner: owner, inbox: inbox.clone(), shown: true, ended: false }));
    let (commands, asked) = unbounded();
    live.listen(commands);
    forward(asked, inbox.clone(), Input::Command);
    spawn_local(run(live, inbox, receiver));
    live
}

/// Takes over what the browser gave for this call, if it gave something.
pub fn take(live: Live) {
    if let Some(given) = source::taken(live.id) {
        tell(live.id, Input::Given(given));
    }
}

/// The page of a call is left: a session that captures goes on without it.
pub fn leave(live: Live) {
    let idle = live.capturing.try_get_untracked() != Some(true) && live.ending.try_get_untracked() == Some(Ending::No);
    let _gone = RUNNING.with_borrow_mut(|running| {
        let known = running.as_mut().filter(|running| running.live.id == live.id)?;
        known.shown = false;
        if idle || known.ended { running.take() } else { None }
    });
}

/// Lets the person share a tab again; in the handler of a click.
pub fn share_again(live: Live) {
    spawn_local(async move {
        let (clock, sender) = CAPTURING.with_borrow(Clone::clone).unzip();
        let (Some(clock), Some(sender)) = (clock, sender) else { return };
        match source::share_tab(clock, &sender).await {
            Ok(capture) => tell(live.id, Input::Shared(Box::new(capture))),
            Err(error) => live.sources[Channel::Customer.index()].set(Source::Lost(error.to_string())),
        }
    });
}

thread_local! {
    /// The page time and the ear of the running captures, for one that joins them.
    static CAPTURING: RefCell<Option<(CallClock, UnboundedSender<FromCapture>)>> = const { RefCell::new(None) };
}

fn tell(call: CallId, input: Input) {
    RUNNING.with_borrow(|running| {
        if let Some(running) = running.as_ref().filter(|running| running.live.id == call) {
            // A closed inbox is a session that has ended.
            let _ = running.inbox.unbounded_send(input);
        }
    });
}

fn forward<T: 'static>(mut from: UnboundedReceiver<T>, into: UnboundedSender<Input>, as_input: impl Fn(T) -> Input + 'static) {
    spawn_local(async move {
        while let Some(item) = from.next().await {
            if into.unbounded_send(as_input(item)).is_err() {
                return;
            }
        }
    });
}

async fn run(live: Live, inbox: UnboundedSender<Input>, mut receiver: UnboundedReceiver<Input>) {
    let spool = Spool::open(move |trouble| live.notice(NoticeLevel::Warning, trouble.to_string())).await;
    let mut ends = [None, None];
    if live.role == Role::Source {
        for channel in Channel::ALL {
            ends[channel.index()] = spool.ends(live.id, *channel).await;
        }
    }
    let mut session = Session::new(live, inbox.clone(), Spooler::start(spool, live.id, inbox.clone()), ends);
    take(live);
    session.connect();
    let ticking = inbox.clone();
    let ticks = set_interval_with_handle(
        move || {
            let _ = ticking.unbounded_send(Input::Tick);
        },
        TICK,
    );
    let kept = || RUNNING.with_borrow(|running| running.as_ref().is_some_and(|running| running.inbox.same_receiver(&inbox)));
    while let Some(input) = receiver.next().await {
        // Without its place, its signals are gone too.
        if !kept() {
            break;
        }
        session.handle(input);
        if session.over {
            break;
        }
    }
    if let Ok(ticks) = ticks {
        ticks.clear();
    }
    if kept() {
        CAPTURING.set(None);
        let _gone = RUNNING.with_borrow_mut(|running| {
            let ended = running.as_mut()?;
            ended.ended = true;
            if ended.shown { None } else { running.take() }
        });
    }
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
    /// Said while there was no connection.
    waiting: VecDeque<ClientMessage>,
    /// The captures are stopped and everything may be sent.
    stopped: bool,
    /// The server was told on this connection that it is over.
    end_sent: bool,
    refused: bool,
    over: bool,
}

impl Session {
    fn new(live: Live, inbox: UnboundedSender<Input>, spooler: Spooler, ends: [Option<(u32, u32)>; 2]) -> Self {
        Self {
            live,
            inbox,
            spooler,
            outboxes: [Outbox::new(Channel::Rep, ends[0]), Outbox::new(Channel::Customer, ends[1])],
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
            waiting: VecDeque::new(),
            stopped: false,
            end_sent: false,
            refused: false,
            over: false,
        }
    }

    fn handle(&mut self, input: Input) {
        match input {
            Input::Command(command) => self.command(command),
            Input::Given(given) => self.begin(given),
            Input::Shared(capture) => self.captured_by(Channel::Customer, *capture),
            Input::FromCapture(FromCapture::Frame(channel, frame)) => self.frame(channel, frame),
            Input::FromCapture(FromCapture::Event(channel, event)) => self.event(channel, &event),
            Input::Server(generation, message) if generation == self.generation => match message {
                Some(message) => self.server(message),
                None => self.lost(),
            },
            Input::Retry(generation) if generation == self.generation && self.socket.is_none() => self.connect(),
            Input::Server(..) | Input::Retry(_) => {}
            Input::Loaded(channel, range, frames) => {
                self.loading[channel.index()] = false;
                self.outboxes[channel.index()].on_loaded(range, frames);
                self.pump();
            }
            Input::Stopped => {
                self.stopped = true;
                self.pump();
            }
            Input::Heard(heard) => self.send(ClientMessage::Heard(heard)),
            Input::Deaf(channel, failure) => {
                self.recognitions[channel.index()] = None;
                self.live.notice(NoticeLevel::Warning, failure.to_string());
                let status = RecognizerStatus {
                    channel,
                    label: RecognizerId::BROWSER.name(),
                    health: RecognizerHealth::Failed,
                    message: failure.to_string(),
                };
                self.live.change(|state| state.set_recognizer(status));
                self.send(ClientMessage::CaptureNote { channel: Some(channel), message: failure.to_string() });
            }
            Input::Tick => self.tick(),
        }
    }

    // The connection

    fn connect(&mut self) {
        self.generation += 1;
        self.welcomed = false;
        self.heard = now();
        let hello = Hello {
            call: self.live.id,
            part: if self.live.role == Role::Source { Does::Source } else { Does::Viewer },
            page: page_name(),
            take_over: std::mem::take(&mut self.take_over),
            last_event: if std::mem::take(&mut self.anew) { 0 } else { self.live.peek(|state| state.last_event) },
        };
        self.socket = Some(Socket::open(hello, self.generation, self.inbox.clone()));
    }

    fn lost(&mut self) {
        self.socket = None;
        self.welcomed = false;
        self.outboxes.iter_mut().for_each(Outbox::on_disconnected);
        if self.refused {
            return;
        }
        // Whether the server has heard that it is over, nobody knows: it is told again, until it says so.
        self.end_sent = false;
        self.retry(backoff(self.attempt));
        self.attempt = self.attempt.saturating_add(1);
        self.show_link();
    }

    fn retry(&self, wait: Millis) {
        let (inbox, generation) = (self.inbox.clone(), self.generation);
        let retry = move || {
            let _ = inbox.unbounded_send(Input::Retry(generation));
        };
        set_timeout(retry, std::time::Duration::from_millis(wait.0.unsigned_abs()));
    }

    fn server(&mut self, message: ServerMessage) {
        self.heard = now();
        let welcome =
            if let ServerMessage::Welcome(welcome) = &message { Some((welcome.next, welcome.durable, welcome.now)) } else { None };
        match self.live.apply(message) {
            Outcome::Applied(_) => {
                if let Some((next, durable, at)) = welcome {
                    self.welcome(next, durable, at);
                }
                let phase = self.live.peek(LiveState::phase);
                if self.call_clock.is_none() && self.live.role == Role::Viewer && phase == CallState::Live {
                    self.set_clock(CallClock::starting_at(self.live.peek(LiveState::heard_until)));
                }
                if matches!(phase, CallState::Finishing | CallState::Ended) {
                    self.finish(phase);
                }
            }
            Outcome::Gap => {
                self.anew = true;
                self.lost();
            }
            Outcome::Acked { channel, next } => {
                self.outboxes[channel.index()].on_ack(next);
                self.spooler.forget(channel, self.outboxes[channel.index()].kept_from());
                self.pump();
            }
            Outcome::Durable { channel, next } => {
                self.outboxes[channel.index()].on_durable(Some(next));
                self.spooler.forget(channel, self.outboxes[channel.index()].kept_from());
            }
            Outcome::Rejected(problem) => self.live.notice(NoticeLevel::Warning, problem.message),
            Outcome::Refused(problem) if problem.code == Code::Unavailable => self.lost(),
            Outcome::Refused(problem) => self.refuse(problem),
            Outcome::Restarting => {
                self.attempt = 0;
                self.lost();
            }
            Outcome::Known | Outcome::Pong(_) => {}
        }
    }

    fn welcome(&mut self, next: [u32; 2], durable: Option<[u32; 2]>, at: Millis) {
        self.welcomed = true;
        self.attempt = 0;
        self.refused = false;
        if self.call_clock.is_none() && self.live.peek(LiveState::phase) == CallState::Live {
            self.set_clock(CallClock::starting_at(at));
        }
        for channel in Channel::ALL {
            self.outboxes[channel.index()].on_durable(durable.map(|durable| durable[channel.index()]));
            let connected = self.outboxes[channel.index()].on_connected(next[channel.index()]);
            for frame in connected.numbered {
                self.spooler.put(frame);
            }
        }
        while let Some(message) = self.waiting.pop_front() {
            self.send(message);
        }
        self.pump();
    }

    fn refuse(&mut self, problem: Problem) {
        if problem.code == Code::CallEnded && self.live.ending.get_untracked() != Ending::No {
            self.finish(CallState::Ended);
            return;
        }
        self.refused = true;
        self.socket = None;
        self.outboxes.iter_mut().for_each(Outbox::on_disconnected);
        if problem.code == Code::CallOpenElsewhere {
            // The other page has the microphone now; two would be heard twice.
            self.let_go();
        }
        self.live.link.set(LinkState::Refused(problem));
    }

    fn send(&mut self, message: ClientMessage) {
        match &self.socket {
            Some(socket) if self.welcomed => socket.send(message),
            _ => self.waiting.push_back(message),
        }
    }

    /// Sends what may be sent, loads what must be loaded, and ends the call when all is there.
    fn pump(&mut self) {
        if self.welcomed
            && let Some(socket) = &self.socket
        {
            for channel in Channel::ALL {
                let index = channel.index();
                while let Some(frame) = self.outboxes[index].next_to_send() {
                    socket.send(ClientMessage::Frame(frame));
                }
                if !self.loading[index]
                    && let Some(range) = self.outboxes[index].missing()
                {
                    self.loading[index] = true;
                    self.spooler.load(*channel, range);
                }
            }
        }
        if self.stopped && self.welcomed && !self.end_sent && self.unsent() == Millis::ZERO {
            self.end_sent = true;
            self.send(ClientMessage::End);
            self.live.ending.set(Ending::Finishing);
        }
        self.show_link();
    }

    fn unsent(&self) -> Millis {
        // Both channels run at the same time, so the longer one is what waits.
        self.outboxes.iter().map(|outbox| outbox.waiting().audio).max().unwrap_or_default()
    }

    fn show_link(&self) {
        let unsent = self.unsent();
        let link = match (&self.socket, self.welcomed) {
            _ if self.refused => return,
            (Some(_), true) if unsent > UNREMARKABLE && now() - self.heard > STALLED_AFTER_MS => LinkState::Lost(unsent),
            (Some(_), true) => LinkState::open(unsent),
            _ if self.attempt == 0 && unsent == Millis::ZERO => LinkState::Connecting,
            _ => LinkState::Lost(unsent),
        };
        if self.live.link.with_untracked(|shown| *shown != link) {
            self.live.link.set(link);
        }
        if self.stopped && !self.end_sent {
            self.live.ending.set(Ending::Sending(unsent));
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

    // The captures

    fn begin(&mut self, given: Given) {
        let Given { captures, missing, clock, sender, receiver } = given;
        CAPTURING.set(Some((clock, sender)));
        forward(receiver, self.inbox.clone(), Input::FromCapture);
        self.page_clock = Some(clock);
        if self.call_clock.is_none() && self.live.peek(LiveState::phase) == CallState::Live {
            self.set_clock(CallClock::starting_at(remembered_now(self.live.id).unwrap_or(self.live.clock.get_untracked())));
        }
        for (channel, (capture, missing)) in Channel::ALL.iter().zip(captures.into_iter().zip(missing)) {
            match (capture, missing) {
                (Some(capture), _) => self.captured_by(*channel, capture),
                (None, Some(why)) => self.live.sources[channel.index()].set(Source::Lost(why)),
                (None, None) => {}
            }
        }
        self.live.capturing.set(true);
    }

    fn captured_by(&mut self, channel: Channel, capture: Capture) {
        if self.live.peek(|state| state.paused) {
            capture.pause();
        }
        self.captures[channel.index()] = Some(capture);
        self.live.sources[channel.index()].set(Source::On);
    }

    fn frame(&mut self, channel: Channel, frame: CapturedFrame) {
        let Some(page_clock) = self.page_clock else { return };
        self.live.levels[channel.index()].set(f64::from(frame.level.meter()));
        // A call begins with its first frame.
        let call_clock = match self.call_clock {
            Some(clock) => clock,
            None => {
                let clock = CallClock::starting_at(page_clock.now() - frame.captured_at);
                self.set_clock(clock);
                self.live.change(LiveState::started);
                clock
            }
        };
        self.recognize(channel, call_clock);
        let offset = (call_clock.now_ms() - page_clock.now_ms()).round() as i64;
        let captured_at = Millis((frame.captured_at.0 + offset).max(0));
        if let Some(frame) = self.outboxes[channel.index()].on_frame(captured_at, frame.pcm) {
            self.spooler.put(frame);
        }
        self.pump();
    }

    /// Lets the browser itself recognize a channel, if the call asks for that.
    fn recognize(&mut self, channel: Channel, clock: CallClock) {
        let index = channel.index();
        if self.recognized[index] {
            return;
        }
        self.recognized[index] = true;
        let asked = self.live.peek(|state| {
            let call = state.call.as_ref().filter(|call| call.recognizer == RecognizerId::BROWSER)?;
            Some(call.language.clone())
        });
        let (Some(language), Some(capture)) = (asked, &self.captures[index]) else { return };
        // A browser that takes no tracks listens to the microphone, whatever is asked; so the other side asks for its track.
        let track = if channel == Channel::Customer || speech::takes_tracks() { capture.track() } else { None };
        let (heard, deaf) = (self.inbox.clone(), self.inbox.clone());
        let started = Recognition::start(
            channel,
            &language,
            track,
            clock,
            move |words| {
                let _ = heard.unbounded_send(Input::Heard(words));
            },
            move |failure| {
                let _ = deaf.unbounded_send(Input::Deaf(channel, failure));
            },
        );
        match started {
            Ok(recognition) => self.recognitions[index] = Some(recognition),
            Err(failure) => self.handle(Input::Deaf(channel, failure)),
        }
    }

    /// Stops the browser's recognizer of a channel; the next frame starts it again.
    fn stop_recognizing(&mut self, channel: Channel) {
        if let Some(recognition) = self.recognitions[channel.index()].take() {
            recognition.stop();
            self.recognized[channel.index()] = false;
        }
    }

    fn event(&mut self, channel: Channel, event: &CaptureEvent) {
        let sentence = event.sentence();
        match (event, sentence) {
            (CaptureEvent::TrackEnded(_) | CaptureEvent::Failed(_), Some(sentence)) => {
                self.live.sources[channel.index()].set(Source::Lost(sentence.clone()));
                self.send(ClientMessage::CaptureNote { channel: Some(channel), message: sentence });
            }
            (CaptureEvent::MutedBySystem(false) | CaptureEvent::Running, _) => self.live.sources[channel.index()].set(Source::On),
            (_, Some(sentence)) => {
                self.live.notice(NoticeLevel::Warning, sentence.clone());
                self.send(ClientMessage::CaptureNote { channel: Some(channel), message: sentence });
            }
            (_, None) => {}
        }
    }

    fn set_clock(&mut self, clock: CallClock) {
        remember_zero(self.live.id, clock);
        self.call_clock = Some(clock);
    }

    /// Lets the devices go at once.
    fn let_go(&mut self) {
        self.captures = [None, None];
        self.recognitions = [None, None];
        CAPTURING.set(None);
        self.live.capturing.set(false);
        for source in self.live.sources {
            source.set(Source::Off);
        }
    }

    // What the person asks for

    fn command(&mut self, command: CallCommand) {
        match command {
            CallCommand::Mute(muted) => {
                // The browser's recognizer may listen past the muted track.
                self.stop_recognizing(Channel::Rep);
                self.recognized[Channel::Rep.index()] = muted;
                if let Some(capture) = &self.captures[Channel::Rep.index()] {
                    capture.mute(muted);
                    self.live.sources[Channel::Rep.index()].set(if muted { Source::Muted } else { Source::On });
                }
            }
            CallCommand::Pause(paused) => {
                for capture in self.captures.iter().flatten() {
                    if paused { capture.pause() } else { capture.resume() }
                }
                if paused {
                    Channel::ALL.iter().for_each(|channel| self.stop_recognizing(*channel));
                }
                self.live.change(|state| state.set_paused(paused));
                self.send(ClientMessage::Pause { paused });
            }
            CallCommand::Bookmark => {
                let at = self.call_clock.map_or(Millis::ZERO, |clock| clock.now());
                self.send(ClientMessage::Bookmark { at, note: String::new() });
            }
            CallCommand::Feedback(cue, state) => self.send(ClientMessage::Feedback { cue, state }),
            CallCommand::End => self.end(),
            CallCommand::TakeOver => {
                self.refused = false;
                self.take_over = true;
                self.connect();
            }
            CallCommand::Reconnect => {
                self.refused = false;
                self.connect();
            }
        }
    }

    /// Stops the captures; the last frames come through the inbox, and after them word that they came.
    fn end(&mut self) {
        self.live.ending.set(Ending::Sending(self.unsent()));
        Channel::ALL.iter().for_each(|channel| self.stop_recognizing(*channel));
        let captures = std::mem::take(&mut self.captures);
        let inbox = self.inbox.clone();
        let ear = CAPTURING.take().map(|(_, sender)| sender);
        spawn_local(async move {
            for capture in captures.into_iter().flatten() {
                capture.stop().await;
            }
            // Frames pass through a queue of their own; closing it lets the forwarder run dry before this is said.
            drop(ear);
            socket::pause(Millis(50)).await;
            let _ = inbox.unbounded_send(Input::Stopped);
        });
    }
}

/// Random text that stays the same over a reload of this tab.
fn page_name() -> String {
    const KEY: &str = "closezly.page";
    browser::session(KEY).unwrap_or_else(|| {
        let name = format!(
            "{:08x}{:08x}",
            (js_sys::Math::random() * f64::from(u32::MAX)) as u32,
            (js_sys::Math::random() * f64::from(u32::MAX)) as u32
        );
        browser::set_session(KEY, Some(&name));
        name
    })
}

fn zero_key(call: CallId) -> String {
    format!("closezly.zero.{call}")
}

/// Keeps when the call began by the computer's clock, for a reload while the server can't be reached.
fn remember_zero(call: CallId, clock: CallClock) {
    browser::set_session(&zero_key(call), Some(&format!("{:.0}", js_sys::Date::now() - clock.now_ms())));
}

fn remembered_now(call: CallId) -> Option<Millis> {
    let zero: f64 = browser::session(&zero_key(call))?.parse().ok()?;
    Some(Millis((js_sys::Date::now() - zero).max(0.0) as i64))
}

fn now() -> f64 {
    CallClock::new(Millis::ZERO, 0.0).now_ms()
}

//! The session and the server: connecting, what the server says, frames on their way, what the page shows of it.

use capture::CallClock;
use capture::link::Outbox;
use leptos::prelude::*;
use model::wire::{ClientMessage, Hello, NoticeLevel, Part as Does, ServerMessage, Statement};
use model::{CallState, Code, Millis, Problem, TrackId};

use super::super::handle::{Ending, Role, Source};
use super::super::link::{LinkState, UNREMARKABLE, backoff};
use super::super::state::{LiveState, Outcome};
use super::memory::page_name;
use super::socket::Socket;
use super::{Input, Session, now};

/// With audio to confirm and without a word of the server for this long, the page says that it keeps the audio itself.
const STALLED_AFTER_MS: f64 = 2_500.0;

/// After so many tries in a row the person is told why nobody takes the call.
const TOLD_AFTER: u32 = 2;

impl Session {
    pub(super) fn connect(&mut self) {
        self.generation += 1;
        self.welcomed = false;
        self.heard = now();
        let hello = Hello {
            call: self.live.id,
            part: if self.live.role == Role::Source && !self.watching { Does::Source } else { Does::Viewer },
            page: page_name(),
            take_over: std::mem::take(&mut self.take_over),
            last_event: if std::mem::take(&mut self.anew) { 0 } else { self.live.peek(|state| state.last_event) },
        };
        self.socket = Some(Socket::open(hello, self.generation, self.inbox.clone()));
    }

    pub(super) fn lost(&mut self) {
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

    pub(super) fn server(&mut self, message: ServerMessage) {
        self.heard = now();
        let welcome = if let ServerMessage::Welcome(welcome) = &message {
            Some((welcome.next.clone(), welcome.durable.clone(), welcome.now))
        } else {
            None
        };
        match self.live.apply(message) {
            Outcome::Applied(_) => {
                if let Some((next, durable, at)) = welcome {
                    self.welcome(&next, durable.as_deref(), at);
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
            Outcome::Acked { track, next } => {
                if let Some(outbox) = self.outboxes.get_mut(track.index()) {
                    outbox.on_ack(next);
                    self.spooler.forget(track, outbox.kept_from());
                }
                self.pump();
            }
            Outcome::Durable { track, next } => {
                if let Some(outbox) = self.outboxes.get_mut(track.index()) {
                    outbox.on_durable(Some(next));
                    self.spooler.forget(track, outbox.kept_from());
                }
            }
            Outcome::Rejected(problem) => self.live.notice(NoticeLevel::Warning, problem.message),
            Outcome::Refused(problem) if problem.code == Code::Unavailable => {
                // A moment of it is no news: the next try may be the one. What the person has read and closed is none either.
                if self.attempt >= TOLD_AFTER && self.unavailable.as_ref() != Some(&problem.message) {
                    self.forget_unavailable();
                    self.live.notice(NoticeLevel::Warning, problem.message.clone());
                    self.unavailable = Some(problem.message);
                }
                self.lost();
            }
            Outcome::Refused(problem) => self.refuse(problem),
            Outcome::Restarting => {
                self.attempt = 0;
                self.lost();
            }
            Outcome::Noted(number) => self.said.retain(|(said, _)| *said != number),
            Outcome::Known | Outcome::Pong(_) => {}
        }
    }

    fn welcome(&mut self, next: &[u32], durable: Option<&[u32]>, at: Millis) {
        self.welcomed = true;
        self.attempt = 0;
        self.refused = false;
        self.forget_unavailable();
        if self.call_clock.is_none() && self.live.peek(LiveState::phase) == CallState::Live {
            self.set_clock(CallClock::starting_at(at));
        }
        for track in TrackId::CAPTURED {
            // A call of a program may have fewer; then nothing is captured here.
            let Some(next) = next.get(track.index()) else { continue };
            self.outboxes[track.index()].on_durable(durable.and_then(|durable| durable.get(track.index()).copied()));
            let connected = self.outboxes[track.index()].on_connected(*next);
            for frame in connected.numbered {
                self.spooler.put(frame);
            }
        }
        if self.watching {
            return;
        }
        if let Some(socket) = &self.socket {
            self.said.iter().for_each(|(number, message)| socket.send(numbered(*number, message)));
        }
        if self.live.role == Role::Source && self.live.peek(|state| state.paused) {
            // The server that goes on with the call was not there when it was told.
            self.send(ClientMessage::Pause { paused: true });
        }
        if self.live.sources[TrackId::MICROPHONE.index()].with_untracked(|source| *source == Source::Muted) {
            self.send(ClientMessage::Mute { track: TrackId::MICROPHONE, muted: true });
        }
        self.pump();
    }

    /// Why nobody took the call is no longer why.
    fn forget_unavailable(&mut self) {
        if let Some(message) = self.unavailable.take() {
            self.live.change(|state| state.forget_notice(&message));
        }
    }

    fn refuse(&mut self, problem: Problem) {
        if problem.code == Code::CallEnded && self.live.ending.get_untracked() != Ending::No {
            self.finish(CallState::Ended);
            return;
        }
        self.refused = true;
        self.socket = None;
        self.outboxes.iter_mut().for_each(Outbox::on_disconnected);
        let is_elsewhere = problem.code == Code::CallOpenElsewhere;
        self.live.link.set(LinkState::Refused(problem));
        if is_elsewhere {
            // The other page has the microphone now; two would be heard twice. This one shows what is said until it is taken over.
            self.let_go();
            (self.refused, self.watching) = (false, true);
            self.call_clock = None;
            self.connect();
        }
    }

    /// Sends what means nothing later; without a connection it is forgotten.
    pub(super) fn send(&mut self, message: ClientMessage) {
        if let Some(socket) = &self.socket
            && self.welcomed
        {
            socket.send(message);
        }
    }

    /// Says what must not be lost: kept until it is stored, and said again on each connection until then.
    pub(super) fn say(&mut self, message: Statement) {
        self.last_number += 1;
        self.send(numbered(self.last_number, &message));
        self.said.push_back((self.last_number, message));
    }

    /// Sends what may be sent, loads what must be loaded, and ends the call when all is there.
    pub(super) fn pump(&mut self) {
        if self.welcomed
            && !self.watching
            && let Some(socket) = &self.socket
        {
            for track in TrackId::CAPTURED {
                let index = track.index();
                while let Some(frame) = self.outboxes[index].next_to_send() {
                    socket.send(ClientMessage::Frame(frame));
                }
                if !self.loading[index]
                    && let Some(range) = self.outboxes[index].missing()
                {
                    self.loading[index] = true;
                    self.spooler.load(track, range);
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

    pub(super) fn unsent(&self) -> Millis {
        // Both tracks run at the same time, so the longer one is what waits.
        self.outboxes.iter().map(|outbox| outbox.waiting().audio).max().unwrap_or_default()
    }

    pub(super) fn show_link(&self) {
        let unsent = self.unsent();
        let link = match (&self.socket, self.welcomed) {
            // Why this page only looks on stays told.
            _ if self.refused || self.watching => return,
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
}

fn numbered(number: u32, message: &Statement) -> ClientMessage {
    ClientMessage::Numbered { number, message: message.clone() }
}

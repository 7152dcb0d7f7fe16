//! The session's microphone and tab: their frames, the browser's own recognizer, their end.

use capture::devices::{self, Microphone};
use capture::{CallClock, Capture, CaptureError, CaptureEvent, CapturedFrame, Recognition, speech};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::wire::{NoticeLevel, Statement};
use model::{CallState, Millis, RecognizerId, TrackId};

use super::super::handle::{Ending, Source};
use super::super::source::{self, FromCapture, Given, Wanted};
use super::super::state::LiveState;
use super::memory::{remember_zero, remembered_now};
use super::running::{CAPTURING, forward};
use super::{Input, Session, socket};

impl Session {
    pub(super) fn begin(&mut self, given: Given) {
        let Given { captures, missing, clock, sender, receiver } = given;
        CAPTURING.set(Some((clock, sender)));
        forward(receiver, self.inbox.clone(), Input::FromCapture);
        self.page_clock = Some(clock);
        if self.call_clock.is_none() && self.live.peek(LiveState::phase) == CallState::Live {
            self.set_clock(CallClock::starting_at(remembered_now(self.live.id).unwrap_or(self.live.clock.get_untracked())));
        }
        for (track, (capture, missing)) in TrackId::CAPTURED.into_iter().zip(captures.into_iter().zip(missing)) {
            match (capture, missing) {
                (Some(capture), _) => self.captured_by(track, capture),
                (None, Some(why)) => self.live.sources[track.index()].set(Source::Lost(why)),
                (None, None) => {}
            }
        }
        self.live.capturing.set(true);
        let inbox = self.inbox.clone();
        spawn_local(async move {
            let found = CaptureEvent::DevicesChanged(devices::list().await);
            let _ = inbox.unbounded_send(Input::FromCapture(FromCapture::Event(TrackId::MICROPHONE, found)));
        });
    }

    pub(super) fn captured_by(&mut self, track: TrackId, capture: Capture) {
        if self.live.peek(|state| state.paused) {
            capture.pause();
        }
        self.captures[track.index()] = Some(capture);
        self.live.sources[track.index()].set(Source::On);
    }

    /// Takes another microphone: in place of the one that is there, or where there is none any more.
    pub(super) fn switch_microphone(&mut self, device: String) {
        let device = Some(device).filter(|device| !device.is_empty());
        Wanted { device: device.clone(), ..Wanted::remembered() }.remember();
        let inbox = self.inbox.clone();
        if let Some(capture) = &self.captures[TrackId::MICROPHONE.index()] {
            let switching = capture.switch(device);
            spawn_local(async move {
                let _ = inbox.unbounded_send(Input::Switched(switching.await));
            });
            return;
        }
        let (Some(clock), Some(sender)) = CAPTURING.with_borrow(Clone::clone).unzip() else { return };
        spawn_local(async move {
            let input = match source::microphone(device.as_deref(), clock, &sender).await {
                Ok(capture) => Input::Captured(TrackId::MICROPHONE, Box::new(capture)),
                Err(error) => Input::Switched(Err(error)),
            };
            let _ = inbox.unbounded_send(input);
        });
    }

    pub(super) fn switched(&mut self, switched: Result<(), CaptureError>) {
        match switched {
            // The browser's recognizer goes on with the new one's track.
            Ok(()) => {
                self.stop_recognizing(TrackId::MICROPHONE);
                let source = self.live.sources[TrackId::MICROPHONE.index()];
                if source.with_untracked(|source| matches!(source, Source::Lost(_))) {
                    source.set(Source::On);
                }
            }
            Err(error) => self.live.notice(NoticeLevel::Warning, error.to_string()),
        }
    }

    fn show_microphones(&self, microphones: Vec<Microphone>) {
        let named = microphones.into_iter().filter(|one| !one.id.is_empty() && !one.label.is_empty() && one.id != "default");
        self.live.microphones.set(named.map(|one| (one.id, one.label)).collect());
    }

    pub(super) fn frame(&mut self, track: TrackId, frame: CapturedFrame) {
        let Some(page_clock) = self.page_clock else { return };
        self.live.levels[track.index()].set(f64::from(frame.level.meter()));
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
        self.recognize(track, call_clock);
        let offset = (call_clock.now_ms() - page_clock.now_ms()).round() as i64;
        let captured_at = Millis((frame.captured_at.0 + offset).max(0));
        if let Some(frame) = self.outboxes[track.index()].on_frame(captured_at, frame.pcm) {
            self.spooler.put(frame);
        }
        self.pump();
    }

    /// Lets the browser itself recognize a track, if the call asks for that.
    fn recognize(&mut self, track: TrackId, clock: CallClock) {
        let index = track.index();
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
        let sound = if track == TrackId::FAR_END || speech::takes_tracks() { capture.track() } else { None };
        let (heard, deaf) = (self.inbox.clone(), self.inbox.clone());
        let started = Recognition::start(
            track,
            &language,
            sound,
            clock,
            move |words| {
                let _ = heard.unbounded_send(Input::Heard(words));
            },
            move |failure| {
                let _ = deaf.unbounded_send(Input::Deaf(track, failure));
            },
        );
        match started {
            Ok(recognition) => self.recognitions[index] = Some(recognition),
            Err(failure) => self.handle(Input::Deaf(track, failure)),
        }
    }

    /// Stops the browser's recognizer of a track; the next frame starts it again.
    pub(super) fn stop_recognizing(&mut self, track: TrackId) {
        if let Some(recognition) = self.recognitions[track.index()].take() {
            recognition.stop();
            self.recognized[track.index()] = false;
        }
    }

    pub(super) fn event(&mut self, track: TrackId, event: &CaptureEvent) {
        if let CaptureEvent::DevicesChanged(microphones) = event {
            self.show_microphones(microphones.clone());
        }
        let sentence = event.sentence();
        match (event, sentence) {
            (CaptureEvent::TrackEnded(_) | CaptureEvent::Failed(_), Some(sentence)) => {
                self.live.sources[track.index()].set(Source::Lost(sentence.clone()));
                self.say(Statement::CaptureNote { track: Some(track), message: sentence });
            }
            (CaptureEvent::MutedBySystem(false) | CaptureEvent::Running, _) => self.live.sources[track.index()].set(Source::On),
            (_, Some(sentence)) => {
                self.live.notice(NoticeLevel::Warning, sentence.clone());
                self.say(Statement::CaptureNote { track: Some(track), message: sentence });
            }
            (_, None) => {}
        }
    }

    pub(super) fn set_clock(&mut self, clock: CallClock) {
        remember_zero(self.live.id, clock);
        self.call_clock = Some(clock);
    }

    /// Lets the devices go at once.
    pub(super) fn let_go(&mut self) {
        self.captures = [None, None];
        self.recognitions = [None, None];
        CAPTURING.set(None);
        self.live.capturing.set(false);
        for source in self.live.sources {
            source.set(Source::Off);
        }
    }

    /// Stops the captures; the last frames come through the inbox, and after them word that they came.
    pub(super) fn end(&mut self) {
        self.live.ending.set(Ending::Sending(self.unsent()));
        TrackId::CAPTURED.into_iter().for_each(|track| self.stop_recognizing(track));
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

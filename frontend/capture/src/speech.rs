//! The browser's own speech recognition (Web Speech), for one track.
//!
//! It is reached by name, as not every browser has it, and tests put their own `SpeechRecognition` in its place.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Function, Reflect};
use model::TrackId;
use model::wire::Heard;
use thiserror::Error;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MediaStreamTrack;

use crate::clock::CallClock;
use crate::js::{self, Listener};

mod utterances;

use utterances::{Piece, Utterances};

/// Times in a row that recognition may end as soon as it has begun before it is given up.
const MOST_FALSE_STARTS: u32 = 5;
/// What "as soon as" means, in ms.
const FALSE_START_MS: f64 = 300.0;

/// Why the browser does not recognize. `Display` is the sentence to show; the page then takes another recognizer, or none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SpeechFailure {
    /// There is no Web Speech here.
    #[error("This browser has no speech recognition of its own.")]
    NotSupported,
    /// It listens to the default microphone only, so the other side can't be told apart.
    #[error("This browser recognizes the microphone only; the other side is recorded without words.")]
    MicrophoneOnly,
    /// `network`: the service behind it does not answer.
    #[error("The browser's speech service can't be reached. The recording goes on without words.")]
    Network,
    /// `not-allowed`: permission was refused.
    #[error("The browser was not allowed to recognize speech. Allow the microphone for this site.")]
    NotAllowed,
    /// `service-not-allowed`: the browser or its policy forbids the service.
    #[error("This browser's settings forbid its speech service. The recording goes on without words.")]
    ServiceNotAllowed,
    /// `language-not-supported`.
    #[error("This browser does not recognize this language.")]
    Language,
    /// `audio-capture`, or it won't take the track.
    #[error("The browser's speech recognition gets no audio.")]
    NoAudio,
    /// It ends as soon as it is started.
    #[error("The browser's speech recognition keeps stopping.")]
    KeepsStopping,
}

impl SpeechFailure {
    /// From the `error` of a `SpeechRecognitionErrorEvent`; none for what a restart mends (`no-speech`, `aborted`).
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "network" => Self::Network,
            "not-allowed" => Self::NotAllowed,
            "service-not-allowed" => Self::ServiceNotAllowed,
            "language-not-supported" => Self::Language,
            "audio-capture" => Self::NoAudio,
            _ => return None,
        })
    }
}

/// A running recognition; it starts anew whenever the browser ends it. Dropping it stops it.
pub struct Recognition {
    inner: Rc<SpeechInner>,
}

struct SpeechInner {
    recognition: JsValue,
    track_id: TrackId,
    clock: CallClock,
    track: Option<MediaStreamTrack>,
    state: RefCell<SpeechState>,
    on_heard: RefCell<Box<dyn FnMut(Heard)>>,
    on_failure: RefCell<Box<dyn FnMut(SpeechFailure)>>,
}

#[derive(Default)]
struct SpeechState {
    utterances: Utterances,
    stopped: bool,
    started_ms: f64,
    false_starts: u32,
    listeners: Vec<Listener>,
}

impl Recognition {
    /// Recognizes a track in this language (BCP 47). With a track it listens to that, where the browser can; without, to the default
    /// microphone. `on_failure` is called at most once, and nothing is heard after it.
    ///
    /// # Errors
    /// [`SpeechFailure::NotSupported`] or, for a track, [`SpeechFailure::MicrophoneOnly`]; what happens later comes to `on_failure`.
    pub fn start(
        track_id: TrackId,
        language: &str,
        track: Option<MediaStreamTrack>,
        clock: CallClock,
        on_heard: impl FnMut(Heard) + 'static,
        on_failure: impl FnMut(SpeechFailure) + 'static,
    ) -> Result<Self, SpeechFailure> {
        let recognition = construct().ok_or(SpeechFailure::NotSupported)?;
        if track.is_some() && !takes_tracks() {
            return Err(SpeechFailure::MicrophoneOnly);
        }
        js::set(&recognition, "continuous", &JsValue::TRUE);
        js::set(&recognition, "interimResults", &JsValue::TRUE);
        js::set(&recognition, "lang", &language.into());
        let inner = Rc::new(SpeechInner {
            recognition,
            track_id,
            clock,
            track,
            state: RefCell::default(),
            on_heard: RefCell::new(Box::new(on_heard)),
            on_failure: RefCell::new(Box::new(on_failure)),
        });
        let listeners = ["result", "speechstart", "error", "end"]
            .map(|event| {
                let weak: Weak<SpeechInner> = Rc::downgrade(&inner);
                Listener::new(&inner.recognition, event, move |data| {
                    if let Some(inner) = weak.upgrade() {
                        inner.handle(event, &data);
                    }
                })
            })
            .into();
        inner.state.borrow_mut().listeners = listeners;
        inner.run();
        Ok(Self { inner })
    }

    /// Stops listening; what was partly heard is given as final.
    pub fn stop(self) {
        self.inner.finish();
    }
}

impl Drop for Recognition {
    fn drop(&mut self) {
        self.inner.state.borrow_mut().stopped = true;
        let _ = js::call(&self.inner.recognition, "abort", &[]);
    }
}

/// Whether this browser recognizes any track rather than the default microphone only. Found out by offering something that is no track:
/// a browser that looks at the argument refuses it.
pub fn takes_tracks() -> bool {
    let Some(recognition) = construct() else { return false };
    let refused = js::call(&recognition, "start", &[js::object(&[]).into()]).is_err();
    if !refused {
        let _ = js::call(&recognition, "abort", &[]);
    }
    refused
}

fn construct() -> Option<JsValue> {
    let window: JsValue = web_sys::window()?.into();
    let constructor: Function =
        ["SpeechRecognition", "webkitSpeechRecognition"].iter().find_map(|name| js::get(&window, name).dyn_into().ok())?;
    Reflect::construct(&constructor, &js_sys::Array::new()).ok()
}

impl SpeechInner {
    fn run(&self) {
        self.state.borrow_mut().started_ms = js::performance_now();
        let arguments: Vec<JsValue> = self.track.iter().map(JsValue::from).collect();
        if js::call(&self.recognition, "start", &arguments).is_err() {
            self.fail(SpeechFailure::NoAudio);
        }
    }

    fn handle(&self, event: &str, data: &JsValue) {
        if self.state.borrow().stopped {
            return;
        }
        match event {
            "speechstart" => self.state.borrow_mut().utterances.speech_starts(self.clock.now()),
            "result" => self.result(data),
            "error" => {
                if let Some(failure) = SpeechFailure::from_code(&js::text(data, "error")) {
                    self.fail(failure);
                }
            }
            _ => self.ended(),
        }
    }

    fn result(&self, event: &JsValue) {
        let results = js::get(event, "results");
        let index = |name| js::number(event, name).unwrap_or(0.0) as u32;
        let length = js::number(&results, "length").unwrap_or(0.0) as u32;
        let pieces = (index("resultIndex")..length).filter_map(|at| {
            let result = Reflect::get_u32(&results, at).ok()?;
            let best = Reflect::get_u32(&result, 0).ok()?;
            Some(Piece {
                text: js::text(&best, "transcript"),
                // Interim results have 0, which says nothing.
                confidence: js::number(&best, "confidence").filter(|confidence| *confidence > 0.0).unwrap_or(1.0).clamp(0.0, 1.0),
                is_final: js::get(&result, "isFinal").is_truthy(),
            })
        });
        let pieces: Vec<Piece> = pieces.collect();
        let heard = self.state.borrow_mut().utterances.results(self.track_id, pieces, self.clock.now());
        self.state.borrow_mut().false_starts = 0;
        self.tell(heard);
    }

    /// The browser ends a recognition when it likes, for example after a minute: on it goes.
    fn ended(&self) {
        let heard = self.state.borrow_mut().utterances.ends(self.clock.now());
        self.tell(heard);
        let false_starts = {
            let mut state = self.state.borrow_mut();
            let early = js::performance_now() - state.started_ms < FALSE_START_MS;
            state.false_starts = if early { state.false_starts + 1 } else { 0 };
            state.false_starts
        };
        if false_starts >= MOST_FALSE_STARTS {
            self.fail(SpeechFailure::KeepsStopping);
        } else if !self.state.borrow().stopped {
            self.run();
        }
    }

    fn finish(&self) {
        let heard = self.state.borrow_mut().utterances.ends(self.clock.now());
        self.state.borrow_mut().stopped = true;
        self.tell(heard);
    }

    fn fail(&self, failure: SpeechFailure) {
        if !self.state.borrow().stopped {
            self.finish();
            (self.on_failure.borrow_mut())(failure);
        }
    }

    fn tell(&self, heard: impl IntoIterator<Item = Heard>) {
        for heard in heard {
            (self.on_heard.borrow_mut())(heard);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_restart_mends_is_no_failure() {
        for code in ["no-speech", "aborted", "something-new"] {
            assert_eq!(SpeechFailure::from_code(code), None);
        }
        for code in ["network", "not-allowed", "service-not-allowed", "language-not-supported", "audio-capture"] {
            assert!(SpeechFailure::from_code(code).is_some_and(|failure| failure.to_string().ends_with('.')), "{code}");
        }
    }
}

//! One channel of a call: a source, its feed, and what happens to them.

use std::cell::RefCell;
use std::rc::Rc;

use futures::channel::oneshot;
use model::Millis;
use web_sys::{MediaStream, MediaStreamTrack};

use crate::clock::CallClock;
use crate::devices::{self, Microphone, Watch};
use crate::error::{CaptureError, Source};
use crate::feed::{Assets, Feed, Level, Message};
use crate::source;
use crate::timeline::{Arrival, Timeline};

/// 100 ms of one channel; the last one may be shorter.
#[derive(Clone, Debug, PartialEq)]
pub struct CapturedFrame {
    /// Signed 16-bit little-endian samples, 16 kHz, mono.
    pub pcm: Vec<u8>,
    /// Number of its first sample since this capture began; pauses are not counted.
    pub first_sample: u64,
    /// Call time of its first sample.
    pub captured_at: Millis,
    /// For the meter.
    pub level: Level,
}

/// A gap shorter than this takes no whole sentence away, and nobody can do anything about it.
const LONG_GAP: Millis = Millis(5_000);

/// What happened to a channel. `sentence` says it to the person.
#[derive(Clone, Debug, PartialEq)]
pub enum CaptureEvent {
    /// The source is gone and nothing could replace it: a tab that stopped sharing, a microphone that was unplugged with no other
    /// there. Time goes on with silence until the page stops, or switches to another microphone.
    TrackEnded(Source),
    /// Another microphone was taken in place of the one that is gone or was asked for.
    FellBack {
        /// The microphone that is used now.
        label: String,
    },
    /// Devices were plugged in or out.
    DevicesChanged(Vec<Microphone>),
    /// The computer or the device muted the source (a hardware switch, a phone call), or took it back.
    MutedBySystem(bool),
    /// The browser stopped audio processing; it goes on by itself or with [`Capture::wake`] in a click.
    Suspended,
    /// Audio processing goes on.
    Running,
    /// There was no audio for this long and nobody asked for it: the computer slept or the browser stood still.
    Gap(Millis),
    /// Audio processing failed for good.
    Failed(CaptureError),
}

impl CaptureEvent {
    /// What to tell the person; none where there is nothing to do or know.
    pub fn sentence(&self) -> Option<String> {
        Some(match self {
            Self::TrackEnded(Source::Tab) => "The tab is no longer shared, so the other side isn't heard. Share it again to go on.".into(),
            Self::TrackEnded(Source::Microphone) => "The microphone is gone. Plug one in or choose another to be heard again.".into(),
            Self::FellBack { label } if label.is_empty() => "That microphone is not connected. The default microphone is used.".into(),
            Self::FellBack { label } => format!("That microphone is not connected. “{label}” is used."),
            Self::MutedBySystem(true) => "The computer or the device has muted the source.".into(),
            Self::Suspended => "The browser has paused audio. Click on the page to go on.".into(),
            Self::Gap(length) if *length >= LONG_GAP => {
                format!(
                    "No sound came for {} s: the computer slept or stood still. What was said then is missing.",
                    (length.0 + 500) / 1000
                )
            }
            Self::Failed(error) => error.to_string(),
            Self::Gap(_) | Self::DevicesChanged(_) | Self::MutedBySystem(false) | Self::Running => return None,
        })
    }
}

/// A running channel. Dropping it lets the device go without the last, started frame; [`Capture::stop`] delivers that too.
pub struct Capture {
    inner: Rc<CaptureInner>,
}

type OnFrame = Box<dyn FnMut(CapturedFrame)>;
type OnEvent = Box<dyn FnMut(CaptureEvent)>;

struct CaptureInner {
    source: Source,
    clock: CallClock,
    assets: Assets,
    on_frame: RefCell<OnFrame>,
    on_event: RefCell<OnEvent>,
    state: RefCell<CaptureState>,
}

#[derive(Default)]
struct CaptureState {
    feed: Option<Feed>,
    /// Counts feeds: messages of an earlier one don't count any more.
    generation: u32,
    timeline: Timeline,
    /// Samples of earlier feeds.
    base: u64,
    /// Samples delivered.
    samples: u64,
    muted: bool,
    paused: bool,
    /// A switch is under way.
    switching: bool,
    /// Who waits for the feed's last frame.
    drained: Option<oneshot::Sender<()>>,
    devices: Option<Watch>,
}

impl Capture {
    /// Starts a microphone: the one with this id, or the default one. If the chosen one is gone the default one is taken, and
    /// [`CaptureEvent::FellBack`] says so.
    ///
    /// # Errors
    /// [`CaptureError`], whose text is for the person.
    pub async fn microphone(
        device: Option<&str>,
        clock: CallClock,
        assets: &Assets,
        on_frame: impl FnMut(CapturedFrame) + 'static,
        on_event: impl FnMut(CaptureEvent) + 'static,
    ) -> Result<Self, CaptureError> {
        let (stream, fell_back) = microphone_or_default(device).await?;
        let capture = Self::start(Source::Microphone, &stream, clock, assets, Box::new(on_frame), Box::new(on_event)).await?;
        let weak = Rc::downgrade(&capture.inner);
        capture.inner.state.borrow_mut().devices = Some(devices::watch(move |list| {
            if let Some(inner) = weak.upgrade() {
                inner.tell(CaptureEvent::DevicesChanged(list));
            }
        }));
        if fell_back {
            capture.inner.tell(CaptureEvent::FellBack { label: capture.label() });
        }
        Ok(capture)
    }

    /// Lets the person share a tab and takes its sound. Call it right in the handler of a click.
    ///
    /// # Errors
    /// [`CaptureError`], whose text is for the person.
    pub async fn tab(
        clock: CallClock,
        assets: &Assets,
        on_frame: impl FnMut(CapturedFrame) + 'static,
        on_event: impl FnMut(CaptureEvent) + 'static,
    ) -> Result<Self, CaptureError> {
        let stream = source::tab().await?;
        Self::start(Source::Tab, &stream, clock, assets, Box::new(on_frame), Box::new(on_event)).await
    }

    /// Starts on a stream that the page already has.
    async fn start(
        source: Source,
        stream: &MediaStream,
        clock: CallClock,
        assets: &Assets,
        on_frame: OnFrame,
        on_event: OnEvent,
    ) -> Result<Self, CaptureError> {
        let inner = Rc::new(CaptureInner {
            source,
            clock,
            assets: assets.clone(),
            on_frame: RefCell::new(on_frame),
            on_event: RefCell::new(on_event),
            state: RefCell::default(),
        });
        inner.attach(stream).await?;
        Ok(Self { inner })
    }

    /// Whose sound this is.
    pub fn source(&self) -> Source {
        self.inner.source
    }

    /// The device's or tab's name, as the browser gives it.
    pub fn label(&self) -> String {
        self.track().map(|track| track.label()).unwrap_or_default()
    }

    /// The track, for the browser's own recognizer.
    pub fn track(&self) -> Option<MediaStreamTrack> {
        // Not `.clone()`, which is JavaScript's: a second track that keeps the device open.
        self.inner.state.borrow().feed.as_ref().map(|feed| Clone::clone(feed.track()))
    }

    /// Mutes or unmutes; muted, frames of silence go on.
    pub fn mute(&self, muted: bool) {
        let mut state = self.inner.state.borrow_mut();
        state.muted = muted;
        if let Some(feed) = &state.feed {
            feed.track().set_enabled(!muted);
        }
    }

    /// Whether [`Capture::mute`] is on.
    pub fn is_muted(&self) -> bool {
        self.inner.state.borrow().muted
    }

    /// Stops frames until [`Capture::resume`]; the started frame is filled with silence and still comes.
    pub fn pause(&self) {
        let mut state = self.inner.state.borrow_mut();
        state.paused = true;
        if let Some(feed) = &state.feed {
            feed.order("pause");
        }
    }

    /// Goes on after a pause; `captured_at` of the next frame is later by the pause.
    pub fn resume(&self) {
        let mut state = self.inner.state.borrow_mut();
        state.paused = false;
        if let Some(feed) = &state.feed {
            feed.order("resume");
        }
    }

    /// Whether it is paused.
    pub fn is_paused(&self) -> bool {
        self.inner.state.borrow().paused
    }

    /// Asks the browser to go on after [`CaptureEvent::Suspended`]. Call it in the handler of a click.
    pub fn wake(&self) {
        if let Some(feed) = &self.inner.state.borrow().feed {
            feed.wake();
        }
    }

    /// Takes another microphone within the same channel: samples are counted on, mute and pause stay. What was playing goes on if
    /// the new one can't be opened.
    ///
    /// # Errors
    /// [`CaptureError`], whose text is for the person.
    pub fn switch(&self, device: Option<String>) -> impl Future<Output = Result<(), CaptureError>> + use<> {
        let inner = Rc::clone(&self.inner);
        async move { inner.switch(device.as_deref()).await }
    }

    /// Ends the capture, delivers the last frame, which may be short, and lets the device go.
    pub async fn stop(self) {
        self.inner.drain("stop").await;
        let feed = {
            let mut state = self.inner.state.borrow_mut();
            state.generation += 1;
            state.devices = None;
            state.feed.take()
        };
        drop(feed);
    }
}

/// The chosen microphone, or else the default one and `true`.
async fn microphone_or_default(device: Option<&str>) -> Result<(MediaStream, bool), CaptureError> {
    match source::microphone(device).await {
        Err(CaptureError::Overconstrained | CaptureError::NoDevice) if device.is_some_and(|device| !device.is_empty()) => {
            Ok((source::microphone(None).await?, true))
        }
        result => result.map(|stream| (stream, false)),
    }
}

impl CaptureInner {
    /// Feeds this stream from now on.
    async fn attach(self: &Rc<Self>, stream: &MediaStream) -> Result<(), CaptureError> {
        let generation = self.state.borrow().generation + 1;
        let weak = Rc::downgrade(self);
        let handle = move |message| {
            if let Some(inner) = weak.upgrade() {
                inner.handle(generation, message);
            }
        };
        let feed = Feed::start(stream, &self.assets, handle).await.inspect_err(|_| source::stop(stream))?;
        self.drain("pause").await;
        let old = {
            let mut state = self.state.borrow_mut();
            feed.track().set_enabled(!state.muted);
            if !state.paused {
                feed.order("resume");
            }
            state.generation = generation;
            state.base = state.samples;
            state.timeline.lift();
            state.feed.replace(feed)
        };
        drop(old);
        // Without a click a browser may leave a new context asleep, and no event tells.
        let asleep = self.state.borrow().feed.as_ref().is_some_and(|feed| !feed.is_running());
        if asleep {
            self.tell(CaptureEvent::Suspended);
        }
        Ok(())
    }

    async fn switch(self: &Rc<Self>, device: Option<&str>) -> Result<(), CaptureError> {
        let (stream, fell_back) = microphone_or_default(device).await?;
        self.attach(&stream).await?;
        if fell_back {
            let label = self.state.borrow().feed.as_ref().map(|feed| feed.track().label()).unwrap_or_default();
            self.tell(CaptureEvent::FellBack { label });
        }
        Ok(())
    }

    /// Gives the feed its last order and waits for its last frame. A context that doesn't run would never answer.
    async fn drain(&self, order: &str) {
        let drained = {
            let mut state = self.state.borrow_mut();
            let Some(feed) = state.feed.as_ref().filter(|feed| feed.is_running()) else { return };
            if state.paused && order == "pause" {
                return;
            }
            feed.order(order);
            let (sender, receiver) = oneshot::channel();
            state.drained = Some(sender);
            receiver
        };
        let _ = drained.await;
    }

    fn handle(self: &Rc<Self>, generation: u32, message: Message) {
        if self.state.borrow().generation != generation {
            return;
        }
        match message {
            Message::Frame { pcm, first, level, sent_ms } => self.frame(pcm, first, level, sent_ms),
            Message::Resumed => self.state.borrow_mut().timeline.lift(),
            Message::Paused | Message::Flushed => {
                if let Some(waiting) = self.state.borrow_mut().drained.take() {
                    let _ = waiting.send(());
                }
            }
            Message::Running(true) => self.tell(CaptureEvent::Running),
            Message::Running(false) => {
                if let Some(feed) = &self.state.borrow().feed {
                    feed.wake();
                }
                self.tell(CaptureEvent::Suspended);
            }
            Message::Muted(muted) => self.tell(CaptureEvent::MutedBySystem(muted)),
            Message::Failed => self.tell(CaptureEvent::Failed(CaptureError::Worklet("the audio thread stopped.".into()))),
            Message::Ended => self.ended(),
        }
    }

    fn frame(&self, pcm: Vec<u8>, first: u64, level: Level, sent_ms: f64) {
        let samples = pcm.len() / 2;
        let arrival = Arrival { call_ms: self.clock.now_ms(), sent_ms, received_ms: js_sys::Date::now() };
        let (first_sample, placed) = {
            let mut state = self.state.borrow_mut();
            let first_sample = state.base + first;
            state.samples = first_sample + samples as u64;
            (first_sample, state.timeline.place(first_sample, samples, arrival))
        };
        if let Some(gap) = placed.gap {
            self.tell(CaptureEvent::Gap(gap));
        }
        (self.on_frame.borrow_mut())(CapturedFrame { pcm, first_sample, captured_at: placed.captured_at, level });
    }

    /// A tab that is gone is gone; in place of a microphone the default one is tried.
    fn ended(self: &Rc<Self>) {
        if self.source == Source::Tab {
            self.tell(CaptureEvent::TrackEnded(Source::Tab));
            return;
        }
        if std::mem::replace(&mut self.state.borrow_mut().switching, true) {
            return;
        }
        let inner = Rc::clone(self);
        wasm_bindgen_futures::spawn_local(async move {
            let result = inner.switch(None).await;
            inner.state.borrow_mut().switching = false;
            match result {
                Ok(()) => {
                    let label = inner.state.borrow().feed.as_ref().map(|feed| feed.track().label()).unwrap_or_default();
                    inner.tell(CaptureEvent::FellBack { label });
                }
                Err(_) => inner.tell(CaptureEvent::TrackEnded(Source::Microphone)),
            }
        });
    }

    fn tell(&self, event: CaptureEvent) {
        (self.on_event.borrow_mut())(event);
    }
}

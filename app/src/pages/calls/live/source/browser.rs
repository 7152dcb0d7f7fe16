//! The browser's side of [`super`].

use std::cell::RefCell;
use std::rc::Rc;

use capture::{Assets, CallClock, Capture, CaptureError, CaptureEvent, CapturedFrame};
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use model::{CallId, Code, Millis, Problem, TrackId};

use super::Wanted;

/// What the captures say.
pub enum FromCapture {
    /// 100 ms of a track.
    Frame(TrackId, CapturedFrame),
    /// Something happened to a track.
    Event(TrackId, CaptureEvent),
}

/// What the browser was asked for.
pub struct Asked {
    wanted: Wanted,
}

/// What the browser gave. Frames wait in it until a session takes it.
pub struct Given {
    /// Rep, customer.
    pub captures: [Option<Capture>; 2],
    /// Why a track that was wanted is missing.
    pub missing: [Option<String>; 2],
    /// The page's own time: 0 when the first source was asked for. The session turns it into call time.
    pub clock: CallClock,
    /// Where the captures speak.
    pub sender: UnboundedSender<FromCapture>,
    /// What they said.
    pub receiver: UnboundedReceiver<FromCapture>,
}

thread_local! {
    static GIVEN: RefCell<Option<(CallId, Given)>> = const { RefCell::new(None) };
}

/// Asks for what is wanted. Call it in the handler of a click and answer it in a task that the handler spawns: the
/// browser is asked before that task first waits.
pub fn ask(wanted: Wanted) -> Asked {
    wanted.remember();
    Asked { wanted }
}

impl Asked {
    /// Waits for the person's answers. One track is enough for a call.
    ///
    /// # Errors
    /// Nothing was given; the sentence says why.
    pub async fn answer(self) -> Result<Given, Problem> {
        let (sender, receiver) = unbounded();
        let clock = CallClock::starting_at(Millis::ZERO);
        let mut missing = [None, None];
        // The tab first: it needs the click, and the click is forgotten after some seconds.
        let tab = if self.wanted.tab { keep(TrackId::FAR_END, share_tab(clock, &sender).await, &mut missing) } else { None };
        let asked = microphone(self.wanted.device.as_deref(), clock, &sender).await;
        let microphone = keep(TrackId::MICROPHONE, asked, &mut missing);
        if microphone.is_none() && tab.is_none() {
            let [rep, customer] = missing;
            return Err(Problem::new(
                Code::Invalid,
                rep.or(customer).unwrap_or_else(|| "There is no audio. Allow the microphone, then try again.".to_owned()),
            ));
        }
        Ok(Given { captures: [microphone, tab], missing, clock, sender, receiver })
    }
}

fn keep(track: TrackId, answer: Result<Capture, CaptureError>, missing: &mut [Option<String>; 2]) -> Option<Capture> {
    answer.map_err(|error| missing[track.index()] = Some(error.to_string())).ok()
}

impl Given {
    /// Leaves it for the page of `call`.
    pub fn hand_over(self, call: CallId) {
        GIVEN.set(Some((call, self)));
    }
}

/// What was left for the page of `call`. What was left for another call is let go.
pub fn taken(call: CallId) -> Option<Given> {
    GIVEN.take().and_then(|(owner, given)| (owner == call).then_some(given))
}

/// Opens a microphone; none is the default one.
pub async fn microphone(device: Option<&str>, clock: CallClock, sender: &UnboundedSender<FromCapture>) -> Result<Capture, CaptureError> {
    let (on_frame, on_event) = listeners(TrackId::MICROPHONE, sender);
    Capture::microphone(device, clock, &Assets::default(), on_frame, on_event).await
}

/// Lets the person share a tab; in the handler of a click.
pub async fn share_tab(clock: CallClock, sender: &UnboundedSender<FromCapture>) -> Result<Capture, CaptureError> {
    let (on_frame, on_event) = listeners(TrackId::FAR_END, sender);
    Capture::tab(clock, &Assets::default(), on_frame, on_event).await
}

/// What a capture tells goes into `sender`. A closed one means that the page is gone.
fn listeners(
    track: TrackId,
    sender: &UnboundedSender<FromCapture>,
) -> (impl FnMut(CapturedFrame) + 'static, impl FnMut(CaptureEvent) + 'static) {
    let (frames, events) = (sender.clone(), Rc::new(sender.clone()));
    let on_frame = move |frame| {
        let _ = frames.unbounded_send(FromCapture::Frame(track, frame));
    };
    let on_event = move |event| {
        let _ = events.unbounded_send(FromCapture::Event(track, event));
    };
    (on_frame, on_event)
}

/// Whether this browser has a recognizer of its own.
pub fn can_recognize() -> bool {
    capture::support::detect().web_speech.is_ok()
}

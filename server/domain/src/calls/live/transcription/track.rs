//! One track's task: hears its frames as they are recorded, straight from the writing thread, and tells the call's actor of voice and
//! words.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use model::wire::{Frame, RecognizerStatus};
use model::{Millis, TrackId, Utterance};
use ports::{Consent, OpenStream, Recognizer};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::sync::CancellationToken;

use super::catch_up::catch_up;
use super::heard::Heard;
use super::{Piece, Transcriber, TranscriberEvent, TranscriberInput, VoiceDetector};
use crate::calls::live::in_flight::InFlight;
use crate::calls::live::inbox::Input;

/// Audio that waits for a transcriber: 90 s of frames.
const TRANSCRIBER_QUEUE: usize = 900;

/// To a track's task.
#[derive(Debug)]
pub(in crate::calls::live) enum TrackInput {
    /// The people on the call were told: what is recorded from now on may be recognized.
    Consent(Consent),
    /// A frame is in the recording, at this call time.
    Recorded(Frame, Millis, InFlight),
    /// No audio comes for now: what is being said ends here.
    Silence,
    /// No more audio comes.
    Finish,
    /// The transcriber was given what is in the recording up to this frame; none if it can't be.
    CaughtUp(Option<u32>),
    /// The transcriber has ended.
    Stopped,
}

/// From a track's task. Times are call time.
#[derive(Debug)]
pub(in crate::calls) enum TrackEvent {
    /// A stretch with speech.
    Voice(Millis, Millis),
    /// Words that may still change; they replace the last partial.
    Partial(Utterance),
    /// Words that will not change any more.
    Final(Utterance),
    /// How its recognizer is doing.
    Status(RecognizerStatus),
    /// The recognizer can't keep up. Told once.
    Behind,
    /// The transcriber has ended: a final for its last partial won't come.
    Stopped,
    /// After [`TrackInput::Finish`]: nothing more comes.
    Finished,
}

/// What a track works with.
pub(in crate::calls::live) struct TrackSetup {
    /// Whose audio.
    pub track: TrackId,
    /// In order of preference; none: audio is measured, not recognized.
    pub recognizers: Vec<Arc<dyn Recognizer>>,
    /// Language and vocabulary.
    pub request: OpenStream,
    /// Where the recording is; none if none is kept.
    pub recording: Option<PathBuf>,
    /// The frame to be recognized next; earlier than `recorded` if an earlier server still owed some.
    pub next: u32,
    /// Number of the frame after the last recorded one.
    pub recorded: u32,
    /// Until then words are stored.
    pub heard_until: Millis,
    /// Counts frames that the transcriber was given out of the recording.
    pub caught_up: Arc<AtomicU32>,
    /// The call's actor.
    pub actor: mpsc::Sender<Input>,
    /// The actor is gone, or waits no longer.
    pub stop: CancellationToken,
}

/// Starts a track's task. It ends when nobody can tell it anything more, or at `stop`.
pub(in crate::calls::live) fn start(setup: TrackSetup) -> mpsc::UnboundedSender<TrackInput> {
    let (sender, inbox) = mpsc::unbounded_channel();
    let track = Track {
        myself: sender.downgrade(),
        voice: VoiceDetector::default(),
        heard: Heard::new(setup.recording.clone(), setup.recorded),
        consent: None,
        transcriber: None,
        next: setup.next,
        recorded: setup.recorded,
        catching_up: false,
        finishing: false,
        told_behind: false,
        setup,
    };
    tokio::spawn(async move {
        let stop = track.setup.stop.clone();
        stop.run_until_cancelled(track.run(inbox)).await;
    });
    sender
}

struct Track {
    setup: TrackSetup,
    /// Weak: the task ends with those who tell it something.
    myself: mpsc::WeakUnboundedSender<TrackInput>,
    voice: VoiceDetector,
    /// None once it can't be told of the whole recording.
    heard: Option<Heard>,
    consent: Option<Consent>,
    transcriber: Option<mpsc::Sender<TranscriberInput>>,
    /// Number of the frame that the transcriber is to be given next.
    next: u32,
    /// Number of the frame after the last one that was recorded.
    recorded: u32,
    /// The transcriber is being given earlier frames out of the recording; the newest ones wait there meanwhile.
    catching_up: bool,
    finishing: bool,
    told_behind: bool,
}

impl Track {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<TrackInput>) {
        while let Some(input) = inbox.recv().await {
            match input {
                TrackInput::Consent(consent) => {
                    self.consent = Some(consent);
                    if self.next < self.recorded {
                        self.ensure_transcriber();
                    }
                }
                TrackInput::Recorded(frame, captured_at, _in_flight) => self.on_frame(&frame, captured_at).await,
                TrackInput::Silence => {
                    if let Some(transcriber) = self.transcriber.as_ref().filter(|_| !self.catching_up) {
                        // If the queue is full, the gap in the audio says the same later.
                        let _ = transcriber.try_send(TranscriberInput::Silence);
                    }
                }
                TrackInput::Finish => {
                    self.finishing = true;
                    // Before the track says that it has finished: the review looks for it.
                    if let Some(heard) = self.heard.take() {
                        let _ = tokio::task::spawn_blocking(move || heard.keep()).await;
                    }
                    self.finish_transcriber().await;
                }
                TrackInput::CaughtUp(next) => {
                    self.catching_up = false;
                    // What can't be read, or nobody hears any more, is left to a recognition after the call.
                    self.next = next.map_or(self.recorded, |next| self.next.max(next));
                    self.catch_up();
                    self.finish_transcriber().await;
                }
                TrackInput::Stopped => {
                    self.transcriber = None;
                    // What a failed one has not said is not said twice by the next one.
                    self.next = self.recorded;
                    self.tell(TrackEvent::Stopped).await;
                    self.finish_transcriber().await;
                }
            }
        }
    }

    /// Measures a frame, and passes it on if the transcriber is up to it.
    async fn on_frame(&mut self, frame: &Frame, captured_at: Millis) {
        self.ensure_transcriber();
        let voiced = self.voice.push(captured_at, frame.samples());
        if self.heard.as_mut().is_some_and(|heard| !heard.push(frame.sequence, &voiced.stretches)) {
            self.heard = None;
        }
        self.recorded = self.recorded.max(frame.sequence + 1);
        let is_next = !self.catching_up && frame.sequence >= self.next;
        // The call was another server's, which has stored words of sound that it could not make durable.
        let is_heard = captured_at + frame.duration() <= self.setup.heard_until;
        if is_next && is_heard {
            self.next = self.recorded;
        }
        let is_next = is_next && !is_heard;
        if let Some(transcriber) = self.transcriber.as_ref().filter(|_| is_next) {
            let piece = Piece { start: captured_at, samples: frame.samples().collect() };
            match transcriber.try_send(TranscriberInput::Audio(piece, voiced.any())) {
                Ok(()) => self.next = self.recorded,
                Err(TrySendError::Full(_)) => self.fall_behind().await,
                // It says so itself.
                Err(TrySendError::Closed(_)) => {}
            }
        }
        for (start, end) in voiced.stretches {
            self.tell(TrackEvent::Voice(start, end)).await;
        }
    }

    /// Starts a transcriber with the first audio that was not recognized yet.
    fn ensure_transcriber(&mut self) {
        if self.transcriber.is_some() || self.setup.recognizers.is_empty() {
            return;
        }
        // Without consent no page may send a frame, so there is none to be recognized.
        let (Some(consent), Some(myself)) = (self.consent, self.myself.upgrade()) else { return };
        let (sender, audio) = mpsc::channel(TRANSCRIBER_QUEUE);
        let (out, mut events) = mpsc::channel(64);
        let track = self.setup.track;
        let transcriber = Transcriber { track, recognizers: self.setup.recognizers.clone(), request: self.setup.request.clone(), consent };
        tokio::spawn(transcriber.run(audio, out));
        let (actor, stop) = (self.setup.actor.clone(), self.setup.stop.clone());
        tokio::spawn(stop.run_until_cancelled_owned(async move {
            while let Some(event) = events.recv().await {
                let event = match event {
                    TranscriberEvent::Partial(said) => TrackEvent::Partial(said),
                    TranscriberEvent::Final(said) => TrackEvent::Final(said),
                    TranscriberEvent::Status(status) => TrackEvent::Status(status),
                    TranscriberEvent::Done(_) => break,
                };
                if actor.send(Input::Track(track, event)).await.is_err() {
                    return;
                }
            }
            // One that panicked says no Done, and must not keep the call from ending.
            let _ = myself.send(TrackInput::Stopped);
        }));
        self.transcriber = Some(sender);
        self.catch_up();
    }

    /// The transcriber can't take more for now: it gets the rest out of the recording, as fast as it can.
    async fn fall_behind(&mut self) {
        if !std::mem::replace(&mut self.told_behind, true) {
            self.tell(TrackEvent::Behind).await;
        }
        self.catch_up();
    }

    /// Gives the transcriber what is in the recording and was not given to it yet.
    fn catch_up(&mut self) {
        let waits = !self.catching_up && self.next < self.recorded;
        let Some(transcriber) = self.transcriber.clone().filter(|_| waits) else { return };
        let (Some(path), Some(myself)) = (self.setup.recording.clone(), self.myself.upgrade()) else {
            self.next = self.recorded;
            return;
        };
        self.catching_up = true;
        let (track, from, heard, count) = (self.setup.track, self.next, self.setup.heard_until, Arc::clone(&self.setup.caught_up));
        tokio::spawn(self.setup.stop.clone().run_until_cancelled_owned(async move {
            let next = catch_up(path, track, from, heard, transcriber, &count).await;
            let _ = myself.send(TrackInput::CaughtUp(next));
        }));
    }

    /// At the end of the call, once the transcriber has all: it says its last words. Without one there are none.
    async fn finish_transcriber(&mut self) {
        if !self.finishing || self.catching_up {
            return;
        }
        match &self.transcriber {
            // Its end comes as Stopped, whether it still takes this or not.
            Some(transcriber) => drop(transcriber.send(TranscriberInput::Finish).await),
            None => self.tell(TrackEvent::Finished).await,
        }
    }

    async fn tell(&self, event: TrackEvent) {
        let _ = self.setup.actor.send(Input::Track(self.setup.track, event)).await;
    }
}

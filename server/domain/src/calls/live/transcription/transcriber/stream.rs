//! Feeds one stream of a recognizer, and hears it.

use std::time::Duration;

use model::Millis;
use model::wire::{RecognizerHealth, RecognizerStatus};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::super::clock::StreamClock;
use super::super::gate::SpeechGate;
use super::unanswered::Unanswered;
use super::{Transcriber, TranscriberEvent, TranscriberInput};
use ports::{Audio, Recognizer, RecognizerError, RecognizerEvent, RecognizerStream};

/// A recognizer that takes no audio for so long is hung.
const PUSHING: Duration = Duration::from_secs(20);
/// Longest wait for the last words after the end, as long as something still comes. Opening another stream is no reason to wait longer.
const FINISHING: Duration = Duration::from_secs(30);

/// How a stream ended.
pub(super) enum StreamEnd {
    /// The call is over; all was said, or this is why not.
    Finished(Result<(), RecognizerError>),
    /// Whoever listened is gone.
    Abandoned,
    /// It failed.
    Failed {
        /// Why.
        error: RecognizerError,
        /// Whether it had answered something first.
        answered: bool,
    },
}

/// A transcriber at work.
pub(super) struct Listening<'a> {
    transcriber: &'a Transcriber,
    out: &'a mpsc::Sender<TranscriberEvent>,
    unanswered: Unanswered,
    finishing: bool,
    /// Set once a stream was told that no more comes.
    last_words_by: Option<Instant>,
}

impl<'a> Listening<'a> {
    pub(super) fn new(transcriber: &'a Transcriber, out: &'a mpsc::Sender<TranscriberEvent>) -> Self {
        Self { transcriber, out, unanswered: Unanswered::default(), finishing: false, last_words_by: None }
    }

    /// Whether no more audio comes.
    pub(super) const fn is_finishing(&self) -> bool {
        self.finishing
    }

    pub(super) async fn report(&self, recognizer: &dyn Recognizer, health: RecognizerHealth, message: String) {
        let status = RecognizerStatus { track: self.transcriber.track, label: recognizer.choice().label, health, message };
        let _ = self.out.send(TranscriberEvent::Status(status)).await;
    }

    /// Waits before the next try; audio goes on coming in. None if it is time for that try.
    pub(super) async fn wait(
        &mut self,
        pause: Duration,
        gate: &mut SpeechGate,
        audio: &mut mpsc::Receiver<TranscriberInput>,
    ) -> Option<StreamEnd> {
        self.unanswered.rewind();
        let pause = sleep(pause);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => return None,
                () = overdue(self.last_words_by) => return Some(self.give_up()),
                input = audio.recv(), if !self.finishing && self.unanswered.has_room() => match input {
                    Some(input) => self.take(input, gate),
                    None => return Some(StreamEnd::Abandoned),
                },
            }
        }
    }

    /// Takes audio in.
    fn take(&mut self, input: TranscriberInput, gate: &mut SpeechGate) {
        match input {
            TranscriberInput::Finish => self.finishing = true,
            TranscriberInput::Silence => self.unanswered.extend(gate.fall_silent()),
            TranscriberInput::Audio(piece, voiced) => self.unanswered.extend(gate.push(piece, voiced)),
        }
    }

    /// Feeds one stream until it or the call ends.
    pub(super) async fn stream(
        &mut self,
        stream: RecognizerStream,
        gate: &mut SpeechGate,
        audio: &mut mpsc::Receiver<TranscriberInput>,
    ) -> StreamEnd {
        let RecognizerStream { audio: push, mut events } = stream;
        let mut push = Some(push);
        let (mut clock, mut answered) = (StreamClock::default(), false);
        // Everything unanswered is pushed (again) into this stream first.
        self.unanswered.rewind();
        let error = loop {
            let owed = self.unanswered.has_waiting() || self.finishing;
            let place = push.clone().filter(|_| owed);
            let ready = async move {
                match place {
                    Some(place) => match timeout(PUSHING, place.reserve_owned()).await {
                        Ok(permit) => Ok(permit.ok()),
                        Err(_) => Err(RecognizerError::Hung),
                    },
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                event = events.recv() => match event {
                    Some(Ok(event)) => answered |= self.on_event(&clock, event).await,
                    Some(Err(error)) => break error,
                    None if self.finishing && push.is_none() => return StreamEnd::Finished(Ok(())),
                    None => break RecognizerError::Crashed("it ended before the call did".to_owned()),
                },
                permit = ready => match permit {
                    Ok(Some(permit)) => {
                        if let Some(piece) = self.unanswered.push() {
                            clock.pushed(piece);
                            permit.send(Audio::Samples(self.transcriber.consent.audio(piece.samples.clone())));
                        } else {
                            permit.send(Audio::Finish);
                            push = None;
                            self.last_words_by.get_or_insert_with(|| Instant::now() + FINISHING);
                        }
                    }
                    // It takes no more: its events say why.
                    Ok(None) => match events.recv().await {
                        Some(Ok(event)) => answered |= self.on_event(&clock, event).await,
                        Some(Err(error)) => break error,
                        None => break RecognizerError::Crashed("it takes no more audio".to_owned()),
                    },
                    Err(error) => break error,
                },
                input = audio.recv(), if !self.finishing && self.unanswered.has_room() => match input {
                    Some(input) => {
                        self.take(input, gate);
                        self.unanswered.forget_old();
                    }
                    None => return StreamEnd::Abandoned,
                },
                () = overdue(self.last_words_by) => return self.give_up(),
            }
        };
        // Whatever became of the stream, there is nothing left to be heard.
        if self.finishing && self.unanswered.is_empty() {
            return StreamEnd::Finished(Ok(()));
        }
        StreamEnd::Failed { error, answered }
    }

    fn give_up(&self) -> StreamEnd {
        tracing::warn!(track = %self.transcriber.track, "a recognizer did not finish in time");
        StreamEnd::Finished(Err(RecognizerError::Hung))
    }

    /// Passes words on, in call time. Says whether audio was answered for good.
    async fn on_event(&mut self, clock: &StreamClock, event: RecognizerEvent) -> bool {
        if let Some(by) = &mut self.last_words_by {
            *by = Instant::now() + FINISHING;
        }
        let (event, until): (_, Option<Millis>) = match event {
            RecognizerEvent::Partial(utterance) => (Some(TranscriberEvent::Partial(clock.utterance(utterance))), None),
            RecognizerEvent::Final(utterance) => {
                let until = utterance.end;
                (Some(TranscriberEvent::Final(clock.utterance(utterance))), Some(until))
            }
            RecognizerEvent::Done(until) => (None, Some(until)),
        };
        if let Some(event) = event {
            let _ = self.out.send(event).await;
        }
        if let Some(until) = until {
            self.unanswered.answered(until);
        }
        until.is_some()
    }
}

/// Waits until a moment, if there is one.
async fn overdue(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

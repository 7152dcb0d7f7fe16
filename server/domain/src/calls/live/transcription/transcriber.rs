//! One channel's recognizer in a live call: opens it, feeds it, opens it again when it fails, moves on to the next one.
//!
//! A transcriber never loses audio that it still can hear: what was pushed but not answered with a final goes into the next
//! stream first. When more than [`WAITING`] waits to be pushed it takes no more in; whoever feeds it keeps the rest meanwhile.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use model::wire::{RecognizerHealth, RecognizerStatus};
use model::{Channel, Millis};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::clock::StreamClock;
use super::gate::{Piece, SpeechGate};
use ports::{Audio, Consent, OpenStream, Recognizer, RecognizerError, RecognizerEvent, RecognizerStream};

/// Longest wait for a recognizer to open, one that nothing guards.
const OPENING: Duration = Duration::from_secs(20);
/// A recognizer that takes no audio for so long is hung.
const PUSHING: Duration = Duration::from_secs(20);
/// Longest wait for the last words after the end, as long as something still comes.
const FINISHING: Duration = Duration::from_secs(30);
/// Tries before the next recognizer has its turn; the count starts anew after a final.
const TRIES: u32 = 4;
/// Audio that waits for a recognizer, and audio that is kept in case one fails before it has answered: two minutes each.
const WAITING: Millis = Millis(120_000);

/// To a transcriber.
pub(crate) enum TranscriberInput {
    /// Audio, and whether there is speech in it.
    Audio(Piece, bool),
    /// No audio comes for now: what is being said ends here.
    Silence,
    /// The call is over.
    Finish,
}

/// From a transcriber. Times are call time.
#[derive(Debug)]
pub(crate) enum TranscriberEvent {
    /// Words.
    Transcript(RecognizerEvent),
    /// How it is doing.
    Status(RecognizerStatus),
    /// Nothing more will come.
    Done,
}

/// A transcriber's settings.
pub(crate) struct Transcriber {
    /// Whose audio.
    pub channel: Channel,
    /// In order of preference.
    pub recognizers: Vec<Arc<dyn Recognizer>>,
    /// Language and vocabulary.
    pub request: OpenStream,
    /// That the people on the call were told.
    pub consent: Consent,
}

/// How a stream ended.
enum End {
    /// All was said.
    Finished,
    /// The call's actor is gone.
    Abandoned,
    /// It failed.
    Failed(RecognizerError),
}

struct Listening<'a> {
    transcriber: &'a Transcriber,
    out: &'a mpsc::Sender<TranscriberEvent>,
    /// Let through, not answered with a final yet, in order.
    unanswered: VecDeque<Piece>,
    /// How many of these the stream has been given.
    pushed: usize,
    finishing: bool,
    answered: bool,
}

impl Transcriber {
    /// Listens until the call is over. Ends with [`TranscriberEvent::Done`].
    pub(crate) async fn run(self, mut audio: mpsc::Receiver<TranscriberInput>, out: mpsc::Sender<TranscriberEvent>) {
        let mut listening =
            Listening { transcriber: &self, out: &out, unanswered: VecDeque::new(), pushed: 0, finishing: false, answered: false };
        let mut failure = None;
        'recognizers: for recognizer in &self.recognizers {
            let mut tries = 0;
            let mut gate = SpeechGate::new(recognizer.gate());
            loop {
                listening
                    .report(
                        &**recognizer,
                        if tries == 0 { RecognizerHealth::Starting } else { RecognizerHealth::Reconnecting },
                        String::new(),
                    )
                    .await;
                listening.answered = false;
                let end = match timeout(OPENING, recognizer.open(self.request.clone())).await {
                    Ok(Ok(stream)) => {
                        listening.report(&**recognizer, RecognizerHealth::Listening, String::new()).await;
                        listening.stream(stream, &mut gate, &mut audio).await
                    }
                    Ok(Err(error)) => End::Failed(error),
                    Err(_) => End::Failed(RecognizerError::Hung),
                };
                let error = match end {
                    End::Finished => {
                        let _ = out.send(TranscriberEvent::Done).await;
                        return;
                    }
                    End::Abandoned => return,
                    End::Failed(error) => error,
                };
                tracing::warn!(recognizer = %recognizer.kind(), channel = %self.channel, %error, "a recognizer failed");
                tries = if listening.answered { 1 } else { tries + 1 };
                let again = error.is_retryable() && tries < TRIES;
                let health = if again { RecognizerHealth::Reconnecting } else { RecognizerHealth::Failed };
                listening.report(&**recognizer, health, error.to_string()).await;
                failure = Some((recognizer, error));
                if !again {
                    continue 'recognizers;
                }
                if !listening.wait(Duration::from_millis(300 << tries.min(5)), &mut gate, &mut audio).await {
                    return;
                }
            }
        }
        if let Some((recognizer, error)) = failure {
            let message = format!("{error} The recording goes on; you can have it recognized after the call.");
            listening.report(&**recognizer, RecognizerHealth::Failed, message).await;
        }
        // No recognizer is left: drain the audio until the end, so that the call goes on.
        if !listening.finishing {
            loop {
                match audio.recv().await {
                    Some(TranscriberInput::Audio(..) | TranscriberInput::Silence) => {}
                    Some(TranscriberInput::Finish) => break,
                    None => return,
                }
            }
        }
        let _ = out.send(TranscriberEvent::Done).await;
    }
}

impl Listening<'_> {
    async fn report(&self, recognizer: &dyn Recognizer, health: RecognizerHealth, message: String) {
        let status = RecognizerStatus { channel: self.transcriber.channel, label: recognizer.choice().label, health, message };
        let _ = self.out.send(TranscriberEvent::Status(status)).await;
    }

    /// Waits before the next try; audio goes on coming in. False if the actor is gone.
    async fn wait(&mut self, duration: Duration, gate: &mut SpeechGate, audio: &mut mpsc::Receiver<TranscriberInput>) -> bool {
        self.pushed = 0;
        let pause = sleep(duration);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => return true,
                input = audio.recv(), if !self.finishing && self.has_room() => match input {
                    Some(input) => { self.take(input, gate); }
                    None => return false,
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

    /// Whether more audio may wait to be pushed.
    fn has_room(&self) -> bool {
        let (next, newest) = (self.unanswered.get(self.pushed), self.unanswered.back());
        next.zip(newest).is_none_or(|(next, newest)| newest.end().since(next.start) < WAITING)
    }

    /// Feeds one stream until it or the call ends.
    async fn stream(&mut self, stream: RecognizerStream, gate: &mut SpeechGate, audio: &mut mpsc::Receiver<TranscriberInput>) -> End {
        let RecognizerStream { audio: push, mut events } = stream;
        let mut push = Some(push);
        let mut clock = StreamClock::default();
        // Everything unanswered is pushed (again) into this stream first.
        self.pushed = 0;
        let mut deadline = Box::pin(sleep(FINISHING));
        loop {
            let overdue = self.unanswered.len() > self.pushed || (self.finishing && push.is_some());
            let place = push.clone().filter(|_| overdue);
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
                    Some(Ok(event)) => {
                        if let Some(until) = self.on_event(&clock, event).await {
                            let kept = self.unanswered.iter().position(|piece| piece.end() > until).unwrap_or(self.unanswered.len());
                            let done = kept.min(self.pushed);
                            self.unanswered.drain(..done);
                            self.pushed -= done;
                        }
                        deadline.as_mut().reset(tokio::time::Instant::now() + FINISHING);
                    }
                    Some(Err(error)) => return End::Failed(error),
                    None if self.finishing && push.is_none() => return End::Finished,
                    None => return End::Failed(RecognizerError::Crashed("it ended before the call did".to_owned())),
                },
                permit = ready => match permit {
                    Ok(Some(permit)) => {
                        if let Some(piece) = self.unanswered.get(self.pushed) {
                            clock.pushed(piece);
                            self.pushed += 1;
                            permit.send(Audio::Samples(self.transcriber.consent.audio(piece.samples.clone())));
                        } else {
                            permit.send(Audio::Finish);
                            push = None;
                            deadline.as_mut().reset(tokio::time::Instant::now() + FINISHING);
                        }
                    }
                    // It takes no more: its events say why.
                    Ok(None) => match events.recv().await {
                        Some(Err(error)) => return End::Failed(error),
                        Some(Ok(event)) => { self.on_event(&clock, event).await; }
                        None => return End::Failed(RecognizerError::Crashed("it takes no more audio".to_owned())),
                    },
                    Err(error) => return End::Failed(error),
                },
                input = audio.recv(), if !self.finishing && self.has_room() => match input {
                    Some(input) => {
                        self.take(input, gate);
                        self.forget();
                    }
                    None => return End::Abandoned,
                },
                () = &mut deadline, if self.finishing && push.is_none() => {
                    tracing::warn!(channel = %self.transcriber.channel, "a recognizer did not finish in time");
                    return End::Finished;
                }
            }
        }
    }

    /// Forgets audio that was pushed more than [`WAITING`] ago: mostly silence, which nobody answers.
    fn forget(&mut self) {
        let Some(newest) = self.pushed.checked_sub(1).and_then(|last| self.unanswered.get(last)).map(Piece::end) else { return };
        while self.pushed > 0 && self.unanswered.front().is_some_and(|piece| newest.since(piece.end()) > WAITING) {
            self.unanswered.pop_front();
            self.pushed -= 1;
        }
    }

    /// Passes words on, in call time. Answers with the end of what is final now.
    async fn on_event(&mut self, clock: &StreamClock, event: RecognizerEvent) -> Option<Millis> {
        let (event, until) = match event {
            RecognizerEvent::Partial(utterance) => (RecognizerEvent::Partial(clock.utterance(utterance)), None),
            RecognizerEvent::Final(utterance) => {
                self.answered = true;
                let utterance = clock.utterance(utterance);
                let end = utterance.end;
                (RecognizerEvent::Final(utterance), Some(end))
            }
        };
        let _ = self.out.send(TranscriberEvent::Transcript(event)).await;
        until
    }
}

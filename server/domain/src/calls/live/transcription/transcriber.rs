//! One track's recognizer in a live call: opens it, feeds it, opens it again when it fails, moves on to the next one.
//!
//! This is the one place that opens anything again: a recognizer's stream is one connection. A transcriber never loses audio that it
//! still can hear: what was pushed but not answered goes into the next stream first. When more than two minutes wait to be pushed it
//! takes no more in; whoever feeds it keeps the rest meanwhile.

mod attempts;
mod stream;
#[cfg(test)]
mod tests;
mod unanswered;

use std::sync::Arc;
use std::time::Duration;

use model::wire::{RecognizerHealth, RecognizerStatus};
use model::{TrackId, Utterance};
use tokio::sync::mpsc;
use tokio::time::timeout;

use self::attempts::Attempts;
use self::stream::{Listening, StreamEnd};
use super::gate::{Piece, SpeechGate};
use ports::{Consent, OpenStream, Recognizer, RecognizerError};

/// Longest wait for a recognizer to open, one that nothing guards.
const OPENING: Duration = Duration::from_secs(20);

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
    /// Words that may still change; they replace the last partial.
    Partial(Utterance),
    /// Words that will not change any more; they take the partial's place.
    Final(Utterance),
    /// How it is doing.
    Status(RecognizerStatus),
    /// Nothing more will come: all was said, or this is why not.
    Done(Result<(), RecognizerError>),
}

/// A transcriber's settings.
pub(crate) struct Transcriber {
    /// Whose audio.
    pub track: TrackId,
    /// In order of preference.
    pub recognizers: Vec<Arc<dyn Recognizer>>,
    /// Language and vocabulary.
    pub request: OpenStream,
    /// That the people on the call were told.
    pub consent: Consent,
}

/// How it went with one recognizer.
enum RecognizerEnd {
    /// The call is over; all was said, or this is why not.
    Finished(Result<(), RecognizerError>),
    /// Whoever listened is gone.
    Abandoned,
    /// It has failed for good: the next one has its turn.
    Failed(RecognizerError),
}

impl Transcriber {
    /// Listens until the call is over. Ends with [`TranscriberEvent::Done`], unless whoever feeds it is gone.
    pub(crate) async fn run(self, mut audio: mpsc::Receiver<TranscriberInput>, out: mpsc::Sender<TranscriberEvent>) {
        let mut listening = Listening::new(&self, &out);
        let mut failure = None;
        for recognizer in &self.recognizers {
            match self.with(&**recognizer, &mut listening, &mut audio).await {
                RecognizerEnd::Finished(said) => {
                    let _ = out.send(TranscriberEvent::Done(said)).await;
                    return;
                }
                RecognizerEnd::Abandoned => return,
                RecognizerEnd::Failed(error) => failure = Some((recognizer, error)),
            }
        }
        if let Some((recognizer, error)) = &failure {
            let message = format!("{error} The recording goes on; you can have it recognized after the call.");
            listening.report(&***recognizer, RecognizerHealth::Failed, message).await;
        }
        // No recognizer is left: drain the audio until the end, so that the call goes on.
        if !listening.is_finishing() {
            loop {
                match audio.recv().await {
                    Some(TranscriberInput::Audio(..) | TranscriberInput::Silence) => {}
                    Some(TranscriberInput::Finish) => break,
                    None => return,
                }
            }
        }
        let _ = out.send(TranscriberEvent::Done(failure.map_or(Ok(()), |(_, error)| Err(error)))).await;
    }

    /// Has one recognizer listen, on as many streams as it takes.
    async fn with(
        &self,
        recognizer: &dyn Recognizer,
        listening: &mut Listening<'_>,
        audio: &mut mpsc::Receiver<TranscriberInput>,
    ) -> RecognizerEnd {
        let mut attempts = Attempts::default();
        let mut gate = SpeechGate::new(recognizer.capabilities().gate);
        loop {
            let health = if attempts.is_first() { RecognizerHealth::Starting } else { RecognizerHealth::Reconnecting };
            listening.report(recognizer, health, String::new()).await;
            let request = OpenStream { reopens: attempts.had_stream(), ..self.request.clone() };
            let end = match timeout(OPENING, recognizer.open(request)).await {
                Ok(Ok(stream)) => {
                    attempts.opened();
                    listening.report(recognizer, RecognizerHealth::Listening, String::new()).await;
                    listening.stream(stream, &mut gate, audio).await
                }
                Ok(Err(error)) => StreamEnd::Failed { error, answered: false },
                Err(_) => StreamEnd::Failed { error: RecognizerError::Hung, answered: false },
            };
            let (error, answered) = match end {
                StreamEnd::Finished(said) => return RecognizerEnd::Finished(said),
                StreamEnd::Abandoned => return RecognizerEnd::Abandoned,
                StreamEnd::Failed { error, answered } => (error, answered),
            };
            tracing::warn!(recognizer = %recognizer.id(), track = %self.track, %error, "a recognizer failed");
            let pause = attempts.failed(&error, answered);
            let health = if pause.is_some() { RecognizerHealth::Reconnecting } else { RecognizerHealth::Failed };
            listening.report(recognizer, health, error.to_string()).await;
            let Some(pause) = pause else { return RecognizerEnd::Failed(error) };
            match listening.wait(pause, &mut gate, audio).await {
                None => {}
                Some(StreamEnd::Finished(said)) => return RecognizerEnd::Finished(said),
                Some(_) => return RecognizerEnd::Abandoned,
            }
        }
    }
}

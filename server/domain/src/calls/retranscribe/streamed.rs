//! A recognizer that only streams, for whole recordings: each is pushed through a transcriber, as the sound of a live call is, so that a
//! lost stream is opened again here too.

use std::sync::Arc;

use async_trait::async_trait;
use model::{Millis, Utterance};
use tokio::sync::mpsc;

use super::super::live::{Piece, Transcriber, TranscriberEvent, TranscriberInput, duration_of};
use ports::{BatchRecognizer, Consent, Recognizer, RecognizerError, Recording};

/// Pushes recordings through streams of a recognizer.
pub(super) struct StreamedBatch {
    pub(super) recognizer: Arc<dyn Recognizer>,
    pub(super) consent: Consent,
}

#[async_trait]
impl BatchRecognizer for StreamedBatch {
    async fn transcribe(&self, recording: Recording) -> Result<Vec<Utterance>, RecognizerError> {
        let Recording { request, samples, audio, progress } = recording;
        let (input, pushed) = mpsc::channel(64);
        let (out, mut events) = mpsc::channel(64);
        let track = request.track;
        let transcriber = Transcriber { track, recognizers: vec![Arc::clone(&self.recognizer)], request, consent: self.consent };
        let listen = async {
            let mut said = Vec::new();
            loop {
                match events.recv().await {
                    Some(TranscriberEvent::Final(utterance)) if !utterance.text.trim().is_empty() => said.push(utterance),
                    Some(TranscriberEvent::Partial(_) | TranscriberEvent::Final(_) | TranscriberEvent::Status(_)) => {}
                    Some(TranscriberEvent::Done(end)) => return end.map(|()| said),
                    // Only where the recording can't be read to its end.
                    None => return Err(RecognizerError::Connection("the recording broke off".to_owned())),
                }
            }
        };
        // All in one task, so that letting go of it ends all.
        let ((), (), said) = tokio::join!(transcriber.run(pushed, out), feed(samples, audio, input, &progress), listen);
        let said = said?;
        progress.reached(duration_of(samples));
        Ok(said)
    }
}

/// Gives the audio on; says that it is over only if all of it came.
async fn feed(
    samples: u64,
    mut audio: mpsc::Receiver<ports::ConsentedAudio>,
    input: mpsc::Sender<TranscriberInput>,
    progress: &ports::Progress,
) {
    let mut sent = 0;
    while let Some(sound) = audio.recv().await {
        let piece = Piece { start: duration_of(sent), samples: sound.samples().to_vec() };
        sent += piece.samples.len() as u64;
        // It went through the gate before.
        if input.send(TranscriberInput::Audio(piece, true)).await.is_err() {
            return;
        }
        progress.reached(duration_of(sent).max(Millis::ZERO));
    }
    if sent == samples {
        // A transcriber that is gone has said why.
        let _ = input.send(TranscriberInput::Finish).await;
    }
}

#[cfg(test)]
mod tests;

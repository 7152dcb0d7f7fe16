//! Every check of the port `BatchRecognizer`.

use std::sync::Arc;
use std::time::Duration;

use model::{Channel, Millis, Utterance};
use ports::{BatchRecognizer, Consent, Progress, RecognizerError, Recording};
use tokio::sync::mpsc;

use super::{PATIENCE, Speech, english};

/// Samples as a recording that breaks off after `there` of them.
pub fn recording_of(samples: &[i16], there: usize) -> Recording {
    let (sender, audio) = mpsc::channel(4);
    let pieces: Vec<Vec<i16>> = samples[..there].chunks(1600).map(<[i16]>::to_vec).collect();
    tokio::spawn(async move {
        for piece in pieces {
            // Nobody takes it any more: the test goes on without it.
            if sender.send(Consent::of_test().audio(piece)).await.is_err() {
                return;
            }
        }
    });
    Recording { request: english(Channel::Customer), samples: samples.len() as u64, audio, progress: Progress::default() }
}

/// Runs every check.
///
/// # Panics
/// With what is wrong.
pub async fn batch_conformance(make: impl Fn() -> Arc<dyn BatchRecognizer>, speech: &Speech) {
    let recording = recording_of(&speech.samples, speech.samples.len());
    let progress = recording.progress.clone();
    let said = in_time(make().transcribe(recording)).await.expect("there is a transcript");
    let length = Millis(speech.samples.len() as i64 / 16);
    in_order(&said, length);
    let text = said.iter().map(|said| said.text.to_lowercase()).collect::<Vec<_>>().join(" ");
    let heard = speech.words.iter().filter(|word| text.contains(**word)).count();
    assert!(heard >= speech.at_least, "{heard} of the words {:?} are in: {text}", speech.words);
    assert_eq!(progress.so_far(), length, "it says when it is done");

    let silence = vec![0; 3 * 16_000];
    let said = in_time(make().transcribe(recording_of(&silence, silence.len()))).await.expect("silence is a recording too");
    assert_eq!(said, [], "silence has no words");

    let broken = in_time(make().transcribe(recording_of(&speech.samples, speech.samples.len() / 2))).await;
    assert!(broken.is_err_and(|error| error.is_retryable()), "half a recording has no transcript");
}

async fn in_time<T>(work: impl Future<Output = Result<T, RecognizerError>>) -> Result<T, RecognizerError> {
    tokio::time::timeout(PATIENCE + Duration::from_secs(1), work).await.expect("it comes to an end")
}

fn in_order(said: &[Utterance], length: Millis) {
    let mut from = Millis::ZERO;
    for utterance in said {
        assert!(from <= utterance.start && utterance.start <= utterance.end && utterance.end <= length, "{utterance:?} is in place");
        assert!(!utterance.text.is_empty() && (0.0..=1.0).contains(&utterance.confidence), "{utterance:?}");
        let mut word_from = utterance.start;
        for word in &utterance.words {
            assert!(word_from <= word.start && word.start <= word.end && word.end <= utterance.end, "{word:?} in {utterance:?}");
            word_from = word.start;
        }
        from = utterance.end;
    }
}

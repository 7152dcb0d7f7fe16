//! What every maker behind a port must do, as checks that the real adapters and the fakes run alike.
//!
//! They panic with what is wrong, as tests do.

#![allow(clippy::expect_used, clippy::panic, reason = "these are tests")]

mod batch;
mod embedder;

use std::sync::Arc;
use std::time::Duration;

use model::{Channel, Millis, TrackId, Utterance};
use ports::{Audio, Consent, OpenStream, Recognizer, RecognizerEvent, RecognizerStream, Redaction};

pub use batch::{batch_conformance, recording_of};
pub use embedder::embedder_conformance;

/// Nothing in this suite may take longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// What to play to a recognizer, and what it must hear.
#[derive(Clone, Debug)]
pub struct Speech {
    /// 16 kHz mono.
    pub samples: Vec<i16>,
    /// Words of which some must be recognized, in lower case.
    pub words: Vec<&'static str>,
    /// How many of them at least.
    pub at_least: usize,
    /// Whether it listens at all. A script that is recited isn't checked for silence.
    pub listens: bool,
}

/// Everything that one stream said.
#[derive(Debug, Default)]
pub struct Said {
    /// In the order in which it came.
    pub events: Vec<RecognizerEvent>,
}

impl Said {
    /// The finals that have a text.
    pub fn finals(&self) -> impl Iterator<Item = &Utterance> {
        self.events.iter().filter_map(|event| match event {
            RecognizerEvent::Final(said) if !said.text.is_empty() => Some(said),
            _ => None,
        })
    }

    /// All finals' texts, lower case.
    pub fn text(&self) -> String {
        self.finals().map(|said| said.text.to_lowercase()).collect::<Vec<_>>().join(" ")
    }
}

/// A request for the track of one side in English.
pub fn english(channel: Channel) -> OpenStream {
    let track = TrackId::usual(channel);
    OpenStream { track, channel, language: "en-US".to_owned(), vocabulary: Redaction::default().texts(&["Closezly"]), reopens: false }
}

/// Sound as a recognizer takes it.
pub fn sound(samples: Vec<i16>) -> Audio {
    Audio::Samples(Consent::of_test().audio(samples))
}

/// Plays samples in odd chunks, finishes, and waits for the end.
///
/// # Panics
/// If an event is an error, or the end doesn't come.
pub async fn play(stream: RecognizerStream, samples: &[i16]) -> Said {
    let RecognizerStream { audio, mut events } = stream;
    let feed = async move {
        let (mut rest, mut sizes) = (samples, [1_usize, 799, 1600, 4801, 37, 16_000].into_iter().cycle());
        while !rest.is_empty() {
            let (chunk, later) = rest.split_at(rest.len().min(sizes.next().unwrap_or(1600)));
            audio.send(sound(chunk.to_vec())).await.expect("the stream takes audio");
            rest = later;
        }
        audio.send(Audio::Finish).await.expect("the stream can be finished");
        // The sender stays until the end: it is the finish that ends the stream.
        audio
    };
    let listen = async {
        let mut said = Said::default();
        while let Some(event) = events.recv().await {
            said.events.push(event.expect("no error is said"));
        }
        said
    };
    let both = async { tokio::join!(feed, listen).1 };
    tokio::time::timeout(PATIENCE, both).await.expect("the events end after the finish")
}

/// Runs every check of the port `Recognizer`.
///
/// # Panics
/// With what is wrong.
pub async fn recognizer_conformance(make: impl Fn() -> Arc<dyn Recognizer>, speech: &Speech) {
    describes_itself(&*make());
    hears_speech(&*make(), speech).await;
    ends_without_audio(&*make()).await;
    survives_being_dropped(&*make(), speech).await;
    if speech.listens {
        silence_makes_no_words(&*make()).await;
        streams_are_independent(&*make(), speech).await;
    }
}

fn describes_itself(recognizer: &dyn Recognizer) {
    let choice = recognizer.choice();
    assert_eq!((choice.id, choice.capabilities), (recognizer.id(), recognizer.capabilities()));
    assert!(recognizer.capabilities().streaming, "it is one that streams");
    assert_eq!(recognizer.capabilities().batch, recognizer.batch().is_some(), "it can do what it says");
    assert!(!choice.label.is_empty(), "it has a name");
    assert!(!choice.note.is_empty(), "it says what a person should know");
    assert_eq!(choice.unavailable, None, "it is there");
}

async fn hears_speech(recognizer: &dyn Recognizer, speech: &Speech) {
    let stream = recognizer.open(english(Channel::Customer)).await.expect("a stream opens");
    let said = play(stream, &speech.samples).await;
    within_the_stream(&said, speech.samples.len());
    let first_final = said.events.iter().position(|event| matches!(event, RecognizerEvent::Final(_))).expect("there is a final");
    assert!(
        said.events[..first_final].iter().any(|event| matches!(event, RecognizerEvent::Partial(_))),
        "a partial comes before the final"
    );
    let text = said.text();
    let heard = speech.words.iter().filter(|word| text.contains(**word)).count();
    assert!(heard >= speech.at_least, "{heard} of the words {:?} are in: {text}", speech.words);
}

/// Times are in order and inside the audio that was played.
fn within_the_stream(said: &Said, samples: usize) {
    let limit = Millis(samples as i64 / 16);
    let mut last_final = Millis::ZERO;
    for event in &said.events {
        let utterance = match event {
            RecognizerEvent::Partial(utterance) | RecognizerEvent::Final(utterance) => utterance,
            RecognizerEvent::Done(until) => {
                assert!(*until <= limit, "{until:?} is within {limit:?}");
                continue;
            }
        };
        assert!(utterance.start <= utterance.end && utterance.end <= limit, "{utterance:?} is within {limit:?}");
        assert!((0.0..=1.0).contains(&utterance.confidence), "{utterance:?}");
        assert!(utterance.start >= last_final, "{utterance:?} begins after {last_final:?}");
        let mut from = utterance.start;
        for word in &utterance.words {
            assert!(from <= word.start && word.start <= word.end && word.end <= utterance.end, "{word:?} is in place in {utterance:?}");
            assert!((0.0..=1.0).contains(&word.confidence) && !word.text.is_empty(), "{word:?}");
            from = word.start;
        }
        if matches!(event, RecognizerEvent::Final(_)) {
            last_final = utterance.end;
        }
    }
}

async fn ends_without_audio(recognizer: &dyn Recognizer) {
    let finished = play(recognizer.open(english(Channel::Rep)).await.expect("a stream opens"), &[]).await;
    assert_eq!(finished.text(), "", "nothing was said");
    // Letting go of the audio is a finish too.
    let RecognizerStream { audio, mut events } = recognizer.open(english(Channel::Rep)).await.expect("a stream opens");
    drop(audio);
    let end = tokio::time::timeout(PATIENCE, events.recv()).await.expect("the events end");
    assert_eq!(end, None);
}

async fn survives_being_dropped(recognizer: &dyn Recognizer, speech: &Speech) {
    let RecognizerStream { audio, events } = recognizer.open(english(Channel::Rep)).await.expect("a stream opens");
    let beginning = speech.samples[..speech.samples.len() / 2].to_vec();
    audio.send(sound(beginning)).await.expect("the stream takes audio");
    drop(events);
    let closed = tokio::time::timeout(PATIENCE, audio.closed()).await;
    closed.expect("a stream that nobody listens to stops taking audio");
}

async fn silence_makes_no_words(recognizer: &dyn Recognizer) {
    let stream = recognizer.open(english(Channel::Rep)).await.expect("a stream opens");
    let said = play(stream, &[0; 3 * 16_000]).await;
    assert_eq!(said.text(), "", "silence has no words");
}

async fn streams_are_independent(recognizer: &dyn Recognizer, speech: &Speech) {
    let rep = recognizer.open(english(Channel::Rep)).await.expect("a stream opens");
    let customer = recognizer.open(english(Channel::Customer)).await.expect("a second stream opens");
    let silence = vec![0; speech.samples.len()];
    let (silent, spoken) = tokio::join!(play(rep, &silence), play(customer, &speech.samples));
    assert_eq!(silent.text(), "", "what the one hears the other doesn't say");
    assert_ne!(spoken.text(), "", "the other hears");
}

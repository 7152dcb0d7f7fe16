//! A streaming service that hears a script, and is lost when it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use model::{Capabilities, Millis, RecognizerChoice, RecognizerId, Utterance, Word};
use ports::{Audio, OpenStream, Recognizer, RecognizerError, RecognizerEvent, RecognizerStream};
use tokio::sync::mpsc;

/// What is said on the call: when, in ms of call time, and what. A word takes 300 ms.
pub(super) const SCRIPT: [(i64, &str); 3] = [
    (1_000, "We are also looking at Gong to be open."),
    (6_000, "It is too expensive."),
    (30_000, "Who else would need to see this before you decide?"),
];
pub(super) const LENGTH: i64 = 36_000;
pub(super) const WORD: i64 = 300;

/// What becomes of one try to open a stream.
#[derive(Clone)]
pub(super) enum Fate {
    /// It hears everything to the end.
    Works,
    /// It is lost with this error after so many ms of call time.
    Lost(i64, RecognizerError),
    /// It can't be opened.
    Refused(RecognizerError),
    /// It hears everything, and does not end after the finish.
    NeverEnds,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Opened {
    pub(super) reopens: bool,
    /// Call time of the first sample.
    pub(super) begins: Option<i64>,
}

/// A streaming service that hears the script. Each sample says which ms of the call it is from, halved.
pub(super) struct Service {
    label: &'static str,
    fates: Mutex<VecDeque<Fate>>,
    opened: Arc<Mutex<Vec<Opened>>>,
}

impl Service {
    pub(super) fn new(label: &'static str, fates: impl IntoIterator<Item = Fate>) -> Arc<Self> {
        Arc::new(Self { label, fates: Mutex::new(fates.into_iter().collect()), opened: Arc::default() })
    }

    pub(super) fn opened(&self) -> Vec<Opened> {
        self.opened.lock().unwrap().clone()
    }
}

#[async_trait]
impl Recognizer for Service {
    fn id(&self) -> RecognizerId {
        RecognizerId::known("service")
    }

    fn choice(&self) -> RecognizerChoice {
        RecognizerChoice {
            id: self.id(),
            label: self.label.to_owned(),
            unavailable: None,
            note: String::new(),
            capabilities: self.capabilities(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { streaming: true, word_times: true, leaves_server: true, ..Capabilities::NONE }
    }

    async fn open(&self, request: OpenStream) -> Result<RecognizerStream, RecognizerError> {
        let number = {
            let mut opened = self.opened.lock().unwrap();
            opened.push(Opened { reopens: request.reopens, begins: None });
            opened.len() - 1
        };
        let fate = self.fates.lock().unwrap().pop_front().unwrap_or(Fate::Works);
        if let Fate::Refused(error) = fate {
            return Err(error);
        }
        let (audio, pushed) = mpsc::channel(64);
        let (out, events) = mpsc::channel(64);
        tokio::spawn(hear(number, fate, Arc::clone(&self.opened), pushed, out));
        Ok(RecognizerStream { audio, events })
    }
}

/// Hears the words whose whole sound this stream was given. As services do, it gives marks in silence too.
async fn hear(
    number: usize,
    fate: Fate,
    opened: Arc<Mutex<Vec<Opened>>>,
    mut pushed: mpsc::Receiver<Audio>,
    out: mpsc::Sender<Result<RecognizerEvent, RecognizerError>>,
) {
    let (mut base, mut samples, mut until) = (0, 0, 0);
    while let Some(Audio::Samples(sound)) = pushed.recv().await {
        if samples == 0 {
            base = 2 * i64::from(sound.samples()[0]);
            opened.lock().unwrap()[number].begins = Some(base);
            until = base;
        }
        samples += sound.samples().len() as i64;
        let now = base + samples / 16;
        if let Fate::Lost(after, error) = &fate
            && now > *after
        {
            let _ = out.send(Err(error.clone())).await;
            return;
        }
        for (at, text) in SCRIPT {
            let words: Vec<Word> = (0..)
                .zip(text.split(' '))
                .map(|(place, text)| Word {
                    text: text.to_owned(),
                    start: Millis(at + place * WORD - base),
                    end: Millis(at + (place + 1) * WORD - base),
                    confidence: 0.9,
                })
                .filter(|word| word.start.0 + base >= until)
                .collect();
            let Some((first, last)) = words.first().zip(words.last()) else { continue };
            let (start, end) = (first.start, last.end);
            if end.0 + base <= now {
                until = end.0 + base;
                let utterance = Utterance { text: text.to_owned(), start, end, confidence: 0.9, words };
                let _ = out.send(Ok(RecognizerEvent::Final(utterance))).await;
            }
        }
        let speaks = SCRIPT.iter().any(|(at, text)| *at < now && now < at + text.split(' ').count() as i64 * WORD);
        if !speaks && now - until > 3_000 {
            until = now;
            let _ = out.send(Ok(RecognizerEvent::Done(Millis(now - base)))).await;
        }
    }
    if matches!(fate, Fate::NeverEnds) {
        out.closed().await;
    }
}

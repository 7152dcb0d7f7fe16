//! A recognizer that does as it is told.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use model::{Capabilities, Channel, Millis, RecognizerChoice, RecognizerId, Utterance};
use ports::{Audio, OpenStream, Recognizer, RecognizerError, RecognizerEvent, RecognizerStream};
use tokio::sync::mpsc;

/// What the recognizer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Says one sentence for every second of audio.
    Works,
    /// The first stream of each channel breaks after a second of audio; later ones work.
    CrashesOnce,
    /// Can never be opened.
    Broken,
    /// Takes no audio.
    Hangs,
    /// Reads the frames' numbers and says one numbered word for every ten of them, each after so many milliseconds.
    Counts(u64),
}

pub struct Scripted {
    manner: Behaviour,
    opened: AtomicU32,
    /// Samples that each opened stream was given.
    pub heard: Arc<Mutex<Vec<usize>>>,
}

impl Scripted {
    /// One of a manner, which was not opened yet.
    pub fn new(manner: Behaviour) -> Self {
        Self { manner, opened: AtomicU32::new(0), heard: Arc::default() }
    }
}

#[async_trait]
impl Recognizer for Scripted {
    fn id(&self) -> RecognizerId {
        RecognizerId::known("command")
    }

    fn choice(&self) -> RecognizerChoice {
        let (id, capabilities) = (self.id(), self.capabilities());
        RecognizerChoice { id, label: "Scripted".into(), unavailable: None, note: String::new(), capabilities }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { streaming: true, ..Capabilities::NONE }
    }

    async fn open(&self, request: OpenStream) -> Result<RecognizerStream, RecognizerError> {
        let count = self.opened.fetch_add(1, Ordering::SeqCst);
        if self.manner == Behaviour::Broken {
            return Err(RecognizerError::NotConfigured("it is broken".into()));
        }
        let crashes = self.manner == Behaviour::CrashesOnce && count == 0;
        let (audio, mut pushed) = mpsc::channel(8);
        let (out, events) = mpsc::channel(8);
        let heard = Arc::clone(&self.heard);
        let index = {
            let mut heard = heard.lock().unwrap();
            heard.push(0);
            heard.len() - 1
        };
        let hangs = self.manner == Behaviour::Hangs;
        if let Behaviour::Counts(pace) = self.manner {
            tokio::spawn(count_frames(pushed, out, Duration::from_millis(pace)));
            return Ok(RecognizerStream { audio, events });
        }
        tokio::spawn(async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            let mut samples = 0;
            let mut said = 0;
            while let Some(input) = pushed.recv().await {
                let Audio::Samples(piece) = input else { break };
                samples += piece.samples().len();
                heard.lock().unwrap()[index] = samples;
                if crashes && samples >= 16_000 {
                    let _ = out.send(Err(RecognizerError::Crashed("as told".into()))).await;
                    return;
                }
                while samples >= (said + 1) * 16_000 {
                    let utterance = sentence(request.channel, said);
                    let _ = out.send(Ok(RecognizerEvent::Partial(Utterance { text: "a".into(), ..utterance.clone() }))).await;
                    let _ = out.send(Ok(RecognizerEvent::Final(utterance))).await;
                    said += 1;
                }
            }
        });
        Ok(RecognizerStream { audio, events })
    }
}

/// Says `word N` when it has heard frame 10 N + 9: a word that comes twice, or never, can be told.
async fn count_frames(mut pushed: mpsc::Receiver<Audio>, out: mpsc::Sender<Result<RecognizerEvent, RecognizerError>>, pace: Duration) {
    let mut samples = 0_i64;
    while let Some(Audio::Samples(piece)) = pushed.recv().await {
        samples += piece.samples().len() as i64;
        let number = i64::from(piece.samples()[0]) - 1;
        if number >= 0 && number % 10 == 9 {
            tokio::time::sleep(pace).await;
            let end = Millis(samples / 16);
            let start = Millis((end.0 - 1_000).max(0));
            let utterance = Utterance { text: format!("word {}", number / 10), start, end, confidence: 0.9, words: Vec::new() };
            if out.send(Ok(RecognizerEvent::Final(utterance))).await.is_err() {
                return;
            }
        }
    }
}

fn sentence(channel: Channel, index: usize) -> Utterance {
    let text = match (channel, index % 3) {
        (Channel::Customer, 0) => "honestly it is too expensive for us",
        (Channel::Customer, 1) => "we are already using another tool",
        (Channel::Customer, _) => "could you send me the contract",
        (Channel::Rep, 0) => "what are you using today for your calls",
        (Channel::Rep, 1) => "i will send you the deck by friday",
        (Channel::Rep, _) => "that makes sense thank you",
    };
    let start = Millis(index as i64 * 1_000 + 100);
    Utterance { text: text.into(), start, end: start + Millis(800), confidence: 0.9, words: Vec::new() }
}

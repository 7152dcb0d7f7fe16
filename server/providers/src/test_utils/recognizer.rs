use std::time::Duration;

use async_trait::async_trait;
use model::{Capabilities, RecognizerChoice, RecognizerId};
use ports::{Audio, OpenStream, Recognizer, RecognizerError, RecognizerEvent, RecognizerStream};
use tokio::sync::mpsc;

/// What a [`FakeRecognizer`] does when so much audio has come.
#[derive(Clone, Debug)]
pub enum Step {
    /// Says this as soon as its end has been heard.
    Say(RecognizerEvent),
    /// Fails at this ms of stream time.
    Fail(i64, RecognizerError),
    /// Takes no more audio from this ms of stream time, and says nothing.
    Hang(i64),
}

impl Step {
    fn due(&self) -> i64 {
        match self {
            Self::Say(RecognizerEvent::Partial(said) | RecognizerEvent::Final(said)) => said.end.0,
            Self::Say(RecognizerEvent::Done(until)) => until.0,
            Self::Fail(at, _) | Self::Hang(at) => *at,
        }
    }
}

/// A recognizer that follows a script, the same on every stream.
#[derive(Clone, Debug)]
pub struct FakeRecognizer {
    /// Which one it plays.
    pub id: RecognizerId,
    /// What it says that it can do.
    pub capabilities: Capabilities,
    /// What it does, in order of time.
    pub steps: Vec<Step>,
    /// Why it can't be opened.
    pub refuses: Option<RecognizerError>,
}

impl FakeRecognizer {
    /// One that says these events, as the `command` recognizer, from everything that is heard.
    pub fn saying(events: impl IntoIterator<Item = RecognizerEvent>) -> Self {
        let capabilities = Capabilities { streaming: true, ..Capabilities::NONE };
        Self { id: crate::speech::Command::ID, capabilities, steps: events.into_iter().map(Step::Say).collect(), refuses: None }
    }
}

#[async_trait]
impl Recognizer for FakeRecognizer {
    fn id(&self) -> RecognizerId {
        self.id.clone()
    }

    fn choice(&self) -> RecognizerChoice {
        let unavailable = self.refuses.as_ref().map(ToString::to_string);
        RecognizerChoice {
            id: self.id.clone(),
            label: "Fake".to_owned(),
            unavailable,
            note: "Follows a script.".to_owned(),
            capabilities: self.capabilities(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    async fn open(&self, _: OpenStream) -> Result<RecognizerStream, RecognizerError> {
        if let Some(error) = &self.refuses {
            return Err(error.clone());
        }
        let (audio, audio_in) = mpsc::channel(64);
        let (events_out, events) = mpsc::channel(64);
        tokio::spawn(follow(self.steps.clone(), audio_in, events_out));
        Ok(RecognizerStream { audio, events })
    }
}

async fn follow(steps: Vec<Step>, mut audio: mpsc::Receiver<Audio>, events: mpsc::Sender<Result<RecognizerEvent, RecognizerError>>) {
    let mut samples = 0;
    let mut steps = steps.into_iter().peekable();
    while let Some(Audio::Samples(chunk)) = audio.recv().await {
        samples += chunk.samples().len() as i64;
        while let Some(step) = steps.next_if(|step| step.due() <= samples / 16) {
            let said = match step {
                Step::Say(event) => events.send(Ok(event)).await,
                Step::Fail(_, error) => return events.send(Err(error)).await.unwrap_or(()),
                Step::Hang(_) => {
                    tokio::select! {
                        () = events.closed() => {}
                        () = tokio::time::sleep(Duration::from_secs(3600)) => {}
                    }
                    return;
                }
            };
            if said.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::Utterance;
    use model::{Channel, Millis};

    use super::*;
    use crate::conformance::{Speech, english, recognizer_conformance, sound};

    fn said(text: &str, start: i64, end: i64) -> Utterance {
        Utterance { text: text.to_owned(), start: Millis(start), end: Millis(end), confidence: 1.0, words: Vec::new() }
    }

    #[tokio::test]
    async fn it_passes_the_suite() {
        let events = [RecognizerEvent::Partial(said("too", 0, 400)), RecognizerEvent::Final(said("too expensive", 0, 900))];
        let speech = Speech { samples: vec![1; 16_000], words: vec!["expensive"], at_least: 1, listens: false };
        recognizer_conformance(|| Arc::new(FakeRecognizer::saying(events.clone())), &speech).await;
    }

    #[tokio::test]
    async fn it_fails_when_it_is_told_to() {
        let steps = vec![Step::Say(RecognizerEvent::Final(said("yes", 0, 500))), Step::Fail(700, RecognizerError::Flooded)];
        let fake = FakeRecognizer { steps, ..FakeRecognizer::saying([]) };
        let RecognizerStream { audio, mut events } = fake.open(english(Channel::Rep)).await.unwrap();
        audio.send(sound(vec![0; 16_000])).await.unwrap();
        assert_eq!(events.recv().await, Some(Ok(RecognizerEvent::Final(said("yes", 0, 500)))));
        assert_eq!(events.recv().await, Some(Err(RecognizerError::Flooded)));
        assert_eq!(events.recv().await, None);
        let refuses = FakeRecognizer { refuses: Some(RecognizerError::Authentication), ..FakeRecognizer::saying([]) };
        assert!(refuses.open(english(Channel::Rep)).await.is_err() && refuses.choice().unavailable.is_some());
    }
}

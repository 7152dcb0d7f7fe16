//! The sample call's own transcript as a recognizer: it says what the bundled script says, as the audio passes.

use std::sync::Arc;

use async_trait::async_trait;
use model::{Capabilities, Channel, Gate, Languages, Millis, RecognizerChoice, RecognizerId, Utterance};
use ports::{Audio, OpenStream, Recognizer, RecognizerError, RecognizerEvent, RecognizerStream, SampleCall, SampleTurn};
use tokio::sync::mpsc;

use crate::speech::{WAITING, millis_of};

/// A turn is final this long after its last word, as with a real recognizer.
const TRAIL: i64 = 300;

/// Says the sample call's transcript.
#[derive(Clone, Debug)]
pub struct SampleTranscript(Arc<SampleCall>);

impl SampleTranscript {
    /// Its id, in calls and in the API.
    pub const ID: RecognizerId = RecognizerId::known("sample");

    /// The transcript of this call.
    pub const fn new(call: Arc<SampleCall>) -> Self {
        Self(call)
    }
}

#[async_trait]
impl Recognizer for SampleTranscript {
    fn id(&self) -> RecognizerId {
        Self::ID
    }

    fn choice(&self) -> RecognizerChoice {
        RecognizerChoice {
            id: Self::ID,
            label: "Sample transcript".to_owned(),
            unavailable: None,
            capabilities: self.capabilities(),
            note: "Fits the sample call only: it says the script whatever is heard.".to_owned(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            languages: Languages::Any,
            streaming: true,
            batch: false,
            word_times: true,
            leaves_server: false,
            gate: Gate::Everything,
            scripted: true,
        }
    }

    async fn open(&self, request: OpenStream) -> Result<RecognizerStream, RecognizerError> {
        let (audio, audio_in) = mpsc::channel(WAITING);
        let (events_out, events) = mpsc::channel(WAITING);
        tokio::spawn(recite(self.0.clone(), request.channel, audio_in, events_out));
        Ok(RecognizerStream { audio, events })
    }
}

async fn recite(
    call: Arc<SampleCall>,
    channel: Channel,
    mut audio: mpsc::Receiver<Audio>,
    events: mpsc::Sender<Result<RecognizerEvent, RecognizerError>>,
) {
    let mut samples = 0;
    let mut script = call.turns_of(channel).peekable();
    let mut spoken = 0;
    while let Some(Audio::Samples(chunk)) = audio.recv().await {
        samples += chunk.samples().len() as u64;
        let now = millis_of(samples);
        while let Some(turn) = script.peek() {
            let words = turn.words.iter().take_while(|word| word.end.0 <= now).count();
            for count in spoken + 1..=words {
                if events.send(Ok(RecognizerEvent::Partial(beginning(turn, count)))).await.is_err() {
                    return;
                }
            }
            spoken = words;
            if now < turn.end.0 + TRAIL {
                break;
            }
            if events.send(Ok(RecognizerEvent::Final(beginning(turn, turn.words.len())))).await.is_err() {
                return;
            }
            script.next();
            spoken = 0;
        }
    }
    if let Some(turn) = script.next()
        && spoken > 0
    {
        // If nobody listens any more, there is nobody to tell.
        let _ = events.send(Ok(RecognizerEvent::Final(beginning(turn, spoken)))).await;
    }
}

/// The first words of a turn.
fn beginning(turn: &SampleTurn, count: usize) -> Utterance {
    let words = &turn.words[..count];
    let text = if count == turn.words.len() {
        turn.text.clone()
    } else {
        words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    Utterance { text, start: turn.start, end: words.last().map_or(Millis::ZERO, |word| word.end), confidence: 1.0, words: words.to_vec() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::conformance::{Speech, english, play, recognizer_conformance, sound};

    #[tokio::test]
    async fn it_passes_the_suite() {
        let call = crate::sample::call();
        let samples = call.samples(Channel::Customer).to_vec();
        let speech = Speech { samples, words: vec!["expensive", "security", "pilot"], at_least: 3, listens: false };
        recognizer_conformance(|| Arc::new(SampleTranscript::new(call.clone())), &speech).await;
    }

    #[tokio::test]
    async fn every_turn_of_the_channel_becomes_final_as_it_is_written() {
        let call = crate::sample::call();
        for channel in Channel::ALL {
            let recognizer = SampleTranscript::new(call.clone());
            let said = play(recognizer.open(english(*channel)).await.unwrap(), call.samples(*channel)).await;
            let turns: Vec<_> = call.turns_of(*channel).map(|turn| (turn.start, turn.end, turn.text.clone())).collect();
            assert_eq!(said.finals().map(|said| (said.start, said.end, said.text.clone())).collect::<Vec<_>>(), turns);
        }
    }

    #[tokio::test]
    async fn words_come_one_by_one_and_not_before_they_are_spoken() {
        let call = crate::sample::call();
        let RecognizerStream { audio, mut events } = SampleTranscript::new(call.clone()).open(english(Channel::Rep)).await.unwrap();
        let first = call.turns_of(Channel::Rep).next().unwrap();
        let until = first.words[2].end.0;
        audio.send(sound(call.samples(Channel::Rep)[..until as usize * 16].to_vec())).await.unwrap();
        for count in 1..=3 {
            let Some(Ok(RecognizerEvent::Partial(said))) = events.recv().await else { panic!("not a partial") };
            assert_eq!(said.words, first.words[..count]);
        }
        audio.send(Audio::Finish).await.unwrap();
        let Some(Ok(RecognizerEvent::Final(said))) = events.recv().await else { panic!("not a final") };
        assert_eq!(said.words, first.words[..3]);
        assert_eq!(events.recv().await, None);
    }
}

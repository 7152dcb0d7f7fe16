#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use model::{Capabilities, Channel, Gate, RecognizerChoice, RecognizerId, TrackId};
use ports::{Audio, OpenStream, Progress, RecognizerEvent, RecognizerStream};
use tokio::time::{Instant, sleep};

use super::*;

/// What a stream does after its last sample, or before.
#[derive(Clone, Debug)]
enum StreamFate {
    Works,
    /// Lost after so many samples.
    Lost(usize),
    Refused(RecognizerError),
    NeverEnds,
}

/// Says `second N` for each second that it hears; a second's samples say which one it is.
struct Counter {
    fates: Mutex<VecDeque<StreamFate>>,
    open: Arc<Mutex<usize>>,
}

fn counter(fates: impl IntoIterator<Item = StreamFate>) -> (StreamedBatch, Arc<Mutex<usize>>) {
    let open = Arc::default();
    let recognizer = Arc::new(Counter { fates: Mutex::new(fates.into_iter().collect()), open: Arc::clone(&open) });
    (StreamedBatch { recognizer, consent: Consent::of_test() }, open)
}

#[async_trait]
impl Recognizer for Counter {
    fn id(&self) -> RecognizerId {
        RecognizerId::known("counter")
    }

    fn choice(&self) -> RecognizerChoice {
        let (id, capabilities) = (self.id(), self.capabilities());
        RecognizerChoice { id, label: "Counter".to_owned(), unavailable: None, note: String::new(), capabilities }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { streaming: true, gate: Gate::Speech, ..Capabilities::NONE }
    }

    async fn open(&self, _: OpenStream) -> Result<RecognizerStream, RecognizerError> {
        let fate = self.fates.lock().unwrap().pop_front().unwrap_or(StreamFate::Works);
        if let StreamFate::Refused(error) = fate {
            return Err(error);
        }
        let (audio, mut pushed) = mpsc::channel(8);
        let (out, events) = mpsc::channel(8);
        let open = Arc::clone(&self.open);
        *open.lock().unwrap() += 1;
        tokio::spawn(async move {
            let (mut samples, mut said) = (0, 0);
            loop {
                let input = tokio::select! { input = pushed.recv() => input, () = out.closed() => None };
                let Some(Audio::Samples(sound)) = input else { break };
                samples += sound.samples().len();
                sleep(Duration::from_millis(10)).await;
                if matches!(fate, StreamFate::Lost(after) if samples > after) {
                    let _ = out.send(Err(RecognizerError::Connection("it ended".to_owned()))).await;
                    break;
                }
                while (said + 1) * 16_000 <= samples {
                    let start = Millis(said as i64 * 1_000);
                    let text = format!("second {}", sound.samples()[0]);
                    let _ = out.send(Ok(RecognizerEvent::Final(Utterance::new(text, start, start + Millis(1_000))))).await;
                    said += 1;
                }
            }
            if matches!(fate, StreamFate::NeverEnds) {
                out.closed().await;
            }
            *open.lock().unwrap() -= 1;
        });
        Ok(RecognizerStream { audio, events })
    }
}

/// A recording of so many seconds that breaks off after `there` of them.
fn recording(seconds: i16, there: i16) -> Recording {
    let (sender, audio) = mpsc::channel(4);
    tokio::spawn(async move {
        for second in 0..there {
            for _ in 0..10 {
                if sender.send(Consent::of_test().audio(vec![second; 1_600])).await.is_err() {
                    return;
                }
            }
        }
    });
    let request =
        OpenStream { track: TrackId::MICROPHONE, channel: Channel::Rep, language: "en".to_owned(), vocabulary: Vec::new(), reopens: false };
    Recording { request, samples: u64::from(seconds.unsigned_abs()) * 16_000, audio, progress: Progress::default() }
}

fn counted(seconds: i64) -> Vec<(String, i64)> {
    (0..seconds).map(|second| (format!("second {second}"), second * 1_000)).collect()
}

async fn transcribed(fates: impl IntoIterator<Item = StreamFate>) -> Result<Vec<(String, i64)>, RecognizerError> {
    let said = counter(fates).0.transcribe(recording(300, 300)).await?;
    Ok(said.into_iter().map(|said| (said.text, said.start.0)).collect())
}

#[tokio::test(start_paused = true)]
async fn a_recording_is_heard_whole_and_silence_is_not_left_out_twice() {
    let (batch, open) = counter([]);
    let recording = recording(300, 300);
    let progress = recording.progress.clone();
    let said = batch.transcribe(recording).await.unwrap();
    assert_eq!(said.into_iter().map(|said| (said.text, said.start.0)).collect::<Vec<_>>(), counted(300));
    assert_eq!((progress.so_far(), *open.lock().unwrap()), (Millis(300_000), 0));
}

#[tokio::test(start_paused = true)]
async fn a_lost_stream_is_opened_again_and_every_second_is_there_once() {
    let fates = [
        StreamFate::Lost(100),
        StreamFate::Lost(1_000_000),
        StreamFate::Lost(40_000),
        StreamFate::Refused(RecognizerError::Connection("no".to_owned())),
    ];
    assert_eq!(transcribed(fates).await.unwrap(), counted(300));
}

#[tokio::test(start_paused = true)]
async fn what_stays_away_or_refuses_is_an_error_of_its_kind() {
    let away = || StreamFate::Refused(RecognizerError::Connection("no".to_owned()));
    assert_eq!(transcribed((0..30).map(|_| away())).await, Err(RecognizerError::Connection("no".to_owned())));
    assert_eq!(transcribed([StreamFate::Refused(RecognizerError::Authentication)]).await, Err(RecognizerError::Authentication));
    assert_eq!(transcribed([StreamFate::NeverEnds]).await, Err(RecognizerError::Hung), "half a transcript is none");
}

#[tokio::test(start_paused = true)]
async fn half_a_recording_has_no_transcript() {
    let broken = counter([]).0.transcribe(recording(300, 150)).await;
    assert!(broken.is_err_and(|error| error.is_retryable()));
}

#[tokio::test(start_paused = true)]
async fn whoever_lets_go_of_it_ends_its_streams() {
    let (batch, open) = counter([]);
    let start = Instant::now();
    let done = tokio::time::timeout(Duration::from_secs(5), batch.transcribe(recording(3_000, 3_000))).await;
    assert!(done.is_err() && start.elapsed().as_secs() == 5);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(*open.lock().unwrap(), 0, "nothing goes on behind it");
}

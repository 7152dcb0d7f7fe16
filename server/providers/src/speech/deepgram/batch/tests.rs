#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::sync::Arc;

use ports::Recognizer;

use super::*;
use crate::conformance::{Speech, batch_conformance, recording_of};
use crate::speech::deepgram::DEFAULT_MODEL;
use crate::speech::{Deepgram, GuardedRecognizer};
use crate::test_utils::{DeepgramTrouble, DeepgramUpstream, Sentence};

fn at(url: &str, key: &str) -> Arc<dyn BatchRecognizer> {
    Deepgram::new(url, Some(key.to_owned().into()), DEFAULT_MODEL).batch().unwrap()
}

fn script() -> Vec<Sentence> {
    vec![
        Sentence::new("customer", 500, "That is too expensive for a team of our size."),
        Sentence::new("customer", 6000, "What does it cost?"),
        Sentence::new("rep", 500, "Thanks for telling me."),
    ]
}

#[tokio::test]
async fn it_passes_the_suite() {
    let upstream = DeepgramUpstream::start(script()).await;
    let speech = Speech { samples: vec![1000; 10 * 16_000 + 8], words: vec!["expensive", "team", "cost"], at_least: 3, listens: true };
    batch_conformance(|| at(upstream.url(), DeepgramUpstream::KEY), &speech).await;
    let guarded =
        GuardedRecognizer::new(Arc::new(Deepgram::new(upstream.url(), Some(DeepgramUpstream::KEY.to_owned().into()), DEFAULT_MODEL)));
    batch_conformance(|| guarded.batch().unwrap(), &speech).await;
}

#[tokio::test]
async fn a_recording_becomes_finals_with_word_times_and_all_audio_arrives() {
    let upstream = DeepgramUpstream::start(script()).await;
    let samples = vec![1000; 10 * 16_000];
    let said = at(upstream.url(), DeepgramUpstream::KEY).transcribe(recording_of(&samples, samples.len())).await.unwrap();
    let texts: Vec<_> = said.iter().map(|said| (said.text.as_str(), said.start.0, said.end.0, said.words.len())).collect();
    assert_eq!(texts, [("That is too expensive for a team of our size.", 500, 3500, 10), ("What does it cost?", 6000, 7200, 4)]);
    assert_eq!((said[0].words[9].text.as_str(), said[0].words[9].start.0, said[0].words[9].confidence), ("size.", 3200, 0.97));
    let session = &upstream.sessions()[0];
    assert_eq!((session.recording, session.audio_ms), (true, 10_000));
    let asked = ["model", "language", "tag", "keyterm", "smart_format"].map(|name| session.get(name).unwrap_or_default().to_owned());
    assert_eq!(asked, ["nova-3", "en-US", "customer", "Closezly", "true"]);
}

/// Why there is no transcript.
async fn failure(upstream: &DeepgramUpstream, key: &str) -> RecognizerError {
    at(upstream.url(), key).transcribe(recording_of(&[1000; 16_000], 16_000)).await.unwrap_err()
}

#[tokio::test]
async fn a_refusal_says_why() {
    let upstream = DeepgramUpstream::start(script()).await;
    assert_eq!(failure(&upstream, "wrong").await, RecognizerError::Authentication);
    for (status, expected) in [(402, "no credit"), (429, "too many"), (400, "language en-US"), (413, "413"), (503, "503")] {
        let upstream = DeepgramUpstream::start_with(script(), Some(DeepgramTrouble::Refuses(status))).await;
        let error = failure(&upstream, DeepgramUpstream::KEY).await;
        assert!(error.to_string().contains(expected), "{status}: {error}");
        assert_eq!(error.is_retryable(), status == 503);
    }
    let upstream = DeepgramUpstream::start_with(script(), Some(DeepgramTrouble::SendsRubbish)).await;
    assert!(matches!(failure(&upstream, DeepgramUpstream::KEY).await, RecognizerError::Rubbish(_)));
}

#[tokio::test]
async fn nobody_there_is_a_lost_connection_that_names_no_key() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = at(&format!("ws://127.0.0.1:{port}"), "hunter2");
    let error = nobody.transcribe(recording_of(&[1; 1600], 1600)).await.unwrap_err();
    assert!(matches!(&error, RecognizerError::Connection(why) if !why.contains("hunter2")), "{error}");
    let broken = at("not an address", "key").transcribe(recording_of(&[1; 1600], 1600)).await.unwrap_err();
    assert!(matches!(broken, RecognizerError::NotConfigured(_)), "{broken}");
    assert!(Deepgram::new("wss://x", None, DEFAULT_MODEL).batch().is_none(), "without a key there is none");
}

#[tokio::test(start_paused = true)]
async fn one_that_never_answers_is_given_up_after_ten_minutes_and_the_length() {
    struct Silent;
    #[async_trait]
    impl BatchRecognizer for Silent {
        async fn transcribe(&self, _: Recording) -> Result<Vec<Utterance>, RecognizerError> {
            std::future::pending().await
        }
    }
    struct OfSilent(Deepgram);
    #[async_trait]
    impl Recognizer for OfSilent {
        fn id(&self) -> model::RecognizerId {
            self.0.id()
        }
        fn choice(&self) -> model::RecognizerChoice {
            self.0.choice()
        }
        fn capabilities(&self) -> model::Capabilities {
            self.0.capabilities()
        }
        async fn open(&self, request: ports::OpenStream) -> Result<ports::RecognizerStream, RecognizerError> {
            self.0.open(request).await
        }
        fn batch(&self) -> Option<Arc<dyn BatchRecognizer>> {
            Some(Arc::new(Silent))
        }
    }
    let guarded = GuardedRecognizer::new(Arc::new(OfSilent(Deepgram::new("wss://x", None, DEFAULT_MODEL))));
    let start = tokio::time::Instant::now();
    let error = guarded.batch().unwrap().transcribe(recording_of(&[1; 160_000], 160_000)).await.unwrap_err();
    assert!(matches!(error, RecognizerError::Unavailable(_)), "{error}");
    assert_eq!(start.elapsed().as_secs(), 610);
}

/// The recorded answer, beside the repository or one of the folders around it.
fn recorded() -> Option<serde_json::Value> {
    let file = "shared/vendors/vectors/deepgram/vercel.prerecorded.json";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join(file)).find(|path| path.is_file())?;
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

#[test]
fn a_recorded_answer_is_read_whole() {
    let Some(answer) = recorded() else {
        eprintln!("skipped: the recorded answers of Deepgram aren't beside the repository");
        return;
    };
    let best = &answer["results"]["channels"][0]["alternatives"][0];
    let length = Millis((answer["metadata"]["duration"].as_f64().unwrap() * 1000.0) as i64);
    let said = words::utterances(serde_json::from_value(answer.clone()).unwrap(), length).unwrap();
    let text = said.iter().map(|said| said.text.as_str()).collect::<Vec<_>>().join(" ");
    assert_eq!(text, best["transcript"].as_str().unwrap());
    let heard = best["words"].as_array().unwrap();
    assert_eq!(said.iter().map(|said| said.words.len()).sum::<usize>(), heard.len());
    for (word, recorded) in said.iter().flat_map(|said| &said.words).zip(heard) {
        assert_eq!(word.text, recorded["word"].as_str().unwrap());
        assert!((word.start.as_seconds() - recorded["start"].as_f64().unwrap()).abs() < 0.001, "{word:?}");
    }
    assert!(said.len() >= 2 && said.iter().all(|said| said.end.0 - said.start.0 <= 21_000), "no line is longer than is read: {said:?}");
}

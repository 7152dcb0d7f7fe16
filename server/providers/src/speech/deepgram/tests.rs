#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use super::*;
use crate::conformance::{Speech, english, play, recognizer_conformance};
use crate::test_utils::{DeepgramTrouble, DeepgramUpstream, Sentence};

fn at(upstream: &DeepgramUpstream) -> Deepgram {
    Deepgram::new(upstream.url(), Some(DeepgramUpstream::KEY.to_owned().into()), DEFAULT_MODEL)
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
    let speech = Speech { samples: vec![1000; 10 * 16_000], words: vec!["expensive", "team", "cost"], at_least: 3, listens: true };
    recognizer_conformance(|| Arc::new(at(&upstream)), &speech).await;
}

#[tokio::test]
async fn each_channel_hears_its_own_and_all_audio_arrives() {
    let upstream = DeepgramUpstream::start(script()).await;
    let deepgram = at(&upstream);
    let samples = vec![1000; 10 * 16_000 + 8];
    let (rep, customer) = (deepgram.open(english(Channel::Rep)).await.unwrap(), deepgram.open(english(Channel::Customer)).await.unwrap());
    let (rep, customer) = tokio::join!(play(rep, &samples), play(customer, &samples));
    assert_eq!(rep.finals().map(|said| said.text.as_str()).collect::<Vec<_>>(), ["Thanks for telling me."]);
    let texts: Vec<_> = customer.finals().map(|said| (said.text.as_str(), said.start.0, said.end.0)).collect();
    assert_eq!(texts, [("That is too expensive for a team of our size.", 500, 3500), ("What does it cost?", 6000, 7200)]);
    for session in upstream.sessions() {
        assert_eq!((session.audio_ms, session.closed), (10_000, true));
        assert_eq!(session.get("keyterm"), Some("Closezly"));
    }
}

#[tokio::test]
async fn without_a_key_it_is_offered_as_unavailable() {
    let deepgram = Deepgram::new(DEFAULT_URL, None, DEFAULT_MODEL);
    assert!(deepgram.choice().unavailable.unwrap().contains("No Deepgram key"));
    assert!(matches!(deepgram.open(english(Channel::Rep)).await, Err(RecognizerError::NotConfigured(_))));
}

#[tokio::test]
async fn a_refusal_is_told_at_once() {
    let upstream = DeepgramUpstream::start(script()).await;
    let wrong = Deepgram::new(upstream.url(), Some("wrong".to_owned().into()), DEFAULT_MODEL);
    assert_eq!(wrong.open(english(Channel::Rep)).await.unwrap_err(), RecognizerError::Authentication);
    assert!(wrong.check().await.unwrap_err().contains("refused the key"));
    for (status, expected) in [(402, "no credit"), (429, "too many"), (400, "language en-US"), (404, "404"), (500, "500")] {
        let upstream = DeepgramUpstream::start_with(script(), Some(DeepgramTrouble::Refuses(status))).await;
        let error = at(&upstream).open(english(Channel::Rep)).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{status}: {error}");
        assert_eq!(error.is_retryable(), status == 500);
    }
}

#[tokio::test]
async fn the_check_opens_a_stream_and_closes_it() {
    let upstream = DeepgramUpstream::start(script()).await;
    assert!(at(&upstream).check().await.unwrap().contains("nova-3"));
    assert!(upstream.sessions()[0].closed && upstream.sessions()[0].audio_ms == 0);
}

#[test]
fn the_key_is_not_printed() {
    let printed = format!("{:?}", Deepgram::new(DEFAULT_URL, Some("hunter2".to_owned().into()), DEFAULT_MODEL));
    assert!(!printed.contains("hunter2"));
}

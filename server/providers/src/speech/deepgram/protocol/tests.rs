#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};

use model::{Channel, TrackId};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn request() -> OpenStream {
    OpenStream {
        channel: Channel::Customer,
        track: TrackId::FAR_END,
        language: "en-US".into(),
        vocabulary: ports::Redaction::default().texts(&["Closezly", "S&P 500"]),
        reopens: false,
    }
}

fn protocol() -> Protocol {
    Protocol::new("wss://api.deepgram.com/", "hunter2".to_owned().into(), "nova-3", &request())
}

/// What is told, without how far the audio is done: kind, text, start, end.
fn told(heard: &[ProtocolEvent]) -> Vec<(&'static str, &str, i64, i64)> {
    let line = |kind, said: &'_ Utterance| (kind, said.start.0, said.end.0);
    heard
        .iter()
        .filter_map(|heard| match heard {
            ProtocolEvent::Partial(said) => Some((line("partial", said), said)),
            ProtocolEvent::Final(said) => Some((line("final", said), said)),
            _ => None,
        })
        .map(|((kind, start, end), said)| (kind, said.text.as_str(), start, end))
        .collect()
}

#[test]
fn the_request_asks_for_what_is_sent_and_needed() {
    let request = protocol().request().unwrap();
    assert_eq!(
        request.uri().to_string(),
        "wss://api.deepgram.com/v1/listen?model=nova-3&language=en-US&encoding=linear16&sample_rate=16000&channels=1&interim_results=true\
         &punctuate=true&smart_format=true&endpointing=300&utterance_end_ms=1000&vad_events=true&tag=customer&keyterm=Closezly&keyterm=S%26P%20500"
    );
    assert_eq!(request.headers()["authorization"], "Token hunter2");
    assert!(request.headers()["authorization"].is_sensitive());
}

#[test]
fn addresses_models_and_languages_are_adapted() {
    let uri = |base: &str, model: &str, language: &str| address(base, model, &OpenStream { language: language.into(), ..request() });
    assert!(uri("http://127.0.0.1:9", "nova-3", "de-DE").starts_with("ws://127.0.0.1:9/v1/listen?model=nova-3&language=de&"));
    assert!(
        uri("https://api.eu.deepgram.com", "nova-3", "pt-br")
            .starts_with("wss://api.eu.deepgram.com/v1/listen?model=nova-3&language=pt-BR&")
    );
    assert!(!uri("wss://x", "nova-2", "en").contains("keyterm"));
}

#[test]
fn what_cannot_be_a_request_is_not_configured() {
    for (base, key) in [("not an address", "key"), ("wss://x", "line\nbreak")] {
        let error = Protocol::new(base, key.to_owned().into(), "nova-3", &request()).request().unwrap_err();
        assert!(matches!(error, RecognizerError::NotConfigured(_)) && !error.to_string().contains("line"), "{error}");
    }
}

#[test]
fn a_session_becomes_partials_and_finals() {
    let messages: Vec<Value> = serde_json::from_str(include_str!("../../../../fixtures/deepgram/session.json")).unwrap();
    let mut protocol = protocol();
    let heard: Vec<_> = messages.iter().flat_map(|message| protocol.read(&message.to_string()).unwrap()).collect();
    assert_eq!(
        told(&heard),
        [
            ("partial", "That's two", 480, 960),
            ("partial", "That's too expensive", 480, 1680),
            ("partial", "That's too expensive for us", 480, 2200),
            ("final", "That's too expensive for us.", 480, 2200),
            ("partial", "Uh", 5800, 6000),
            ("final", "", 6700, 6700),
            ("partial", "Okay.", 7000, 7400),
            ("final", "Okay.", 7000, 7400),
        ]
    );
    let done: Vec<_> = heard.iter().filter_map(|heard| if let ProtocolEvent::Done(until) = heard { Some(until.0) } else { None }).collect();
    // The first piece ends at 1700, the last one at 7700, but their words are told with what comes later only.
    assert_eq!(done, [480, 2700, 5700, 6700, 7000]);
    assert_eq!(heard.last(), Some(&ProtocolEvent::End));
    let Some(ProtocolEvent::Final(said)) = heard.iter().find(|heard| matches!(heard, ProtocolEvent::Final(_))) else { panic!("no final") };
    assert_eq!(said.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["That's", "too", "expensive", "for", "us."]);
    // Three words at 0.97, two at 0.92.
    assert!((said.confidence - 0.95).abs() < 1e-9);
    assert_eq!(protocol.take_rest(), None);
}

fn result(start: f64, duration: f64, text: &str, is_final: bool, speech_final: bool) -> String {
    let words =
        if text.is_empty() { json!([]) } else { json!([{"word": text, "start": start, "end": start + duration, "confidence": 0.5}]) };
    json!({"type": "Results", "start": start, "duration": duration, "is_final": is_final, "speech_final": speech_final,
        "channel": {"alternatives": [{"transcript": text, "confidence": 0.5, "words": words}]}})
    .to_string()
}

#[test]
fn final_pieces_are_not_lost_with_the_connection() {
    let mut protocol = protocol();
    protocol.read(&result(0.0, 1.0, "one", true, false)).unwrap();
    protocol.read(&result(1.0, 1.0, "two", true, false)).unwrap();
    protocol.read(&result(2.0, 1.0, "three", false, false)).unwrap();
    assert_eq!(protocol.take_rest().unwrap().text, "one two");
}

#[test]
fn somebody_who_does_not_pause_gets_finals_too() {
    let mut protocol = protocol();
    let heard: Vec<_> = (0..30).flat_map(|at| protocol.read(&result(f64::from(at), 1.0, "on", true, false)).unwrap()).collect();
    let finals: Vec<_> = told(&heard).into_iter().filter(|(kind, ..)| *kind == "final").map(|(_, _, start, end)| (start, end)).collect();
    assert_eq!(finals, [(0, 21_000)]);
}

#[test]
fn refusals_are_told_apart() {
    let refused = |status: u16, body: &str| protocol().refused(StatusCode::from_u16(status).unwrap(), body.as_bytes());
    assert_eq!(refused(401, "{}"), RecognizerError::Authentication);
    assert_eq!(refused(403, ""), RecognizerError::Authentication);
    assert!(matches!(refused(402, ""), RecognizerError::Quota(why) if why.contains("credit")));
    assert!(matches!(refused(429, ""), RecognizerError::Quota(why) if why.contains("many")));
    assert_eq!(refused(400, r#"{"err_msg":"No such model/language/tier combination found."}"#), RecognizerError::Language("en-US".into()));
    assert!(matches!(refused(400, r#"{"err_msg":"Bad audio."}"#), RecognizerError::NotConfigured(why) if why.contains("Bad audio.")));
    assert!(refused(503, "<html>").is_retryable());
}

#[test]
fn errors_and_unknown_messages_are_read() {
    let mut protocol = protocol();
    let error = r#"{"type":"Error","description":"Could not deserialize last text message.","message":"","variant":"DATA"}"#;
    assert_eq!(protocol.read(error).unwrap(), [ProtocolEvent::Failed("Could not deserialize last text message.".into())]);
    assert_eq!(protocol.read(r#"{"type":"Something","new":true}"#).unwrap(), []);
    for rubbish in ["", "[]", "{}", r#"{"type":"Results"}"#, &result(-1.0, 1.0, "a", true, true), &result(1e300, 1.0, "a", true, true)] {
        assert!(protocol.read(rubbish).is_err(), "{rubbish}");
    }
}

/// The folder of recorded sessions, beside the repository or one of the folders around it.
fn recorded() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/vendors/vectors/deepgram"))
        .find(|path| path.is_dir())
}

#[test]
fn recorded_sessions_are_read() {
    let Some(folder) = recorded() else {
        eprintln!("skipped: the recorded sessions of Deepgram aren't beside the repository");
        return;
    };
    let (mut files, mut words) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with("-response.json") {
            continue;
        }
        let message: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let heard = protocol().read(&message.to_string()).unwrap();
        let transcript = message["channel"]["alternatives"][0]["transcript"].as_str().unwrap();
        let finals: Vec<_> = told(&heard).into_iter().filter(|(kind, ..)| *kind == "final").map(|(_, text, ..)| text).collect();
        assert_eq!(finals, Vec::from_iter((!transcript.is_empty()).then_some(transcript)), "{}", path.display());
        let Some(ProtocolEvent::Done(until)) = heard.last() else { panic!("not done") };
        let end = message["start"].as_f64().unwrap() + message["duration"].as_f64().unwrap();
        assert!((until.as_seconds() - end).abs() < 0.001);
        files += 1;
        words += heard.iter().map(|heard| if let ProtocolEvent::Final(said) = heard { said.words.len() } else { 0 }).sum::<usize>();
    }
    assert!(files >= 4 && words >= 10, "{words} words in {files} files");
    let other: Value = serde_json::from_slice(&std::fs::read(recorded().unwrap().join("control-and-nonresult.json")).unwrap()).unwrap();
    let server = other["server"].as_array().unwrap();
    let heard: Vec<_> = server.iter().flat_map(|message| protocol().read(&message.to_string()).unwrap()).collect();
    assert_eq!(heard, [ProtocolEvent::End]);
    let client: Vec<String> = other["client"].as_array().unwrap().iter().map(ToString::to_string).collect();
    assert!(client.contains(&protocol().keep_alive()) && client.contains(&protocol().finish()));
}

proptest! {
    #[test]
    fn no_message_makes_it_panic(text in ".{0,200}", start in any::<f64>(), duration in any::<f64>(), is_final in any::<bool>(), speech_final in any::<bool>()) {
        let mut protocol = protocol();
        let _ = protocol.read(&text);
        let _ = protocol.read(&result(start, duration, &text, is_final, speech_final));
        let _ = protocol.take_rest();
    }
}

#![allow(clippy::unwrap_used, clippy::expect_used)]

use model::Channel;
use ports::Recognizer;

use super::*;
use crate::conformance::{english, play, sound};
use crate::speech::Deepgram;
use crate::test_utils::{DeepgramTrouble, DeepgramUpstream, Sentence};

const QUICK: Pace = Pace {
    send: Duration::from_secs(5),
    keep_alive: Duration::from_millis(50),
    silence: Duration::from_millis(400),
    rest: Duration::from_millis(400),
};

fn at(upstream: &DeepgramUpstream) -> Deepgram {
    Deepgram::new(upstream.url(), Some(DeepgramUpstream::KEY.to_owned().into()), "nova-3").with_pace(QUICK)
}

/// Audio whose samples say when they are, so that the upstream knows where in the stream a connection begins.
fn clock(seconds: usize) -> Vec<i16> {
    (0..seconds * 16_000).map(|at| DeepgramUpstream::START_OF_STREAM + (at / 160) as i16).collect()
}

fn script() -> Vec<Sentence> {
    let sentences =
        ["We are also looking at Gong to be open.", "It is too expensive.", "Who else would need to see this before you decide?"];
    (0..).zip(sentences).map(|(at, text)| Sentence::new("customer", 1000 + at * 5000, text)).collect()
}

async fn upstream(trouble: DeepgramTrouble) -> DeepgramUpstream {
    DeepgramUpstream::start_with(script(), Some(trouble)).await
}

/// What a stream said, and the error that it ended with, after some audio and a finish.
async fn failure(upstream: &DeepgramUpstream) -> (Vec<RecognizerEvent>, RecognizerError) {
    let RecognizerStream { audio, mut events } = at(upstream).open(english(Channel::Customer)).await.unwrap();
    for frame in clock(8).chunks(1600) {
        // The stream may be over already.
        if audio.send(sound(frame.to_vec())).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let _ = audio.send(Audio::Finish).await;
    let mut said = Vec::new();
    loop {
        match timeout(Duration::from_secs(20), events.recv()).await.expect("it comes to an end").expect("an error comes first") {
            Ok(event) => said.push(event),
            Err(error) => {
                assert_eq!(events.recv().await, None);
                return (said, error);
            }
        }
    }
}

#[tokio::test]
async fn a_lost_connection_ends_the_stream_and_says_what_was_heard_for_good() {
    // The script's first sentence takes from 1 s to 3.7 s, the second one from 6 s to 7.2 s.
    let upstream = upstream(DeepgramTrouble::Cuts(7000)).await;
    let (said, error) = failure(&upstream).await;
    assert!(matches!(error, RecognizerError::Connection(_)) && error.is_retryable(), "{error}");
    let finals = said.iter().filter_map(|event| if let RecognizerEvent::Final(said) = event { Some(said.text.as_str()) } else { None });
    assert_eq!(finals.filter(|text| !text.is_empty()).collect::<Vec<_>>(), [script()[0].text.as_str()]);
    let mut done = said.iter().filter_map(|event| if let RecognizerEvent::Done(until) = event { Some(until.0) } else { None });
    assert!(done.next_back().is_some_and(|until| (3700..=7000).contains(&until)), "{said:?}");
    assert_eq!(upstream.sessions().len(), 1, "nobody but who opened it opens it again");
}

#[tokio::test]
async fn silence_on_the_line_is_kept_alive() {
    let upstream = DeepgramUpstream::start(script()).await;
    let stream = at(&upstream).open(english(Channel::Customer)).await.unwrap();
    while upstream.sessions().first().is_none_or(|session| session.keep_alives < 3) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(play(stream, &clock(5)).await.finals().count(), 1);
    assert_eq!(upstream.sessions().len(), 1);
}

#[tokio::test]
async fn the_error_says_why_and_there_is_one_connection() {
    let after = async |trouble| {
        let upstream = upstream(trouble).await;
        let (_, error) = failure(&upstream).await;
        assert_eq!(upstream.sessions().len(), 1, "{trouble:?}");
        error
    };
    assert!(matches!(after(DeepgramTrouble::CutsAll).await, RecognizerError::Connection(_)));
    assert_eq!(after(DeepgramTrouble::SendsErrors).await, RecognizerError::Connection("Could not deserialize.".into()));
    assert_eq!(after(DeepgramTrouble::SaysNothing).await, RecognizerError::Hung);
    assert_eq!(after(DeepgramTrouble::NeverEnds).await, RecognizerError::Hung);
    assert!(matches!(after(DeepgramTrouble::SendsRubbish).await, RecognizerError::Rubbish(_)));
}

#[tokio::test]
async fn nobody_there_is_a_lost_connection() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = Deepgram::new(format!("ws://127.0.0.1:{port}"), Some("key".to_owned().into()), "nova-3");
    assert!(matches!(nobody.open(english(Channel::Rep)).await, Err(RecognizerError::Connection(_))));
    // Somebody who takes the connection and never answers.
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}", deaf.local_addr().unwrap());
    let pace = Pace { send: Duration::from_millis(100), ..QUICK };
    let silent = Deepgram::new(url, Some("key".to_owned().into()), "nova-3").with_pace(pace);
    assert_eq!(silent.open(english(Channel::Rep)).await.unwrap_err(), RecognizerError::Connection("it does not answer".into()));
}

#[tokio::test]
async fn dropping_the_stream_closes_the_socket() {
    let upstream = DeepgramUpstream::start(script()).await;
    let stream = at(&upstream).open(english(Channel::Customer)).await.unwrap();
    stream.audio.send(sound(clock(1))).await.unwrap();
    drop(stream);
    let closed = async {
        while !upstream.sessions().first().is_some_and(|session| session.ended) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(10), closed).await.expect("the connection ends");
    assert!(!upstream.sessions()[0].closed);
}

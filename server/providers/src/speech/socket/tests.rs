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
    backoff: Duration::from_millis(10),
    attempts: 2,
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

/// The error after some audio and a finish.
async fn failure(trouble: DeepgramTrouble) -> (RecognizerError, usize) {
    let upstream = upstream(trouble).await;
    let RecognizerStream { audio, mut events } = at(&upstream).open(english(Channel::Customer)).await.unwrap();
    audio.send(sound(clock(4))).await.unwrap();
    // The stream may be over already.
    let _ = audio.send(Audio::Finish).await;
    loop {
        match timeout(Duration::from_secs(20), events.recv()).await.expect("it comes to an end").expect("an error comes first") {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(events.recv().await, None);
                return (error, upstream.sessions().len());
            }
        }
    }
}

#[tokio::test]
async fn after_a_cut_every_word_is_there_once_at_its_time() {
    for after in [500, 1700, 2600, 3700, 6500, 9000, 12_900, 17_900] {
        let upstream = upstream(DeepgramTrouble::Cuts(after)).await;
        let said = play(at(&upstream).open(english(Channel::Customer)).await.unwrap(), &clock(18)).await;
        let words: Vec<_> = said.finals().flat_map(|said| &said.words).map(|word| (word.text.clone(), word.start.0)).collect();
        let expected: Vec<_> = script()
            .iter()
            .flat_map(|sentence| {
                sentence.text.split(' ').zip(0..).map(|(word, at)| (word.to_owned(), sentence.at_ms + at * 300)).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(
            words.iter().map(|(word, _)| word).collect::<Vec<_>>(),
            expected.iter().map(|(word, _)| word).collect::<Vec<_>>(),
            "cut after {after}"
        );
        for ((word, start), (_, wanted)) in words.iter().zip(&expected) {
            assert!((start - wanted).abs() <= 10, "{word} at {start} instead of {wanted}, cut after {after}");
        }
        assert_eq!(upstream.sessions().len(), 2, "cut after {after}");
    }
}

#[tokio::test]
async fn what_was_worked_through_is_not_sent_again() {
    let upstream = upstream(DeepgramTrouble::Cuts(9000)).await;
    let RecognizerStream { audio, mut events } = at(&upstream).open(english(Channel::Customer)).await.unwrap();
    // Slowly: what the service says before the cut must have been read.
    let feed = async {
        for frame in clock(18).chunks(1600) {
            audio.send(sound(frame.to_vec())).await.unwrap();
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        audio.send(Audio::Finish).await.unwrap();
    };
    let listen = async { while events.recv().await.is_some() {} };
    tokio::join!(feed, listen);
    let again = &upstream.sessions()[1];
    let begins = i64::from(again.first_sample.unwrap() - DeepgramUpstream::START_OF_STREAM) * 10;
    assert!((6000..=9000).contains(&begins), "the second connection begins at {begins}");
    assert!((again.audio_ms - (18_000 - begins)).abs() <= 10 && again.closed);
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
async fn attempts_have_an_end_and_the_error_says_why() {
    assert!(matches!(failure(DeepgramTrouble::CutsAll).await, (RecognizerError::Connection(_), 3)));
    assert!(
        matches!(failure(DeepgramTrouble::SendsErrors).await, (RecognizerError::Connection(why), 3) if why == "Could not deserialize.")
    );
    assert!(matches!(failure(DeepgramTrouble::SaysNothing).await, (RecognizerError::Hung, 3)));
    assert!(matches!(failure(DeepgramTrouble::NeverEnds).await, (RecognizerError::Hung, _)));
    assert!(matches!(failure(DeepgramTrouble::SendsRubbish).await, (RecognizerError::Rubbish(_), 1)));
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

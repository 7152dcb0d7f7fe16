//! A live call and its recording with a recognizer that is a service: Deepgram's stand-in on loopback.

use std::sync::Arc;

use model::wire::{CallEvent, ClientMessage, FRAME_SAMPLES, Frame, Part};
use model::{CallId, Channel, Millis, TrackId};
use providers::speech::{Deepgram, GuardedRecognizer};
use providers::test_utils::{DeepgramTrouble, DeepgramUpstream, Sentence};
use serde_json::{Value, json};

use crate::page::{Page, hello, make, new_call, path};
use crate::review::ann;
use crate::support::{Program, Setup, TestServer};

const CUSTOMER: Channel = Channel::Customer;

fn script() -> Vec<Sentence> {
    let sentences =
        ["We are also looking at Gong to be open.", "It is too expensive.", "Who else would need to see this before you decide?"];
    (0..).zip(sentences).map(|(at, text)| Sentence::new("customer", 1000 + at * 5000, text)).collect()
}

/// Each word of the script with its time.
fn words_of_the_script() -> Vec<(String, i64)> {
    let times = |sentence: &Sentence| {
        let words: Vec<_> = sentence.text.split(' ').map(str::to_owned).collect();
        words.into_iter().zip((0..).map(|place| place * 300)).map(|(word, at)| (word, sentence.at_ms + at)).collect::<Vec<_>>()
    };
    script().iter().flat_map(times).collect()
}

async fn server(upstream: &DeepgramUpstream) -> TestServer {
    let deepgram = Deepgram::new(upstream.url(), Some(DeepgramUpstream::KEY.to_owned().into()), "nova-3");
    let recognizers: Vec<Arc<dyn ports::Recognizer>> = vec![Arc::new(GuardedRecognizer::new(Arc::new(deepgram)))];
    TestServer::with(Setup { recognizers, ..Setup::default() }).await
}

/// Sound whose samples say when it is, so that the stand-in knows where in the call a connection begins.
fn frame(sequence: u32) -> Frame {
    let samples = (0..FRAME_SAMPLES).map(|at| DeepgramUpstream::START_OF_STREAM + (sequence * 10) as i16 + (at / 160) as i16);
    let pcm = samples.flat_map(i16::to_le_bytes).collect();
    Frame { track: TrackId::usual(CUSTOMER), sequence, captured_at: Millis(i64::from(sequence) * 100), pcm }
}

/// A call of 18 s with Deepgram, to its end.
async fn call(ann: &Program) -> CallId {
    let mut new = new_call("With a service");
    new["recognizer"] = json!("deepgram");
    let id = make(ann, new).await;
    let mut page = Page::join(ann, hello(id, Part::Source, "tab")).await;
    page.welcome().await;
    for sequence in 0..180 {
        page.say(ClientMessage::Frame(frame(sequence))).await;
        // Slowly: what the service says before a cut is read before it.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    page.acked(CUSTOMER, 180).await;
    page.say(ClientMessage::End).await;
    page.event(|event| matches!(event, CallEvent::Ended)).await;
    id
}

async fn review(ann: &Program, id: CallId) -> Value {
    ann.get(&path(id, "/review")).await.body["data"].clone()
}

/// Every word of the script is there once, at its time.
fn assert_complete(review: &Value, why: &str) {
    let segments = review["segments"].as_array().unwrap();
    let words: Vec<_> = segments.iter().flat_map(|segment| segment["words"].as_array().unwrap()).collect();
    let texts: Vec<_> = words.iter().map(|word| word["text"].as_str().unwrap().to_owned()).collect();
    let wanted = words_of_the_script();
    assert_eq!(texts, wanted.iter().map(|(word, _)| word.clone()).collect::<Vec<_>>(), "{why}");
    for (word, (text, at)) in words.iter().zip(wanted) {
        let start = word["start"].as_i64().unwrap();
        assert!((start - at).abs() <= 10, "{text} at {start} instead of {at}: {why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_cut_every_word_is_there_once_at_its_time() {
    for after in [500, 1700, 2600, 3700, 6500, 9000, 12_900, 17_900] {
        let upstream = DeepgramUpstream::start_with(script(), Some(DeepgramTrouble::Cuts(after))).await;
        let server = server(&upstream).await;
        let ann = server.owner("Ann").await;
        let id = call(&ann).await;
        assert_complete(&review(&ann, id).await, &format!("cut after {after}"));
        assert_eq!(upstream.sessions().len(), 2, "cut after {after}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_worked_through_is_not_sent_again() {
    let upstream = DeepgramUpstream::start_with(script(), Some(DeepgramTrouble::Cuts(9000))).await;
    let server = server(&upstream).await;
    call(&server.owner("Ann").await).await;
    let again = &upstream.sessions()[1];
    let begins = i64::from(again.first_sample.unwrap() - DeepgramUpstream::START_OF_STREAM) * 10;
    assert!((6000..=9000).contains(&begins), "the second connection begins at {begins}");
    assert!((again.audio_ms - (18_000 - begins)).abs() <= 10 && again.closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_recognized_again_in_one_request_a_side() {
    let upstream = DeepgramUpstream::start(script()).await;
    let server = server(&upstream).await;
    let (ann, browser) = ann(&server).await;
    let id = call(&ann).await;
    let streams = upstream.sessions().len();
    assert_eq!(ann.patch(&path(id, "/transcript/1"), json!({ "text": "Nothing of the kind." })).await.status, 200);
    let choices = review(&ann, id).await["recognizers"].clone();
    assert_eq!((choices[0]["id"].as_str(), choices.as_array().unwrap().len()), (Some("deepgram"), 1), "not the sample's, nor the browser");
    assert_eq!((&choices[0]["capabilities"]["batch"], &choices[0]["capabilities"]["leaves_server"]), (&json!(true), &json!(true)));
    let answer = browser.call("/api/calls/recognize", &[("id", &id.to_string()), ("with", "deepgram")]).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    // A worker of the server may have it already.
    server.run_jobs().await;
    let again = loop {
        let review = review(&ann, id).await;
        match review["transcript_job"].as_str() {
            None => break review,
            Some(state) => assert_eq!(state, "running"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_complete(&again, "recognized again");
    let sessions = upstream.sessions();
    assert!(sessions[streams..].iter().all(|session| session.recording) && sessions.len() == streams + 1, "{sessions:?}");
    assert_eq!(sessions[streams].audio_ms, 18_000);
}

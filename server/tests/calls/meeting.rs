//! Calls with other tracks than the usual two: a meeting with several people on a side, a line with one voice.

use model::wire::{ClientMessage, Frame, Heard, ServerMessage};
use model::{CallId, Channel, Code, Millis, TrackId};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::page::{Page, frame, make, new_call, path};
use crate::support::{Program, TestServer};

fn meeting(people: Value) -> Value {
    let mut call = new_call("Meeting");
    call["participants"] = people;
    call
}

fn three() -> Value {
    json!([{ "channel": "rep", "name": "Ann" }, { "channel": "customer", "name": "Kim" }, { "channel": "customer", "name": "Lee" }])
}

fn sound(track: u8, sequence: u32) -> ClientMessage {
    ClientMessage::Frame(Frame { track: TrackId(track), ..frame(Channel::Rep, sequence) })
}

fn says(track: u8, start: i64, text: &str) -> ClientMessage {
    let (start, end) = (Millis(start), Millis(start + 900));
    ClientMessage::Heard(Heard { track: TrackId(track), text: text.to_owned(), start, end, confidence: 0.9, is_final: true })
}

async fn acked(page: &mut Page, track: u8, next: u32) {
    let ack = ServerMessage::Ack { track: TrackId(track), next };
    page.until(|message| (*message == ack).then_some(())).await;
}

async fn samples(ann: &Program, call: CallId, of: &str) -> Result<Vec<i16>, StatusCode> {
    let answer = ann.request(reqwest::Method::GET, &path(call, &format!("/recording{of}"))).send().await.unwrap();
    if answer.status() != StatusCode::OK {
        return Err(answer.status());
    }
    let wav = answer.bytes().await.unwrap();
    Ok(wav[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect())
}

#[tokio::test]
async fn a_meeting_of_three_is_recorded_heard_and_reviewed_by_person() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let browser = server.browser();
    browser.sign_in("Ann", crate::support::PASSWORD).await;
    let call = make(&ann, meeting(three())).await;
    let mut page = Page::source(&ann, call).await;
    for (track, frames) in [(0, 10), (1, 20), (2, 30)] {
        for sequence in 0..frames {
            page.say(sound(track, sequence)).await;
        }
        acked(&mut page, track, frames).await;
    }
    // A track that the call doesn't have is told, and nothing else is lost.
    for (track, named) in [(3, "tracks 0 to 2"), (15, "tracks 0 to 2"), (16, "from 0 to 15"), (255, "from 0 to 15")] {
        page.say(sound(track, 0)).await;
        let problem = page.rejected().await;
        assert_eq!(problem.code, Code::FrameMalformed);
        assert!(problem.message.contains(named), "{problem}");
    }
    page.say(says(7, 0, "Nobody says this.")).await;
    assert_eq!(page.rejected().await.code, Code::FrameMalformed);

    page.say(says(1, 0, "Honestly it is too expensive for us.")).await;
    page.say(says(2, 1_000, "Does it work with our warehouse scanners?")).await;
    page.say(says(0, 2_000, "I will send you the pricing deck by Friday.")).await;
    page.heard("pricing deck").await;
    // Who comes back is told where each track stands.
    drop(page);
    let mut page = Page::join(&ann, crate::page::hello(call, model::wire::Part::Source, "tab")).await;
    assert_eq!(page.welcome().await.next, [10, 20, 30]);
    page.end().await;

    let review = ann.get(&path(call, "/review")).await.body["data"].clone();
    let lines: Vec<_> =
        review["segments"].as_array().unwrap().iter().map(|line| (line["track"].clone(), line["channel"].clone())).collect();
    assert_eq!(lines, [(json!(1), json!("customer")), (json!(2), json!("customer")), (json!(0), json!("rep"))]);
    assert_eq!(review["metrics"]["customer"]["words"], json!(14));
    let subtitles = ann.request(reqwest::Method::GET, &path(call, "/export?format=srt")).send().await.unwrap().text().await.unwrap();
    for spoken in ["Kim: Honestly", "Lee: Does it", "Ann: I will"] {
        assert!(subtitles.contains(spoken), "{subtitles}");
    }

    // A side is all its tracks together, a track is itself.
    let value = |sample: u32| i16::try_from(sample + 1).unwrap();
    let kim = samples(&ann, call, "?track=1").await.unwrap();
    assert_eq!((kim.len(), kim[0], kim[19 * 1600]), (20 * 1600, value(0), value(19)));
    let customers = samples(&ann, call, "?channel=customer").await.unwrap();
    assert_eq!((customers.len(), customers[5 * 1600], customers[25 * 1600]), (30 * 1600, 2 * value(5), value(25)));
    let both = samples(&ann, call, "").await.unwrap();
    assert_eq!((both.len(), both[10 * 5 * 1600 / 5], both[2 * 5 * 1600 + 1]), (2 * 30 * 1600, value(5), 2 * value(5)));
    assert_eq!(samples(&ann, call, "?track=3").await, Err(StatusCode::NOT_FOUND));

    // Sides that are swapped: everybody's words are the other side's, and sound goes along.
    let renamed = ann.patch(&path(call, ""), json!({ "names": ["Ann B.", "Kim K."] })).await;
    assert_eq!(renamed.status, StatusCode::OK, "{:?}", renamed.body);
    let swapped = browser.call("/api/calls/swap-channels", &[("id", &call.to_string())]).await;
    assert_eq!(swapped.status, StatusCode::OK, "{:?}", swapped.body);
    let review = ann.get(&path(call, "/review")).await.body["data"].clone();
    let sides: Vec<_> = review["segments"].as_array().unwrap().iter().map(|line| line["channel"].clone()).collect();
    assert_eq!(sides, ["rep", "rep", "customer"]);
    assert_eq!(samples(&ann, call, "?channel=rep").await.unwrap(), customers);
}

#[tokio::test]
async fn one_voice_is_a_call_too() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = make(&ann, meeting(json!([{ "channel": "customer", "name": "Mailbox" }]))).await;
    let mut page = Page::source(&ann, call).await;
    page.say(sound(0, 0)).await;
    acked(&mut page, 0, 1).await;
    page.say(sound(1, 0)).await;
    assert!(page.rejected().await.message.contains("one track"));
    page.say(says(0, 0, "Please call me back about the invoice.")).await;
    page.heard("invoice").await;
    page.end().await;
    let review = ann.get(&path(call, "/review")).await.body["data"].clone();
    assert_eq!(review["segments"][0]["channel"], "customer");
    assert_eq!(samples(&ann, call, "").await.unwrap().len(), 2 * 1600);
    assert_eq!(samples(&ann, call, "?channel=rep").await, Err(StatusCode::NOT_FOUND));
}

#[tokio::test]
async fn people_that_can_not_be_are_refused_with_a_sentence() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let one = json!({ "channel": "customer", "name": "Kim" });
    for (people, field) in [
        (json!(vec![one.clone(); 17]), "participants"),
        (json!([{ "channel": "customer", "name": "" }]), "speaker"),
        (json!([{ "channel": "customer", "name": "x".repeat(121) }]), "speaker"),
    ] {
        let refused = ann.post("/api/v1/calls", meeting(people)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{:?}", refused.body);
        assert_eq!(refused.body["error"]["details"]["field"], field, "{:?}", refused.body);
    }
    assert_eq!(
        ann.post("/api/v1/calls", meeting(json!([{ "channel": "guest", "name": "Kim" }]))).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let sixteen = make(&ann, meeting(json!(vec![one; 16]))).await;
    let mut page = Page::source(&ann, sixteen).await;
    page.say(sound(15, 0)).await;
    acked(&mut page, 15, 1).await;
}

//! The documented stream, `/api/v1/calls/{id}/stream`: who is let in, and what is taken.

use futures::{SinkExt, StreamExt};
use model::Channel::{Customer, Rep};
use model::wire::{CallEvent, ClientMessage, Frame, Heard, Hello, Part, ServerMessage};
use model::{CallId, Channel, Code, Millis, TrackId};
use reqwest::StatusCode;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame as RawFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::page::{Page, connect, ended_call, frame, hello, make, new_call, path, words};
use crate::support::{Program, TestServer, cookie_value, set_cookie};

async fn call_of(ann: &Program) -> CallId {
    make(ann, new_call("Live")).await
}

#[tokio::test]
async fn who_may_open_it() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = call_of(&ann).await;
    let (base, stream) = (server.url(""), path(call, "/stream"));
    let token = format!("Bearer {}", ann.token.as_ref().unwrap());
    let origin = server.url("");
    let sign_in = json!({ "email": "ann@example.com", "password": crate::support::PASSWORD });
    let form = [("email", sign_in["email"].as_str().unwrap()), ("password", sign_in["password"].as_str().unwrap())];
    let signed_in = server.browser().call("/api/identity/sign_in", &form).await;
    let session = cookie_value(set_cookie(&signed_in.headers, "closezly_session").unwrap()).to_owned();
    let cookie = format!("closezly_session={session}");
    for (headers, expected) in [
        (&[][..], Err(401)),
        (&[("authorization", "Bearer nonsense")], Err(401)),
        (&[("cookie", "closezly_session=nonsense"), ("origin", &origin)], Err(401)),
        (&[("cookie", &cookie)], Err(403)),
        (&[("cookie", &cookie), ("origin", "https://evil.example")], Err(403)),
        (&[("cookie", &cookie), ("origin", "null")], Err(403)),
        (&[("authorization", &token), ("origin", "https://evil.example")], Err(403)),
        (&[("cookie", &cookie), ("origin", &origin)], Ok(())),
        (&[("authorization", &token)], Ok(())),
    ] {
        let opened = connect(&base, &stream, headers).await.map(drop).map_err(|status| status.as_u16());
        assert_eq!(opened, expected, "{headers:?}");
    }
    assert_eq!(connect(&base, "/api/v1/calls/none/stream", &[("authorization", &token)]).await.err(), Some(StatusCode::NOT_FOUND));
}

#[tokio::test]
async fn hello_comes_first_and_fits() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let eve = server.owner("Eve").await;
    let (call, other) = (call_of(&ann).await, call_of(&ann).await);
    let mut page = Page::open(&ann, call).await;
    page.frames(Rep, 0..1).await;
    assert_eq!(page.refused().await.code, Code::Invalid);
    let mut page = Page::open(&ann, call).await;
    page.socket.send(Message::text("hello")).await.unwrap();
    assert_eq!(page.refused().await.code, Code::Invalid);
    let mut page = Page::open(&ann, call).await;
    page.say(ClientMessage::Hello(hello(other, Part::Source, "tab"))).await;
    assert_eq!(page.refused().await.code, Code::Invalid, "the hello names another call than the address");
    for name in [String::new(), "x".repeat(101)] {
        assert_eq!(Page::join(&ann, hello(call, Part::Source, &name)).await.refused().await.code, Code::Invalid);
    }
    assert_eq!(Page::join(&eve, hello(call, Part::Source, "tab")).await.refused().await.code, Code::NotFound, "foreign");
    assert_eq!(Page::join(&eve, hello(call, Part::Viewer, "tab")).await.refused().await.code, Code::NotFound, "foreign");
    let unknown = CallId("01931c1e-0000-7000-8000-000000000000".parse().unwrap());
    assert_eq!(Page::join(&ann, hello(unknown, Part::Source, "tab")).await.refused().await.code, Code::NotFound, "unknown");
    let mut new = new_call("No consent");
    new["consent_how"] = json!(null);
    let silent = make(&ann, new).await;
    assert_eq!(Page::join(&ann, hello(silent, Part::Source, "tab")).await.refused().await.code, Code::ConsentMissing);
    let ended = ended_call(&ann, "Ended").await;
    assert_eq!(Page::join(&ann, hello(ended, Part::Source, "tab")).await.refused().await.code, Code::CallEnded, "ended");
    assert_eq!(Page::join(&ann, hello(ended, Part::Viewer, "tab")).await.refused().await.code, Code::CallEnded, "ended");
}

#[tokio::test]
async fn a_last_event_that_never_was_gives_a_snapshot() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = call_of(&ann).await;
    for last_event in [1, u64::MAX - 1, u64::MAX] {
        let mut page = Page::join(&ann, Hello { last_event, ..hello(call, Part::Source, "tab") }).await;
        page.welcome().await;
        assert!(matches!(page.next().await, Some(ServerMessage::Snapshot(_))), "{last_event}");
    }
}

#[tokio::test]
async fn frames_are_taken_once_and_in_order() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = call_of(&ann).await;
    let mut page = Page::source(&ann, call).await;
    page.frames(Rep, 0..3).await;
    page.acked(Rep, 3).await;
    page.frames(Rep, 0..3).await;
    page.acked(Rep, 3).await;
    page.frames(Rep, 9..10).await;
    page.acked(Rep, 3).await;
    page.frames(Customer, 0..2).await;
    page.acked(Customer, 2).await;
    page.frames(Rep, 3..6).await;
    page.acked(Rep, 6).await;
    let metrics = server.browser().text("/metrics").await;
    let value = |name: &str| -> f64 {
        let line = metrics.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap_or_else(|| panic!("no {name}: {metrics}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    assert!(value("closezly_frames_total") >= 12.0);
    // The gauge is one for all servers of this process, and set when it is asked for.
    assert!(value("closezly_live_calls") >= 1.0);
    page.end().await;
    let wav = ann.request(reqwest::Method::GET, &path(call, "/recording?channel=rep")).send().await.unwrap().bytes().await.unwrap();
    let samples: Vec<i16> = wav[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    let expected: Vec<i16> = (1..=6).flat_map(|number| [number; 1_600]).collect();
    assert!(samples == expected, "the recording has each frame once, in order");
}

#[tokio::test]
async fn what_can_not_be_read_is_rejected_and_the_call_goes_on() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = call_of(&ann).await;
    let mut page = Page::source(&ann, call).await;
    let good = frame(Rep, 0).to_bytes();
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let too_long = Frame { pcm: vec![0; 2 * 16_000 + 2], ..frame(Rep, 0) };
    for bytes in
        [vec![], vec![0], good[..13].to_vec(), good[..14].to_vec(), good[..200].to_vec(), with(0, 2), with(12, 0x80), too_long.to_bytes()]
    {
        page.socket.send(Message::binary(bytes.clone())).await.unwrap();
        assert_eq!(page.rejected().await.code, Code::FrameMalformed, "{} bytes", bytes.len());
    }
    for text in ["", "{", "null", "[]", "\"Fly\"", "{\"Heard\": {}}", "{\"Ping\": {\"nonce\": -1}}", "{\"Frame\": 1}", "\"End\" \"End\""] {
        page.socket.send(Message::text(text)).await.unwrap();
        let problem = page.rejected().await;
        assert_eq!(problem.code, Code::Invalid, "{text}");
        assert!(problem.message.ends_with('.'), "{}", problem.message);
    }
    page.say(ClientMessage::Hello(hello(call, Part::Source, "tab"))).await;
    assert_eq!(page.rejected().await.code, Code::Invalid);
    let heard = Heard {
        track: TrackId::usual(Customer),
        text: "words".into(),
        start: Millis(5),
        end: Millis(900),
        confidence: 0.5,
        is_final: true,
    };
    for bad in [
        Heard { text: "x".repeat(5_001), ..heard.clone() },
        Heard { start: Millis(-1), ..heard.clone() },
        Heard { end: Millis(4), ..heard.clone() },
        Heard { end: Millis(i64::MAX), ..heard.clone() },
    ] {
        page.say(ClientMessage::Heard(bad)).await;
        assert_eq!(page.rejected().await.code, Code::Invalid);
    }
    page.say(ClientMessage::Bookmark { at: Millis(0), note: "x".repeat(501) }).await;
    assert_eq!(page.rejected().await.field.as_deref(), Some("note"));
    page.say(ClientMessage::Ping { nonce: 7 }).await;
    page.until(|message| (*message == ServerMessage::Pong { nonce: 7 }).then_some(())).await;
    page.frames(Rep, 0..2).await;
    page.acked(Rep, 2).await;
    page.say(words(Customer, 0, "Still\u{0}there")).await;
    page.heard("Still there").await;
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_socket_and_not_the_call() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = call_of(&ann).await;
    let mut page = Page::source(&ann, call).await;
    page.frames(Rep, 0..2).await;
    page.acked(Rep, 2).await;
    // The server may hang up while this is still being sent.
    let _ = page.socket.send(Message::text(format!("\"{}\"", "x".repeat(10_000_000)))).await;
    while page.next().await.is_some() {}
    let mut back = Page::join(&ann, hello(call, Part::Source, "another tab")).await;
    assert_eq!(back.welcome().await.next, [2, 0], "its place is free, and nothing is lost");
    back.frames(Rep, 2..4).await;
    back.acked(Rep, 4).await;
}

#[tokio::test]
async fn text_that_is_none_is_told_before_the_socket_ends() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = call_of(&ann).await;
    let mut page = Page::source(&ann, call).await;
    page.socket.send(Message::binary(vec![0; 200_000])).await.unwrap();
    assert_eq!(page.rejected().await.code, Code::FrameMalformed, "and the socket stays open");
    let rubbish = RawFrame::message(vec![b'"', 0xff, b'"'], OpCode::Data(Data::Text), true);
    page.socket.send(Message::Frame(rubbish)).await.unwrap();
    assert_eq!(page.rejected().await.message, "Text messages must be UTF-8.");
    let code = loop {
        if let Message::Close(frame) = page.socket.next().await.unwrap().unwrap() {
            break frame.unwrap().code;
        }
    };
    assert_eq!(u16::from(code), 1007);
}

#[tokio::test]
async fn an_end_right_behind_the_frames_ends_the_call_with_all_of_them() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    for recognizer in ["browser", "none"] {
        let mut new = new_call("Quick");
        new["recognizer"] = json!(recognizer);
        let call = make(&ann, new).await;
        let mut page = Page::source(&ann, call).await;
        page.frames(Rep, 0..300).await;
        page.end().await;
        let review = ann.get(&path(call, "/review")).await.body["data"].clone();
        assert_eq!(review["call"]["state"], "ended");
        assert_eq!(review["recording_ms"], 30_000);
    }
}

#[tokio::test]
async fn a_call_comes_to_its_review() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = call_of(&ann).await;
    let mut page = Page::source(&ann, call).await;
    page.frames(Rep, 0..10).await;
    page.frames(Customer, 0..10).await;
    page.say(words(Customer, 100, "Honestly, it is too expensive for us.")).await;
    let (_, cue) = page.event(|event| matches!(event, CallEvent::Cue(_))).await;
    let CallEvent::Cue(cue) = cue else { unreachable!() };
    page.say(ClientMessage::Feedback { cue: cue.number, state: model::CueState::Kept }).await;
    page.say(ClientMessage::Bookmark { at: Millis(500), note: "price".into() }).await;
    page.say(ClientMessage::Pause { paused: true }).await;
    page.event(|event| *event == CallEvent::Paused { paused: true }).await;
    page.say(ClientMessage::Pause { paused: false }).await;
    page.say(words(Rep, 1_500, "I will send you the pricing deck by Friday.")).await;
    page.heard("pricing deck").await;
    page.say(ClientMessage::End).await;
    page.event(|event| *event == CallEvent::Finishing).await;
    page.event(|event| *event == CallEvent::Ended).await;
    assert_eq!(page.next().await, None);
    let review = ann.get(&path(call, "/review")).await.body["data"].clone();
    assert_eq!(review["call"]["state"], "ended");
    assert_eq!(review["segments"].as_array().unwrap().len(), 2);
    assert_eq!(review["cues"][0]["state"], "kept");
    assert_eq!(review["bookmarks"][0]["note"], "price");
    let actions = review["insights"]["action_items"].as_array().unwrap();
    assert!(actions.iter().any(|item| item["text"].as_str().unwrap().contains("deck") && item["owner"] == "rep"), "{actions:?}");
    let transcript = ann.get(&path(call, "/transcript")).await.body;
    assert_eq!(transcript["meta"]["total"], 2);
    let channels: Vec<Channel> =
        transcript["data"].as_array().unwrap().iter().map(|line| serde_json::from_value(line["channel"].clone()).unwrap()).collect();
    assert_eq!(channels, [Customer, Rep]);
    let cues = ann.get(&path(call, "/cues")).await.body["data"].clone();
    assert_eq!(cues[0]["number"], cue.number);
    let put = ann.patch(&path(call, &format!("/cues/{}", cue.number)), json!({ "state": "dismissed" })).await;
    assert_eq!(put.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.get(&path(call, "/cues")).await.body["data"][0]["state"], "dismissed");
    assert_eq!(ann.patch(&path(call, "/cues/99"), json!({ "state": "kept" })).await.failure(404), "not_found");
}

#[tokio::test]
async fn a_track_of_zeros_is_told_of_until_sound_comes() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = call_of(&ann).await;
    let mut page = Page::source(&ann, call).await;
    let silent = |event: &CallEvent| match event {
        CallEvent::Hearing(hearing) => Some(hearing.silent.clone()),
        _ => None,
    };
    for sequence in 0..120 {
        page.say(ClientMessage::Frame(Frame { pcm: vec![0; 3_200], ..frame(Rep, sequence) })).await;
        page.say(ClientMessage::Frame(frame(Customer, sequence))).await;
    }
    page.event(|event| silent(event) == Some(vec![TrackId::usual(Rep)])).await;
    let mut viewer = Page::join(&ann, hello(call, Part::Viewer, "another tab")).await;
    viewer.welcome().await;
    let Some(ServerMessage::Snapshot(so_far)) = viewer.next().await else { panic!("no snapshot") };
    assert_eq!(so_far.hearing.silent, [TrackId::usual(Rep)]);
    page.say(ClientMessage::Mute { track: TrackId::usual(Rep), muted: true }).await;
    page.event(|event| silent(event) == Some(Vec::new())).await;
}

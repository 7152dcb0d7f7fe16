//! The same through the page's own websocket, `/api/calls/live`, and its server functions.

use futures::SinkExt;
use model::Channel::{Customer, Rep};
use model::TrackId;
use model::wire::{CallEvent, ClientMessage, Heard, Part};
use model::{Code, Millis};
use reqwest::StatusCode;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::page::{Page, connect, hello, make, new_call, path};
use crate::support::{Browser, Program, TestServer, cookie_value, email, set_cookie};

const LIVE: &str = "/api/calls/live";

/// Ann as a program, her browser, and its cookie.
async fn ann(server: &TestServer) -> (Program, Browser, String) {
    let program = server.owner("Ann").await;
    let browser = server.browser();
    let form = [("email", &*email("Ann")), ("password", crate::support::PASSWORD)];
    let signed_in = browser.call("/api/identity/sign_in", &form).await;
    let cookie = format!("closezly_session={}", cookie_value(set_cookie(&signed_in.headers, "closezly_session").unwrap()));
    (program, browser, cookie)
}

#[tokio::test]
async fn foreign_pages_are_refused_before_the_upgrade() {
    let server = TestServer::start().await;
    let (_, _, cookie) = ann(&server).await;
    for headers in [
        &[("cookie", &*cookie), ("origin", "https://evil.example")][..],
        &[("cookie", &cookie), ("origin", "null")],
        &[("cookie", &cookie)],
        &[("origin", "https://evil.example")],
    ] {
        assert_eq!(connect(&server.url(""), LIVE, headers).await.err(), Some(StatusCode::FORBIDDEN), "{headers:?}");
    }
}

#[tokio::test]
async fn without_a_session_the_page_is_told_so() {
    let server = TestServer::start().await;
    let (program, ..) = ann(&server).await;
    let call = make(&program, new_call("Live")).await;
    let origin = server.url("");
    for headers in [&[("origin", &*origin)][..], &[("origin", &origin), ("cookie", "closezly_session=nonsense")]] {
        let mut page = Page::function(connect(&origin, LIVE, headers).await.unwrap());
        // The answer may be there before the hello is.
        let _ = page
            .socket
            .send(Message::binary(
                [vec![0], postcard::to_stdvec(&ClientMessage::Hello(hello(call, Part::Source, "tab"))).unwrap()].concat(),
            ))
            .await;
        assert_eq!(page.refused().await.code, Code::Unauthenticated);
    }
}

#[tokio::test]
async fn a_call_goes_its_way() {
    let server = TestServer::start().await;
    let (program, _, cookie) = ann(&server).await;
    let call = make(&program, new_call("Live")).await;
    let origin = server.url("");
    let mut page = Page::function(connect(&origin, LIVE, &[("cookie", &cookie), ("origin", &origin)]).await.unwrap());
    page.say(ClientMessage::Hello(hello(call, Part::Source, "tab"))).await;
    assert_eq!(page.welcome().await.next, [0, 0]);
    page.frames(Rep, 0..20).await;
    page.frames(Customer, 0..15).await;
    page.acked(Customer, 15).await;
    for unreadable in [vec![], vec![7], vec![0], vec![0, 200, 1, 2], vec![1, b'x']] {
        page.socket.send(Message::binary(unreadable.clone())).await.unwrap();
        assert!(page.rejected().await.message.ends_with('.'), "{unreadable:?}");
    }
    // JSON has no such number; Postcard has.
    for confidence in [f64::NAN, f64::INFINITY, -5.0] {
        let heard = Heard {
            track: TrackId::FAR_END,
            text: format!("Certainty {confidence}."),
            start: Millis(0),
            end: Millis(900),
            confidence,
            is_final: true,
        };
        page.say(ClientMessage::Heard(heard)).await;
    }
    page.event(|event| matches!(event, CallEvent::Segment(segment) if segment.text.contains("-5"))).await;
    page.end().await;
    let review = program.get(&path(call, "/review")).await.body["data"].clone();
    assert_eq!(review["segments"].as_array().unwrap().len(), 3, "all were stored");
    assert_eq!(review["recording_ms"], 2_000);
}

#[tokio::test]
async fn a_foreign_call_is_not_found_by_any_function() {
    let server = TestServer::start().await;
    let (program, ..) = ann(&server).await;
    let call = make(&program, new_call("Secret")).await.to_string();
    let eve = server.browser();
    eve.sign_up("Eve").await;
    let id = ("id", &*call);
    for (function, more) in [
        ("get", &[][..]),
        ("review", &[]),
        ("delete", &[]),
        ("end", &[]),
        ("swap-channels", &[]),
        ("patch", &[("patch[title]", "x")]),
        ("correct", &[("segment", "1"), ("text", "x")]),
        ("action-done", &[("item", "0"), ("done", "true")]),
        ("cue-state", &[("cue", "1"), ("state", "kept")]),
        ("recognize", &[("with", "deepgram")]),
    ] {
        let answer = eve.call(&format!("/api/calls/{function}"), &[&[id][..], more].concat()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{function}: {:?}", answer.body);
        assert!(!answer.body.to_string().contains("Secret"));
        let stranger = server.browser().call(&format!("/api/calls/{function}"), &[&[id][..], more].concat()).await;
        assert_eq!(stranger.status, StatusCode::UNAUTHORIZED, "{function}: {:?}", stranger.body);
    }
    assert_eq!(program.get(&format!("/api/v1/calls/{call}")).await.body["data"]["state"], json!("prepared"));
}

//! Several pages of one call: taking over, watching, coming back.

use model::Channel::{Customer, Rep};
use model::wire::{CallEvent, ClientMessage, Hello, Part, ServerMessage};
use model::{Code, CueState};
use serde_json::json;

use crate::page::{Page, hello, make, new_call, path, words};
use crate::support::TestServer;

#[tokio::test]
async fn a_second_page_is_refused_until_it_takes_over() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = make(&ann, new_call("Live")).await;
    let mut first = Page::source(&ann, call).await;
    first.frames(Rep, 0..3).await;
    first.acked(Rep, 3).await;
    let mut second = Page::join(&ann, hello(call, Part::Source, "second")).await;
    assert_eq!(second.refused().await.code, Code::CallOpenElsewhere);
    let mut second = Page::join(&ann, Hello { take_over: true, ..hello(call, Part::Source, "second") }).await;
    assert_eq!(second.welcome().await.next, [3, 0]);
    assert_eq!(first.refused().await.code, Code::CallOpenElsewhere);
    second.frames(Rep, 3..5).await;
    second.acked(Rep, 5).await;
    let mut again = Page::join(&ann, hello(call, Part::Source, "second")).await;
    assert_eq!(again.welcome().await.next, [5, 0], "the same page may come back while its last socket still hangs");
    drop(second);
    again.end().await;
}

#[tokio::test]
async fn a_viewer_sees_everything_and_sends_nothing() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = make(&ann, new_call("Live")).await;
    let mut source = Page::source(&ann, call).await;
    let mut viewer = Page::join(&ann, hello(call, Part::Viewer, "viewer")).await;
    viewer.welcome().await;
    source.frames(Rep, 0..2).await;
    source.say(words(Customer, 0, "It is too expensive for us.")).await;
    let (_, event) = viewer.event(|event| matches!(event, CallEvent::Cue(_))).await;
    let CallEvent::Cue(cue) = event else { unreachable!() };
    viewer.say(ClientMessage::Feedback { cue: cue.number, state: CueState::Kept }).await;
    source.event(|event| *event == CallEvent::CueState { cue: cue.number, state: CueState::Kept }).await;
    for message in
        [ClientMessage::End, ClientMessage::Frame(crate::page::frame(Rep, 2)), words(Rep, 0, "x"), ClientMessage::Pause { paused: true }]
    {
        viewer.say(message).await;
        assert_eq!(viewer.rejected().await.code, Code::Forbidden);
    }
    let elsewhere = ann.patch(&path(call, &format!("/cues/{}", cue.number)), json!({ "state": "dismissed" })).await;
    assert_eq!(elsewhere.status, 204);
    source.event(|event| *event == CallEvent::CueState { cue: cue.number, state: CueState::Dismissed }).await;
    source.end().await;
    viewer.event(|event| *event == CallEvent::Ended).await;
    assert_eq!(viewer.next().await, None);
}

#[tokio::test]
async fn a_page_that_comes_back_gets_what_it_missed() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = make(&ann, new_call("Live")).await;
    let mut page = Page::source(&ann, call).await;
    page.frames(Rep, 0..4).await;
    page.acked(Rep, 4).await;
    page.say(words(Customer, 0, "Number one.")).await;
    let seen = page.heard("one").await;
    page.say(words(Customer, 1_000, "Number two.")).await;
    page.say(words(Customer, 2_000, "Number three.")).await;
    page.heard("three").await;
    drop(page);
    let mut back = Page::join(&ann, Hello { last_event: seen, ..hello(call, Part::Source, "tab") }).await;
    let welcome = back.welcome().await;
    assert_eq!(welcome.next, [4, 0]);
    let (mut expected, mut missed) = (seen, Vec::new());
    while missed.len() < 2 {
        match back.next().await {
            Some(ServerMessage::Event { sequence, event }) => {
                expected += 1;
                assert_eq!(sequence, expected, "no event twice, none left out");
                if let CallEvent::Segment(segment) = event {
                    missed.push(segment.text);
                }
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(missed, ["Number two.", "Number three."]);
    let mut fresh = Page::join(&ann, hello(call, Part::Viewer, "fresh")).await;
    fresh.welcome().await;
    match fresh.next().await {
        Some(ServerMessage::Snapshot(snapshot)) => assert_eq!(snapshot.segments.len(), 3),
        other => panic!("no snapshot: {other:?}"),
    }
}

#[tokio::test]
async fn more_quiet_is_heard_by_the_running_call() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = make(&ann, new_call("Live")).await;
    let mut page = Page::source(&ann, call).await;
    page.frames(Rep, 0..1).await;
    page.acked(Rep, 1).await;
    let changed = ann.patch(&path(call, ""), json!({ "verbosity": "quiet" })).await;
    assert_eq!(changed.status, 200, "{:?}", changed.body);
    drop(page);
    let mut back = Page::join(&ann, hello(call, Part::Source, "tab")).await;
    assert_eq!(back.welcome().await.call.verbosity, model::Verbosity::Quiet);
}

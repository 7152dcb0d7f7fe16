//! An open socket lives no longer than what it was opened with.

use std::time::{Duration, Instant};

use model::wire::{CallEvent, ClientMessage, Part, ServerMessage};
use model::{CallId, Channel, Code, OrganizationId, PersonId, Problem};
use reqwest::StatusCode;
use serde_json::{Value, json};
use store::{Engine, NewEvent};

use crate::page::{Page, connect, hello, make, new_call, path, words};
use crate::support::{Browser, PASSWORD, Program, Setup, TestServer, cookie_value, email, set_cookie};

/// Within this, whatever ends is noticed, on whichever server it was ended.
const SOON: Duration = Duration::from_secs(5);
/// A socket that says nothing is given ten seconds.
const LOOKED_AT: Duration = Duration::from_secs(15);

/// Signs a browser in; its cookie.
async fn cookie(browser: &Browser, name: &str) -> String {
    let signed_in = browser.call("/api/identity/sign_in", &[("email", &*email(name)), ("password", PASSWORD)]).await;
    format!("closezly_session={}", cookie_value(set_cookie(&signed_in.headers, "closezly_session").unwrap()))
}

/// A page on the road of pages, with this cookie.
async fn page(server: &TestServer, cookie: &str, call: CallId, part: Part, name: &str) -> Page {
    let origin = server.url("");
    let mut page = Page::function(connect(&origin, "/api/calls/live", &[("cookie", cookie), ("origin", &origin)]).await.unwrap());
    page.say(ClientMessage::Hello(hello(call, part, name))).await;
    page.welcome().await;
    page
}

async fn viewer(program: &Program, call: CallId) -> Page {
    let mut page = Page::join(program, hello(call, Part::Viewer, "viewer")).await;
    page.welcome().await;
    page
}

async fn refused_within(mut page: Page, limit: Duration) -> Problem {
    let started = Instant::now();
    let problem = page.refused().await;
    assert!(started.elapsed() < limit, "after {:?}: {problem}", started.elapsed());
    problem
}

async fn api_token(browser: &Browser) -> (String, String) {
    let made: Value = browser.call("/api/settings/create_token", &[("new[name]", "Dialer")]).await.body;
    (made["token"]["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_deleted_token_ends_its_sockets_and_what_came_stays() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let browser = server.browser();
    cookie(&browser, "Ann").await;
    let (id, secret) = api_token(&browser).await;
    let dialer = ann.with_token(&secret);
    let call = make(&dialer, new_call("Live")).await;
    let mut source = Page::source(&dialer, call).await;
    let watching = viewer(&dialer, call).await;
    let mut other = viewer(&ann, call).await;
    source.frames(Channel::Rep, 0..5).await;
    source.acked(Channel::Rep, 5).await;
    assert_eq!(ann.delete(&format!("/api/v1/tokens/{id}")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(refused_within(source, SOON).await.code, Code::Unauthenticated);
    assert_eq!(refused_within(watching, SOON).await.code, Code::Unauthenticated);
    other.say(ClientMessage::Ping { nonce: 7 }).await;
    other.until(|message| matches!(message, ServerMessage::Pong { .. }).then_some(())).await;
    let mut back = Page::join(&ann, hello(call, Part::Source, "another tab")).await;
    assert_eq!(back.welcome().await.next, [5, 0], "the audio stays, and the call goes on");
    back.end().await;
}

#[tokio::test]
async fn a_token_for_reading_watches_and_says_nothing() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let browser = server.browser();
    cookie(&browser, "Ann").await;
    let made = browser.call("/api/settings/create_token", &[("new[name]", "Board"), ("new[scope]", "read")]).await.body;
    let board = ann.with_token(made["secret"].as_str().unwrap());
    let call = make(&ann, new_call("Live")).await;
    let mut sending = Page::join(&board, hello(call, Part::Source, "board")).await;
    let refused = sending.refused().await;
    assert_eq!(refused.code, Code::Forbidden, "{refused}");
    let mut source = Page::source(&ann, call).await;
    let mut watching = viewer(&board, call).await;
    source.say(words(Channel::Customer, 0, "Honestly, it is too expensive for us.")).await;
    let (_, cue) = watching.event(|event| matches!(event, CallEvent::Cue(_))).await;
    let CallEvent::Cue(cue) = cue else { unreachable!() };
    watching.say(ClientMessage::Feedback { cue: cue.number, state: model::CueState::Dismissed }).await;
    assert_eq!(watching.rejected().await.code, Code::Forbidden);
    source.end().await;
    let cues = ann.get(&path(call, "/cues")).await.body["data"].clone();
    assert_eq!(cues[0]["state"], "open");
}

#[tokio::test]
async fn a_session_that_ends_takes_its_sockets_with_it_on_both_roads() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = make(&ann, new_call("Live")).await;
    let (here, there) = (server.browser(), server.browser());
    let (here_cookie, there_cookie) = (cookie(&here, "Ann").await, cookie(&there, "Ann").await);
    let mut staying = page(&server, &here_cookie, call, Part::Viewer, "here").await;
    let function = page(&server, &there_cookie, call, Part::Viewer, "there").await;
    let origin = server.url("");
    let stream = connect(&origin, &path(call, "/stream"), &[("cookie", &there_cookie), ("origin", &origin)]).await.unwrap();
    let mut stream = Page::stream(stream);
    stream.say(ClientMessage::Hello(hello(call, Part::Viewer, "stream"))).await;
    stream.welcome().await;
    assert_eq!(there.call("/api/identity/sign_out", &[]).await.status, StatusCode::OK);
    assert_eq!(refused_within(function, SOON).await.code, Code::Unauthenticated);
    assert_eq!(refused_within(stream, SOON).await.code, Code::Unauthenticated);
    staying.say(ClientMessage::Ping { nonce: 1 }).await;
    staying.until(|message| matches!(message, ServerMessage::Pong { .. }).then_some(())).await;
}

#[tokio::test]
async fn a_new_password_ends_all_sockets_but_those_of_the_session_that_set_it() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = make(&ann, new_call("Live")).await;
    let (here, there) = (server.browser(), server.browser());
    let (here_cookie, there_cookie) = (cookie(&here, "Ann").await, cookie(&there, "Ann").await);
    let mut own = page(&server, &here_cookie, call, Part::Viewer, "here").await;
    let session = page(&server, &there_cookie, call, Part::Viewer, "there").await;
    let program = viewer(&ann, call).await;
    let change = [("current", PASSWORD), ("password", "another good one")];
    assert_eq!(here.call("/api/settings/change_password", &change).await.status, StatusCode::OK);
    assert_eq!(refused_within(session, SOON).await.code, Code::Unauthenticated);
    assert_eq!(refused_within(program, SOON).await.code, Code::Unauthenticated);
    own.say(ClientMessage::Ping { nonce: 1 }).await;
    own.until(|message| matches!(message, ServerMessage::Pong { .. }).then_some(())).await;
}

/// Changes a member's role as another server would: past this one, and with the event that tells of it.
async fn set_role(server: &TestServer, of: &Program, role: &str) {
    let me = of.get("/api/v1/auth/me").await.body["data"].clone();
    let id = |value: &Value| value.as_str().unwrap().parse::<uuid::Uuid>().unwrap();
    let member = id(&me["member"]);
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(server.database()).await.unwrap();
    let changed = sqlx::query("UPDATE members SET role = ? WHERE id = ?").bind(role).bind(member).execute(&mut connection).await.unwrap();
    assert_eq!(changed.rows_affected(), 1);
    let (organization, person) = (OrganizationId(id(&me["organization"]["id"])), PersonId(id(&me["person"]["id"])));
    let mut tx = server.services.store().begin().await.unwrap();
    let event = NewEvent {
        organization,
        member: None,
        open_to: None,
        name: "access.changed",
        subject: person.to_string(),
        payload: json!({ "person": person }),
        at: server.services.now(),
    };
    store::events::emit(&mut tx, &event).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_lower_role_ends_what_it_may_not_see() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = make(&ann, new_call("Live")).await;
    let mia = server.colleague(&ann, "Mia", "manager").await;
    let max = server.colleague(&ann, "Max", "manager").await;
    let (hers, mut his) = (viewer(&mia, call).await, viewer(&max, call).await);
    set_role(&server, &mia, "rep").await;
    set_role(&server, &max, "admin").await;
    let problem = refused_within(hers, SOON).await;
    assert_eq!(problem.code, Code::Forbidden, "{problem}");
    his.say(ClientMessage::Ping { nonce: 1 }).await;
    his.until(|message| matches!(message, ServerMessage::Pong { .. }).then_some(())).await;
}

#[tokio::test]
async fn a_socket_that_says_nothing_is_closed() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = make(&ann, new_call("Live")).await;
    let browser = server.browser();
    let cookie = cookie(&browser, "Ann").await;
    let origin = server.url("");
    let silent = Page::open(&ann, call).await;
    let function = Page::function(connect(&origin, "/api/calls/live", &[("cookie", &cookie), ("origin", &origin)]).await.unwrap());
    let (one, other) = tokio::join!(refused_within(silent, LOOKED_AT), refused_within(function, LOOKED_AT));
    assert_eq!((one.code, other.code), (Code::Invalid, Code::Invalid));
    assert!(one.message.contains("10 seconds"), "{one}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_not_ended_under_the_server_that_runs_it() {
    let server = TestServer::with(Setup { engine: Engine::Postgres, ..Setup::default() }).await;
    let other = server.beside().await;
    let ann = server.owner("Ann").await;
    let call = make(&ann, new_call("Live")).await;
    let mut source = Page::source(&ann, call).await;
    source.frames(Channel::Rep, 0..10).await;
    source.acked(Channel::Rep, 10).await;
    let elsewhere = other.program().with_token(ann.token());
    let refused = elsewhere.post(&path(call, "/end"), json!({})).await;
    assert_eq!(refused.failure(409), "conflict");
    assert_eq!(ann.get(&path(call, "")).await.body["data"]["state"], "live");
    source.frames(Channel::Rep, 10..20).await;
    source.acked(Channel::Rep, 20).await;
    source.end().await;
}

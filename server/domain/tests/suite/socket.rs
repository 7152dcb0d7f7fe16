//! A socket to a live call lives no longer than what it was opened with.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use crate::support::{Behaviour, TestApp, frame, hello};
use domain::{Actor, Client, identity, socket};
use futures::StreamExt;
use futures::stream::BoxStream;
use model::wire::{ClientMessage, Part, ServerMessage};
use model::{Call, Channel, Code, Problem, TrackId};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

type Sender = mpsc::UnboundedSender<Result<ClientMessage, Problem>>;

/// A socket of this caller that has said nothing yet.
async fn opened(house: &TestApp, scope: &Actor, first: Option<ClientMessage>) -> (Sender, BoxStream<'static, ServerMessage>) {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    if let Some(first) = first {
        sender.send(Ok(first)).unwrap();
    }
    let messages = futures::stream::poll_fn(move |context| receiver.poll_recv(context)).boxed();
    (sender, socket::open(&house.services, scope, messages).await)
}

async fn joined(house: &TestApp, scope: &Actor, call: &Call, part: Part, page: &str) -> (Sender, BoxStream<'static, ServerMessage>) {
    let hello = model::wire::Hello { part, ..hello(call, page) };
    let (sender, mut answers) = opened(house, scope, Some(ClientMessage::Hello(hello))).await;
    assert!(matches!(answers.next().await, Some(ServerMessage::Welcome(_))));
    (sender, answers)
}

/// Why it was refused; nothing comes after that.
async fn refused(answers: &mut BoxStream<'static, ServerMessage>) -> Problem {
    let refused = async {
        loop {
            match answers.next().await {
                Some(ServerMessage::Refused(problem)) => break problem,
                Some(_) => {}
                None => panic!("the socket ended without a word"),
            }
        }
    };
    let problem = tokio::time::timeout(Duration::from_secs(5), refused).await.expect("at once");
    assert_eq!(answers.next().await, None);
    problem
}

async fn acked(answers: &mut BoxStream<'static, ServerMessage>, until: u32) {
    loop {
        match answers.next().await.expect("it goes on") {
            ServerMessage::Ack { track: TrackId::MICROPHONE, next } if next == until => break,
            _ => {}
        }
    }
}

/// Hands what happens to whoever waits for it, as a running server does.
fn relay(house: &TestApp) {
    let services = house.services.clone();
    tokio::spawn(async move { kernel::relay_events(&services, domain::registry(&services), &CancellationToken::new()).await });
}

/// Another session of the same person.
async fn signed_in(house: &TestApp) -> Actor {
    let profile = identity::profile(&house.services, &house.scope).await.unwrap();
    let password = "correct horse battery".into();
    identity::sign_in(&house.services, &Client::default(), None, &profile.person.email, &password).await.unwrap().actor
}

#[tokio::test]
async fn signing_out_ends_the_sockets_of_that_session_and_what_came_stays() {
    let house = TestApp::new(Behaviour::Works).await;
    relay(&house);
    let call = house.call().await;
    let other = signed_in(&house).await;
    let (source, mut answers) = joined(&house, &other, &call, Part::Source, "one").await;
    let (staying, mut stays) = joined(&house, &house.scope, &call, Part::Viewer, "two").await;
    for number in 0..3 {
        source.send(Ok(ClientMessage::Frame(frame(Channel::Rep, number)))).unwrap();
    }
    acked(&mut answers, 3).await;
    identity::sign_out(&house.services, &other).await.unwrap();
    assert_eq!(refused(&mut answers).await.code, Code::Unauthenticated);
    source.send(Ok(ClientMessage::Frame(frame(Channel::Rep, 3)))).ok();
    staying.send(Ok(ClientMessage::Ping { nonce: 7 })).unwrap();
    while !matches!(stays.next().await, Some(ServerMessage::Pong { .. })) {}
    let back = model::wire::Hello { take_over: true, ..hello(&call, "three") };
    let (_sender, mut back) = opened(&house, &house.scope, Some(ClientMessage::Hello(back))).await;
    match back.next().await {
        Some(ServerMessage::Welcome(welcome)) => assert_eq!(welcome.next, [3, 0], "what came stays, what came after does not count"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_new_password_a_deleted_token_and_an_ended_program_end_theirs() {
    let house = TestApp::new(Behaviour::Works).await;
    relay(&house);
    let (services, scope) = (&house.services, &house.scope);
    let call = house.call().await;
    let dialer = model::NewApiToken { name: "Dialer".to_owned(), scope: model::TokenScope::All, days: model::NewApiToken::DAYS };
    let (token, secret) = identity::create_token(services, scope, &dialer).await.unwrap();
    let by_token = identity::authenticate_token(services, secrecy::ExposeSecret::expose_secret(&secret)).await.unwrap().unwrap();
    let pair = identity::issue(services, &Client::default(), scope).await.unwrap();
    let program = identity::authenticate_access(services, secrecy::ExposeSecret::expose_secret(&pair.access)).await.unwrap();
    let (_a, mut of_token) = joined(&house, &by_token, &call, Part::Viewer, "token").await;
    let (_b, mut of_program) = joined(&house, &program, &call, Part::Viewer, "program").await;
    let other = signed_in(&house).await;
    let (_c, mut of_session) = joined(&house, &other, &call, Part::Viewer, "session").await;

    identity::delete_token(services, scope, token.id).await.unwrap();
    assert_eq!(refused(&mut of_token).await.code, Code::Unauthenticated);
    let listed = identity::program_sign_ins(services, scope).await.unwrap();
    identity::end_program_sign_in(services, scope, listed[0].id).await.unwrap();
    assert_eq!(refused(&mut of_program).await.code, Code::Unauthenticated);
    let (old, new) = ("correct horse battery".into(), "another good one".into());
    identity::change_password(services, &Client::default(), scope, &old, &new, false).await.unwrap();
    assert_eq!(refused(&mut of_session).await.code, Code::Unauthenticated);
}

#[tokio::test]
async fn a_socket_that_says_nothing_is_refused() {
    let house = TestApp::new(Behaviour::Works).await;
    let started = std::time::Instant::now();
    let (_sender, mut answers) = opened(&house, &house.scope, None).await;
    assert_eq!(refused(&mut answers).await.code, Code::Invalid);
    assert!(started.elapsed() >= Duration::from_secs(9) && started.elapsed() < Duration::from_secs(15));
}

//! Calls and the playbooks of their organizations: each hears with its own, from when it goes live and for ever.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use crate::support::{Behaviour, TestApp, TestPage, sign_up};
use domain::{Kernel, playbooks};
use model::wire::{CallEvent, ClientMessage, Heard};
use model::{
    Call, Channel, Code, CueKind, Millis, Negation, NewPlaybook, PlaybookEntry, RecognizerId, Speaker, TrackId, TranscriptJob, Verbosity,
};
use rstest::rstest;
use store::Engine;

/// What the customer says, one after the other: the same topic doesn't come twice.
const SAID: [&str; 3] = ["honestly it is too expensive for us", "we are already using another tool", "could you send me the contract"];

/// An entry that fires on what the scripted customer says.
fn entry(id: &str, phrase: &str) -> PlaybookEntry {
    PlaybookEntry {
        id: id.to_owned(),
        kind: CueKind::Objection,
        title: format!("Title of {id}"),
        speaker: Speaker::Customer,
        guidance: "Ask.".to_owned(),
        priority: 9,
        verbosity: Verbosity::Quiet,
        cool_down: None,
        negation: Negation::Blocks,
        phrases: vec![phrase.to_owned()],
        unless: Vec::new(),
        listens_for: None,
        above: None,
    }
}

async fn save(kernel: &Kernel, actor: &domain::Actor, expected_version: i64, id: &str) {
    let entries = vec![entry(id, "too expensive"), entry(&format!("{id}_2"), "another tool"), entry(&format!("{id}_3"), "the contract")];
    let new = NewPlaybook { expected_version, entries };
    assert_eq!(playbooks::save(kernel, actor, new).await.unwrap().version, expected_version + 1);
}

/// The customer says something, as the page's own recognizer heard it.
fn says(page: &TestPage, number: usize) {
    let start = Millis(number as i64 * 3_000);
    let (text, end) = (SAID[number].to_owned(), start + Millis(2_000));
    let heard = Heard { track: TrackId::usual(Channel::Customer), is_final: true, text, start, end, confidence: 0.9 };
    page.say(ClientMessage::Heard(heard));
}

/// The topic of the next cue.
async fn topic(page: &mut TestPage) -> String {
    match page.event(|event| matches!(event, CallEvent::Cue(_))).await {
        CallEvent::Cue(cue) => cue.topic,
        _ => unreachable!(),
    }
}

async fn call(house: &TestApp) -> Call {
    house.call_with(RecognizerId::BROWSER).await
}

async fn heard_with(house: &TestApp, call: &Call) -> Option<i64> {
    house.services.store().playbook_of_call(call.organization_id, call.id).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_organizations_hear_with_their_own(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::on(engine).await;
    let eve = house.as_other(sign_up(&house.services, "eve@example.com").await);
    save(&house.services, &house.scope, 0, "objection.ours").await;
    let (ours, theirs) = (call(&house).await, call(&eve).await);
    let (mut page, mut hers) = (house.page(&ours, "tab").await, eve.page(&theirs, "tab").await);
    says(&page, 0);
    says(&hers, 0);
    assert_eq!(topic(&mut page).await, "objection.ours");
    assert_eq!(topic(&mut hers).await, "objection.price", "who has none has the one of the release");
    assert_eq!((heard_with(&house, &ours).await, heard_with(&eve, &theirs).await), (Some(1), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_keeps_the_version_that_it_went_live_with() {
    let house = TestApp::new(Behaviour::Works).await;
    let prepared = call(&house).await;
    // Opened and left before anything was said: it takes what is there when it is opened again.
    drop(house.page(&prepared, "tab").await);
    domain::calls::live::shutdown(&house.services).await;
    let house = house.reborn().await;
    save(&house.services, &house.scope, 0, "objection.first").await;
    assert_eq!(heard_with(&house, &prepared).await, None);
    let mut page = house.page(&prepared, "tab").await;
    says(&page, 0);
    assert_eq!(topic(&mut page).await, "objection.first");
    assert_eq!(heard_with(&house, &prepared).await, Some(1));

    save(&house.services, &house.scope, 1, "objection.second").await;
    says(&page, 1);
    assert_eq!(topic(&mut page).await, "objection.first_2", "what is live stays as it is");
    drop(page);
    domain::calls::live::shutdown(&house.services).await;
    let house = house.reborn().await;
    let mut page = house.page(&prepared, "tab").await;
    says(&page, 2);
    assert_eq!(topic(&mut page).await, "objection.first_3", "and after a restart");
    let later = call(&house).await;
    let mut other = house.page(&later, "tab").await;
    says(&other, 0);
    assert_eq!(topic(&mut other).await, "objection.second");
    assert_eq!((heard_with(&house, &prepared).await, heard_with(&house, &later).await), (Some(1), Some(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_recognized_again_with_the_calls_version() {
    let house = TestApp::new(Behaviour::Works).await;
    save(&house.services, &house.scope, 0, "objection.first").await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(Channel::Customer, 0..35);
    page.acked(Channel::Customer, 35).await;
    page.say(ClientMessage::End);
    page.event(|event| matches!(event, CallEvent::Ended)).await;
    save(&house.services, &house.scope, 1, "objection.second").await;
    let (kernel, actor) = (&house.services, &house.scope);
    domain::calls::recognize_later(kernel, actor, call.id, RecognizerId::known("command")).await.unwrap();
    domain::run_due(kernel).await.unwrap();
    let review = domain::calls::review(kernel, actor, call.id).await.unwrap();
    assert!(review.transcript_job != Some(TranscriptJob::Failed));
    let topics: Vec<&str> = review.cues.iter().map(|cue| cue.topic.as_str()).collect();
    assert_eq!(topics, ["objection.first", "objection.first_2", "objection.first_3"]);
    // Sides that are swapped bring cues made anew, too: these entries hear the customer only.
    domain::calls::swap_channels(kernel, actor, call.id).await.unwrap();
    domain::calls::swap_channels(kernel, actor, call.id).await.unwrap();
    let review = domain::calls::review(kernel, actor, call.id).await.unwrap();
    assert!(review.cues.iter().all(|cue| cue.topic.starts_with("objection.first")) && !review.cues.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_servers_version_is_seen_and_one_that_can_not_be_read_stops_no_call() {
    let house = TestApp::on(Engine::Sqlite).await;
    save(&house.services, &house.scope, 0, "objection.first").await;
    let second = house.beside(Behaviour::Works).await;
    save(&second.services, &second.scope, 1, "objection.second").await;
    assert_eq!(playbooks::newest(&house.services, &house.scope).await.unwrap().version, 2);
    let call_now = call(&house).await;
    let mut page = house.page(&call_now, "tab").await;
    says(&page, 0);
    assert_eq!(topic(&mut page).await, "objection.second");

    // A release to come may write what this one doesn't know.
    save(&house.services, &house.scope, 2, "objection.third").await;
    store::testing::execute(house.database(), "UPDATE playbooks SET content = '{\"entries\":[],\"colour\":1}' WHERE version = 3").await;
    let third = house.beside(Behaviour::Works).await;
    let unread = call(&third).await;
    let mut page = third.page(&unread, "tab").await;
    says(&page, 0);
    assert_eq!(topic(&mut page).await, "objection.price");
    assert_eq!(heard_with(&third, &unread).await, None);
    let problem = playbooks::get(&third.services, &third.scope, 3).await.unwrap_err().into_problem();
    assert!(problem.code == Code::Internal && !problem.message.contains("colour"), "{problem:?}");
}

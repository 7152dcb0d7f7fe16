//! What is done to a call is done whole: the change with its line in the audit log, its events, its jobs and its usage, or nothing of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use crate::support::{Behaviour, TestApp, assert_recorded};
use chrono::TimeDelta;
use domain::calls;
use model::wire::{CallEvent, ClientMessage};
use model::{Call, CallPatch, CallState, Channel, Code, CueState, NewCall, RecognizerId};
use store::PlacedEvent;
use store::testing::execute;

const CUSTOMER: Channel = Channel::Customer;

impl TestApp {
    /// Everything that was told so far, in order.
    async fn told(&self) -> Vec<PlacedEvent> {
        kernel::relay_once(&self.services, domain::registry(&self.services)).await.unwrap();
        self.services.store().events_of(self.scope.organization, 0, 1_000).await.unwrap()
    }

    async fn names(&self) -> Vec<String> {
        self.told().await.into_iter().map(|event| event.name).collect()
    }

    async fn count(&self, name: &str) -> usize {
        self.names().await.iter().filter(|told| *told == name).count()
    }

    /// What was noted in the audit log of calls, oldest first.
    async fn noted(&self) -> Vec<String> {
        let entries = self.services.store().entries(self.scope.organization, None, 100).await.unwrap().items;
        entries.into_iter().rev().map(|entry| entry.action).filter(|action| action.starts_with("call.")).collect()
    }

    /// Jobs that wait, but for those of the clock.
    async fn jobs(&self) -> i64 {
        self.services.store().count_jobs_of(self.scope.organization).await.unwrap().iter().map(|(_, _, count)| count).sum()
    }

    async fn seconds(&self) -> i64 {
        let today = self.services.now().date_naive();
        let usage = self.services.store().usage(self.scope.organization, today - TimeDelta::days(1), today + TimeDelta::days(9));
        usage.await.unwrap().iter().filter(|used| used.meter == "calls.seconds").map(|used| used.amount).sum()
    }

    async fn refuse(&self, table: &str) {
        let sql = format!("CREATE TRIGGER no_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'out of order'); END");
        execute(self.services.store(), &sql).await;
    }

    async fn accept(&self, table: &str) {
        execute(self.services.store(), &format!("DROP TRIGGER no_{table}")).await;
    }

    /// A call of so many frames that has ended.
    async fn ended(&self, frames: u32) -> Call {
        let call = self.call().await;
        let mut page = self.page(&call, "tab").await;
        page.frames(CUSTOMER, 0..frames);
        page.acked(CUSTOMER, frames).await;
        page.say(ClientMessage::End);
        page.ended().await;
        calls::get(&self.services, &self.scope, call.id).await.unwrap()
    }
}

fn titled(title: &str) -> CallPatch {
    CallPatch { title: Some(title.to_owned()), ..CallPatch::default() }
}

/// Does everything that is noted in the audit log; says what came of each.
async fn everything(house: &TestApp, call: &Call) -> Vec<(&'static str, Result<(), Code>)> {
    let (kernel, actor) = (&house.services, &house.scope);
    let told = |done: domain::Result<()>| done.map_err(|error| error.into_problem().code);
    let new = NewCall { title: "Another".into(), recognizer: RecognizerId::known("command"), ..NewCall::default() };
    vec![
        ("call.created", told(calls::create(kernel, actor, new).await.map(drop))),
        ("call.updated", told(calls::patch(kernel, actor, call.id, titled("Other")).await.map(drop))),
        ("call.line_corrected", told(calls::correct_segment(kernel, actor, call.id, 1, "my own words").await.map(drop))),
        ("call.channels_swapped", told(calls::swap_channels(kernel, actor, call.id).await)),
        ("call.recognition_requested", told(calls::recognize_later(kernel, actor, call.id, RecognizerId::known("command")).await)),
        ("call.deleted", told(calls::delete(kernel, actor, call.id).await)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_noted_is_not_done() {
    for table in ["audit_entries", "events"] {
        let house = TestApp::new(Behaviour::Counts(0)).await;
        let call = house.ended(30).await;
        let before = calls::review(&house.services, &house.scope, call.id).await.unwrap();
        let (told, noted, jobs) = (house.names().await, house.noted().await, house.jobs().await);
        house.refuse(table).await;
        for (what, done) in everything(&house, &call).await {
            // What is asked of the recognizer is told when it is done.
            let wanted = if (table, what) == ("events", "call.recognition_requested") { Ok(()) } else { Err(Code::Internal) };
            assert_eq!(done, wanted, "{what} without {table}");
        }
        house.accept(table).await;
        let after = calls::review(&house.services, &house.scope, call.id).await.unwrap();
        assert_eq!((after.call, after.segments, after.cues), (before.call, before.segments, before.cues), "{table}");
        assert_eq!(after.insights, before.insights);
        assert_recorded(&house, &call, CUSTOMER, 30);
        let list = calls::list(&house.services, &house.scope, Default::default(), None, 9).await.unwrap();
        assert_eq!(list.items.len(), 1);
        assert_eq!(house.names().await, told);
        if table == "audit_entries" {
            assert_eq!((house.noted().await, house.jobs().await), (noted, jobs));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_is_noted_and_told() {
    let house = TestApp::new(Behaviour::Counts(0)).await;
    let call = house.ended(30).await;
    let (told, noted) = (house.told().await.len(), house.noted().await.len());
    let mut wanted = Vec::new();
    for (what, done) in everything(&house, &call).await {
        assert_eq!(done, Ok(()), "{what}");
        wanted.push(what);
    }
    calls::restore(&house.services, &house.scope, call.id).await.unwrap();
    wanted.push("call.restored");
    assert_eq!(house.noted().await[noted..], wanted);
    let names = house.names().await.split_off(told);
    let transcript = ["insights.ready", "call.transcript_updated"];
    let expected = [["call.created", "call.updated"], transcript, transcript].concat();
    assert_eq!(names, [&expected[..], &["call.deleted", "call.restored"]].concat());
    let member = house.scope.member_id();
    for event in house.told().await.iter().filter(|event| event.name != "job.dead") {
        assert_eq!(event.member_id, member, "{} is its member's", event.name);
        assert_eq!(event.payload["call"], event.subject, "{}", event.name);
        assert!(!event.payload.to_string().contains("word"), "no word of a call");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calls_life_is_told_in_order_and_its_seconds_count_once() {
    let house = TestApp::new(Behaviour::Counts(0)).await;
    let call = house.ended(34).await;
    let names = house.names().await;
    let life: Vec<&String> = names.iter().filter(|name| *name != "call.transcript_updated").collect();
    assert_eq!(life, ["call.created", "call.started", "call.ended", "insights.ready"]);
    assert_eq!(names.len() - life.len(), 1, "of words that come within ten seconds it is told once: {names:?}");
    assert_eq!(house.seconds().await, 4, "3.4 s");
    // The review again, the safety net: the call ends no second time.
    calls::correct_segment(&house.services, &house.scope, call.id, 1, "word zero").await.unwrap();
    house.clock.by(TimeDelta::minutes(7));
    domain::run_due(&house.services).await.unwrap();
    calls::end(&house.services, &house.scope, call.id).await.unwrap();
    assert_eq!((house.count("call.ended").await, house.seconds().await), (1, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_call_is_stored_with_its_job_and_its_event_or_waits() {
    for table in ["events", "jobs"] {
        let house = TestApp::new(Behaviour::Counts(0)).await;
        let call = house.call().await;
        let mut page = house.page(&call, "tab").await;
        page.frames(CUSTOMER, 0..20);
        page.acked(CUSTOMER, 20).await;
        page.event(|event| matches!(event, CallEvent::Segment(segment) if segment.text.contains('1'))).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        house.refuse(table).await;
        page.say(ClientMessage::End);
        page.notice("end of the call waits").await;
        assert_eq!(calls::get(&house.services, &house.scope, call.id).await.unwrap().state, CallState::Live, "{table}");
        assert_eq!((house.jobs().await, house.count("call.ended").await), (0, 0), "{table}");
        house.accept(table).await;
        page.ended().await;
        assert_eq!((house.jobs().await, house.count("call.ended").await), (1, 1), "{table}");
        assert_eq!((house.count("insights.ready").await, house.seconds().await), (1, 2), "{table}");
    }
}

#[test]
fn seconds_of_a_call_that_two_servers_finished_count_once() {
    let doomed = tokio::runtime::Runtime::new().unwrap();
    let (house, call) = doomed.block_on(async {
        let house = TestApp::new(Behaviour::Counts(300)).await;
        let call = house.call().await;
        let mut page = house.page(&call, "tab").await;
        page.frames(CUSTOMER, 0..50);
        page.acked(CUSTOMER, 50).await;
        page.say(ClientMessage::End);
        page.event(|event| matches!(event, CallEvent::Finishing)).await;
        (house, call)
    });
    // Its threads are gone before the next one begins, as those of a dead process are.
    doomed.shutdown_timeout(Duration::from_secs(5));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let reborn = house.again(Behaviour::Counts(0)).await;
        assert_eq!((reborn.seconds().await, reborn.count("call.ended").await), (0, 1));
        reborn.clock.by(TimeDelta::minutes(7));
        calls::live::recover(&reborn.services).await.unwrap();
        domain::run_due(&reborn.services).await.unwrap();
        calls::live::recover(&reborn.services).await.unwrap();
        let call = calls::get(&reborn.services, &reborn.scope, call.id).await.unwrap();
        assert_eq!(call.state, CallState::Ended);
        assert_eq!((reborn.seconds().await, reborn.count("call.ended").await), (5, 1));
        assert_eq!(reborn.count("insights.ready").await, 1);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_is_told_once_wherever_it_was_given() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(CUSTOMER, 0..30);
    page.acked(CUSTOMER, 30).await;
    let CallEvent::Cue(cue) = page.event(|event| matches!(event, CallEvent::Cue(_))).await else { unreachable!() };
    tokio::time::sleep(Duration::from_millis(500)).await;
    page.say(ClientMessage::Feedback { cue: cue.number, state: CueState::Kept });
    page.event(|event| matches!(event, CallEvent::CueState { .. })).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(house.count("call.feedback").await, 1);
    // From elsewhere while the call is live, and the same again.
    for _ in 0..2 {
        calls::set_cue_state(&house.services, &house.scope, call.id, cue.number, CueState::Dismissed).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let feedback: Vec<_> = house.told().await.into_iter().filter(|event| event.name == "call.feedback").collect();
    assert_eq!(feedback.len(), 2);
    assert_eq!((&feedback[1].payload["cue"], feedback[1].payload["state"].as_str()), (&cue.number.into(), Some("dismissed")));
    let unknown = calls::set_cue_state(&house.services, &house.scope, call.id, 999, CueState::Kept).await;
    assert_eq!(unknown.unwrap_err().into_problem().code, Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_corrected_at_the_same_moment_are_all_in_the_review() {
    let house = TestApp::new(Behaviour::Counts(0)).await;
    let call = house.ended(50).await;
    let lines: Vec<i64> = {
        let review = calls::review(&house.services, &house.scope, call.id).await.unwrap();
        review.segments.iter().map(|line| line.number).collect()
    };
    let (of, id) = (&house, call.id);
    let corrected = lines.into_iter().take(3).map(|line| async move {
        calls::correct_segment(&of.services, &of.scope, id, line, &format!("what is your price number {line}?")).await.unwrap()
    });
    let corrected = futures::future::join_all(corrected).await;
    let review = calls::review(&house.services, &house.scope, call.id).await.unwrap();
    for line in &corrected {
        assert!(review.segments.contains(line), "{line:?}");
    }
    // Written from all of them, not from what one of them saw.
    let metrics = review.metrics;
    calls::correct_segment(&house.services, &house.scope, call.id, corrected[0].number, &corrected[0].text).await.unwrap();
    assert_eq!(calls::review(&house.services, &house.scope, call.id).await.unwrap().metrics, metrics);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recognition_that_two_people_want_is_done_once() {
    let house = TestApp::new(Behaviour::Counts(0)).await;
    let call = house.ended(20).await;
    let want = || calls::recognize_later(&house.services, &house.scope, call.id, RecognizerId::known("command"));
    let (one, two) = tokio::join!(want(), want());
    assert_eq!([&one, &two].iter().filter(|wanted| wanted.is_ok()).count(), 1, "{one:?} {two:?}");
    // The safety net of its end waits for longer.
    assert_eq!(domain::run_due(&house.services).await.unwrap(), 1);
    let review = calls::review(&house.services, &house.scope, call.id).await.unwrap();
    let words: Vec<&str> = review.segments.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(words.join(" ").to_lowercase().replace('.', ""), "word 0 word 1");
    assert_eq!(review.transcript_job, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_words_of_a_live_call_it_is_told_every_ten_seconds_at_most() {
    let house = TestApp::new(Behaviour::Counts(0)).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    for word in 0..6 {
        page.frames(CUSTOMER, word * 10..(word + 1) * 10);
        page.acked(CUSTOMER, (word + 1) * 10).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(house.count("call.transcript_updated").await, 1);
    // Nothing more is said, and yet it is told of the words that came since.
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert_eq!(house.count("call.transcript_updated").await, 2);
}

/// Whose side the words are on, and whose the sound. Only the customer was heard.
async fn sides(house: &TestApp, call: &Call) -> (Channel, Channel) {
    let words = calls::review(&house.services, &house.scope, call.id).await.unwrap().segments[0].channel;
    let mut sound = Vec::new();
    for channel in [Channel::Rep, Channel::Customer] {
        if calls::recording::open(&house.services, &house.scope, call.id, calls::recording::Side::One(channel)).await.is_ok() {
            sound.push(channel);
        }
    }
    assert_eq!(sound.len(), 1, "{sound:?}");
    (words, sound[0])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_that_dies_at_any_step_leaves_words_and_sound_on_one_side() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.ended(25).await;
    let file = house.log(&call, Channel::Customer);
    let recorded = std::fs::read(&file).unwrap();
    let (mut swapped, mut steps) = (false, 0);
    while !swapped {
        let mut swap = Box::pin(calls::swap_channels(&house.services, &house.scope, call.id));
        for _ in 0..=steps {
            if let std::task::Poll::Ready(done) = futures::poll!(&mut swap) {
                done.unwrap();
                swapped = true;
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        drop(swap);
        let (words, sound) = sides(&house, &call).await;
        assert_eq!(words, sound, "after {steps} steps");
        steps += 1;
        assert!(steps < 2_000, "it comes to an end");
    }
    assert!(steps > 2, "it died on its way");
    assert_eq!(std::fs::read(&file).unwrap(), recorded, "no file was touched");
}

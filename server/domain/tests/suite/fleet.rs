//! Several servers and one storage when things go wrong: nothing that was recorded is lost, and nothing is there twice.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::call_life::{die, live};
use crate::support::{Ahead, Behaviour, Mood, TestApp, TestPage, assert_recorded, frame, hello};
use chrono::TimeDelta;
use domain::calls::{self, recording::Side};
use model::wire::{CallEvent, ClientMessage, ServerMessage};
use model::{Call, CallState, Channel, Code, RecognizerId, TrackId};
use store::recording::RecordingReader;
use store::testing::schema::Schema;

const CUSTOMER: Channel = Channel::Customer;
const REP: Channel = Channel::Rep;

impl TestApp {
    /// Asserts that this server plays frames of these numbers, each once, in order.
    async fn plays(&self, call: &Call, channel: Channel, next: u32) {
        calls::recording::open(&self.services, &self.scope, call.id, Side::Both).await.unwrap();
        assert_recorded(self, call, channel, next);
    }

    /// The numbers of the frames that this server plays.
    async fn played(&self, call: &Call, channel: Channel) -> Vec<i16> {
        calls::recording::open(&self.services, &self.scope, call.id, Side::Both).await.unwrap();
        let reader = RecordingReader::open(self.log(call, channel)).unwrap();
        reader.frames(TrackId::usual(channel)).map(|frame| frame.unwrap().samples().next().unwrap() - 1).collect()
    }

    /// Does what is due a while later.
    async fn later(&self) {
        self.clock.by(TimeDelta::minutes(5));
        domain::run_due(&self.services).await.unwrap();
    }

    fn asides(&self, call: &Call) -> Vec<PathBuf> {
        files(self.log(call, CUSTOMER).parent().unwrap()).into_iter().filter(|file| file.to_string_lossy().contains(".before-")).collect()
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.flat_map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { vec![entry.path()] }).collect()
}

/// A call whose page has sent so many frames of the customer to a server that dies. All are on its disk, and these are sealed.
async fn owner_with(frames: u32, sealed: u32) -> (TestApp, Call) {
    let house = TestApp::of_fleet(Behaviour::Works).await;
    keep_lease(house.services.clone());
    let call = house.call_with(RecognizerId::NONE).await;
    let mut page = house.page(&call, "tab").await;
    page.frames(CUSTOMER, 0..sealed);
    page.acked(CUSTOMER, sealed).await;
    if sealed > 0 {
        durable(&mut page, sealed).await;
    }
    page.frames(CUSTOMER, sealed..frames);
    page.acked(CUSTOMER, frames).await;
    (house, call)
}

/// Waits until a page may forget the frames of the customer before this one.
async fn durable(page: &mut TestPage, until: u32) {
    loop {
        match page.next().await {
            Some(ServerMessage::Durable { track, next }) if track == TrackId::usual(CUSTOMER) && next == until => return,
            None => panic!("the socket ended before frame {until} was durable"),
            Some(_) => {}
        }
    }
}

#[test]
fn an_owner_that_comes_back_hands_over_what_nobody_sent_again() {
    let (first, call) = die(owner_with(80, 30));
    live(async {
        let second = first.another(Behaviour::Works).await;
        keep_lease(second.services.clone());
        let (mut page, welcome) = second.welcomed(&call).await;
        assert_eq!(welcome.next, [0, 30]);
        // The page sends a part again, and is gone for good then.
        page.frames(CUSTOMER, 30..50);
        page.acked(CUSTOMER, 50).await;
        // The owner of before is back while the call goes on: nothing is merged.
        let back = first.back(&second, Behaviour::Works).await;
        back.later().await;
        page.frames(CUSTOMER, 50..60);
        page.acked(CUSTOMER, 60).await;
        page.say(ClientMessage::End);
        page.event(|event| matches!(event, CallEvent::Ended)).await;
        second.plays(&call, CUSTOMER, 60).await;
        assert_eq!(back.played(&call, CUSTOMER).await.len(), 60);
        assert_eq!(back.asides(&call).len(), 1, "what only it has is kept");
        let before = calls::get(&second.services, &second.scope, call.id).await.unwrap().duration_ms;
        back.later().await;
        for house in [&back, &second] {
            house.plays(&call, CUSTOMER, 80).await;
        }
        assert!(back.asides(&call).is_empty(), "it is safe");
        let after = calls::get(&second.services, &second.scope, call.id).await.unwrap().duration_ms;
        assert!(after.0 == 8_000 && before.0 == 6_000, "{before:?} {after:?}");
        // Once more, by whoever: nothing is there twice.
        second.later().await;
        back.later().await;
        assert_eq!(second.played(&call, CUSTOMER).await.len(), 80);
        assert_eq!(Schema::count(first.database(), "jobs", "kind = 'calls.hand_over'").await, 0);
    });
}

#[test]
fn what_a_lost_owner_has_comes_to_its_time_though_others_said_something_else_since() {
    let (first, call) = die(owner_with(50, 30));
    live(async {
        let second = first.another(Behaviour::Works).await;
        keep_lease(second.services.clone());
        let (mut page, welcome) = second.welcomed(&call).await;
        assert_eq!(welcome.next, [0, 30]);
        // Another page goes on, a minute later: its frames have the numbers of those that it never heard of.
        for number in 0..20 {
            let later = frame(CUSTOMER, 1_000 + number);
            page.say(ClientMessage::Frame(model::wire::Frame { sequence: 30 + number, ..later }));
        }
        page.acked(CUSTOMER, 50).await;
        page.say(ClientMessage::End);
        page.event(|event| matches!(event, CallEvent::Ended)).await;
        let back = first.back(&second, Behaviour::Works).await;
        back.later().await;
        let whole: Vec<i16> = (0..50).chain(1_000..1_020).collect();
        for house in [&back, &second] {
            assert_eq!(house.played(&call, CUSTOMER).await, whole);
        }
        // The parts that it took the place of go.
        let rows = Schema::count(first.database(), "recording_parts", "epoch = epoch").await;
        assert_eq!(files(&second.stored()).len(), usize::try_from(rows).unwrap());
    });
}

#[test]
fn the_end_of_a_recording_is_sealed_after_the_next_start() {
    let (first, call) = die(async {
        let (house, call) = owner_with(40, 10).await;
        house.storage_is(Mood::Takes(0));
        let (mut page, _) = house.welcomed(&call).await;
        page.frames(CUSTOMER, 40..60);
        page.acked(CUSTOMER, 60).await;
        page.say(ClientMessage::End);
        house.comes_to(&call, CallState::Ended).await;
        (house, call)
    });
    live(async {
        first.storage_is(Mood::Well);
        let second = first.another(Behaviour::Works).await;
        keep_lease(second.services.clone());
        assert_eq!(second.played(&call, CUSTOMER).await.len(), 10);
        second.later().await;
        assert_eq!(second.played(&call, CUSTOMER).await.len(), 10, "only the server that has it can");
        let back = first.back(&second, Behaviour::Works).await;
        back.later().await;
        for house in [&second, &back] {
            house.plays(&call, CUSTOMER, 60).await;
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_is_told_when_the_last_frames_are_in_the_shared_storage() {
    let house = TestApp::of_fleet(Behaviour::Works).await;
    keep_lease(house.services.clone());
    for frames in [2, 40, 400] {
        let call = house.call_with(RecognizerId::NONE).await;
        let mut page = house.page(&call, "tab").await;
        // In one burst, nothing waited for.
        page.frames(CUSTOMER, 0..frames);
        page.say(ClientMessage::End);
        let mut durable = 0;
        loop {
            match page.next().await {
                Some(ServerMessage::Durable { track, next }) if track == TrackId::usual(CUSTOMER) => durable = next,
                Some(ServerMessage::Event { event: CallEvent::Finishing, .. }) => break,
                None => panic!("the socket ended before the call did"),
                Some(_) => {}
            }
        }
        assert_eq!(durable, frames);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_the_shared_storage_refuses_for_a_moment_waits_and_is_whole() {
    let house = TestApp::of_fleet(Behaviour::Works).await;
    keep_lease(house.services.clone());
    let call = house.call_with(RecognizerId::NONE).await;
    let mut page = house.page(&call, "tab").await;
    house.storage_is(Mood::Takes(0));
    page.frames(CUSTOMER, 0..30);
    page.acked(CUSTOMER, 30).await;
    page.say(ClientMessage::End);
    tokio::time::sleep(Duration::from_secs(2)).await;
    house.storage_is(Mood::Well);
    durable(&mut page, 30).await;
    page.event(|event| matches!(event, CallEvent::Finishing)).await;
    house.another(Behaviour::Works).await.plays(&call, CUSTOMER, 30).await;
    // One that stays away is told of, and holds nothing up for good.
    let call = house.call_with(RecognizerId::NONE).await;
    let mut page = house.page(&call, "tab").await;
    house.storage_is(Mood::Takes(0));
    page.frames(CUSTOMER, 0..30);
    page.say(ClientMessage::End);
    page.notice("on one server only").await;
    page.event(|event| matches!(event, CallEvent::Ended)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_that_refuses_a_part_in_mid_seal_loses_nothing_and_has_nothing_twice() {
    for mood in [Mood::Takes(1), Mood::Takes(0), Mood::LosesAnswers] {
        let house = TestApp::of_fleet(Behaviour::Works).await;
        keep_lease(house.services.clone());
        let call = house.call_with(RecognizerId::NONE).await;
        let mut page = house.page(&call, "tab").await;
        house.storage_is(mood);
        for channel in [REP, CUSTOMER] {
            page.frames(channel, 0..30);
            page.acked(channel, 30).await;
        }
        // Long enough for a seal: of the two tracks one is stored, or none, or both without a word.
        tokio::time::sleep(Duration::from_secs(11)).await;
        house.storage_is(Mood::Well);
        for channel in [REP, CUSTOMER] {
            page.frames(channel, 30..50);
            page.acked(channel, 50).await;
        }
        page.say(ClientMessage::End);
        page.event(|event| matches!(event, CallEvent::Ended)).await;
        let other = house.another(Behaviour::Works).await;
        for channel in [REP, CUSTOMER] {
            other.plays(&call, channel, 50).await;
        }
        // What was stored and never named goes a day later, and nothing else does.
        let rows = Schema::count(house.database(), "recording_parts", "epoch = epoch").await;
        let stored = || i64::try_from(files(&house.stored()).len()).unwrap();
        assert_eq!(stored() > rows, mood == Mood::LosesAnswers, "{mood:?}");
        for (days, left) in [(0, stored()), (2, rows)] {
            house.clock.by(TimeDelta::days(days));
            calls::sweep_parts(&house.services).await.unwrap();
            assert_eq!(stored(), left, "{mood:?}, after {days} days");
        }
        house.another(Behaviour::Works).await.plays(&call, CUSTOMER, 50).await;
    }
}

#[test]
fn a_part_that_is_gone_for_good_is_silence_until_it_is_found() {
    let (first, call) = die(owner_with(40, 40));
    let [part] = &files(&first.stored())[..] else { panic!("one part") };
    let aside = first.files().join("aside");
    std::fs::rename(part, &aside).unwrap();
    live(async {
        let second = first.another(Behaviour::Works).await;
        keep_lease(second.services.clone());
        let (mut page, welcome) = second.welcomed(&call).await;
        assert_eq!(welcome.next, [0, 40]);
        page.frames(CUSTOMER, 40..60);
        page.acked(CUSTOMER, 60).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert!(page.notices.is_empty(), "it is tried for a while");
        second.clock.by(TimeDelta::minutes(11));
        page.event(|event| matches!(event, CallEvent::Notice { message, .. } if message.contains("before 0:04 could not be fetched")))
            .await;
        page.say(ClientMessage::End);
        page.event(|event| matches!(event, CallEvent::Ended)).await;
        let played = second.played(&call, CUSTOMER).await;
        assert_eq!(played, std::iter::repeat_n(-1, 40).chain(40..60).collect::<Vec<i16>>());
        let third = second.another(Behaviour::Works).await;
        assert_eq!(third.played(&call, CUSTOMER).await, played, "as anywhere else");
        std::fs::rename(&aside, part).unwrap();
        for house in [&second, &third] {
            house.plays(&call, CUSTOMER, 60).await;
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_by_an_hour_takes_no_call_and_loses_none() {
    for off in [-60, 60] {
        let house = TestApp::of_fleet(Behaviour::Works).await;
        let clock = Ahead::default();
        clock.by(TimeDelta::minutes(off));
        let wrong = house.another_by(clock, Behaviour::Works).await;
        let leases: Vec<_> = [&house, &wrong].map(|house| house.services.clone()).into_iter().map(keep_lease).collect();
        for (owner, other) in [(&house, &wrong), (&wrong, &house)] {
            let call = owner.call_with(RecognizerId::NONE).await;
            let mut page = owner.page(&call, "tab").await;
            page.frames(CUSTOMER, 0..10);
            page.acked(CUSTOMER, 10).await;
            // Longer than a lease.
            tokio::time::sleep(Duration::from_secs(12)).await;
            calls::live::recover(&other.services).await.unwrap();
            let elsewhere = other.join(hello(&call, "another")).await.refused().await;
            assert_eq!(elsewhere.code, Code::Unavailable, "{off}: the owner is there, whatever its clock says");
            page.frames(CUSTOMER, 10..20);
            page.acked(CUSTOMER, 20).await;
        }
        leases.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

fn keep_lease(services: domain::Kernel) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move { domain::keep_lease(&services).await })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_reconnects_leaves_one_source_and_every_frame_once() {
    let house = TestApp::of_fleet(Behaviour::Works).await;
    keep_lease(house.services.clone());
    let call = house.call_with(RecognizerId::NONE).await;
    let started = Instant::now();
    let mut pages = Vec::new();
    for round in 0..200 {
        let page = house.join(hello(&call, "tab")).await;
        // Each sends all that it has, whatever the one before has brought.
        page.frames(CUSTOMER, 0..round / 2 + 1);
        pages.push(page);
    }
    let (mut page, welcome) = house.welcomed(&call).await;
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    page.frames(CUSTOMER, welcome.next[1]..200);
    page.acked(CUSTOMER, 200).await;
    for mut old in pages {
        while let Some(message) = old.next().await {
            if let ServerMessage::Refused(problem) = message {
                assert_eq!(problem.code, Code::CallOpenElsewhere);
            }
        }
    }
    page.say(ClientMessage::End);
    page.event(|event| matches!(event, CallEvent::Ended)).await;
    house.plays(&call, CUSTOMER, 200).await;
}

#[test]
fn a_disk_that_is_full_while_a_hole_is_filled_leaves_it_a_hole_until_there_is_space() {
    let (first, call) = die(owner_with(40, 40));
    live(async {
        let second = first.another(Behaviour::Works).await;
        keep_lease(second.services.clone());
        let log = second.log(&call, CUSTOMER);
        let (mut page, welcome) = second.welcomed(&call).await;
        assert_eq!(welcome.next, [0, 40]);
        page.frames(CUSTOMER, 40..60);
        page.acked(CUSTOMER, 60).await;
        page.say(ClientMessage::End);
        page.event(|event| matches!(event, CallEvent::Ended)).await;
        // As a server finds it that was stopped before it could fill the hole, on a disk that is full since.
        let aside = log.with_extension("aside");
        std::fs::rename(&log, &aside).unwrap();
        std::fs::write(log.with_extension("hole"), (40 * 3_228).to_string()).unwrap();
        std::os::unix::fs::symlink("/dev/full", &log).unwrap();
        let error = calls::recording::open(&second.services, &second.scope, call.id, Side::Both).await.err().unwrap();
        assert_eq!(error.into_problem().code, Code::Unavailable);
        assert!(log.with_extension("hole").exists(), "the hole stays known as one");
        std::fs::remove_file(&log).unwrap();
        std::fs::rename(&aside, &log).unwrap();
        second.plays(&call, CUSTOMER, 60).await;
        assert!(!log.with_extension("hole").exists());
    });
}

//! A call lives while its page or its server lives, and nothing of it is lost when one of them, or the database, goes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::{Duration, Instant};

use crate::support::{Behaviour, TestApp, TestPage, assert_recorded, hello};
use chrono::TimeDelta;
use domain::calls;
use domain::calls::CallsKernel as _;
use model::wire::{CallEvent, ClientMessage, Hello, Part, ServerMessage, Welcome};
use model::{Call, CallState, Channel, Code, RecognizerId};
use store::Engine;
use store::testing::execute;

const CUSTOMER: Channel = Channel::Customer;
const PATIENCE: Duration = Duration::from_secs(60);

impl TestApp {
    async fn state(&self, call: &Call) -> CallState {
        calls::get(&self.services, &self.scope, call.id).await.unwrap().state
    }

    /// A page that comes back again and again until somebody runs the call.
    pub async fn welcomed(&self, call: &Call) -> (TestPage, Welcome) {
        let started = Instant::now();
        loop {
            let mut page = self.page(call, "tab").await;
            match page.next().await {
                Some(ServerMessage::Welcome(welcome)) => return (page, welcome),
                Some(ServerMessage::Refused(problem)) => assert_eq!(problem.code, Code::Unavailable, "{problem:?}"),
                other => panic!("{other:?}"),
            }
            assert!(started.elapsed() < PATIENCE, "nobody takes the call");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn recover(&self) {
        calls::live::recover(&self.services).await.unwrap();
    }

    /// Waits until a call is in this state.
    pub async fn comes_to(&self, call: &Call, state: CallState) {
        let started = Instant::now();
        while self.state(call).await != state {
            assert!(started.elapsed() < PATIENCE, "it stays {:?}", self.state(call).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Asserts that each word that was said in so many frames is there once, and the review with them.
    async fn assert_words(&self, call: &Call, frames: u32) {
        let review = calls::review(&self.services, &self.scope, call.id).await.unwrap();
        let words: Vec<String> = review.segments.iter().map(|segment| segment.text.to_lowercase()).collect();
        let words = words.join(" ").replace(['.', ','], "");
        let expected: Vec<String> = (0..frames / 10).map(|word| format!("word {word}")).collect();
        assert_eq!(words, expected.join(" "));
        assert_eq!(review.call.state, CallState::Ended);
        assert!(review.insights.is_some());
    }
}

impl TestPage {
    async fn finishing(&mut self) {
        self.event(|event| matches!(event, CallEvent::Finishing)).await;
    }

    /// Also if it came while something else was waited for.
    async fn says_word(&mut self, word: u32) {
        let word = format!("word {word}");
        while !self.said.iter().any(|text| text.contains(&word)) {
            self.event(|event| matches!(event, CallEvent::Segment(_))).await;
        }
    }
}

/// A call whose page has sent so many frames of the customer, all of which are on the disk.
async fn live_call(manner: Behaviour, frames: u32) -> (TestApp, Call, TestPage) {
    let house = TestApp::new(manner).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(CUSTOMER, 0..frames);
    page.acked(CUSTOMER, frames).await;
    (house, call, page)
}

/// A process that dies with its runtime: no task is asked to close anything.
pub fn die<T>(live: impl Future<Output = T>) -> T {
    let doomed = tokio::runtime::Runtime::new().unwrap();
    let left = doomed.block_on(live);
    // Its threads are gone before the next one begins, as those of a dead process are.
    doomed.shutdown_timeout(Duration::from_secs(5));
    left
}

pub fn live<T>(live: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(live)
}

#[test]
fn a_restart_in_any_minute_ends_no_call() {
    for minute in [31, 100] {
        let (house, call) = die(async {
            let (house, call, mut page) = live_call(Behaviour::Counts(0), 20).await;
            page.says_word(1).await;
            house.clock.by(TimeDelta::minutes(minute));
            (house, call)
        });
        live(async {
            let reborn = house.reborn().await;
            reborn.recover().await;
            assert_eq!(reborn.state(&call).await, CallState::Live, "minute {minute}");
            reborn.clock.by(TimeDelta::minutes(29));
            reborn.recover().await;
            let mut back = reborn.page(&call, "tab").await;
            assert_eq!(back.welcome().await.next, [0, 20]);
            back.frames(CUSTOMER, 20..40);
            back.acked(CUSTOMER, 40).await;
            // Its page's hello keeps it, however long ago it began.
            reborn.clock.by(TimeDelta::minutes(2));
            reborn.recover().await;
            back.say(ClientMessage::End);
            back.ended().await;
            assert_recorded(&reborn, &call, CUSTOMER, 40);
            reborn.assert_words(&call, 40).await;
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_ended_when_nobody_came_back_for_half_an_hour() {
    let (house, call, _page) = live_call(Behaviour::Counts(0), 20).await;
    let old = house.reborn().await;
    house.clock.by(TimeDelta::minutes(31));
    // The page comes back for a moment in minute 31, then it and its server are away for 137 s.
    house.page(&call, "tab").await.welcome().await;
    calls::live::shutdown(&house.services).await;
    house.clock.by(TimeDelta::seconds(137));
    old.recover().await;
    assert_eq!(old.state(&call).await, CallState::Live);
    house.clock.by(TimeDelta::minutes(27));
    old.recover().await;
    assert_eq!(old.state(&call).await, CallState::Live, "30 minutes, counted from when it was last there");
    house.clock.by(TimeDelta::minutes(1));
    old.recover().await;
    old.assert_words(&call, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_leaves_the_first_ones_calls_alone() {
    let house = TestApp::on_with(Engine::Postgres, Behaviour::Counts(400)).await;
    let second = house.beside(Behaviour::Counts(0)).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(CUSTOMER, 0..50);
    page.acked(CUSTOMER, 50).await;
    house.clock.by(TimeDelta::minutes(45));
    let mut page = house.page(&call, "tab").await;
    page.welcome().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    second.recover().await;
    assert_eq!(second.state(&call).await, CallState::Live);
    page.say(ClientMessage::End);
    page.finishing().await;
    second.recover().await;
    assert_eq!(second.services.call_registry().live_count(), 0, "its words are still being heard by the first");
    let viewer = Hello { part: Part::Viewer, ..hello(&call, "viewer") };
    assert_eq!(second.join(viewer).await.refused().await.code, Code::Unavailable);
    assert_eq!(second.state(&call).await, CallState::Finishing);
    page.ended().await;
    house.assert_words(&call, 50).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_that_can_not_be_recovered_hides_no_other() {
    let house = TestApp::new(Behaviour::Counts(0)).await;
    let mut made = Vec::new();
    for _ in 0..4 {
        let call = house.call_with(RecognizerId::NONE).await;
        let mut page = house.page(&call, "tab").await;
        page.frames(CUSTOMER, 0..3);
        page.acked(CUSTOMER, 3).await;
        made.push(call);
    }
    calls::live::shutdown(&house.services).await;
    let [words, folder, cue, good] = &made[..] else { unreachable!() };
    let name = |call: &Call| format!("X'{}'", call.id.to_string().replace('-', ""));
    let store = house.services.store();
    execute(store, "UPDATE calls SET state = 'finishing', ended_at = created_at").await;
    execute(store, &format!("UPDATE calls SET vocabulary = 'no list' WHERE id = {}", name(words))).await;
    execute(
        store,
        &format!(
            "INSERT INTO cues (organization_id, call_id, number, kind, topic, title, quote, guidance, evidence, at_ms, state)
            SELECT organization_id, id, 1, 'risk', '', '', '', '', 'no evidence', 0, 'open' FROM calls WHERE id = {}",
            name(cue)
        ),
    )
    .await;
    let log = house.log(folder, CUSTOMER);
    std::fs::remove_file(&log).unwrap();
    std::fs::create_dir(&log).unwrap();
    let reborn = house.reborn().await;
    reborn.recover().await;
    assert_eq!(reborn.state(good).await, CallState::Ended);
    assert_eq!(reborn.state(folder).await, CallState::Finishing);
}

/// Makes the database refuse what a call writes, in a way that is neither busy nor full.
async fn break_rows(house: &TestApp) {
    for table in ["segments", "cues"] {
        let sql = format!("CREATE TRIGGER no_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'out of order'); END");
        execute(house.services.store(), &sql).await;
    }
}

async fn mend_rows(house: &TestApp) {
    execute(house.services.store(), "DROP TRIGGER no_segments; DROP TRIGGER no_cues").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_refuses_waits_for_it() {
    let (house, call, mut page) = live_call(Behaviour::Counts(0), 20).await;
    page.says_word(1).await;
    break_rows(&house).await;
    page.frames(CUSTOMER, 20..60);
    page.notice("takes nothing right now").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    mend_rows(&house).await;
    page.notice("Everything is stored").await;
    page.frames(CUSTOMER, 60..80);
    page.says_word(7).await;
    page.say(ClientMessage::End);
    page.ended().await;
    house.assert_words(&call, 80).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_call_waits_for_the_database_and_is_not_told_before() {
    let (house, call, mut page) = live_call(Behaviour::Counts(0), 20).await;
    page.says_word(1).await;
    let refuse = "CREATE TRIGGER no_end BEFORE UPDATE OF state ON calls BEGIN SELECT RAISE(ABORT, 'out of order'); END";
    execute(house.services.store(), refuse).await;
    page.say(ClientMessage::End);
    page.notice("end of the call waits").await;
    // Said again, as the documentation asks for.
    page.say(ClientMessage::End);
    let early = tokio::time::timeout(Duration::from_secs(2), page.finishing()).await;
    assert!(early.is_err(), "told before it was stored");
    assert_eq!(house.state(&call).await, CallState::Live);
    // Who ends it from elsewhere isn't kept waiting.
    let ended = calls::end(&house.services, &house.scope, call.id).await.unwrap();
    assert_eq!(ended.state, CallState::Live);
    execute(house.services.store(), "DROP TRIGGER no_end").await;
    page.finishing().await;
    page.ended().await;
    house.assert_words(&call, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_that_can_not_be_written_is_tried_again_before_the_end_is_told() {
    let (house, call, mut page) = live_call(Behaviour::Counts(0), 20).await;
    page.says_word(1).await;
    execute(house.services.store(), "CREATE TRIGGER no_review BEFORE INSERT ON reviews BEGIN SELECT RAISE(ABORT, 'out of order'); END")
        .await;
    page.say(ClientMessage::End);
    page.notice("review can't be written yet").await;
    assert_eq!(house.state(&call).await, CallState::Finishing);
    execute(house.services.store(), "DROP TRIGGER no_review").await;
    page.ended().await;
    house.assert_words(&call, 20).await;
}

#[test]
fn what_the_recognizer_still_owed_is_heard_though_no_frame_comes_any_more() {
    let (house, call) = die(async {
        // A recognizer that is more than 30 s behind when its server dies.
        let (house, call, mut page) = live_call(Behaviour::Counts(200), 700).await;
        page.says_word(3).await;
        (house, call)
    });
    live(async {
        let reborn = house.again(Behaviour::Counts(0)).await;
        let mut back = reborn.page(&call, "tab").await;
        assert_eq!(back.welcome().await.next, [0, 700]);
        back.say(ClientMessage::End);
        back.ended().await;
        reborn.assert_words(&call, 700).await;
    });
}

#[test]
fn a_finishing_call_is_heard_to_its_end_by_the_next_server() {
    for killed in [true, false] {
        let (house, call) = die(async {
            let (house, call, mut page) = live_call(Behaviour::Counts(300), 500).await;
            page.say(ClientMessage::End);
            page.finishing().await;
            page.says_word(2).await;
            if !killed {
                calls::live::shutdown(&house.services).await;
            }
            (house, call)
        });
        live(async {
            let reborn = house.again(Behaviour::Counts(5)).await;
            assert_eq!(reborn.state(&call).await, CallState::Finishing);
            if killed {
                // The server that had it may be another one that is well, until it has been silent for a while.
                reborn.clock.by(TimeDelta::seconds(40));
            }
            reborn.recover().await;
            reborn.comes_to(&call, CallState::Ended).await;
            reborn.assert_words(&call, 500).await;
        });
    }
}

#[test]
fn every_word_is_there_once_though_the_call_changes_its_server() {
    // Dead in the middle of a word, long after what is sealed, and at once.
    for (frames, word) in [(300, 3), (300, 28), (45, 1)] {
        let (first, call) = die(async {
            let house = TestApp::of_fleet(Behaviour::Counts(20)).await;
            let call = house.call().await;
            let mut page = house.page(&call, "tab").await;
            page.frames(CUSTOMER, 0..frames);
            page.acked(CUSTOMER, frames).await;
            page.says_word(word).await;
            (house, call)
        });
        live(async {
            let second = first.another(Behaviour::Counts(0)).await;
            let (mut page, welcome) = second.welcomed(&call).await;
            assert!(welcome.next[1] <= frames && welcome.durable.as_ref() == Some(&welcome.next), "{welcome:?}");
            page.frames(CUSTOMER, welcome.next[1]..400);
            page.acked(CUSTOMER, 400).await;
            page.say(ClientMessage::End);
            page.ended().await;
            second.assert_words(&call, 400).await;
            assert_recorded(&second, &call, CUSTOMER, 400);
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recognizer_that_is_minutes_behind_hears_everything() {
    let house = TestApp::new(Behaviour::Counts(60)).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    for batch in 0..6 {
        page.frames(CUSTOMER, batch * 500..(batch + 1) * 500);
        page.acked(CUSTOMER, (batch + 1) * 500).await;
    }
    page.say(ClientMessage::End);
    page.ended().await;
    // Told as soon as it is known, which may be after the last ack.
    assert!(page.notices.iter().any(|notice| notice.contains("can't keep up")), "{:?}", page.notices);
    house.assert_words(&call, 3_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_right_behind_the_frames_loses_no_word() {
    let house = TestApp::new(Behaviour::Counts(0)).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(CUSTOMER, 0..50);
    page.say(ClientMessage::End);
    page.ended().await;
    house.assert_words(&call, 50).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_frame_is_acked_with_its_own_number() {
    let house = TestApp::new(Behaviour::Counts(0)).await;
    let call = house.call_with(RecognizerId::NONE).await;
    let mut page = house.page(&call, "tab").await;
    page.frames(CUSTOMER, 0..400);
    let mut acks = Vec::new();
    while acks.last() != Some(&400) {
        if let Some(ServerMessage::Ack { next, .. }) = page.next().await {
            acks.push(next);
        }
    }
    assert_eq!(acks, (1..=400).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_calls_sound_goes_though_the_server_stops_in_between() {
    let (house, call, mut page) = live_call(Behaviour::Counts(0), 10).await;
    page.say(ClientMessage::End);
    page.ended().await;
    let folder = house.log(&call, CUSTOMER).parent().unwrap().to_owned();
    let aside = folder.with_extension("aside");
    // What lies in its place can't be deleted as a folder: as if the server had gone before it could.
    std::fs::rename(&folder, &aside).unwrap();
    std::fs::write(&folder, "no folder").unwrap();
    calls::delete(&house.services, &house.scope, call.id).await.unwrap();
    house.clock.by(TimeDelta::seconds(model::UNDO_SECONDS));
    assert_eq!(domain::run_due(&house.services).await.unwrap(), 1, "it is gone for good");
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    let reborn = house.reborn().await;
    reborn.clock.by(TimeDelta::seconds(31));
    assert_eq!(domain::run_due(&reborn.services).await.unwrap(), 1);
    assert!(!folder.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_safety_net_leaves_a_host_alone_that_is_still_at_it() {
    let (house, call, mut page) = live_call(Behaviour::Counts(300), 100).await;
    page.say(ClientMessage::End);
    page.finishing().await;
    house.clock.by(TimeDelta::minutes(7));
    assert_eq!(domain::run_due(&house.services).await.unwrap(), 1);
    assert_eq!(house.state(&call).await, CallState::Finishing, "no review is written from half the words");
    page.ended().await;
    house.assert_words(&call, 100).await;
}

#[test]
fn the_safety_net_hears_the_last_words_if_nobody_does() {
    let (house, call) = die(async {
        let (house, call, mut page) = live_call(Behaviour::Counts(300), 100).await;
        page.say(ClientMessage::End);
        page.finishing().await;
        (house, call)
    });
    live(async {
        let reborn = house.again(Behaviour::Counts(5)).await;
        reborn.clock.by(TimeDelta::minutes(7));
        assert_eq!(domain::run_due(&reborn.services).await.unwrap(), 1);
        reborn.assert_words(&call, 100).await;
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_begins_no_long_listening() {
    let (house, call, mut page) = live_call(Behaviour::Counts(0), 50).await;
    page.say(ClientMessage::End);
    page.ended().await;
    calls::live::shutdown(&house.services).await;
    let correct = || calls::correct_segment(&house.services, &house.scope, call.id, 1, "other words");
    // What was heard while the call was live is known: nothing has to be listened to.
    let kept = house.log(&call, Channel::Customer).with_extension("voice");
    let known = std::fs::read(&kept).unwrap();
    std::fs::remove_file(&kept).unwrap();
    assert_eq!(correct().await.unwrap_err().into_problem().code, Code::Unavailable);
    std::fs::write(&kept, known).unwrap();
    assert_eq!(correct().await.unwrap().text, "other words");
}

//! A live call from the page's point of view: what is sent arrives once, whatever happens.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use crate::support::{Behaviour, TestApp, assert_recorded, frame, hello, sign_up};
use domain::calls;
use model::wire::{CallEvent, ClientMessage, Frame, Heard, Hello, NoticeLevel, Part, RecognizerHealth, ServerMessage};
use model::{CallId, CallPatch, CallState, Channel, Code, ConsentMethod, CueState, Millis, NewCall, RecognizerId, TrackId, TranscriptJob};
use store::recording::RecordingReader;

const REP: Channel = Channel::Rep;
const CUSTOMER: Channel = Channel::Customer;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_from_the_first_frame_to_its_review() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    assert_eq!(page.welcome().await.next, [0, 0]);
    page.frames(REP, 0..35);
    page.frames(CUSTOMER, 0..35);
    page.acked(CUSTOMER, 35).await;
    let cue = page.event(|event| matches!(event, CallEvent::Cue(cue) if cue.topic.starts_with("objection"))).await;
    let CallEvent::Cue(cue) = cue else { unreachable!() };
    page.say(ClientMessage::Feedback { cue: cue.number, state: CueState::Kept });
    page.say(ClientMessage::Bookmark { at: Millis(1_000), note: "ask again".into() });
    page.say(ClientMessage::End);
    page.event(|event| matches!(event, CallEvent::Ended)).await;
    let review = calls::review(&house.services, &house.scope, call.id).await.unwrap();
    assert_eq!(review.call.state, CallState::Ended);
    assert_eq!(review.segments.len(), 6, "{:?}", review.segments);
    assert!(review.segments.windows(2).all(|pair| pair[0].start_ms <= pair[1].start_ms));
    assert_eq!(review.cues.iter().find(|known| known.number == cue.number).unwrap().state, CueState::Kept);
    assert_eq!(review.bookmarks[0].note, "ask again");
    assert_eq!(review.recording_ms, Some(Millis(3_500)));
    assert_eq!(review.call.duration_ms, Millis(3_500));
    let insights = review.insights.unwrap();
    assert!(insights.action_items.iter().any(|item| item.text.contains("deck") && item.owner == REP), "{insights:?}");
    assert_recorded(&house, &call, REP, 35);
    assert_recorded(&house, &call, CUSTOMER, 35);
}

#[tokio::test(flavor = "multi_thread")]
async fn doubled_and_early_frames_are_not_taken() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call_with(RecognizerId::NONE).await;
    let mut page = house.page(&call, "tab").await;
    page.frames(REP, 0..3);
    page.acked(REP, 3).await;
    page.frames(REP, 1..3);
    page.acked_again(REP, 3).await;
    page.frames(REP, 7..9);
    page.acked_again(REP, 3).await;
    page.frames(REP, 3..5);
    page.acked(REP, 5).await;
    assert_recorded(&house, &call, REP, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_ends_what_is_being_said() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(REP, 0..3);
    page.say(ClientMessage::Pause { paused: true });
    // The recognizer says a sentence a second and was given 0.3 s of audio: it has heard silence.
    page.event(|event| matches!(event, CallEvent::Segment(segment) if segment.channel == REP)).await;
    assert_recorded(&house, &call, REP, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_are_none_are_rejected_and_the_call_goes_on() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call_with(RecognizerId::NONE).await;
    let mut page = house.page(&call, "tab").await;
    let bad = [
        Frame { pcm: Vec::new(), ..frame(REP, 0) },
        Frame { pcm: vec![0; 3], ..frame(REP, 0) },
        Frame { pcm: vec![0; 1_000_000], ..frame(REP, 0) },
        Frame { captured_at: Millis(-1), ..frame(REP, 0) },
        Frame { captured_at: Millis(i64::MAX), ..frame(REP, 0) },
    ];
    for bad in bad {
        page.say(ClientMessage::Frame(bad));
        assert_eq!(page.rejected().await.code, Code::FrameMalformed);
    }
    page.frames(REP, 0..2);
    page.acked(REP, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_loses_no_frame() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call_with(RecognizerId::NONE).await;
    let mut page = house.page(&call, "tab").await;
    for (sequence, at) in [0, 100, 50_000_000, 200, 0, 300].into_iter().enumerate() {
        page.say(ClientMessage::Frame(Frame { captured_at: Millis(at), ..frame(REP, sequence as u32) }));
    }
    page.acked(REP, 6).await;
    let reader = RecordingReader::open(house.log(&call, REP)).unwrap();
    let starts: Vec<i64> = reader.frames(TrackId::MICROPHONE).map(|frame| frame.unwrap().captured_at.0).collect();
    assert_eq!(starts.len(), 6);
    assert!(starts.windows(2).all(|pair| pair[0] < pair[1]), "{starts:?}");
    assert!(starts.iter().all(|start| *start < 60_000), "{starts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_byte_is_kept_before_consent() {
    let house = TestApp::new(Behaviour::Works).await;
    let call =
        calls::create(&house.services, &house.scope, NewCall { recognizer: RecognizerId::NONE, ..NewCall::default() }).await.unwrap();
    assert_eq!(house.page(&call, "tab").await.refused().await.code, Code::ConsentMissing);
    assert!(!house.log(&call, REP).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_that_is_given_while_somebody_watches_lets_the_recognizer_hear() {
    let house = TestApp::new(Behaviour::Works).await;
    let new = NewCall { recognizer: RecognizerId::known("command"), ..NewCall::default() };
    let call = calls::create(&house.services, &house.scope, new).await.unwrap();
    let mut viewer = house.join(Hello { part: Part::Viewer, page: "viewer".into(), ..hello(&call, "tab") }).await;
    viewer.welcome().await;
    let given = CallPatch { consent_how: Some(ConsentMethod::NobodyElse), ..CallPatch::default() };
    calls::patch(&house.services, &house.scope, call.id, given).await.unwrap();
    let mut page = house.page(&call, "tab").await;
    assert!(page.welcome().await.call.consent_at.is_some());
    page.frames(CUSTOMER, 0..25);
    page.event(|event| matches!(event, CallEvent::Segment(_))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_is_not_kept_where_the_organization_says_so() {
    let house = TestApp::new(Behaviour::Works).await;
    domain::identity::update_organization(&house.services, &house.scope, "Acme", false).await.unwrap();
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(CUSTOMER, 0..25);
    page.acked(CUSTOMER, 25).await;
    page.event(|event| matches!(event, CallEvent::Segment(_))).await;
    let bytes = std::fs::metadata(house.log(&call, CUSTOMER)).unwrap().len();
    assert!(bytes < 25 * 100, "{bytes} bytes are more than the frames' headers");
    page.say(ClientMessage::End);
    page.event(|event| matches!(event, CallEvent::Ended)).await;
    let review = calls::review(&house.services, &house.scope, call.id).await.unwrap();
    assert_eq!(review.recording_ms, None);
    assert!(!review.segments.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_unknown_and_ended_calls_are_refused() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call_with(RecognizerId::NONE).await;
    let stranger = sign_up(&house.services, "eve@example.com").await;
    let mut foreign = house.reborn().await;
    foreign.scope = stranger;
    assert_eq!(foreign.page(&call, "tab").await.refused().await.code, Code::NotFound);
    let unknown = Hello { call: CallId(uuid::Uuid::from_u128(1)), ..hello(&call, "tab") };
    assert_eq!(house.join(unknown).await.refused().await.code, Code::NotFound);
    calls::end(&house.services, &house.scope, call.id).await.unwrap();
    assert_eq!(house.page(&call, "tab").await.refused().await.code, Code::CallEnded);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_page_must_take_over() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call_with(RecognizerId::NONE).await;
    let mut first = house.page(&call, "first").await;
    first.frames(REP, 0..3);
    first.acked(REP, 3).await;
    assert_eq!(house.page(&call, "second").await.refused().await.code, Code::CallOpenElsewhere);
    let mut second = house.join(Hello { take_over: true, ..hello(&call, "second") }).await;
    assert_eq!(second.welcome().await.next, [3, 0]);
    assert_eq!(first.refused().await.code, Code::CallOpenElsewhere);
    first.frames(REP, 3..6);
    second.frames(REP, 3..5);
    second.acked(REP, 5).await;
    assert_recorded(&house, &call, REP, 5);
    let mut again = house.page(&call, "second").await;
    assert_eq!(again.welcome().await.next, [5, 0], "the same page may come back at any time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_comes_back_gets_what_it_missed() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(REP, 0..12);
    let seen = loop {
        if let Some(ServerMessage::Event { sequence, event: CallEvent::Segment(_) }) = page.next().await {
            break sequence;
        }
    };
    drop(page);
    let mut back = house.join(Hello { last_event: seen, ..hello(&call, "tab") }).await;
    assert_eq!(back.welcome().await.next, [12, 0]);
    back.frames(REP, 12..24);
    let next = loop {
        match back.next().await {
            Some(ServerMessage::Event { sequence, .. }) => break sequence,
            Some(ServerMessage::Snapshot(_)) => panic!("single events are there"),
            _ => {}
        }
    };
    assert_eq!(next, seen + 1);
    let mut viewer = house.join(Hello { part: Part::Viewer, page: "viewer".into(), ..hello(&call, "tab") }).await;
    viewer.welcome().await;
    match viewer.next().await {
        Some(ServerMessage::Snapshot(snapshot)) => assert!(!snapshot.segments.is_empty()),
        other => panic!("a new page gets a snapshot, not {other:?}"),
    }
    viewer.frames(REP, 24..25);
    assert_eq!(viewer.rejected().await.code, Code::Forbidden);
}

/// The process dies with its runtime: no task is asked to close anything.
#[test]
fn after_a_crash_every_frame_is_there_once() {
    let doomed = tokio::runtime::Runtime::new().unwrap();
    let (house, call) = doomed.block_on(async {
        let house = TestApp::new(Behaviour::Works).await;
        let call = house.call().await;
        let mut page = house.page(&call, "tab").await;
        page.frames(REP, 0..20);
        page.frames(CUSTOMER, 0..20);
        page.acked(REP, 20).await;
        page.event(|event| matches!(event, CallEvent::Segment(_))).await;
        (house, call)
    });
    // Its threads are gone before the next one begins, as those of a dead process are.
    doomed.shutdown_timeout(Duration::from_secs(5));
    let torn = house.log(&call, REP);
    let mut bytes = std::fs::read(&torn).unwrap();
    let record = bytes.len() / 20;
    bytes.extend_from_within(bytes.len() - record..bytes.len() - 7);
    std::fs::write(&torn, bytes).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let reborn = house.reborn().await;
        calls::live::recover(&reborn.services).await.unwrap();
        let mut back = reborn.page(&call, "tab").await;
        let [rep, customer] = back.welcome().await.next[..] else { panic!("two tracks") };
        assert_eq!(rep, 20);
        back.frames(REP, 18..30);
        back.frames(CUSTOMER, customer..30);
        back.frames(REP, 20..30);
        back.acked(CUSTOMER, 30).await;
        back.say(ClientMessage::End);
        back.event(|event| matches!(event, CallEvent::Ended)).await;
        assert_recorded(&reborn, &call, REP, 30);
        assert_recorded(&reborn, &call, CUSTOMER, 30);
        let review = calls::review(&reborn.services, &reborn.scope, call.id).await.unwrap();
        let mut numbers: Vec<i64> = review.segments.iter().map(|segment| segment.number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
        // What was recorded but not answered when the process died is heard by the next one.
        let said = |channel| review.segments.iter().filter(|segment| segment.channel == channel).count();
        assert!(said(REP) >= 3 && said(CUSTOMER) >= 3, "{:?}", review.segments);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_tells_the_pages_and_loses_nothing() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(REP, 0..10);
    page.acked(REP, 10).await;
    calls::live::shutdown(&house.services).await;
    while !matches!(page.next().await, Some(ServerMessage::Restarting)) {}
    assert_eq!(house.page(&call, "tab").await.refused().await.code, Code::Unavailable);
    let reborn = house.reborn().await;
    assert_eq!(reborn.page(&call, "tab").await.welcome().await.next, [10, 0]);
    assert_eq!(calls::get(&reborn.services, &reborn.scope, call.id).await.unwrap().state, CallState::Live);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_holds_frames_back_and_says_so() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call_with(RecognizerId::NONE).await;
    let log = house.log(&call, REP);
    std::fs::create_dir_all(log.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink("/dev/full", &log).unwrap();
    let mut page = house.page(&call, "tab").await;
    page.frames(REP, 0..3);
    page.frames(CUSTOMER, 0..3);
    let notice = page.event(|event| matches!(event, CallEvent::Notice { level: NoticeLevel::Error, .. })).await;
    assert!(matches!(&notice, CallEvent::Notice { message, .. } if message.contains("disk is full")), "{notice:?}");
    page.acked(CUSTOMER, 3).await;
    page.acked_again(REP, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recognizer_that_crashes_is_opened_again_and_hears_what_it_missed() {
    let house = TestApp::new(Behaviour::CrashesOnce).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(REP, 0..31);
    page.event(|event| matches!(event, CallEvent::Recognizer(status) if status.health == RecognizerHealth::Reconnecting)).await;
    page.event(|event| matches!(event, CallEvent::Segment(segment) if segment.text.contains("thank you"))).await;
    page.say(ClientMessage::End);
    page.event(|event| matches!(event, CallEvent::Ended)).await;
    let review = calls::review(&house.services, &house.scope, call.id).await.unwrap();
    assert_eq!(review.segments.len(), 3, "no second was left out or heard twice: {:?}", review.segments);
    assert_eq!(house.heard.lock().unwrap()[1], 31 * 1_600, "the second stream was given everything");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_recognizer_leaves_the_recording_and_can_be_made_up_for() {
    let house = TestApp::new(Behaviour::Broken).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(REP, 0..30);
    page.event(|event| matches!(event, CallEvent::Recognizer(status) if status.health == RecognizerHealth::Failed && status.message.contains("recording goes on"))).await;
    page.acked(REP, 30).await;
    page.say(ClientMessage::End);
    page.event(|event| matches!(event, CallEvent::Ended)).await;
    // Later, with a recognizer that works.
    let later = house.again(Behaviour::Works).await;
    let make = async || calls::recognize_later(&later.services, &later.scope, call.id, RecognizerId::known("command")).await;
    make().await.unwrap();
    let job = async || calls::review(&later.services, &later.scope, call.id).await.unwrap().transcript_job;
    assert_eq!(job().await, Some(TranscriptJob::Running));
    assert_eq!(make().await.unwrap_err().into_problem().code, Code::Conflict, "one at a time");
    assert_eq!(domain::run_due(&later.services).await.unwrap(), 1);
    let review = calls::review(&later.services, &later.scope, call.id).await.unwrap();
    assert_eq!(review.segments.len(), 3);
    assert_eq!(review.transcript_job, None, "done");
    assert!(review.insights.is_some_and(|insights| !insights.action_items.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recognizer_that_is_gone_is_a_sentence_and_what_is_there_takes_its_place() {
    let house = TestApp::on(store::Engine::Sqlite).await;
    let call = house.call().await;
    // As if it was made before the server was set up anew.
    store::testing::execute(house.database(), "UPDATE calls SET recognizer = 'some-vendor'").await;
    let mut page = house.page(&call, "tab").await;
    assert_eq!(page.welcome().await.call.recognizer.as_str(), "some-vendor");
    let Some(ServerMessage::Snapshot(snapshot)) = page.next().await else { panic!("a new page gets a snapshot") };
    assert_eq!(snapshot.recognizers.len(), 2);
    for status in snapshot.recognizers {
        assert_eq!((status.label.as_str(), status.health), ("Some-vendor", RecognizerHealth::Failed));
        assert!(status.message.contains("“some-vendor” isn't set up on this server") && status.message.contains("recording goes on"));
    }
    page.frames(REP, 0..25);
    page.event(|event| matches!(event, CallEvent::Recognizer(status) if status.label == "Scripted" && status.health == RecognizerHealth::Listening)).await;
    page.event(|event| matches!(event, CallEvent::Segment(_))).await;
    page.say(ClientMessage::End);
    page.event(|event| matches!(event, CallEvent::Ended)).await;
    let review = calls::review(&house.services, &house.scope, call.id).await.unwrap();
    assert_eq!((review.call.recognizer.as_str(), review.segments.len()), ("some-vendor", 2));
    // The next call begins with one that is there, and none can be made with one that isn't.
    let prepared = calls::prepare(&house.services, &house.scope).await.unwrap();
    assert_eq!(prepared.defaults.recognizer.as_str(), "command");
    let gone = RecognizerId::known("some-vendor");
    let new = NewCall { recognizer: gone.clone(), ..NewCall::default() };
    let refused = calls::create(&house.services, &house.scope, new).await.unwrap_err().into_problem();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::RecognizerUnavailable, Some("recognizer")));
    let refused = calls::recognize_later(&house.services, &house.scope, call.id, gone).await.unwrap_err().into_problem();
    assert_eq!(refused.code, Code::RecognizerUnavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_from_the_browser_need_a_call_that_wants_them() {
    let house = TestApp::new(Behaviour::Works).await;
    let heard = |text: &str| {
        ClientMessage::Heard(Heard {
            track: TrackId::usual(CUSTOMER),
            text: text.into(),
            start: Millis(0),
            end: Millis(900),
            confidence: 0.8,
            is_final: true,
        })
    };
    let call = house.call_with(RecognizerId::BROWSER).await;
    let mut page = house.page(&call, "tab").await;
    page.say(heard("it is too expensive for us"));
    page.event(|event| matches!(event, CallEvent::Cue(_))).await;
    page.say(heard(&"x".repeat(10_000_000)));
    assert_eq!(page.rejected().await.code, Code::Invalid);
    let other = house.call_with(RecognizerId::NONE).await;
    let mut page = house.page(&other, "tab").await;
    page.say(heard("hello"));
    assert_eq!(page.rejected().await.code, Code::Invalid);
}

/// The customer's words, as the page hears them.
fn says(text: &str, is_final: bool) -> ClientMessage {
    let (start, end) = (Millis(1_000), Millis(3_000));
    ClientMessage::Heard(Heard { track: TrackId::usual(CUSTOMER), text: text.into(), start, end, confidence: 0.8, is_final })
}

fn is_cue(event: &CallEvent) -> bool {
    matches!(event, CallEvent::Cue(_))
}

#[test]
fn a_card_comes_before_the_final_and_a_crash_in_between_leaves_none_without_words() {
    const SAID: &str = "honestly it is too expensive for us";
    let doomed = tokio::runtime::Runtime::new().unwrap();
    let (house, call, seen) = doomed.block_on(async {
        let house = TestApp::new(Behaviour::Works).await;
        let call = house.call_with(RecognizerId::BROWSER).await;
        let mut page = house.page(&call, "tab").await;
        page.say(says(SAID, false));
        let partial = page.event(|event| matches!(event, CallEvent::Partial(_))).await;
        assert!(matches!(&partial, CallEvent::Partial(partial) if partial.segment == Some(1)), "{partial:?}");
        let CallEvent::Cue(early) = page.event(is_cue).await else { unreachable!() };
        assert_eq!((early.number, early.evidence.first_segment()), (1, 1));
        // A page that comes now sees it too.
        let mut viewer = house.join(Hello { part: Part::Viewer, page: "viewer".into(), ..hello(&call, "tab") }).await;
        viewer.welcome().await;
        let Some(ServerMessage::Snapshot(snapshot)) = viewer.next().await else { panic!("a new page gets a snapshot") };
        assert_eq!(snapshot.cues, [early]);
        assert_eq!(calls::cues(&house.services, &house.scope, call.id).await.unwrap(), [], "not before its words are stored");
        (house, call, snapshot.last_event)
    });
    // Its threads are gone before the next one begins, as those of a dead process are.
    doomed.shutdown_timeout(Duration::from_secs(5));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let reborn = house.reborn().await;
        assert_eq!(calls::cues(&reborn.services, &reborn.scope, call.id).await.unwrap(), []);
        let mut back = reborn.join(Hello { last_event: seen, ..hello(&call, "tab") }).await;
        back.welcome().await;
        let Some(ServerMessage::Snapshot(snapshot)) = back.next().await else { panic!("the page is told what is left") };
        assert_eq!(snapshot.cues, []);
        // What was not final is said again, and the cue comes again.
        back.say(says(SAID, false));
        let CallEvent::Cue(early) = back.event(is_cue).await else { unreachable!() };
        back.say(ClientMessage::Feedback { cue: early.number, state: CueState::Kept });
        back.event(|event| matches!(event, CallEvent::CueState { .. })).await;
        back.say(says("well honestly it is too expensive for us", true));
        back.event(|event| matches!(event, CallEvent::Segment(segment) if segment.number == early.evidence.first_segment())).await;
        let CallEvent::Cue(told) = back.event(is_cue).await else { unreachable!() };
        assert_eq!((told.number, told.state), (early.number, CueState::Kept));
        // One that the final doesn't bear out goes, and is in no review.
        back.say(says("and we do not have any budget for this", false));
        let CallEvent::Cue(wrong) = back.event(is_cue).await else { unreachable!() };
        back.say(says("and we do not have a budgie", true));
        let gone = back.event(|event| matches!(event, CallEvent::CueWithdrawn { .. })).await;
        assert_eq!(gone, CallEvent::CueWithdrawn { cue: wrong.number });
        back.say(ClientMessage::End);
        back.event(|event| matches!(event, CallEvent::Ended)).await;
        let review = calls::review(&reborn.services, &reborn.scope, call.id).await.unwrap();
        assert_eq!(review.cues, std::slice::from_ref(&told));
        let span = told.evidence.spans()[0];
        let segment = review.segments.iter().find(|segment| segment.number == span.segment).unwrap();
        assert_eq!(segment.text.get(span.start as usize..span.end as usize), Some(told.quote.as_str()));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_live_call_leaves_nothing() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(REP, 0..10);
    page.acked(REP, 10).await;
    calls::delete(&house.services, &house.scope, call.id).await.unwrap();
    assert!(calls::get(&house.services, &house.scope, call.id).await.is_err());
    house.clock.by(chrono::TimeDelta::seconds(model::UNDO_SECONDS));
    assert_eq!(domain::run_due(&house.services).await.unwrap(), 1);
    assert!(!house.log(&call, REP).exists());
    assert!(calls::restore(&house.services, &house.scope, call.id).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_call_that_is_brought_back_goes_on() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    page.frames(REP, 0..10);
    page.acked(REP, 10).await;
    calls::delete(&house.services, &house.scope, call.id).await.unwrap();
    assert_eq!(calls::restore(&house.services, &house.scope, call.id).await.unwrap().state, CallState::Live);
    let mut page = house.page(&call, "tab").await;
    page.frames(REP, 10..20);
    page.acked(REP, 20).await;
    assert_recorded(&house, &call, REP, 20);
}

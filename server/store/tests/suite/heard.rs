//! Segments, cues, bookmarks and reviews of a call.

use chrono::NaiveDate;
use model::{ActionItem, Bookmark, Channel, CueState, Evidence, Insights, Metrics, Millis, Segment, Span, SummaryLine, TrackId};
use rstest::rstest;
use store::{Engine, testing};

use crate::fixtures::{cue, insert, segment, tenant};

#[rstest]
#[tokio::test]
async fn segments_may_come_twice(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let call = insert(&store, ours, "Call", 0).await.id;
    let (one, two) = (segment(1, Channel::Rep, "Hello"), segment(2, Channel::Customer, "Ünïcode 🎧"));
    store.append_segments(ours.organization, call, std::slice::from_ref(&two)).await.unwrap();
    store.append_segments(ours.organization, call, &[one.clone(), two.clone(), segment(2, Channel::Rep, "other")]).await.unwrap();
    store.append_segments(ours.organization, call, &[]).await.unwrap();
    assert_eq!(store.segments(ours.organization, call).await.unwrap(), [one.clone(), two]);

    assert!(store.correct_segment(ours.organization, call, 1, "Hallo").await.unwrap());
    assert!(!store.correct_segment(ours.organization, call, 9, "x").await.unwrap());
    let corrected = Segment { text: "Hallo".into(), words: vec![], corrected: true, ..one };
    assert_eq!(store.segments(ours.organization, call).await.unwrap()[0], corrected);
    store.replace_segments(ours.organization, call, &[segment(1, Channel::Rep, "Again")]).await.unwrap();
    assert_eq!(store.segments(ours.organization, call).await.unwrap(), [segment(1, Channel::Rep, "Again")]);
}

#[rstest]
#[tokio::test]
async fn a_recognizers_rubbish_is_kept_as_text(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let call = insert(&store, ours, "Call", 0).await.id;
    store.append_segments(ours.organization, call, &[segment(1, Channel::Rep, "a\0b'\"\\\u{fffe}\r\n")]).await.unwrap();
    let kept = store.segments(ours.organization, call).await.unwrap().remove(0);
    assert_eq!((kept.text.as_str(), kept.words[0].text.as_str()), ("a\u{fffd}b'\"\\\u{fffe}\r\n", "a\u{fffd}b'\"\\\u{fffe}\r\n"));
}

#[rstest]
#[tokio::test]
async fn words_and_sound_change_sides_with_one_commit(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let call = insert(&store, ours, "Call", 0).await.id;
    store.append_segments(ours.organization, call, &[segment(1, Channel::Rep, "a")]).await.unwrap();
    let kept = async || store.call(ours.organization, call).await.unwrap().unwrap();
    let sides = async || {
        let line = store.segments(ours.organization, call).await.unwrap().remove(0);
        (line.channel, kept().await.channel_of(line.track).unwrap())
    };
    for (commits, expected) in [(false, Channel::Rep), (true, Channel::Customer), (true, Channel::Rep)] {
        let mut swapped = kept().await;
        swapped.swap_sides();
        let mut tx = store.begin().await.unwrap();
        assert!(store::segments::swap_channels(&mut tx, ours.organization, call).await.unwrap());
        assert!(store::calls::set_tracks(&mut tx, &swapped).await.unwrap());
        if commits {
            tx.commit().await.unwrap();
        } else {
            drop(tx);
        }
        assert_eq!(sides().await, (expected, expected));
    }
}

#[rstest]
#[tokio::test]
async fn swapped_channels_leave_names_with_their_sides(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let (call, other) = (insert(&store, ours, "Call", 0).await.id, insert(&store, ours, "Other", 0).await.id);
    for id in [call, other] {
        let said = [segment(1, Channel::Rep, "a"), segment(2, Channel::Customer, "b"), segment(3, Channel::Rep, "c")];
        store.append_segments(ours.organization, id, &said).await.unwrap();
    }
    assert!(store.swap_channels(ours.organization, call).await.unwrap());
    let channels = |segments: Vec<Segment>| segments.into_iter().map(|segment| segment.channel).collect::<Vec<_>>();
    let (rep, customer) = (Channel::Rep, Channel::Customer);
    assert_eq!(channels(store.segments(ours.organization, call).await.unwrap()), [customer, rep, customer]);
    assert_eq!(channels(store.segments(ours.organization, other).await.unwrap()), [rep, customer, rep]);
    let swapped = store.call(ours.organization, call).await.unwrap().unwrap();
    assert_eq!((swapped.side_name(Channel::Rep).as_str(), swapped.side_name(Channel::Customer).as_str()), ("You", "Marie"));
}

/// A server of the version before says nothing of people and tracks: names and swapped sides are the call's, and a line has a side only.
#[rstest]
#[case(false, Channel::Rep)]
#[case(true, Channel::Customer)]
#[tokio::test]
async fn a_call_of_the_version_before_has_two_tracks(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[case] is_swapped: bool,
    #[case] microphone: Channel,
) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let call = insert(&store, ours, "Call", 0).await;
    store.append_segments(ours.organization, call.id, &[segment(1, Channel::Rep, "a"), segment(2, Channel::Customer, "b")]).await.unwrap();
    let swapped = if is_swapped { "TRUE" } else { "FALSE" };
    testing::execute(&store, &format!("UPDATE calls SET participants = '[]', tracks = '[]', sides_swapped = {swapped}")).await;
    testing::execute(&store, "UPDATE segments SET track = NULL").await;
    let read = store.call(ours.organization, call.id).await.unwrap().unwrap();
    assert_eq!((read.participants.clone(), read.tracks.len()), (call.participants, 2));
    assert_eq!(read.channel_of(TrackId::MICROPHONE), Some(microphone));
    let lines = store.segments(ours.organization, call.id).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.track).collect::<Vec<_>>(), TrackId::CAPTURED);
    // And it can read what this version writes.
    let mut again = read.clone();
    again.swap_sides();
    assert!(store.set_tracks(&again).await.unwrap());
    testing::execute(&store, "UPDATE calls SET participants = '[]', tracks = '[]'").await;
    assert_eq!(store.call(ours.organization, call.id).await.unwrap().unwrap().channels(), again.channels());
}

#[rstest]
#[tokio::test]
async fn cues_bookmarks_and_reviews_come_back(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let call = insert(&store, ours, "Call", 0).await.id;
    store.append_cues(ours.organization, call, &[cue(1), cue(2)]).await.unwrap();
    store.append_cues(ours.organization, call, &[cue(2), cue(3)]).await.unwrap();
    assert!(store.set_cue_state(ours.organization, call, 2, CueState::Kept).await.unwrap());
    assert!(!store.set_cue_state(ours.organization, call, 7, CueState::Kept).await.unwrap());
    store.append_cues(ours.organization, call, &[cue(2)]).await.unwrap();
    let mut kept = cue(2);
    kept.state = CueState::Kept;
    assert_eq!(store.cues(ours.organization, call).await.unwrap(), [cue(1), kept, cue(3)], "feedback survives a second append");

    let bookmark = |number: i64| Bookmark { number, at_ms: Millis(number * 10), note: "here".into() };
    for number in [2, 1, 2] {
        store.append_bookmark(ours.organization, call, &bookmark(number)).await.unwrap();
    }
    assert_eq!(store.bookmarks(ours.organization, call).await.unwrap(), [bookmark(1), bookmark(2)]);

    assert_eq!(store.review(ours.organization, call).await.unwrap(), None);
    let evidence = Evidence::of(Span { segment: 1, start: 0, end: 4 });
    let mut insights = Insights {
        made_by: "extractive".into(),
        summary: vec![SummaryLine { text: "They like it.".into(), channel: Channel::Customer, evidence: evidence.clone() }],
        action_items: vec![ActionItem {
            text: "I'll send the deck".into(),
            owner: Channel::Rep,
            due: NaiveDate::from_ymd_opt(2026, 11, 27),
            due_words: Some("by Friday".into()),
            evidence,
            done: false,
        }],
        questions: vec![],
        next_steps: vec![],
    };
    let metrics = Metrics { talk_share: Some(0.62), patience_ms: Some(412.5), turns: 9, ..Metrics::default() };
    store.save_review(ours.organization, call, &insights, &metrics).await.unwrap();
    assert_eq!(store.review(ours.organization, call).await.unwrap(), Some((insights.clone(), metrics.clone())));
    insights.action_items[0].done = true;
    store.save_review(ours.organization, call, &insights, &metrics).await.unwrap();
    assert_eq!(store.review(ours.organization, call).await.unwrap(), Some((insights, metrics)));
}

#[rstest]
#[tokio::test]
async fn a_deleted_call_takes_everything_along(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let call = insert(&store, ours, "Call", 0).await.id;
    store.append_segments(ours.organization, call, &[segment(1, Channel::Rep, "a")]).await.unwrap();
    store.append_cues(ours.organization, call, &[cue(1)]).await.unwrap();
    assert!(store.delete_call(ours.organization, call).await.unwrap());
    assert_eq!(store.segments(ours.organization, call).await.unwrap(), []);
    assert_eq!(store.cues(ours.organization, call).await.unwrap(), []);
}

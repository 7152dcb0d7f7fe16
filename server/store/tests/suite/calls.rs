//! Calls: their life and their list.

use chrono::{DateTime, Utc};
use model::{Call, CallFilter, CallKind, CallState, CueState, Millis};
use rstest::rstest;
use serde_json::json;
use store::calls::CallHold;
use store::{Engine, NewJob, StoreError, UnfinishedCall, testing};

use crate::fixtures::{call, cue, insert, noon, tenant};

#[rstest]
#[tokio::test]
async fn a_call_comes_back_as_it_was(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let mut all = call(ours, "Größe \"quoted\" 🎧", 0);
    all.consent_at = Some(noon(1));
    all.consent_how = "spoken".into();
    all.duration_ms = Millis(86_400_000);
    store.insert_call(&all).await.unwrap();
    assert_eq!(store.call(ours.organization, all.id).await.unwrap(), Some(all.clone()));
    assert!(matches!(store.insert_call(&all).await, Err(StoreError::Taken(_))));
    assert_eq!(store.latest_call(ours.organization, ours.member).await.unwrap(), Some(all.clone()));
    assert!(store.delete_call(ours.organization, all.id).await.unwrap());
    assert!(!store.delete_call(ours.organization, all.id).await.unwrap());
    assert_eq!(store.latest_call(ours.organization, ours.member).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn of_two_edits_of_the_same_state_one_wins(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let read = insert(&store, ours, "Old", 0).await;
    let edit =
        |title: &str, at: i64| Call { title: title.into(), kind: CallKind::Demo, vocabulary: vec![], updated_at: noon(at), ..read.clone() };
    assert!(store.update_call(&edit("Mine", 1), read.updated_at).await.unwrap());
    assert!(!store.update_call(&edit("Yours", 2), read.updated_at).await.unwrap());
    assert_eq!(store.call(ours.organization, read.id).await.unwrap(), Some(edit("Mine", 1)));
    assert!(store.set_notes(ours.organization, read.id, "Notes", noon(3)).await.unwrap());
    assert!(!store.update_call(&edit("Late", 4), noon(1)).await.unwrap(), "it would take the notes back");
}

#[rstest]
#[tokio::test]
async fn a_clock_finer_than_a_microsecond_does_not_break_edits(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let fine: DateTime<Utc> = noon(0) + chrono::TimeDelta::nanoseconds(789);
    let mut mine = Call { created_at: fine, updated_at: fine, ..call(ours, "Fine", 0) };
    store.insert_call(&mine).await.unwrap();
    mine.updated_at = fine + chrono::TimeDelta::nanoseconds(5_000);
    assert!(store.update_call(&mine, fine).await.unwrap());
    let page = store.calls(ours.organization, &CallFilter::default(), None, 1).await.unwrap();
    assert_eq!(page.items[0].call.created_at, noon(0));
}

#[rstest]
#[tokio::test]
async fn a_call_moves_forward_only_from_where_it_is(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let id = insert(&store, ours, "Call", 0).await.id;
    let moved = |from: &'static [CallState], to: CallState, at: i64| {
        let store = store.store();
        async move { store.move_call(ours.organization, id, from, to, noon(at)).await.unwrap() }
    };
    assert!(!moved(&[CallState::Live], CallState::Ended, 1).await);
    assert!(!moved(&[], CallState::Live, 1).await, "from nowhere");
    assert!(moved(&[CallState::Prepared, CallState::Live], CallState::Live, 2).await);
    assert!(moved(&[CallState::Prepared, CallState::Live], CallState::Live, 3).await, "a second page");
    assert!(store.set_duration(ours.organization, id, Millis(9_000)).await.unwrap());
    assert_eq!(store.unfinished_calls().await.unwrap().len(), 1);

    let finish = |at: i64| {
        let store = store.store();
        async move {
            let job =
                NewJob { payload: json!({ "call": id }), max_attempts: 3, ..NewJob::new("q", "finish", Some(ours.organization), noon(4)) };
            let mut tx = store.begin().await.unwrap();
            let finished = store::calls::finish(&mut tx, ours.organization, id, noon(at)).await.unwrap();
            if finished {
                store::jobs::enqueue(&mut tx, &job).await.unwrap();
            }
            tx.commit().await.unwrap();
            finished
        }
    };
    assert!(finish(4).await);
    assert!(!finish(5).await, "ended before");
    assert_eq!(store.count_jobs().await.unwrap(), [("waiting".to_owned(), 1)], "and no second job");
    assert!(moved(&[CallState::Finishing], CallState::Ended, 6).await);
    assert_eq!(store.unfinished_calls().await.unwrap(), []);

    let call = store.call(ours.organization, id).await.unwrap().unwrap();
    assert_eq!((call.started_at, call.ended_at), (Some(noon(2)), Some(noon(4))), "the first time counts");
    assert_eq!((call.state, call.duration_ms, call.updated_at), (CallState::Ended, Millis(9_000), noon(6)));
}

#[rstest]
#[tokio::test]
async fn a_job_that_cannot_be_kept_leaves_the_call_live(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let id = insert(&store, ours, "Call", 0).await.id;
    let nobody = Some(model::OrganizationId(uuid::Uuid::now_v7()));
    let job = NewJob { payload: json!(null), max_attempts: 3, ..NewJob::new("q", "finish", nobody, noon(4)) };
    let mut tx = store.begin().await.unwrap();
    assert!(store::calls::finish(&mut tx, ours.organization, id, noon(4)).await.unwrap());
    assert!(matches!(store::jobs::enqueue(&mut tx, &job).await, Err(StoreError::Missing(_))));
    assert!(tx.commit().await.is_err());
    assert_eq!(store.call(ours.organization, id).await.unwrap().unwrap().state, CallState::Prepared);
}

#[rstest]
#[tokio::test]
async fn pages_show_every_call_once_newest_first(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    for number in 0..25 {
        // Several of the same time: the id decides.
        insert(&store, ours, &format!("Call {number}"), number / 4).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.calls(ours.organization, &CallFilter::default(), cursor.as_deref(), 7).await.unwrap();
        assert!(page.items.len() <= 7 && !page.items.is_empty());
        seen.extend(page.items.into_iter().map(|hit| (hit.call.created_at, hit.call.id)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by(|before, after| before > after), "strictly falling, so none twice");
    for wrong in ["", "zz", "00", &"f".repeat(48), "'; DROP TABLE calls; --"] {
        let refused = store.calls(ours.organization, &CallFilter::default(), Some(wrong), 7).await;
        assert!(matches!(refused, Err(StoreError::Cursor)), "{wrong}");
    }
}

#[rstest]
#[tokio::test]
async fn every_filter_narrows(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let (old, new) = (insert(&store, ours, "Old", 0).await, insert(&store, ours, "New", 100).await);
    store.move_call(ours.organization, new.id, &[CallState::Prepared], CallState::Live, noon(101)).await.unwrap();
    let titles = |filter: CallFilter| {
        let store = store.store();
        async move {
            let page = store.calls(ours.organization, &filter, None, 10).await.unwrap();
            page.items.into_iter().map(|hit| hit.call.title).collect::<Vec<_>>()
        }
    };
    let none = CallFilter::default;
    assert_eq!(titles(none()).await, ["New", "Old"]);
    assert_eq!(titles(CallFilter { state: Some(CallState::Live), ..none() }).await, ["New"]);
    assert_eq!(titles(CallFilter { state: Some(CallState::Ended), ..none() }).await, Vec::<String>::new());
    assert_eq!(titles(CallFilter { kind: Some(CallKind::Discovery), ..none() }).await, ["New", "Old"]);
    assert_eq!(titles(CallFilter { kind: Some(CallKind::Demo), ..none() }).await, Vec::<String>::new());
    assert_eq!(titles(CallFilter { from: Some(new.created_at), ..none() }).await, ["New"], "at or after");
    assert_eq!(titles(CallFilter { until: Some(new.created_at), ..none() }).await, ["Old"], "before");
    assert_eq!(titles(CallFilter { member: Some(old.member_id), ..none() }).await, ["New", "Old"]);
    let nobody = model::MemberId(uuid::Uuid::now_v7());
    assert_eq!(titles(CallFilter { member: Some(nobody), ..none() }).await, Vec::<String>::new());
}

#[rstest]
#[tokio::test]
async fn who_runs_an_unfinished_call_is_known(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let (organization, id) = (ours.organization, insert(&store, ours, "Call", 0).await.id);
    assert_eq!(store.unfinished_call(organization, id).await.unwrap(), None, "only prepared");
    store.move_call(organization, id, &[CallState::Prepared], CallState::Live, noon(1)).await.unwrap();
    // A call of before this was noted was last seen when it was last changed.
    let live = UnfinishedCall { organization_id: organization, id, state: CallState::Live, owner: None, epoch: 0, seen_at: noon(1) };
    assert_eq!(store.unfinished_calls().await.unwrap(), std::slice::from_ref(&live));
    let one = store.take_call(organization, id, "one", 0, noon(50), None).await.unwrap().unwrap();
    assert_eq!(one, CallHold { owner: "one".to_owned(), epoch: 1 });
    assert!(store.hold_call(organization, id, &one, noon(50), Millis(5_000)).await.unwrap());
    assert!(store.hold_call(organization, id, &one, noon(51), Millis(3_000)).await.unwrap());
    let seen = UnfinishedCall { owner: Some("one".to_owned()), epoch: 1, seen_at: noon(51), ..live };
    assert_eq!(store.unfinished_call(organization, id).await.unwrap(), Some(seen.clone()));
    let call = store.call(organization, id).await.unwrap().unwrap();
    assert_eq!((call.duration_ms, call.updated_at), (Millis(5_000), noon(1)), "it only grows, and nobody's edit is in the way");
    // Its server says that it is there; the call has no other sign of life.
    store.renew_lease("one", None, noon(0), noon(55)).await.unwrap();
    assert!(store.unfinished_calls().await.unwrap()[0].seen_at >= noon(55));
    store.forget_server("one").await.unwrap();

    let another = CallHold { owner: "another".to_owned(), ..one.clone() };
    assert!(!store.let_call_go(organization, id, &another, noon(56)).await.unwrap());
    assert!(store.let_call_go(organization, id, &one, noon(52)).await.unwrap());
    assert_eq!(store.unfinished_calls().await.unwrap(), [UnfinishedCall { owner: None, seen_at: noon(52), ..seen }]);
    assert!(!store.hold_call(organization, id, &one, noon(57), Millis(9_000)).await.unwrap(), "it was let go");
    store.move_call(organization, id, &[CallState::Live], CallState::Ended, noon(60)).await.unwrap();
    assert_eq!(store.take_call(organization, id, "another", 1, noon(61), None).await.unwrap(), None, "it has ended");
    assert_eq!(store.call(organization, id).await.unwrap().unwrap().duration_ms, Millis(5_000));
}

#[rstest]
#[tokio::test]
async fn an_earlier_owner_writes_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let (organization, id) = (ours.organization, insert(&store, ours, "Call", 0).await.id);
    let one = store.take_call(organization, id, "one", 0, noon(1), None).await.unwrap().unwrap();
    // Both have found it at the same epoch; the first one has it.
    let two = store.take_call(organization, id, "two", 1, noon(2), None).await.unwrap().unwrap();
    assert_eq!(store.take_call(organization, id, "three", 1, noon(2), None).await.unwrap(), None);
    assert_eq!(two, CallHold { owner: "two".to_owned(), epoch: 2 });
    assert!(!store.hold_call(organization, id, &one, noon(3), Millis(1)).await.unwrap());
    assert!(!store.let_call_go(organization, id, &one, noon(3)).await.unwrap());
    // It comes back: what it still wanted to write as the first owner is refused all the same.
    let again = store.take_call(organization, id, "one", 2, noon(4), None).await.unwrap().unwrap();
    assert!(!store.hold_call(organization, id, &one, noon(5), Millis(1)).await.unwrap());
    assert!(!store.hold_call(organization, id, &two, noon(5), Millis(1)).await.unwrap());
    assert!(store.hold_call(organization, id, &again, noon(5), Millis(1)).await.unwrap());
    assert_eq!(store.call_owner(organization, id).await.unwrap().map(|call| (call.owner, call.epoch)), Some((Some("one".to_owned()), 3)));
}

#[rstest]
#[tokio::test]
async fn a_row_that_can_not_be_read_hides_no_other_unfinished_call(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    for title in ["Broken", "Good"] {
        let id = insert(&store, ours, title, 0).await.id;
        store.move_call(ours.organization, id, &[CallState::Prepared], CallState::Live, noon(1)).await.unwrap();
    }
    testing::execute(&store, "UPDATE calls SET vocabulary = '{}' WHERE title = 'Broken'").await;
    assert_eq!(store.unfinished_calls().await.unwrap().len(), 2);
}

#[rstest]
#[tokio::test]
async fn a_deleted_call_leaves_the_job_that_deletes_its_sound(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let id = insert(&store, ours, "Call", 0).await.id;
    let job = |organization| NewJob {
        payload: json!({ "call": id }),
        max_attempts: 3,
        ..NewJob::new("q", "calls.delete_recording", Some(organization), noon(4))
    };
    let delete = |job: NewJob| {
        let store = store.store();
        async move {
            let mut tx = store.begin().await?;
            let deleted = store::calls::delete(&mut tx, ours.organization, id).await?;
            if deleted {
                store::jobs::enqueue(&mut tx, &job).await?;
            }
            tx.commit().await?;
            Ok::<bool, StoreError>(deleted)
        }
    };
    let nobody = model::OrganizationId(uuid::Uuid::now_v7());
    assert!(delete(job(nobody)).await.is_err());
    assert!(store.call(ours.organization, id).await.unwrap().is_some(), "both or neither");
    assert!(delete(job(ours.organization)).await.unwrap());
    assert!(!delete(job(ours.organization)).await.unwrap());
    assert_eq!(store.count_jobs().await.unwrap(), [("waiting".to_owned(), 1)]);
}

#[rstest]
#[tokio::test]
async fn cards_and_bookmarks_with_any_character_are_kept(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let id = insert(&store, ours, "Call", 0).await.id;
    let cue = model::Cue { quote: "too\0expensive".into(), title: "Price\0".into(), ..cue(1) };
    store.append_cues(ours.organization, id, &[cue]).await.unwrap();
    let bookmark = model::Bookmark { number: 1, at_ms: Millis(1), note: "a\0b".into() };
    store.append_bookmark(ours.organization, id, &bookmark).await.unwrap();
    assert_eq!(store.cues(ours.organization, id).await.unwrap()[0].quote, "too\u{fffd}expensive");
}

#[rstest]
#[tokio::test]
async fn a_locked_call_is_as_it_was_and_its_review_is_read_beside_it(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let call = insert(&store, ours, "Call", 0).await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(store::calls::lock(&mut tx, ours.organization, call.id).await.unwrap(), Some(call.clone()));
    assert_eq!(store::calls::lock(&mut tx, theirs.organization, call.id).await.unwrap(), None);
    assert_eq!(store::reviews::get(&mut tx, ours.organization, call.id).await.unwrap(), None);
    assert!(!store::calls::touch(&mut tx, theirs.organization, call.id, noon(9)).await.unwrap());
    assert!(store::calls::touch(&mut tx, ours.organization, call.id, noon(7)).await.unwrap());
    tx.commit().await.unwrap();
    let touched = Call { updated_at: noon(7), ..call };
    assert_eq!(store.call(ours.organization, touched.id).await.unwrap(), Some(touched));
}

#[rstest]
#[tokio::test]
async fn what_became_of_a_card_is_new_only_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let id = insert(&store, ours, "Call", 0).await.id;
    store.append_cues(ours.organization, id, &[cue(1)]).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let kept = CueState::Kept;
    assert_eq!(store::cues::set_state(&mut tx, ours.organization, id, 1, kept).await.unwrap(), Some(true));
    assert_eq!(store::cues::set_state(&mut tx, ours.organization, id, 1, kept).await.unwrap(), Some(false));
    assert_eq!(store::cues::set_state(&mut tx, ours.organization, id, 2, kept).await.unwrap(), None);
    assert_eq!(store::cues::set_state(&mut tx, theirs.organization, id, 1, CueState::Open).await.unwrap(), None);
    tx.commit().await.unwrap();
    assert_eq!(store.cues(ours.organization, id).await.unwrap()[0].state, kept);
}

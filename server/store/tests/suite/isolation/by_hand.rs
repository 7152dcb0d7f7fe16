//! Calls, the audit log and jobs, through the functions that everybody uses.

use model::{Bookmark, Call, CallFilter, CallState, Channel, CueState, Insights, Metrics, Millis};
use rstest::rstest;
use serde_json::json;
use store::{Engine, NewJob, StoreError, testing};

use crate::fixtures::{cue, insert, noon, segment, tenant};

#[rstest]
#[tokio::test]
async fn another_organization_reads_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let call = insert(&store, theirs, "Secret", 0).await.id;
    store.append_segments(theirs.organization, call, &[segment(1, Channel::Rep, "secret")]).await.unwrap();
    store.append_cues(theirs.organization, call, &[cue(1)]).await.unwrap();
    store.append_bookmark(theirs.organization, call, &Bookmark { number: 1, at_ms: Millis(0), note: String::new() }).await.unwrap();
    store.save_review(theirs.organization, call, &insights(), &Metrics::default()).await.unwrap();
    store.append(theirs.organization, None, "call.made", "x", &json!({}), noon(0)).await.unwrap();
    let job = NewJob { payload: json!(1), max_attempts: 1, ..NewJob::new("q", "x", Some(theirs.organization), noon(0)) };
    let mut tx = store.begin().await.unwrap();
    assert!(store::jobs::enqueue(&mut tx, &job).await.unwrap());
    tx.commit().await.unwrap();
    let claimed = store.claim("q", "w", noon(1), std::time::Duration::from_secs(9)).await.unwrap().unwrap();
    let mut tx = store.begin().await.unwrap();
    store::jobs::fail(&mut tx, &claimed, "broke", None).await.unwrap();
    tx.commit().await.unwrap();

    let us = ours.organization;
    assert_eq!(store.call(us, call).await.unwrap(), None);
    assert_eq!(store.latest_call(us, theirs.member).await.unwrap(), None);
    for search in ["", "secret", "dupont"] {
        let filter = CallFilter { search: search.into(), ..CallFilter::default() };
        assert_eq!(store.calls(us, &filter, None, 9).await.unwrap().items, [], "{search}");
        assert_eq!(store.calls(theirs.organization, &filter, None, 9).await.unwrap().items.len(), 1, "{search}");
    }
    let filter = CallFilter { member: Some(theirs.member), ..CallFilter::default() };
    assert_eq!(store.calls(us, &filter, None, 9).await.unwrap().items, []);
    assert_eq!(store.segments(us, call).await.unwrap(), []);
    assert_eq!(store.cues(us, call).await.unwrap(), []);
    assert_eq!(store.bookmarks(us, call).await.unwrap(), []);
    assert_eq!(store.review(us, call).await.unwrap(), None);
    assert_eq!(store.entries(us, None, 9).await.unwrap().items, []);
    assert_eq!(store.dead_jobs(us, None, 9).await.unwrap().items, []);
    assert_eq!(store.dead_job(us, claimed.id).await.unwrap(), None);
    let mut tx = store.begin().await.unwrap();
    assert!(!store::jobs::retry(&mut tx, us, claimed.id, noon(2)).await.unwrap());
    assert!(!store::jobs::discard(&mut tx, us, claimed.id).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(store.dead_jobs(theirs.organization, None, 9).await.unwrap().items.len(), 1);
}

#[rstest]
#[tokio::test]
async fn another_organization_writes_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let before = insert(&store, theirs, "Secret", 0).await;
    let call = before.id;
    store.append_segments(theirs.organization, call, &[segment(1, Channel::Rep, "secret")]).await.unwrap();
    store.append_cues(theirs.organization, call, &[cue(1)]).await.unwrap();
    store.save_review(theirs.organization, call, &insights(), &Metrics::default()).await.unwrap();

    let us = ours.organization;
    let forged = Call { organization_id: us, title: "Forged".into(), ..before.clone() };
    assert!(!store.update_call(&forged, before.updated_at).await.unwrap());
    assert!(
        matches!(store.insert_call(&Call { id: model::CallId(uuid::Uuid::now_v7()), ..forged }).await, Err(StoreError::Missing(_))),
        "their member"
    );
    assert!(!store.move_call(us, call, CallState::ALL, CallState::Ended, noon(1)).await.unwrap());
    assert!(!store.finish_call(us, call, noon(1)).await.unwrap());
    assert!(!store.set_duration(us, call, Millis(1)).await.unwrap());
    let hold = store.take_call(theirs.organization, call, "theirs", 0, noon(1), None).await.unwrap().unwrap();
    assert_eq!(store.call_owner(us, call).await.unwrap(), None);
    assert_eq!(store.take_call(us, call, "forged", 1, noon(1), None).await.unwrap(), None);
    assert!(!store.hold_call(us, call, &hold, noon(1), Millis(1)).await.unwrap());
    assert!(!store.let_call_go(us, call, &hold, noon(1)).await.unwrap());
    assert!(!store.set_notes(us, call, "forged", noon(1)).await.unwrap());
    assert!(!store.swap_channels(us, call).await.unwrap());
    assert!(!store.correct_segment(us, call, 1, "forged").await.unwrap());
    assert!(!store.set_cue_state(us, call, 1, CueState::Dismissed).await.unwrap());
    assert!(!store.delete_call(us, call).await.unwrap());
    let forged = [segment(2, Channel::Rep, "forged")];
    assert!(matches!(store.append_segments(us, call, &forged).await, Err(StoreError::Missing(_))));
    assert!(matches!(store.replace_segments(us, call, &forged).await, Err(StoreError::Missing(_))));
    assert!(matches!(store.append_cues(us, call, &[cue(2)]).await, Err(StoreError::Missing(_))));
    let bookmark = Bookmark { number: 1, at_ms: Millis(0), note: String::new() };
    assert!(matches!(store.append_bookmark(us, call, &bookmark).await, Err(StoreError::Missing(_))));
    let _ = store.save_review(us, call, &Insights { made_by: "forged".into(), ..insights() }, &Metrics::default()).await;

    assert_eq!(store.call(theirs.organization, call).await.unwrap(), Some(before));
    assert_eq!(store.segments(theirs.organization, call).await.unwrap(), [segment(1, Channel::Rep, "secret")]);
    assert_eq!(store.cues(theirs.organization, call).await.unwrap(), [cue(1)]);
    assert_eq!(store.bookmarks(theirs.organization, call).await.unwrap(), []);
    assert_eq!(store.review(theirs.organization, call).await.unwrap().unwrap().0, insights());
}

fn insights() -> Insights {
    Insights { made_by: "extractive".into(), summary: vec![], action_items: vec![], questions: vec![], next_steps: vec![] }
}

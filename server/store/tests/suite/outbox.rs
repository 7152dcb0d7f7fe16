//! The outbox and the schedules: everything once and in one order.

use model::OrganizationId;
use rstest::rstest;
use serde_json::json;
use store::{Engine, NewEvent, Store, events, schedules, testing};

use crate::fixtures::{noon, tenant};

fn event(organization: OrganizationId, subject: usize) -> NewEvent {
    let (subject, at) = (subject.to_string(), noon(subject as i64));
    NewEvent { organization, member: None, open_to: None, name: "thing.happened", subject, payload: json!({ "n": 1 }), at }
}

async fn emit(store: &Store, organization: OrganizationId, subjects: std::ops::Range<usize>) {
    let mut tx = store.begin().await.unwrap();
    for subject in subjects {
        events::emit(&mut tx, &event(organization, subject)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn place(store: &Store, most: i64) -> (i64, usize) {
    let mut tx = store.begin().await.unwrap();
    let placed = events::place(&mut tx, most).await.unwrap();
    tx.commit().await.unwrap();
    placed
}

#[rstest]
#[tokio::test]
async fn events_get_their_places_once_and_in_order(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await.organization, tenant(&store, "b@example.com").await.organization);
    assert!(!store.has_pending_events().await.unwrap());
    emit(&store, ours, 0..3).await;
    emit(&store, theirs, 3..4).await;
    assert!(store.has_pending_events().await.unwrap());
    assert_eq!(store.placed_events(0, 9).await.unwrap(), [], "not before it has a place");
    assert_eq!((place(&store, 2).await, place(&store, 9).await, place(&store, 9).await), ((2, 2), (4, 2), (4, 0)));
    let all = store.placed_events(0, 9).await.unwrap();
    assert_eq!(
        all.iter().map(|event| (event.position, event.subject.as_str())).collect::<Vec<_>>(),
        [(1, "0"), (2, "1"), (3, "2"), (4, "3")]
    );
    assert_eq!(store.events_of(ours, 1, 9).await.unwrap(), all[1..3]);
    assert_eq!((store.event_head().await.unwrap(), store.first_event().await.unwrap()), (4, Some(1)));
    assert_eq!(store.forget_events(noon(2)).await.unwrap(), 2);
    assert_eq!(store.first_event().await.unwrap(), Some(3));
}

#[rstest]
#[tokio::test]
async fn a_relay_that_dies_in_between_changes_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await.organization;
    emit(&store, ours, 0..3).await;
    {
        let mut tx = store.begin().await.unwrap();
        assert_eq!(events::place(&mut tx, 9).await.unwrap(), (3, 3));
        // Dropped without a commit, as when the process is killed.
    }
    assert_eq!(store.event_head().await.unwrap(), 0);
    assert_eq!(place(&store, 9).await, (3, 3));
}

#[rstest]
#[tokio::test]
async fn a_schedule_moves_on_for_one_server_only(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    store.declare_schedule("a.b", "0 * * * *", noon(60)).await.unwrap();
    store.declare_schedule("a.b", "0 * * * *", noon(999)).await.unwrap();
    assert_eq!(store.schedules().await.unwrap(), [("a.b".to_owned(), noon(60))], "known already");
    let advance = async |from, to| {
        let mut tx = store.begin().await.unwrap();
        let advanced = schedules::advance(&mut tx, "a.b", noon(from), noon(to)).await.unwrap();
        tx.commit().await.unwrap();
        advanced
    };
    assert!(advance(60, 120).await);
    assert!(!advance(60, 120).await, "another server has done it");
    store.declare_schedule("a.b", "*/5 * * * *", noon(5)).await.unwrap();
    assert_eq!(store.schedules().await.unwrap(), [("a.b".to_owned(), noon(5))], "another rule starts anew");
    store.forget_schedule("a.b").await.unwrap();
    assert_eq!(store.schedules().await.unwrap(), []);
}

//! A full disk: what was refused is not stored, everything works again at once, and deleting and signing in always work.

use chrono::TimeDelta;
use model::{Session, SessionId};
use store::knowledge::alone::Alone as _;
use store::testing::SmallDisk;
use store::{Engine, NewEvent, NewJob, Options, Store, StoreError, testing};
use uuid::Uuid;

use crate::fixtures::{Tenant, account, call, insert, noon, tenant, within};
use crate::knowledge::support as knowledge;

#[tokio::test]
async fn after_a_full_disk_everything_is_stored_again_at_once() {
    let store = testing::open(Engine::Sqlite).await;
    let ours = tenant(&store, "a@example.com").await;
    store.fill().await;
    let mut large = account("b@example.com");
    large.organization.name = "x".repeat(1_000_000);
    assert!(matches!(within!(store, store::identity::insert_account, &large).await, Err(StoreError::Full(_))));
    // Each of these begins a transaction.
    store.can_write().await.unwrap();
    tenant(&store, "c@example.com").await;
    store.append(ours.organization, None, "a.b", "x", &serde_json::json!({}), noon(0)).await.unwrap();
    assert!(store.credentials("b@example.com").await.unwrap().is_none(), "what was refused is not stored");
    assert!(store.credentials("c@example.com").await.unwrap().is_some());
    assert!(within!(store, store::identity::update_person, ours.person, "Bo", "").await.unwrap());
}

fn session(ours: Tenant) -> Session {
    Session {
        id: SessionId(Uuid::now_v7()),
        person_id: ours.person,
        member_id: ours.member,
        user_agent: "x".repeat(200),
        address: "::1".into(),
        created_at: noon(0),
        last_seen_at: noon(0),
        expires_at: noon(0) + TimeDelta::days(1),
    }
}

#[tokio::test]
async fn on_a_full_disk_one_can_sign_in_and_delete() {
    let Some(disk) = SmallDisk::new(16) else { return };
    let url = format!("sqlite:{}", disk.path().join("closezly.db").display());
    let store = Store::connect_alone(&url, Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    store.tend().await;
    assert!(!store.lacks_reserve());
    let ours = tenant(&store, "a@example.com").await;
    let made = insert(&store, ours, "The first", 0).await;
    let filler = disk.fill();
    // The log's space of before is used up first.
    let mut full = None;
    for number in 0..20_000 {
        let mut more = call(ours, "More", number);
        more.notes = "x".repeat(4_000);
        if let Err(error) = store.insert_call(&more).await {
            full = Some(error);
            break;
        }
    }
    assert!(matches!(full, Some(StoreError::Full(_))), "{full:?}");
    assert!(!store.lacks_reserve(), "what may wait gets nothing of the reserve");

    let signed_in = session(ours);
    store.urgent(|| within!(store, store::sessions::insert, &signed_in, &[1; 32])).await.unwrap();
    assert!(store.delete_call(ours.organization, made.id).await.unwrap());
    store.append(ours.organization, Some(ours.member), "call.deleted", "x", &serde_json::json!({}), noon(1)).await.unwrap();
    assert!(store.call(ours.organization, made.id).await.unwrap().is_none());
    assert!(store.session(&[1; 32], noon(2)).await.unwrap().is_some());
    assert!(store.lacks_reserve(), "it is told that the reserve is given up");
    store.tend().await;
    assert!(store.lacks_reserve(), "there is no space yet");

    std::fs::remove_file(filler).unwrap();
    store.tend().await;
    assert!(!store.lacks_reserve());
    insert(&store, ours, "Afterwards", 30_000).await;
    tenant(&store, "b@example.com").await;
    store.close().await;
}

/// As the domain deletes: rows, the job for the files, the line in the audit log and the event in one transaction.
#[tokio::test]
async fn on_a_full_disk_a_document_is_deleted_with_all_that_belongs_to_it() {
    let Some(disk) = SmallDisk::new(16) else { return };
    let url = format!("sqlite:{}", disk.path().join("closezly.db").display());
    let store = Store::connect_alone(&url, Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    store.tend().await;
    let ours = tenant(&store, "a@example.com").await;
    let us = ours.organization;
    let general = knowledge::general(&store, us).await;
    let document = knowledge::ready(&store, us, general, "Prices", &["It costs 40 euros."]).await;
    let _filler = disk.fill();
    let mut full = None;
    for number in 0..20_000 {
        let mut more = knowledge::new_document(general, "More", number);
        more.folder = "x".repeat(1_000);
        if let Err(error) = store.insert_document(us, &more).await {
            full = Some(error);
            break;
        }
    }
    assert!(matches!(full, Some(StoreError::Full(_))), "{full:?}");
    let delete = || async {
        let mut tx = store.begin().await?;
        let removed = store::knowledge::delete_document(&mut tx, us, document).await?.unwrap();
        let payload = serde_json::json!({ "files": removed.keys });
        let job = NewJob { payload: payload.clone(), ..NewJob::new("q", "delete_files", Some(us), noon(0)) };
        store::jobs::enqueue(&mut tx, &job).await?;
        let subject = document.to_string();
        store::audit::append(&mut tx, us, Some(ours.member), "knowledge.document_deleted", &subject, &payload, noon(0)).await?;
        let event = NewEvent { organization: us, member: None, open_to: None, name: "document.deleted", subject, payload, at: noon(0) };
        store::events::emit(&mut tx, &event).await?;
        tx.commit().await
    };
    store.urgent(delete).await.unwrap();
    assert!(knowledge::get(&store, us, document).await.is_none());
    assert!(store.has_pending_events().await.unwrap());
    assert_eq!(store.count_jobs().await.unwrap(), [("waiting".to_owned(), 1)]);
    assert!(store.lacks_reserve(), "it is told that the reserve is given up");
    store.close().await;
}

//! Versions of playbooks: kept, counted, listed page by page, and nobody else's.

use model::{CueKind, Negation, PlaybookContent, PlaybookEntry, Speaker, Verbosity};
use rstest::rstest;
use store::{Engine, StoreError, playbooks, testing};

use crate::fixtures::{insert, noon, tenant, within};

fn content(title: &str) -> PlaybookContent {
    PlaybookContent {
        entries: vec![PlaybookEntry {
            id: "objection.price".into(),
            kind: CueKind::Objection,
            title: title.into(),
            speaker: Speaker::Customer,
            guidance: "Ask “compared to what?”".into(),
            priority: 9,
            verbosity: Verbosity::Quiet,
            cool_down: None,
            negation: Negation::Blocks,
            phrases: vec!["too|very expensive".into()],
            unless: vec![],
            listens_for: None,
            above: Some(0.5),
        }],
    }
}

#[rstest]
#[tokio::test]
async fn versions_are_kept_once_and_listed_newest_first(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let us = ours.organization;
    assert_eq!(store.playbook_version(us).await.unwrap(), None);
    assert_eq!(store.playbooks(us, None, 9).await.unwrap().items, []);
    for version in 1..=5 {
        let made = content(&format!("Åpris {version}"));
        within!(store, playbooks::insert, us, version, &made, ours.member, noon(version)).await.unwrap();
        assert_eq!(within!(store, playbooks::version, us).await.unwrap(), Some(version));
    }
    let again = within!(store, playbooks::insert, us, 5, &content("Another"), ours.member, noon(9)).await;
    assert!(matches!(again, Err(StoreError::Taken(_))), "{again:?}");
    assert_eq!(store.playbook_version(us).await.unwrap(), Some(5));

    let kept = store.playbook(us, 3).await.unwrap().unwrap();
    assert_eq!((kept.version.version, kept.version.created_by, kept.version.created_at), (3, Some(ours.member), noon(3)));
    assert_eq!(serde_json::from_value::<PlaybookContent>(kept.content).unwrap(), content("Åpris 3"));
    assert_eq!(store.playbook(us, 6).await.unwrap(), None);

    let (mut cursor, mut listed) = (None, Vec::new());
    loop {
        let page = store.playbooks(us, cursor.as_deref(), 2).await.unwrap();
        assert!((1..=2).contains(&page.items.len()));
        listed.extend(page.items.into_iter().map(|item| item.version));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed, [5, 4, 3, 2, 1]);
    assert!(matches!(store.playbooks(us, Some("calls-00"), 2).await, Err(StoreError::Cursor)));

    // Nothing of it is another organization's.
    let them = theirs.organization;
    assert_eq!(store.playbook_version(them).await.unwrap(), None);
    assert_eq!(store.playbook(them, 3).await.unwrap(), None);
    assert_eq!(store.playbooks(them, None, 9).await.unwrap().items, []);
    within!(store, playbooks::insert, them, 1, &content("Theirs"), theirs.member, noon(1)).await.unwrap();
    assert_eq!((store.playbook_version(them).await.unwrap(), store.playbook_version(us).await.unwrap()), (Some(1), Some(5)));
}

#[rstest]
#[tokio::test]
async fn a_call_remembers_its_version(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let call = insert(&store, ours, "A call", 0).await;
    assert_eq!(store.playbook_of_call(ours.organization, call.id).await.unwrap(), None);
    assert!(within!(store, store::calls::note_playbook, ours.organization, call.id, Some(4)).await.unwrap());
    assert_eq!(store.playbook_of_call(ours.organization, call.id).await.unwrap(), Some(4));
    assert_eq!(store.call(ours.organization, call.id).await.unwrap().unwrap(), call, "nothing else has changed");

    assert_eq!(store.playbook_of_call(theirs.organization, call.id).await.unwrap(), None);
    assert!(!within!(store, store::calls::note_playbook, theirs.organization, call.id, None).await.unwrap());
    assert_eq!(store.playbook_of_call(ours.organization, call.id).await.unwrap(), Some(4));
    assert!(within!(store, store::calls::note_playbook, ours.organization, call.id, None).await.unwrap());
    assert_eq!(store.playbook_of_call(ours.organization, call.id).await.unwrap(), None);
}

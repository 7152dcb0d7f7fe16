//! Where documents were used, and what they are bound to.

use model::{Binding, BindingKind, CollectionAccess, DocumentFilter};
use rstest::rstest;
use store::knowledge::NewUse;
use store::{Engine, StoreError, testing};
use uuid::Uuid;

use super::support::*;
use crate::fixtures::{insert as insert_call, noon, tenant};

#[rstest]
#[tokio::test]
async fn a_passage_counts_once_in_a_call(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let tenant = tenant(&store, "a@example.com").await;
    let us = tenant.organization;
    let general = general(&store, us).await;
    let call = insert_call(&store, tenant, "Demo", 0).await.id;
    let used = ready(&store, us, general, "Used", &["a", "b"]).await;
    ready(&store, us, general, "Unused", &["a"]).await;
    let new = |passage, call, at| NewUse {
        document: used,
        version: 1,
        passage,
        call,
        member: None,
        answer: Uuid::now_v7(),
        question: format!("at {at}\0"),
        at: noon(at),
    };
    store.add_uses(us, &[new(1, Some(call), 1), new(1, Some(call), 2), new(2, Some(call), 1), new(1, None, 3)]).await.unwrap();
    assert_eq!(get(&store, us, used).await.unwrap().uses, 2, "a call and an answer");
    let first = store.document_uses(us, used, None, None, 2).await.unwrap();
    let second = store.document_uses(us, used, None, first.next.as_deref(), 2).await.unwrap();
    let all: Vec<_> = first.items.iter().chain(&second.items).map(|used| (used.used_at, used.passage, used.call_id)).collect();
    assert_eq!(all, [(noon(3), 1, None), (noon(1), 2, Some(call)), (noon(1), 1, Some(call))]);
    assert_eq!(second.next, None);
    for wrong in ["x", "-", "00-1", &first.next.clone().unwrap()[..48]] {
        assert!(matches!(store.document_uses(us, used, None, Some(wrong), 2).await, Err(StoreError::Cursor)), "{wrong}");
    }
    let unused = DocumentFilter { unused: true, ..Default::default() };
    assert_eq!(titles(&store, us, CollectionAccess::Admins, &unused).await, ["Unused"]);
    assert_eq!(store.knowledge_size(us, CollectionAccess::Admins, MODEL).await.unwrap().unused, 1);
    store.delete_call(us, call).await.unwrap();
    assert_eq!(get(&store, us, used).await.unwrap().uses, 1, "what was said in a deleted call is forgotten");
    let gone = NewUse { call: Some(call), ..new(1, None, 5) };
    assert!(matches!(store.add_uses(us, &[gone]).await, Err(StoreError::Missing(_))));
}

#[rstest]
#[tokio::test]
async fn documents_are_bound_to_topics_and_competitors(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let battle = ready(&store, us, general, "Battle card", &["a"]).await;
    let draft = insert(&store, us, &new_document(general, "Draft", 1)).await;
    let bind = |kind, value: &str| Binding { kind, value: value.into() };
    let (topic, rival) = (bind(BindingKind::Topic, "objection.price"), bind(BindingKind::Competitor, "Ünitech"));
    store.set_bindings(us, battle, &[topic.clone(), rival.clone(), bind(BindingKind::Competitor, " ünitech ")]).await.unwrap();
    store.set_bindings(us, draft, std::slice::from_ref(&topic)).await.unwrap();
    assert_eq!(store.bound_documents(us, BindingKind::Topic, "objection.price", true).await.unwrap(), [battle], "drafts don't answer");
    assert_eq!(store.bound_documents(us, BindingKind::Competitor, "ÜNITECH", true).await.unwrap(), [battle]);
    assert_eq!(store.bound_documents(us, BindingKind::Topic, "ünitech", true).await.unwrap(), []);
    assert_eq!(store.bindings(us).await.unwrap().len(), 3);
    assert_eq!(store.document_bindings(us, draft).await.unwrap(), [topic]);
    store.set_bindings(us, battle, &[]).await.unwrap();
    assert_eq!(store.bindings(us).await.unwrap().len(), 1);
    let nobody = model::DocumentId(Uuid::now_v7());
    assert!(matches!(store.set_bindings(us, nobody, &[rival]).await, Err(StoreError::Missing(_))));
}

#[rstest]
#[tokio::test]
async fn a_members_own_uses_are_those_of_own_calls_and_questions(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let tenant = tenant(&store, "a@example.com").await;
    let us = tenant.organization;
    let general = general(&store, us).await;
    let call = insert_call(&store, tenant, "Demo", 0).await.id;
    let used = ready(&store, us, general, "Used", &["a", "b", "c"]).await;
    let stranger = model::MemberId(Uuid::now_v7());
    let new = |passage, call, member, at| NewUse {
        document: used,
        version: 1,
        passage,
        call,
        member,
        answer: Uuid::now_v7(),
        question: "q".to_owned(),
        at: noon(at),
    };
    let uses = [new(1, Some(call), None, 1), new(2, None, Some(tenant.member), 2), new(3, None, Some(stranger), 3), new(3, None, None, 4)];
    store.add_uses(us, &uses).await.unwrap();
    let of = |member: Option<model::MemberId>| {
        let store = store.store();
        async move {
            let page = store.document_uses(us, used, member, None, 9).await.unwrap();
            page.items.iter().map(|used| used.passage).collect::<Vec<_>>()
        }
    };
    assert_eq!(of(Some(tenant.member)).await, [2, 1]);
    assert_eq!(of(Some(stranger)).await, [3]);
    assert_eq!(of(None).await, [3, 3, 2, 1]);
    let first = store.document_uses(us, used, Some(tenant.member), None, 1).await.unwrap();
    let second = store.document_uses(us, used, Some(tenant.member), first.next.as_deref(), 1).await.unwrap();
    assert_eq!((second.items[0].passage, second.next), (1, None));
}

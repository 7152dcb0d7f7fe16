//! Deleting really deletes.

use model::{Binding, BindingKind, CollectionAccess, Upload, UploadId};
use rstest::rstest;
use serde_json::json;
use store::knowledge::NewUse;
use store::{Engine, NewJob, testing};
use uuid::Uuid;

use super::support::*;
use crate::fixtures::{noon, tenant};

#[rstest]
#[tokio::test]
async fn nothing_of_a_deleted_document_is_left(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values(false, true)] with_its_collection: bool,
) {
    let store = testing::open(engine).await;
    let tenant = tenant(&store, "a@example.com").await;
    let us = tenant.organization;
    let general = general(&store, us).await;
    ready(&store, us, general, "Kept", &["common words stay"]).await;
    let before = rows(&store).await;

    let board = collection(&store, us, "Board", CollectionAccess::Admins).await;
    let mut new = new_document(board, "Secret", 0);
    new.tags = vec!["x".into()];
    let document = insert(&store, us, &new).await;
    publish(&store, us, document, &["secret common words", "more secrets"]).await;
    store.add_version(us, document, &file("Secret 2.pdf", 1), None).await.unwrap();
    publish(&store, us, document, &["newer secret words"]).await;
    let vectors: Vec<_> = store.unembedded(us, MODEL, Some(document), 0, 9).await.unwrap();
    let vectors: Vec<_> = vectors.into_iter().map(|passage| (passage.serial, vec![1.0; 384])).collect();
    store.put_vectors(us, MODEL, &vectors).await.unwrap();
    // One that is being indexed, too.
    store.add_version(us, document, &file("Secret 3.pdf", 2), None).await.unwrap();
    assert!(store.begin_passages(us, document, 3).await.unwrap());
    assert!(store.add_passages(us, document, 3, &passages(&["unfinished secret"])).await.unwrap());
    store.set_bindings(us, document, &[Binding { kind: BindingKind::Topic, value: "x".into() }]).await.unwrap();
    let used = NewUse { document, version: 2, passage: 1, call: None, answer: Uuid::now_v7(), question: "secret?".into(), at: noon(0) };
    store.add_uses(us, &[used]).await.unwrap();
    let upload = Upload {
        id: UploadId(Uuid::now_v7()),
        collection_id: board,
        replaces: Some(document),
        file_name: "Secret 4.pdf".into(),
        folder: String::new(),
        bytes: 9,
        received: 0,
        expires_at: noon(9),
    };
    store.insert_upload(us, tenant.member, &upload).await.unwrap();
    assert!(rows(&store).await.iter().zip(&before).all(|(now, before)| now.1 > before.1 || now.0 == "websites"));

    let forget = |keys: &[String]| {
        let payload = json!(keys);
        Some(NewJob { kind: "delete_files".into(), payload, organization: Some(us), run_at: noon(0), max_attempts: 9 })
    };
    let keys = if with_its_collection {
        store.delete_collection(us, board, forget).await.unwrap().unwrap()
    } else {
        let keys = store.delete_document(us, document, forget).await.unwrap().unwrap();
        assert_eq!(store.delete_document(us, document, forget).await.unwrap(), None);
        store.delete_collection(us, board, |_| None).await.unwrap().unwrap();
        keys
    };
    assert_eq!(keys.len(), 3, "the file of every version");
    let job = store.claim("w", noon(1), std::time::Duration::from_secs(9)).await.unwrap().unwrap();
    assert_eq!(job.payload, json!(keys));
    assert_eq!(rows(&store).await, before);
    assert_eq!(count(&store, "SELECT COUNT(*) FROM knowledge_terms WHERE term LIKE '%secret%'").await, 0);
    let (passages, tokens) =
        (count(&store, "SELECT passages FROM knowledge_tenants").await, count(&store, "SELECT tokens FROM knowledge_tenants").await);
    assert_eq!((passages, tokens), (1, 3));
    // What a worker that was at it still does.
    assert!(!store.add_passages(us, document, 3, &passages_of("late")).await.unwrap());
    assert!(!store.publish_passages(us, document, 3, model::DocumentState::Ready).await.unwrap());
    assert_eq!(store.put_vectors(us, MODEL, &vectors).await.unwrap(), 0);
    assert_eq!(rows(&store).await, before);
}

fn passages_of(text: &str) -> Vec<model::Passage> {
    passages(&[text])
}

#[rstest]
#[tokio::test]
async fn an_organization_goes_with_all_it_knows(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let empty = rows(&store).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let document = ready(&store, us, general, "One", &["words"]).await;
    let missing = store.unembedded(us, MODEL, None, 0, 9).await.unwrap();
    store.put_vectors(us, MODEL, &[(missing[0].serial, vec![1.0; 384])]).await.unwrap();
    store.add_version(us, document, &file("x", 1), None).await.unwrap();
    publish(&store, us, document, &["other"]).await;
    execute(&store, "DELETE FROM organizations").await;
    assert_eq!(rows(&store).await, empty);
    assert_eq!(count(&store, "SELECT COUNT(*) FROM passage_removals").await, 0);
    assert_eq!(count(&store, "SELECT COUNT(*) FROM knowledge_tenants").await, 0);
}

//! Two organizations never see each other.

use model::{Binding, BindingKind, CollectionAccess, DocumentFilter, DocumentState};
use rstest::rstest;
use store::knowledge::{Description, DocumentPatch, InsertOutcome, NewUse};
use store::{Engine, StoreError, testing};
use uuid::Uuid;

use super::support::*;
use crate::fixtures::noon;

#[rstest]
#[tokio::test]
async fn another_organization_knows_and_changes_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (us, them) = (organization(&store, "a@example.com").await, organization(&store, "b@example.com").await);
    let (ours, theirs) = (general(&store, us).await, general(&store, them).await);
    ready(&store, us, ours, "Ours", &["common"]).await;
    let mut new = new_document(theirs, "Theirs", 0);
    new.tags = vec!["secret".into()];
    let document = insert(&store, them, &new).await;
    publish(&store, them, document, &["common secret"]).await;
    let serial = store.unembedded(them, MODEL, None, 0, 9).await.unwrap()[0].serial;
    let vector = vec![0.05; 384];
    store.put_vectors(them, MODEL, &[(serial, vector.clone())]).await.unwrap();
    store.set_bindings(them, document, &[Binding { kind: BindingKind::Topic, value: "t".into() }]).await.unwrap();
    let used =
        NewUse { document, version: 1, passage: 1, call: None, member: None, answer: Uuid::now_v7(), question: "q".into(), at: noon(0) };
    store.add_uses(them, std::slice::from_ref(&used)).await.unwrap();
    let before = rows(&store).await;

    let (all, admins) = (DocumentFilter::default(), CollectionAccess::Admins);
    let lexical = store.lexical_search(us, "common secret", &all, admins, 9).await.unwrap();
    assert_eq!(lexical.iter().map(|found| found.passage.title.as_str()).collect::<Vec<_>>(), ["Ours"]);
    assert_eq!(store.lexical_search(us, "secret", &all, admins, 9).await.unwrap(), []);
    assert_eq!(store.vector_search(us, MODEL, &vector, &all, admins, 9).await.unwrap(), []);
    assert_eq!(store.vector_search(them, MODEL, &vector, &all, admins, 9).await.unwrap().len(), 1);
    let both = store.retrieve(us, "secret", Some((MODEL, &vector)), &all, admins).await.unwrap();
    assert_eq!(both, []);
    let narrow = DocumentFilter { collection: Some(theirs), tag: "secret".into(), ..Default::default() };
    assert_eq!(titles(&store, us, admins, &narrow).await, Vec::<String>::new());
    assert_eq!(get(&store, us, document).await, None);
    assert_eq!(store.documents_with_hash(us, admins, MODEL, &new.file.hash).await.unwrap(), []);
    assert_eq!(store.document_file(us, document, None).await.unwrap(), None);
    assert_eq!(store.document_history(us, document).await.unwrap(), []);
    assert_eq!(store.passages(us, document, None, 9).await.unwrap().items, []);
    assert_eq!(store.version_progress(us, document, 1, MODEL).await.unwrap(), (0, 0));
    assert_eq!(store.unembedded(us, "other", Some(document), 0, 9).await.unwrap(), []);
    assert_eq!(store.count_vectors(us).await.unwrap(), []);
    assert_eq!(store.knowledge_tags(us, CollectionAccess::Admins).await.unwrap(), []);
    assert_eq!(store.bindings(us).await.unwrap(), []);
    assert_eq!(store.document_bindings(us, document).await.unwrap(), []);
    assert_eq!(store.bound_documents(us, BindingKind::Topic, "t", true).await.unwrap(), []);
    assert_eq!(store.document_uses(us, document, None, None, 9).await.unwrap().items, []);
    assert_eq!(store.collection(us, theirs).await.unwrap(), None);
    assert_eq!(store.knowledge_size(us, CollectionAccess::Admins, MODEL).await.unwrap().documents, 1);

    assert!(!store.move_document(us, document, 1, DocumentState::Failed, "forged").await.unwrap());
    assert!(!store.describe_document(us, document, 1, &Description::default()).await.unwrap());
    assert!(!store.edit_document(us, document, &DocumentPatch { title: Some("forged".into()), ..Default::default() }).await.unwrap());
    assert_eq!(store.add_version(us, document, &file("forged", 1)).await.unwrap(), InsertOutcome::Gone);
    assert!(!store.begin_passages(us, document, 1).await.unwrap());
    assert!(!store.add_passages(us, document, 1, &passages(&["forged"])).await.unwrap());
    assert!(!store.publish_passages(us, document, 1, DocumentState::Ready).await.unwrap());
    assert_eq!(store.put_vectors(us, MODEL, &[(serial, vector.clone())]).await.unwrap(), 0);
    assert_eq!(store.delete_vectors(us, MODEL).await.unwrap(), 0);
    assert!(matches!(
        store.set_bindings(us, document, &[Binding { kind: BindingKind::Topic, value: "f".into() }]).await,
        Err(StoreError::Missing(_))
    ));
    assert!(matches!(store.add_uses(us, &[NewUse { answer: Uuid::now_v7(), ..used }]).await, Err(StoreError::Missing(_))));
    let stray = new_document(theirs, "Forged", 0);
    assert!(matches!(store.insert_document(us, &stray).await, Err(StoreError::Missing(_))));
    assert_eq!(store.delete_document(us, document).await.unwrap(), None);
    assert_eq!(store.delete_collection(us, theirs).await.unwrap(), None);
    assert_eq!(rows(&store).await, before);
    assert_eq!(get(&store, them, document).await.unwrap().title, "Theirs");
}

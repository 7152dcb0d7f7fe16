//! Documents: kept, listed, renewed, deleted.

use model::{Collection, CollectionAccess, CollectionId, DocumentFilter, DocumentState};
use rstest::rstest;
use serde_json::json;
use store::knowledge::{Description, DocumentPatch, InsertOutcome};
use store::{Engine, NewJob, StoreError, jobs, knowledge, testing};
use uuid::Uuid;

use super::support::*;
use crate::fixtures::noon;

fn job(kind: &str) -> NewJob {
    NewJob { payload: json!({}), max_attempts: 3, ..NewJob::new("q", kind, None, noon(0)) }
}

#[rstest]
#[tokio::test]
async fn a_document_goes_from_file_to_answer(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let mut new = new_document(general, "Pricing", 0);
    new.tags = vec!["Sales".into(), "2026".into()];
    let kept = together(&store, async |tx| {
        jobs::enqueue(tx, &job("read_document")).await?;
        knowledge::insert_document(tx, us, &new).await
    });
    assert_eq!(kept.await, InsertOutcome::Version(1));
    assert_eq!(store.count_jobs().await.unwrap(), [("waiting".to_owned(), 1)]);

    let document = get(&store, us, new.id).await.unwrap();
    assert_eq!((document.title.as_str(), document.file_name.as_str()), ("Pricing", "Pricing.pdf"));
    assert_eq!((document.state, document.version, document.passages, document.uses), (DocumentState::Waiting, 1, 0, 0));
    assert_eq!(document.tags, ["Sales", "2026"]);
    assert_eq!((document.created_at, document.updated_at), (noon(0), noon(0)));

    assert!(store.move_document(us, new.id, 1, DocumentState::Reading, "").await.unwrap());
    assert!(!store.move_document(us, new.id, 2, DocumentState::Failed, "").await.unwrap(), "another version's worker");
    let found = Description {
        format: "pdf".into(),
        title: Some("Price list".into()),
        language: "en".into(),
        places: 2,
        notes: vec!["Page 2 has no text\0 layer.".into()],
    };
    assert!(store.describe_document(us, new.id, 1, &found).await.unwrap());
    assert!(!store.describe_document(us, new.id, 2, &found).await.unwrap());
    assert_eq!(publish(&store, us, new.id, &["It costs 40 euros.", "Twice a year."]).await, 1);

    let document = get(&store, us, new.id).await.unwrap();
    assert_eq!((document.state, document.passages, document.title.as_str()), (DocumentState::Ready, 2, "Price list"));
    assert_eq!((document.format.as_str(), document.language.as_str(), document.places), ("pdf", "en", 2));
    assert_eq!(document.notes, ["Page 2 has no text\u{fffd} layer."]);
    let page = store.passages(us, new.id, None, 9).await.unwrap();
    assert_eq!(page.items, passages(&["It costs 40 euros.", "Twice a year."]));
    let size = store.knowledge_size(us, CollectionAccess::Admins, MODEL).await.unwrap();
    assert_eq!((size.documents, size.ready, size.failed, size.unused, size.passages, size.bytes), (1, 1, 0, 1, 2, 10));
    assert_eq!(store.knowledge_tags(us, CollectionAccess::Admins).await.unwrap(), [("2026".to_owned(), 1), ("sales".to_owned(), 1)]);
    assert_eq!(store.knowledge_size(us, CollectionAccess::Everybody, MODEL).await.unwrap(), size);
    for (title, state) in [("Broken", DocumentState::Failed), ("Secret", DocumentState::Locked), ("Private", DocumentState::Locked)] {
        let other = insert(&store, us, &new_document(general, title, 0)).await;
        assert!(store.move_document(us, other, 1, state, "It can't be read.").await.unwrap());
    }
    let size = store.knowledge_size(us, CollectionAccess::Everybody, MODEL).await.unwrap();
    assert_eq!((size.documents, size.ready, size.failed, size.locked), (4, 1, 1, 2));

    let hidden = Collection { access: CollectionAccess::Admins, ..store.collection(us, general).await.unwrap().unwrap() };
    assert!(store.update_collection(us, &hidden).await.unwrap());
    let nothing = store.knowledge_size(us, CollectionAccess::Everybody, MODEL).await.unwrap();
    assert_eq!((nothing.documents, nothing.ready, nothing.unused, nothing.passages, nothing.bytes), (0, 0, 0, 0, 0));
    assert_eq!(store.knowledge_tags(us, CollectionAccess::Everybody).await.unwrap(), []);
}

#[rstest]
#[tokio::test]
async fn the_old_version_answers_until_the_new_one_is_ready(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let document = ready(&store, us, general, "Pricing", &["Old price.", "Old terms."]).await;
    let old_key = store.document_file(us, document, None).await.unwrap().unwrap().object_key;

    let renewed = together(&store, async |tx| {
        let renewed = knowledge::add_version(tx, us, document, &file("Pricing 2.pdf", 9)).await?;
        jobs::enqueue(tx, &job("read_document")).await?;
        Ok(renewed)
    });
    assert_eq!(renewed.await, InsertOutcome::Version(2));
    assert_eq!(store.count_jobs().await.unwrap(), [("waiting".to_owned(), 1)]);
    assert!(!store.begin_passages(us, document, 1).await.unwrap(), "the first version is history");
    assert!(store.begin_passages(us, document, 2).await.unwrap());
    assert!(store.add_passages(us, document, 2, &passages(&["New price."])).await.unwrap());
    assert_eq!(store.version_progress(us, document, 2, MODEL).await.unwrap(), (1, 0));
    let texts = |page: model::Page<model::Passage>| page.items.into_iter().map(|passage| passage.text).collect::<Vec<_>>();
    assert_eq!(texts(store.passages(us, document, None, 9).await.unwrap()), ["Old price.", "Old terms."]);
    assert_eq!(get(&store, us, document).await.unwrap().passages, 2);

    assert!(!store.publish_passages(us, document, 1, DocumentState::Ready).await.unwrap());
    assert!(store.publish_passages(us, document, 2, DocumentState::Ready).await.unwrap());
    assert_eq!(texts(store.passages(us, document, None, 9).await.unwrap()), ["New price."]);
    assert_eq!(count(&store, "SELECT COUNT(*) FROM passages").await, 1);
    let now = get(&store, us, document).await.unwrap();
    assert_eq!((now.version, now.passages, now.file_name.as_str(), now.updated_at), (2, 1, "Pricing 2.pdf", noon(9)));
    let history = store.document_history(us, document).await.unwrap();
    assert_eq!(history.iter().map(|version| version.version).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(store.document_file(us, document, Some(1)).await.unwrap().unwrap().object_key, old_key);
    assert_eq!(store.document_file(us, document, Some(3)).await.unwrap(), None);
    assert_eq!(store.knowledge_size(us, CollectionAccess::Admins, MODEL).await.unwrap().bytes, 20, "history takes room too");
}

#[rstest]
#[tokio::test]
async fn an_interrupted_attempt_leaves_nothing_in_the_next_one(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let document = insert(&store, us, &new_document(general, "Pricing", 0)).await;
    assert!(store.begin_passages(us, document, 1).await.unwrap());
    assert!(store.add_passages(us, document, 1, &passages(&["half", "of", "it"])).await.unwrap());
    publish(&store, us, document, &["whole"]).await;
    assert_eq!(get(&store, us, document).await.unwrap().passages, 1);
    assert!(!store.begin_passages(us, document, 1).await.unwrap(), "it answers");
    assert!(!store.add_passages(us, document, 1, &passages(&["more"])).await.unwrap());
    assert!(store.publish_passages(us, document, 1, DocumentState::Ready).await.unwrap(), "a repeated job changes nothing");
    assert_eq!(count(&store, "SELECT CAST(SUM(passages) AS BIGINT) FROM knowledge_terms").await, 1);
}

#[rstest]
#[tokio::test]
async fn the_same_content_is_taken_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let mut first = new_document(general, "One", 0);
    first.unless_there = true;
    let mut second = new_document(general, "Two", 1);
    (second.unless_there, second.file.hash) = (true, first.file.hash);
    let (one, two) = tokio::join!(store.insert_document(us, &first), store.insert_document(us, &second));
    let kept = [one.unwrap(), two.unwrap()];
    assert!(
        matches!(kept, [InsertOutcome::Version(1), InsertOutcome::Twin(id)] if id == first.id)
            || matches!(kept, [InsertOutcome::Twin(id), InsertOutcome::Version(1)] if id == second.id),
        "{kept:?}"
    );
    let same = store.documents_with_hash(us, CollectionAccess::Admins, MODEL, &first.file.hash).await.unwrap();
    assert_eq!(same.len(), 1);
    second.unless_there = false;
    second.id = model::DocumentId(Uuid::now_v7());
    assert_eq!(store.insert_document(us, &second).await.unwrap(), InsertOutcome::Version(1), "unless somebody wants both");
}

#[rstest]
#[tokio::test]
async fn lists_narrow_and_page(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let secret = collection(&store, us, "Board", CollectionAccess::Admins).await;
    for number in 0..5 {
        let mut new = new_document(general, &format!("Résumé 100%_{number}"), number);
        new.tags = if number == 2 { vec!["Österreich".into()] } else { Vec::new() };
        insert(&store, us, &new).await;
    }
    let hidden = ready(&store, us, secret, "Minutes", &["secret"]).await;
    let everybody = CollectionAccess::Everybody;
    let list = |filter: DocumentFilter| {
        let store = store.store();
        async move { titles(&store, us, everybody, &filter).await }
    };
    assert_eq!(list(DocumentFilter::default()).await.len(), 5);
    assert_eq!(titles(&store, us, CollectionAccess::Admins, &DocumentFilter::default()).await.len(), 6);
    assert_eq!(store.document(us, everybody, MODEL, hidden).await.unwrap(), None);
    assert_eq!(list(DocumentFilter { words: "RÉSUMÉ 100%_3".into(), ..Default::default() }).await, ["Résumé 100%_3"]);
    assert_eq!(list(DocumentFilter { words: "%3 pdf".into(), ..Default::default() }).await, Vec::<String>::new());
    assert_eq!(list(DocumentFilter { words: "3 pdf résumé".into(), ..Default::default() }).await, ["Résumé 100%_3"]);
    assert_eq!(list(DocumentFilter { tag: "österreich".into(), ..Default::default() }).await, ["Résumé 100%_2"]);
    assert_eq!(list(DocumentFilter { collection: Some(secret), ..Default::default() }).await, Vec::<String>::new());
    let dates = DocumentFilter { after: Some(noon(1)), before: Some(noon(3)), ..Default::default() };
    assert_eq!(list(dates).await, ["Résumé 100%_2", "Résumé 100%_1"]);
    assert_eq!(list(DocumentFilter { state: Some(DocumentState::Ready), ..Default::default() }).await, Vec::<String>::new());
    assert_eq!(list(DocumentFilter { language: "de".into(), ..Default::default() }).await, Vec::<String>::new());

    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.documents(us, everybody, MODEL, &DocumentFilter::default(), cursor.as_deref(), 2).await.unwrap();
        all.extend(page.items.into_iter().map(|document| document.title));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(all, (0..5).rev().map(|number| format!("Résumé 100%_{number}")).collect::<Vec<_>>());
    let wrong = store.documents(us, everybody, MODEL, &DocumentFilter::default(), Some("x"), 2).await;
    assert!(matches!(wrong, Err(StoreError::Cursor)));
    assert!(matches!(store.passages(us, hidden, Some("x"), 2).await, Err(StoreError::Cursor)));
}

#[rstest]
#[tokio::test]
async fn people_edit_title_tags_and_collection(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (us, them) = (organization(&store, "a@example.com").await, organization(&store, "b@example.com").await);
    let (ours, theirs) = (general(&store, us).await, general(&store, them).await);
    let document = insert(&store, us, &new_document(ours, "Pricing", 0)).await;
    let board = collection(&store, us, "Board", CollectionAccess::Admins).await;
    let patch = DocumentPatch { title: Some("Prices".into()), tags: Some(vec!["A".into(), "a".into()]), collection: Some(board) };
    assert!(store.edit_document(us, document, &patch).await.unwrap());
    let edited = get(&store, us, document).await.unwrap();
    assert_eq!((edited.title.as_str(), edited.collection_id, edited.tags.len()), ("Prices", board, 2));
    let filter = DocumentFilter { words: "prices".into(), tag: "A".into(), ..Default::default() };
    assert_eq!(titles(&store, us, CollectionAccess::Admins, &filter).await, ["Prices"]);
    let standing = together(&store, async |tx| knowledge::standing(tx, us, document).await).await;
    assert_eq!(standing, Some((CollectionAccess::Admins, DocumentState::Waiting)));
    assert_eq!(together(&store, async |tx| knowledge::standing(tx, them, document).await).await, None);
    assert!(store.edit_document(us, document, &DocumentPatch::default()).await.unwrap());
    assert_eq!(get(&store, us, document).await.unwrap().tags.len(), 2, "what is not named stays");
    let stray = DocumentPatch { collection: Some(theirs), ..Default::default() };
    assert!(matches!(store.edit_document(us, document, &stray).await, Err(StoreError::Missing(_))));
}

#[rstest]
#[tokio::test]
async fn collections_have_one_name_each(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (us, them) = (organization(&store, "a@example.com").await, organization(&store, "b@example.com").await);
    let first = general(&store, us).await;
    assert_eq!(general(&store, us).await, first, "made once");
    let admins = collection(&store, us, "Übung", CollectionAccess::Admins).await;
    let again = Collection { id: CollectionId(Uuid::now_v7()), name: " üBUNG ".into(), access: CollectionAccess::Everybody, documents: 0 };
    assert!(matches!(store.insert_collection(us, &again, noon(1)).await, Err(StoreError::Taken(_))));
    store.insert_collection(them, &again, noon(1)).await.unwrap();
    let names = |collections: Vec<Collection>| collections.into_iter().map(|c| c.name).collect::<Vec<_>>();
    assert_eq!(names(store.collections(us, CollectionAccess::Everybody).await.unwrap()), ["General"]);
    assert_eq!(names(store.collections(us, CollectionAccess::Admins).await.unwrap()), ["General", "Übung"]);
    let renamed = Collection { id: admins, name: "general".into(), access: CollectionAccess::Everybody, documents: 0 };
    assert!(matches!(store.update_collection(us, &renamed).await, Err(StoreError::Taken(_))));
    assert!(store.update_collection(us, &Collection { name: "Drills".into(), ..renamed.clone() }).await.unwrap());
    assert!(!store.update_collection(them, &renamed).await.unwrap());
    insert(&store, us, &new_document(admins, "One", 0)).await;
    assert_eq!(store.collection(us, admins).await.unwrap().unwrap().documents, 1);
    assert_eq!(store.delete_collection(them, admins).await.unwrap(), None);
    assert_eq!(store.delete_collection(us, admins).await.unwrap().unwrap().keys.len(), 1);
    assert_eq!(store.collection(us, admins).await.unwrap(), None);
}

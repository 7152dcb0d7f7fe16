//! Finding passages by their meaning.

use model::{CollectionAccess, DocumentFilter, DocumentId, DocumentState, OrganizationId};
use rstest::rstest;
use store::knowledge::index::Index;
use store::{Engine, Store, testing};

use super::support::*;

/// A vector that points nearly in one of its directions.
fn towards(direction: usize, dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0.01; dimensions];
    vector[direction] = 1.0;
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    vector.into_iter().map(|number| number / length).collect()
}

/// Gives each missing passage of a document the direction of its number.
async fn embed(store: &Store, organization: OrganizationId, document: DocumentId, dimensions: usize) -> usize {
    let missing = store.unembedded(organization, MODEL, Some(document), 0, 5_000).await.unwrap();
    let vectors: Vec<(i64, Vec<f32>)> =
        missing.iter().map(|passage| (passage.serial, towards(passage.place.number as usize % dimensions, dimensions))).collect();
    assert_eq!(store.put_vectors(organization, MODEL, &vectors).await.unwrap(), vectors.len() as u64);
    vectors.len()
}

async fn nearest(store: &Store, organization: OrganizationId, vector: &[f32]) -> Vec<String> {
    let all = DocumentFilter::default();
    let found = store.vector_search(organization, MODEL, vector, &all, CollectionAccess::Everybody, 3).await.unwrap();
    assert!(found.is_sorted_by(|a, b| a.cosine >= b.cosine) && found.iter().all(|found| found.cosine.is_some()));
    found.into_iter().map(|found| found.passage.text).collect()
}

#[rstest]
#[tokio::test]
async fn the_nearest_passage_comes_first(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine, #[values(384, 7)] dimensions: usize) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    assert_eq!(nearest(&store, us, &towards(1, dimensions)).await, Vec::<String>::new());
    let document = ready(&store, us, general, "Facts", &["one", "two", "three", "four"]).await;
    let missing = store.unembedded(us, MODEL, None, 0, 3).await.unwrap();
    assert_eq!(missing.iter().map(|passage| passage.text.as_str()).collect::<Vec<_>>(), ["one", "two", "three"]);
    assert_eq!((missing[0].document_id, missing[0].version, missing[0].title.as_str()), (document, 1, "Facts"));
    assert_eq!(store.unembedded(us, MODEL, None, missing[2].serial, 3).await.unwrap().len(), 1);
    assert_eq!(embed(&store, us, document, dimensions).await, 4);
    assert_eq!(store.unembedded(us, MODEL, None, 0, 9).await.unwrap(), []);
    assert_eq!(store.unembedded(us, "other", None, 0, 9).await.unwrap().len(), 4);
    assert_eq!(get(&store, us, document).await.unwrap().embedded, 4);
    assert_eq!(store.version_progress(us, document, 1, MODEL).await.unwrap(), (4, 4));
    assert_eq!(store.knowledge_size(us, CollectionAccess::Admins, MODEL).await.unwrap().embedded, 4);

    assert_eq!(nearest(&store, us, &towards(3, dimensions)).await[0], "three");
    assert_eq!(nearest(&store, us, &towards(3, dimensions)).await.len(), 3);
    assert_eq!(nearest(&store, us, &[1.0, 0.0]).await, Vec::<String>::new(), "of another size");
    assert_eq!(nearest(&store, us, &[f32::NAN; 7]).await, Vec::<String>::new());
    let all = DocumentFilter::default();
    let both = store.retrieve(us, "one", Some((MODEL, &towards(2, dimensions))), &all, CollectionAccess::Everybody).await.unwrap();
    let score = |text: &str| both.iter().find(|found| found.passage.text == text).unwrap();
    assert!(score("one").bm25 > 0.0 && score("two").bm25 == 0.0 && score("two").cosine > score("one").cosine);
    assert_eq!(both.len(), 4, "each once");
    assert_eq!(store.retrieve(us, "one", None, &all, CollectionAccess::Everybody).await.unwrap().len(), 1);

    assert_eq!(store.count_vectors(us).await.unwrap(), [(MODEL.to_owned(), 4)]);
    assert_eq!(store.delete_vectors(us, MODEL).await.unwrap(), 4);
    assert_eq!(nearest(&store, us, &towards(3, dimensions)).await, Vec::<String>::new());
}

#[rstest]
#[tokio::test]
async fn vectors_follow_every_change(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let first = ready(&store, us, general, "First", &["a", "b"]).await;
    embed(&store, us, first, 384).await;
    assert_eq!(nearest(&store, us, &towards(1, 384)).await[0], "a");

    store.add_version(us, first, &file("f.pdf", 1)).await.unwrap();
    assert!(store.begin_passages(us, first, 2).await.unwrap());
    assert!(store.add_passages(us, first, 2, &passages(&["new a"])).await.unwrap());
    embed(&store, us, first, 384).await;
    assert_eq!(nearest(&store, us, &towards(1, 384)).await, ["a", "b"], "beside, not in front");
    assert!(store.begin_passages(us, first, 2).await.unwrap());
    assert!(store.add_passages(us, first, 2, &passages(&["newer a"])).await.unwrap());
    assert_eq!(embed(&store, us, first, 384).await, 1, "the attempt before has left nothing");
    assert!(store.publish_passages(us, first, 2, DocumentState::Ready).await.unwrap());
    assert_eq!(nearest(&store, us, &towards(1, 384)).await, ["newer a"]);

    let second = ready(&store, us, general, "Second", &["c"]).await;
    embed(&store, us, second, 384).await;
    assert_eq!(nearest(&store, us, &towards(1, 384)).await.len(), 2);
    store.delete_document(us, first).await.unwrap();
    assert_eq!(nearest(&store, us, &towards(1, 384)).await, ["c"]);
    assert_eq!(store.put_vectors(us, MODEL, &[(999, towards(1, 384))]).await.unwrap(), 0, "its passage is gone");
    // A second server, or this one after a restart, reads it all anew.
    let other = Store::connect(store.url()).await.unwrap();
    assert_eq!(nearest(&other, us, &towards(1, 384)).await, ["c"]);
    other.close().await;
}

#[rstest]
#[tokio::test]
async fn an_index_is_told_what_came_and_went(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let mut index = Index::default();
    store.follow(us, MODEL, &mut index).await.unwrap();
    assert!(index.is_empty());
    // More than are read at once.
    let many: Vec<String> = (0..2_500).map(|number| format!("passage {number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let first = ready(&store, us, general, "Many", &many).await;
    embed(&store, us, first, 8).await;
    store.follow(us, MODEL, &mut index).await.unwrap();
    assert_eq!(index.len(), 2_500);
    let told = index.revision;
    let second = ready(&store, us, general, "One", &["one"]).await;
    embed(&store, us, second, 8).await;
    assert!(store.knowledge_revision(us).await.unwrap() > told);
    let mut late = index.clone();
    store.follow(us, MODEL, &mut index).await.unwrap();
    assert_eq!(index.len(), 2_501);
    store.delete_document(us, first).await.unwrap();
    for index in [&mut index, &mut late, &mut Index::default()] {
        store.follow(us, MODEL, index).await.unwrap();
        assert_eq!((index.len(), index.revision), (1, store.knowledge_revision(us).await.unwrap()));
        store.follow(us, MODEL, index).await.unwrap();
        assert_eq!(index.len(), 1, "nothing new");
    }
}

#[rstest]
#[tokio::test]
async fn a_narrow_search_looks_further(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let (general, board) = (general(&store, us).await, collection(&store, us, "Board", CollectionAccess::Admins).await);
    let many: Vec<String> = (0..600).map(|number| format!("passage {number}")).collect();
    let near: Vec<(i64, Vec<f32>)> = {
        let secret = ready(&store, us, board, "Secret", &many.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let missing = store.unembedded(us, MODEL, Some(secret), 0, 1_000).await.unwrap();
        missing.into_iter().map(|passage| (passage.serial, towards(5, 384))).collect()
    };
    store.put_vectors(us, MODEL, &near).await.unwrap();
    let far = ready(&store, us, general, "Open", &["far"]).await;
    embed(&store, us, far, 384).await;
    assert_eq!(nearest(&store, us, &towards(5, 384)).await, ["far"], "600 that are nearer may not be seen");
}

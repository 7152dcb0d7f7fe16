//! Words are found whatever their endings, in the language of their document; what an older stemmer indexed is indexed anew.

use model::{CollectionAccess, DocumentFilter, DocumentId, OrganizationId};
use rstest::rstest;
use store::knowledge::Description;
use store::testing::{self, TestStore};
use store::{Engine, Store};
use uuid::Uuid;

use super::support::{general, insert, new_document, organization, publish, ready, rows};
use crate::beside::On;

/// A document in this language that answers with one passage.
async fn written(store: &Store, organization: OrganizationId, language: &str, text: &str) -> DocumentId {
    let collection = general(store, organization).await;
    let document = insert(store, organization, &new_document(collection, language, 0)).await;
    let description = Description { format: "txt".into(), title: None, language: language.into(), places: 1, notes: Vec::new() };
    assert!(store.describe_document(organization, document, 1, &description).await.unwrap());
    publish(store, organization, document, &[text]).await;
    document
}

async fn found(store: &Store, organization: OrganizationId, question: &str) -> Vec<DocumentId> {
    let filter = DocumentFilter::default();
    let found = store.lexical_search(organization, question, &filter, CollectionAccess::Admins, 9).await.unwrap();
    found.into_iter().map(|found| found.passage.document_id).collect()
}

#[rstest]
#[tokio::test]
async fn each_document_is_found_by_the_rules_of_its_language(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = organization(&store, "a@example.com").await;
    let english = written(&store, ours, "en", "All data are encrypted at rest.").await;
    let german = written(&store, ours, "de", "Die Verschlüsselung der Verträge ist Pflicht.").await;
    let french = written(&store, ours, "fr", "Les réunions sont enregistrées.").await;
    let polish = written(&store, ours, "pl", "Umowy są szyfrowane.").await;
    let unknown = written(&store, ours, "", "Overnight deliveries").await;
    for (question, document) in [
        ("encrypting", english),
        ("Encrypts?", english),
        ("Verschlüsselungen", german),
        ("Vertrag Verträgen", german),
        ("verschlusselung", german),
        ("réunion", french),
        ("reunion", french),
        ("umowy", polish),
        ("delivery", unknown),
    ] {
        assert_eq!(found(&store, ours, question).await, [document], "{question}");
    }
    assert_eq!(found(&store, ours, "Wandern").await, []);
    // One word is one word, however many stems it has; else a passage that has both would have a small part of what is asked.
    let whole = store.lexical_search(ours, "Verschlüsselung Pflicht", &DocumentFilter::default(), CollectionAccess::Admins, 9).await;
    assert!(whole.unwrap()[0].content_share > 0.3);
    // Another organization's languages are none of its matter.
    let theirs = organization(&store, "b@example.com").await;
    let other = written(&store, theirs, "en", "Hauses").await;
    assert_eq!(found(&store, theirs, "Häuser").await, []);
    assert_eq!(found(&store, theirs, "hauses").await, [other]);
}

#[test]
fn what_is_highlighted_is_what_was_found() {
    assert_eq!(store::knowledge::matches("réunion", "Les réunions", "fr"), [(4, 12)]);
    assert_eq!(store::knowledge::matches("réunion", "Les réunions", "pl"), []);
    assert_eq!(store::knowledge::matches("What is encrypted?", "encryption is", "en"), [(0, 10)]);
}

/// Terms and how many passages have them.
async fn terms(store: &TestStore) -> Vec<String> {
    On::open(store).await.rows("SELECT term, passages FROM knowledge_terms ORDER BY term".to_owned()).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn what_an_older_stemmer_indexed_is_indexed_anew(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = organization(&store, "a@example.com").await;
    assert!(!store.is_indexed_by_old_stems(ours).await.unwrap());
    let collection = general(&store, ours).await;
    let one = ready(&store, ours, collection, "One", &["They give generously.", "Generously they give."]).await;
    let other = ready(&store, ours, collection, "Other", &["They are paid."]).await;
    let (before, counts) = (terms(&store).await, rows(&store).await);
    // As Porter's stemmer had it.
    testing::execute(
        &store,
        "UPDATE passages SET terms = REPLACE(terms, 'xgenerous', 'xgener'); UPDATE knowledge_terms SET term = 'gener' WHERE term = 'generous';
        UPDATE knowledge_tenants SET stems = 1, languages = '[]'",
    )
    .await;
    assert!(store.is_indexed_by_old_stems(ours).await.unwrap());
    assert_eq!(found(&store, ours, "generous").await, []);
    assert_eq!(found(&store, ours, "give").await, [one, one], "what has the same stem is found meanwhile");
    let documents = store.documents_after(ours, DocumentId(Uuid::nil()), 1).await.unwrap();
    assert_eq!([documents.clone(), store.documents_after(ours, documents[0], 9).await.unwrap()].concat(), [one, other]);
    // Twice is as once.
    for document in [one, other, one] {
        store.index_anew(ours, document).await.unwrap();
        assert!(store.is_indexed_by_old_stems(ours).await.unwrap());
    }
    store.index_anew(ours, DocumentId(Uuid::nil())).await.unwrap();
    store.set_indexed_anew(ours).await.unwrap();
    assert!(!store.is_indexed_by_old_stems(ours).await.unwrap());
    assert_eq!((terms(&store).await, rows(&store).await), (before, counts), "as if they had always been indexed so");
    assert_eq!(found(&store, ours, "generous").await, [one, one]);
}

//! Documents with passages.

use model::{
    Collection, CollectionAccess, CollectionId, Document, DocumentFilter, DocumentId, DocumentSource, DocumentState, OrganizationId,
    Passage, Place, PlaceKind,
};
use sqlx::{PgConnection, SqliteConnection};
pub use store::knowledge::alone::Alone;
use store::knowledge::{InsertOutcome, NewDocument, NewVersion};
use store::testing::TestStore;
use store::{Engine, Store, StoreError, Tx};
use uuid::Uuid;

use crate::fixtures::{noon, tenant};

pub const MODEL: &str = "local/all-MiniLM-L6-v2";

pub async fn organization(store: &Store, email: &str) -> OrganizationId {
    tenant(store, email).await.organization
}

pub async fn collection(store: &Store, organization: OrganizationId, name: &str, access: CollectionAccess) -> CollectionId {
    let collection = Collection { id: CollectionId(Uuid::now_v7()), name: name.into(), access, documents: 0 };
    store.insert_collection(organization, &collection, noon(0)).await.unwrap();
    collection.id
}

/// A collection for everybody.
pub async fn general(store: &Store, organization: OrganizationId) -> CollectionId {
    store.default_collection(organization, CollectionId(Uuid::now_v7()), "General", noon(0)).await.unwrap().id
}

pub fn file(name: &str, at: i64) -> NewVersion {
    NewVersion {
        file_name: name.into(),
        bytes: 10,
        hash: *Uuid::now_v7().as_bytes().repeat(2).first_chunk().unwrap(),
        object_key: format!("files/{}", Uuid::now_v7()),
        member: None,
        upload: None,
        state: DocumentState::Waiting,
        at: noon(at),
    }
}

pub fn new_document(collection: CollectionId, title: &str, at: i64) -> NewDocument {
    NewDocument {
        id: DocumentId(Uuid::now_v7()),
        collection,
        website: None,
        title: title.into(),
        folder: String::new(),
        source: DocumentSource::File,
        address: String::new(),
        tags: Vec::new(),
        unless_there: false,
        file: file(&format!("{title}.pdf"), at),
    }
}

pub async fn insert(store: &Store, organization: OrganizationId, new: &NewDocument) -> DocumentId {
    assert_eq!(store.insert_document(organization, new).await.unwrap(), InsertOutcome::Version(1));
    new.id
}

pub fn passage(number: i64, text: &str) -> Passage {
    let place = Place { kind: PlaceKind::Page, number: number as u32, label: String::new(), headings: Vec::new() };
    Passage { number, place, text: text.into() }
}

pub fn passages(texts: &[&str]) -> Vec<Passage> {
    texts.iter().zip(1..).map(|(text, number)| passage(number, text)).collect()
}

/// Writes passages of the current version and lets them answer.
pub async fn publish(store: &Store, organization: OrganizationId, document: DocumentId, texts: &[&str]) -> i64 {
    let version = store.document_file(organization, document, None).await.unwrap().unwrap().version;
    assert!(store.begin_passages(organization, document, version).await.unwrap());
    assert!(store.add_passages(organization, document, version, &passages(texts)).await.unwrap());
    assert!(store.publish_passages(organization, document, version, DocumentState::Ready).await.unwrap());
    version
}

/// A document that answers with these passages.
pub async fn ready(store: &Store, organization: OrganizationId, collection: CollectionId, title: &str, texts: &[&str]) -> DocumentId {
    let document = insert(store, organization, &new_document(collection, title, 0)).await;
    publish(store, organization, document, texts).await;
    document
}

pub async fn get(store: &Store, organization: OrganizationId, document: DocumentId) -> Option<Document> {
    store.document(organization, CollectionAccess::Admins, MODEL, document).await.unwrap()
}

pub async fn titles(store: &Store, organization: OrganizationId, access: CollectionAccess, filter: &DocumentFilter) -> Vec<String> {
    let page = store.documents(organization, access, MODEL, filter, None, 50).await.unwrap();
    page.items.into_iter().map(|document| document.title).collect()
}

/// A change that is one with others, as the domain makes them.
pub async fn together<T>(store: &Store, change: impl AsyncFnOnce(&mut Tx) -> Result<T, StoreError>) -> T {
    let mut tx = store.begin().await.unwrap();
    let done = change(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    done
}

/// Tables of this area and what SQLite's full text index has, with their rows.
pub async fn rows(store: &TestStore) -> Vec<(&'static str, i64)> {
    let tables = [
        "collections",
        "websites",
        "website_omissions",
        "documents",
        "document_tags",
        "document_versions",
        "passages",
        "knowledge_terms",
        "passage_vectors",
        "uploads",
        "knowledge_uses",
        "document_bindings",
    ];
    let mut rows = Vec::new();
    for table in tables {
        rows.push((table, count(store, &format!("SELECT COUNT(*) FROM {table}")).await));
    }
    if store.engine() == Engine::Sqlite {
        let check = "INSERT INTO passages_fts (passages_fts, rank) VALUES ('integrity-check', 1)";
        let mut connection = <SqliteConnection as sqlx::Connection>::connect(store.url()).await.unwrap();
        sqlx::query(check).execute(&mut connection).await.unwrap();
        sqlx::query("CREATE VIRTUAL TABLE temp.words_fts USING fts5vocab('main', 'passages_fts', 'row')")
            .execute(&mut connection)
            .await
            .unwrap();
        let words: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM words_fts").fetch_one(&mut connection).await.unwrap();
        rows.push(("passages_fts", words));
    }
    rows
}

pub async fn count(store: &TestStore, sql: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    match store.engine() {
        Engine::Sqlite => {
            let mut connection = <SqliteConnection as sqlx::Connection>::connect(store.url()).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        }
        Engine::Postgres => {
            let mut connection = <PgConnection as sqlx::Connection>::connect(store.url()).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        }
    }
}

pub async fn execute(store: &TestStore, sql: &'static str) {
    match store.engine() {
        Engine::Sqlite => {
            let mut connection = <SqliteConnection as sqlx::Connection>::connect(store.url()).await.unwrap();
            sqlx::query("PRAGMA foreign_keys = ON").execute(&mut connection).await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
        Engine::Postgres => {
            let mut connection = <PgConnection as sqlx::Connection>::connect(store.url()).await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
    }
}

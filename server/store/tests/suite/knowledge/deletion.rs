//! Deleting really deletes.

use model::{Binding, BindingKind, Channel, CollectionAccess, Upload, UploadId};
use rstest::rstest;
use serde_json::json;
use store::knowledge::NewUse;
use store::{Engine, NewJob, jobs, knowledge, testing};
use uuid::Uuid;

use super::support::*;
use crate::fixtures::{insert as insert_call, noon, organization_of_before, segment, tenant};

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
    store.add_version(us, document, &file("Secret 2.pdf", 1)).await.unwrap();
    publish(&store, us, document, &["newer secret words"]).await;
    let vectors: Vec<_> = store.unembedded(us, MODEL, Some(document), 0, 9).await.unwrap();
    let vectors: Vec<_> = vectors.into_iter().map(|passage| (passage.serial, vec![1.0; 384])).collect();
    store.put_vectors(us, MODEL, &vectors).await.unwrap();
    // One that is being indexed, too.
    store.add_version(us, document, &file("Secret 3.pdf", 2)).await.unwrap();
    assert!(store.begin_passages(us, document, 3).await.unwrap());
    assert!(store.add_passages(us, document, 3, &passages(&["unfinished secret"])).await.unwrap());
    store.set_bindings(us, document, &[Binding { kind: BindingKind::Topic, value: "x".into() }]).await.unwrap();
    let used = NewUse {
        document,
        version: 2,
        passage: 1,
        call: None,
        member: None,
        answer: Uuid::now_v7(),
        question: "secret?".into(),
        at: noon(0),
    };
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
    assert!(rows(&store).await.iter().zip(&before).all(|(now, before)| now.1 > before.1 || now.0.starts_with("website")));

    let removed = together(&store, async |tx| {
        let removed = if with_its_collection {
            knowledge::delete_collection(tx, us, board).await?
        } else {
            knowledge::delete_document(tx, us, document).await?
        };
        let removed = removed.unwrap();
        let payload = json!(removed.keys);
        jobs::enqueue(tx, &NewJob { payload, max_attempts: 9, ..NewJob::new("q", "delete_files", Some(us), noon(0)) }).await?;
        Ok(removed)
    });
    let removed = removed.await;
    if !with_its_collection {
        assert_eq!(store.delete_document(us, document).await.unwrap(), None);
        assert_eq!(store.delete_collection(us, board).await.unwrap().unwrap().documents, []);
    }
    assert_eq!(removed.documents, [(document, CollectionAccess::Admins)], "with who could read it");
    let keys = removed.keys;
    assert_eq!(keys.len(), 3, "the file of every version");
    let job = store.claim("q", "w", noon(1), std::time::Duration::from_secs(9)).await.unwrap().unwrap();
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
    store.add_version(us, document, &file("x", 1)).await.unwrap();
    publish(&store, us, document, &["other"]).await;
    execute(&store, "DELETE FROM organizations").await;
    assert_eq!(rows(&store).await, empty);
    assert_eq!(count(&store, "SELECT COUNT(*) FROM passage_removals").await, 0);
    assert_eq!(count(&store, "SELECT COUNT(*) FROM knowledge_tenants").await, 0);
}

/// The files of a SQLite database that hold these bytes, whatever their case.
fn files_with(url: &str, word: &str) -> Vec<String> {
    let folder = std::path::Path::new(url.trim_start_matches("sqlite:")).parent().unwrap();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
        if bytes.windows(word.len()).any(|window| window == word.as_bytes()) {
            files.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    files
}

#[tokio::test]
async fn no_file_of_the_database_holds_deleted_words() {
    let store = testing::open(Engine::Sqlite).await;
    let tenant = tenant(&store, "a@example.com").await;
    let us = tenant.organization;
    let general = general(&store, us).await;
    let many: Vec<String> = (0..400).map(|number| format!("Paragraph {number} tells of the zyxomatics of everyday things.")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut documents = Vec::new();
    for number in 0..6 {
        ready(&store, us, general, &format!("Kept {number}"), &["Common words that stay, a few of them."; 40]).await;
        documents.push(ready(&store, us, general, &format!("Zyxomatics {number}"), &many).await);
    }
    let mut calls = Vec::new();
    for number in 0..30 {
        let call = insert_call(&store, tenant, &format!("Talk {number} with Quuxfordshire"), number).await.id;
        let said: Vec<_> = (1..20).map(|number| segment(number, Channel::Customer, "we are the quuxfordshire people")).collect();
        store.append_segments(us, call, &said).await.unwrap();
        calls.push(call);
    }
    // A replaced version goes too, and a corrected segment.
    for document in &documents[..3] {
        store.add_version(us, *document, &file("Plain.pdf", 1)).await.unwrap();
        publish(&store, us, *document, &["nothing special"]).await;
    }
    for document in &documents {
        store.delete_document(us, *document).await.unwrap().unwrap();
    }
    for call in calls {
        assert!(store.correct_segment(us, call, 1, "they said something else").await.unwrap());
        assert!(store.delete_call(us, call).await.unwrap());
    }
    store.close().await;
    // The words' stems and prefixes of calls' words are indexed as well.
    for word in ["zyxomatic", "quuxfordsh"] {
        assert_eq!(files_with(store.url(), word), Vec::<String>::new(), "{word}");
    }
    assert_eq!(files_with(store.url(), "common words that stay"), ["closezly.db"], "the search finds what is there");
}

#[tokio::test]
async fn what_was_deleted_before_goes_with_the_update() {
    let store = testing::open_at(Engine::Sqlite, 7).await;
    let url = store.url().to_owned();
    let us = organization_of_before(&store).await;
    store.close().await;
    // As an older version left it: deleted, with free pages and word lists as they were.
    let mut old = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    for sql in [
        "PRAGMA secure_delete = OFF",
        "INSERT INTO passages_fts (passages_fts, rank) VALUES ('secure-delete', 0)",
        "CREATE TABLE scrap (text TEXT)",
        "INSERT INTO scrap WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 500)
            SELECT 'the zyxomatics number ' || n FROM n",
        "DROP TABLE scrap",
    ] {
        sqlx::query(sql).execute(&mut old).await.unwrap();
    }
    sqlx::Connection::close(old).await.unwrap();
    assert_eq!(files_with(&url, "zyxomatics"), ["closezly.db"]);
    let updated = store::Store::connect(&url).await.unwrap();
    updated.migrate().await.unwrap();
    assert!(updated.collections(us, CollectionAccess::Admins).await.is_ok());
    updated.close().await;
    assert_eq!(files_with(&url, "zyxomatics"), Vec::<String>::new());
}

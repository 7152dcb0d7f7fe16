//! What an organization has stored is one row that is always true, whichever way documents and calls come and go.

use model::{CallState, DocumentId};
use rstest::rstest;
use store::knowledge::InsertOutcome;
use store::{Engine, Store, Stored, testing};
use uuid::Uuid;

use crate::fixtures::{Tenant, insert, noon, organization_of_before, tenant, within};
use crate::knowledge::support::{Alone as _, file, general, new_document};

async fn stored(store: &Store, tenant: Tenant) -> (i64, i64) {
    let read = store.stored(tenant.organization).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(store::storage::stored(&mut tx, tenant.organization).await.unwrap(), read);
    assert_eq!(read.bytes(), read.documents + read.recordings);
    (read.documents, read.recordings)
}

#[rstest]
#[tokio::test]
async fn documents_count_with_every_version_until_they_are_deleted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (us, them) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    assert_eq!(stored(&store, us).await, (0, 0));
    let general = general(&store, us.organization).await;
    let mut ids = Vec::new();
    for bytes in [100, 2_000] {
        let mut new = new_document(general, &format!("{bytes} bytes"), 0);
        new.file.bytes = bytes;
        assert_eq!(store.insert_document(us.organization, &new).await.unwrap(), InsertOutcome::Version(1));
        ids.push(new.id);
    }
    assert_eq!(stored(&store, us).await, (2_100, 0));
    let mut next = file("next.pdf", 1);
    next.bytes = 30_000;
    assert_eq!(store.add_version(us.organization, ids[0], &next).await.unwrap(), InsertOutcome::Version(2));
    assert_eq!(stored(&store, us).await, (32_100, 0), "the version before is kept");
    // What is taken back was never there.
    let mut tx = store.begin().await.unwrap();
    let mut taken_back = new_document(general, "Taken back", 2);
    taken_back.file.bytes = 5;
    store::knowledge::insert_document(&mut tx, us.organization, &taken_back).await.unwrap();
    assert_eq!(store::storage::stored(&mut tx, us.organization).await.unwrap(), Stored { documents: 32_105, recordings: 0 });
    drop(tx);
    assert!(store.delete_document(us.organization, ids[0]).await.unwrap().is_some());
    assert_eq!(stored(&store, us).await, (2_000, 0));
    assert!(store.delete_document(us.organization, DocumentId(Uuid::now_v7())).await.unwrap().is_none());
    assert!(store.delete_collection(us.organization, general).await.unwrap().is_some());
    assert_eq!(stored(&store, us).await, (0, 0), "with its collection");
    assert_eq!(stored(&store, them).await, (0, 0));
}

#[rstest]
#[tokio::test]
async fn a_recording_counts_once_from_when_it_is_measured(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (us, them) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let (one, two) = (insert(&store, us, "One", 0).await, insert(&store, us, "Two", 1).await);
    let set =
        async |tenant: Tenant, call, bytes| within!(store, store::storage::set_recorded, tenant.organization, call, bytes).await.unwrap();
    assert_eq!(store.unmeasured_calls(9).await.unwrap(), [], "they are not over");
    for call in [&one, &two] {
        let ended =
            within!(store, store::calls::move_on, us.organization, call.id, &[CallState::Prepared], CallState::Ended, noon(9)).await;
        assert!(ended.unwrap());
    }
    assert_eq!(store.unmeasured_calls(1).await.unwrap().len(), 1);
    assert_eq!(store.unmeasured_calls(9).await.unwrap().len(), 2);
    for bytes in [700, 900, 900] {
        assert!(set(us, one.id, bytes).await);
        assert_eq!(stored(&store, us).await, (0, bytes));
    }
    assert!(set(us, two.id, 0).await, "without sound");
    assert_eq!(store.unmeasured_calls(9).await.unwrap(), []);
    assert!(!set(them, one.id, 5).await, "another organization's");
    assert_eq!((stored(&store, us).await, stored(&store, them).await), ((0, 900), (0, 0)));
    assert!(within!(store, store::calls::delete, us.organization, one.id).await.unwrap());
    assert!(within!(store, store::calls::delete, us.organization, two.id).await.unwrap());
    assert_eq!(stored(&store, us).await, (0, 0));
}

#[rstest]
#[tokio::test]
async fn what_an_older_release_has_stored_is_counted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open_at(engine, 24).await;
    let us = organization_of_before(&store).await;
    let id = |byte: u8| {
        let hex = format!("{byte:02x}").repeat(16);
        if engine == Engine::Sqlite { format!("x'{hex}'") } else { format!("'{hex}'") }
    };
    let (ours, hash) = (
        if engine == Engine::Sqlite { format!("x'{}'", us.0.simple()) } else { format!("'{}'", us.0.simple()) },
        if engine == Engine::Sqlite { format!("x'{}'", "ab".repeat(32)) } else { format!("'\\x{}'", "ab".repeat(32)) },
    );
    let at = noon(0).to_rfc3339();
    let mut sql = format!(
        "INSERT INTO collections (id, organization_id, name, folded, access, created_at)
        VALUES ({}, {ours}, 'General', 'general', 'everybody', '{at}');",
        id(1)
    );
    for (document, bytes) in [(2, 10), (3, 200)] {
        let document = id(document);
        sql += &format!(
            "INSERT INTO documents (organization_id, id, collection_id, title, file_name, folder, folded, source, address, format, language,
                tags, state, problem, notes, bytes, places, passages, version, ready_version, created_at, updated_at)
            VALUES ({ours}, {document}, {}, 'T', 'f', '', 't', 'file', '', '', '', '[]', 'waiting', '', '[]', {bytes}, 0, 0, 1, 0, '{at}', '{at}');
            INSERT INTO document_versions (organization_id, document_id, version, file_name, bytes, hash, object_key, created_at)
            VALUES ({ours}, {document}, 1, 'f', {bytes}, {hash}, 'k', '{at}');",
            id(1)
        );
    }
    testing::execute(&store, &sql).await;
    store.migrate().await.unwrap();
    assert_eq!(store.stored(us).await.unwrap(), Stored { documents: 210, recordings: 0 });
    assert!(store.delete_document(us, DocumentId(Uuid::from_bytes([3; 16]))).await.unwrap().is_some());
    assert_eq!(store.stored(us).await.unwrap(), Stored { documents: 10, recordings: 0 });
}

#[rstest]
#[tokio::test]
async fn what_is_being_sent_is_added_up(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = tenant(&store, "a@example.com").await;
    let general = general(&store, us.organization).await;
    assert_eq!(store.uploading(us.organization).await.unwrap(), 0);
    for bytes in [3, 40] {
        let upload = model::Upload {
            id: model::UploadId(Uuid::now_v7()),
            collection_id: general,
            replaces: None,
            file_name: "a.pdf".into(),
            folder: String::new(),
            bytes,
            received: 1,
            expires_at: noon(10),
        };
        store.insert_upload(us.organization, us.member, &upload).await.unwrap();
    }
    assert_eq!(store.uploading(us.organization).await.unwrap(), 43);
}

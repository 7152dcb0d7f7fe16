//! Uploads that stop and go on.

use model::{Upload, UploadId};
use rstest::rstest;
use store::knowledge::InsertOutcome;
use store::{Engine, StoreError, testing};
use uuid::Uuid;

use super::support::*;
use crate::fixtures::{noon, tenant};

#[rstest]
#[tokio::test]
async fn an_upload_goes_on_where_it_stopped(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (us, them) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let general = general(&store, us.organization).await;
    let upload = Upload {
        id: UploadId(Uuid::now_v7()),
        collection_id: general,
        replaces: None,
        file_name: "big.pdf".into(),
        folder: "sales/2026".into(),
        bytes: 100,
        received: 0,
        expires_at: noon(10),
    };
    store.insert_upload(us.organization, us.member, &upload).await.unwrap();
    assert!(matches!(
        store.insert_upload(them.organization, them.member, &upload).await,
        Err(StoreError::Missing(_) | StoreError::Taken(_))
    ));
    assert_eq!(store.upload(us.organization, us.member, upload.id).await.unwrap(), Some(upload.clone()));
    assert_eq!(store.upload(them.organization, them.member, upload.id).await.unwrap(), None);
    assert_eq!(store.uploads(us.organization, us.member).await.unwrap(), std::slice::from_ref(&upload));

    let advance = |from, to| store.advance_upload(us.organization, upload.id, from, to, noon(20));
    let (one, two) = tokio::join!(advance(0, 60), advance(0, 40));
    assert!(one.unwrap() ^ two.unwrap(), "one of two at the same place");
    let received = store.upload(us.organization, us.member, upload.id).await.unwrap().unwrap().received;
    assert!(!advance(received + 1, 90).await.unwrap(), "not where it stopped");
    assert!(!advance(received, 101).await.unwrap(), "behind its end");
    assert!(!store.advance_upload(them.organization, upload.id, received, 90, noon(20)).await.unwrap());
    assert!(advance(received, 100).await.unwrap());

    assert_eq!(store.expired_uploads(noon(19), 9).await.unwrap(), []);
    assert_eq!(store.expired_uploads(noon(20), 9).await.unwrap(), [(us.organization, upload.id)]);
    let mut new = new_document(general, "Big", 0);
    new.file.upload = Some(upload.id);
    assert_eq!(store.insert_document(us.organization, &new).await.unwrap(), InsertOutcome::Version(1));
    new.id = model::DocumentId(Uuid::now_v7());
    assert_eq!(store.insert_document(us.organization, &new).await.unwrap(), InsertOutcome::Gone, "finished twice");
    assert_eq!(store.uploads(us.organization, us.member).await.unwrap(), []);
    assert!(!store.delete_upload(us.organization, upload.id).await.unwrap());
    assert_eq!(count(&store, "SELECT COUNT(*) FROM documents").await, 1);
}

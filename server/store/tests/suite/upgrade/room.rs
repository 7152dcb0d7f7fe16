//! An upgrade that rewrites the file, on a disk that has too little space for it: nothing is begun, and a sentence says how much it takes.

use sqlx::{Connection, SqliteConnection};
use store::testing::{self, SmallDisk};
use store::{Options, Store, StoreError};

use crate::beside::On;

/// Before the migration that rewrites the whole file.
const BEFORE: i64 = 8;
const MEGABYTES: u64 = 20;

#[tokio::test]
async fn without_space_nothing_is_begun_and_with_space_it_goes_on() {
    let Some(disk) = SmallDisk::new(96) else { return };
    let file = disk.path().join("closezly.db");
    let url = format!("sqlite:{}", file.display());
    let old = testing::connect_at(&url, BEFORE).await;
    testing::grow(&old, MEGABYTES as u32).await;
    old.close().await;
    let filler = disk.fill_but(12_000_000);
    let length = std::fs::metadata(&file).unwrap().len();

    for _ in 0..2 {
        let store = Store::connect_alone(&url, Options::default()).await.unwrap();
        let error = store.migrate().await.unwrap_err();
        let StoreError::NoRoom { folder, needed, free } = &error else { panic!("{error:?}") };
        assert_eq!(*folder, disk.path().canonicalize().unwrap().display().to_string());
        assert!((MEGABYTES..MEGABYTES + 5).contains(needed) && (9..=13).contains(free), "{needed} {free}");
        let said = store::chain(&error);
        for words in
            [format!("needs {needed} MB"), format!("{free} MB are free"), "Nothing was changed".to_owned(), "start again".to_owned()]
        {
            assert!(said.contains(&words), "{words}: {said}");
        }
        assert!(store.pending_migrations().await.unwrap()[0].starts_with("0009_"));
        store.close().await;
        assert_eq!(std::fs::metadata(&file).unwrap().len(), length);
    }

    std::fs::remove_file(filler).unwrap();
    let store = Store::connect_alone(&url, Options::default()).await.unwrap();
    assert_eq!(store.upgrade_rooms().await.unwrap().len(), 2, "the log's folder and the one for temporary files");
    store.migrate().await.unwrap();
    assert!(store.pending_migrations().await.unwrap().is_empty() && store.upgrade_rooms().await.unwrap().is_empty());
    let rows = On::Sqlite(SqliteConnection::connect(&url).await.unwrap())
        .rows("SELECT count(*), min(length(name)) FROM organizations".to_owned())
        .await
        .unwrap();
    assert!(rows[0].contains(&MEGABYTES.to_string()) && rows[0].contains("1000000"), "{rows:?}");
    store.close().await;
}

//! Hints between servers on one PostgreSQL.

use std::time::Duration;

use store::{Engine, testing};

#[tokio::test]
async fn a_hint_reaches_whoever_listens() {
    let store = testing::open(Engine::Postgres).await;
    let (mut one, mut other) = (store.hints().await.unwrap().unwrap(), store.hints().await.unwrap().unwrap());
    store.hint("server calls kernel.events").await.unwrap();
    for hints in [&mut one, &mut other] {
        let heard = tokio::time::timeout(Duration::from_secs(5), hints.next()).await.unwrap().unwrap();
        assert_eq!(heard.as_deref(), Some("server calls kernel.events"));
    }
}

#[tokio::test]
async fn on_sqlite_there_is_nobody_to_hint_to() {
    let store = testing::open(Engine::Sqlite).await;
    assert!(store.hints().await.unwrap().is_none());
    store.hint("anything").await.unwrap();
}

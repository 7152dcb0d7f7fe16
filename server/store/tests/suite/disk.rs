//! A full disk: what was refused is not stored, everything works again at once, and deleting and signing in always work.

use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::TimeDelta;
use model::{Session, SessionId};
use store::{Engine, Options, Store, StoreError, testing};
use uuid::Uuid;

use crate::fixtures::{Tenant, account, call, insert, noon, tenant};

#[tokio::test]
async fn after_a_full_disk_everything_is_stored_again_at_once() {
    let store = testing::open(Engine::Sqlite).await;
    let ours = tenant(&store, "a@example.com").await;
    store.fill().await;
    let mut large = account("b@example.com");
    large.organization.name = "x".repeat(1_000_000);
    assert!(matches!(store.create_account(&large).await, Err(StoreError::Full(_))));
    // Each of these begins a transaction.
    store.can_write().await.unwrap();
    tenant(&store, "c@example.com").await;
    store.append(ours.organization, None, "a.b", "x", &serde_json::json!({}), noon(0)).await.unwrap();
    assert!(store.credentials("b@example.com").await.unwrap().is_none(), "what was refused is not stored");
    assert!(store.credentials("c@example.com").await.unwrap().is_some());
    assert!(store.update_person(ours.person, "Bo").await.unwrap());
}

/// A disk of its own, of some megabytes; none where a test may not mount one.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    fn new(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "closezly-test"]).arg(folder.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all that is free; gives what has to be removed for space.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("filler");
        let mut file = std::fs::File::options().append(true).create(true).open(&path).unwrap();
        for size in [65_536, 512, 1] {
            while std::io::Write::write_all(&mut file, &vec![7; size]).is_ok() {}
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).output();
    }
}

fn session(ours: Tenant) -> Session {
    Session {
        id: SessionId(Uuid::now_v7()),
        person_id: ours.person,
        member_id: ours.member,
        user_agent: "x".repeat(200),
        address: "::1".into(),
        created_at: noon(0),
        last_seen_at: noon(0),
        expires_at: noon(0) + TimeDelta::days(1),
    }
}

#[tokio::test]
async fn on_a_full_disk_one_can_sign_in_and_delete() {
    let Some(disk) = SmallDisk::new(16) else {
        eprintln!("skipped: this test may not mount a disk");
        return;
    };
    let url = format!("sqlite:{}", disk.path().join("closezly.db").display());
    let store = Store::connect_alone(&url, Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    store.tend().await;
    assert!(!store.lacks_reserve());
    let ours = tenant(&store, "a@example.com").await;
    let made = insert(&store, ours, "The first", 0).await;
    let filler = disk.fill();
    // The log's space of before is used up first.
    let mut full = None;
    for number in 0..20_000 {
        let mut more = call(ours, "More", number);
        more.notes = "x".repeat(4_000);
        if let Err(error) = store.insert_call(&more).await {
            full = Some(error);
            break;
        }
    }
    assert!(matches!(full, Some(StoreError::Full(_))), "{full:?}");
    assert!(!store.lacks_reserve(), "what may wait gets nothing of the reserve");

    store.insert_session(&session(ours), &[1; 32]).await.unwrap();
    assert!(store.delete_call(ours.organization, made.id).await.unwrap());
    store.append(ours.organization, Some(ours.member), "call.deleted", "x", &serde_json::json!({}), noon(1)).await.unwrap();
    assert!(store.call(ours.organization, made.id).await.unwrap().is_none());
    assert!(store.session(&[1; 32], noon(2)).await.unwrap().is_some());
    assert!(store.lacks_reserve(), "it is told that the reserve is given up");
    store.tend().await;
    assert!(store.lacks_reserve(), "there is no space yet");

    std::fs::remove_file(filler).unwrap();
    store.tend().await;
    assert!(!store.lacks_reserve());
    insert(&store, ours, "Afterwards", 30_000).await;
    tenant(&store, "b@example.com").await;
    store.close().await;
}

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod failing;

use std::io;

use base64::Engine;
use futures::stream;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use uuid::Uuid;

use super::*;
use failing::{Failing, Fault};

const LIMIT: u64 = 100_000_000;

fn ring(text: &str) -> KeyRing {
    // `a` is a key of ones, `b` one of twos …
    let entry = |name: &str| match name {
        "plain" => "plain".to_owned(),
        name => format!("{name}:{}", base64::engine::general_purpose::STANDARD.encode([name.as_bytes()[0] - 96; 32])),
    };
    KeyRing::parse(&text.split_whitespace().map(entry).collect::<Vec<_>>().join(",").into()).unwrap()
}

fn key(number: u128) -> FileKey {
    FileKey::document(OrganizationId(Uuid::from_u128(1)), Uuid::from_u128(number))
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8 ^ (index >> 16) as u8).collect()
}

fn pieces(content: &[u8], size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    stream::iter(content.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect::<Vec<_>>())
}

async fn whole(files: &Files, key: &FileKey) -> Result<Vec<u8>, FileError> {
    files
        .get(key)
        .await?
        .try_fold(Vec::new(), |mut all, bytes| async move {
            all.extend_from_slice(&bytes);
            Ok(all)
        })
        .await
}

fn directory(folder: &Path, keys: &str) -> Files {
    Files::new(Arc::new(LocalFileSystem::new_with_prefix(folder).unwrap().with_fsync(true)), ring(keys))
}

/// Every file below a folder, with its size.
fn on_disk(folder: &Path) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(on_disk(&entry.path()));
        } else {
            found.push((entry.path().display().to_string(), entry.metadata().unwrap().len()));
        }
    }
    found
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_plain_and_encrypted_small_and_large() {
    for keys in ["", "a"] {
        let folder = tempfile::tempdir().unwrap();
        let files = directory(folder.path(), keys);
        for length in [0, 1, cipher::CHUNK, PART - 1, PART, 2 * PART + 12_345] {
            let content = content(length);
            let stored = files.put(&key(1), pieces(&content, 100_000), LIMIT).await.unwrap();
            assert_eq!(stored, Stored { size: length as u64, sha256: Sha256::digest(&content).into() });
            assert!(whole(&files, &key(1)).await.unwrap() == content, "{keys} {length}");
            assert_eq!(on_disk(folder.path()).len(), 1, "nothing else is left");
        }
    }
}

#[tokio::test]
async fn what_is_on_disk_is_readable_only_without_encryption() {
    for (keys, readable) in [("", true), ("a", false)] {
        let folder = tempfile::tempdir().unwrap();
        let secret = b"the discount is forty percent".repeat(10);
        directory(folder.path(), keys).put(&key(1), pieces(&secret, 7), LIMIT).await.unwrap();
        let (path, _) = on_disk(folder.path()).pop().unwrap();
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(bytes.windows(8).any(|window| window == b"discount"), readable);
    }
}

#[tokio::test]
async fn a_file_goes_from_disk_to_disk() {
    let folder = tempfile::tempdir().unwrap();
    let files = directory(&folder.path().join(""), "a");
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    std::fs::write(&from, content(300_000)).unwrap();
    files.put_file(&key(1), &from, LIMIT).await.unwrap();
    assert_eq!(files.download(&key(1), &to).await.unwrap(), 300_000);
    assert_eq!(std::fs::read(&to).unwrap(), content(300_000));
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&to).unwrap().permissions()) & 0o777, 0o600);
    assert!(matches!(files.download(&key(1), &to).await, Err(FileError::Local(_))), "nothing is written over");
    assert!(matches!(files.put_file(&key(1), &folder.path().join("none"), LIMIT).await, Err(FileError::Local(_))));
}

#[tokio::test]
async fn a_download_that_fails_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let files = directory(folder.path(), "a");
    files.put(&key(1), pieces(&content(300_000), 10_000), LIMIT).await.unwrap();
    let (stored, size) = on_disk(folder.path()).pop().unwrap();
    std::fs::File::options().write(true).open(stored).unwrap().set_len(size - 1).unwrap();
    let to = folder.path().join("to");
    assert!(matches!(files.download(&key(1), &to).await, Err(FileError::Tampered)));
    assert!(!to.exists());
}

#[tokio::test]
async fn too_large_or_cut_uploads_store_nothing_and_keep_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let files = directory(folder.path(), "");
    files.put(&key(1), pieces(b"before", 6), LIMIT).await.unwrap();
    let large = content(PART + 2_000_000);
    assert!(matches!(files.put(&key(1), pieces(&large, 99_999), PART as u64 + 1).await, Err(FileError::TooLarge { .. })));
    let cut = pieces(&large, 99_999).chain(stream::iter([Err(io::Error::from(io::ErrorKind::ConnectionReset))]));
    assert!(matches!(files.put(&key(1), cut, LIMIT).await, Err(FileError::Received(_))));
    // The sender is gone in the middle: the future is dropped.
    let stalled = pieces(&large, 99_999).chain(stream::pending());
    let waited = tokio::time::timeout(std::time::Duration::from_millis(500), files.put(&key(1), stalled, LIMIT)).await;
    assert!(waited.is_err());
    for _ in 0..50 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        if on_disk(folder.path()).len() == 1 {
            break;
        }
    }
    assert_eq!(on_disk(folder.path()).len(), 1, "half files are taken away");
    assert_eq!(whole(&files, &key(1)).await.unwrap(), b"before");
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_is_half_stored() {
    for fault in [Fault::FullOnPut, Fault::FullOnPart(1), Fault::FullOnComplete] {
        let store = Arc::new(Failing::new(fault));
        let files = Files::new(store.clone(), ring("a"));
        let length = if fault == Fault::FullOnPut { 1000 } else { 3 * PART };
        let error = files.put(&key(1), pieces(&content(length), 500_000), LIMIT).await.unwrap_err();
        assert!(matches!(error, FileError::Full(_)), "{error:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        assert!(matches!(files.get(&key(1)).await, Err(FileError::NotFound(_))));
        assert_eq!(store.open_uploads(), 0, "{fault:?}: the upload is taken back");
    }
}

#[tokio::test]
async fn a_storage_that_fails_in_the_middle_gives_no_whole_file() {
    for (keys, fault) in [("", Fault::ErrorAfter(100_000)), ("a", Fault::ErrorAfter(100_000))] {
        let files = Files::new(Arc::new(Failing::new(fault)), ring(keys));
        files.put(&key(1), pieces(&content(400_000), 50_000), LIMIT).await.unwrap();
        assert!(matches!(whole(&files, &key(1)).await, Err(FileError::Unavailable(_))), "{keys}");
    }
    for (keys, fault) in [("", Fault::EndAfter(100_000)), ("a", Fault::EndAfter(100_000))] {
        let files = Files::new(Arc::new(Failing::new(fault)), ring(keys));
        files.put(&key(1), pieces(&content(400_000), 50_000), LIMIT).await.unwrap();
        assert!(matches!(whole(&files, &key(1)).await, Err(FileError::Truncated)), "{keys}");
    }
}

#[tokio::test]
async fn a_file_of_another_tenant_can_not_be_put_in_place_of_mine() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let files = Files::new(store.clone(), ring("a"));
    let other = FileKey { organization: OrganizationId(Uuid::from_u128(9)), ..key(1) };
    files.put(&key(1), pieces(b"mine", 4), LIMIT).await.unwrap();
    store.copy(&key(1).path(), &other.path()).await.unwrap();
    assert!(matches!(whole(&files, &other).await, Err(FileError::Tampered)));
    // Nor a plain file in place of an encrypted one.
    store.put(&key(1).path(), PutPayload::from_static(b"slipped in")).await.unwrap();
    assert!(matches!(whole(&files, &key(1)).await, Err(FileError::NotEncrypted)));
}

#[tokio::test]
async fn keys_are_changed_without_losing_files() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let with = |keys: &str| Files::new(store.clone(), ring(keys));
    with("").put(&key(1), pieces(&content(200_000), 30_000), LIMIT).await.unwrap();
    assert!(with("a plain").renew(&key(1)).await.unwrap());
    assert!(!with("a plain").renew(&key(1)).await.unwrap(), "already done");
    assert!(with("b a").renew(&key(1)).await.unwrap());
    assert_eq!(whole(&with("b"), &key(1)).await.unwrap(), content(200_000));
    assert!(matches!(whole(&with("a"), &key(1)).await, Err(FileError::NoKey(name)) if name == "b"));
    assert!(matches!(with("c").renew(&key(1)).await, Err(FileError::NoKey(_))), "nothing is written over what can't be read");
    assert!(with("plain b").renew(&key(1)).await.unwrap());
    assert_eq!(whole(&with(""), &key(1)).await.unwrap(), content(200_000));
}

#[tokio::test]
async fn lists_and_deletions_stay_within_the_tenant() {
    let folder = tempfile::tempdir().unwrap();
    let files = directory(folder.path(), "a");
    let mine = key(1).organization;
    let theirs = FileKey { organization: OrganizationId(Uuid::from_u128(9)), ..key(1) };
    let sent = FileKey { area: Area::Uploads, ..key(7) };
    for key in [key(1), key(2), sent, theirs] {
        files.put(&key, pieces(b"content", 7), LIMIT).await.unwrap();
    }
    // A recording lies in the same folder, and is none of ours.
    let recording = folder.path().join(mine.0.to_string()).join(Uuid::from_u128(3).to_string());
    std::fs::create_dir_all(&recording).unwrap();
    std::fs::write(recording.join("0.log"), "pcm").unwrap();
    let listed: Vec<Listed> = files.list(mine, Some(Area::Documents)).try_collect().await.unwrap();
    let mut keys: Vec<u128> = listed.iter().map(|listed| listed.key.id.as_u128()).collect();
    keys.sort_unstable();
    assert_eq!(keys, [1, 2]);
    assert!(listed.iter().all(|listed| listed.stored_size > 7));
    files.delete(&key(1)).await.unwrap();
    files.delete(&key(1)).await.unwrap();
    assert!(matches!(files.get(&key(1)).await, Err(FileError::NotFound(_))));
    assert_eq!(files.delete_all(mine, None).await.unwrap(), 2);
    assert_eq!(whole(&files, &theirs).await.unwrap(), b"content");
    assert!(recording.join("0.log").exists());
}

#[tokio::test]
async fn a_storage_is_checked_by_using_it() {
    let folder = tempfile::tempdir().unwrap();
    directory(folder.path(), "a").check().await.unwrap();
    assert!(on_disk(folder.path()).is_empty());
    let full = Files::new(Arc::new(Failing::new(Fault::FullOnPut)), KeyRing::default());
    assert!(matches!(full.check().await, Err(FileError::Full(_))));
}

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod moto;

use bytes::Bytes;
use futures::{Stream, TryStreamExt, stream};
use model::OrganizationId;
use ports::files::{FileError, FileKey, Files, KeyRing};

use super::*;
use moto::Moto;

const LIMIT: u64 = 100_000_000;

fn key(number: u8) -> FileKey {
    FileKey::document(organization(1), id(number).parse().unwrap())
}

fn organization(number: u8) -> OrganizationId {
    id(number).parse().unwrap()
}

fn id(number: u8) -> String {
    format!("00000000-0000-0000-0000-0000000000{number:02x}")
}

fn pieces(content: &[u8]) -> impl Stream<Item = std::io::Result<Bytes>> + Send + use<> {
    stream::iter(content.chunks(300_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect::<Vec<_>>())
}

async fn whole(files: &Files, key: &FileKey) -> Result<Vec<u8>, FileError> {
    let pieces: Vec<Bytes> = files.get(key).await?.try_collect().await?;
    Ok(pieces.concat())
}

fn keys() -> KeyRing {
    KeyRing::parse(&"2026:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=".to_owned().into()).unwrap()
}

fn nothing() -> Vec<(OsString, OsString)> {
    Vec::new()
}

#[tokio::test]
async fn a_directory_is_made_and_used() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("file://{}/a/b", folder.path().display());
    let files = Files::new(open_with(&address, None, nothing()).unwrap(), keys());
    files.check().await.unwrap();
    files.put(&key(2), pieces(b"content"), LIMIT).await.unwrap();
    assert!(folder.path().join("a/b").join(key(2).to_string()).is_file());
    assert_eq!(whole(&files, &key(2)).await.unwrap(), b"content");
}

#[test]
fn a_folder_that_can_not_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let error = directory(&folder.path().join("file/x")).err().unwrap();
    assert!(error.to_string().contains("file/x"), "{error}");
}

#[test]
fn addresses_are_checked() {
    for good in ["s3://bucket", "s3://bucket/some/folder", "gs://bucket", "az://container/x", "file:///var/lib/x"] {
        assert_eq!(check_address(good, None), Ok(()), "{good}");
    }
    for bad in ["", "bucket", "/var/lib", "ftp://x/y", "https://x.example/y", "s3://", "file://host/x", "file:///", "s3://bucket?x=1"] {
        assert_eq!(check_address(bad, None), Err(OpenError::Address(bad.to_owned())));
    }
    let error = check_address("s3://ann:SECRET@bucket", None).unwrap_err();
    assert!(error == OpenError::Credentials && !error.to_string().contains("SECRET"));
    assert_eq!(check_address("s3://bucket", Some("http://127.0.0.1:9000")), Ok(()));
    for bad in ["minio:9000", "ftp://minio", "https://"] {
        assert!(matches!(check_address("s3://bucket", Some(bad)), Err(OpenError::Endpoint(_))), "{bad}");
    }
    assert!(matches!(check_address("file:///x", Some("https://minio.example")), Err(OpenError::Endpoint(_))));
    let error = check_address("s3://bucket", Some("https://ann:SECRET@minio.example")).unwrap_err();
    assert!(!error.to_string().contains("SECRET"), "{error}");
}

#[test]
fn missing_credentials_are_said_where_the_vendor_needs_them_at_once() {
    let error = open_with("az://container", None, nothing()).err().unwrap();
    assert!(matches!(&error, OpenError::Settings(words) if words.to_lowercase().contains("account")), "{error}");
}

#[tokio::test]
async fn a_bucket_keeps_what_a_directory_keeps() {
    let Some(moto) = Moto::start().await else { return };
    let store = moto.bucket("closezly", "some/folder").await;
    for keys in [KeyRing::default(), keys()] {
        let files = Files::new(store.clone(), keys);
        files.check().await.unwrap();
        // One request, and one in parts.
        for length in [0, 1000, 20_000_000] {
            let content: Vec<u8> = (0..length).map(|index: usize| (index % 251) as u8).collect();
            let stored = files.put(&key(2), pieces(&content), LIMIT).await.unwrap();
            assert_eq!(stored.size, length as u64);
            assert!(whole(&files, &key(2)).await.unwrap() == content, "{length}");
        }
        files.put(&key(3), pieces(b"other"), LIMIT).await.unwrap();
        let other = FileKey { organization: organization(9), ..key(3) };
        files.put(&other, pieces(b"another tenant's"), LIMIT).await.unwrap();
        assert_eq!(files.list(key(2).organization, None).try_collect::<Vec<_>>().await.unwrap().len(), 2);
        assert_eq!(files.delete_all(key(2).organization, None).await.unwrap(), 2);
        files.delete(&key(2)).await.unwrap();
        assert!(matches!(files.get(&key(2)).await, Err(FileError::NotFound(_))));
        assert_eq!(whole(&files, &other).await.unwrap(), b"another tenant's");
    }
}

#[tokio::test]
async fn an_upload_in_parts_that_breaks_leaves_nothing_in_the_bucket() {
    let Some(moto) = Moto::start().await else { return };
    let files = Files::new(moto.bucket("closezly", "").await, keys());
    let broken = pieces(&vec![7; 20_000_000]).chain_error();
    assert!(matches!(files.put(&key(2), broken, LIMIT).await, Err(FileError::Received(_))));
    for _ in 0..100 {
        if !moto.get("/closezly?uploads").await.contains("<Upload>") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!moto.get("/closezly?uploads").await.contains("<Upload>"), "parts that nobody completes are billed");
    assert!(matches!(files.get(&key(2)).await, Err(FileError::NotFound(_))));
}

#[tokio::test]
async fn a_bucket_that_is_not_there_and_a_server_that_does_not_answer_are_errors() {
    let Some(moto) = Moto::start().await else { return };
    let missing = open_with("s3://no-such-bucket", Some(&moto.url), moto.environment()).unwrap();
    assert!(Files::new(missing, keys()).check().await.is_err());
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dead = open_with("s3://bucket", Some(&format!("http://{nobody}")), moto.environment()).unwrap();
    let error = Files::new(dead, keys()).check().await.unwrap_err();
    assert!(matches!(error, FileError::Unavailable(_)), "{error:?}");
}

/// A stream that fails where it would end.
trait ChainError: Stream<Item = std::io::Result<Bytes>> + Send + Sized {
    fn chain_error(self) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
        futures::StreamExt::chain(self, stream::iter([Err(std::io::ErrorKind::ConnectionReset.into())]))
    }
}

impl<S: Stream<Item = std::io::Result<Bytes>> + Send> ChainError for S {}

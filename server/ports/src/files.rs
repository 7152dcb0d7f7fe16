//! Stored files: bytes under a tenant's key, in a directory or a bucket, encrypted if the configuration holds keys.
//!
//! The port is `object_store`'s own trait (`providers::files` opens the makers); this is what rules work with. Nothing is
//! ever whole in memory: a file goes through in pieces of a few megabytes.

mod cipher;
mod error;
mod key;
mod ring;

use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, TryStreamExt};
use model::OrganizationId;
use object_store::{GetResult, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use cipher::{Opener, Sealer};
pub use error::FileError;
pub use key::{Area, FileKey};
pub use ring::{KeyRing, KeyRingError};

/// What goes to the storage at once. Buckets want at least 5 MiB, and at most 10,000 of them.
const PART: usize = 8 * 1024 * 1024;
const PIECE: usize = 256 * 1024;

/// The stored files of all organizations. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    keys: KeyRing,
}

/// What was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Bytes of the content, whatever it takes in the storage.
    pub size: u64,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
}

/// A file in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: FileKey,
    /// Bytes that it takes in the storage: the encryption's too.
    pub stored_size: u64,
    /// When it was stored.
    pub modified: DateTime<Utc>,
}

/// A file's content, in order. Every piece was checked against tampering, but only the end (`None` without an error before it)
/// says that nothing is missing.
pub type FileStream = BoxStream<'static, Result<Bytes, FileError>>;

impl Files {
    /// Files in this storage, encrypted if there are keys.
    pub fn new(store: Arc<dyn ObjectStore>, keys: KeyRing) -> Self {
        Self { store, keys }
    }

    /// Whether new files are encrypted.
    pub fn encrypts(&self) -> bool {
        self.keys.current_name().is_some()
    }

    /// Stores a file of this computer. Takes the place of what was there.
    ///
    /// # Errors
    /// [`FileError`]; then nothing was stored, and what was there before still is.
    pub async fn put_file(&self, key: &FileKey, path: &Path, limit: u64) -> Result<Stored, FileError> {
        let file = tokio::fs::File::open(path).await.map_err(FileError::Local)?;
        self.put(key, read(file), limit).await
    }

    /// Stores what comes, at most `limit` bytes. Takes the place of what was there, all at once when everything has come.
    ///
    /// # Errors
    /// [`FileError`]; then nothing was stored, and what was there before still is. An error of `content` is
    /// [`FileError::Received`]. The same holds if the future is dropped.
    pub async fn put<S>(&self, key: &FileKey, content: S, limit: u64) -> Result<Stored, FileError>
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send,
    {
        let mut out = BytesMut::new();
        let mut sealer = match self.keys.current() {
            Some((name, secret)) => Some(Sealer::new(name, secret, &key.to_string(), &mut out)?),
            None => None,
        };
        let (mut size, mut hash) = (0_u64, Sha256::new());
        let mut parts = Parts { store: &self.store, key, upload: Upload(None) };
        let mut content = std::pin::pin!(content);
        while let Some(bytes) = content.next().await {
            let bytes = bytes.map_err(FileError::Received)?;
            size += bytes.len() as u64;
            if size > limit {
                return Err(FileError::TooLarge { limit });
            }
            // Whatever comes at once is cut, so that memory stays what it is.
            for piece in bytes.chunks(PIECE) {
                hash.update(piece);
                match &mut sealer {
                    Some(sealer) => sealer.push(piece, &mut out)?,
                    None => out.extend_from_slice(piece),
                }
                if out.len() >= PART {
                    parts.put(out.split_to(PART).freeze()).await?;
                }
            }
        }
        if let Some(sealer) = sealer {
            sealer.finish(&mut out)?;
        }
        parts.finish(out.freeze()).await?;
        Ok(Stored { size, sha256: hash.finalize().into() })
    }

    /// A file's content as it comes.
    ///
    /// # Errors
    /// [`FileError`], now or in the stream.
    pub async fn get(&self, key: &FileKey) -> Result<FileStream, FileError> {
        let found = self.store.get(&key.path()).await?;
        Ok(opened(found, Opener::new(self.keys.clone(), key.to_string())))
    }

    /// Writes a file to this computer, where nothing may be yet: readers want a path.
    ///
    /// # Errors
    /// [`FileError`]; then nothing is left at `path`, and neither if the future is dropped.
    pub async fn download(&self, key: &FileKey, path: &Path) -> Result<u64, FileError> {
        let mut content = self.get(key).await?;
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(path).await.map_err(FileError::of_disk)?;
        let mut half = HalfWritten(Some(path));
        let mut size = 0;
        while let Some(bytes) = content.try_next().await? {
            file.write_all(&bytes).await.map_err(FileError::of_disk)?;
            size += bytes.len() as u64;
        }
        file.flush().await.map_err(FileError::of_disk)?;
        half.0 = None;
        Ok(size)
    }

    /// Deletes a file; one that isn't there is deleted already.
    ///
    /// # Errors
    /// [`FileError`] if the storage doesn't do it.
    pub async fn delete(&self, key: &FileKey) -> Result<(), FileError> {
        match self.store.delete(&key.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes all files of an organization, or those of one area; hands back how many there were.
    ///
    /// # Errors
    /// [`FileError`]; some may be deleted already.
    pub async fn delete_all(&self, organization: OrganizationId, area: Option<Area>) -> Result<u64, FileError> {
        // The list is read to its end first: deleting while listing skips files in some storages.
        let keys: Vec<FileKey> = self.list(organization, area).map_ok(|listed| listed.key).try_collect().await?;
        for key in &keys {
            self.delete(key).await?;
        }
        Ok(keys.len() as u64)
    }

    /// An organization's files, or those of one area, in no order.
    pub fn list(&self, organization: OrganizationId, area: Option<Area>) -> BoxStream<'static, Result<Listed, FileError>> {
        let listed = self.store.list(Some(&key::prefix(organization, area)));
        let ours = |meta: object_store::ObjectMeta| async move {
            let key = FileKey::from_path(&meta.location)?;
            Some(Ok(Listed { key, stored_size: meta.size, modified: meta.last_modified }))
        };
        listed
            .filter_map(move |meta| async move {
                match meta {
                    Ok(meta) => ours(meta).await,
                    Err(error) => Some(Err(error.into())),
                }
            })
            .boxed()
    }

    /// The files of one area of all organizations, in no order. Goes through all that is stored.
    pub fn list_area(&self, area: Area) -> BoxStream<'static, Result<Listed, FileError>> {
        let ours = move |meta: Result<object_store::ObjectMeta, object_store::Error>| {
            std::future::ready(match meta {
                Ok(meta) => FileKey::from_path(&meta.location)
                    .filter(|key| key.area == area)
                    .map(|key| Ok(Listed { key, stored_size: meta.size, modified: meta.last_modified })),
                Err(error) => Some(Err(error.into())),
            })
        };
        self.store.list(None).filter_map(ours).boxed()
    }

    /// Encrypts a file by the current key if it isn't: after a change of keys, before an old one is taken away. Hands back
    /// whether there was something to do.
    ///
    /// # Errors
    /// [`FileError`]; then the file is as it was.
    pub async fn renew(&self, key: &FileKey) -> Result<bool, FileError> {
        let found = self.store.get(&key.path()).await?;
        let size = found.meta.size;
        let mut start = BytesMut::new();
        let mut stored = found.into_stream();
        while (start.len() as u64) < size.min(cipher::NAMED_WITHIN) {
            let Some(bytes) = stored.try_next().await? else { break };
            start.extend_from_slice(&bytes);
        }
        drop(stored);
        if cipher::key_name(&start).as_deref() == self.keys.current_name() {
            return Ok(false);
        }
        let content = self.get(key).await?.map_err(std::io::Error::other);
        self.put(key, content, u64::MAX).await.map_err(|error| match error {
            // What could not be opened is its own error, not one of a sender.
            FileError::Received(error) => match error.downcast::<FileError>() {
                Ok(error) => error,
                Err(error) => FileError::Received(error),
            },
            error => error,
        })?;
        Ok(true)
    }

    /// Stores, reads and deletes a small file: whether all of it works. The storage is asked for as long as its retries take;
    /// whoever can't wait sets a time.
    ///
    /// # Errors
    /// [`FileError`] as the storage says it.
    pub async fn check(&self) -> Result<(), FileError> {
        let mut content = [0; 32];
        aws_lc_rs::rand::fill(&mut content).map_err(|_| FileError::Local(std::io::Error::other("no random bytes")))?;
        let name: String = content.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let path = object_store::path::Path::from_iter(["check", name.as_str()]);
        self.store.put(&path, PutPayload::from(Bytes::copy_from_slice(&content))).await?;
        let read = async { self.store.get(&path).await?.bytes().await }.await;
        self.store.delete(&path).await?;
        if read?.as_ref() == content { Ok(()) } else { Err(FileError::Tampered) }
    }
}

/// Puts a file together in the storage: in one request if it is small.
struct Parts<'a> {
    store: &'a Arc<dyn ObjectStore>,
    key: &'a FileKey,
    upload: Upload,
}

impl Parts<'_> {
    async fn put(&mut self, part: Bytes) -> Result<(), FileError> {
        let upload = match &mut self.upload.0 {
            Some(upload) => upload,
            none => none.insert(self.store.put_multipart(&self.key.path()).await?),
        };
        Ok(upload.put_part(part.into()).await?)
    }

    async fn finish(mut self, last: Bytes) -> Result<(), FileError> {
        if self.upload.0.is_none() {
            self.store.put(&self.key.path(), last.into()).await?;
            return Ok(());
        }
        if !last.is_empty() {
            self.put(last).await?;
        }
        if let Some(upload) = &mut self.upload.0 {
            upload.complete().await?;
        }
        self.upload.0 = None;
        Ok(())
    }
}

/// An upload that is taken back unless it was completed: buckets keep (and bill) parts that nobody completes.
struct Upload(Option<Box<dyn MultipartUpload>>);

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(mut upload) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move {
                if let Err(error) = upload.abort().await {
                    tracing::warn!(%error, "an upload could not be taken back");
                }
            });
        }
    }
}

/// Removes what was written if it isn't whole.
struct HalfWritten<'a>(Option<&'a Path>);

impl Drop for HalfWritten<'_> {
    fn drop(&mut self) {
        if let Some(path) = self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn read(file: tokio::fs::File) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    futures::stream::try_unfold(file, |mut file| async move {
        let mut piece = BytesMut::with_capacity(PIECE);
        let read = tokio::io::AsyncReadExt::read_buf(&mut file, &mut piece).await?;
        Ok((read > 0).then(|| (piece.freeze(), file)))
    })
}

fn opened(found: GetResult, opener: Opener) -> FileStream {
    let (expected, stored) = (found.meta.size, found.into_stream());
    let start = (stored, Some(opener), 0_u64);
    futures::stream::try_unfold(start, move |(mut stored, mut opener, mut seen)| async move {
        let Some(mut opening) = opener.take() else { return Ok(None) };
        let mut out = BytesMut::new();
        while let Some(bytes) = stored.try_next().await? {
            seen += bytes.len() as u64;
            opening.push(&bytes, &mut out)?;
            if !out.is_empty() {
                return Ok(Some((out.freeze(), (stored, Some(opening), seen))));
            }
        }
        if seen < expected {
            return Err(FileError::Truncated);
        }
        opening.finish(&mut out)?;
        Ok((!out.is_empty()).then(|| (out.freeze(), (stored, None, seen))))
    })
    .boxed()
}

#[cfg(test)]
mod tests;

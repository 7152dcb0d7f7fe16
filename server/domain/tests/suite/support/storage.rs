//! A storage that several servers share, with moods.

use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions,
    PutPayload, PutResult, Result,
};

/// How a storage is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    /// Takes so many more files, then none.
    Takes(u32),
    /// Takes files, and breaks the connection before it says so.
    LosesAnswers,
}

/// A folder as a storage, and its mood, which all servers see.
#[derive(Clone, Debug)]
pub struct Moody {
    inner: Arc<LocalFileSystem>,
    mood: Arc<Mutex<Mood>>,
}

impl Moody {
    pub(super) fn new(folder: &std::path::Path, mood: Arc<Mutex<Mood>>) -> Self {
        Self { inner: Arc::new(LocalFileSystem::new_with_prefix(folder).unwrap()), mood }
    }
}

fn failure() -> Error {
    Error::Generic { store: "moody", source: std::io::Error::from(std::io::ErrorKind::ConnectionReset).into() }
}

impl fmt::Display for Moody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("moody")
    }
}

#[async_trait]
impl ObjectStore for Moody {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let mood = {
            let mut mood = self.mood.lock().unwrap();
            let now = *mood;
            if let Mood::Takes(more) = &mut *mood {
                *more = more.saturating_sub(1);
            }
            now
        };
        if mood == Mood::Takes(0) {
            return Err(failure());
        }
        let stored = self.inner.put_opts(location, payload, opts).await;
        if mood == Mood::LosesAnswers { Err(failure()) } else { stored }
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

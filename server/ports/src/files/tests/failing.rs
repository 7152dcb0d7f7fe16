use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result, UploadPart,
};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    FullOnPut,
    /// When so many parts are there.
    FullOnPart(usize),
    FullOnComplete,
    /// Reading fails after so many bytes.
    ErrorAfter(usize),
    /// Reading just ends after so many bytes.
    EndAfter(usize),
}

/// A storage in memory in which one thing goes wrong.
#[derive(Debug)]
pub struct Failing {
    inner: InMemory,
    fault: Fault,
    open: Arc<AtomicUsize>,
}

impl Failing {
    pub fn new(fault: Fault) -> Self {
        Self { inner: InMemory::new(), fault, open: Arc::default() }
    }

    /// Uploads that were neither completed nor taken back.
    pub fn open_uploads(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

fn failure(kind: std::io::ErrorKind) -> Error {
    Error::Generic { store: "failing", source: std::io::Error::from(kind).into() }
}

fn full() -> Error {
    failure(std::io::ErrorKind::StorageFull)
}

impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failing")
    }
}

#[async_trait]
impl ObjectStore for Failing {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        if self.fault == Fault::FullOnPut {
            return Err(full());
        }
        self.inner.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.open.fetch_add(1, Ordering::SeqCst);
        let inner = self.inner.put_multipart_opts(location, opts).await?;
        Ok(Box::new(FailingUpload { inner, fault: self.fault, parts: 0, open: self.open.clone() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let mut found = self.inner.get_opts(location, options).await?;
        let (Fault::ErrorAfter(after) | Fault::EndAfter(after)) = self.fault else { return Ok(found) };
        let error = matches!(self.fault, Fault::ErrorAfter(_)).then(|| Err(failure(std::io::ErrorKind::ConnectionReset)));
        let whole = match found.payload {
            GetResultPayload::Stream(stream) => stream.map(Result::unwrap).collect::<Vec<Bytes>>().await.concat(),
            GetResultPayload::File(..) => unreachable!("it is in memory"),
        };
        let pieces: Vec<Result<Bytes>> = whole[..after].chunks(7000).map(|piece| Ok(Bytes::copy_from_slice(piece))).chain(error).collect();
        found.payload = GetResultPayload::Stream(futures::stream::iter(pieces).boxed());
        Ok(found)
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

#[derive(Debug)]
struct FailingUpload {
    inner: Box<dyn MultipartUpload>,
    fault: Fault,
    parts: usize,
    open: Arc<AtomicUsize>,
}

#[async_trait]
impl MultipartUpload for FailingUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        if self.fault == Fault::FullOnPart(self.parts) {
            return Box::pin(async { Err(full()) });
        }
        self.parts += 1;
        self.inner.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        if self.fault == Fault::FullOnComplete {
            return Err(full());
        }
        self.open.fetch_sub(1, Ordering::SeqCst);
        self.inner.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.open.fetch_sub(1, Ordering::SeqCst);
        self.inner.abort().await
    }
}

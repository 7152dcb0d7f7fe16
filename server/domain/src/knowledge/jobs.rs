//! What is done about documents later.

use kernel::{Job, JobContext, Queue, Result, Tx};
use model::{DocumentId, UploadId, WebsiteId};
use serde::{Deserialize, Serialize};

use super::{anew, deletion, documents, embed, ingest, uploads, websites};

const INGEST: Queue = Queue { name: "knowledge.ingest", workers: 2 };
/// Nobody waits for it: a website is visited a page a second.
const UPKEEP: Queue = Queue { name: "knowledge.upkeep", workers: 2 };
/// What nobody may see any more waits for nothing.
const ERASURE: Queue = Queue { name: "knowledge.erasure", workers: 1 };

/// Reads a document and lets it answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ingest {
    pub(super) document: DocumentId,
}

impl Job for Ingest {
    const KIND: &'static str = "knowledge.ingest";
    const QUEUE: Queue = INGEST;
    const MAX_ATTEMPTS: u32 = 8;

    fn subject(&self) -> String {
        self.document.to_string()
    }

    async fn run(self, context: JobContext) -> Result<()> {
        ingest::run(&context.kernel, context.organization()?, self.document, &context.lease).await
    }
}

/// A document whose reading is given up has failed.
pub(super) async fn died(tx: &mut Tx, job: &store::Job) -> Result<()> {
    let document = (job.kind == Ingest::KIND).then(|| job.subject.parse().ok()).flatten();
    match (job.organization_id, document) {
        (Some(organization), Some(document)) => ingest::gave_up(tx, organization, document).await,
        _ => Ok(()),
    }
}

/// Embeds what a model has not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Embed {}

impl Job for Embed {
    const KIND: &'static str = "knowledge.embed";
    const QUEUE: Queue = UPKEEP;
    // A provider that fails is asked again for a day or so.
    const MAX_ATTEMPTS: u32 = 30;

    fn deduplication(&self) -> Option<String> {
        Some("all".to_owned())
    }

    async fn run(self, context: JobContext) -> Result<()> {
        embed::organization(&context.kernel, context.organization()?).await
    }
}

/// Indexes words anew that an older release's stemmer had indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct IndexAnew {}

impl Job for IndexAnew {
    const KIND: &'static str = "knowledge.index_anew";
    const QUEUE: Queue = UPKEEP;

    fn deduplication(&self) -> Option<String> {
        Some("all".to_owned())
    }

    async fn run(self, context: JobContext) -> Result<()> {
        anew::organization(&context.kernel, context.organization()?).await
    }
}

/// Visits a website.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct VisitWebsite {
    pub(super) website: WebsiteId,
}

impl Job for VisitWebsite {
    const KIND: &'static str = "knowledge.visit";
    const QUEUE: Queue = UPKEEP;
    const MAX_ATTEMPTS: u32 = 3;

    fn subject(&self) -> String {
        self.website.to_string()
    }

    async fn run(self, context: JobContext) -> Result<()> {
        websites::visit(&context.kernel, context.organization()?, self.website).await
    }
}

/// Deletes a deleted document for good, once it can't be brought back any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EraseDocument {
    pub(super) document: DocumentId,
}

impl Job for EraseDocument {
    const KIND: &'static str = "knowledge.erase";
    /// Not behind a website's visit: what is deleted is gone when that was said.
    const QUEUE: Queue = ERASURE;
    const MAX_ATTEMPTS: u32 = 20;

    fn subject(&self) -> String {
        self.document.to_string()
    }

    async fn run(self, context: JobContext) -> Result<()> {
        deletion::erase(&context.kernel, context.organization()?, self.document).await
    }
}

/// Deletes files of deleted documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DeleteFiles {
    pub(super) files: Vec<String>,
}

impl Job for DeleteFiles {
    const KIND: &'static str = "knowledge.delete_files";
    const QUEUE: Queue = UPKEEP;
    const MAX_ATTEMPTS: u32 = 20;

    async fn run(self, context: JobContext) -> Result<()> {
        documents::delete_files(&context.kernel, context.organization()?, &self.files).await
    }
}

/// Deletes what has come of an upload that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DeleteUpload {
    pub(super) upload: UploadId,
}

impl Job for DeleteUpload {
    const KIND: &'static str = "knowledge.delete_upload";
    const QUEUE: Queue = UPKEEP;
    const MAX_ATTEMPTS: u32 = 20;

    fn subject(&self) -> String {
        self.upload.to_string()
    }

    async fn run(self, context: JobContext) -> Result<()> {
        uploads::delete_forgotten(&context.kernel, context.organization()?, self.upload).await
    }
}

/// Removes uploads that nobody goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ExpireUploads;

impl Job for ExpireUploads {
    const KIND: &'static str = "knowledge.expire_uploads";
    const QUEUE: Queue = UPKEEP;
    const MAX_ATTEMPTS: u32 = 1;

    async fn run(self, context: JobContext) -> Result<()> {
        uploads::expire(&context.kernel).await
    }
}

/// Starts visits to websites that are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct VisitDue;

impl Job for VisitDue {
    const KIND: &'static str = "knowledge.visit_due";
    const QUEUE: Queue = UPKEEP;
    const MAX_ATTEMPTS: u32 = 1;

    async fn run(self, context: JobContext) -> Result<()> {
        websites::start_due(&context.kernel).await
    }
}

//! A document's way from its file to passages that answer: the job `knowledge.ingest`.
//!
//! Reading happens beside the document that answers until now. As soon as the passages are stored they answer by their words; when
//! the model has seen them, by their meaning too, and the document is ready. Each step can be done again after a crash.

use model::{Document, DocumentId, DocumentSource, DocumentState, OrganizationId};
use store::NewJob;
use store::knowledge::{Description, StoredFile};

use super::documents::{TITLE, key};
use super::embed;
use super::jobs;
use super::uploads::Temporary;
use crate::knowledge::{KnowledgeKernel as _, Remembering as _};
use kernel::Kernel;
use kernel::{Actor, Job as _, Lease};
use kernel::{DomainError, Result};
use ports::files::FileError;
use ports::{ReadDocument, ReadError};

/// Passages that are stored in one transaction: calls write in between.
const AT_ONCE: usize = 200;

/// The work that reads a document's current version.
///
/// # Errors
/// Never in practice: its payload is an id.
pub(super) fn job(services: &Kernel, organization: OrganizationId, document: DocumentId) -> Result<NewJob> {
    jobs::Ingest { document }.stored(Some(organization), services.now())
}

/// Lets a document that waits for a person go its way again.
pub(super) async fn start_again(services: &Kernel, organization: OrganizationId, document: &Document) -> Result<()> {
    let store = services.store();
    if !store.move_document(organization, document.id, document.version, DocumentState::Waiting, "").await? {
        return Err(DomainError::no_such("document"));
    }
    let mut tx = services.begin(&Actor::system(organization, "a document goes its way again")).await?;
    tx.enqueue(&jobs::Ingest { document: document.id }).await?;
    tx.commit().await
}

/// Reads, splits and embeds a document. Its own failures are the document's state; an error is one that may pass.
///
/// # Errors
/// Whatever may help to try again: the database, the storage, the embedding provider.
pub(crate) async fn run(services: &Kernel, organization: OrganizationId, id: DocumentId, lease: &Lease) -> Result<()> {
    let store = services.store();
    // Two versions that come soon after one another are two jobs, and both would read the second one.
    let turn = services.knowledge_memory().turn(id);
    let _turn = turn.lock().await;
    let Some(stored) = store.document_file(organization, id, None).await? else { return Ok(()) };
    if matches!(stored.state, DocumentState::Ready | DocumentState::Failed | DocumentState::Locked | DocumentState::Review) {
        return Ok(());
    }
    let done = if stored.ready_version == stored.version { Ok(true) } else { read_and_publish(services, organization, id, &stored).await };
    match done {
        Ok(false) => {
            // Another server may have read the same version, and moved it on before this one moved it back.
            let now = store.document_file(organization, id, None).await?;
            let left_behind = |now: &StoredFile| {
                now.version == stored.version
                    && now.ready_version == now.version
                    && matches!(now.state, DocumentState::Reading | DocumentState::Indexing)
            };
            if !now.as_ref().is_some_and(left_behind) {
                return Ok(());
            }
        }
        Ok(true) => {}
        Err(error) => {
            // The last attempt says it to the person; those before are tried again.
            if lease.last_attempt {
                let sentence = error.into_problem().message;
                store.move_document(organization, id, stored.version, DocumentState::Failed, &sentence).await?;
                return Ok(());
            }
            return Err(error);
        }
    }
    match embed::document(services, organization, id).await {
        Ok(()) => {}
        // It answers by its words: the provider is tried again for it with everything else that waits.
        Err(error) => {
            tracing::warn!(document = %id, %error, "a document is not embedded yet");
            embed::enqueue(services, organization).await?;
        }
    }
    store.move_document(organization, id, stored.version, DocumentState::Ready, "").await?;
    Ok(())
}

/// Hands back whether the version answers now.
async fn read_and_publish(services: &Kernel, organization: OrganizationId, id: DocumentId, stored: &StoredFile) -> Result<bool> {
    let store = services.store();
    if !store.move_document(organization, id, stored.version, DocumentState::Reading, "").await? {
        return Ok(false);
    }
    let read = match read(services, organization, id, stored).await? {
        Ok(read) => read,
        Err(error) if error.is_retryable() => return Err(DomainError::Internal(error.to_string())),
        Err(error) => {
            let state = match error {
                ReadError::PasswordNeeded | ReadError::PasswordWrong => DocumentState::Locked,
                _ => DocumentState::Failed,
            };
            store.move_document(organization, id, stored.version, state, &error.to_string()).await?;
            return Ok(false);
        }
    };
    store.move_document(organization, id, stored.version, DocumentState::Indexing, "").await?;
    // A title that a person gave stays.
    let titled = stored.source == DocumentSource::Text || stored.source == DocumentSource::Sample || stored.version > 1;
    let title = TITLE.parse(&read.title).ok().filter(|_| !titled);
    let description =
        Description { format: read.format, title, language: read.language, places: i64::from(read.places), notes: read.notes };
    if !store.describe_document(organization, id, stored.version, &description).await?
        || !store.begin_passages(organization, id, stored.version).await?
    {
        return Ok(false);
    }
    for passages in read.passages.chunks(AT_ONCE) {
        if !store.add_passages(organization, id, stored.version, passages).await? {
            return Ok(false);
        }
        tokio::task::yield_now().await;
    }
    let published = store.publish_passages(organization, id, stored.version, DocumentState::Indexing).await?;
    services.knowledge_memory().forget(organization);
    Ok(published)
}

/// The outer error may pass, the inner one is the document's.
async fn read(
    services: &Kernel,
    organization: OrganizationId,
    id: DocumentId,
    stored: &StoredFile,
) -> Result<Result<ReadDocument, ReadError>> {
    let copy = Temporary(services.knowledge_folder().join("reading").join(services.uuid().to_string()));
    if let Some(folder) = copy.0.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(FileError::Local)?;
    }
    services.knowledge().files.download(&key(organization, stored)?, &copy.0).await?;
    let password = services.knowledge_memory().take_password(id);
    Ok(services.knowledge().reader.read(&copy.0, &stored.file_name, password.as_ref()).await)
}

/// Removes what a server that was killed has left of files that it read.
pub(crate) async fn tidy(services: &Kernel) {
    let folder = services.knowledge_folder().join("reading");
    match tokio::fs::remove_dir_all(&folder).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => tracing::warn!(%error, "old copies could not be removed"),
        _ => {}
    }
}

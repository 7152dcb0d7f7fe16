//! A document's way from its file to passages that answer: the job `knowledge.ingest`.
//!
//! Reading happens beside the document that answers until now. As soon as the passages are stored they answer by their words; when
//! the model has seen them, by their meaning too, and the document is ready. Each step can be done again after a crash.

use model::{Document, DocumentId, DocumentSource, DocumentState, OrganizationId};
use serde_json::json;
use store::knowledge::{self as kept, Description, StoredFile};

use super::documents::{TITLE, key};
use super::uploads::Temporary;
use super::{embed, events, jobs, system};
use crate::knowledge::{KnowledgeKernel as _, Remembering as _};
use kernel::Kernel;
use kernel::{Actor, Lease, Tx};
use kernel::{DomainError, Result};
use ports::files::FileError;
use ports::{ReadDocument, ReadError};

/// Passages that are stored in one transaction: calls write in between.
const AT_ONCE: usize = 200;

/// Lets a document that waits for a person go its way again; `action` is what the person did, for the audit log.
pub(super) async fn start_again(kernel: &Kernel, actor: &Actor, document: &Document, action: &str) -> Result<()> {
    let (organization, id) = (actor.organization, document.id);
    let mut tx = kernel.begin(actor).await?;
    if !kept::move_document(&mut tx, organization, id, document.version, DocumentState::Waiting, "").await? {
        return Err(DomainError::no_such("document"));
    }
    tx.enqueue(&jobs::Ingest { document: id }).await?;
    tx.audit(action, id, json!({ "version": document.version })).await?;
    events::progressed(&mut tx, organization, id).await?;
    tx.commit().await
}

/// Says how far a version of a document is, and tells it. False if the document is gone or has another version by now.
async fn move_on(
    kernel: &Kernel,
    organization: OrganizationId,
    id: DocumentId,
    version: i64,
    state: DocumentState,
    problem: &str,
) -> Result<bool> {
    let mut tx = kernel.begin(&system(organization)).await?;
    if !kept::move_document(&mut tx, organization, id, version, state, problem).await? {
        return Ok(false);
    }
    events::progressed(&mut tx, organization, id).await?;
    tx.commit().await?;
    Ok(true)
}

/// What a person reads of a document whose reading was given up, or took the server down each time.
const GAVE_UP: &str = "This document could not be read: the server stopped each time it tried. Try again, or give it in smaller parts.";

/// A document that nobody works at any more has failed: it doesn't wait for ever.
pub(super) async fn gave_up(tx: &mut Tx, organization: OrganizationId, id: DocumentId) -> Result<()> {
    if kept::fail_unread(tx, organization, id, GAVE_UP).await? {
        events::progressed(tx, organization, id).await?;
    }
    Ok(())
}

/// Reads, splits and embeds a document. Its own failures are the document's state; an error is one that may pass.
///
/// # Errors
/// Whatever may help to try again: the database, the storage, the embedding provider.
pub(crate) async fn run(kernel: &Kernel, organization: OrganizationId, id: DocumentId, lease: &Lease) -> Result<()> {
    let store = kernel.store();
    // Two versions that come soon after one another are two jobs, and both would read the second one.
    let turn = kernel.knowledge_cache().turn(id);
    let _turn = turn.lock().await;
    let Some(stored) = store.document_file(organization, id, None).await? else { return Ok(()) };
    if matches!(stored.state, DocumentState::Ready | DocumentState::Failed | DocumentState::Locked | DocumentState::Review) {
        return Ok(());
    }
    let done = if stored.ready_version == stored.version { Ok(true) } else { read_and_publish(kernel, organization, id, &stored).await };
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
                move_on(kernel, organization, id, stored.version, DocumentState::Failed, &sentence).await?;
                return Ok(());
            }
            return Err(error);
        }
    }
    match embed::document(kernel, organization, id).await {
        Ok(()) => {}
        // It answers by its words: the provider is tried again for it with everything else that waits.
        Err(error) => {
            tracing::warn!(document = %id, %error, "a document is not embedded yet");
            embed::enqueue(kernel, organization).await?;
        }
    }
    move_on(kernel, organization, id, stored.version, DocumentState::Ready, "").await?;
    Ok(())
}

/// Hands back whether the version answers now.
async fn read_and_publish(kernel: &Kernel, organization: OrganizationId, id: DocumentId, stored: &StoredFile) -> Result<bool> {
    let store = kernel.store();
    if !move_on(kernel, organization, id, stored.version, DocumentState::Reading, "").await? {
        return Ok(false);
    }
    let read = match read(kernel, organization, id, stored).await? {
        Ok(read) => read,
        Err(error) if error.is_retryable() => return Err(DomainError::Internal(error.to_string())),
        Err(error) => {
            let state = match error {
                ReadError::PasswordNeeded | ReadError::PasswordWrong => DocumentState::Locked,
                _ => DocumentState::Failed,
            };
            move_on(kernel, organization, id, stored.version, state, &error.to_string()).await?;
            return Ok(false);
        }
    };
    move_on(kernel, organization, id, stored.version, DocumentState::Indexing, "").await?;
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
    let mut tx = kernel.begin(&system(organization)).await?;
    let published = kept::publish_passages(&mut tx, organization, id, stored.version, DocumentState::Indexing).await?;
    if published {
        events::progressed(&mut tx, organization, id).await?;
        tx.commit().await?;
    }
    kernel.knowledge_cache().forget(organization);
    Ok(published)
}

/// The outer error may pass, the inner one is the document's.
async fn read(
    kernel: &Kernel,
    organization: OrganizationId,
    id: DocumentId,
    stored: &StoredFile,
) -> Result<Result<ReadDocument, ReadError>> {
    let copy = Temporary(kernel.knowledge_folder().join("reading").join(kernel.uuid().to_string()));
    if let Some(folder) = copy.0.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(FileError::Local)?;
    }
    kernel.knowledge().files.download(&key(organization, stored)?, &copy.0).await?;
    let password = kernel.knowledge_cache().take_password(id);
    Ok(kernel.knowledge().reader.read(&copy.0, &stored.file_name, password.as_ref()).await)
}

/// Removes what a server that was killed has left of files that it read.
pub(crate) async fn tidy(kernel: &Kernel) {
    let folder = kernel.knowledge_folder().join("reading");
    match tokio::fs::remove_dir_all(&folder).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => tracing::warn!(%error, "old copies could not be removed"),
        _ => {}
    }
}

//! Documents: listed, read, changed, unlocked, tried again.

use model::validation::Line;
use model::{
    Binding, BindingKind, Code, Document, DocumentChange, DocumentDetail, DocumentFilter, DocumentId, DocumentState, DocumentUse,
    OrganizationId, Page, Passage, Problem,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::knowledge::{self as kept, DocumentPatch, Removed, StoredFile};

use super::{MAX_PAGE, SEE_USES, events, ingest, jobs, model_name, readable, require_editor};
use crate::knowledge::{KnowledgeKernel as _, Remembering as _};
use kernel::Actor;
use kernel::Kernel;
use kernel::{DomainError, Result, Tx};
use ports::files::{FileKey, FileStream};

pub(super) const TITLE: Line = Line { field: "title", label: "The title", min: 1, max: 200 };
const TAG: Line = Line { field: "tags", label: "A tag", min: 1, max: 40 };
pub(super) const WORDS: Line = Line { field: "words", label: "The search", min: 0, max: 200 };
const BOUND: Line = Line { field: "bindings", label: "What it is bound to", min: 1, max: 120 };
const MAX_TAGS: usize = 20;
const MAX_BINDINGS: usize = 50;
/// Longer ones are none, and hashing them would cost time.
const MAX_PASSWORD: usize = 1_000;

/// The file of a document's version, to be sent.
pub struct DocumentFile {
    /// Its name without folders.
    pub name: String,
    /// Bytes of its content.
    pub bytes: u64,
    /// Its content.
    pub content: FileStream,
}

/// Documents that the caller may read, newest first.
///
/// # Errors
/// `invalid` for words or a cursor that are none; `forbidden` for guests.
pub async fn documents(kernel: &Kernel, actor: &Actor, filter: DocumentFilter, cursor: Option<&str>, limit: u32) -> Result<Page<Document>> {
    let access = readable(actor)?;
    let filter = DocumentFilter { words: WORDS.parse(&filter.words)?, ..filter };
    let model = model_name(kernel);
    let page = kernel.store().documents(actor.organization, access, model, &filter, cursor, limit.clamp(1, MAX_PAGE)).await;
    page.map_err(bad_cursor)
}

/// One document with its steps, history and bindings.
///
/// # Errors
/// `not_found`, also for what the caller may not read.
pub async fn document(kernel: &Kernel, actor: &Actor, id: DocumentId) -> Result<DocumentDetail> {
    let document = find(kernel, actor, id).await?;
    let (store, organization) = (kernel.store(), actor.organization);
    let collection = store.collection(organization, document.collection_id).await?;
    let steps = model::steps(&document, !model_name(kernel).is_empty());
    Ok(DocumentDetail {
        collection: collection.ok_or_else(no_such)?,
        steps,
        history: store.document_history(organization, id).await?,
        bindings: store.document_bindings(organization, id).await?,
        document,
    })
}

/// What was extracted of a document, in reading order. A cursor is the number of the passage before.
///
/// # Errors
/// `not_found`; `invalid` for a cursor that is none.
pub async fn passages(kernel: &Kernel, actor: &Actor, id: DocumentId, cursor: Option<&str>, limit: u32) -> Result<Page<Passage>> {
    find(kernel, actor, id).await?;
    kernel.store().passages(actor.organization, id, cursor, limit.clamp(1, MAX_PAGE)).await.map_err(bad_cursor)
}

/// In which calls and answers a document was used, newest first. Below managers those of the own calls and questions only: what
/// customers said to others is nobody's business; how often it was in all stands in the document.
///
/// # Errors
/// `not_found`; `invalid` for a cursor that is none.
pub async fn uses(kernel: &Kernel, actor: &Actor, id: DocumentId, cursor: Option<&str>, limit: u32) -> Result<Page<DocumentUse>> {
    find(kernel, actor, id).await?;
    let of = (!actor.may(SEE_USES)).then_some(actor.member()?.id);
    kernel.store().document_uses(actor.organization, id, of, cursor, limit.clamp(1, MAX_PAGE)).await.map_err(bad_cursor)
}

/// The file of a document, of its current version or of another.
///
/// # Errors
/// `not_found`; what the storage says.
pub async fn file(kernel: &Kernel, actor: &Actor, id: DocumentId, version: Option<i64>) -> Result<DocumentFile> {
    find(kernel, actor, id).await?;
    let stored = kernel.store().document_file(actor.organization, id, version).await?.ok_or_else(no_such)?;
    let content = kernel.knowledge().files.get(&key(actor.organization, &stored)?).await?;
    Ok(DocumentFile { name: stored.file_name, bytes: u64::try_from(stored.bytes).unwrap_or(0), content })
}

/// Changes a document's title, tags, collection or bindings.
///
/// # Errors
/// `invalid` with the field; `not_found`; `forbidden` below admins.
pub async fn edit(kernel: &Kernel, actor: &Actor, id: DocumentId, change: DocumentChange) -> Result<DocumentDetail> {
    require_editor(actor)?;
    find(kernel, actor, id).await?;
    let title = change.title.map(|title| TITLE.parse(&title)).transpose()?;
    let tags = change.tags.map(|tags| self::tags(&tags)).transpose()?;
    let bindings = match change.bindings {
        Some(typed) => Some(bindings(kernel, actor, id, typed).await?),
        None => None,
    };
    if let Some(collection) = change.collection {
        let known = kernel.store().collection(actor.organization, collection).await?;
        known.ok_or_else(|| DomainError::no_such("collection"))?;
    }
    let patch = DocumentPatch { title, tags, collection: change.collection };
    let changed = json!({
        "title": patch.title.is_some(),
        "tags": patch.tags.is_some(),
        "collection": patch.collection,
        "bindings": bindings.is_some()
    });
    let mut tx = kernel.begin(actor).await?;
    let (before, _) = kept::standing(&mut tx, actor.organization, id).await?.ok_or_else(no_such)?;
    if !kept::edit_document(&mut tx, actor.organization, id, &patch).await? {
        return Err(no_such());
    }
    if let Some(bindings) = bindings {
        kept::set_bindings(&mut tx, actor.organization, id, &bindings).await?;
    }
    tx.audit("knowledge.document_edited", id, changed).await?;
    events::updated(&mut tx, actor.organization, id, before).await?;
    tx.commit().await?;
    kernel.knowledge_cache().forget(actor.organization);
    document(kernel, actor, id).await
}

/// Gives an encrypted document's password. It is kept in memory only, and only until the document is read.
///
/// # Errors
/// `conflict` if the document waits for no password; `invalid`; `not_found`; `forbidden` below admins.
pub async fn unlock(kernel: &Kernel, actor: &Actor, id: DocumentId, password: SecretString) -> Result<()> {
    require_editor(actor)?;
    let typed = password.expose_secret();
    if typed.is_empty() {
        return Err(Problem::of_field("password", "The password is missing.").into());
    }
    if typed.len() > MAX_PASSWORD {
        return Err(Problem::of_field("password", "That is too long to be a password.").into());
    }
    let document = find(kernel, actor, id).await?;
    if document.state != DocumentState::Locked {
        return Err(DomainError::new(Code::Conflict, "This document waits for no password."));
    }
    kernel.knowledge_cache().keep_password(id, password);
    ingest::start_again(kernel, actor, &document, "knowledge.document_unlocked").await
}

/// Reads a failed document again.
///
/// # Errors
/// `conflict` if it has not failed; `not_found`; `forbidden` below admins.
pub async fn retry(kernel: &Kernel, actor: &Actor, id: DocumentId) -> Result<()> {
    require_editor(actor)?;
    let document = find(kernel, actor, id).await?;
    if document.state != DocumentState::Failed {
        return Err(DomainError::new(Code::Conflict, "Only a document that failed can be tried again."));
    }
    ingest::start_again(kernel, actor, &document, "knowledge.document_retried").await
}

/// Lets a page count that was fetched from a website.
///
/// # Errors
/// `conflict` if it waits for nobody's word; `not_found`; `forbidden` below admins.
pub async fn accept(kernel: &Kernel, actor: &Actor, id: DocumentId) -> Result<()> {
    require_editor(actor)?;
    let document = find(kernel, actor, id).await?;
    if document.state != DocumentState::Review {
        return Err(DomainError::new(Code::Conflict, "This document doesn't wait to be accepted."));
    }
    ingest::start_again(kernel, actor, &document, "knowledge.document_accepted").await
}

/// A document that the caller may read.
pub(super) async fn find(kernel: &Kernel, actor: &Actor, id: DocumentId) -> Result<Document> {
    let access = readable(actor)?;
    kernel.store().document(actor.organization, access, model_name(kernel), id).await?.ok_or_else(no_such)
}

/// Where a version's bytes are.
pub(super) fn key(organization: OrganizationId, stored: &StoredFile) -> Result<FileKey> {
    let id = stored.object_key.parse().map_err(|_| DomainError::Internal(format!("“{}” is no object key", stored.object_key)))?;
    Ok(FileKey::document(organization, id))
}

/// What has to be done and told with the deletion of documents' rows: a file storage that can't be reached now is asked again.
pub(super) async fn let_go(tx: &mut Tx, removed: &Removed) -> Result<()> {
    if !removed.keys.is_empty() {
        // A moment later: mostly the files are gone by then, and nothing is left to do.
        let run_at = tx.at() + chrono::TimeDelta::seconds(30);
        tx.enqueue_at(&jobs::DeleteFiles { files: removed.keys.clone() }, run_at).await?;
    }
    events::deleted(tx, removed).await
}

/// Deletes files now, and all that is remembered of what they said; what fails is left to the job.
pub(super) async fn forget_files(kernel: &Kernel, organization: OrganizationId, keys: &[String]) {
    kernel.knowledge_cache().forget(organization);
    if let Err(error) = delete_files(kernel, organization, keys).await {
        tracing::warn!(error = %error.into_problem(), "files could not be deleted yet");
    }
}

/// Deletes the files of these object keys; those that are gone already are deleted. One that can't be deleted keeps no other.
pub(crate) async fn delete_files(kernel: &Kernel, organization: OrganizationId, keys: &[String]) -> Result<()> {
    let mut all = Ok(());
    for key in keys {
        all = all.and(delete_file(kernel, organization, key).await);
    }
    all
}

async fn delete_file(kernel: &Kernel, organization: OrganizationId, key: &str) -> Result<()> {
    let id = key.parse().map_err(|_| DomainError::Internal(format!("“{key}” is no object key")))?;
    Ok(kernel.knowledge().files.delete(&FileKey::document(organization, id)).await?)
}

/// Tags as they are kept: trimmed, in lower case, each once.
pub(super) fn tags(typed: &[String]) -> Result<Vec<String>> {
    let mut tags = Vec::new();
    for tag in typed.iter().filter(|tag| !tag.trim().is_empty()) {
        let tag = TAG.parse(tag)?.to_lowercase();
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > MAX_TAGS {
        return Err(Problem::of_field("tags", format!("At most {MAX_TAGS} tags fit on a document.")).into());
    }
    Ok(tags)
}

/// Bindings as they are kept. A topic that the playbook doesn't have any more stays bound where it was, and does nothing.
async fn bindings(kernel: &Kernel, actor: &Actor, id: DocumentId, typed: Vec<Binding>) -> Result<Vec<Binding>> {
    if typed.len() > MAX_BINDINGS {
        return Err(Problem::of_field("bindings", format!("At most {MAX_BINDINGS} bindings fit on a document.")).into());
    }
    let topics = crate::playbooks::topics(kernel, actor.organization).await?;
    let before = kernel.store().document_bindings(actor.organization, id).await?;
    let check = |binding: Binding| {
        let value = BOUND.parse(&binding.value)?;
        let is_bound = || before.iter().any(|known| known.kind == BindingKind::Topic && known.value == value);
        if binding.kind == BindingKind::Topic && !topics.iter().any(|topic| topic.id == value) && !is_bound() {
            return Err(Problem::of_field("bindings", format!("No suggestion of the topic “{value}” shows documents.")).into());
        }
        Ok(Binding { kind: binding.kind, value })
    };
    typed.into_iter().map(check).collect()
}

fn no_such() -> DomainError {
    DomainError::no_such("document")
}

fn bad_cursor(error: store::StoreError) -> DomainError {
    match error {
        store::StoreError::Cursor => Problem::of_field("cursor", "This is no place in the list. Start at its beginning.").into(),
        error => error.into(),
    }
}

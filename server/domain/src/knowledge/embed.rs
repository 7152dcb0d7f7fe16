//! Vectors for passages: of one document when it was read, of all that a new model has not seen in the background.

use std::sync::Arc;

use model::{DocumentId, OrganizationId};
use store::knowledge::Unembedded;

use super::{Embeddings, events, jobs, system};
use crate::knowledge::{KnowledgeKernel as _, Remembering as _};
use kernel::Kernel;
use kernel::{DomainError, Result};
use ports::{EmbedError, Embedder, Redaction};

/// Texts that go to the model at once.
const AT_ONCE: u32 = 32;
/// How often pages are told how far it is.
const TELL_EVERY: chrono::TimeDelta = chrono::TimeDelta::seconds(2);

/// Embeds what a document has that the model has not seen. Without a model there is nothing to do.
///
/// # Errors
/// The provider's, the database's.
pub(super) async fn document(kernel: &Kernel, organization: OrganizationId, id: DocumentId) -> Result<()> {
    rest(kernel, organization, Some(id)).await
}

/// Embeds what an organization has that the model has not seen, then forgets vectors of other models: the job `knowledge.embed`.
///
/// # Errors
/// The provider's, the database's: then it is tried again later, and search by words goes on meanwhile.
pub(crate) async fn organization(kernel: &Kernel, organization: OrganizationId) -> Result<()> {
    rest(kernel, organization, None).await?;
    let Some(embeddings) = &kernel.knowledge().embeddings else { return Ok(()) };
    let store = kernel.store();
    for (model, _) in store.count_vectors(organization).await? {
        if model != embeddings.name() {
            store.delete_vectors(organization, &model).await?;
        }
    }
    Ok(())
}

/// Puts an organization's missing vectors on the list of work.
pub(super) async fn enqueue(kernel: &Kernel, organization: OrganizationId) -> Result<()> {
    let mut tx = kernel.begin(&system(organization)).await?;
    let due = tx.at() + chrono::TimeDelta::seconds(10);
    tx.enqueue_at(&jobs::Embed {}, due).await?;
    tx.commit().await
}

/// At the server's start: whoever has passages that the model has not seen gets them embedded.
///
/// # Errors
/// The database's.
pub(crate) async fn enqueue_missing(kernel: &Kernel) -> Result<()> {
    let Some(embeddings) = &kernel.knowledge().embeddings else { return Ok(()) };
    for organization in kernel.store().knowing_organizations().await? {
        if let Err(error) = enqueue_if_missing(kernel, organization, embeddings.name()).await {
            tracing::error!(%organization, error = %error.into_problem(), "passages without vectors could not be looked for");
        }
    }
    Ok(())
}

async fn enqueue_if_missing(kernel: &Kernel, organization: OrganizationId, model: &str) -> Result<()> {
    if !kernel.store().unembedded(organization, model, None, 0, 1).await?.is_empty() {
        enqueue(kernel, organization).await?;
    }
    Ok(())
}

/// The model whose vectors answer an organization's questions: the current one, or the one before it as long as that one has seen more.
///
/// # Errors
/// The database's.
pub(super) async fn serving(kernel: &Kernel, organization: OrganizationId) -> Result<Option<Arc<dyn Embedder>>> {
    let makers = kernel.knowledge();
    let Some(current) = &makers.embeddings else { return Ok(None) };
    let Some(before) = &makers.embeddings_before else { return Ok(Some(current.questions.clone())) };
    let revision = kernel.store().knowledge_revision(organization).await?;
    let memory = kernel.knowledge_cache();
    let is_current = match memory.serves_current(organization, revision) {
        Some(known) => known,
        None => {
            let counts = kernel.store().count_vectors(organization).await?;
            let of = |name: &str| counts.iter().find(|(model, _)| model == name).map_or(0, |(_, count)| *count);
            let is_current = of(current.name()) >= of(&before.model().name);
            memory.keep_serving(organization, revision, is_current);
            is_current
        }
    };
    Ok(Some(if is_current { current.questions.clone() } else { before.clone() }))
}

async fn rest(kernel: &Kernel, organization: OrganizationId, document: Option<DocumentId>) -> Result<()> {
    let Some(embeddings) = &kernel.knowledge().embeddings else { return Ok(()) };
    let (store, mut after, mut told) = (kernel.store(), 0, kernel.now());
    loop {
        let passages = store.unembedded(organization, embeddings.name(), document, after, AT_ONCE).await?;
        let Some(last) = passages.last() else { return Ok(()) };
        after = last.serial;
        let vectors = vectors(kernel, embeddings, &passages).await?;
        let vectors: Vec<(i64, Vec<f32>)> = passages.iter().map(|passage| passage.serial).zip(vectors).collect();
        store.put_vectors(organization, embeddings.name(), &vectors).await?;
        if kernel.now() - told >= TELL_EVERY {
            told = kernel.now();
            let mut documents: Vec<DocumentId> = passages.iter().map(|passage| passage.document_id).collect();
            documents.dedup();
            events::tell_progress(kernel, organization, &documents).await?;
        }
    }
}

async fn vectors(kernel: &Kernel, embeddings: &Embeddings, passages: &[Unembedded]) -> Result<Vec<Vec<f32>>> {
    let texts: Vec<String> = passages.iter().map(text).collect();
    let vectors = embeddings.passages.embed(&Redaction::default().texts(&texts)).await;
    kernel.knowledge_cache().set_embedding_problem(&vectors.as_ref().err().map_or_else(String::new, problem));
    let vectors = vectors.map_err(|error| DomainError::Internal(error.to_string()))?;
    if vectors.len() != passages.len() {
        return Err(DomainError::Internal(format!("{} texts gave {} vectors", passages.len(), vectors.len())));
    }
    Ok(vectors)
}

/// What of a passage is embedded: its headings say what its text is about.
fn text(passage: &Unembedded) -> String {
    match passage.place.headings.last() {
        Some(heading) if !passage.text.contains(heading.as_str()) => format!("{heading}\n{}", passage.text),
        _ => passage.text.clone(),
    }
}

/// An error of the provider, for people.
pub(super) fn problem(error: &EmbedError) -> String {
    let why = match error {
        EmbedError::RateLimited { .. } => "the embedding provider asks to wait",
        EmbedError::Unavailable(_) => "the embedding provider can't be reached",
        EmbedError::Refused(_) => "the embedding provider refuses; check its key and the model's name",
    };
    format!("Search is by words for now: {why}.")
}

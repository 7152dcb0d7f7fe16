//! What an organization knows: documents given, read, found, cited and really deleted.
//!
//! Every member reads and asks; owners and admins add, change and delete; a guest sees nothing. A document's way: its file is
//! stored (`uploads`), a job reads it in a child process and stores its passages (`ingest`), which then answer by their words,
//! and by their meaning as soon as the model has seen them. [`search()`] is the one way to find: for the page, the API and calls.

mod answer;
mod call;
mod collections;
mod documents;
pub(crate) mod embed;
pub(crate) mod ingest;
mod memory;
mod search;
mod text;
pub(crate) mod uploads;
pub(crate) mod websites;

use std::sync::Arc;

use model::{CollectionAccess, CollectionId, EmbeddingState, KnowledgeOverview, Role};

use crate::error::{DomainError, Result};
use crate::ports::files::Files;
use crate::ports::{DocumentReader, Embedder, Embeddings, WebFetcher};
use crate::scope::Scope;
use crate::services::Services;

pub use answer::ask;
pub use call::{CallQuery, Found, find_for_call, note_use, prefetch_for_call};
pub use collections::{create_collection, delete_collection, edit_collection};
pub use documents::{DocumentFile, accept, delete, document, documents, edit, file, passages, retry, unlock, uses};
pub use search::search;
pub use uploads::{MAX_PIECE, add_sample, add_text, append, begin_upload, cancel_upload, finish_upload, give_file, upload};
pub use websites::{add_website, delete_website, visit_website};

pub(crate) use documents::delete_files;
pub(crate) use memory::Memory;

/// Most documents or passages on a page of a list.
pub const MAX_PAGE: u32 = 100;
/// What the first collection is called.
const FIRST_COLLECTION: &str = "General";

/// Who does for the knowledge area what the server has several makers for.
#[derive(Clone)]
pub struct Makers {
    /// Where files are.
    pub files: Files,
    /// Reads them.
    pub reader: Arc<dyn DocumentReader>,
    /// Turns texts into vectors; none: search is by words only.
    pub embeddings: Option<Embeddings>,
    /// The model before it, for questions: it answers until the current one has seen everything.
    pub embeddings_before: Option<Arc<dyn Embedder>>,
    /// Fetches websites.
    pub web: Arc<dyn WebFetcher>,
}

/// What the page shows above its list.
///
/// # Errors
/// `forbidden` for guests.
pub async fn overview(services: &Services, scope: &Scope) -> Result<KnowledgeOverview> {
    let access = readable(scope)?;
    let (store, organization) = (services.store(), scope.organization);
    let may_edit = scope.role >= Role::Admin;
    Ok(KnowledgeOverview {
        collections: store.collections(organization, access).await?,
        tags: store.knowledge_tags(organization, access).await?,
        size: store.knowledge_size(organization, access, model_name(services)).await?,
        embedding: EmbeddingState { model: model_name(services).to_owned(), problem: services.knowledge_memory().embedding_problem() },
        uploads: if may_edit { store.uploads(organization, scope.member).await? } else { Vec::new() },
        websites: if may_edit { store.websites(organization).await? } else { Vec::new() },
        topics: crate::calls::sources::topics(),
        may_edit,
    })
}

/// What the caller may read. Guests read nothing.
fn readable(scope: &Scope) -> Result<CollectionAccess> {
    scope.require(Role::Rep)?;
    Ok(if scope.role >= Role::Admin { CollectionAccess::Admins } else { CollectionAccess::Everybody })
}

fn require_editor(scope: &Scope) -> Result<()> {
    scope.require(Role::Admin)
}

/// The embedding model's name; empty without one.
fn model_name(services: &Services) -> &str {
    services.knowledge().embeddings.as_ref().map_or("", Embeddings::name)
}

/// The collection of this id, or the organization's first one, which is made if there is none.
async fn collection_or_first(services: &Services, scope: &Scope, id: Option<CollectionId>) -> Result<CollectionId> {
    let store = services.store();
    match id {
        Some(id) => {
            let collection = store.collection(scope.organization, id).await?;
            Ok(collection.ok_or_else(|| DomainError::no_such("collection"))?.id)
        }
        None => {
            let new = services.uuid().into();
            Ok(store.default_collection(scope.organization, new, FIRST_COLLECTION, services.now()).await?.id)
        }
    }
}

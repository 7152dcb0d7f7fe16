//! What an organization knows: documents given, read, found, cited and really deleted.
//!
//! Every member reads and asks; owners and admins add, change and delete; a guest sees nothing. A document's way: its file is
//! stored (`uploads`), a job reads it in a child process and stores its passages (`ingest`), which then answer by their words,
//! and by their meaning as soon as the model has seen them. [`search()`] is the one way to find: for the page, the API and calls.

mod anew;
mod answer;
mod cache;
mod call;
mod collections;
mod deletion;
mod documents;
pub(crate) mod embed;
mod events;
pub(crate) mod ingest;
mod jobs;
mod row;
mod search;
mod settings;
mod text;
pub(crate) mod uploads;
pub(crate) mod websites;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{CollectionAccess, CollectionId, EmbeddingState, KnowledgeOverview, KnowledgeSize, OrganizationId, Role};
use serde_json::json;

use kernel::Actor;
use kernel::Kernel;
use kernel::{Area, DomainError, Erasure, JobEntry, Permission, PermissionEntry, PersonalData, Result, Schedule, Subject, Tx, Whose};
use ports::files::Files;
use ports::{DocumentReader, Embedder, Embeddings, Reranker, WebFetcher};

pub use answer::{Weighed, ask, weighed};
pub use call::{CallQuery, Found, can_answer_calls, find_for_call, note_use, prefetch_for_call, use_in_call};
pub use collections::{create_collection, delete_collection, edit_collection};
pub use deletion::{delete, restore};
pub use documents::{DocumentFile, accept, document, documents, edit, file, passages, retry, unlock, uses};
pub use search::search;
pub(crate) use uploads::bring_sample;
pub use uploads::{MAX_PIECE, add_sample, add_text, append, begin_upload, cancel_upload, finish_upload, give_file, upload};
pub use websites::{add_website, delete_website, visit_website};

use cache::KnowledgeCache;

/// May read and ask what the organization knows.
pub const READ: Permission = Permission::new("knowledge.read");
/// May add, change and delete what the organization knows, and read collections that are not for everybody.
pub const MANAGE: Permission = Permission::new("knowledge.manage");
/// May see where documents were used in everybody's calls and questions.
pub const SEE_USES: Permission = Permission::new("knowledge.see_uses");

/// What this area hands to the binary.
pub const AREA: Area = Area {
    jobs: &[
        JobEntry::of::<jobs::Ingest>(),
        JobEntry::of::<jobs::Embed>(),
        JobEntry::of::<jobs::IndexAnew>(),
        JobEntry::of::<jobs::VisitWebsite>(),
        JobEntry::of::<jobs::DeleteFiles>(),
        JobEntry::of::<jobs::EraseDocument>(),
        JobEntry::of::<jobs::DeleteUpload>(),
        JobEntry::of::<jobs::ExpireUploads>(),
        JobEntry::of::<jobs::VisitDue>(),
    ],
    schedules: &[
        Schedule { name: "knowledge.expire_uploads", cron: "* * * * *", job: JobEntry::of::<jobs::ExpireUploads>() },
        Schedule { name: "knowledge.visit_due", cron: "* * * * *", job: JobEntry::of::<jobs::VisitDue>() },
    ],
    permissions: &[
        PermissionEntry { permission: READ, doc: "Read and ask what the organization knows.", least: Role::Rep },
        PermissionEntry {
            permission: MANAGE,
            doc: "Add, change and delete what the organization knows, and read collections that are not for everybody.",
            least: Role::Admin,
        },
        PermissionEntry {
            permission: SEE_USES,
            doc: "See where documents were used in everybody's calls and questions.",
            least: Role::Manager,
        },
    ],
    events: &[
        events::DocumentCreated::ENTRY,
        events::DocumentUpdated::ENTRY,
        events::DocumentProgressed::ENTRY,
        events::DocumentDeleted::ENTRY,
        events::DocumentRestored::ENTRY,
        events::CollectionChanged::ENTRY,
        events::WebsiteChanged::ENTRY,
    ],
    // Documents are the organization's, whoever gave them; what somebody asked is theirs.
    personal_data: &[
        PersonalData::deleted("uploads", "member_id", Whose::Member, "a day"),
        PersonalData::deleted("knowledge_uses", "member_id", Whose::Member, "until the document or the call is deleted"),
        PersonalData::deleted("document_versions", "member_id", Whose::Member, "until the document is deleted")
            .but(Erasure::Empty(&["member_id"])),
    ],
    on_erase: |tx, subject| Box::pin(let_go(tx, subject)),
    on_dead_job: |tx, job| Box::pin(jobs::died(tx, job)),
    on_start: |kernel| {
        Box::pin(async move {
            ingest::tidy(kernel).await;
            if let Err(error) = anew::enqueue(kernel).await {
                error.log("passages that an older stemmer indexed could not be looked for");
            }
            if let Err(error) = embed::enqueue_missing(kernel).await {
                error.log("passages without vectors could not be looked for");
            }
        })
    },
    settings: settings::SETTINGS,
    ..Area::new("knowledge")
};

/// Most files that one job deletes.
const FILES_OF_A_JOB: usize = 500;

/// A person is erased: what they were sending is deleted by jobs, and so is every file of an organization that goes with them.
async fn let_go(tx: &mut Tx, subject: &Subject) -> Result<()> {
    for (organization, member) in &subject.members {
        for upload in store::knowledge::uploads_of(tx, *organization, *member).await? {
            tx.enqueue_for(*organization, &jobs::DeleteUpload { upload }).await?;
        }
    }
    for organization in &subject.organizations {
        for files in store::knowledge::object_keys_of_all(tx, *organization).await?.chunks(FILES_OF_A_JOB) {
            tx.enqueue_for(*organization, &jobs::DeleteFiles { files: files.to_vec() }).await?;
        }
    }
    Ok(())
}

/// What this area works with and remembers while the server runs.
pub struct KnowledgeState {
    makers: KnowledgePorts,
    folder: PathBuf,
    cache: KnowledgeCache,
}

impl KnowledgeState {
    /// Uploads on their way are below `folder`.
    pub fn new(makers: KnowledgePorts, folder: PathBuf) -> Self {
        Self { makers, folder, cache: KnowledgeCache::default() }
    }
}

/// The kernel with this area's state.
pub trait KnowledgeKernel {
    /// Files, their reader, the embedding model and the web.
    fn knowledge(&self) -> &KnowledgePorts;
    /// Where uploads on their way and copies for reading are.
    fn knowledge_folder(&self) -> &Path;
}

impl KnowledgeKernel for Kernel {
    fn knowledge(&self) -> &KnowledgePorts {
        &self.state::<KnowledgeState>().makers
    }

    fn knowledge_folder(&self) -> &Path {
        &self.state::<KnowledgeState>().folder
    }
}

/// What the area remembers while the server runs.
trait Remembering {
    fn knowledge_cache(&self) -> &KnowledgeCache;
}

impl Remembering for Kernel {
    fn knowledge_cache(&self) -> &KnowledgeCache {
        &self.state::<KnowledgeState>().cache
    }
}

/// Most documents or passages on a page of a list.
pub const MAX_PAGE: u32 = 100;
/// What the first collection is called.
const FIRST_COLLECTION: &str = "General";

/// Who does for the knowledge area what the server has several makers for.
#[derive(Clone)]
pub struct KnowledgePorts {
    /// Where files are.
    pub files: Files,
    /// Reads them.
    pub reader: Arc<dyn DocumentReader>,
    /// Turns texts into vectors; none: search is by words only.
    pub embeddings: Option<Embeddings>,
    /// The model before it, for questions: it answers until the current one has seen everything.
    pub embeddings_before: Option<Arc<dyn Embedder>>,
    /// Tells what of the found answers a question; none: words alone decide.
    pub reranker: Option<Arc<dyn Reranker>>,
    /// Fetches websites.
    pub web: Arc<dyn WebFetcher>,
}

/// What the page shows above its list.
///
/// # Errors
/// `forbidden` for guests.
pub async fn overview(kernel: &Kernel, actor: &Actor) -> Result<KnowledgeOverview> {
    let access = readable(actor)?;
    let (store, organization) = (kernel.store(), actor.organization);
    let may_edit = actor.may(MANAGE);
    Ok(KnowledgeOverview {
        collections: store.collections(organization, access).await?,
        tags: store.knowledge_tags(organization, access).await?,
        size: store.knowledge_size(organization, access, model_name(kernel)).await?,
        embedding: EmbeddingState { model: model_name(kernel).to_owned(), problem: kernel.knowledge_cache().embedding_problem() },
        uploads: if may_edit { store.uploads(organization, actor.member()?.id).await? } else { Vec::new() },
        websites: if may_edit { store.websites(organization).await? } else { Vec::new() },
        topics: crate::playbooks::topics(kernel, organization).await?,
        may_edit,
    })
}

/// How much there is that the caller may read.
///
/// # Errors
/// `forbidden` for guests.
pub async fn size(kernel: &Kernel, actor: &Actor) -> Result<KnowledgeSize> {
    Ok(kernel.store().knowledge_size(actor.organization, readable(actor)?, model_name(kernel)).await?)
}

/// Whether somebody has added a document that the caller may read. The sample that comes with Closezly is none.
///
/// # Errors
/// `forbidden` for guests.
pub async fn was_given(kernel: &Kernel, actor: &Actor) -> Result<bool> {
    Ok(kernel.store().was_given_documents(actor.organization, readable(actor)?).await?)
}

/// What the caller may read. Guests read nothing.
fn readable(actor: &Actor) -> Result<CollectionAccess> {
    actor.require(READ)?;
    Ok(if actor.may(MANAGE) { CollectionAccess::Admins } else { CollectionAccess::Everybody })
}

fn require_editor(actor: &Actor) -> Result<()> {
    actor.require(MANAGE)
}

/// The embedding model's name; empty without one.
fn model_name(kernel: &Kernel) -> &str {
    kernel.knowledge().embeddings.as_ref().map_or("", Embeddings::name)
}

/// The collection of this id, or the organization's first one, which is made if there is none.
async fn collection_or_first(kernel: &Kernel, actor: &Actor, id: Option<CollectionId>) -> Result<CollectionId> {
    let store = kernel.store();
    match id {
        Some(id) => {
            let collection = store.collection(actor.organization, id).await?;
            Ok(collection.ok_or_else(|| DomainError::no_such("collection"))?.id)
        }
        None => match store.first_collection(actor.organization).await? {
            Some(first) => Ok(first.id),
            None => make_first_collection(kernel, actor).await,
        },
    }
}

async fn make_first_collection(kernel: &Kernel, actor: &Actor) -> Result<CollectionId> {
    let new = kernel.uuid().into();
    let mut tx = kernel.begin(actor).await?;
    let at = tx.at();
    let first = store::knowledge::default_collection(&mut tx, actor.organization, new, FIRST_COLLECTION, at).await?;
    // Another request may have made it meanwhile.
    if first.id == new {
        tx.audit("knowledge.collection_created", new, json!({ "access": first.access })).await?;
        tx.emit(&events::CollectionChanged { collection: new, access: first.access }).await?;
    }
    tx.commit().await?;
    Ok(first.id)
}

/// The server itself, at work on what an organization knows.
fn system(organization: OrganizationId) -> Actor {
    Actor::system(organization, "work on what the organization knows")
}

/// Does what gives space back, on a full disk too.
async fn urgently<T, F: Future<Output = Result<T>>>(kernel: &Kernel, work: impl Fn() -> F) -> Result<T> {
    let done = kernel.store().urgent(|| async {
        match work().await {
            Err(DomainError::Store(error)) => Err(error),
            done => Ok(done),
        }
    });
    done.await?
}

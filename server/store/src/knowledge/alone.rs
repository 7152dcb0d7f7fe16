//! For tests and tools: each change in a transaction of its own, which is kept unless there was nothing to change.

use chrono::{DateTime, Utc};
use model::{Binding, Collection, CollectionId, DocumentId, DocumentState, MemberId, OrganizationId, Upload, UploadId, Website, WebsiteId};

use super::{DocumentPatch, InsertOutcome, NewDocument, NewVersion, Removed, Visit};
use crate::engine::Store;
use crate::error::Result;

/// Whether a change changed something.
trait Changed {
    fn changed(&self) -> bool;
}

impl Changed for () {
    fn changed(&self) -> bool {
        true
    }
}

impl Changed for bool {
    fn changed(&self) -> bool {
        *self
    }
}

impl Changed for Collection {
    fn changed(&self) -> bool {
        true
    }
}

impl Changed for Option<Removed> {
    fn changed(&self) -> bool {
        self.is_some()
    }
}

impl Changed for InsertOutcome {
    fn changed(&self) -> bool {
        *self != Self::Gone
    }
}

macro_rules! alone {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) -> $gives:ty;)+) => {
        /// The changes of this area, each alone.
        #[allow(missing_docs, reason = "as the function of the same name")]
        #[allow(async_fn_in_trait, reason = "for tests and tools")]
        pub trait Alone {
            $(async fn $name(&self, organization: OrganizationId, $($argument: $kind),*) -> Result<$gives>;)+
        }

        impl Alone for Store {
            $(async fn $name(&self, organization: OrganizationId, $($argument: $kind),*) -> Result<$gives> {
                let mut tx = self.begin().await?;
                let done = super::$name(&mut tx, organization, $($argument),*).await?;
                if done.changed() {
                    tx.commit().await?;
                }
                Ok(done)
            })+
        }
    };
}

alone! {
    fn insert_collection(collection: &Collection, at: DateTime<Utc>) -> ();
    fn default_collection(id: CollectionId, name: &str, at: DateTime<Utc>) -> Collection;
    fn update_collection(collection: &Collection) -> bool;
    fn delete_collection(collection: CollectionId) -> Option<Removed>;
    fn move_document(document: DocumentId, version: i64, state: DocumentState, problem: &str) -> bool;
    fn edit_document(document: DocumentId, patch: &DocumentPatch) -> bool;
    fn delete_document(document: DocumentId) -> Option<Removed>;
    fn insert_document(new: &NewDocument) -> InsertOutcome;
    fn add_version(document: DocumentId, new: &NewVersion) -> InsertOutcome;
    fn set_bindings(document: DocumentId, bindings: &[Binding]) -> ();
    fn publish_passages(document: DocumentId, version: i64, state: DocumentState) -> bool;
    fn insert_upload(member: MemberId, upload: &Upload) -> ();
    fn delete_upload(upload: UploadId) -> bool;
    fn insert_website(website: &Website, at: DateTime<Utc>) -> ();
    fn update_website(website: &Website) -> bool;
    fn delete_website(website: WebsiteId) -> Option<Removed>;
    fn start_visit(website: WebsiteId, now: DateTime<Utc>, until: DateTime<Utc>) -> bool;
    fn finish_visit(website: WebsiteId, visit: &Visit) -> bool;
}

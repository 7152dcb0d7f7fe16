//! What this area tells, so that lists and pages need not ask again and again.
//!
//! Who manages what is known sees all of it. Others see what is about documents that they may read: an event says itself to whom it is
//! open, as that depends on the document's collection.

use kernel::{Kernel, Permission, Result, Tx, event};
use model::{CollectionAccess, CollectionId, DocumentId, DocumentState, OrganizationId, WebsiteId};
use store::knowledge::{self as kept, Removed};

use super::{MANAGE, READ, system};

event! {
    /// A document was added; it is read next.
    DocumentCreated = "document.created", of document, belongs to nobody, sees all: Some(MANAGE), open to: Self::open, {
        /// The document.
        document: DocumentId,
        /// How far it is.
        state: DocumentState,
        /// Who may read it.
        access: CollectionAccess,
    }
}

event! {
    /// A document's title, tags, collection or bindings were changed, or it has another file.
    DocumentUpdated = "document.updated", of document, belongs to nobody, sees all: Some(MANAGE), open to: Self::open, {
        /// The document.
        document: DocumentId,
        /// How far it is.
        state: DocumentState,
        /// Who may read it, or could before.
        access: CollectionAccess,
    }
}

event! {
    /// A document is further on its way to answer, or waits for somebody.
    DocumentProgressed = "document.progressed", of document, belongs to nobody, sees all: Some(MANAGE), open to: Self::open, {
        /// The document.
        document: DocumentId,
        /// How far it is.
        state: DocumentState,
        /// Who may read it.
        access: CollectionAccess,
    }
}

event! {
    /// A document was deleted, with all that was kept of it. For a minute it can be brought back: `document.restored` says so.
    DocumentDeleted = "document.deleted", of document, belongs to nobody, sees all: Some(MANAGE), open to: Self::open, {
        /// The document.
        document: DocumentId,
        /// Who could read it.
        access: CollectionAccess,
    }
}

event! {
    /// A deleted document was brought back, as it was.
    DocumentRestored = "document.restored", of document, belongs to nobody, sees all: Some(MANAGE), open to: Self::open, {
        /// The document.
        document: DocumentId,
        /// How far it is.
        state: DocumentState,
        /// Who may read it.
        access: CollectionAccess,
    }
}

event! {
    /// A collection was made, changed or deleted.
    CollectionChanged = "collection.changed", of collection, belongs to nobody, sees all: Some(MANAGE), open to: Self::open, {
        /// The collection.
        collection: CollectionId,
        /// Who may read it, or could before.
        access: CollectionAccess,
    }
}

event! {
    /// A website was added or deleted, or is being visited, or was.
    WebsiteChanged = "website.changed", of website, belongs to nobody, sees all: Some(MANAGE), {
        /// The website.
        website: WebsiteId,
    }
}

/// Events that are open to whoever may read what they are about.
macro_rules! open_by_access {
    ($($event:ident)+) => {
        $(impl $event {
            fn open(&self) -> Option<Permission> {
                (self.access == CollectionAccess::Everybody).then_some(READ)
            }
        })+
    };
}

open_by_access! { DocumentCreated DocumentUpdated DocumentProgressed DocumentDeleted DocumentRestored CollectionChanged }

/// Whoever could see it before must learn that they can't any more: the wider of two.
pub(super) const fn wider(one: CollectionAccess, other: CollectionAccess) -> CollectionAccess {
    match (one, other) {
        (CollectionAccess::Admins, CollectionAccess::Admins) => CollectionAccess::Admins,
        _ => CollectionAccess::Everybody,
    }
}

/// Tells that there is a new document.
pub(super) async fn created(tx: &mut Tx, organization: OrganizationId, document: DocumentId) -> Result<()> {
    match kept::standing(tx, organization, document).await? {
        Some((access, state)) => tx.emit(&DocumentCreated { document, state, access }).await,
        None => Ok(()),
    }
}

/// Tells that a deleted document is back.
pub(super) async fn restored(tx: &mut Tx, organization: OrganizationId, document: DocumentId) -> Result<()> {
    match kept::standing(tx, organization, document).await? {
        Some((access, state)) => tx.emit(&DocumentRestored { document, state, access }).await,
        None => Ok(()),
    }
}

/// Tells that a document was changed that could be read by `before`.
pub(super) async fn updated(tx: &mut Tx, organization: OrganizationId, document: DocumentId, before: CollectionAccess) -> Result<()> {
    match kept::standing(tx, organization, document).await? {
        Some((access, state)) => tx.emit(&DocumentUpdated { document, state, access: wider(before, access) }).await,
        None => Ok(()),
    }
}

/// Tells how far a document is.
pub(super) async fn progressed(tx: &mut Tx, organization: OrganizationId, document: DocumentId) -> Result<()> {
    match kept::standing(tx, organization, document).await? {
        Some((access, state)) => tx.emit(&DocumentProgressed { document, state, access }).await,
        None => Ok(()),
    }
}

/// Tells how far documents are that nothing else is changed of.
pub(super) async fn tell_progress(kernel: &Kernel, organization: OrganizationId, documents: &[DocumentId]) -> Result<()> {
    let mut tx = kernel.begin(&system(organization)).await?;
    for document in documents {
        progressed(&mut tx, organization, *document).await?;
    }
    tx.commit().await
}

/// Tells which documents are gone.
pub(super) async fn deleted(tx: &mut Tx, removed: &Removed) -> Result<()> {
    for (document, access) in &removed.documents {
        tx.emit(&DocumentDeleted { document: *document, access: *access }).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use kernel::Event as _;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_only_admins_may_read_is_open_to_nobody_else() {
        let document = DocumentId(Uuid::nil());
        let of = |access| DocumentDeleted { document, access };
        assert_eq!(of(CollectionAccess::Everybody).open_to(), Some(READ));
        assert_eq!(of(CollectionAccess::Admins).open_to(), None);
        assert_eq!(WebsiteChanged { website: WebsiteId(Uuid::nil()) }.open_to(), None);
        assert_eq!(wider(CollectionAccess::Admins, CollectionAccess::Everybody), CollectionAccess::Everybody);
        assert_eq!(wider(CollectionAccess::Admins, CollectionAccess::Admins), CollectionAccess::Admins);
        assert_eq!(of(CollectionAccess::Admins).payload()["access"], "admins");
    }
}

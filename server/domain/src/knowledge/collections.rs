//! Collections: documents with who may use them.

use model::validation::Line;
use model::{Code, Collection, CollectionId, NewCollection, Problem};
use serde_json::json;
use store::{StoreError, knowledge as kept};

use super::events::{CollectionChanged, wider};
use super::{documents, require_editor, urgently};
use crate::knowledge::Remembering as _;
use kernel::Actor;
use kernel::Kernel;
use kernel::{DomainError, Result};

const NAME: Line = Line { field: "name", label: "The collection's name", min: 1, max: 80 };

/// Makes a collection.
///
/// # Errors
/// `invalid` with the field; `conflict` if there is one of that name; `forbidden` below admins.
pub async fn create_collection(kernel: &Kernel, actor: &Actor, new: NewCollection) -> Result<Collection> {
    require_editor(actor)?;
    let collection = Collection { id: kernel.uuid().into(), name: NAME.parse(&new.name)?, access: new.access, documents: 0 };
    let mut tx = kernel.begin(actor).await?;
    let at = tx.at();
    kept::insert_collection(&mut tx, actor.organization, &collection, at).await.map_err(taken)?;
    tx.audit("knowledge.collection_created", collection.id, json!({ "access": collection.access })).await?;
    tx.emit(&CollectionChanged { collection: collection.id, access: collection.access }).await?;
    tx.commit().await?;
    Ok(collection)
}

/// Renames a collection or says anew who may use it.
///
/// # Errors
/// As [`create_collection`]; `not_found`.
pub async fn edit_collection(kernel: &Kernel, actor: &Actor, id: CollectionId, new: NewCollection) -> Result<Collection> {
    require_editor(actor)?;
    let known = kernel.store().collection(actor.organization, id).await?.ok_or_else(no_such)?;
    let access = wider(known.access, new.access);
    let collection = Collection { name: NAME.parse(&new.name)?, access: new.access, ..known };
    let mut tx = kernel.begin(actor).await?;
    if !kept::update_collection(&mut tx, actor.organization, &collection).await.map_err(taken)? {
        return Err(no_such());
    }
    tx.audit("knowledge.collection_changed", id, json!({ "access": new.access })).await?;
    tx.emit(&CollectionChanged { collection: id, access }).await?;
    tx.commit().await?;
    kernel.knowledge_cache().forget(actor.organization);
    Ok(collection)
}

/// Deletes a collection with all its documents.
///
/// # Errors
/// `not_found`; `forbidden` below admins.
pub async fn delete_collection(kernel: &Kernel, actor: &Actor, id: CollectionId) -> Result<()> {
    require_editor(actor)?;
    let removed = urgently(kernel, || async {
        let known = kernel.store().collection(actor.organization, id).await?.ok_or_else(no_such)?;
        let mut tx = kernel.begin(actor).await?;
        let removed = kept::delete_collection(&mut tx, actor.organization, id).await?.ok_or_else(no_such)?;
        documents::let_go(&mut tx, &removed).await?;
        tx.audit("knowledge.collection_deleted", id, json!({ "files": removed.keys.len() })).await?;
        tx.emit(&CollectionChanged { collection: id, access: known.access }).await?;
        tx.commit().await?;
        Ok(removed)
    });
    documents::forget_files(kernel, actor.organization, &removed.await?.keys).await;
    Ok(())
}

fn no_such() -> DomainError {
    DomainError::no_such("collection")
}

fn taken(error: StoreError) -> DomainError {
    match error {
        StoreError::Taken(_) => {
            let problem = Problem::of_field("name", "There is a collection of that name already. Choose another one.");
            Problem { code: Code::Conflict, ..problem }.into()
        }
        StoreError::Missing(_) => DomainError::new(Code::NotFound, "There is no such collection. It may have been deleted."),
        error => error.into(),
    }
}

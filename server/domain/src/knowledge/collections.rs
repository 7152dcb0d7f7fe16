//! Collections: documents with who may use them.

use model::validation::Line;
use model::{Code, Collection, CollectionId, NewCollection, Problem};
use serde_json::json;
use store::StoreError;

use super::{documents, require_editor};
use crate::knowledge::Remembering as _;
use kernel::Actor;
use kernel::Kernel;
use kernel::{DomainError, Result};

const NAME: Line = Line { field: "name", label: "The collection's name", min: 1, max: 80 };

/// Makes a collection.
///
/// # Errors
/// `invalid` with the field, also if there is one of that name; `forbidden` below admins.
pub async fn create_collection(services: &Kernel, actor: &Actor, new: NewCollection) -> Result<Collection> {
    require_editor(actor)?;
    let collection = Collection { id: services.uuid().into(), name: NAME.parse(&new.name)?, access: new.access, documents: 0 };
    services.store().insert_collection(actor.organization, &collection, services.now()).await.map_err(taken)?;
    let details = json!({ "access": collection.access });
    services.audit(actor, "knowledge.collection_created", collection.id, details).await?;
    Ok(collection)
}

/// Renames a collection or says anew who may use it.
///
/// # Errors
/// As [`create_collection`]; `not_found`.
pub async fn edit_collection(services: &Kernel, actor: &Actor, id: CollectionId, new: NewCollection) -> Result<Collection> {
    require_editor(actor)?;
    let store = services.store();
    let known = store.collection(actor.organization, id).await?.ok_or_else(|| DomainError::no_such("collection"))?;
    let collection = Collection { name: NAME.parse(&new.name)?, access: new.access, ..known };
    if !store.update_collection(actor.organization, &collection).await.map_err(taken)? {
        return Err(DomainError::no_such("collection"));
    }
    services.knowledge_memory().forget(actor.organization);
    services.audit(actor, "knowledge.collection_changed", id, json!({ "access": new.access })).await?;
    Ok(collection)
}

/// Deletes a collection with all its documents.
///
/// # Errors
/// `not_found`; `forbidden` below admins.
pub async fn delete_collection(services: &Kernel, actor: &Actor, id: CollectionId) -> Result<()> {
    require_editor(actor)?;
    let forget = documents::forget_job(services, actor.organization);
    let keys = services.store().delete_collection(actor.organization, id, forget).await?;
    let keys = keys.ok_or_else(|| DomainError::no_such("collection"))?;
    documents::forget_files(services, actor.organization, &keys).await;
    services.audit(actor, "knowledge.collection_deleted", id, json!({ "files": keys.len() })).await
}

fn taken(error: StoreError) -> DomainError {
    match error {
        StoreError::Taken(_) => Problem::of_field("name", "There is a collection of that name already. Choose another one.").into(),
        StoreError::Missing(_) => DomainError::new(Code::NotFound, "There is no such collection. It may have been deleted."),
        error => error.into(),
    }
}

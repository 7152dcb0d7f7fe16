//! Collections: documents with who may use them.

use model::validation::Line;
use model::{Code, Collection, CollectionId, NewCollection, Problem};
use serde_json::json;
use store::StoreError;

use super::{documents, require_editor};
use crate::audit;
use crate::error::{DomainError, Result};
use crate::scope::Scope;
use crate::services::Services;

const NAME: Line = Line { field: "name", label: "The collection's name", min: 1, max: 80 };

/// Makes a collection.
///
/// # Errors
/// `invalid` with the field, also if there is one of that name; `forbidden` below admins.
pub async fn create_collection(services: &Services, scope: &Scope, new: NewCollection) -> Result<Collection> {
    require_editor(scope)?;
    let collection = Collection { id: services.uuid().into(), name: NAME.parse(&new.name)?, access: new.access, documents: 0 };
    services.store().insert_collection(scope.organization, &collection, services.now()).await.map_err(taken)?;
    let details = json!({ "access": collection.access });
    audit::record(services, scope, "knowledge.collection_created", &collection.id.to_string(), details).await?;
    Ok(collection)
}

/// Renames a collection or says anew who may use it.
///
/// # Errors
/// As [`create_collection`]; `not_found`.
pub async fn edit_collection(services: &Services, scope: &Scope, id: CollectionId, new: NewCollection) -> Result<Collection> {
    require_editor(scope)?;
    let store = services.store();
    let known = store.collection(scope.organization, id).await?.ok_or_else(|| DomainError::no_such("collection"))?;
    let collection = Collection { name: NAME.parse(&new.name)?, access: new.access, ..known };
    if !store.update_collection(scope.organization, &collection).await.map_err(taken)? {
        return Err(DomainError::no_such("collection"));
    }
    services.knowledge_memory().forget(scope.organization);
    audit::record(services, scope, "knowledge.collection_changed", &id.to_string(), json!({ "access": new.access })).await?;
    Ok(collection)
}

/// Deletes a collection with all its documents.
///
/// # Errors
/// `not_found`; `forbidden` below admins.
pub async fn delete_collection(services: &Services, scope: &Scope, id: CollectionId) -> Result<()> {
    require_editor(scope)?;
    let forget = documents::forget_job(services, scope.organization);
    let keys = services.store().delete_collection(scope.organization, id, forget).await?;
    let keys = keys.ok_or_else(|| DomainError::no_such("collection"))?;
    documents::forget_files(services, scope.organization, &keys).await;
    audit::record(services, scope, "knowledge.collection_deleted", &id.to_string(), json!({ "files": keys.len() })).await
}

fn taken(error: StoreError) -> DomainError {
    match error {
        StoreError::Taken(_) => Problem::of_field("name", "There is a collection of that name already. Choose another one.").into(),
        StoreError::Missing(_) => DomainError::new(Code::NotFound, "There is no such collection. It may have been deleted."),
        error => error.into(),
    }
}

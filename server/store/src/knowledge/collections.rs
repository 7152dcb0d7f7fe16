//! Collections: documents with who may use them.

use chrono::{DateTime, SubsecRound, Utc};
use model::{Collection, CollectionAccess, CollectionId, OrganizationId};

use super::folded;
use super::removal::{self, Removed};
use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;
use crate::text::clean;

macro_rules! select {
    () => {
        "SELECT c.id, c.name, c.access,
            (SELECT COUNT(*) FROM documents d WHERE d.organization_id = c.organization_id AND d.collection_id = c.id
                AND d.deleted_at IS NULL) AS documents
        FROM collections c WHERE c.organization_id = $1"
    };
}

statements! {
    INSERT_COLLECTION = "
        INSERT INTO collections (organization_id, id, name, folded, access, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    INSERT_FIRST_COLLECTION = "
        INSERT INTO collections (organization_id, id, name, folded, access, created_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (organization_id, folded) DO NOTHING";
    COLLECTION = concat!(select!(), " AND c.id = $2");
    COLLECTIONS = concat!(select!(), " AND c.access IN ('everybody', $2) ORDER BY c.folded");
    FIRST_COLLECTION = concat!(select!(), " ORDER BY c.created_at, c.id LIMIT 1");
    UPDATE_COLLECTION = "UPDATE collections SET name = $3, folded = $4, access = $5 WHERE organization_id = $1 AND id = $2";
    DELETE_COLLECTION = "DELETE FROM collections WHERE organization_id = $1 AND id = $2";
    COLLECTION_DOCUMENTS = "SELECT id FROM documents WHERE organization_id = $1 AND collection_id = $2";
}

/// Keeps a new collection. Its `documents` is not looked at.
///
/// # Errors
/// [`crate::StoreError::Taken`] if the organization has one of that name, whatever the case.
pub async fn insert_collection(tx: &mut Tx, organization: OrganizationId, collection: &Collection, at: DateTime<Utc>) -> Result<()> {
    let name = clean(&collection.name);
    query!(
        within tx, execute, INSERT_COLLECTION, organization, collection.id, name.as_ref(), folded(&name),
        collection.access.as_str(), at.trunc_subsecs(6)
    )?;
    Ok(())
}

/// The organization's oldest collection; if it has none, a new one of that id and name for everybody.
///
/// # Errors
/// What the engine says.
pub async fn default_collection(
    tx: &mut Tx,
    organization: OrganizationId,
    id: CollectionId,
    name: &str,
    at: DateTime<Utc>,
) -> Result<Collection> {
    if let Some(first) = query!(within tx, optional Collection, FIRST_COLLECTION, organization)? {
        return Ok(first);
    }
    query!(
        within tx, execute, INSERT_FIRST_COLLECTION, organization, id, name, folded(name), CollectionAccess::Everybody.as_str(),
        at.trunc_subsecs(6)
    )?;
    query!(within tx, one Collection, FIRST_COLLECTION, organization)
}

/// Sets a collection's name and access; false if it is gone.
///
/// # Errors
/// [`crate::StoreError::Taken`] if the organization has another one of that name, whatever the case.
pub async fn update_collection(tx: &mut Tx, organization: OrganizationId, collection: &Collection) -> Result<bool> {
    let name = clean(&collection.name);
    let updated = query!(
        within tx, execute, UPDATE_COLLECTION, organization, collection.id, name.as_ref(), folded(&name), collection.access.as_str()
    )?;
    Ok(updated > 0)
}

/// Deletes a collection with its documents, websites and uploads; gives what went with it, none if the collection is gone.
///
/// # Errors
/// What the engine says.
pub async fn delete_collection(tx: &mut Tx, organization: OrganizationId, collection: CollectionId) -> Result<Option<Removed>> {
    let removal = removal::begin(tx, organization).await?;
    let documents = query!(within tx, all (model::DocumentId,), COLLECTION_DOCUMENTS, organization, collection)?;
    let removed = removal.documents(tx, documents.into_iter().map(|(id,)| id)).await?;
    Ok((query!(within tx, execute, DELETE_COLLECTION, organization, collection)? > 0).then_some(removed))
}

impl Store {
    /// The organization's oldest collection; none if it has none.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn first_collection(&self, organization: OrganizationId) -> Result<Option<Collection>> {
        query!(read self, optional Collection, FIRST_COLLECTION, organization)
    }

    /// A collection of this organization.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn collection(&self, organization: OrganizationId, collection: CollectionId) -> Result<Option<Collection>> {
        query!(read self, optional Collection, COLLECTION, organization, collection)
    }

    /// The collections that somebody with this access may use, by name.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn collections(&self, organization: OrganizationId, access: CollectionAccess) -> Result<Vec<Collection>> {
        query!(read self, all Collection, COLLECTIONS, organization, access.as_str())
    }
}

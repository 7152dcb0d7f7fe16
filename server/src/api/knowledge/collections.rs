//! Collections: documents with who may use them.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use axum::extract::State;
use domain::knowledge;
use http::StatusCode;
use model::{Collection, CollectionId, NewCollection};

use crate::api::envelope::Envelope;
use crate::api::extract::{Json, Path};
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// List collections
#[utoipa::path(
    get, path = "/api/v1/knowledge/collections",
    responses((status = 200, description = "Those that the caller may use, by name", body = Envelope<Vec<Collection>>))
)]
pub async fn list(State(server): State<Server>, Signed(scope): Signed) -> Result<Envelope<Vec<Collection>>, Failure> {
    Ok(Envelope::of_all(knowledge::overview(server.services(), &scope).await?.collections))
}

/// Make a collection
///
/// For admins and owners.
#[utoipa::path(
    post, path = "/api/v1/knowledge/collections",
    request_body = NewCollection,
    responses(
        (status = 201, description = "Made", body = Envelope<Collection>),
        (status = 409, description = "The name is taken")
    )
)]
pub async fn create(
    State(server): State<Server>,
    Signed(scope): Signed,
    Json(new): Json<NewCollection>,
) -> Result<(StatusCode, Envelope<Collection>), Failure> {
    Ok((StatusCode::CREATED, Envelope::of(knowledge::create_collection(server.services(), &scope, new).await?)))
}

/// Change a collection
///
/// Its name and who may use it. For admins and owners.
#[utoipa::path(
    patch, path = "/api/v1/knowledge/collections/{id}",
    request_body = NewCollection,
    params(("id" = CollectionId, Path, description = "The collection's id")),
    responses(
        (status = 200, description = "Changed", body = Envelope<Collection>),
        (status = 409, description = "The name is taken")
    )
)]
pub async fn edit(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<CollectionId>,
    Json(new): Json<NewCollection>,
) -> Result<Envelope<Collection>, Failure> {
    Ok(Envelope::of(knowledge::edit_collection(server.services(), &scope, id, new).await?))
}

/// Delete a collection
///
/// With all its documents and websites. For admins and owners.
#[utoipa::path(
    delete, path = "/api/v1/knowledge/collections/{id}",
    params(("id" = CollectionId, Path, description = "The collection's id")),
    responses((status = 204, description = "Deleted"))
)]
pub async fn delete(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CollectionId>) -> Result<StatusCode, Failure> {
    knowledge::delete_collection(server.services(), &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

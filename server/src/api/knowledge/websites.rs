//! Websites that documents are fetched from.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use axum::extract::State;
use domain::knowledge;
use http::StatusCode;
use model::{NewWebsite, Website, WebsiteId};

use crate::api::envelope::Envelope;
use crate::api::extract::{Json, Path};
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// List websites
///
/// Empty for those who may not change anything.
#[utoipa::path(
    get, path = "/api/v1/knowledge/websites",
    responses((status = 200, description = "All of them", body = Envelope<Vec<Website>>))
)]
pub async fn list(State(server): State<Server>, Signed(scope): Signed) -> Result<Envelope<Vec<Website>>, Failure> {
    Ok(Envelope::of_all(knowledge::overview(server.services(), &scope).await?.websites))
}

/// Add a website
///
/// It is visited soon, as its `robots.txt` allows. Its pages wait in the state `review` until somebody accepts them; one that
/// is deleted is left out by the next visits, until the website itself is deleted. For admins and owners.
#[utoipa::path(
    post, path = "/api/v1/knowledge/websites",
    request_body = NewWebsite,
    responses(
        (status = 201, description = "Added", body = Envelope<Website>),
        (status = 404, description = "No such collection"),
        (status = 409, description = "The collection has this website already")
    )
)]
pub async fn add(
    State(server): State<Server>,
    Signed(scope): Signed,
    Json(new): Json<NewWebsite>,
) -> Result<(StatusCode, Envelope<Website>), Failure> {
    Ok((StatusCode::CREATED, Envelope::of(knowledge::add_website(server.services(), &scope, new).await?)))
}

/// Delete a website
///
/// With all documents that were fetched from it. For admins and owners.
#[utoipa::path(
    delete, path = "/api/v1/knowledge/websites/{id}",
    params(("id" = WebsiteId, Path, description = "The website's id")),
    responses((status = 204, description = "Deleted"))
)]
pub async fn delete(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<WebsiteId>) -> Result<StatusCode, Failure> {
    knowledge::delete_website(server.services(), &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Visit a website now
///
/// For admins and owners.
#[utoipa::path(
    post, path = "/api/v1/knowledge/websites/{id}/visit",
    params(("id" = WebsiteId, Path, description = "The website's id")),
    responses(
        (status = 204, description = "The visit begins soon; its `state` tells"),
        (status = 409, description = "It is being visited already")
    )
)]
pub async fn visit(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<WebsiteId>) -> Result<StatusCode, Failure> {
    knowledge::visit_website(server.services(), &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

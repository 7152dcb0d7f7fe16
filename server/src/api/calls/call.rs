//! Calls themselves, and all that came of one.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use axum::extract::State;
use domain::calls;
use http::StatusCode;
use model::{Call, CallFilter, CallHit, CallId, CallPatch, NewCall, Review};

use crate::api::envelope::Envelope;
use crate::api::extract::{Json, Path};
use crate::api::paging::{Listed, Paging};
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// List calls
#[utoipa::path(
    get, path = "/api/v1/calls", params(CallFilter, Paging),
    responses((status = 200, description = "The newest first", body = Envelope<Vec<CallHit>>))
)]
pub async fn list(
    State(server): State<Server>,
    Signed(scope): Signed,
    Listed { filter, paging }: Listed<CallFilter>,
) -> Result<Envelope<Vec<CallHit>>, Failure> {
    let page = calls::list(server.services(), &scope, filter, paging.cursor(), paging.limit()).await?;
    Ok(Envelope::of_page(page, &paging))
}

/// Set a call up
///
/// No byte of audio is taken before consent is given, here or with `PATCH`.
#[utoipa::path(
    post, path = "/api/v1/calls", request_body = NewCall,
    responses(
        (status = 201, description = "Set up", body = Envelope<Call>),
        (status = 409, description = "The recognizer can't be used here and now")
    )
)]
pub async fn create(
    State(server): State<Server>,
    Signed(scope): Signed,
    Json(new): Json<NewCall>,
) -> Result<(StatusCode, Envelope<Call>), Failure> {
    Ok((StatusCode::CREATED, Envelope::of(calls::create_for_program(server.services(), &scope, new).await?)))
}

/// A call
#[utoipa::path(
    get, path = "/api/v1/calls/{id}",
    params(("id" = CallId, Path, description = "The call's id")),
    responses((status = 200, description = "The call", body = Envelope<Call>))
)]
pub async fn get(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CallId>) -> Result<Envelope<Call>, Failure> {
    Ok(Envelope::of(calls::get(server.services(), &scope, id).await?))
}

/// Change a call
///
/// What is missing stays.
#[utoipa::path(
    patch, path = "/api/v1/calls/{id}", request_body = CallPatch,
    params(("id" = CallId, Path, description = "The call's id")),
    responses((status = 200, description = "Changed", body = Envelope<Call>))
)]
pub async fn patch(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<CallId>,
    Json(change): Json<CallPatch>,
) -> Result<Envelope<Call>, Failure> {
    Ok(Envelope::of(calls::patch(server.services(), &scope, id, change).await?))
}

/// Delete a call
///
/// With its recording and everything that was made of it. From then on nobody sees it; for a minute it can be brought back with
/// `POST …/restore`, then it is gone for good. On a full disk it is gone at once. A live call is stopped first.
#[utoipa::path(
    delete, path = "/api/v1/calls/{id}",
    params(("id" = CallId, Path, description = "The call's id")),
    responses((status = 204, description = "Deleted"))
)]
pub async fn delete(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CallId>) -> Result<StatusCode, Failure> {
    calls::delete(server.services(), &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a deleted call back
///
/// As it was, within a minute after it was deleted. One that is there stays as it is.
#[utoipa::path(
    post, path = "/api/v1/calls/{id}/restore",
    params(("id" = CallId, Path, description = "The call's id")),
    responses(
        (status = 200, description = "It is back", body = Envelope<Call>),
        (status = 404, description = "There is no such call to bring back: it is gone for good")
    )
)]
pub async fn restore(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CallId>) -> Result<Envelope<Call>, Failure> {
    Ok(Envelope::of(calls::restore(server.services(), &scope, id).await?))
}

/// End a live call
///
/// From outside of its stream; a stream ends its call with `End`.
#[utoipa::path(
    post, path = "/api/v1/calls/{id}/end",
    params(("id" = CallId, Path, description = "The call's id")),
    responses(
        (status = 200, description = "Ended, or about to be", body = Envelope<Call>),
        (status = 409, description = "It is not live")
    )
)]
pub async fn end(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CallId>) -> Result<Envelope<Call>, Failure> {
    Ok(Envelope::of(calls::end(server.services(), &scope, id).await?))
}

/// What came of it
///
/// Transcript, suggestions, bookmarks, summary, action items and metrics in one answer.
#[utoipa::path(
    get, path = "/api/v1/calls/{id}/review",
    params(("id" = CallId, Path, description = "The call's id")),
    responses((status = 200, description = "The review; `insights` is null until it is written", body = Envelope<Review>))
)]
pub async fn review(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CallId>) -> Result<Envelope<Review>, Failure> {
    Ok(Envelope::of(calls::review(server.services(), &scope, id).await?))
}

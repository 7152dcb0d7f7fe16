//! What was said.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use axum::extract::State;
use domain::calls;
use model::{CallId, Segment};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::envelope::Envelope;
use crate::api::extract::{Json, Path};
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// What was said
#[utoipa::path(
    get, path = "/api/v1/calls/{id}/transcript",
    params(("id" = CallId, Path, description = "The call's id")),
    responses((status = 200, description = "Final segments in order of start", body = Envelope<Vec<Segment>>))
)]
pub async fn transcript(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<CallId>,
) -> Result<Envelope<Vec<Segment>>, Failure> {
    Ok(Envelope::of_all(calls::transcript(server.services(), &scope, id).await?))
}

/// A corrected line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// What was really said, 1 to 10,000 characters.
    #[schema(min_length = 1, max_length = 10000, pattern = "line")]
    text: String,
}

/// Correct a line
#[utoipa::path(
    patch, path = "/api/v1/calls/{id}/transcript/{number}",
    request_body = Correction,
    params(("id" = CallId, Path, description = "The call's id"), ("number" = i64, Path, description = "The segment's number")),
    responses(
        (status = 200, description = "Corrected", body = Envelope<Segment>),
        (status = 404, description = "No such call or segment"),
        (status = 409, description = "The call is still going on")
    )
)]
pub async fn correct(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path((id, number)): Path<(CallId, i64)>,
    Json(correction): Json<Correction>,
) -> Result<Envelope<Segment>, Failure> {
    Ok(Envelope::of(calls::correct_segment(server.services(), &scope, id, number, &correction.text).await?))
}

//! What was shown.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use axum::extract::State;
use domain::calls;
use http::StatusCode;
use model::{CallId, Cue, CueState};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::envelope::Envelope;
use crate::api::extract::{Json, Path};
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// What was shown
#[utoipa::path(
    get, path = "/api/v1/calls/{id}/cues",
    params(("id" = CallId, Path, description = "The call's id")),
    responses((status = 200, description = "In order of number", body = Envelope<Vec<Cue>>))
)]
pub async fn cues(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CallId>) -> Result<Envelope<Vec<Cue>>, Failure> {
    Ok(Envelope::of_all(calls::cues(server.services(), &scope, id).await?))
}

/// What was done with a suggestion.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CueFeedback {
    /// Kept, dismissed, collapsed or open again.
    state: CueState,
}

/// Keep or dismiss a suggestion
#[utoipa::path(
    patch, path = "/api/v1/calls/{id}/cues/{number}",
    request_body = CueFeedback,
    params(("id" = CallId, Path, description = "The call's id"), ("number" = i64, Path, description = "The suggestion's number")),
    responses(
        (status = 204, description = "Noted"),
        (status = 404, description = "No such call or suggestion")
    )
)]
pub async fn set_state(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path((id, number)): Path<(CallId, i64)>,
    Json(feedback): Json<CueFeedback>,
) -> Result<StatusCode, Failure> {
    calls::set_cue_state(server.services(), &scope, id, number, feedback.state).await?;
    Ok(StatusCode::NO_CONTENT)
}

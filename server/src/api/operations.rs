//! Work that failed, and what is switched on, for those who run an organization.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use axum::extract::State;
use domain::operations;
use http::StatusCode;
use model::{FailedJob, FlagState, JobId, MemberId, Operations, Retried, RetryKind, SetFlag};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::area::Area;
use super::envelope::Envelope;
use super::extract::{Json, Path};
use super::paging::Paging;
use super::query::Query;
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// What this area adds to the interface.
pub const AREA: Area = Area {
    tags: &[("operations", "Work that waits, failed, or comes by the clock, and what is switched on; for admins and owners")],
    routes,
};

fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::default()
        .routes(routes!(overview))
        .routes(routes!(list))
        .routes(routes!(retry_kind))
        .routes(routes!(retry))
        .routes(routes!(discard))
        .routes(routes!(flags))
        .routes(routes!(set_flag, unset_flag))
}

/// How the organization's work stands
///
/// What failed, by kind; what waits and what is being worked at, by queue; what comes by the clock.
#[utoipa::path(
    get, path = "/api/v1/operations",
    responses((status = 200, description = "How it stands", body = Envelope<Operations>))
)]
pub async fn overview(State(server): State<Server>, Signed(actor): Signed) -> Result<Envelope<Operations>, Failure> {
    Ok(Envelope::of(operations::overview(server.services(), &actor).await?))
}

/// List work that failed too often
///
/// It waits until somebody retries or discards it. `problem` is a sentence for people; what is inside is in the server's log under the id.
#[utoipa::path(
    get, path = "/api/v1/operations/jobs", params(Paging),
    responses((status = 200, description = "The newest first", body = Envelope<Vec<FailedJob>>))
)]
pub async fn list(
    State(server): State<Server>,
    Signed(actor): Signed,
    Query(paging): Query<Paging>,
) -> Result<Envelope<Vec<FailedJob>>, Failure> {
    let page = operations::failed(server.services(), &actor, paging.cursor(), paging.limit()).await?;
    Ok(Envelope::of_page(page, &paging))
}

/// Retry all failed work of a kind
#[utoipa::path(
    post, path = "/api/v1/operations/jobs/retry", request_body = RetryKind,
    responses((status = 200, description = "How many are tried again", body = Envelope<Retried>))
)]
pub async fn retry_kind(
    State(server): State<Server>,
    Signed(actor): Signed,
    Json(asked): Json<RetryKind>,
) -> Result<Envelope<Retried>, Failure> {
    Ok(Envelope::of(operations::retry_kind(server.services(), &actor, &asked.kind).await?))
}

/// Retry failed work
///
/// With all its attempts. Of two who decide at once the second gets 404.
#[utoipa::path(
    post, path = "/api/v1/operations/jobs/{id}/retry",
    params(("id" = JobId, Path, description = "The job's id")),
    responses((status = 204, description = "It is tried again soon"))
)]
pub async fn retry(State(server): State<Server>, Signed(actor): Signed, Path(id): Path<JobId>) -> Result<StatusCode, Failure> {
    operations::retry(server.services(), &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Discard failed work
///
/// What it was to do is not done. Of two who decide at once the second gets 404.
#[utoipa::path(
    delete, path = "/api/v1/operations/jobs/{id}",
    params(("id" = JobId, Path, description = "The job's id")),
    responses((status = 204, description = "Discarded"))
)]
pub async fn discard(State(server): State<Server>, Signed(actor): Signed, Path(id): Path<JobId>) -> Result<StatusCode, Failure> {
    operations::discard(server.services(), &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List what can be switched
///
/// Each with how the organization has set it, and members who have a setting of their own.
#[utoipa::path(
    get, path = "/api/v1/operations/flags",
    responses((status = 200, description = "All of them", body = Envelope<Vec<FlagState>>))
)]
pub async fn flags(State(server): State<Server>, Signed(actor): Signed) -> Result<Envelope<Vec<FlagState>>, Failure> {
    Ok(Envelope::of_all(operations::flags(server.services(), &actor).await?))
}

/// Switch a part of the program
///
/// For the organization, or with `member` for one of its members, whose setting goes before the organization's. Calls that run keep what
/// they began with.
#[utoipa::path(
    put, path = "/api/v1/operations/flags/{key}", request_body = SetFlag,
    params(("key" = String, Path, description = "The flag's key")),
    responses((status = 200, description = "How it is set now", body = Envelope<FlagState>))
)]
pub async fn set_flag(
    State(server): State<Server>,
    Signed(actor): Signed,
    Path(key): Path<String>,
    Json(asked): Json<SetFlag>,
) -> Result<Envelope<FlagState>, Failure> {
    Ok(Envelope::of(operations::set_flag(server.services(), &actor, &key, asked).await?))
}

/// Whose setting is taken back.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct Unset {
    /// A member's own; without it, the organization's.
    pub member: Option<MemberId>,
}

/// Take a switch's setting back
///
/// What the organization has set holds again, or without that the default.
#[utoipa::path(
    delete, path = "/api/v1/operations/flags/{key}",
    params(("key" = String, Path, description = "The flag's key"), Unset),
    responses((status = 200, description = "How it is set now", body = Envelope<FlagState>))
)]
pub async fn unset_flag(
    State(server): State<Server>,
    Signed(actor): Signed,
    Path(key): Path<String>,
    Query(asked): Query<Unset>,
) -> Result<Envelope<FlagState>, Failure> {
    Ok(Envelope::of(operations::unset_flag(server.services(), &actor, &key, asked.member).await?))
}

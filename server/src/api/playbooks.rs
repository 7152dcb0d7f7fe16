//! What calls listen for, version by version.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use axum::extract::State;
use domain::playbooks;
use http::StatusCode;
use model::{NewPlaybook, PlaybookDetail, PlaybookVersion};
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
pub const AREA: Area = Area { tags: &[("playbooks", "What calls listen for and what a suggestion says then, version by version")], routes };

fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::default().routes(routes!(list, create)).routes(routes!(current)).routes(routes!(get))
}

/// List the playbook's versions
///
/// The organization's own; version 0, which comes with the release, is not among them.
#[utoipa::path(
    get, path = "/api/v1/playbooks", params(Paging),
    responses((status = 200, description = "The newest first", body = Envelope<Vec<PlaybookVersion>>))
)]
pub async fn list(
    State(server): State<Server>,
    Signed(actor): Signed,
    Query(paging): Query<Paging>,
) -> Result<Envelope<Vec<PlaybookVersion>>, Failure> {
    let page = playbooks::versions(server.services(), &actor, paging.cursor(), paging.limit()).await?;
    Ok(Envelope::of_page(page, &paging))
}

/// Save a new version of the playbook
///
/// For managers and above. Calls that go live from now on are heard with it; others keep the version that they began with. How phrases are
/// written stands in `docs/api/playbooks.md`.
#[utoipa::path(
    post, path = "/api/v1/playbooks", request_body = NewPlaybook,
    responses(
        (status = 201, description = "Saved", body = Envelope<PlaybookVersion>),
        (status = 409, description = "`expected_version` is not the newest one any more"),
        (status = 422, description = "Something in it can't be used; the sentence names the entry")
    )
)]
pub async fn create(
    State(server): State<Server>,
    Signed(actor): Signed,
    Json(new): Json<NewPlaybook>,
) -> Result<(StatusCode, Envelope<PlaybookVersion>), Failure> {
    Ok((StatusCode::CREATED, Envelope::of(playbooks::save(server.services(), &actor, new).await?)))
}

/// The playbook that calls are heard with now
#[utoipa::path(
    get, path = "/api/v1/playbooks/current",
    responses((status = 200, description = "The newest version; 0 if the organization has none of its own", body = Envelope<PlaybookDetail>))
)]
pub async fn current(State(server): State<Server>, Signed(actor): Signed) -> Result<Envelope<PlaybookDetail>, Failure> {
    Ok(Envelope::of(playbooks::newest(server.services(), &actor).await?))
}

/// A version of the playbook
#[utoipa::path(
    get, path = "/api/v1/playbooks/{version}",
    params(("version" = i64, Path, description = "Its number; 0 is the one that comes with the release")),
    responses((status = 200, description = "The version", body = Envelope<PlaybookDetail>))
)]
pub async fn get(
    State(server): State<Server>,
    Signed(actor): Signed,
    Path(version): Path<i64>,
) -> Result<Envelope<PlaybookDetail>, Failure> {
    Ok(Envelope::of(playbooks::get(server.services(), &actor, version).await?))
}

//! The organization and its settings.

use axum::extract::State;
use domain::identity;
use model::Organization;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::envelope::Envelope;
use crate::api::extract::Json;
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// New settings.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationSettings {
    /// The name, 1 to 120 characters; stays if missing.
    #[schema(min_length = 1, max_length = 120, pattern = "line")]
    name: Option<String>,
    /// Whether recordings of new calls are kept; stays if missing.
    keep_audio: Option<bool>,
}

/// The organization
#[utoipa::path(
    get, path = "/api/v1/organization", tag = "organization",
    responses((status = 200, description = "The caller's organization", body = Envelope<Organization>))
)]
pub async fn get(State(server): State<Server>, Signed(scope): Signed) -> Result<Envelope<Organization>, Failure> {
    Ok(Envelope::of(identity::profile(server.services(), &scope).await?.organization))
}

/// Change the organization
///
/// For admins and owners.
#[utoipa::path(
    patch, path = "/api/v1/organization", tag = "organization", request_body = OrganizationSettings,
    responses((status = 200, description = "Changed", body = Envelope<Organization>))
)]
pub async fn update(
    State(server): State<Server>,
    Signed(scope): Signed,
    Json(settings): Json<OrganizationSettings>,
) -> Result<Envelope<Organization>, Failure> {
    let services = server.services();
    let now = identity::profile(services, &scope).await?.organization;
    let name = settings.name.unwrap_or(now.name);
    let keep_audio = settings.keep_audio.unwrap_or(now.keep_audio);
    Ok(Envelope::of(identity::update_organization(services, &scope, &name, keep_audio).await?.organization))
}

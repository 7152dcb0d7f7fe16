//! Long-lived API tokens.

use axum::extract::State;
use domain::identity;
use http::StatusCode;
use model::{ApiToken, ApiTokenId, NewApiToken};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::envelope::Envelope;
use crate::api::extract::{Json, Path};
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// A token that was just made.
#[derive(Serialize, ToSchema)]
pub struct MadeToken {
    /// What is known of it.
    token: ApiToken,
    /// The token itself, shown this once.
    secret: String,
}

/// The own API tokens
#[utoipa::path(
    get, path = "/api/v1/tokens",
    responses((status = 200, description = "The newest first", body = Envelope<Vec<ApiToken>>))
)]
pub async fn list(State(server): State<Server>, Signed(scope): Signed) -> Result<Envelope<Vec<ApiToken>>, Failure> {
    Ok(Envelope::of_all(identity::tokens(server.services(), &scope).await?))
}

/// Make an API token
///
/// For a browser's session, or an access token within 15 minutes after signing in with the password; not for an API token.
#[utoipa::path(
    post, path = "/api/v1/tokens", request_body = NewApiToken,
    responses(
        (status = 201, description = "Made", body = Envelope<MadeToken>),
        (status = 403, description = "Not with an API token, nor long after signing in"),
        (status = 409, description = "Too many tokens")
    )
)]
pub async fn create(
    State(server): State<Server>,
    Signed(scope): Signed,
    Json(new): Json<NewApiToken>,
) -> Result<(StatusCode, Envelope<MadeToken>), Failure> {
    let (token, secret) = identity::create_token(server.services(), &scope, &new).await?;
    Ok((StatusCode::CREATED, Envelope::of(MadeToken { token, secret: secret.expose_secret().to_owned() })))
}

/// Delete an API token
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}",
    params(("id" = ApiTokenId, Path, description = "The token's id")),
    responses(
        (status = 204, description = "Deleted; it ended at once"),
        (status = 404, description = "None of the caller's")
    )
)]
pub async fn delete(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<ApiTokenId>) -> Result<StatusCode, Failure> {
    identity::delete_token(server.services(), &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

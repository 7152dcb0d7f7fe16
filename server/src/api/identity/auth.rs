//! Signing up and in, and the tokens that come of it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::identity::{self, SignUp, SignedUp, TokenPair};
use http::StatusCode;
use model::Profile;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::envelope::Envelope;
use crate::api::extract::Json;
use crate::web::caller::{Caller, Signed};
use crate::web::problem::Failure;
use crate::wiring::Server;

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The person's name, 1 to 120 characters.
    #[schema(min_length = 1, max_length = 120, pattern = "line")]
    name: String,
    /// The mail address.
    #[schema(min_length = 1, max_length = 254, format = Email)]
    email: String,
    /// Name of the new organization, 1 to 120 characters.
    #[schema(min_length = 1, max_length = 120, pattern = "line")]
    organization: String,
    /// 10 to 200 characters, and hard to guess: no common one, no pattern, nothing made of the own name or address.
    #[schema(min_length = 10, max_length = 200, format = Password)]
    password: String,
}

/// The token of a link that came by mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// What stands behind `token=` in the link.
    token: String,
}

/// A sign-up that waits for its link to be used.
#[derive(Serialize, ToSchema)]
pub struct ConfirmByMail {
    /// Always true.
    confirm_by_mail: bool,
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The mail address.
    #[schema(min_length = 1, max_length = 254, format = Email)]
    email: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// As it came with the last pair.
    refresh_token: String,
}

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until the access token ends.
    expires_in: u64,
    /// For one use, within 30 days, at `/api/v1/auth/refresh`.
    refresh_token: String,
}

impl From<TokenPair> for Tokens {
    fn from(pair: TokenPair) -> Self {
        Self {
            access_token: pair.access.expose_secret().to_owned(),
            token_type: "Bearer",
            expires_in: pair.access_expires_in,
            refresh_token: pair.refresh.expose_secret().to_owned(),
        }
    }
}

/// Sign up
///
/// Makes a person and an organization that the person owns. Where the server sends mail, a link does: the answer is then 202
/// for every mail address, and what came of it stands in the mail.
#[utoipa::path(
    post, path = "/api/v1/auth/register", security(()), request_body = Register,
    responses(
        (status = 201, description = "Signed up, on a server without mail", body = Envelope<Tokens>),
        (status = 202, description = "A mail is on its way; its link is good for 24 hours", body = Envelope<ConfirmByMail>),
        (status = 403, description = "The server takes no new accounts"),
        (status = 409, description = "The account can't be made, on a server without mail")
    )
)]
pub async fn register(State(server): State<Server>, caller: Caller, Json(new): Json<Register>) -> Result<Response, Failure> {
    let services = server.services();
    let new = SignUp { name: new.name, email: new.email, organization: new.organization, password: new.password.into() };
    Ok(match identity::sign_up_program(services, &caller.client, new).await? {
        SignedUp::In(scope) => {
            (StatusCode::CREATED, Envelope::of(Tokens::from(identity::issue(services, &caller.client, &scope).await?))).into_response()
        }
        SignedUp::ByMail(_) => (StatusCode::ACCEPTED, Envelope::of(ConfirmByMail { confirm_by_mail: true })).into_response(),
    })
}

/// Confirm a sign-up
///
/// Makes the person and the organization of a sign-up whose link came by mail. A token is good for one use, within 24 hours.
#[utoipa::path(
    post, path = "/api/v1/auth/confirm", security(()), request_body = Confirm,
    responses(
        (status = 201, description = "Signed up", body = Envelope<Tokens>),
        (status = 403, description = "The server takes no new accounts"),
        (status = 404, description = "Unknown, too old or used before")
    )
)]
pub async fn confirm(
    State(server): State<Server>,
    caller: Caller,
    Json(confirm): Json<Confirm>,
) -> Result<(StatusCode, Envelope<Tokens>), Failure> {
    let services = server.services();
    let scope = identity::confirm_sign_up_program(services, &caller.client, &confirm.token).await?;
    Ok((StatusCode::CREATED, Envelope::of(identity::issue(services, &caller.client, &scope).await?.into())))
}

/// Sign in
#[utoipa::path(
    post, path = "/api/v1/auth/login", security(()), request_body = Login,
    responses(
        (status = 200, description = "Signed in", body = Envelope<Tokens>),
        (status = 401, description = "Mail address or password is wrong")
    )
)]
pub async fn login(State(server): State<Server>, caller: Caller, Json(login): Json<Login>) -> Result<Envelope<Tokens>, Failure> {
    let services = server.services();
    let scope = identity::sign_in_program(services, &caller.client, &login.email, &login.password.into()).await?;
    Ok(Envelope::of(identity::issue(services, &caller.client, &scope).await?.into()))
}

/// Refresh
///
/// Each refresh token is good for one use. One that comes a second time ends all tokens of its sign-in.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", security(()), request_body = Refresh,
    responses(
        (status = 200, description = "A new pair", body = Envelope<Tokens>),
        (status = 401, description = "Unknown, too old or used before")
    )
)]
pub async fn refresh(State(server): State<Server>, caller: Caller, Json(refresh): Json<Refresh>) -> Result<Envelope<Tokens>, Failure> {
    let pair = identity::refresh(server.services(), &caller.client, &refresh.refresh_token.into()).await?;
    Ok(Envelope::of(pair.into()))
}

/// Sign out
///
/// Ends the refresh token and all that came of it, the access token at once.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", security(()), request_body = Refresh,
    responses((status = 204, description = "Signed out"))
)]
pub async fn logout(State(server): State<Server>, Json(refresh): Json<Refresh>) -> Result<StatusCode, Failure> {
    identity::revoke(server.services(), &SecretString::from(refresh.refresh_token)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who am I
#[utoipa::path(
    get, path = "/api/v1/auth/me",
    responses((status = 200, description = "The caller", body = Envelope<Profile>))
)]
pub async fn me(State(server): State<Server>, Signed(scope): Signed) -> Result<Envelope<Profile>, Failure> {
    Ok(Envelope::of(identity::profile(server.services(), &scope).await?))
}

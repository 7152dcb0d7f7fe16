//! Signing in and out; changing the password.

use model::{Code, MemberId, Profile, validation};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::session::{self, SignedIn};
use super::{password, scope_of, signed_out};
use crate::audit;
use crate::error::{DomainError, Result};
use crate::scope::{Client, Credential, Scope};
use crate::services::Services;

/// Signs a browser in. The session that it had `before` ends.
///
/// # Errors
/// As [`sign_in_program`].
pub async fn sign_in(
    services: &Services,
    client: &Client,
    before: Option<&Scope>,
    email: &str,
    password: &SecretString,
) -> Result<SignedIn> {
    let profile = check(services, client, email, password).await?;
    session::open(services, client, before, &profile).await
}

/// The same for a program, which has no session.
///
/// # Errors
/// `wrong_credentials`, the same for an unknown mail address and a wrong password; `rate_limited`.
pub async fn sign_in_program(services: &Services, client: &Client, email: &str, password: &SecretString) -> Result<Scope> {
    Ok(scope_of(&check(services, client, email, password).await?, Credential::Password))
}

async fn check(services: &Services, client: &Client, email: &str, password: &SecretString) -> Result<Profile> {
    let email = validation::email(email)?;
    services.limits().sign_in(client, &email)?;
    let found = services.store().credentials(&email).await?;
    let fits = password::verify(password.expose_secret(), found.as_ref().map(|found| found.password_hash.clone())).await?;
    let profile = match &found {
        Some(found) => services.store().profile(found.member).await?,
        None => services.store().profile(MemberId(services.uuid())).await?,
    };
    match profile {
        Some(profile) if fits => {
            let details = json!({ "address": client.address });
            audit::record(services, &scope_of(&profile, Credential::Password), "identity.sign_in", &profile.person.id.to_string(), details)
                .await?;
            Ok(profile)
        }
        profile => {
            if let Some(profile) = profile {
                // Written after the answer: the time of a write would tell that there is somebody.
                let details = json!({ "address": client.address });
                audit::record_later(
                    services,
                    &scope_of(&profile, Credential::Password),
                    "identity.sign_in_failed",
                    profile.person.id.to_string(),
                    details,
                );
            }
            Err(DomainError::new(Code::WrongCredentials, "The mail address or the password is wrong."))
        }
    }
}

/// Ends this session. A token has none to end.
///
/// # Errors
/// If the database fails.
pub async fn sign_out(services: &Services, scope: &Scope) -> Result<()> {
    if let Some(session) = scope.session() {
        services.store().delete_session(scope.person, session).await?;
        services.revocations().tell(scope.person);
        audit::record(services, scope, "identity.sign_out", &session.to_string(), json!({})).await?;
    }
    Ok(())
}

/// Changes the own password, ends all other sessions, programs' sign-ins and links to set a new password, and gives this session a
/// new secret. API tokens were given to programs by name and go on, unless `api_tokens` ends them too.
///
/// # Errors
/// A problem of the field `current` or `password`; `rate_limited`; `forbidden` with a token instead of a session.
pub async fn change_password(
    services: &Services,
    client: &Client,
    scope: &Scope,
    current: &SecretString,
    new: &SecretString,
    api_tokens: bool,
) -> Result<SignedIn> {
    let session = scope.session().ok_or_else(|| DomainError::new(Code::Forbidden, "Sign in on the site to change your password."))?;
    services.limits().sign_in(client, &scope.person.to_string())?;
    validation::new_password(new.expose_secret())?;
    let hash = services.store().password_hash(scope.person).await?.ok_or_else(signed_out)?;
    if !password::verify(current.expose_secret(), Some(hash)).await? {
        return Err(model::Problem::of_field("current", "That is not your current password.").into());
    }
    let hash = password::hash(new.expose_secret()).await?;
    services.store().set_password(scope.person, &hash, Some(session), api_tokens).await?;
    services.revocations().tell(scope.person);
    let details = json!({ "address": client.address, "api_tokens_ended": api_tokens });
    audit::record(services, scope, "identity.password_changed", &scope.person.to_string(), details).await?;
    session::renew(services, scope, session).await
}

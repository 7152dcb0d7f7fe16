//! Signing in and out; changing the password.

use model::{Code, MemberId, Profile, validation};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::session::{self, SignedIn};
use super::{IdentityKernel as _, Own as _};
use super::{actor_of, password, signed_out};
use kernel::Kernel;
use kernel::{Actor, Client, Credential};
use kernel::{DomainError, Result};

/// Signs a browser in. The session that it had `before` ends.
///
/// # Errors
/// As [`sign_in_program`].
pub async fn sign_in(services: &Kernel, client: &Client, before: Option<&Actor>, email: &str, password: &SecretString) -> Result<SignedIn> {
    let profile = check(services, client, email, password).await?;
    session::open(services, client, before, &profile).await
}

/// The same for a program, which has no session.
///
/// # Errors
/// `wrong_credentials`, the same for an unknown mail address and a wrong password; `rate_limited`.
pub async fn sign_in_program(services: &Kernel, client: &Client, email: &str, password: &SecretString) -> Result<Actor> {
    Ok(actor_of(services, &check(services, client, email, password).await?, Credential::Password))
}

async fn check(services: &Kernel, client: &Client, email: &str, password: &SecretString) -> Result<Profile> {
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
            services.audit(&actor_of(services, &profile, Credential::Password), "identity.sign_in", profile.person.id, details).await?;
            Ok(profile)
        }
        profile => {
            if let Some(profile) = profile {
                // Written after the answer: the time of a write would tell that there is somebody.
                let details = json!({ "address": client.address });
                let (services, actor) = (services.clone(), actor_of(services, &profile, Credential::Password));
                tokio::spawn(async move {
                    // Nobody is signed in as the one whom it concerns, so it is nobody's doing.
                    let nobody = Actor::system(actor.organization, "somebody tried to sign in");
                    if let Err(error) = services.audit(&nobody, "identity.sign_in_failed", profile.person.id, details).await {
                        error.log("a failed sign-in could not be noted");
                    }
                });
            }
            Err(DomainError::new(Code::WrongCredentials, "The mail address or the password is wrong."))
        }
    }
}

/// Ends this session. A token has none to end.
///
/// # Errors
/// If the database fails.
pub async fn sign_out(services: &Kernel, actor: &Actor) -> Result<()> {
    if let Some(session) = actor.session() {
        services.store().delete_session(actor.member()?.person, session).await?;
        services.revocations().tell(actor.member()?.person);
        services.audit(actor, "identity.sign_out", session, json!({})).await?;
    }
    Ok(())
}

/// Changes the own password, ends all other sessions, programs' sign-ins and links to set a new password, and gives this session a
/// new secret. API tokens were given to programs by name and go on, unless `api_tokens` ends them too.
///
/// # Errors
/// A problem of the field `current` or `password`; `rate_limited`; `forbidden` with a token instead of a session.
pub async fn change_password(
    services: &Kernel,
    client: &Client,
    actor: &Actor,
    current: &SecretString,
    new: &SecretString,
    api_tokens: bool,
) -> Result<SignedIn> {
    let session = actor.session().ok_or_else(|| DomainError::new(Code::Forbidden, "Sign in on the site to change your password."))?;
    services.limits().sign_in(client, &actor.member()?.person.to_string())?;
    validation::new_password(new.expose_secret())?;
    let hash = services.store().password_hash(actor.member()?.person).await?.ok_or_else(signed_out)?;
    if !password::verify(current.expose_secret(), Some(hash)).await? {
        return Err(model::Problem::of_field("current", "That is not your current password.").into());
    }
    let hash = password::hash(new.expose_secret()).await?;
    services.store().set_password(actor.member()?.person, &hash, Some(session), api_tokens).await?;
    services.revocations().tell(actor.member()?.person);
    let details = json!({ "address": client.address, "api_tokens_ended": api_tokens });
    services.audit(actor, "identity.password_changed", &actor.member()?.person.to_string(), details).await?;
    session::renew(services, actor, session).await
}

//! Signing in and out; changing the password.

use model::{Code, MemberId, Profile};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::IdentityKernel as _;
use super::jobs::NoteRefusedSignIn;
use super::session::{self, SignedIn};
use super::{actor_of, addresses, enqueue, new_password, password, signed_out, watch};
use kernel::{Actor, Client, Credential, DomainError, Kernel, Result};

/// Signs a browser in. The session that it had `before` ends.
///
/// # Errors
/// As [`sign_in_program`].
pub async fn sign_in(kernel: &Kernel, client: &Client, before: Option<&Actor>, email: &str, password: &SecretString) -> Result<SignedIn> {
    let profile = check(kernel, client, email, password).await?;
    let actor = actor_of(kernel, &profile, Credential::Password);
    let opening = session::Opening::new(kernel, client, before, &profile);
    kernel
        .urgent(|| async {
            let mut tx = kernel.begin(&actor).await?;
            opening.write(&mut tx).await?;
            tx.audit("identity.sign_in", profile.person.id, json!({ "address": client.address })).await?;
            tx.commit().await
        })
        .await?;
    Ok(opening.signed_in(kernel))
}

/// The same for a program, which has no session: [`super::issue`] gives it the tokens that sign it in.
///
/// # Errors
/// `wrong_credentials`, the same for an unknown mail address and a wrong password; `rate_limited`.
pub async fn sign_in_program(kernel: &Kernel, client: &Client, email: &str, password: &SecretString) -> Result<Actor> {
    Ok(actor_of(kernel, &check(kernel, client, email, password).await?, Credential::Password))
}

async fn check(kernel: &Kernel, client: &Client, email: &str, password: &SecretString) -> Result<Profile> {
    let email = addresses::mail_address(email)?;
    let is_known = kernel.store().is_signed_in_from(&email, &client.address).await?;
    kernel.limits().sign_in(client, &email, is_known)?;
    let found = kernel.store().credentials(&email).await?;
    let fits = password::verify(password.expose_secret(), found.as_ref().map(|found| found.password_hash.clone())).await?;
    let profile = match &found {
        Some(found) => kernel.store().profile(found.member).await?,
        None => kernel.store().profile(MemberId(kernel.uuid())).await?,
    };
    if let (Some(profile), true) = (profile, fits) {
        kernel.limits().signed_in(client, &email);
        return Ok(profile);
    }
    // Whose address it is, is looked up by the job: the time of the answer doesn't tell whether there is somebody.
    let refused = NoteRefusedSignIn { email, address: client.address.clone() };
    if let Err(error) = enqueue(kernel, &refused).await {
        error.log("a refused sign-in could not be noted");
    }
    Err(DomainError::new(Code::WrongCredentials, "The email or the password is wrong."))
}

/// Ends this session. A token has none to end.
///
/// # Errors
/// If the database fails.
pub async fn sign_out(kernel: &Kernel, actor: &Actor) -> Result<()> {
    let Some(session) = actor.session() else { return Ok(()) };
    let person = actor.member()?.person;
    kernel
        .urgent(|| async {
            let mut tx = kernel.begin(actor).await?;
            store::sessions::delete(&mut tx, person, session).await?;
            tx.audit("identity.sign_out", session, json!({})).await?;
            watch::tell(&mut tx, actor.organization, person).await?;
            tx.commit().await
        })
        .await
}

/// Changes the own password, ends all other sessions, programs' sign-ins and links to set a new password, and gives this session a
/// new secret. API tokens were given to programs by name and go on, unless `api_tokens` ends them too.
///
/// # Errors
/// A problem of the field `current` or `password`; `rate_limited`; `forbidden` with a token instead of a session.
pub async fn change_password(
    kernel: &Kernel,
    client: &Client,
    actor: &Actor,
    current: &SecretString,
    new: &SecretString,
    api_tokens: bool,
) -> Result<SignedIn> {
    let session = actor.session().ok_or_else(|| DomainError::new(Code::Forbidden, "Sign in on the site to change your password."))?;
    let person = actor.member()?.person;
    kernel.limits().sign_in(client, &person.to_string(), false)?;
    let profile = kernel.store().profile(actor.member()?.id).await?.ok_or_else(signed_out)?;
    new_password::check(kernel, new.expose_secret(), &[&profile.person.name, &profile.person.email, &profile.organization.name]).await?;
    let hash = kernel.store().password_hash(person).await?.ok_or_else(signed_out)?;
    if !password::verify(current.expose_secret(), Some(hash)).await? {
        return Err(model::Problem::of_field("current", "That is not your current password.").into());
    }
    let hash = password::hash(new.expose_secret()).await?;
    let mut tx = kernel.begin(actor).await?;
    store::tokens::set_password(&mut tx, person, &hash, Some(session), api_tokens).await?;
    let renewed = session::renew(kernel, &mut tx, actor, session).await?;
    tx.audit("identity.password_changed", person, json!({ "address": client.address, "api_tokens_ended": api_tokens })).await?;
    watch::tell(&mut tx, actor.organization, person).await?;
    tx.commit().await?;
    Ok(renewed)
}

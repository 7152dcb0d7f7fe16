//! Signing up, in and out; changing the password.

use model::{Code, MemberId, Organization, OrganizationId, Person, PersonId, Profile, Role, validation};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::NewAccount;

use super::session::{self, SignedIn};
use super::{password, scope_of, signed_out};
use crate::audit;
use crate::error::{DomainError, Result};
use crate::ports::Mail;
use crate::scope::{Client, Scope};
use crate::services::Services;

/// A person who comes with a new organization.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// Name, as typed.
    pub name: String,
    /// Mail address, as typed.
    pub email: String,
    /// The organization's name, as typed.
    pub organization: String,
    /// The password.
    pub password: SecretString,
}

/// Makes a person, an organization and the owner's place in it, and signs the browser in.
///
/// # Errors
/// As [`sign_up_program`].
pub async fn sign_up(services: &Services, client: &Client, new: SignUp) -> Result<SignedIn> {
    let profile = make_account(services, client, new).await?;
    session::open(services, client, &profile).await
}

/// The same for a program, which has no session.
///
/// # Errors
/// `forbidden` if the server takes no strangers; a problem of a field; `conflict` if the account can't be made, in words
/// that leave open whether the mail address has one (who has it is told by mail); `rate_limited`.
pub async fn sign_up_program(services: &Services, client: &Client, new: SignUp) -> Result<Scope> {
    Ok(scope_of(&make_account(services, client, new).await?, None))
}

async fn make_account(services: &Services, client: &Client, new: SignUp) -> Result<Profile> {
    if !services.config().open_sign_up {
        return Err(DomainError::new(Code::Forbidden, "This server takes no new accounts. Ask its administrator."));
    }
    let name = validation::NAME.parse(&new.name)?;
    let email = validation::email(&new.email)?;
    let organization = validation::ORGANIZATION.parse(&new.organization)?;
    validation::new_password(new.password.expose_secret())?;
    services.limits().sign_up(client)?;
    let password_hash = password::hash(new.password.expose_secret()).await?;
    let now = services.now();
    let account = NewAccount {
        organization: Organization { id: OrganizationId(services.uuid()), name: organization, keep_audio: true, created_at: now },
        person: Person { id: PersonId(services.uuid()), email, name, created_at: now },
        password_hash,
        member: MemberId(services.uuid()),
        role: Role::Owner,
    };
    match services.store().create_account(&account).await {
        Ok(()) => {}
        Err(store::StoreError::Taken(_)) => {
            tell_owner(services, account.person.email);
            return Err(DomainError::new(
                Code::Conflict,
                "This account can't be made. If you have one already, sign in, or set a new password with “Forgot your password?”.",
            ));
        }
        Err(error) => return Err(error.into()),
    }
    let profile = services.store().profile(account.member).await?.ok_or_else(signed_out)?;
    let details = json!({ "address": client.address });
    audit::record(services, &scope_of(&profile, None), "identity.sign_up", &account.person.id.to_string(), details).await?;
    Ok(profile)
}

fn tell_owner(services: &Services, email: String) {
    let text = format!(
        "Somebody, perhaps you, tried to sign up at {url} with this mail address. There is an account already.\n\n\
         Sign in: {url}/sign-in\nSet a new password: {url}/forgot-password\n\nIf it wasn't you, there is nothing to do.\n",
        url = services.config().public_url
    );
    super::reset::send_later(services, Mail { to: email, subject: "You already have an account".to_owned(), text });
}

/// Signs a browser in.
///
/// # Errors
/// As [`sign_in_program`].
pub async fn sign_in(services: &Services, client: &Client, email: &str, password: &SecretString) -> Result<SignedIn> {
    let profile = check(services, client, email, password).await?;
    session::open(services, client, &profile).await
}

/// The same for a program, which has no session.
///
/// # Errors
/// `wrong_credentials`, the same for an unknown mail address and a wrong password; `rate_limited`.
pub async fn sign_in_program(services: &Services, client: &Client, email: &str, password: &SecretString) -> Result<Scope> {
    Ok(scope_of(&check(services, client, email, password).await?, None))
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
            audit::record(services, &scope_of(&profile, None), "identity.sign_in", &profile.person.id.to_string(), details).await?;
            Ok(profile)
        }
        profile => {
            if let Some(profile) = profile {
                // Written after the answer: the time of a write would tell that there is somebody.
                let details = json!({ "address": client.address });
                audit::record_later(services, &scope_of(&profile, None), "identity.sign_in_failed", profile.person.id.to_string(), details);
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
    if let Some(session) = scope.session {
        services.store().delete_session(scope.person, session).await?;
        audit::record(services, scope, "identity.sign_out", &session.to_string(), json!({})).await?;
    }
    Ok(())
}

/// Changes the own password, ends all other sessions and gives this one a new secret.
///
/// # Errors
/// A problem of the field `current` or `password`; `rate_limited`; `forbidden` with a token instead of a session.
pub async fn change_password(
    services: &Services,
    client: &Client,
    scope: &Scope,
    current: &SecretString,
    new: &SecretString,
) -> Result<SignedIn> {
    let session = scope.session.ok_or_else(|| DomainError::new(Code::Forbidden, "Sign in on the site to change your password."))?;
    services.limits().sign_in(client, &scope.person.to_string())?;
    validation::new_password(new.expose_secret())?;
    let hash = services.store().password_hash(scope.person).await?.ok_or_else(signed_out)?;
    if !password::verify(current.expose_secret(), Some(hash)).await? {
        return Err(model::Problem::of_field("current", "That is not your current password.").into());
    }
    let hash = password::hash(new.expose_secret()).await?;
    services.store().set_password(scope.person, &hash).await?;
    services.store().delete_sessions(scope.person, Some(session)).await?;
    services.store().revoke_refresh_of(scope.person).await?;
    audit::record(services, scope, "identity.password_changed", &scope.person.to_string(), json!({ "address": client.address })).await?;
    session::renew(services, scope, session).await
}

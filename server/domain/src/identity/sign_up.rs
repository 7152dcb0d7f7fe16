//! Signing up. Where mails reach people, a link in one makes the account, and the answer is the same for every mail address;
//! without a mail server the account is there at once.

use chrono::Duration;
use model::{Code, MemberId, Organization, OrganizationId, Person, PersonId, Profile, Role, validation};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::{NewAccount, PendingSignUp, StoreError};

use super::reset::send_later;
use super::session::{self, SignedIn};
use super::{IdentityKernel as _, Own as _};
use super::{actor_of, password, secret, signed_out};
use kernel::Kernel;
use kernel::{Actor, Client, Credential};
use kernel::{DomainError, Result};
use ports::Mail;

const LIFE: Duration = Duration::hours(24);

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

/// What came of a sign-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedUp<T> {
    /// The account is there.
    In(T),
    /// A mail is on its way to this address. Whether it has an account already is said in the mail only.
    ByMail(String),
}

/// Signs up, and signs the browser in if the account is there at once. The session that it had `before` ends then.
///
/// # Errors
/// As [`sign_up_program`].
pub async fn sign_up(services: &Kernel, client: &Client, before: Option<&Actor>, new: SignUp) -> Result<SignedUp<SignedIn>> {
    Ok(match start(services, client, new).await? {
        SignedUp::In(profile) => SignedUp::In(session::open(services, client, before, &profile).await?),
        SignedUp::ByMail(email) => SignedUp::ByMail(email),
    })
}

/// The same for a program, which has no session.
///
/// # Errors
/// `forbidden` if the server takes no strangers; a problem of a field; `rate_limited`. Without a mail server also `conflict`
/// if the mail address has an account.
pub async fn sign_up_program(services: &Kernel, client: &Client, new: SignUp) -> Result<SignedUp<Actor>> {
    Ok(match start(services, client, new).await? {
        SignedUp::In(profile) => SignedUp::In(actor_of(services, &profile, Credential::Password)),
        SignedUp::ByMail(email) => SignedUp::ByMail(email),
    })
}

/// Makes the account of a link's token, and signs the browser in. The session that it had `before` ends.
///
/// # Errors
/// As [`confirm_sign_up_program`].
pub async fn confirm_sign_up(services: &Kernel, client: &Client, before: Option<&Actor>, token: &str) -> Result<SignedIn> {
    session::open(services, client, before, &confirm(services, client, token).await?).await
}

/// The same for a program, which has no session.
///
/// # Errors
/// `not_found` if the link was used, is too old or was replaced, or the mail address got an account meanwhile; `forbidden`
/// if the server takes no strangers any more; `rate_limited`.
pub async fn confirm_sign_up_program(services: &Kernel, client: &Client, token: &str) -> Result<Actor> {
    Ok(actor_of(services, &confirm(services, client, token).await?, Credential::Password))
}

async fn start(services: &Kernel, client: &Client, new: SignUp) -> Result<SignedUp<Profile>> {
    check_open(services)?;
    let name = validation::NAME.parse(&new.name)?;
    let email = validation::email(&new.email)?;
    let organization = validation::ORGANIZATION.parse(&new.organization)?;
    validation::new_password(new.password.expose_secret())?;
    services.limits().sign_up(client)?;
    let password_hash = password::hash(new.password.expose_secret()).await?;
    let pending = PendingSignUp { email, name, organization, password_hash, expires_at: services.now() + LIFE };
    if services.mailer().delivers() {
        let email = pending.email.clone();
        let services = services.clone();
        // Everything that depends on the address happens after the answer.
        tokio::spawn(async move {
            if services.limits().sign_up_mail(&pending.email)
                && let Err(error) = mail_link(&services, pending).await
            {
                tracing::error!(%error, "could not prepare a sign-up's link");
            }
        });
        return Ok(SignedUp::ByMail(email));
    }
    let account = account_of(services, pending);
    match services.store().create_account(&account).await {
        Ok(()) => Ok(SignedUp::In(arrived(services, client, &account).await?)),
        Err(StoreError::Taken(_)) => {
            tell_owner(services, account.person.email);
            Err(DomainError::new(
                Code::Conflict,
                "This account can't be made. If you have one already, sign in, or set a new password with “Forgot your password?”.",
            ))
        }
        Err(error) => Err(error.into()),
    }
}

fn check_open(services: &Kernel) -> Result<()> {
    if services.open_sign_up() {
        return Ok(());
    }
    Err(DomainError::new(Code::Forbidden, "This server takes no new accounts. Ask its administrator."))
}

async fn mail_link(services: &Kernel, pending: PendingSignUp) -> Result<()> {
    if services.store().credentials(&pending.email).await?.is_some() {
        tell_owner(services, pending.email);
        return Ok(());
    }
    let token = secret::new(services, "");
    services.store().insert_sign_up(&pending, &secret::hash(token.expose_secret()), services.now()).await?;
    // Nothing of what was typed: it would let strangers write to anybody.
    let text = format!(
        "Somebody, perhaps you, signed up at {url} with this mail address. This link makes the account. It works for 24 hours \
         and once:\n\n{url}/sign-up/confirm?token={token}\n\n\
         If it wasn't you, leave the link alone: the account would have a password that somebody else chose. Without the link \
         there is no account, and nothing to do.\n",
        url = services.public_url(),
        token = token.expose_secret()
    );
    send_later(services, Mail { to: pending.email, subject: "Confirm your mail address".to_owned(), text });
    Ok(())
}

fn tell_owner(services: &Kernel, email: String) {
    let text = format!(
        "Somebody, perhaps you, tried to sign up at {url} with this mail address. There is an account already.\n\n\
         Sign in: {url}/sign-in\nSet a new password: {url}/forgot-password\n\nIf it wasn't you, there is nothing to do.\n",
        url = services.public_url()
    );
    send_later(services, Mail { to: email, subject: "You already have an account".to_owned(), text });
}

async fn confirm(services: &Kernel, client: &Client, token: &str) -> Result<Profile> {
    check_open(services)?;
    services.limits().sign_up(client)?;
    let made = services.store().confirm_sign_up(&secret::hash(token), services.now(), |pending| account_of(services, pending)).await;
    match made {
        Ok(Some(account)) => arrived(services, client, &account).await,
        Ok(None) | Err(StoreError::Taken(_)) => Err(DomainError::new(
            Code::NotFound,
            "This link was used already or is too old. Sign in if you have an account, else sign up again.",
        )),
        Err(error) => Err(error.into()),
    }
}

fn account_of(services: &Kernel, pending: PendingSignUp) -> NewAccount {
    let now = services.now();
    NewAccount {
        organization: Organization { id: OrganizationId(services.uuid()), name: pending.organization, keep_audio: true, created_at: now },
        person: Person { id: PersonId(services.uuid()), email: pending.email, name: pending.name, created_at: now },
        password_hash: pending.password_hash,
        member: MemberId(services.uuid()),
        role: Role::Owner,
    }
}

async fn arrived(services: &Kernel, client: &Client, account: &NewAccount) -> Result<Profile> {
    let profile = services.store().profile(account.member).await?.ok_or_else(signed_out)?;
    let details = json!({ "address": client.address });
    services.audit(&actor_of(services, &profile, Credential::Password), "identity.sign_up", account.person.id, details).await?;
    Ok(profile)
}

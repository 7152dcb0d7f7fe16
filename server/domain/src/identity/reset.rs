//! A new password for who forgot the old one: a link by mail, good for half an hour and for one use.

use std::time::Duration as Wait;

use chrono::Duration;
use model::{Code, Problem, validation};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{IdentityKernel as _, Own as _};
use super::{password, secret};
use kernel::Kernel;
use kernel::Result;
use kernel::{Client, Credential};
use ports::{Mail, MailError};

const LIFE: Duration = Duration::minutes(30);
const ATTEMPTS: u32 = 3;

/// Mails a link to set a new password. The answer is the same, and as quick, whether anybody has the address.
///
/// # Errors
/// A problem of the field `email` if it is no address; `rate_limited` by the client's address.
pub async fn request_password_reset(services: &Kernel, client: &Client, email: &str) -> Result<()> {
    let email = validation::email(email)?;
    services.limits().reset(client)?;
    let (services, client) = (services.clone(), client.clone());
    // Everything that depends on the address happens after the answer.
    tokio::spawn(async move {
        if services.limits().reset_mail(&email)
            && let Err(error) = mail_link(&services, &client, &email).await
        {
            tracing::error!(%error, "could not prepare a reset link");
        }
    });
    Ok(())
}

async fn mail_link(services: &Kernel, client: &Client, email: &str) -> Result<()> {
    let Some(found) = services.store().credentials(email).await? else { return Ok(()) };
    let token = secret::new(services, "");
    services.store().insert_password_reset(found.person.id, &secret::hash(token.expose_secret()), services.now() + LIFE).await?;
    if let Some(profile) = services.store().profile(found.member).await? {
        let actor = super::actor_of(services, &profile, Credential::Password);
        let details = json!({ "address": client.address });
        services.audit(&actor, "identity.reset_requested", found.person.id, details).await?;
    }
    let text = format!(
        "Hello {},\n\nwith this link you set a new password. It is good for 30 minutes and for one use:\n\n{}/reset-password?token={}\n\n\
         A new password ends everything that is signed in: browsers, programs, and your API tokens.\n\n\
         If you did not ask for it, there is nothing to do: your password stays as it is.\n",
        found.person.name,
        services.public_url(),
        token.expose_secret()
    );
    send_later(services, Mail { to: found.person.email, subject: "Set a new password".to_owned(), text });
    Ok(())
}

/// Hands a mail over in the background, again after a while if the mail server can't be reached.
pub(super) fn send_later(services: &Kernel, mail: Mail) {
    let services = services.clone();
    tokio::spawn(async move {
        for attempt in 1..=ATTEMPTS {
            match services.mailer().send(mail.clone()).await {
                Ok(()) => return,
                Err(MailError::Unreachable(error)) if attempt < ATTEMPTS => {
                    tracing::warn!(error, attempt, "mail server can't be reached");
                    tokio::time::sleep(Wait::from_secs(u64::from(attempt) * 5)).await;
                }
                Err(error) => {
                    tracing::error!(%error, "a mail was not sent");
                    return;
                }
            }
        }
    });
}

/// Sets a new password with a link's token and ends all that is signed in: sessions, programs, and API tokens, which who knew the old
/// password may have made.
///
/// # Errors
/// `not_found` if the link was used or is too old; a problem of the field `password`; `rate_limited`.
pub async fn reset_password(services: &Kernel, client: &Client, token: &str, new: &SecretString) -> Result<()> {
    services.limits().reset(client)?;
    // Before the token is spent: a password that is too short must not cost the link.
    validation::new_password(new.expose_secret())?;
    let hash = password::hash(new.expose_secret()).await?;
    let Some(person) = services.store().take_password_reset(&secret::hash(token), services.now()).await? else {
        return Err(Problem::new(Code::NotFound, "This link was used already or is too old. Ask for a new one.").into());
    };
    services.store().set_password(person, &hash, None, true).await?;
    services.revocations().tell(person);
    super::audit_of_person(services, person, "identity.password_reset", json!({ "address": client.address })).await
}

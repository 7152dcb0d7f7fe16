//! A new password for who forgot the old one: a link by mail, good for half an hour and for one use.

use chrono::Duration;
use model::{Code, Problem};
use ports::Mail;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::IdentityKernel as _;
use super::jobs::MailResetLink;
use super::{actor_of, addresses, enqueue, new_password, note_everywhere, password, secret, watch};
use kernel::{Client, Credential, Kernel, Result};

const LIFE: Duration = Duration::minutes(30);

/// Whether mails of this server reach people. Else they are written to its log, where whoever runs it finds them.
pub fn delivers_mail(kernel: &Kernel) -> bool {
    kernel.mailer().delivers()
}

/// Has a link to set a new password mailed. The answer is the same, and as quick, whether anybody has the address: the job looks.
///
/// # Errors
/// A problem of the field `email` if it is no address; `rate_limited` by the client's address.
pub async fn request_password_reset(kernel: &Kernel, client: &Client, email: &str) -> Result<()> {
    let email = addresses::mail_address(email)?;
    kernel.limits().reset(client)?;
    if !kernel.limits().reset_mail(&email) {
        return Ok(());
    }
    enqueue(kernel, &MailResetLink { email, address: client.address.clone() }).await
}

/// Makes a link and gives its mail; none if nobody has the address. Each attempt makes another link: of the token nothing is kept but
/// its hash.
pub(super) async fn link(kernel: &Kernel, asked: &MailResetLink, attempt: i64) -> Result<Option<Mail>> {
    let Some(found) = kernel.store().credentials(&asked.email).await? else { return Ok(None) };
    let Some(profile) = kernel.store().profile(found.member).await? else { return Ok(None) };
    let token = secret::new(kernel, "");
    let mut tx = kernel.begin(&actor_of(kernel, &profile, Credential::Password)).await?;
    let expires_at = tx.at() + LIFE;
    store::sessions::insert_password_reset(&mut tx, found.person.id, &secret::hash(token.expose_secret()), expires_at).await?;
    tx.audit("identity.reset_requested", found.person.id, json!({ "address": asked.address, "attempt": attempt })).await?;
    tx.commit().await?;
    let text = format!(
        "Hello {},\n\nwith this link you set a new password. It is good for 30 minutes and for one use:\n\n{}/reset-password?token={}\n\n\
         A new password ends everything that is signed in: browsers, programs, and your API tokens.\n\n\
         If you did not ask for it, there is nothing to do: your password stays as it is.\n",
        found.person.name,
        kernel.public_url(),
        token.expose_secret()
    );
    Ok(Some(Mail { to: found.person.email, subject: "Set a new password".to_owned(), text }))
}

/// Sets a new password with a link's token and ends all that is signed in: sessions, programs, and API tokens, which who knew the old
/// password may have made.
///
/// # Errors
/// `not_found` if the link was used or is too old; a problem of the field `password`; `rate_limited`.
pub async fn reset_password(kernel: &Kernel, client: &Client, token: &str, new: &SecretString) -> Result<()> {
    kernel.limits().reset(client)?;
    // Before the token is spent: a password that is too short must not cost the link.
    new_password::check(kernel, new.expose_secret(), &[]).await?;
    let hash = password::hash(new.expose_secret()).await?;
    let mut tx = kernel.begin_own().await?;
    let now = tx.at();
    let Some(person) = store::sessions::take_password_reset(&mut tx, &secret::hash(token), now).await? else {
        return Err(Problem::new(Code::NotFound, "This link was used already or is too old. Ask for a new one.").into());
    };
    if let Some(person) = store::identity::person(&mut tx, person).await? {
        new_password::check(kernel, new.expose_secret(), &[&person.name, &person.email]).await?;
    }
    store::tokens::set_password(&mut tx, person, &hash, None, true).await?;
    let organizations = store::identity::organizations_of(&mut tx, person).await?;
    note_everywhere(&mut tx, &organizations, "identity.password_reset", person, &json!({ "address": client.address })).await?;
    if let Some(any) = organizations.first() {
        watch::tell(&mut tx, *any, person).await?;
    }
    tx.commit().await
}

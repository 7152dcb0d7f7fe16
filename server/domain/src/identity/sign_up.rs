//! Signing up. Where mails reach people, a link in one makes the account, and the answer is the same for every mail address;
//! without a mail server the account is there at once.

use chrono::Duration;
use model::{Code, MemberId, Organization, OrganizationId, Person, PersonId, Profile, Role, validation};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::{NewAccount, PendingSignUp, StoreError};

use super::jobs::{MailSignUp, TellOwner};
use super::session::{Opening, SignedIn};
use super::{IdentityKernel as _, Own as _};
use super::{actor_of, addresses, enqueue, new_password, note, password, secret};
use kernel::{Actor, Client, Credential, DomainError, Kernel, Lease, Result, Tx};
use ports::Mail;

const LIFE: Duration = Duration::hours(24);
/// What was typed is kept for as long as its mail is tried to be sent; from then on it lives for [`LIFE`].
const UNSENT: Duration = Duration::hours(48);

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
pub async fn sign_up(kernel: &Kernel, client: &Client, before: Option<&Actor>, new: SignUp) -> Result<SignedUp<SignedIn>> {
    match start(kernel, client, new).await? {
        Started::Waits(email) => Ok(SignedUp::ByMail(email)),
        Started::Account(account) => {
            let opening = Opening::new(kernel, client, before, &profile_of(&account));
            create(kernel, client, &account, Some(&opening)).await?;
            Ok(SignedUp::In(opening.signed_in(kernel)))
        }
    }
}

/// The same for a program, which has no session.
///
/// # Errors
/// `forbidden` if the server takes no strangers; a problem of a field; `rate_limited`. Without a mail server also `conflict`
/// if the mail address has an account.
pub async fn sign_up_program(kernel: &Kernel, client: &Client, new: SignUp) -> Result<SignedUp<Actor>> {
    match start(kernel, client, new).await? {
        Started::Waits(email) => Ok(SignedUp::ByMail(email)),
        Started::Account(account) => {
            create(kernel, client, &account, None).await?;
            Ok(SignedUp::In(actor_of(kernel, &profile_of(&account), Credential::Password)))
        }
    }
}

/// Makes the account of a link's token, and signs the browser in. The session that it had `before` ends.
///
/// # Errors
/// As [`confirm_sign_up_program`].
pub async fn confirm_sign_up(kernel: &Kernel, client: &Client, before: Option<&Actor>, token: &str) -> Result<SignedIn> {
    let open = |profile: &Profile| Some(Opening::new(kernel, client, before, profile));
    let (profile, opening) = confirm(kernel, client, token, open).await?;
    let opening = opening.ok_or_else(|| DomainError::Internal(format!("no session was opened for {}", profile.member)))?;
    Ok(opening.signed_in(kernel))
}

/// The same for a program, which has no session.
///
/// # Errors
/// `not_found` if the link was used, is too old or was replaced, or the mail address got an account meanwhile; `forbidden`
/// if the server takes no strangers any more; `rate_limited`.
pub async fn confirm_sign_up_program(kernel: &Kernel, client: &Client, token: &str) -> Result<Actor> {
    let (profile, _) = confirm(kernel, client, token, |_| None).await?;
    Ok(actor_of(kernel, &profile, Credential::Password))
}

/// Whether nobody has an account here yet and a stranger may make the first one: then signing in is no use to anybody.
///
/// # Errors
/// If the database fails.
pub async fn is_first_visit(kernel: &Kernel) -> Result<bool> {
    Ok(kernel.open_sign_up() && !kernel.store().has_people().await?)
}

enum Started {
    /// For the mail to this address.
    Waits(String),
    /// There is no mail to wait for.
    Account(NewAccount),
}

async fn start(kernel: &Kernel, client: &Client, new: SignUp) -> Result<Started> {
    check_open(kernel)?;
    let name = validation::NAME.parse(&new.name)?;
    let email = addresses::mail_address(&new.email)?;
    let organization = validation::ORGANIZATION.parse(&new.organization)?;
    new_password::check(kernel, new.password.expose_secret(), &[&name, &email, &organization]).await?;
    kernel.limits().sign_up(client)?;
    let password_hash = password::hash(new.password.expose_secret()).await?;
    let pending = PendingSignUp { email, name, organization, password_hash, expires_at: kernel.now() + UNSENT };
    if !kernel.mailer().delivers() {
        return Ok(Started::Account(account_of(kernel, pending)));
    }
    if kernel.limits().sign_up_mail(&pending.email) {
        // The same for every address: the job looks whether it has an account.
        let mut tx = kernel.begin_own().await?;
        let now = tx.at();
        // No token has this hash; the mail's comes when it is written.
        store::sign_ups::insert(&mut tx, &pending, &kernel.secret(), now).await?;
        tx.enqueue(&MailSignUp { email: pending.email.clone() }).await?;
        tx.commit().await?;
    }
    Ok(Started::Waits(pending.email))
}

fn check_open(kernel: &Kernel) -> Result<()> {
    if kernel.open_sign_up() {
        return Ok(());
    }
    Err(DomainError::new(Code::Forbidden, "This server takes no new accounts. Ask its administrator."))
}

/// Makes an account, with a session if there is one to open.
async fn create(kernel: &Kernel, client: &Client, account: &NewAccount, opening: Option<&Opening>) -> Result<()> {
    let mut tx = kernel.begin_own().await?;
    match write(&mut tx, client, account, opening).await {
        Ok(()) => tx.commit().await,
        Err(DomainError::Store(StoreError::Taken(_))) => {
            drop(tx);
            enqueue(kernel, &TellOwner { email: account.person.email.clone() }).await?;
            Err(DomainError::new(
                Code::Conflict,
                "This account can't be made. If you have one already, sign in, or set a new password with “Forgot your password?”.",
            ))
        }
        Err(error) => Err(error),
    }
}

async fn write(tx: &mut Tx, client: &Client, account: &NewAccount, opening: Option<&Opening>) -> Result<()> {
    store::identity::insert_account(tx, account).await?;
    if let Some(opening) = opening {
        opening.write(tx).await?;
    }
    let details = json!({ "address": client.address });
    note(tx, account.organization.id, Some(account.member), "identity.sign_up", account.person.id, &details).await
}

async fn confirm(
    kernel: &Kernel,
    client: &Client,
    token: &str,
    open: impl FnOnce(&Profile) -> Option<Opening> + Send,
) -> Result<(Profile, Option<Opening>)> {
    let gone = || {
        let sentence = "This link was used already or is too old. Sign in if you have an account, else sign up again.";
        DomainError::new(Code::NotFound, sentence)
    };
    check_open(kernel)?;
    kernel.limits().sign_up(client)?;
    let hash = secret::hash(token);
    let mut tx = kernel.begin_own().await?;
    let now = tx.at();
    let pending = store::sign_ups::take(&mut tx, &hash, now).await?.ok_or_else(gone)?;
    let account = account_of(kernel, pending);
    let profile = profile_of(&account);
    let opening = open(&profile);
    match write(&mut tx, client, &account, opening.as_ref()).await {
        Ok(()) => tx.commit().await?,
        Err(DomainError::Store(StoreError::Taken(_))) => {
            // What failed took the removal back with it.
            drop(tx);
            let mut tx = kernel.begin_own().await?;
            store::sign_ups::delete(&mut tx, &hash).await?;
            tx.commit().await?;
            return Err(gone());
        }
        Err(error) => return Err(error),
    }
    Ok((profile, opening))
}

fn account_of(kernel: &Kernel, pending: PendingSignUp) -> NewAccount {
    let now = kernel.now();
    NewAccount {
        organization: Organization { id: OrganizationId(kernel.uuid()), name: pending.organization, keep_audio: true, created_at: now },
        person: Person { id: PersonId(kernel.uuid()), email: pending.email, name: pending.name, time_zone: String::new(), created_at: now },
        password_hash: pending.password_hash,
        member: MemberId(kernel.uuid()),
        role: Role::Owner,
    }
}

fn profile_of(account: &NewAccount) -> Profile {
    let NewAccount { organization, person, member, role, .. } = account.clone();
    Profile { organization, person, member, role }
}

/// Gives a waiting sign-up its token and makes the mail with it. None if there is nothing to send: it was confirmed meanwhile, has expired,
/// or the address has an account; then the owner is told by a job of its own, which takes this one's place.
pub(super) async fn link(kernel: &Kernel, email: &str, lease: &Lease) -> Result<Option<Mail>> {
    let known = kernel.store().credentials(email).await?.is_some();
    // A later attempt that finds none was the account's own: its mail went out, its link was used, and only this job didn't hear of it.
    if !kernel.store().is_sign_up_pending(email, kernel.now()).await? && (lease.attempt > 1 || !known) {
        return Ok(None);
    }
    let mut tx = kernel.begin_own().await?;
    if known {
        store::sign_ups::delete_of(&mut tx, email).await?;
        tx.enqueue(&TellOwner { email: email.to_owned() }).await?;
        tx.finish(lease).await?;
        tx.commit().await?;
        return Ok(None);
    }
    let token = secret::new(kernel, "");
    let now = tx.at();
    if !store::sign_ups::set_token(&mut tx, email, &secret::hash(token.expose_secret()), now + LIFE, now).await? {
        return Ok(None);
    }
    tx.commit().await?;
    // Nothing of what was typed: it would let strangers write to anybody.
    let text = format!(
        "Somebody, perhaps you, signed up at {url} with this mail address. This link makes the account. It works for 24 hours \
         and once:\n\n{url}/sign-up/confirm?token={token}\n\n\
         If it wasn't you, leave the link alone: the account would have a password that somebody else chose. Without the link \
         there is no account, and nothing to do.\n",
        url = kernel.public_url(),
        token = token.expose_secret()
    );
    Ok(Some(Mail { to: email.to_owned(), subject: "Confirm your mail address".to_owned(), text }))
}

/// What the owner of an address is told when somebody signs up with it.
pub(super) fn warning(kernel: &Kernel, email: String) -> Mail {
    let text = format!(
        "Somebody, perhaps you, tried to sign up at {url} with this mail address. There is an account already.\n\n\
         Sign in: {url}/sign-in\nSet a new password: {url}/forgot-password\n\nIf it wasn't you, there is nothing to do.\n",
        url = kernel.public_url()
    );
    Mail { to: email, subject: "You already have an account".to_owned(), text }
}

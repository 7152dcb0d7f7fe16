//! Who somebody is: signing up and in, sessions, passwords, tokens.
//!
//! Architecture invariants: only this module makes a [`Actor`]; secrets are kept as SHA-256 only (they are 32 random bytes,
//! so there is nothing to guess) and passwords as argon2id only; no answer and no time of an answer tells whether a mail
//! address is known here, but for sign-up on a server without mail, which has to say that it did not happen.

mod account;
mod addresses;
mod jobs;
pub mod limits;
mod new_password;
mod open;
mod password;
pub mod person;
mod profile;
mod refused;
mod relay;
mod reset;
mod secret;
mod session;
mod settings;
mod sign_up;
pub(crate) mod time_zone;
mod token;
mod watch;

pub use account::{change_password, sign_in, sign_in_program, sign_out};
use limits::Limits;
pub(crate) use open::hold_open;
pub use password::warm_up;
pub use profile::{OrganizationUpdated, PersonUpdated, organization, profile, update_organization, update_profile};
pub use refused::{RefusedPasswords, RefusedPasswordsError};
pub use relay::authenticate_relay;
pub(crate) use relay::relay_token;
pub use reset::{delivers_mail, request_password_reset, reset_password};
pub use session::{
    Authenticated, SignedIn, authenticate_session, end_other_sessions, end_program_sign_in, end_session, program_sign_ins, sessions,
};
pub use sign_up::{SignUp, SignedUp, confirm_sign_up, confirm_sign_up_program, is_first_visit, sign_up, sign_up_program};
pub use time_zone::day;
pub use token::{TokenPair, authenticate_access, authenticate_token, create_token, delete_token, issue, refresh, revoke, tokens};
use watch::AccessChanged;
pub(crate) use watch::until_over;

use std::sync::Arc;

use kernel::{
    Actor, Area, Credential, DomainError, Erasure, Job, JobEntry, Kernel, Member, Permission, PermissionEntry, PersonalData, Result,
    Schedule, Shares, Tx, Whose,
};
use model::{Code, MemberId, OrganizationId, PersonId, Profile, Role};
use ports::Mailer;
use secrecy::SecretString;
use serde_json::Value;

/// Removes what has expired: sessions, reset links, sign-ups, refresh tokens. A job calls it.
///
/// # Errors
/// If the database fails.
pub async fn tidy(kernel: &Kernel) -> Result<u64> {
    let mut tx = kernel.begin_own().await?;
    let now = tx.at();
    let sessions = store::sessions::delete_expired(&mut tx, now).await?;
    let tokens = store::tokens::delete_expired(&mut tx, now).await?;
    let sign_ups = store::sign_ups::delete_expired(&mut tx, now).await?;
    tx.commit().await?;
    Ok(sessions + tokens + sign_ups)
}

/// May change the organization's name and settings.
pub const MANAGE_ORGANIZATION: Permission = Permission::new("identity.manage_organization");

/// What this area hands to the binary.
pub const AREA: Area = Area {
    jobs: &[
        JobEntry::of::<jobs::Tidy>(),
        JobEntry::of::<jobs::NoteRefusedSignIn>(),
        JobEntry::of::<jobs::MailResetLink>(),
        JobEntry::of::<jobs::MailSignUp>(),
        JobEntry::of::<jobs::TellOwner>(),
    ],
    schedules: &[Schedule { name: "identity.tidy", cron: "7 * * * *", job: JobEntry::of::<jobs::Tidy>() }],
    events: &[OrganizationUpdated::ENTRY, PersonUpdated::ENTRY, AccessChanged::ENTRY],
    permissions: &[PermissionEntry {
        permission: MANAGE_ORGANIZATION,
        doc: "Change the organization's name and settings.",
        least: Role::Admin,
    }],
    personal_data: &[
        PersonalData::deleted("jobs", "payload ->> 'email'", Whose::Address, "until the mail is sent, a day at most"),
        PersonalData::deleted("sign_ups", "email", Whose::Address, "24 hours"),
        PersonalData::deleted("sessions", "person_id", Whose::Person, "30 days"),
        PersonalData::deleted("password_resets", "person_id", Whose::Person, "30 minutes"),
        PersonalData::deleted("refresh_tokens", "member_id", Whose::Member, "30 days"),
        PersonalData::deleted("api_tokens", "member_id", Whose::Member, "until deleted"),
        PersonalData::deleted("audit_entries", "actor", Whose::Member, "as long as the organization")
            .but(Erasure::Keep("the log is chained, and names members by number only")),
        PersonalData::deleted("members", "person_id", Whose::Person, "as long as the account"),
        PersonalData::deleted("people", "id", Whose::Person, "as long as the account"),
    ],
    on_start: |kernel| {
        Box::pin(async move {
            if let Err(error) = addresses::compose_all(kernel).await {
                error.log("mail addresses that an older version wrote otherwise could not be looked for");
            }
        })
    },
    settings: settings::SETTINGS,
    ..Area::new("identity")
};

/// What this area works with and remembers while the server runs.
pub struct IdentityState {
    mailer: Arc<dyn Mailer>,
    token_key: SecretString,
    open_sign_up: bool,
    refused_passwords: Option<RefusedPasswords>,
    limits: Limits,
    /// What each member has open.
    open: Shares<MemberId>,
}

impl IdentityState {
    /// `token_key` signs access tokens; `open_sign_up` is whether strangers may open an organization; `refused_passwords` are refused beside
    /// the built-in ones.
    pub fn new(mailer: Arc<dyn Mailer>, token_key: SecretString, open_sign_up: bool, refused_passwords: Option<RefusedPasswords>) -> Self {
        Self { mailer, token_key, open_sign_up, refused_passwords, limits: Limits::default(), open: Shares::default() }
    }
}

/// The kernel with this area's state.
pub trait IdentityKernel {
    /// Mail.
    fn mailer(&self) -> &dyn Mailer;
    /// Rate limits.
    fn limits(&self) -> &Limits;
}

impl IdentityKernel for Kernel {
    fn mailer(&self) -> &dyn Mailer {
        &*self.state::<IdentityState>().mailer
    }

    fn limits(&self) -> &Limits {
        &self.state::<IdentityState>().limits
    }
}

/// What only this area looks at.
trait Own {
    fn token_key(&self) -> &SecretString;
    fn open_sign_up(&self) -> bool;
    fn refused_passwords(&self) -> Option<&RefusedPasswords>;
    fn open_counts(&self) -> &Shares<MemberId>;
}

impl Own for Kernel {
    fn token_key(&self) -> &SecretString {
        &self.state::<IdentityState>().token_key
    }

    fn open_sign_up(&self) -> bool {
        self.state::<IdentityState>().open_sign_up
    }

    fn refused_passwords(&self) -> Option<&RefusedPasswords> {
        self.state::<IdentityState>().refused_passwords.as_ref()
    }

    fn open_counts(&self) -> &Shares<MemberId> {
        &self.state::<IdentityState>().open
    }
}

/// A member as stored now.
fn actor_of(kernel: &Kernel, profile: &Profile, credential: Credential) -> Actor {
    kernel.admit(profile.organization.id, Member::new(profile.member, profile.person.id, profile.role, credential))
}

/// Has something done later that nobody is waited for to do.
async fn enqueue<J: Job>(kernel: &Kernel, job: &J) -> Result<()> {
    let mut tx = kernel.begin_own().await?;
    tx.enqueue(job).await?;
    tx.commit().await
}

/// Writes a line into an organization's log, where it turns out within the unit of work which one it is.
async fn note(
    tx: &mut Tx,
    organization: OrganizationId,
    member: Option<MemberId>,
    action: &str,
    subject: impl ToString,
    details: &Value,
) -> Result<()> {
    let (at, subject) = (tx.at(), subject.to_string());
    Ok(store::audit::append(tx, organization, member, action, &subject, details, at).await?)
}

/// The same for a person's own matter, in several organizations, in the order of [`store::identity::organizations_of`].
async fn note_everywhere(tx: &mut Tx, organizations: &[OrganizationId], action: &str, person: PersonId, details: &Value) -> Result<()> {
    for organization in organizations {
        note(tx, *organization, None, action, person, details).await?;
    }
    Ok(())
}

fn signed_out() -> DomainError {
    DomainError::new(Code::Unauthenticated, "You are signed out. Sign in again.")
}

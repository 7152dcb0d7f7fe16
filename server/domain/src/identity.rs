//! Who somebody is: signing up and in, sessions, passwords, tokens.
//!
//! Architecture invariants: only this module makes a [`Scope`]; secrets are kept as SHA-256 only (they are 32 random bytes,
//! so there is nothing to guess) and passwords as argon2id only; no answer and no time of an answer tells whether a mail
//! address is known here, but for sign-up on a server without mail, which has to say that it did not happen.

mod account;
pub mod limits;
mod password;
mod profile;
mod reset;
mod secret;
mod session;
mod sign_up;
mod token;
mod watch;

pub use account::{change_password, sign_in, sign_in_program, sign_out};
pub use password::warm_up;
pub use profile::{organization, profile, update_organization, update_profile};
pub use reset::{request_password_reset, reset_password};
pub use session::{
    SignedIn, Visit, authenticate_session, end_other_sessions, end_program_sign_in, end_session, program_sign_ins, sessions,
};
pub use sign_up::{SignUp, SignedUp, confirm_sign_up, confirm_sign_up_program, sign_up, sign_up_program};
pub use token::{TokenPair, authenticate_access, authenticate_token, create_token, delete_token, issue, refresh, revoke, tokens};
pub(crate) use watch::{Revocations, until_over};

use model::{Code, Profile};

use crate::error::{DomainError, Result};
use crate::scope::{Credential, Scope};

/// Removes what has expired: sessions, reset links, sign-ups, refresh tokens. A job calls it.
///
/// # Errors
/// If the database fails.
pub async fn tidy(services: &crate::Services) -> Result<u64> {
    Ok(services.store().delete_expired(services.now()).await?)
}

/// The scope of a member as stored now.
fn scope_of(profile: &Profile, credential: Credential) -> Scope {
    Scope { organization: profile.organization.id, member: profile.member, person: profile.person.id, role: profile.role, credential }
}

fn signed_out() -> DomainError {
    DomainError::new(Code::Unauthenticated, "You are signed out. Sign in again.")
}

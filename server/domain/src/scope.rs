//! Who asks.

use chrono::{DateTime, Utc};
use model::{ApiTokenId, MemberId, OrganizationId, PersonId, Role, SessionId};
use uuid::Uuid;

use crate::error::{DomainError, Result};

/// The authenticated caller. Only `identity` can make one, so a function that takes a scope can't be reached without.
#[derive(Clone, Debug)]
pub struct Scope {
    pub(crate) organization: OrganizationId,
    pub(crate) member: MemberId,
    pub(crate) person: PersonId,
    pub(crate) role: Role,
    pub(crate) credential: Credential,
}

/// What the caller came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// The password, in this very request.
    Password,
    /// A browser's cookie.
    Session(SessionId),
    /// An access token of a program's sign-in.
    Program {
        /// The sign-in.
        family: Uuid,
        /// When it happened.
        signed_in_at: DateTime<Utc>,
    },
    /// A long-lived token.
    ApiToken(ApiTokenId),
}

impl Scope {
    /// The tenant.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// The caller's place in it.
    pub fn member(&self) -> MemberId {
        self.member
    }

    /// The caller.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The caller's role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The browser session, if it is one (and not a token).
    pub fn session(&self) -> Option<SessionId> {
        match self.credential {
            Credential::Session(session) => Some(session),
            _ => None,
        }
    }

    /// Refuses roles below `least`.
    ///
    /// # Errors
    /// `forbidden`, with a sentence that names the role that is needed.
    pub fn require(&self, least: Role) -> Result<()> {
        if self.role >= least {
            return Ok(());
        }
        Err(DomainError::new(model::Code::Forbidden, format!("Your role does not allow this. Ask somebody with the role {least}.")))
    }
}

/// Where a request comes from, for rate limits and the list of sessions.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// Remote address as text.
    pub address: String,
    /// `User-Agent`, at most 300 characters of it are kept.
    pub user_agent: String,
}

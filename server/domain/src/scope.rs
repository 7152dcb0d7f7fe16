//! Who asks.

use model::{MemberId, OrganizationId, PersonId, Role, SessionId};

use crate::error::{DomainError, Result};

/// The authenticated caller. Only `identity` can make one, so a function that takes a scope can't be reached without.
#[derive(Clone, Debug)]
pub struct Scope {
    pub(crate) organization: OrganizationId,
    pub(crate) member: MemberId,
    pub(crate) person: PersonId,
    pub(crate) role: Role,
    pub(crate) session: Option<SessionId>,
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
        self.session
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

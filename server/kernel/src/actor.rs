//! Who acts.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use model::{ApiTokenId, Code, MemberId, OrganizationId, PersonId, Role, SessionId, TokenScope};
use uuid::Uuid;

use crate::error::{DomainError, Result};
use crate::permission::{Permission, PermissionSet};

/// Who acts, in which organization, and what they may do. Every function of the domain that reads or changes an organization's data
/// takes one first. Only the identity area admits members; the server itself acts as [`Who::System`] with a reason.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Actor {
    /// The tenant.
    pub organization: OrganizationId,
    /// Who it is.
    pub who: Who,
    permissions: PermissionSet,
    /// The key under which their request is done once.
    request: Option<Arc<str>>,
}

/// The kinds of actors.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Who {
    /// A signed-in person, or a program with their token.
    Member(Member),
    /// The server, for an organization, with nobody asking: a job, a schedule, a webhook. It may do everything within the organization.
    System {
        /// Why, for the log.
        reason: &'static str,
    },
}

/// A person's place in an organization, as authenticated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Member {
    /// The place.
    pub id: MemberId,
    /// The person.
    pub person: PersonId,
    /// The built-in role.
    pub role: Role,
    /// What they came with.
    pub credential: Credential,
}

/// What somebody came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
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
    ApiToken {
        /// Which.
        id: ApiTokenId,
        /// What may be done with it.
        scope: TokenScope,
    },
}

impl Member {
    /// A member as authenticated.
    pub const fn new(id: MemberId, person: PersonId, role: Role, credential: Credential) -> Self {
        Self { id, person, role, credential }
    }
}

impl Actor {
    /// Admits a member. For the identity area, which has authenticated them; a test of the arrows sees to that.
    pub const fn admit(organization: OrganizationId, member: Member, permissions: PermissionSet) -> Self {
        Self { organization, who: Who::Member(member), permissions, request: None }
    }

    /// The server itself, for an organization.
    pub fn system(organization: OrganizationId, reason: &'static str) -> Self {
        Self { organization, who: Who::System { reason }, permissions: PermissionSet::default(), request: None }
    }

    /// The same, within a request that is done once under this key (`Idempotency-Key`): each of its commits notes that.
    #[must_use]
    pub fn within_request(mut self, key: &str) -> Self {
        self.request = Some(key.into());
        self
    }

    /// That key.
    pub(crate) const fn request(&self) -> Option<&Arc<str>> {
        self.request.as_ref()
    }

    /// The member, where only a person can be meant: whose calls, whose sessions.
    ///
    /// # Errors
    /// `forbidden` for everybody else.
    pub fn member(&self) -> Result<&Member> {
        match &self.who {
            Who::Member(member) => Ok(member),
            Who::System { .. } => Err(DomainError::new(Code::Forbidden, "Only a member of the organization can do this.")),
        }
    }

    /// The member's id, for what is noted beside a change; none for the server itself.
    pub const fn member_id(&self) -> Option<MemberId> {
        match &self.who {
            Who::Member(member) => Some(member.id),
            Who::System { .. } => None,
        }
    }

    /// The browser session, if it is one (and not a token).
    pub const fn session(&self) -> Option<SessionId> {
        match &self.who {
            Who::Member(Member { credential: Credential::Session(session), .. }) => Some(*session),
            _ => None,
        }
    }

    /// Whether it came with a token for reading only: each of its changes is refused ([`crate::Kernel::begin`]).
    pub const fn reads_only(&self) -> bool {
        matches!(&self.who, Who::Member(Member { credential: Credential::ApiToken { scope: TokenScope::Read, .. }, .. }))
    }

    /// Refuses who came with a token for reading only.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn require_changes(&self) -> Result<()> {
        if self.reads_only() {
            return Err(DomainError::new(Code::Forbidden, "This API token is for reading only. Make one that may change things."));
        }
        Ok(())
    }

    /// Whether this actor may do something.
    pub fn may(&self, permission: Permission) -> bool {
        match &self.who {
            Who::System { .. } => true,
            Who::Member(_) => self.permissions.contains(permission),
        }
    }

    /// Refuses who may not do something.
    ///
    /// # Errors
    /// `forbidden`, with a sentence that says what is missing.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) {
            return Ok(());
        }
        Err(DomainError::new(
            Code::Forbidden,
            format!("Your role does not allow this ({permission}). Ask an administrator of your organization."),
        ))
    }

    /// What this actor may do; empty for the server itself, which may do everything.
    pub const fn permissions(&self) -> &PermissionSet {
        &self.permissions
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

//! Organizations, people, their roles and the ways they are signed in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ApiTokenId, MemberId, OrganizationId, PersonId, SessionId, SignInId};
use crate::text_enum::text_enum;

text_enum! {
    /// What a member may do. Declared from the least to the most, so that roles compare.
    Role {
        /// Sees what is shared with them.
        Guest = "guest",
        /// Has own calls.
        Rep = "rep",
        /// Sees and coaches the organization's calls.
        Manager = "manager",
        /// Sets the organization up.
        Admin = "admin",
        /// Admin who can't be removed by others.
        Owner = "owner",
    }
}

/// An API token to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewApiToken {
    /// What it is for, 1 to 120 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120, pattern = "line"))]
    pub name: String,
    /// What a program may do with it.
    #[serde(default = "NewApiToken::all")]
    pub scope: TokenScope,
    /// After how many days it ends by itself, 1 to 365.
    #[serde(default = "NewApiToken::days")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 365))]
    pub days: u16,
}

impl NewApiToken {
    /// What is taken if nothing is said.
    pub const DAYS: u16 = 90;

    const fn all() -> TokenScope {
        TokenScope::All
    }

    const fn days() -> u16 {
        Self::DAYS
    }
}

text_enum! {
    /// What a program may do with an API token.
    TokenScope {
        /// See what its person sees, search and ask; change nothing.
        Read = "read",
        /// All that its person may.
        All = "all",
    }
}

/// A tenant and its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Organization {
    /// Identifier.
    pub id: OrganizationId,
    /// Name, 1 to 120 characters.
    pub name: String,
    /// Whether recordings are kept. If not, audio is heard and forgotten.
    pub keep_audio: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
}

/// Somebody who signs in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// Identifier.
    pub id: PersonId,
    /// Mail address, lower case.
    pub email: String,
    /// Name, 1 to 120 characters.
    pub name: String,
    /// Where the person's clock is, as the IANA names it; empty until it is known, which counts as UTC.
    pub time_zone: String,
    /// When the person signed up.
    pub created_at: DateTime<Utc>,
}

/// The signed-in person, as pages and `GET /api/v1/auth/me` show them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    /// The person.
    pub person: Person,
    /// The organization that this session works in.
    pub organization: Organization,
    /// The person's place in it.
    pub member: MemberId,
    /// The person's role in it.
    pub role: Role,
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Identifier; not the cookie's secret.
    pub id: SessionId,
    /// Whose.
    pub person_id: PersonId,
    /// In which role and organization.
    pub member_id: MemberId,
    /// What the browser called itself, at most 300 characters.
    pub user_agent: String,
    /// From which address, as the server saw it.
    pub address: String,
    /// When the person signed in.
    pub created_at: DateTime<Utc>,
    /// Last use, to within a minute.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// A program that signed in with the mail address and the password, and stays so by its refresh token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct ProgramSignIn {
    /// Identifier; no secret.
    pub id: SignInId,
    /// What the program called itself, at most 300 characters.
    pub user_agent: String,
    /// From which address, as the server saw it.
    pub address: String,
    /// When it signed in.
    pub signed_in_at: DateTime<Utc>,
    /// When it last got a new access token.
    pub last_seen_at: DateTime<Utc>,
}

/// A long-lived token for programs. The secret is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiToken {
    /// Identifier.
    pub id: ApiTokenId,
    /// Whose rights it carries.
    pub member_id: MemberId,
    /// What it is for, 1 to 120 characters.
    pub name: String,
    /// Its first characters, to tell tokens apart.
    pub prefix: String,
    /// What a program may do with it.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub scope: TokenScope,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself; none for one of a version before, which lasts until it is deleted.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to within a minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

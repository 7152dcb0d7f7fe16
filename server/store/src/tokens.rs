//! Refresh tokens and API tokens of the REST interface. Secrets are kept as hashes only.

use chrono::{DateTime, Utc};
use model::{ApiToken, ApiTokenId, MemberId, OrganizationId, PersonId, ProgramSignIn, SessionId};
use uuid::Uuid;

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::sessions::Standing;
use crate::statements::statements;

macro_rules! api_columns {
    () => {
        "id, member_id, name, prefix, scope, created_at, expires_at, last_used_at"
    };
}

statements! {
    INSERT_REFRESH = "
        INSERT INTO refresh_tokens
            (id, family, member_id, token_hash, expires_at, spent, user_agent, address, signed_in_at, issued_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    SPEND_REFRESH = "
        UPDATE refresh_tokens SET spent = $3 WHERE token_hash = $1 AND expires_at > $2 AND NOT spent
        RETURNING family, member_id, user_agent, address, signed_in_at";
    REFRESH_FAMILY = "SELECT family FROM refresh_tokens WHERE token_hash = $1 AND expires_at > $2";
    LIVING_FAMILY = "SELECT signed_in_at FROM refresh_tokens WHERE family = $1 AND expires_at > $2 AND spent = $3 LIMIT 1";
    STANDING_FAMILY = "
        SELECT m.organization_id, m.role FROM refresh_tokens t JOIN members m ON m.id = t.member_id
        WHERE t.family = $1 AND t.expires_at > $2 AND t.spent = $3 LIMIT 1";
    PROGRAM_SIGN_INS = "
        SELECT t.family AS id, t.user_agent, t.address, t.signed_in_at, t.issued_at AS last_seen_at
        FROM refresh_tokens t JOIN members m ON m.id = t.member_id
        WHERE m.person_id = $1 AND t.expires_at > $2 AND t.spent = $3 ORDER BY t.issued_at DESC, t.id DESC";
    REVOKE_FAMILY_OF = "
        UPDATE refresh_tokens SET spent = $3
        WHERE family = $2 AND NOT spent AND member_id IN (SELECT id FROM members WHERE person_id = $1)";
    REVOKE_FAMILY = "UPDATE refresh_tokens SET spent = $2 WHERE family = $1 AND NOT spent";
    WHOSE_FAMILY = "
        SELECT m.organization_id, m.id AS member_id, m.person_id FROM refresh_tokens t JOIN members m ON m.id = t.member_id
        WHERE t.family = $1 LIMIT 1";
    REVOKE_OF_PERSON = "
        UPDATE refresh_tokens SET spent = $2 WHERE NOT spent AND member_id IN (SELECT id FROM members WHERE person_id = $1)";
    DELETE_EXPIRED_REFRESH = "DELETE FROM refresh_tokens WHERE expires_at <= $1";
    INSERT_API_TOKEN = concat!(
        "INSERT INTO api_tokens (", api_columns!(), ", organization_id, token_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    );
    API_TOKEN = concat!("SELECT ", api_columns!(), " FROM api_tokens WHERE token_hash = $1");
    API_TOKENS = concat!("SELECT ", api_columns!(), " FROM api_tokens WHERE member_id = $1 ORDER BY created_at DESC, id DESC");
    STANDING_API_TOKEN = "
        SELECT m.organization_id, m.role FROM api_tokens t JOIN members m ON m.id = t.member_id
        WHERE t.organization_id = $1 AND t.id = $2 AND (t.expires_at IS NULL OR t.expires_at > $3)";
    DELETE_API_TOKENS_OF = "DELETE FROM api_tokens WHERE member_id IN (SELECT id FROM members WHERE person_id = $1)";
    DELETE_API_TOKEN = "DELETE FROM api_tokens WHERE member_id = $1 AND id = $2";
    TOUCH_API_TOKEN = "UPDATE api_tokens SET last_used_at = $2 WHERE id = $1";
}

/// A refresh token without its secret. Each is good for one use; its successors are of the same family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// Identifier.
    pub id: Uuid,
    /// One sign-in and all that came of it.
    pub family: Uuid,
    /// Whose rights it carries.
    pub member: MemberId,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// What the program called itself when it signed in, at most 300 characters.
    pub user_agent: String,
    /// From which address it signed in.
    pub address: String,
    /// When it signed in.
    pub signed_in_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Spent {
    family: Uuid,
    member_id: MemberId,
    user_agent: String,
    address: String,
    signed_in_at: DateTime<Utc>,
}

/// What came of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// The old token is spent, the new one is kept.
    Ok {
        /// Whose rights it carries.
        member: MemberId,
        /// The sign-in it comes from.
        family: Uuid,
    },
    /// It was spent before: somebody has a copy. The whole family is revoked.
    Reused {
        /// The sign-in it comes from.
        family: Uuid,
        /// Whether this ended it; false if it had ended before.
        ended: bool,
    },
    /// No such token, or it has expired.
    Unknown,
}

/// Whose sign-in it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Whose {
    /// The organization.
    pub organization_id: OrganizationId,
    /// The place in it.
    pub member_id: MemberId,
    /// The person.
    pub person_id: PersonId,
}

/// Keeps a sign-in's first refresh token.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the member is gone.
pub async fn insert_refresh(tx: &mut Tx, token: &RefreshToken, hash: &[u8]) -> Result<()> {
    query!(
        within tx, execute, INSERT_REFRESH, token.id, token.family, token.member, hash, token.expires_at, false, &token.user_agent,
        &token.address, token.signed_in_at, token.signed_in_at
    )?;
    Ok(())
}

/// Spends a token and keeps its successor, which gets the same family and member. A token that was spent before revokes its family.
///
/// # Errors
/// What the engine says.
pub async fn rotate_refresh(
    tx: &mut Tx,
    hash: &[u8],
    now: DateTime<Utc>,
    new_id: Uuid,
    new_hash: &[u8],
    new_expires_at: DateTime<Utc>,
) -> Result<Refreshed> {
    if let Some(old) = query!(within tx, optional Spent, SPEND_REFRESH, hash, now, true)? {
        query!(
            within tx, execute, INSERT_REFRESH, new_id, old.family, old.member_id, new_hash, new_expires_at, false, &old.user_agent,
            &old.address, old.signed_in_at, now
        )?;
        return Ok(Refreshed::Ok { member: old.member_id, family: old.family });
    }
    let Some(family) = family_of(tx, hash, now).await? else { return Ok(Refreshed::Unknown) };
    Ok(Refreshed::Reused { family, ended: revoke_family(tx, family).await? })
}

/// The sign-in that a refresh token is of, spent or not; none if it is unknown or has expired.
///
/// # Errors
/// What the engine says.
pub async fn family_of(tx: &mut Tx, hash: &[u8], now: DateTime<Utc>) -> Result<Option<Uuid>> {
    Ok(query!(within tx, optional (Uuid,), REFRESH_FAMILY, hash, now)?.map(|(family,)| family))
}

/// Whose sign-in it is; none if no token of it is left.
///
/// # Errors
/// What the engine says.
pub async fn whose_family(tx: &mut Tx, family: Uuid) -> Result<Option<Whose>> {
    query!(within tx, optional Whose, WHOSE_FAMILY, family)
}

/// Spends every token of a sign-in; false if it had ended before.
///
/// # Errors
/// What the engine says.
pub async fn revoke_family(tx: &mut Tx, family: Uuid) -> Result<bool> {
    Ok(query!(within tx, execute, REVOKE_FAMILY, family, true)? > 0)
}

/// Ends the sign-in of one of a person's programs; false if the person has no such one.
///
/// # Errors
/// What the engine says.
pub async fn end_program_sign_in(tx: &mut Tx, person: PersonId, family: Uuid) -> Result<bool> {
    Ok(query!(within tx, execute, REVOKE_FAMILY_OF, person, family, true)? > 0)
}

/// Ends all of a person's sessions but one, and all sign-ins of programs; gives how many.
///
/// # Errors
/// What the engine says.
pub async fn end_sign_ins(tx: &mut Tx, person: PersonId, except: SessionId) -> Result<u64> {
    let sessions = crate::sessions::delete_all(tx, person, Some(except)).await?;
    let programs = query!(within tx, execute, REVOKE_OF_PERSON, person, true)?;
    Ok(sessions + programs)
}

/// Sets a person's password hash, and ends what was signed in with the old one: sessions but `kept`, programs, links to set a new
/// password, and API tokens if so wished. False if there is no such person.
///
/// # Errors
/// What the engine says.
pub async fn set_password(tx: &mut Tx, person: PersonId, hash: &str, kept: Option<SessionId>, api_tokens: bool) -> Result<bool> {
    if query!(within tx, execute, crate::identity::SET_PASSWORD, person, hash)? == 0 {
        return Ok(false);
    }
    crate::sessions::delete_password_reset(tx, person).await?;
    crate::sessions::delete_all(tx, person, kept).await?;
    query!(within tx, execute, REVOKE_OF_PERSON, person, true)?;
    if api_tokens {
        query!(within tx, execute, DELETE_API_TOKENS_OF, person)?;
    }
    Ok(true)
}

/// Forgets refresh tokens that have expired; gives how many.
///
/// # Errors
/// What the engine says.
pub async fn delete_expired(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64> {
    query!(within tx, execute, DELETE_EXPIRED_REFRESH, now)
}

/// Keeps an API token.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the member is gone or of another organization.
pub async fn insert_api_token(tx: &mut Tx, token: &ApiToken, organization: OrganizationId, hash: &[u8]) -> Result<()> {
    query!(
        within tx, execute, INSERT_API_TOKEN, token.id, token.member_id, &token.name, &token.prefix, token.scope.as_str(),
        token.created_at, token.expires_at, token.last_used_at, organization, hash
    )?;
    Ok(())
}

/// Takes one of a member's tokens back; false if the member has no such token.
///
/// # Errors
/// What the engine says.
pub async fn delete_api_token(tx: &mut Tx, member: MemberId, token: ApiTokenId) -> Result<bool> {
    Ok(query!(within tx, execute, DELETE_API_TOKEN, member, token)? > 0)
}

impl Store {
    /// The sign-ins of a person's programs that can still go on, last used first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn program_sign_ins(&self, person: PersonId, now: DateTime<Utc>) -> Result<Vec<ProgramSignIn>> {
        query!(read self, all ProgramSignIn, PROGRAM_SIGN_INS, person, now, false)
    }

    /// When a program's sign-in happened, if it has a token that can still be spent: it was not revoked.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn living_family(&self, family: Uuid, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        Ok(query!(read self, optional (DateTime<Utc>,), LIVING_FAMILY, family, now, false)?.map(|(at,)| at))
    }

    /// Where and as what the member of a program's sign-in stands now; none if it was revoked.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn standing_of_family(&self, family: Uuid, now: DateTime<Utc>) -> Result<Option<Standing>> {
        query!(read self, optional Standing, STANDING_FAMILY, family, now, false)
    }

    /// The same for an API token that has not ended by `now`.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn standing_of_api_token(
        &self,
        organization: OrganizationId,
        token: ApiTokenId,
        now: DateTime<Utc>,
    ) -> Result<Option<Standing>> {
        query!(read self, optional Standing, STANDING_API_TOKEN, organization, token, now)
    }

    /// The token of a secret.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn api_token(&self, hash: &[u8]) -> Result<Option<ApiToken>> {
        query!(read self, optional ApiToken, API_TOKEN, hash)
    }

    /// A member's tokens, newest first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn api_tokens(&self, member: MemberId) -> Result<Vec<ApiToken>> {
        query!(read self, all ApiToken, API_TOKENS, member)
    }

    /// Notes a token's last use.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn touch_api_token(&self, token: ApiTokenId, at: DateTime<Utc>) -> Result<()> {
        self.urgent(|| async { query!(write self, execute, TOUCH_API_TOKEN, token, at) }).await?;
        Ok(())
    }
}

//! Signed-in browsers and password resets. Secrets are kept as hashes only.

use chrono::{DateTime, Utc};
use model::{OrganizationId, PersonId, Role, Session, SessionId};
use uuid::Uuid;

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

macro_rules! columns {
    () => {
        "id, person_id, member_id, user_agent, address, created_at, last_seen_at, expires_at"
    };
}

statements! {
    INSERT_SESSION = concat!(
        "INSERT INTO sessions (", columns!(), ", secret_hash, sign_in)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, COALESCE((SELECT sign_in FROM sessions WHERE id = $10), $1))"
    );
    SIGN_IN = "SELECT sign_in FROM sessions WHERE id = $1";
    STANDING_SESSION = "
        SELECT m.organization_id, m.role FROM sessions s JOIN members m ON m.id = s.member_id
        WHERE s.sign_in = $1 AND s.expires_at > $2 LIMIT 1";
    SESSION = concat!("SELECT ", columns!(), " FROM sessions WHERE secret_hash = $1 AND expires_at > $2");
    TOUCH_SESSION = "UPDATE sessions SET last_seen_at = $2, expires_at = $3 WHERE id = $1";
    RETIRE_SESSION = "UPDATE sessions SET expires_at = $2 WHERE id = $1 AND expires_at > $2";
    ROTATE_SESSION = "UPDATE sessions SET secret_hash = $2 WHERE id = $1";
    SESSIONS = concat!(
        "SELECT ", columns!(), " FROM sessions WHERE person_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC"
    );
    SIGNED_IN_FROM = "
        SELECT 1 FROM sessions s JOIN people p ON p.id = s.person_id WHERE p.email = $1 AND s.address = $2
        UNION ALL
        SELECT 1 FROM refresh_tokens r JOIN members m ON m.id = r.member_id JOIN people p ON p.id = m.person_id
        WHERE p.email = $1 AND r.address = $2
        LIMIT 1";
    DELETE_SESSION = "
        DELETE FROM sessions WHERE person_id = $1
            AND (id = $2 OR sign_in = (SELECT other.sign_in FROM sessions other WHERE other.id = $2 AND other.person_id = $1))";
    DELETE_SESSIONS = "DELETE FROM sessions WHERE person_id = $1";
    DELETE_OTHER_SESSIONS = "DELETE FROM sessions WHERE person_id = $1 AND id <> $2";
    DELETE_EXPIRED_SESSIONS = "DELETE FROM sessions WHERE expires_at <= $1";
    INSERT_PASSWORD_RESET = "
        INSERT INTO password_resets (person_id, token_hash, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (person_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at";
    DELETE_PASSWORD_RESET = "DELETE FROM password_resets WHERE person_id = $1";
    TAKE_PASSWORD_RESET = "DELETE FROM password_resets WHERE token_hash = $1 AND expires_at > $2 RETURNING person_id";
    DELETE_EXPIRED_RESETS = "DELETE FROM password_resets WHERE expires_at <= $1";
}

/// What a credential is good for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Standing {
    /// The organization.
    pub organization_id: OrganizationId,
    /// The role in it.
    #[sqlx(try_from = "String")]
    pub role: Role,
}

/// Keeps a new session under the hash of its cookie's secret.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the person or the member is gone.
pub async fn insert(tx: &mut Tx, session: &Session, secret_hash: &[u8]) -> Result<()> {
    insert_successor(tx, session, session.id, secret_hash).await
}

/// The same for a session that takes another one's place: both are of one sign-in.
///
/// # Errors
/// As [`insert`].
pub async fn insert_successor(tx: &mut Tx, session: &Session, of: SessionId, secret_hash: &[u8]) -> Result<()> {
    query!(
        within tx, execute, INSERT_SESSION, session.id, session.person_id, session.member_id, &session.user_agent, &session.address,
        session.created_at, session.last_seen_at, session.expires_at, secret_hash, of
    )?;
    Ok(())
}

/// Lets a session end at `until`, sooner than it would by itself; false if it already does, so that of several who want to replace it
/// one may.
///
/// # Errors
/// What the engine says.
pub async fn retire(tx: &mut Tx, session: SessionId, until: DateTime<Utc>) -> Result<bool> {
    Ok(query!(within tx, execute, RETIRE_SESSION, session, until)? > 0)
}

/// Gives a session a new secret; false if it is gone.
///
/// # Errors
/// What the engine says.
pub async fn rotate(tx: &mut Tx, session: SessionId, new_secret_hash: &[u8]) -> Result<bool> {
    Ok(query!(within tx, execute, ROTATE_SESSION, session, new_secret_hash)? > 0)
}

/// Notes a session's last use, and when it now ends by itself.
///
/// # Errors
/// What the engine says.
pub async fn touch(tx: &mut Tx, session: SessionId, at: DateTime<Utc>, expires_at: DateTime<Utc>) -> Result<()> {
    query!(within tx, execute, TOUCH_SESSION, session, at, expires_at)?;
    Ok(())
}

/// Ends one of a person's sessions, with what it took the place of; false if the person has no such session.
///
/// # Errors
/// What the engine says.
pub async fn delete(tx: &mut Tx, person: PersonId, session: SessionId) -> Result<bool> {
    Ok(query!(within tx, execute, DELETE_SESSION, person, session)? > 0)
}

/// Ends all of a person's sessions but one; gives how many.
///
/// # Errors
/// What the engine says.
pub async fn delete_all(tx: &mut Tx, person: PersonId, except: Option<SessionId>) -> Result<u64> {
    match except {
        Some(kept) => query!(within tx, execute, DELETE_OTHER_SESSIONS, person, kept),
        None => query!(within tx, execute, DELETE_SESSIONS, person),
    }
}

/// Keeps a reset token's hash; the person's older one stops working.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the person is gone.
pub async fn insert_password_reset(tx: &mut Tx, person: PersonId, token_hash: &[u8], expires_at: DateTime<Utc>) -> Result<()> {
    query!(within tx, execute, INSERT_PASSWORD_RESET, person, token_hash, expires_at)?;
    Ok(())
}

/// Uses a reset token up; gives whose it was. None if it is unknown, used or expired.
///
/// # Errors
/// What the engine says.
pub async fn take_password_reset(tx: &mut Tx, token_hash: &[u8], now: DateTime<Utc>) -> Result<Option<PersonId>> {
    Ok(query!(within tx, optional (PersonId,), TAKE_PASSWORD_RESET, token_hash, now)?.map(|(person,)| person))
}

/// Lets a person's link to set a new password stop working.
///
/// # Errors
/// What the engine says.
pub async fn delete_password_reset(tx: &mut Tx, person: PersonId) -> Result<()> {
    query!(within tx, execute, DELETE_PASSWORD_RESET, person)?;
    Ok(())
}

/// Forgets sessions and password resets that have expired; gives how many.
///
/// # Errors
/// What the engine says.
pub async fn delete_expired(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64> {
    let sessions = query!(within tx, execute, DELETE_EXPIRED_SESSIONS, now)?;
    let resets = query!(within tx, execute, DELETE_EXPIRED_RESETS, now)?;
    Ok(sessions + resets)
}

impl Store {
    /// The sign-in that a session is of; none if it is gone.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn sign_in_of(&self, session: SessionId) -> Result<Option<Uuid>> {
        Ok(query!(read self, optional (Uuid,), SIGN_IN, session)?.map(|(sign_in,)| sign_in))
    }

    /// Where and as what a sign-in's member stands now; none if no session of it is left.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn standing_of_sign_in(&self, sign_in: Uuid, now: DateTime<Utc>) -> Result<Option<Standing>> {
        query!(read self, optional Standing, STANDING_SESSION, sign_in, now)
    }

    /// Whether whoever has a mail address is signed in from an address, with a browser or a program.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn is_signed_in_from(&self, email: &str, address: &str) -> Result<bool> {
        Ok(query!(read self, optional (i32,), SIGNED_IN_FROM, email, address)?.is_some())
    }

    /// The session of a cookie, unless it has expired.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn session(&self, secret_hash: &[u8], now: DateTime<Utc>) -> Result<Option<Session>> {
        query!(read self, optional Session, SESSION, secret_hash, now)
    }

    /// As [`touch`], by itself.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn touch_session(&self, session: SessionId, at: DateTime<Utc>, expires_at: DateTime<Utc>) -> Result<()> {
        self.urgent(|| async { query!(write self, execute, TOUCH_SESSION, session, at, expires_at) }).await?;
        Ok(())
    }

    /// A person's sessions that have not expired, last used first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn sessions(&self, person: PersonId, now: DateTime<Utc>) -> Result<Vec<Session>> {
        query!(read self, all Session, SESSIONS, person, now)
    }
}

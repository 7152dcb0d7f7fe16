//! Sign-ups that wait for a mail to be sent, and for the link in it to be used. The link's secret is kept as a hash only.

use chrono::{DateTime, Utc};

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    INSERT_SIGN_UP = "
        INSERT INTO sign_ups (email, token_hash, name, organization, password_hash, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (email) DO UPDATE SET token_hash = excluded.token_hash, name = excluded.name,
            organization = excluded.organization, password_hash = excluded.password_hash, expires_at = excluded.expires_at";
    TAKE_SIGN_UP = "
        DELETE FROM sign_ups WHERE token_hash = $1 AND expires_at > $2
        RETURNING email, name, organization, password_hash, expires_at";
    IS_PENDING = "SELECT email FROM sign_ups WHERE email = $1 AND expires_at > $2";
    SET_SIGN_UP_TOKEN = "UPDATE sign_ups SET token_hash = $2, expires_at = $3 WHERE email = $1 AND expires_at > $4";
    DELETE_SIGN_UP = "DELETE FROM sign_ups WHERE token_hash = $1";
    DELETE_SIGN_UP_OF = "DELETE FROM sign_ups WHERE email = $1";
    DELETE_EXPIRED_SIGN_UPS = "DELETE FROM sign_ups WHERE expires_at <= $1";
}

/// What somebody typed to sign up, until the mail address is known to be theirs.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PendingSignUp {
    /// The mail address, lower case.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The new organization's name.
    pub organization: String,
    /// As argon2id prints it.
    pub password_hash: String,
    /// When the link stops working.
    pub expires_at: DateTime<Utc>,
}

/// Keeps a sign-up under the hash of its link's token; an older one of the same address stops working, and those that have expired are
/// forgotten.
///
/// # Errors
/// What the engine says.
pub async fn insert(tx: &mut Tx, pending: &PendingSignUp, token_hash: &[u8], now: DateTime<Utc>) -> Result<()> {
    delete_expired(tx, now).await?;
    query!(
        within tx, execute, INSERT_SIGN_UP, &pending.email, token_hash, &pending.name, &pending.organization, &pending.password_hash,
        pending.expires_at
    )?;
    Ok(())
}

/// Gives the sign-up of a mail address another token, good until `expires_at`; false if none waits.
///
/// # Errors
/// What the engine says.
pub async fn set_token(tx: &mut Tx, email: &str, token_hash: &[u8], expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<bool> {
    Ok(query!(within tx, execute, SET_SIGN_UP_TOKEN, email, token_hash, expires_at, now)? > 0)
}

/// Uses a sign-up's token up; gives what was typed. None if the token is unknown, used or expired.
///
/// # Errors
/// What the engine says.
pub async fn take(tx: &mut Tx, token_hash: &[u8], now: DateTime<Utc>) -> Result<Option<PendingSignUp>> {
    query!(within tx, optional PendingSignUp, TAKE_SIGN_UP, token_hash, now)
}

/// Forgets the sign-up of a token.
///
/// # Errors
/// What the engine says.
pub async fn delete(tx: &mut Tx, token_hash: &[u8]) -> Result<()> {
    query!(within tx, execute, DELETE_SIGN_UP, token_hash)?;
    Ok(())
}

/// Forgets the sign-up of a mail address; false if none waits.
///
/// # Errors
/// What the engine says.
pub async fn delete_of(tx: &mut Tx, email: &str) -> Result<bool> {
    Ok(query!(within tx, execute, DELETE_SIGN_UP_OF, email)? > 0)
}

/// Forgets those that have expired; gives how many.
///
/// # Errors
/// What the engine says.
pub async fn delete_expired(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64> {
    query!(within tx, execute, DELETE_EXPIRED_SIGN_UPS, now)
}

impl Store {
    /// Whether a sign-up of a mail address waits.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn is_sign_up_pending(&self, email: &str, now: DateTime<Utc>) -> Result<bool> {
        Ok(query!(read self, optional (String,), IS_PENDING, email, now)?.is_some())
    }
}

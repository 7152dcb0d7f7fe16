//! Sign-ups that wait for the link in a mail to be used. The link's secret is kept as a hash only.

use chrono::{DateTime, Utc};

use crate::engine::{Store, query};
use crate::error::{Result, StoreError};
use crate::identity::{NewAccount, insert_account};
use crate::statements::statements;

statements! {
    INSERT_SIGN_UP = "
        INSERT INTO sign_ups (email, token_hash, name, organization, password_hash, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (email) DO UPDATE SET token_hash = excluded.token_hash, name = excluded.name,
            organization = excluded.organization, password_hash = excluded.password_hash, expires_at = excluded.expires_at";
    TAKE_SIGN_UP = "
        DELETE FROM sign_ups WHERE token_hash = $1 AND expires_at > $2
        RETURNING email, name, organization, password_hash, expires_at";
    DELETE_SIGN_UP = "DELETE FROM sign_ups WHERE token_hash = $1";
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

impl Store {
    /// Keeps a sign-up under the hash of its link's token; an older one of the same address stops working, and those that
    /// have expired are forgotten.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn insert_sign_up(&self, pending: &PendingSignUp, token_hash: &[u8], now: DateTime<Utc>) -> Result<()> {
        query!(write self, execute, DELETE_EXPIRED_SIGN_UPS, now)?;
        query!(
            write self, execute, INSERT_SIGN_UP, &pending.email, token_hash, &pending.name, &pending.organization,
            &pending.password_hash, pending.expires_at
        )?;
        Ok(())
    }

    /// Uses a sign-up's token up and makes of it what `account` says, all or nothing. None if the token is unknown, used or
    /// expired.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the mail address got an account meanwhile; the token is then used up, too.
    pub async fn confirm_sign_up(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
        account: impl FnOnce(PendingSignUp) -> NewAccount + Send,
    ) -> Result<Option<NewAccount>> {
        let mut tx = self.begin().await?;
        let Some(pending) = query!(within &mut tx, optional PendingSignUp, TAKE_SIGN_UP, token_hash, now)? else { return Ok(None) };
        let account = account(pending);
        match insert_account(&mut tx, &account).await {
            Ok(()) => tx.commit().await.map(|()| Some(account)),
            Err(error) => {
                // What failed takes the removal back with it.
                drop(tx);
                if matches!(error, StoreError::Taken(_)) {
                    query!(write self, execute, DELETE_SIGN_UP, token_hash)?;
                }
                Err(error)
            }
        }
    }
}

//! Passwords: argon2id with the parameters that OWASP recommends (19 MiB, two passes, one lane).

use std::sync::{LazyLock, OnceLock};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use kernel::{DomainError, Result};

/// Longer ones were never accepted, so they are wrong without hashing them.
const LONGEST: usize = 200 * 4;

/// Each running hash takes 19 MiB and a core: more at once than cores would only make all of them slow.
static AT_ONCE: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, |cores| cores.get().min(8))));

/// A hash that no password has, for mail addresses that nobody has.
static NOBODY: OnceLock<String> = OnceLock::new();

/// Makes the hash for unknown mail addresses, so that not even the first answer after a start tells.
///
/// # Errors
/// If hashing fails.
pub async fn warm_up() -> Result<()> {
    nobody().await.map(drop)
}

async fn nobody() -> Result<String> {
    if let Some(hash) = NOBODY.get() {
        return Ok(hash.clone());
    }
    let hash = hash("nobody has this password").await?;
    Ok(NOBODY.get_or_init(|| hash).clone())
}

/// A password as it is hashed (RFC 8265, OpaqueString): computers write the same letters and spaces in different ways.
pub(super) fn normalized(password: &str) -> String {
    password.chars().map(|sign| if sign.is_whitespace() { ' ' } else { sign }).nfc().collect()
}

/// The hash of a new password, with a new salt.
pub(super) async fn hash(password: &str) -> Result<String> {
    let password = normalized(password);
    at_once(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash: PasswordHash| hash.to_string())
            .map_err(|error| DomainError::Internal(format!("argon2: {error}")))
    })
    .await?
}

/// Whether `password` belongs to `hash`; takes the same time without a hash, and is then false.
pub(super) async fn verify(password: &str, hash: Option<String>) -> Result<bool> {
    if password.len() > LONGEST {
        return Ok(false);
    }
    let known = hash.is_some();
    let hash = match hash {
        Some(hash) => hash,
        None => nobody().await?,
    };
    // Accounts of before have the hash of what was typed.
    let mut written = vec![normalized(password)];
    if written[0] != password {
        written.push(password.to_owned());
    }
    let fits = at_once(move || {
        let parsed = PasswordHash::new(&hash).map_err(|error| DomainError::Internal(format!("a stored password hash: {error}")))?;
        Ok::<_, DomainError>(written.iter().any(|password| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()))
    })
    .await??;
    Ok(fits && known)
}

async fn at_once<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _permit = AT_ONCE.acquire().await.map_err(|error| DomainError::Internal(error.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| DomainError::Internal(format!("hashing: {error}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let stored = hash("correct horse battery").await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(stored, hash("correct horse battery").await.unwrap(), "each hash has its own salt");
        assert!(verify("correct horse battery", Some(stored.clone())).await.unwrap());
        assert!(!verify("correct horse batterz", Some(stored)).await.unwrap());
    }

    #[tokio::test]
    async fn the_same_password_of_another_computer_fits() {
        let stored = hash("größe ist relativ").await.unwrap();
        for written in ["gro\u{308}ße ist relativ", "größe\u{a0}ist relativ"] {
            assert!(verify(written, Some(stored.clone())).await.unwrap(), "{written:?}");
        }
        let of_before: PasswordHash = Argon2::default().hash_password("gro\u{308}ße".as_bytes()).unwrap();
        assert!(verify("gro\u{308}ße", Some(of_before.to_string())).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_a_password() {
        assert!(!verify("nobody has this password", None).await.unwrap());
        assert!(!verify(&"x".repeat(10_000_000), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_broken_hash_is_an_error_not_a_match() {
        assert!(verify("x", Some("rubbish".into())).await.is_err());
    }
}

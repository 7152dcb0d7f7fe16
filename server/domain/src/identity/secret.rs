//! Opaque secrets: what the client holds, and what we keep of it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use kernel::Kernel;

/// A new secret: 32 random bytes as text, after `prefix`.
pub(super) fn new(kernel: &Kernel, prefix: &str) -> SecretString {
    SecretString::from(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(kernel.secret())))
}

/// What the database has of a secret.
pub(super) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

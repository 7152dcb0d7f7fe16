//! Small secrets sealed for keeping: `v1:key-id:nonce:ciphertext`, AES-256-GCM, bound to whom they belong to.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::files::KeyRing;

const VERSION: &str = "v1";

/// A sealed secret was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The key ring has no key to seal by.
    #[error("there is no key to keep secrets by; set one (vault_keys), or let the server make one in its data folder")]
    NoKey,
    /// It was sealed by a key that the ring doesn't hold.
    #[error("it is sealed by the key “{0}”, which the key ring does not hold; put that key back")]
    UnknownKey(String),
    /// It was changed, belongs to somebody else, or its key is another one of the same name.
    #[error("it can't be opened by the key “{0}”: it was changed, or belongs to something else")]
    Refused(String),
    /// It is no envelope.
    #[error("it is not sealed as this release seals")]
    Malformed,
}

/// Seals a secret. `context` is whom and what it belongs to: opened with another one it is refused. `nonce` is 12 bytes, never used twice.
///
/// # Errors
/// [`EnvelopeError::NoKey`].
pub fn seal(keys: &KeyRing, context: &[u8], nonce: [u8; NONCE_LEN], secret: &[u8]) -> Result<String, EnvelopeError> {
    let (name, key) = keys.current().ok_or(EnvelopeError::NoKey)?;
    let mut sealed = secret.to_vec();
    cipher(name, key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound(name, context)), &mut sealed)
        .map_err(|_| EnvelopeError::Refused(name.to_owned()))?;
    Ok(format!("{VERSION}:{name}:{}:{}", URL_SAFE_NO_PAD.encode(nonce), URL_SAFE_NO_PAD.encode(sealed)))
}

/// Opens what [`seal`] sealed.
///
/// # Errors
/// [`EnvelopeError`].
pub fn open(keys: &KeyRing, context: &[u8], envelope: &str) -> Result<Vec<u8>, EnvelopeError> {
    let (name, nonce, sealed) = parts(envelope).ok_or(EnvelopeError::Malformed)?;
    let key = keys.find(name).ok_or_else(|| EnvelopeError::UnknownKey(name.to_owned()))?;
    let mut bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| EnvelopeError::Malformed)?;
    let nonce =
        URL_SAFE_NO_PAD.decode(nonce).ok().and_then(|nonce| <[u8; NONCE_LEN]>::try_from(nonce).ok()).ok_or(EnvelopeError::Malformed)?;
    let opened = cipher(name, key)?
        .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(bound(name, context)), &mut bytes)
        .map_err(|_| EnvelopeError::Refused(name.to_owned()))?;
    Ok(opened.to_vec())
}

/// Whether it is sealed by the ring's current key.
pub fn is_current(keys: &KeyRing, envelope: &str) -> bool {
    parts(envelope).map(|(name, ..)| name) == keys.current().map(|(name, _)| name)
}

fn parts(envelope: &str) -> Option<(&str, &str, &str)> {
    let mut parts = envelope.split(':');
    let all = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    (all.0 == VERSION && parts.next().is_none()).then_some((all.1, all.2, all.3))
}

fn cipher(name: &str, key: &[u8; 32]) -> Result<LessSafeKey, EnvelopeError> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| EnvelopeError::Refused(name.to_owned()))?;
    Ok(LessSafeKey::new(key))
}

/// The key's name is bound too, so that it can't be exchanged.
fn bound(name: &str, context: &[u8]) -> Vec<u8> {
    [VERSION.as_bytes(), b":", name.as_bytes(), b":", context].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ring(text: &str) -> KeyRing {
        let key = |name: &str| format!("{name}:{}", base64::engine::general_purpose::STANDARD.encode([name.as_bytes()[0]; 32]));
        KeyRing::parse(&text.split(',').filter(|name| !name.is_empty()).map(key).collect::<Vec<_>>().join(",").into()).unwrap()
    }

    #[test]
    fn what_is_sealed_is_opened_by_its_key_and_for_its_owner_only() {
        let sealed = seal(&ring("a"), b"acme/crm", [7; 12], b"token").unwrap();
        assert!(!sealed.contains("token") && sealed.starts_with("v1:a:"));
        assert_eq!(open(&ring("a"), b"acme/crm", &sealed).unwrap(), b"token");
        assert_eq!(open(&ring("b,a"), b"acme/crm", &sealed).unwrap(), b"token", "a newer key stands in front");
        assert_eq!(open(&ring("a"), b"other/crm", &sealed), Err(EnvelopeError::Refused("a".to_owned())));
        assert_eq!(open(&ring("b"), b"acme/crm", &sealed), Err(EnvelopeError::UnknownKey("a".to_owned())));
        assert_eq!(seal(&ring(""), b"", [0; 12], b"x"), Err(EnvelopeError::NoKey));
        assert!(is_current(&ring("a"), &sealed) && !is_current(&ring("b,a"), &sealed));
    }

    #[test]
    fn what_was_changed_is_refused() {
        let sealed = seal(&ring("a"), b"x", [7; 12], b"token").unwrap();
        for (place, _) in sealed.char_indices() {
            let mut changed = sealed.clone().into_bytes();
            changed[place] ^= 1;
            if let Ok(changed) = String::from_utf8(changed) {
                assert!(open(&ring("a"), b"x", &changed).is_err(), "{changed}");
            }
        }
    }
}

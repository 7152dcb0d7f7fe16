use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretBox, SecretString};

/// The word that stands for "not encrypted" among keys.
const PLAIN: &str = "plain";
const LONGEST_NAME: usize = 32;

/// The keys that files are encrypted by. The first one is used for what is written, all of them for what is read: a key is
/// changed by putting a new one in front.
///
/// Without keys nothing is encrypted. With keys only encrypted files are read, unless the word `plain` is among them: else
/// whoever can write to the storage could slip a file under us.
#[derive(Clone, Default)]
pub struct KeyRing {
    keys: std::sync::Arc<[(String, SecretBox<[u8; 32]>)]>,
    /// Where the word `plain` stands among the keys.
    plain: Option<usize>,
}

/// What is wrong with `files_keys`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// An entry has no name.
    #[error(
        "entry {0} is not like name:key; the name has 1 to 32 letters, digits, dots, dashes or underscores, the key is 32 random bytes in base64, as `openssl rand -base64 32` makes them"
    )]
    Entry(usize),
    /// A key can't be one.
    #[error("the key “{0}” is not 32 bytes in base64; make one with `openssl rand -base64 32`")]
    Key(String),
    /// A name stands there twice.
    #[error("the name “{0}” stands there twice")]
    Twice(String),
}

impl KeyRing {
    /// Reads `name:base64,name:base64`, with the word `plain` where files without encryption belong; empty for no encryption.
    ///
    /// # Errors
    /// [`KeyRingError`]; it says no key.
    pub fn parse(text: &SecretString) -> Result<Self, KeyRingError> {
        let mut keys: Vec<(String, SecretBox<[u8; 32]>)> = Vec::new();
        let mut plain = None;
        let entries = text.expose_secret().split(',').map(str::trim).filter(|entry| !entry.is_empty());
        for (index, entry) in entries.enumerate() {
            if entry == PLAIN {
                if plain.replace(keys.len()).is_some() {
                    return Err(KeyRingError::Twice(PLAIN.to_owned()));
                }
                continue;
            }
            let (name, key) = entry.split_once(':').ok_or(KeyRingError::Entry(index + 1))?;
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
            if name.is_empty() || name.len() > LONGEST_NAME || name == PLAIN || !name.bytes().all(letter) {
                return Err(KeyRingError::Entry(index + 1));
            }
            if keys.iter().any(|(other, _)| other == name) {
                return Err(KeyRingError::Twice(name.to_owned()));
            }
            keys.push((name.to_owned(), decode(key).ok_or_else(|| KeyRingError::Key(name.to_owned()))?));
        }
        Ok(Self { keys: keys.into(), plain })
    }

    /// The key for what is written; none if it isn't encrypted.
    pub(crate) fn current(&self) -> Option<(&str, &[u8; 32])> {
        let (name, key) = self.keys.first().filter(|_| self.plain != Some(0))?;
        Some((name, key.expose_secret()))
    }

    /// The key of a name.
    pub(crate) fn find(&self, name: &str) -> Option<&[u8; 32]> {
        self.keys.iter().find(|(other, _)| other == name).map(|(_, key)| key.expose_secret())
    }

    /// Whether a file that isn't encrypted may be read.
    pub(super) fn reads_plain(&self) -> bool {
        self.keys.is_empty() || self.plain.is_some()
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The name of the key that new files are encrypted by; none if they aren't encrypted.
    pub fn current_name(&self) -> Option<&str> {
        self.current().map(|(name, _)| name)
    }
}

fn decode(text: &str) -> Option<SecretBox<[u8; 32]>> {
    let text = text.trim_end_matches('=');
    let bytes = STANDARD_NO_PAD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()?;
    Some(SecretBox::new(Box::new(bytes.try_into().ok()?)))
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(name, _)| name)).entries(self.plain.map(|_| PLAIN)).finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=";
    const B: &str = "__________________________________________8";

    fn parse(text: &str) -> Result<KeyRing, KeyRingError> {
        KeyRing::parse(&text.to_owned().into())
    }

    #[test]
    fn the_first_key_writes_and_all_of_them_read() {
        let ring = parse(&format!("2027:{A}, 2026:{B}")).unwrap();
        assert_eq!(ring.current_name(), Some("2027"));
        assert_eq!(ring.find("2026"), Some(&[255; 32]));
        assert!(ring.find("2025").is_none() && !ring.reads_plain());
        assert_eq!(format!("{ring:?}"), "[\"2027\", \"2026\"]");
    }

    #[test]
    fn plain_files_are_read_only_when_it_is_said() {
        let none = parse("").unwrap();
        assert!(none.reads_plain() && none.current_name().is_none());
        let begun = parse(&format!("a:{A},plain")).unwrap();
        assert!(begun.reads_plain() && begun.current_name() == Some("a"));
        let ended = parse(&format!("plain,a:{A}")).unwrap();
        assert!(ended.reads_plain() && ended.current_name().is_none() && ended.find("a").is_some());
    }

    #[test]
    fn what_is_wrong_is_said_without_saying_the_key() {
        assert_eq!(parse(A).unwrap_err(), KeyRingError::Entry(1));
        assert_eq!(parse(&format!("a:{A},b c:{A}")).unwrap_err(), KeyRingError::Entry(2));
        assert_eq!(parse(&format!("plain:{A}")).unwrap_err(), KeyRingError::Entry(1));
        assert_eq!(parse("a:AAAA").unwrap_err(), KeyRingError::Key("a".to_owned()));
        assert_eq!(parse(&format!("a:{A},a:{B}")).unwrap_err(), KeyRingError::Twice("a".to_owned()));
        assert_eq!(parse(&format!("plain,a:{A},plain")).unwrap_err(), KeyRingError::Twice("plain".to_owned()));
    }
}

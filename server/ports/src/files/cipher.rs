//! How an encrypted file looks: a header, then chunks of 64 KB, each with its own tag (STREAM: the nonce carries the chunk's
//! number and whether it is the last, so that nothing can be cut, swapped or appended).
//!
//! ```text
//! "CLZY" 01 │ length, name of the key │ salt (16) │ nonce prefix (7) │ check (16) │ chunk + tag │ chunk + tag │ … │ last chunk + tag
//! ```
//!
//! Every file has a key of its own, derived from the ring's key and the salt, so nonces never meet. `check` is derived beside
//! it: a wrong key is told from a changed file. Associated data of each chunk is the header and the file's own name.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use bytes::{Buf, BytesMut};

use super::{FileError, KeyRing};

/// Plain bytes in a chunk; only the last may have fewer.
pub(super) const CHUNK: usize = 64 * 1024;
pub(super) const TAG: usize = 16;
const SEALED: usize = CHUNK + TAG;
/// What an encrypted file starts with: four letters and the version of the format.
const MAGIC: &[u8; 5] = b"CLZY\x01";
const SALT: usize = 16;
const PREFIX: usize = 7;
const CHECK: usize = 16;

struct Cipher {
    key: LessSafeKey,
    prefix: [u8; PREFIX],
    counter: u32,
    associated: Vec<u8>,
}

impl Cipher {
    fn nonce(&mut self, last: bool) -> Result<Nonce, FileError> {
        let mut nonce = [0; 12];
        nonce[..PREFIX].copy_from_slice(&self.prefix);
        nonce[PREFIX..11].copy_from_slice(&self.counter.to_be_bytes());
        nonce[11] = u8::from(last);
        // After 2³² chunks the counter would start again: 280 TB, which no limit of ours lets through.
        self.counter = self.counter.checked_add(1).ok_or(FileError::TooLarge { limit: u64::from(u32::MAX) * CHUNK as u64 })?;
        Ok(Nonce::assume_unique_for_key(nonce))
    }
}

/// Encrypts one file.
pub(super) struct Sealer {
    cipher: Cipher,
    waiting: BytesMut,
}

impl Sealer {
    /// Starts a file: writes its header.
    pub(super) fn new(name: &str, key: &[u8; 32], object: &str, out: &mut BytesMut) -> Result<Self, FileError> {
        let mut random = [0; SALT + PREFIX];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| internal("no random bytes"))?;
        let (salt, prefix) = random.split_at(SALT);
        let mut header = MAGIC.to_vec();
        header.push(u8::try_from(name.len()).map_err(|_| internal("the key's name is too long"))?);
        header.extend_from_slice(name.as_bytes());
        header.extend_from_slice(&random);
        let derived = derive(key, salt)?;
        header.extend_from_slice(&derived.check);
        out.extend_from_slice(&header);
        Ok(Self { cipher: derived.cipher(prefix, header, object)?, waiting: BytesMut::with_capacity(SEALED) })
    }

    /// Takes more of the file.
    pub(super) fn push(&mut self, mut bytes: &[u8], out: &mut BytesMut) -> Result<(), FileError> {
        while !bytes.is_empty() {
            // A full chunk waits for what comes: nobody knows yet whether it is the last.
            if self.waiting.len() == CHUNK {
                self.seal(false, out)?;
            }
            let taken = bytes.len().min(CHUNK - self.waiting.len());
            self.waiting.extend_from_slice(&bytes[..taken]);
            bytes.advance(taken);
        }
        Ok(())
    }

    /// Nothing more comes.
    pub(super) fn finish(mut self, out: &mut BytesMut) -> Result<(), FileError> {
        self.seal(true, out)
    }

    fn seal(&mut self, last: bool, out: &mut BytesMut) -> Result<(), FileError> {
        let nonce = self.cipher.nonce(last)?;
        let associated = Aad::from(&self.cipher.associated);
        let tag = self.cipher.key.seal_in_place_separate_tag(nonce, associated, &mut self.waiting);
        out.extend_from_slice(&self.waiting);
        out.extend_from_slice(tag.map_err(|_| internal("a chunk could not be encrypted"))?.as_ref());
        self.waiting.clear();
        Ok(())
    }
}

/// Decrypts one file, or passes one on that isn't encrypted.
pub(super) struct Opener {
    ring: KeyRing,
    object: String,
    waiting: BytesMut,
    state: CipherState,
}

enum CipherState {
    Start,
    Plain,
    Sealed(Cipher),
}

impl Opener {
    pub(super) fn new(ring: KeyRing, object: String) -> Self {
        Self { ring, object, waiting: BytesMut::new(), state: CipherState::Start }
    }

    /// Takes more of what is stored and hands back what is certain of the content.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut BytesMut) -> Result<(), FileError> {
        self.waiting.extend_from_slice(bytes);
        if matches!(self.state, CipherState::Start) && !self.start(false)? {
            return Ok(());
        }
        match &mut self.state {
            CipherState::Start => {}
            CipherState::Plain => out.unsplit(self.waiting.split()),
            CipherState::Sealed(cipher) => {
                while self.waiting.len() > SEALED {
                    out.unsplit(open(cipher, self.waiting.split_to(SEALED), false)?);
                }
            }
        }
        Ok(())
    }

    /// Nothing more comes: only now is it certain that nothing is missing.
    pub(super) fn finish(mut self, out: &mut BytesMut) -> Result<(), FileError> {
        if matches!(self.state, CipherState::Start) {
            self.start(true)?;
        }
        match &mut self.state {
            CipherState::Start => Err(FileError::Truncated),
            CipherState::Plain => {
                out.unsplit(self.waiting);
                Ok(())
            }
            CipherState::Sealed(_) if self.waiting.len() < TAG => Err(FileError::Truncated),
            CipherState::Sealed(cipher) => {
                let counter = cipher.counter;
                match open(cipher, self.waiting.clone(), true) {
                    Ok(rest) => out.unsplit(rest),
                    Err(error) => {
                        // Good, but not the last: the chunks after it are gone.
                        cipher.counter = counter;
                        return Err(if open(cipher, self.waiting, false).is_ok() { FileError::Truncated } else { error });
                    }
                }
                Ok(())
            }
        }
    }

    /// Reads the header; false if more of it must come first.
    fn start(&mut self, end: bool) -> Result<bool, FileError> {
        let known = self.waiting.len().min(MAGIC.len());
        // An encrypted file has more than its first letters; a plain one of few bytes is just short.
        if self.waiting[..known] != MAGIC[..known] || (end && known < MAGIC.len()) {
            if !self.ring.reads_plain() {
                return Err(FileError::NotEncrypted);
            }
            self.state = CipherState::Plain;
            return Ok(true);
        }
        let Some(&name_length) = self.waiting.get(MAGIC.len()) else { return Ok(false) };
        let name_end = MAGIC.len() + 1 + usize::from(name_length);
        if self.waiting.len() < name_end + SALT + PREFIX + CHECK {
            return Ok(false);
        }
        let header = self.waiting.split_to(name_end + SALT + PREFIX + CHECK).to_vec();
        let name = String::from_utf8_lossy(&header[MAGIC.len() + 1..name_end]).into_owned();
        let (salt, rest) = header[name_end..].split_at(SALT);
        let (prefix, check) = rest.split_at(PREFIX);
        let key = self.ring.find(&name).ok_or_else(|| FileError::NoKey(name.clone()))?;
        let derived = derive(key, salt)?;
        if aws_lc_rs::constant_time::verify_slices_are_equal(&derived.check, check).is_err() {
            return Err(FileError::WrongKey(name));
        }
        self.state = CipherState::Sealed(derived.cipher(prefix, header.clone(), &self.object)?);
        Ok(true)
    }
}

/// The name of the key in a file's first bytes; none if it isn't encrypted.
pub(super) fn key_name(start: &[u8]) -> Option<String> {
    let rest = start.strip_prefix(MAGIC)?;
    let (&length, rest) = rest.split_first()?;
    Some(String::from_utf8_lossy(rest.get(..usize::from(length))?).into_owned())
}

/// The most bytes that [`key_name`] looks at.
pub(super) const NAMED_WITHIN: u64 = (MAGIC.len() + 1 + 255) as u64;

fn open(cipher: &mut Cipher, mut chunk: BytesMut, last: bool) -> Result<BytesMut, FileError> {
    let nonce = cipher.nonce(last)?;
    let length = cipher.key.open_in_place(nonce, Aad::from(&cipher.associated), &mut chunk).map_err(|_| FileError::Tampered)?.len();
    chunk.truncate(length);
    Ok(chunk)
}

struct Derived {
    key: [u8; 32],
    check: [u8; CHECK],
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32 + CHECK
    }
}

fn derive(key: &[u8; 32], salt: &[u8]) -> Result<Derived, FileError> {
    let mut bytes = [0; 32 + CHECK];
    let derived = Salt::new(HKDF_SHA256, salt).extract(key);
    derived
        .expand(&[b"closezly file v1"], Length)
        .and_then(|material| material.fill(&mut bytes))
        .map_err(|_| internal("no key was derived"))?;
    let (mut key, mut check) = ([0; 32], [0; CHECK]);
    key.copy_from_slice(&bytes[..32]);
    check.copy_from_slice(&bytes[32..]);
    Ok(Derived { key, check })
}

impl Derived {
    fn cipher(&self, prefix: &[u8], header: Vec<u8>, object: &str) -> Result<Cipher, FileError> {
        let key = UnboundKey::new(&AES_256_GCM, &self.key).map_err(|_| internal("the key can't be used"))?;
        let mut associated = header;
        associated.extend_from_slice(object.as_bytes());
        let prefix = prefix.try_into().map_err(|_| internal("the nonce has another length"))?;
        Ok(Cipher { key: LessSafeKey::new(key), prefix, counter: 0, associated })
    }
}

fn internal(what: &str) -> FileError {
    FileError::Local(std::io::Error::other(what.to_owned()))
}

#[cfg(test)]
mod tests;

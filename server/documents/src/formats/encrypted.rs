//! Office files with a password: the package is encrypted in an old container (ECMA-376, agile and standard).

use std::io::{Cursor, Read};

use office_crypto::DecryptError;

use crate::failure::Failure;
use crate::formats::xml::{Token, Xml};

const UNREAD: &str = "This file is encrypted in a way that is not read. Save it without its password, and give that.";
const RIGHTS: &str =
    "This file is protected by rights management, which only the program of its owner can open. Save it without protection, and give that.";

/// The package of an encrypted file. One that no password would open is told at once: nobody is asked for one in vain.
pub fn decrypt(bytes: &[u8], password: Option<&str>) -> Result<Vec<u8>, Failure> {
    if let Some(why) = unread(bytes) {
        return Err(Failure::Unsupported(why.into()));
    }
    let password = password.ok_or(Failure::PasswordNeeded)?;
    match office_crypto::decrypt_from_bytes(bytes.to_vec(), password) {
        // A wrong password decrypts too, to noise.
        Ok(package) if package.starts_with(b"PK") => Ok(package),
        Ok(_) => Err(Failure::PasswordWrong),
        Err(DecryptError::Unimplemented(_)) => Err(Failure::Unsupported(UNREAD.into())),
        Err(_) if is_whole(bytes) => Err(Failure::PasswordWrong),
        Err(_) => Err(Failure::broken("file")),
    }
}

/// Why no password would open a file; none if one may.
fn unread(bytes: &[u8]) -> Option<&'static str> {
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let entries: Vec<String> = container.walk().map(|entry| entry.name().to_owned()).collect();
    if entries.iter().any(|name| name.contains("DRMEncrypted") || name.contains("DRMTransform")) {
        return Some(RIGHTS);
    }
    let mut info = Vec::new();
    container.open_stream("/EncryptionInfo").ok()?.take(1 << 20).read_to_end(&mut info).ok()?;
    // One that is cut off is damaged, which is another sentence.
    let version = info.get(..4)?;
    let is_read = match version {
        [4, 0, 4, 0] => is_agile_read(&String::from_utf8_lossy(&info[4..])),
        // The standard encryption: AES with 128 bits, not RC4.
        [2..=4, 0, 2, 0] => info.get(20..24).is_none_or(|algorithm| algorithm == [0x0e, 0x66, 0, 0]),
        _ => false,
    };
    (!is_read).then_some(UNREAD)
}

/// Whether an agile encryption is one that is read: AES with 256 bits, hashes of SHA-512, a password as its key.
fn is_agile_read(info: &str) -> bool {
    let mut by_password = false;
    for token in Xml::new(info) {
        let Token::Open(tag) = token else { continue };
        let is = |name: &str, value: &str| tag.get(name).is_none_or(|found| found.eq_ignore_ascii_case(value));
        match tag.name() {
            "keyData" if !(is("hashAlgorithm", "SHA512") && is("cipherAlgorithm", "AES") && is("cipherChaining", "ChainingModeCBC")) => {
                return false;
            }
            "encryptedKey" => {
                by_password |= tag.get("spinCount").is_some();
                if tag.get("spinCount").is_some()
                    && !(is("hashAlgorithm", "SHA512") && is("keyBits", "256") && is("cipherAlgorithm", "AES"))
                {
                    return false;
                }
            }
            _ => {}
        }
    }
    by_password
}

/// Whether both streams of an encrypted package can be read.
fn is_whole(bytes: &[u8]) -> bool {
    let Ok(mut container) = cfb::CompoundFile::open(Cursor::new(bytes)) else { return false };
    ["/EncryptionInfo", "/EncryptedPackage"].iter().all(|name| {
        container.open_stream(name).is_ok_and(|mut stream| {
            let mut content = Vec::new();
            stream.read_to_end(&mut content).is_ok() && !content.is_empty()
        })
    })
}

//! Office files with a password: the package is encrypted in an old container (ECMA-376, agile and standard).

use std::io::{Cursor, Read};

use office_crypto::DecryptError;

use crate::failure::Failure;

/// The package of an encrypted file.
pub fn decrypt(bytes: &[u8], password: Option<&str>) -> Result<Vec<u8>, Failure> {
    let password = password.ok_or(Failure::PasswordNeeded)?;
    match office_crypto::decrypt_from_bytes(bytes.to_vec(), password) {
        // A wrong password decrypts too, to noise.
        Ok(package) if package.starts_with(b"PK") => Ok(package),
        Ok(_) => Err(Failure::PasswordWrong),
        Err(DecryptError::Unimplemented(_)) => Err(Failure::Unsupported(
            "This file is encrypted in a way that is not read. Save it without its password, and give that.".into(),
        )),
        Err(_) if is_whole(bytes) => Err(Failure::PasswordWrong),
        Err(_) => Err(Failure::broken("file")),
    }
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

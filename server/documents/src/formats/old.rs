//! Old DOC and PPT: no reader of this crate, but it can be told which of them LibreOffice could open.

use std::io::{Cursor, Read};

use crate::failure::Failure;

type Container<'a> = cfb::CompoundFile<Cursor<&'a [u8]>>;

/// One that LibreOffice could convert.
pub fn needs_office(name: &str, into: &str) -> Failure {
    let sentence = format!("Old {name} files are not read. Open it in Word, PowerPoint or LibreOffice, save it as {into}, and give that.");
    Failure::OldOffice { from: name.to_lowercase(), into: into.to_lowercase(), without: Box::new(Failure::Unsupported(sentence)) }
}

/// One that asks whoever opens it for a password.
pub fn locked(name: &str, into: &str) -> Failure {
    Failure::Unsupported(format!(
        "Old {name} files with a password are not read. Save it as {into} or without its password, and give that."
    ))
}

/// Whether a DOC is encrypted: `fEncrypted`, the ninth bit of the flags in its header (MS-DOC 2.5.2).
pub fn is_locked_doc(file: &mut Container) -> bool {
    beginning(file, "/WordDocument").is_some_and(|header| header[11] & 1 != 0)
}

/// Whether a PPT is encrypted: the mark in `CurrentUserAtom` (MS-PPT 2.3.2).
pub fn is_locked_ppt(file: &mut Container) -> bool {
    file.exists("/EncryptedSummary") || beginning(file, "/Current User").is_some_and(|user| user[12..16] == [0xdf, 0xc4, 0xd1, 0xf3])
}

fn beginning(file: &mut Container, stream: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    file.open_stream(stream).ok()?.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

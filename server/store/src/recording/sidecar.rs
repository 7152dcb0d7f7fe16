//! Small files beside a log, made of it: a reader's shortcuts. One that is missing, cut or of another version costs time, never a word.
//!
//! Each ends in a CRC-32 of all the rest, and takes the place of the one before at once.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::record::crc32;

/// What a file beside a log says; none if there is none, or it is damaged.
pub(super) fn read(log: &Path, extension: &str) -> Option<Vec<u8>> {
    let mut bytes = std::fs::read(log.with_extension(extension)).ok()?;
    let crc = bytes.split_off(bytes.len().checked_sub(4)?);
    (crc == crc32(0, &bytes).to_le_bytes()).then_some(bytes)
}

/// Writes a file beside a log.
///
/// # Errors
/// If it can't be written; then there is none, or the one before.
pub(super) fn write(log: &Path, extension: &str, mut bytes: Vec<u8>) -> std::io::Result<()> {
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    bytes.extend_from_slice(&crc32(0, &bytes).to_le_bytes());
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let part: PathBuf = log.with_extension(format!("{extension}-{}-{number}", std::process::id()));
    std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, log.with_extension(extension))).inspect_err(|_| {
        let _ = std::fs::remove_file(&part);
    })
}

/// Takes a file from beside a log, if it is there.
pub(super) fn remove(log: &Path, extension: &str) {
    let _ = std::fs::remove_file(log.with_extension(extension));
}

/// Reads little-endian numbers from the front.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    pub(super) fn i64(&mut self) -> Option<i64> {
        self.take().map(i64::from_le_bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

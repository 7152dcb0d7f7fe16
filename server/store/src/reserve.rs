//! Space that is kept for the day when the disk is full: without any, SQLite can't even delete.

use std::fs::File;
use std::io::{Result, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// How much is kept: room for the write-ahead log of several deletions.
pub const RESERVE: u64 = 32 * MEGABYTE;
const MEGABYTE: u64 = 1024 * 1024;

/// The file that keeps it.
#[derive(Debug)]
pub(crate) struct Reserve {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not looked at yet, or the disk is too small for one.
    None,
    Kept,
    Missing,
}

impl Reserve {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, state: Mutex::new(State::None) }
    }

    /// Whether it was given up, or never fit on the disk.
    pub(crate) fn is_missing(&self) -> bool {
        *self.lock() == State::Missing
    }

    /// Gives the space to who needs it now; false if there is none.
    pub(crate) fn give_up(&self) -> bool {
        let mut state = self.lock();
        if *state != State::Kept {
            return false;
        }
        match std::fs::remove_file(&self.path) {
            Ok(()) => {
                tracing::warn!("the disk is full; the database's reserve was given up for a deletion or a sign-in");
                *state = State::Missing;
                true
            }
            Err(error) => {
                tracing::error!(%error, "the database's reserve can't be given up");
                false
            }
        }
    }

    /// Keeps the space again if there is enough of it.
    pub(crate) fn build(&self) {
        let mut state = self.lock();
        if *state == State::Kept {
            return;
        }
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
        let (total, free) = space(folder).unwrap_or((u64::MAX, u64::MAX));
        // A small disk keeps a small part.
        let wanted = RESERVE.min(total / 8);
        if wanted < MEGABYTE {
            return;
        }
        let length = std::fs::metadata(&self.path).map(|file| file.len()).unwrap_or_default();
        if length >= wanted {
            *state = State::Kept;
            return;
        }
        // What people freed is not taken from them at once.
        let built = if free < wanted + wanted / 2 { Ok(false) } else { self.write(wanted).map(|()| true) };
        if let Ok(true) = built {
            if *state == State::Missing {
                tracing::info!("the database's reserve is kept again");
            }
            *state = State::Kept;
            return;
        }
        if let Err(error) = built {
            tracing::warn!(%error, "the database's reserve could not be kept");
        }
        let _ = std::fs::remove_file(&self.path);
        *state = State::Missing;
    }

    /// Bytes that no file system can leave out or compress.
    fn write(&self, bytes: u64) -> Result<()> {
        let mut file = File::create(&self.path)?;
        let mut seed: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut chunk = Vec::with_capacity(MEGABYTE as usize);
        while (chunk.len() as u64) < MEGABYTE {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            chunk.extend_from_slice(&seed.to_le_bytes());
        }
        let mut left = bytes;
        while left > 0 {
            let part = left.min(MEGABYTE);
            // So that no two chunks are the same.
            chunk[..8].copy_from_slice(&left.to_le_bytes());
            file.write_all(&chunk[..part as usize])?;
            left -= part;
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How large a folder's disk is, and how much of it is free.
pub(crate) fn space(folder: &std::path::Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        let disk = rustix::fs::statvfs(folder).ok()?;
        Some((disk.f_blocks.saturating_mul(disk.f_frsize), disk.f_bavail.saturating_mul(disk.f_frsize)))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn it_takes_real_space_and_gives_it_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("closezly.db-reserve");
        let reserve = Reserve::new(path.clone());
        assert!(!reserve.give_up(), "there is none yet");
        reserve.build();
        assert!(!reserve.is_missing());
        #[cfg(unix)]
        assert!(std::os::unix::fs::MetadataExt::blocks(&std::fs::metadata(&path).unwrap()) * 512 >= MEGABYTE, "not sparse");
        assert!(reserve.give_up() && reserve.is_missing() && !path.exists());
        assert!(!reserve.give_up(), "only once");
        reserve.build();
        assert!(path.exists() && !reserve.is_missing());
        let next = Reserve::new(path.clone());
        next.build();
        assert!(next.give_up(), "what the server before kept is found");
    }
}

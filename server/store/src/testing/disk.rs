//! A small disk, for tests of what happens when it is full.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A disk of its own, of some megabytes.
#[derive(Debug)]
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// None where a test may not mount one; then the test says that it was skipped, and passes.
    ///
    /// # Panics
    /// On CI, which may mount disks.
    pub fn new(megabytes: u32) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "closezly-test"]).arg(folder.path()).output();
        if mounted.as_ref().is_ok_and(|output| output.status.success()) {
            return Some(Self { folder });
        }
        assert!(std::env::var_os("CI").is_none(), "on CI a full disk is tried on a disk, and none could be mounted: {mounted:?}");
        eprintln!("skipped: a full disk: this test may not mount one");
        None
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all that is free but so many bytes; gives what has to be removed for space.
    ///
    /// # Panics
    /// If the disk can't be written to at all.
    pub fn fill_but(&self, left: u64) -> PathBuf {
        let path = self.path().join("filler");
        let mut file = std::fs::File::options().append(true).create(true).open(&path).unwrap();
        for size in [65_536, 512, 1] {
            while std::io::Write::write_all(&mut file, &vec![7; size]).is_ok() {}
        }
        let length = file.metadata().unwrap().len();
        file.set_len(length.saturating_sub(left)).unwrap();
        path
    }

    /// Takes all that is free; gives what has to be removed for space.
    ///
    /// # Panics
    /// As [`SmallDisk::fill_but`].
    pub fn fill(&self) -> PathBuf {
        self.fill_but(0)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).output();
    }
}

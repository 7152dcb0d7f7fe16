//! Stretches of a log's file, as bytes: what is sealed, and what is put back.

use std::fs::{File, OpenOptions};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::RecordingError;

/// Bytes of a log's file, from one place between two records to another.
///
/// # Errors
/// [`RecordingError::Io`], too if the file is shorter.
pub fn read_stretch(path: &Path, range: Range<u64>) -> Result<Vec<u8>, RecordingError> {
    let mut bytes = vec![0; usize::try_from(range.end.saturating_sub(range.start)).unwrap_or_default()];
    File::open(path)?.read_exact_at(&mut bytes, range.start)?;
    Ok(bytes)
}

/// Puts bytes of a log where they belong, while another stretch of it may be appended to.
///
/// # Errors
/// [`RecordingError::Full`] or [`RecordingError::Io`].
pub fn fill_hole(path: &Path, at: u64, bytes: &[u8]) -> Result<(), RecordingError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    Ok(file.write_all_at(bytes, at)?)
}

//! Bringing what was appended to the disk itself.

use std::fs::File;

use super::{RecordingError, RecordingLog};

/// From this many logs on, the file system that holds them is flushed as a whole: it commits its journal once, not once for each log.
/// With fewer, nobody else's files are waited for.
#[cfg(any(target_os = "linux", test))]
const TOGETHER: usize = 16;

/// The file of a log, to be flushed without holding the log: a flush may take long, an append must not.
#[derive(Debug)]
pub struct Appending(File);

impl RecordingLog {
    /// Its file, if it is open.
    ///
    /// # Errors
    /// [`RecordingError::Io`] if the process has no file left to open.
    pub fn appending(&self) -> Result<Option<Appending>, RecordingError> {
        Ok(self.file.as_ref().map(File::try_clone).transpose()?.map(Appending))
    }
}

/// Brings everything that was appended to these so far to the disk itself.
///
/// # Errors
/// The first [`RecordingError::Full`] or [`RecordingError::Io`]; all were tried.
pub fn flush(logs: &[Appending]) -> Result<(), RecordingError> {
    #[cfg(target_os = "linux")]
    if logs.len() >= TOGETHER {
        use std::collections::BTreeMap;
        use std::os::unix::fs::MetadataExt;

        let mut systems = BTreeMap::new();
        for Appending(file) in logs {
            systems.entry(file.metadata()?.dev()).or_insert(file);
        }
        return all(systems.into_values().map(|file| Ok(rustix::fs::syncfs(file)?)));
    }
    all(logs.iter().map(|Appending(file)| file.sync_data()))
}

/// The first error, after all were tried.
fn all(flushed: impl Iterator<Item = std::io::Result<()>>) -> Result<(), RecordingError> {
    let mut first = Ok(());
    for flushed in flushed {
        first = first.and(flushed.map_err(RecordingError::from));
    }
    first
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn one_log_and_very_many_are_flushed() {
        let folder = tempfile::tempdir().unwrap();
        for logs in [1, TOGETHER] {
            let logs: Vec<_> = (0..logs).map(|name| RecordingLog::open(folder.path().join(name.to_string()), true).unwrap()).collect();
            let appending: Vec<_> = logs.iter().filter_map(|log| log.appending().unwrap()).collect();
            assert_eq!(appending.len(), logs.len());
            flush(&appending).unwrap();
        }
    }

    #[test]
    fn an_error_is_told_after_all_were_tried() {
        let mut tried = 0;
        let mut one = |result: std::io::Result<()>| {
            tried += 1;
            result
        };
        let full = || Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
        assert!(matches!(all([Ok(()), full(), Ok(())].into_iter().map(&mut one)), Err(RecordingError::Full(_))));
        assert_eq!(tried, 3);
    }
}

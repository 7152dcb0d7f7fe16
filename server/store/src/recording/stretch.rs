//! Stretches of a log's file, as bytes: what is sealed, and what is put back.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use model::wire::Frame;
use model::{Millis, TrackId};

use super::record::{self, HEADER};
use super::{LogPlace, PER_MS, RecordingError, index, peaks, sidecar, voice};

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

/// Puts silence where a stretch of a log belongs that nobody has: records of as many frames and bytes, so that the log is read on behind them,
/// and the stretch can still be put in their place ([`fill_hole`]).
///
/// # Errors
/// As [`fill_hole`]; [`RecordingError::Frame`] if no frames of that number have that length.
pub fn silence(path: &Path, from: LogPlace, to: LogPlace) -> Result<(), RecordingError> {
    let frames = u64::from(to.next.saturating_sub(from.next));
    let sound = to.length.saturating_sub(from.length).saturating_sub(HEADER as u64 * frames) / 2;
    // Where no sound is kept, each lasts its part of the time.
    let samples = if sound > 0 { sound } else { to.end_sample.saturating_sub(from.end_sample) };
    let mut start = to.end_sample.saturating_sub(samples);
    let mut records = Vec::with_capacity((to.length - from.length) as usize);
    for nth in 0..frames {
        let share = samples * (nth + 1) / frames - samples * nth / frames;
        let frame = Frame {
            track: TrackId::MICROPHONE,
            sequence: from.next + nth as u32,
            captured_at: Millis((start / PER_MS) as i64),
            pcm: vec![0; 2 * share as usize],
        };
        frame.check()?;
        let kept: &[u8] = if sound > 0 { &frame.pcm } else { &[] };
        records.extend_from_slice(&record::header(&frame, kept));
        records.extend_from_slice(kept);
        start += share;
    }
    fill_hole(path, from.length, &records)
}

/// Forgets what was found out about a log: some of its sound is another one now, and it is found out again.
pub fn forget_sidecars(path: &Path) {
    for extension in [index::EXTENSION, voice::EXTENSION, peaks::EXTENSION] {
        sidecar::remove(path, extension);
    }
}

/// Puts a log aside, as `….before-<n>`: another one takes its place, and what only this one holds may be wanted back.
///
/// # Errors
/// [`RecordingError::Io`].
pub fn put_aside(path: &Path) -> Result<(), RecordingError> {
    let aside = (0..).map(|n| path.with_extension(format!("before-{n}"))).find(|aside| !aside.exists());
    Ok(std::fs::rename(path, aside.unwrap_or_else(|| path.with_extension("before")))?)
}

/// Takes the place of a log by a file that has more of it. One that holds something else besides is put aside.
///
/// # Errors
/// [`RecordingError::Io`].
pub fn replace(path: &Path, by: &Path) -> Result<(), RecordingError> {
    if path.exists() && !begins_with(by, path)? {
        put_aside(path)?;
    }
    Ok(std::fs::rename(by, path)?)
}

/// Whether a file begins with all of another one.
fn begins_with(file: &Path, beginning: &Path) -> Result<bool, RecordingError> {
    let (mut file, mut beginning) = (File::open(file)?, File::open(beginning)?);
    let (mut ours, mut theirs) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let read = beginning.read(&mut theirs)?;
        if read == 0 {
            return Ok(true);
        }
        match file.read_exact(&mut ours[..read]) {
            Ok(()) if ours[..read] == theirs[..read] => {}
            Ok(()) => return Ok(false),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_only_the_replaced_log_holds_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let (log, fetched) = (folder.path().join("rep.log"), folder.path().join("rep.fetched"));
        let aside = |n| folder.path().join(format!("rep.before-{n}"));
        for (had, comes, kept) in
            [("abc", "abcdef", None), ("abc", "abc", None), ("abcX", "abcdef", Some(0)), ("abcdef+tail", "abcdef", Some(1))]
        {
            std::fs::write(&log, had).unwrap();
            std::fs::write(&fetched, comes).unwrap();
            replace(&log, &fetched).unwrap();
            assert_eq!(std::fs::read_to_string(&log).unwrap(), comes);
            match kept {
                Some(n) => assert_eq!(std::fs::read_to_string(aside(n)).unwrap(), had),
                None => assert!(!aside(0).exists()),
            }
        }
        assert!(!aside(2).exists());
    }
}

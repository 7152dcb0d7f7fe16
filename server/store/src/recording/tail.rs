//! What a log holds that the call's recording does not: of a server that lost the call before it had brought all of it to the others.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use model::wire::Frame;
use model::{CallId, Millis, OrganizationId, TrackId};
use uuid::Uuid;

use super::record::{self, HEADER, LONGEST};
use super::{CONTIGUOUS, LogPlace, PER_MS, RecordingError, RecordingLog, RecordingReader, place};

/// A recording with what was missing in it, in a file of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Up to here it is the recording as it was.
    pub same: LogPlace,
    /// Frames that were put in.
    pub added: u32,
    /// Frames that are of a time of which the recording has other sound: they are not in it.
    pub left: u32,
}

/// Logs that were put aside beside a track's log, in no order.
///
/// # Errors
/// [`RecordingError::Io`] if the folder can't be read.
pub fn put_aside_of(path: &Path) -> Result<Vec<PathBuf>, RecordingError> {
    let Some(folder) = path.parent().filter(|folder| folder.exists()) else { return Ok(Vec::new()) };
    let stem = path.file_stem();
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let is_aside = |file: &PathBuf| {
        let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        file.file_stem() == stem && extension.starts_with("before-")
    };
    Ok(entries.into_iter().map(|entry| entry.path()).filter(is_aside).collect())
}

/// The calls of which some log was put aside, below the folder of all recordings.
///
/// # Errors
/// [`RecordingError::Io`] if the folder can't be read.
pub fn calls_with_asides(root: &Path) -> Result<Vec<(OrganizationId, CallId)>, RecordingError> {
    let mut found = Vec::new();
    for (organization, folder) in folders(root)? {
        for (call, folder) in folders(&folder)? {
            let has_asides = std::fs::read_dir(&folder)?.flatten().any(|file| file.file_name().to_string_lossy().contains(".before-"));
            if has_asides {
                found.push((organization.into(), call.into()));
            }
        }
    }
    Ok(found)
}

/// The folders in a folder that are called by an id.
fn folders(folder: &Path) -> Result<Vec<(Uuid, PathBuf)>, RecordingError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder)?.flatten().filter(|entry| entry.path().is_dir());
    Ok(entries.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path()))).collect())
}

/// Writes to `into` the recording at `path`, if there is one, with what only `asides` hold, each frame at its time and once. None, and
/// nothing written, if they hold nothing else; nothing is written either if nothing was [`Merged::added`].
///
/// Sound is known by when it was captured and by its samples, not by its number: a page that did not hear of what a lost server had of it
/// gave the same numbers to what was said next.
///
/// # Errors
/// [`RecordingError`] if a file can't be read or written.
pub fn merge(path: &Path, asides: &[PathBuf], into: &Path) -> Result<Option<Merged>, RecordingError> {
    let reader = path.exists().then(|| RecordingReader::open(path)).transpose()?;
    let track = TrackId::MICROPHONE;
    let mut known = HashSet::new();
    if let Some(reader) = &reader {
        let mut frames = reader.frames(track);
        each_record(path, |header, pcm| {
            known.insert((header.captured_at, record::crc32(0, pcm)));
        })?;
        // What was put in before has the time of its place.
        while let Some(frame) = frames.next().transpose()? {
            known.insert((frame.captured_at.0, record::crc32(0, &frame.pcm)));
        }
    }
    let (mut missing, mut left) = (Vec::new(), 0);
    for aside in asides {
        let mut end = None;
        each_record(aside, |header, pcm| {
            let captured = u64::try_from(header.captured_at).unwrap_or(0).saturating_mul(PER_MS);
            let start = end.map_or(captured, |end| place(end, header.captured_at));
            end = Some(start + u64::from(header.samples));
            let at = Millis((start / PER_MS) as i64);
            let crc = record::crc32(0, pcm);
            if pcm.is_empty() || known.contains(&(header.captured_at, crc)) || !known.insert((at.0, crc)) {
                return;
            }
            match reader.as_ref().map_or(Some(0), |reader| gap_for(reader, start, u64::from(header.samples))) {
                Some(before) => missing.push((before, start, Frame { track, sequence: 0, captured_at: at, pcm: pcm.to_vec() })),
                None => left += 1,
            }
        })?;
    }
    missing.sort_by_key(|(before, start, _)| (*before, *start));
    let Some(first) = missing.first().map(|(before, ..)| *before) else {
        return Ok((left > 0).then_some(Merged { same: LogPlace::default(), added: 0, left }));
    };
    let same = reader.as_ref().and_then(|reader| reader.place_at(first)).unwrap_or_default();
    let added = missing.len() as u32;
    let _ = std::fs::remove_file(into);
    let mut log = RecordingLog::open(into, true)?;
    let mut missing = missing.into_iter().peekable();
    let mut number = 0;
    let append = |log: &mut RecordingLog, mut frame: Frame| {
        frame.sequence = log.next();
        log.append(&frame).map(drop)
    };
    if let Some(reader) = &reader {
        for frame in (0..reader.frame_count()).map(|sequence| reader.raw_frame(track, sequence)) {
            while let Some((.., frame)) = missing.next_if(|(before, ..)| *before <= number) {
                append(&mut log, frame)?;
            }
            append(&mut log, frame?)?;
            number += 1;
        }
    }
    for (.., frame) in missing {
        append(&mut log, frame)?;
    }
    log.sync()?;
    Ok(Some(Merged { same, added, left }))
}

/// The number of the frame before which there is room for so many samples; none if there is other sound at that time.
fn gap_for(reader: &RecordingReader, start: u64, samples: u64) -> Option<u32> {
    // Clocks are not that exact.
    let tolerance = CONTIGUOUS.min(samples / 4);
    let next = reader.first_after_sample(start + tolerance);
    let is_free = reader.start_of(next).is_none_or(|other| other + tolerance >= start + samples);
    is_free.then_some(next)
}

/// Every whole record of a file, also behind a hole or damage.
fn each_record(path: &Path, mut visit: impl FnMut(&record::Header, &[u8])) -> Result<(), RecordingError> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let (mut at, mut pcm) = (0, Vec::new());
    while at + HEADER as u64 <= size {
        (&file).seek(SeekFrom::Start(at))?;
        let mut from = BufReader::with_capacity(1 << 16, &file).take(size - at);
        while let Some(header) = record::read(&mut from, &mut pcm)? {
            visit(&header, &pcm);
            at += header.record_len();
        }
        match next_record(&file, at + 1, size)? {
            Some(next) => at = next,
            None => break,
        }
    }
    Ok(())
}

/// Where the next whole record begins at or behind this place.
fn next_record(file: &File, mut at: u64, size: u64) -> Result<Option<u64>, RecordingError> {
    let mut window = vec![0; 1 << 16];
    while at + HEADER as u64 <= size {
        let length = window.len().min((size - at) as usize);
        file.read_exact_at(&mut window[..length], at)?;
        for found in record::candidates(&window[..length]) {
            let mut whole = vec![0; LONGEST.min(size - at - found as u64) as usize];
            file.read_exact_at(&mut whole, at + found as u64)?;
            if record::read(&mut whole.as_slice(), &mut Vec::new())?.is_some() {
                return Ok(Some(at + found as u64));
            }
        }
        // A header may lie across the window's end.
        at += (length - (HEADER - 1)).max(1) as u64;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn frame(sequence: u32, at: i64, value: u8) -> Frame {
        Frame { track: TrackId::MICROPHONE, sequence, captured_at: Millis(at), pcm: vec![value; 3_200] }
    }

    fn log(path: &Path, frames: &[(i64, u8)]) {
        let mut log = RecordingLog::open(path, true).unwrap();
        for (number, (at, value)) in frames.iter().enumerate() {
            log.append(&frame(number as u32, *at, *value)).unwrap();
        }
    }

    fn heard(path: &Path) -> Vec<(i64, u8)> {
        let reader = RecordingReader::open(path).unwrap();
        reader.frames(TrackId::MICROPHONE).map(|frame| frame.unwrap()).map(|frame| (frame.captured_at.0, frame.pcm[0])).collect()
    }

    #[test]
    fn what_only_a_lost_server_has_comes_to_its_time_once() {
        let home = tempfile::tempdir().unwrap();
        let [recording, into] = ["rep.log", "rep.merged"].map(|name| home.path().join(name));
        let aside = |n: u32| home.path().join(format!("rep.before-{n}"));
        log(&recording, &[(0, 1), (100, 2), (1_000, 3), (1_100, 4)]);
        // All there; a gap's and the end's; of a time that has other sound.
        log(&aside(0), &[(0, 1), (100, 2)]);
        assert_eq!(merge(&recording, &[aside(0)], &into).unwrap(), None);
        log(&aside(1), &[(0, 1), (100, 2), (200, 7), (300, 8), (1_200, 9)]);
        log(&aside(2), &[(1_000, 77), (1_200, 9)]);
        let mut asides = put_aside_of(&recording).unwrap();
        asides.sort();
        assert_eq!(asides, [aside(0), aside(1), aside(2)]);
        let merged = merge(&recording, &asides, &into).unwrap().unwrap();
        assert_eq!((merged.added, merged.left, merged.same.next), (3, 1, 2));
        let whole = [(0, 1), (100, 2), (200, 7), (300, 8), (1_000, 3), (1_100, 4), (1_200, 9)];
        assert_eq!(heard(&into), whole);
        let (old, new) = (std::fs::read(&recording).unwrap(), std::fs::read(&into).unwrap());
        let same = merged.same.length as usize;
        assert_eq!(old[..same], new[..same]);
        // Again, as after a crash: nothing is there twice.
        std::fs::rename(&into, &recording).unwrap();
        assert_eq!(merge(&recording, &[aside(0), aside(1)], &into).unwrap(), None);
    }

    #[test]
    fn a_tail_behind_a_hole_is_found() {
        let home = tempfile::tempdir().unwrap();
        let [recording, aside, into] = ["rep.log", "rep.before-0", "rep.merged"].map(|name| home.path().join(name));
        log(&recording, &[(0, 1), (100, 2)]);
        let at = RecordingReader::open(&recording).unwrap().place_at(2).unwrap();
        for hole in [at.length, at.length + 300_000] {
            let mut behind = RecordingLog::open_behind(&aside, true, LogPlace { length: hole, ..at }).unwrap();
            behind.append(&frame(2, 200, 3)).unwrap();
            drop(behind);
            merge(&recording, std::slice::from_ref(&aside), &into).unwrap().unwrap();
            assert_eq!(heard(&into), [(0, 1), (100, 2), (200, 3)], "{hole}");
        }
        // There is no recording at all.
        let nowhere = home.path().join("customer.log");
        merge(&nowhere, &[aside], &into).unwrap().unwrap();
        assert_eq!(heard(&into), [(200, 3)]);
    }
}

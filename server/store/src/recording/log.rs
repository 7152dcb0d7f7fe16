//! Appending.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufReader, IoSlice, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use model::Millis;
use model::wire::Frame;

use super::record::{self, LONGEST};
use super::{PER_MS, RecordingError, forget_sidecars, place};

/// What became of a frame. Ack it with [`RecordingLog::next`] in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is in the log.
    Written,
    /// It had been there before.
    Duplicate,
    /// One before it is missing; it was not taken.
    Gap {
        /// The sequence number that must come next.
        expected: u32,
    },
}

/// A place between two frames of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogPlace {
    /// Bytes before it.
    pub length: u64,
    /// Number of the frame after it.
    pub next: u32,
    /// Where the frame before it ends on the call's timeline, in samples.
    pub end_sample: u64,
}

/// A track's log, open for appending. One writer at a time holds it.
#[derive(Debug)]
pub struct RecordingLog {
    path: PathBuf,
    keep_audio: bool,
    /// None after a failed write: opened again, and cut to `length`, before the next one.
    file: Option<File>,
    /// Bytes of whole records.
    length: u64,
    next: u32,
    /// Where the last frame begins and ends, in samples.
    last_start: u64,
    end: u64,
}

impl RecordingLog {
    /// Opens a track's log, made with its folder if it isn't there, and cuts off what a crash left half written. Something
    /// longer than one record that is no record is kept beside the log, as `….damaged-<offset>`, before it is cut.
    ///
    /// # Errors
    /// [`RecordingError::InUse`] if another writer has it, [`RecordingError::Full`] or [`RecordingError::Io`].
    pub fn open(path: impl Into<PathBuf>, keep_audio: bool) -> Result<Self, RecordingError> {
        let path = path.into();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = open(&path)?;
        let size = file.metadata()?.len();
        let Scan { length, next, end } = scan(&file, size)?;
        if size - length > LONGEST {
            keep_damaged(&path, &mut file, length)?;
        }
        if size > length {
            tracing::warn!(path = %path.display(), bytes = size - length, "cut a half-written end off a recording");
            file.set_len(length)?;
            // They may tell of what was cut.
            forget_sidecars(&path);
        }
        file.seek(SeekFrom::Start(length))?;
        Ok(Self { path, keep_audio, file: Some(file), length, next, last_start: end, end })
    }

    /// Opens a log whose first part lies elsewhere, to go on behind it: what the file held is put aside, as `….before-<n>`, and where the
    /// first part belongs there is a hole until somebody fills it ([`super::fill_hole`]).
    ///
    /// # Errors
    /// As [`RecordingLog::open`].
    pub fn open_behind(path: impl Into<PathBuf>, keep_audio: bool, at: LogPlace) -> Result<Self, RecordingError> {
        let path = path.into();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        if path.exists() {
            // Held by nobody, or this is an error.
            drop(open(&path)?);
            super::put_aside(&path)?;
        }
        let mut file = open(&path)?;
        file.set_len(at.length)?;
        file.seek(SeekFrom::Start(at.length))?;
        Ok(Self { path, keep_audio, file: Some(file), length: at.length, next: at.next, last_start: at.end_sample, end: at.end_sample })
    }

    /// Where the log stands.
    pub fn place(&self) -> LogPlace {
        LogPlace { length: self.length, next: self.next, end_sample: self.end }
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Sequence number of the frame that is expected next: how many there are.
    pub fn next(&self) -> u32 {
        self.next
    }

    /// Where on the call's timeline the last frame ends.
    pub fn end(&self) -> Millis {
        Millis((self.end / PER_MS) as i64)
    }

    /// Where on the call's timeline the last frame begins that was appended since the log was opened; as [`RecordingReader`] has it.
    ///
    /// [`RecordingReader`]: super::RecordingReader
    pub fn last_start(&self) -> Millis {
        Millis((self.last_start / PER_MS) as i64)
    }

    /// Appends a frame if it is the next one. When this returns, the record is the operating system's: it survives the
    /// server's death, and a power cut after the next [`RecordingLog::sync`].
    ///
    /// # Errors
    /// [`RecordingError::Frame`] for what is no frame; [`RecordingError::Full`] and [`RecordingError::Io`] leave the log as it
    /// was, and the same frame can be appended again.
    pub fn append(&mut self, frame: &Frame) -> Result<Appended, RecordingError> {
        frame.check()?;
        if frame.sequence < self.next {
            return Ok(Appended::Duplicate);
        }
        if frame.sequence > self.next {
            return Ok(Appended::Gap { expected: self.next });
        }
        let sound: &[u8] = if self.keep_audio { &frame.pcm } else { &[] };
        let header = record::header(frame, sound);
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.reopen()?,
        };
        // `self.file` stays empty if this fails.
        if let Err(error) = write_both(&mut file, &header, sound) {
            // Best effort now, so that readers see no half record; `reopen` makes sure.
            let _ = file.set_len(self.length);
            return Err(error.into());
        }
        self.file = Some(file);
        self.length += (header.len() + sound.len()) as u64;
        self.next += 1;
        self.last_start = place(self.end, frame.captured_at.0);
        self.end = self.last_start + (frame.pcm.len() / 2) as u64;
        Ok(Appended::Written)
    }

    /// Brings everything appended so far to the disk itself.
    ///
    /// # Errors
    /// [`RecordingError::Full`] or [`RecordingError::Io`].
    pub fn sync(&self) -> Result<(), RecordingError> {
        match &self.file {
            Some(file) => Ok(file.sync_data()?),
            None => Ok(()),
        }
    }

    /// The file itself, for bringing it to the disk without holding the log: a flush may take long, an append must not.
    ///
    /// # Errors
    /// [`RecordingError::Io`] if the process has no file left to open.
    pub fn file(&self) -> Result<Option<File>, RecordingError> {
        Ok(self.file.as_ref().map(File::try_clone).transpose()?)
    }

    fn reopen(&self) -> Result<File, RecordingError> {
        let mut file = open(&self.path)?;
        let size = file.metadata()?.len();
        if size < self.length {
            let missing = format!("the recording has {size} bytes of {}", self.length);
            return Err(RecordingError::Io(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, missing)));
        }
        if size > self.length {
            file.set_len(self.length)?;
        }
        file.seek(SeekFrom::Start(self.length))?;
        Ok(file)
    }
}

/// Writes one part after the other, by one call of the system as a rule and without putting them together first.
fn write_both(file: &mut File, header: &[u8], sound: &[u8]) -> std::io::Result<()> {
    let written = file.write_vectored(&[IoSlice::new(header), IoSlice::new(sound)])?;
    if written < header.len() {
        file.write_all(&header[written..])?;
    }
    // Nothing is left as a rule.
    file.write_all(&sound[written.saturating_sub(header.len())..])
}

fn open(path: &Path) -> Result<File, RecordingError> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RecordingError::InUse),
        Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

struct Scan {
    length: u64,
    next: u32,
    end: u64,
}

/// Reads whole records in order of their numbers, up to the first thing that isn't one.
fn scan(file: &File, size: u64) -> Result<Scan, RecordingError> {
    let mut from = BufReader::with_capacity(1 << 16, file).take(size);
    let mut scan = Scan { length: 0, next: 0, end: 0 };
    let mut pcm = Vec::new();
    while let Some(header) = record::read(&mut from, &mut pcm)? {
        if header.sequence != scan.next {
            break;
        }
        scan.length += header.record_len();
        scan.next += 1;
        scan.end = place(scan.end, header.captured_at) + u64::from(header.samples);
    }
    Ok(scan)
}

/// A torn end is one record at most. More than that is damage, and may hold what a person wants back.
fn keep_damaged(path: &Path, file: &mut File, from: u64) -> Result<(), RecordingError> {
    let beside = path.with_extension(format!("damaged-{from}"));
    tracing::error!(path = %path.display(), kept = %beside.display(), "a recording is damaged; its rest is kept beside it");
    file.seek(SeekFrom::Start(from))?;
    std::io::copy(file, &mut File::create(beside)?)?;
    Ok(())
}

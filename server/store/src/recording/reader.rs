//! Reading a track back: its frames, and the sound of any stretch of the call's timeline.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use model::wire::Frame;
use model::{Millis, TrackId};

use super::index::LogIndex;
use super::record::HEADER;
use super::{LogPlace, PER_MS, Peaks, RecordingError, peaks, record, voice};

/// Bytes that were read without an index beside the log from which one is kept: half a minute of sound.
const WORTH_KEEPING: u64 = 1 << 20;

/// A track's recording as it was when this was opened; the call may still be live. Any part is read without the rest.
#[derive(Debug)]
pub struct RecordingReader {
    path: PathBuf,
    file: File,
    index: LogIndex,
}

impl RecordingReader {
    /// Opens a track's log for reading. Reads up to the first thing that is no whole record, in memory that grows with the pauses and not
    /// with the length; changes nothing in the log. What was read once is not read again: its index lies beside the log.
    ///
    /// # Errors
    /// [`RecordingError::Io`], with `NotFound` inside if there is no recording.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let path = path.as_ref().to_owned();
        let mut file = File::open(&path)?;
        let size = file.metadata()?.len();
        let mut index = LogIndex::kept(&path, &file, size).unwrap_or_default();
        let known = index.mark().length;
        file.seek(SeekFrom::Start(known))?;
        let mut from = BufReader::with_capacity(1 << 16, &file).take(size - known);
        let mut pcm = Vec::new();
        while let Some(header) = record::read(&mut from, &mut pcm)? {
            if !index.push(&header) {
                break;
            }
        }
        if index.mark().length - known >= WORTH_KEEPING {
            // Whoever opens it next reads it all again, if this fails.
            if let Err(error) = index.keep(&path) {
                tracing::debug!(path = %path.display(), %error, "the index of a recording could not be kept");
            }
        }
        Ok(Self { path, file, index })
    }

    /// Where there is speech, if somebody who knew [kept](Self::keep_voice) it for exactly these frames with this version of the detector.
    pub fn voice(&self, detector: u32) -> Option<Vec<(Millis, Millis)>> {
        voice::read(&self.path, self.index.mark(), detector)
    }

    /// Keeps where there is speech in these frames, as a version of the detector found it.
    ///
    /// # Errors
    /// [`RecordingError::Full`] or [`RecordingError::Io`]; then it has to be found again.
    pub fn keep_voice(&self, detector: u32, stretches: &[(Millis, Millis)]) -> Result<(), RecordingError> {
        Ok(voice::write(&self.path, self.index.mark(), detector, stretches)?)
    }

    /// How loud it is over time; none if `is_stopping` says so meanwhile. Read from the sound once, a frame at a time, and then kept beside it.
    ///
    /// # Errors
    /// [`RecordingError::Io`].
    pub fn peaks(&self, is_stopping: impl Fn() -> bool) -> Result<Option<Peaks>, RecordingError> {
        let mark = self.index.mark();
        if let Some(known) = peaks::read(&self.path, mark) {
            return Ok(Some(known));
        }
        let mut found = Peaks::silent(self.duration());
        for frame in self.frames(TrackId::MICROPHONE) {
            if is_stopping() {
                return Ok(None);
            }
            let frame = frame?;
            found.hear(frame.captured_at, frame.samples());
        }
        if let Err(error) = peaks::write(&self.path, mark, &found) {
            tracing::debug!(path = %self.path.display(), %error, "how loud a recording is could not be kept; it is found again");
        }
        Ok(Some(found))
    }

    /// Length on the call's timeline, from the call's start.
    pub fn duration(&self) -> Millis {
        Millis((self.index.end() / PER_MS) as i64)
    }

    /// How many frames there are.
    pub fn frame_count(&self) -> u32 {
        self.index.mark().frames
    }

    /// Whether any sound was kept.
    pub fn has_audio(&self) -> bool {
        self.index.has_sound()
    }

    /// The frames that have sound, in order, `captured_at` being their place on the timeline.
    pub fn frames(&self, track: TrackId) -> Frames<'_> {
        self.frames_from(track, 0)
    }

    /// The same without those before the frame of this number.
    pub fn frames_from(&self, track: TrackId, sequence: u32) -> Frames<'_> {
        Frames { reader: self, track, at: sequence }
    }

    /// Number of the first frame that ends after this moment; how many there are, if none does.
    pub fn first_after(&self, at: Millis) -> u32 {
        let at = u64::try_from(at.0).unwrap_or(0).saturating_mul(PER_MS);
        self.index.first_after(at)
    }

    /// The place in the log before a frame, or behind the last one; none beyond it.
    pub fn place_at(&self, sequence: u32) -> Option<LogPlace> {
        self.index.place_at(sequence)
    }

    /// As [`Self::first_after`], by the sample.
    pub(super) fn first_after_sample(&self, sample: u64) -> u32 {
        self.index.first_after(sample)
    }

    /// The sample on the timeline where a frame begins.
    pub(super) fn start_of(&self, sequence: u32) -> Option<u64> {
        self.index.frame(sequence).map(|frame| frame.start)
    }

    /// A frame with the capture time that it was sent with; silence where no sound was kept.
    pub(super) fn raw_frame(&self, track: TrackId, sequence: u32) -> Result<Frame, RecordingError> {
        let gone = || RecordingError::Io(std::io::ErrorKind::UnexpectedEof.into());
        let (piece, at) = self.index.frame(sequence).zip(self.index.place_at(sequence)).ok_or_else(gone)?;
        let mut head = [0; HEADER];
        self.file.read_exact_at(&mut head, at.length)?;
        let header = record::Header::parse(&head).ok_or_else(gone)?;
        let mut pcm = vec![0; 2 * piece.samples as usize];
        if let Some(sound) = piece.sound {
            self.file.read_exact_at(&mut pcm, sound)?;
        }
        Ok(Frame { track, sequence, captured_at: Millis(header.captured_at), pcm })
    }

    /// Samples on the timeline.
    pub(crate) fn samples(&self) -> u64 {
        self.index.end()
    }

    /// Fills `samples` with what is heard from sample `first` on; silence where there is nothing.
    pub(crate) fn fill(&self, first: u64, samples: &mut [i16]) -> Result<(), RecordingError> {
        samples.fill(0);
        let last = first + samples.len() as u64;
        let mut bytes = Vec::new();
        let frames = (self.index.first_after(first)..).map_while(|number| self.index.frame(number));
        for piece in frames.take_while(|piece| piece.start < last) {
            let Some(sound) = piece.sound else { continue };
            let start = piece.start.max(first);
            let end = (piece.start + u64::from(piece.samples)).min(last);
            bytes.resize(2 * (end - start) as usize, 0);
            self.file.read_exact_at(&mut bytes, sound + 2 * (start - piece.start))?;
            let heard = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
            for (sample, heard) in samples[(start - first) as usize..].iter_mut().zip(heard) {
                *sample = heard;
            }
        }
        Ok(())
    }
}

/// A recording's frames.
#[derive(Debug)]
pub struct Frames<'a> {
    reader: &'a RecordingReader,
    track: TrackId,
    at: u32,
}

impl Iterator for Frames<'_> {
    type Item = Result<Frame, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let sequence = self.at;
            let piece = self.reader.index.frame(sequence)?;
            self.at += 1;
            let Some(sound) = piece.sound else { continue };
            let mut pcm = vec![0; 2 * piece.samples as usize];
            let read = self.reader.file.read_exact_at(&mut pcm, sound);
            let captured_at = Millis((piece.start / PER_MS) as i64);
            return Some(read.map(|()| Frame { track: self.track, sequence, captured_at, pcm }).map_err(RecordingError::from));
        }
    }
}

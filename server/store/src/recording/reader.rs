//! Reading a channel back: frames, and one channel as a WAV file that is made up as it is read.

use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use model::wire::Frame;
use model::{Channel, Millis};

use super::record::{self, HEADER};
use super::wav;
use super::{PER_MS, RecordingError, place};

/// One frame's place on the call's timeline and in the file.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// First sample on the timeline.
    start: u64,
    samples: u32,
    /// Where its sound starts in the file; none where no sound was kept.
    sound: Option<u64>,
}

/// A channel's recording as it was when this was opened; the call may still be live. Indexed once, so that any part is
/// read without the rest.
#[derive(Debug)]
pub struct RecordingReader {
    file: File,
    pieces: Vec<Piece>,
    end: u64,
}

impl RecordingReader {
    /// Opens a channel's log for reading. Reads up to the first thing that is no whole record; changes nothing.
    ///
    /// # Errors
    /// [`RecordingError::Io`], with `NotFound` inside if there is no recording.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let file = File::open(path)?;
        let mut from = BufReader::with_capacity(1 << 16, &file).take(file.metadata()?.len());
        let (mut offset, mut end, mut pcm, mut pieces) = (0, 0, Vec::new(), Vec::new());
        while let Some(header) = record::read(&mut from, &mut pcm)? {
            if header.sequence as usize != pieces.len() {
                break;
            }
            let start = place(end, header.captured_at);
            let sound = (header.bytes > 0).then_some(offset + HEADER as u64);
            pieces.push(Piece { start, samples: header.samples, sound });
            end = start + u64::from(header.samples);
            offset += header.record_len();
        }
        Ok(Self { file, pieces, end })
    }

    /// Length on the call's timeline, from the call's start.
    pub fn duration(&self) -> Millis {
        Millis((self.end / PER_MS) as i64)
    }

    /// How many frames there are.
    pub fn frame_count(&self) -> u32 {
        self.pieces.len() as u32
    }

    /// Whether any sound was kept.
    pub fn has_audio(&self) -> bool {
        self.pieces.iter().any(|piece| piece.sound.is_some())
    }

    /// The frames that have sound, in order, `captured_at` being their place on the timeline.
    pub fn frames(&self, channel: Channel) -> Frames<'_> {
        self.frames_from(channel, 0)
    }

    /// The same without those before the frame of this number.
    pub fn frames_from(&self, channel: Channel, sequence: u32) -> Frames<'_> {
        Frames { reader: self, channel, at: sequence as usize }
    }

    /// Number of the first frame that ends after this moment; how many there are, if none does.
    pub fn first_after(&self, at: Millis) -> u32 {
        let at = u64::try_from(at.0).unwrap_or(0).saturating_mul(PER_MS);
        self.pieces.partition_point(|piece| piece.start + u64::from(piece.samples) <= at) as u32
    }

    /// Bytes of this channel as a WAV file.
    pub fn wav_len(&self) -> u64 {
        wav::HEADER as u64 + 2 * self.end
    }

    /// A part of this channel as a WAV file: 16 kHz, mono, 16 bit, in step with the call's timeline. What lies past the end is
    /// left out.
    ///
    /// # Errors
    /// [`RecordingError::Io`].
    pub fn read_wav(&self, range: Range<u64>) -> Result<Vec<u8>, RecordingError> {
        wav::read(1, self.end, range, |first, samples| self.fill(first, samples))
    }

    /// Samples on the timeline.
    pub(crate) fn samples(&self) -> u64 {
        self.end
    }

    /// Fills `samples` with what is heard from sample `first` on; silence where there is nothing.
    pub(crate) fn fill(&self, first: u64, samples: &mut [i16]) -> Result<(), RecordingError> {
        samples.fill(0);
        let last = first + samples.len() as u64;
        let from = self.pieces.partition_point(|piece| piece.start + u64::from(piece.samples) <= first);
        let mut bytes = Vec::new();
        for piece in self.pieces[from..].iter().take_while(|piece| piece.start < last) {
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
    channel: Channel,
    at: usize,
}

impl Iterator for Frames<'_> {
    type Item = Result<Frame, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let sequence = self.at as u32;
            let piece = *self.reader.pieces.get(self.at)?;
            self.at += 1;
            let Some(sound) = piece.sound else { continue };
            let mut pcm = vec![0; 2 * piece.samples as usize];
            let read = self.reader.file.read_exact_at(&mut pcm, sound);
            let captured_at = Millis((piece.start / PER_MS) as i64);
            return Some(read.map(|()| Frame { channel: self.channel, sequence, captured_at, pcm }).map_err(RecordingError::from));
        }
    }
}

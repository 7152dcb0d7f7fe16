//! WAV files that are never built: their header and any part of their samples, on demand.

use std::ops::Range;
use std::path::Path;

use model::Millis;
use model::wire::SAMPLE_RATE;

use super::{PER_MS, RecordingError, RecordingReader};

/// Bytes before the samples.
pub(crate) const HEADER: usize = 44;

/// A call's sound as one WAV file: 16 kHz, 16 bit, in step with the call's timeline. Its channels are sides of the call, each with all its
/// tracks mixed together.
#[derive(Debug)]
pub struct CallWav {
    sides: Vec<Vec<RecordingReader>>,
    /// Of the longest track.
    samples: u64,
}

impl CallWav {
    /// Opens the tracks of each side; one that has no file is silent. One side is mono, two are left and right.
    ///
    /// # Errors
    /// [`RecordingError::Io`] if a file is there and can't be read.
    pub fn open<P: AsRef<Path>>(sides: &[Vec<P>]) -> Result<Self, RecordingError> {
        let open = |path: &P| match RecordingReader::open(path) {
            Err(RecordingError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some),
        };
        let side = |tracks: &Vec<P>| tracks.iter().filter_map(|path| open(path).transpose()).collect::<Result<Vec<_>, _>>();
        let sides = sides.iter().map(side).collect::<Result<Vec<_>, _>>()?;
        let samples = sides.iter().flatten().map(RecordingReader::samples).max().unwrap_or(0);
        Ok(Self { sides, samples })
    }

    /// Whether any sound was kept.
    pub fn has_audio(&self) -> bool {
        self.sides.iter().flatten().any(RecordingReader::has_audio)
    }

    /// Length on the call's timeline: the longest track's.
    pub fn duration(&self) -> Millis {
        Millis((self.samples / PER_MS) as i64)
    }

    /// Bytes of the file.
    pub fn len(&self) -> u64 {
        HEADER as u64 + 2 * self.sides.len() as u64 * self.samples
    }

    /// Whether it has no samples.
    pub fn is_empty(&self) -> bool {
        self.samples == 0
    }

    /// A part of the file; what lies past its end is left out.
    ///
    /// # Errors
    /// [`RecordingError::Io`].
    pub fn read(&self, range: Range<u64>) -> Result<Vec<u8>, RecordingError> {
        let channels = self.sides.len();
        read(channels as u16, self.samples, range, |first, samples| {
            let mut heard = vec![0; samples.len() / channels];
            for (index, track) in self.sides.iter().enumerate().flat_map(|(index, side)| side.iter().map(move |track| (index, track))) {
                track.fill(first, &mut heard)?;
                for (block, heard) in samples.chunks_exact_mut(channels).zip(&heard) {
                    block[index] = block[index].saturating_add(*heard);
                }
            }
            Ok(())
        })
    }
}

/// A part of a WAV file of so many samples per channel. `fill` gives interleaved samples from a place on.
pub(crate) fn read(
    channels: u16,
    samples: u64,
    range: Range<u64>,
    fill: impl FnOnce(u64, &mut [i16]) -> Result<(), RecordingError>,
) -> Result<Vec<u8>, RecordingError> {
    let block = 2 * u64::from(channels);
    let len = HEADER as u64 + block * samples;
    let (start, end) = (range.start.min(len), range.end.min(len));
    if start >= end {
        return Ok(Vec::new());
    }
    let head = header(channels, samples);
    let mut bytes = Vec::with_capacity((end - start) as usize);
    bytes.extend_from_slice(&head[(start as usize).min(HEADER)..(end as usize).min(HEADER)]);
    if end > HEADER as u64 {
        let (from, to) = (start.saturating_sub(HEADER as u64), end - HEADER as u64);
        // Whole blocks around the part that is asked for.
        let (first, last) = (from / block, to.div_ceil(block));
        let mut heard = vec![0_i16; ((last - first) * u64::from(channels)) as usize];
        fill(first, &mut heard)?;
        let skip = (from - first * block) as usize;
        bytes.extend(heard.iter().flat_map(|sample| sample.to_le_bytes()).skip(skip).take((to - from) as usize));
    }
    Ok(bytes)
}

/// Sizes over 4 GiB (18 h in stereo) are said as large as the format can; players then read to the end.
fn header(channels: u16, samples: u64) -> [u8; HEADER] {
    let block = 2 * channels;
    let data = u32::try_from(samples * u64::from(block)).unwrap_or(u32::MAX - 36);
    let mut header = [0; HEADER];
    let mut at = 0;
    let mut put = |bytes: &[u8]| {
        header[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    };
    put(b"RIFF");
    put(&data.saturating_add(36).to_le_bytes());
    put(b"WAVEfmt ");
    put(&16_u32.to_le_bytes());
    put(&1_u16.to_le_bytes());
    put(&channels.to_le_bytes());
    put(&SAMPLE_RATE.to_le_bytes());
    put(&(SAMPLE_RATE * u32::from(block)).to_le_bytes());
    put(&block.to_le_bytes());
    put(&16_u16.to_le_bytes());
    put(b"data");
    put(&data.to_le_bytes());
    header
}

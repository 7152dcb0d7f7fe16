//! Sound on its way: 100 ms of a track.

use serde::{Deserialize, Serialize};

use crate::calls::TrackId;
use crate::time::Millis;

/// Samples per second of every frame.
pub const SAMPLE_RATE: u32 = 16_000;
/// Samples of a whole frame: 100 ms.
pub const FRAME_SAMPLES: usize = 1_600;
/// Largest frame that is taken: 1 s. A track's last frame may be shorter than [`FRAME_SAMPLES`].
pub const MAX_FRAME_SAMPLES: usize = 16_000;

/// 16 kHz mono audio of one track.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Of which track.
    pub track: TrackId,
    /// 0, 1, 2 … within the track and the call, without gaps, across reloads.
    pub sequence: u32,
    /// Call time of the first sample.
    pub captured_at: Millis,
    /// Signed 16-bit little-endian samples, 2 to 2 × [`MAX_FRAME_SAMPLES`] bytes, an even number.
    #[serde(with = "serde_bytes")]
    pub pcm: Vec<u8>,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame(track {} #{} at {} ms, {} bytes)", self.track, self.sequence, self.captured_at.0, self.pcm.len())
    }
}

/// A frame that isn't one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// Shorter than the header, empty, of an odd number of bytes, or over [`MAX_FRAME_SAMPLES`].
    Size(usize),
    /// The first byte is the number of no track that a call can have.
    Track(u8),
    /// The capture time is past the longest call (24 h); on the wire it has no sign.
    Time(i64),
}

impl std::fmt::Display for FrameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Size(bytes) => write!(f, "A frame carries 1 to {MAX_FRAME_SAMPLES} samples of 2 bytes; this one has {bytes} bytes."),
            Self::Track(byte) => write!(f, "A frame's track is a number from 0 to {}, not {byte}.", TrackId::MAX - 1),
            Self::Time(ms) => write!(f, "A frame's capture time lies between 0 and 24 hours, not at {} ms.", ms.cast_unsigned()),
        }
    }
}

impl std::error::Error for FrameError {}

impl Frame {
    /// Bytes before the samples in [`Frame::to_bytes`].
    pub const HEADER: usize = 13;
    /// Longest call: 24 hours.
    pub const MAX_CAPTURED_AT: i64 = 24 * 3600 * 1000;

    /// Checks track, size and time.
    ///
    /// # Errors
    /// [`FrameError`] says which.
    pub fn check(&self) -> Result<(), FrameError> {
        if self.track.index() >= TrackId::MAX {
            return Err(FrameError::Track(self.track.0));
        }
        if self.pcm.is_empty() || !self.pcm.len().is_multiple_of(2) || self.pcm.len() > 2 * MAX_FRAME_SAMPLES {
            return Err(FrameError::Size(self.pcm.len()));
        }
        if !(0..=Self::MAX_CAPTURED_AT).contains(&self.captured_at.0) {
            return Err(FrameError::Time(self.captured_at.0));
        }
        Ok(())
    }

    /// How long its audio is.
    pub fn duration(&self) -> Millis {
        Millis((self.pcm.len() / 2) as i64 * 1000 / i64::from(SAMPLE_RATE))
    }

    /// The samples.
    pub fn samples(&self) -> impl Iterator<Item = i16> + '_ {
        self.pcm.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
    }

    /// Whether nothing is in it: no sample is further from zero than the last bit, which flickers in some devices.
    pub fn is_silent(&self) -> bool {
        self.samples().all(|sample| (-1..=1).contains(&sample))
    }

    /// The binary message of the documented stream: track (u8), sequence (u32), capture time in ms
    /// (u64), then samples; all little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::HEADER + self.pcm.len());
        bytes.push(self.track.0);
        bytes.extend_from_slice(&self.sequence.to_le_bytes());
        bytes.extend_from_slice(&self.captured_at.0.to_le_bytes());
        bytes.extend_from_slice(&self.pcm);
        bytes
    }

    /// Reads [`Frame::to_bytes`].
    ///
    /// # Errors
    /// [`FrameError`] for anything that isn't such a message.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrameError> {
        let (header, pcm) = bytes.split_at_checked(Self::HEADER).ok_or(FrameError::Size(bytes.len()))?;
        let mut sequence = [0; 4];
        sequence.copy_from_slice(&header[1..5]);
        let mut captured_at = [0; 8];
        captured_at.copy_from_slice(&header[5..13]);
        let frame = Self {
            track: TrackId(header[0]),
            sequence: u32::from_le_bytes(sequence),
            captured_at: Millis(i64::from_le_bytes(captured_at)),
            pcm: pcm.to_vec(),
        };
        frame.check()?;
        Ok(frame)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(track: u8, sequence: u32, captured_at: i64, samples: usize) -> Frame {
        Frame { track: TrackId(track), sequence, captured_at: Millis(captured_at), pcm: vec![7; samples * 2] }
    }

    #[test]
    fn frames_of_a_wrong_size_are_refused() {
        let whole = frame(0, 3, 300, FRAME_SAMPLES);
        assert_eq!(whole.check(), Ok(()));
        assert_eq!(whole.duration(), Millis(100));
        assert_eq!(frame(0, 0, 0, 0).check(), Err(FrameError::Size(0)));
        assert_eq!(frame(0, 0, 0, MAX_FRAME_SAMPLES + 1).check(), Err(FrameError::Size(2 * MAX_FRAME_SAMPLES + 2)));
        assert_eq!(frame(0, 0, -1, 1).check(), Err(FrameError::Time(-1)));
        assert_eq!(Frame { pcm: vec![0; 3], ..whole.clone() }.check(), Err(FrameError::Size(3)));
        let mut bytes = whole.to_bytes();
        bytes[0] = 16;
        assert_eq!(Frame::from_bytes(&bytes), Err(FrameError::Track(16)));
        assert_eq!(Frame::from_bytes(&bytes[..5]), Err(FrameError::Size(5)));
    }

    proptest! {
        #[test]
        fn frames_survive_their_bytes(track in 0..16_u8, sequence: u32, captured_at in 0..Frame::MAX_CAPTURED_AT, samples in 1..3_000_usize) {
            let frame = frame(track, sequence, captured_at, samples);
            prop_assert_eq!(Frame::from_bytes(&frame.to_bytes()), Ok(frame));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = Frame::from_bytes(&bytes);
        }
    }
}

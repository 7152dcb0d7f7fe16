//! How loud a track's recording is over time, kept beside it: hours of sound are read for it once.
//!
//! All little-endian: magic (u32), the log's mark (20 bytes), ms of a stretch (u32), peaks (u32), a byte each, CRC-32 of all the rest (u32).

use std::path::Path;

use model::Millis;

use super::index::LogMark;
use super::sidecar::{self, Fields};

/// What the file beside the log is called: `rep.peaks` beside `rep.log`.
pub(super) const EXTENSION: &str = "peaks";
/// "CZP1".
const MAGIC: u32 = u32::from_le_bytes(*b"CZP1");
/// Most stretches of a track: some for each that is drawn, so that tracks of another length fit too.
const MOST: i64 = 1_600;
/// No stretch is shorter.
const SHORTEST: i64 = 10;

/// The loudest sample of each stretch of a track, from the call's start on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peaks {
    /// How long each stretch is.
    pub stretch: Millis,
    /// 0 is silence, 255 the loudest that there can be.
    pub peaks: Vec<u8>,
}

impl Peaks {
    /// Silence of a length.
    pub(super) fn silent(duration: Millis) -> Self {
        let stretch = (duration.0 + MOST - 1).div_euclid(MOST).max(SHORTEST);
        Self { stretch: Millis(stretch), peaks: vec![0; (duration.0.max(0) / stretch + 1) as usize] }
    }

    /// Adds sound from a moment on.
    pub(super) fn hear(&mut self, start: Millis, samples: impl Iterator<Item = i16>) {
        let (first, stretch) = (start.0.max(0) as u64 * super::PER_MS, self.stretch.0.max(1) as u64 * super::PER_MS);
        for (at, sample) in (first..).zip(samples) {
            if let Some(peak) = self.peaks.get_mut((at / stretch) as usize) {
                *peak = (*peak).max(sample.unsigned_abs().div_ceil(128).min(255) as u8);
            }
        }
    }
}

/// The peaks of exactly this log; none if they are not known.
pub(super) fn read(log: &Path, mark: LogMark) -> Option<Peaks> {
    decode(&sidecar::read(log, EXTENSION)?, mark)
}

/// Keeps them.
///
/// # Errors
/// If the file can't be written.
pub(super) fn write(log: &Path, mark: LogMark, peaks: &Peaks) -> std::io::Result<()> {
    sidecar::write(log, EXTENSION, encode(mark, peaks))
}

fn encode(mark: LogMark, peaks: &Peaks) -> Vec<u8> {
    let mut out = Vec::with_capacity(36 + peaks.peaks.len());
    out.extend_from_slice(&MAGIC.to_le_bytes());
    mark.put(&mut out);
    out.extend_from_slice(&(peaks.stretch.0 as u32).to_le_bytes());
    out.extend_from_slice(&(peaks.peaks.len() as u32).to_le_bytes());
    out.extend_from_slice(&peaks.peaks);
    out
}

fn decode(bytes: &[u8], mark: LogMark) -> Option<Peaks> {
    let mut fields = Fields(bytes);
    if fields.u32()? != MAGIC || LogMark::take(&mut fields)? != mark {
        return None;
    }
    let (stretch, count) = (fields.u32()?, fields.u32()?);
    let Fields(peaks) = fields;
    (stretch > 0 && peaks.len() == count as usize).then(|| Peaks { stretch: Millis(stretch.into()), peaks: peaks.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_sample_of_each_stretch_counts() {
        let mut peaks = Peaks::silent(Millis(25));
        assert_eq!((peaks.stretch, peaks.peaks.len()), (Millis(10), 3));
        peaks.hear(Millis(5), (0..160).map(|at| if at == 79 { -1_280 } else { 1 }));
        assert_eq!(peaks.peaks, [10, 1, 0]);
        peaks.hear(Millis(0), [i16::MIN, i16::MAX].into_iter());
        peaks.hear(Millis(24), (0..1_000).map(|_| i16::MAX));
        assert_eq!(peaks.peaks, [255, 1, 255], "what lies behind the end is nowhere");
    }

    #[test]
    fn a_day_has_no_more_peaks_than_a_quarter_of_an_hour() {
        for duration in [0, 1, 15_999, 16_000, 900_001, 86_400_000, i64::from(u32::MAX)] {
            let peaks = Peaks::silent(Millis(duration));
            assert!(peaks.peaks.len() as i64 <= MOST + 1 && peaks.stretch.0 * peaks.peaks.len() as i64 > duration, "{duration}");
        }
    }

    #[test]
    fn peaks_are_of_one_log() {
        let mark = LogMark { frames: 3, length: 99, ..LogMark::default() };
        let peaks = Peaks { stretch: Millis(10), peaks: vec![0, 7, 255] };
        let kept = encode(mark, &peaks);
        assert_eq!(decode(&kept, mark), Some(peaks));
        assert_eq!(decode(&kept, LogMark { frames: 4, ..mark }), None, "the recording went on");
        assert_eq!(decode(&kept[..kept.len() - 1], mark), None);
        assert_eq!(decode(&[kept.as_slice(), &[1]].concat(), mark), None);
    }
}

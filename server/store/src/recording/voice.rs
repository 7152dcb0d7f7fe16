//! Where there is speech in a track's recording, kept beside it: finding it takes seconds for each hour, and nothing about a sound that is
//! recorded changes any more.
//!
//! All little-endian: magic (u32), version of the detector (u32), the log's mark (20 bytes), stretches (u32), each stretch's start and end
//! in ms (i64), CRC-32 of all the rest (u32).

use std::path::Path;

use model::Millis;

use super::index::LogMark;
use super::sidecar::{self, Fields};

/// What the file beside the log is called: `rep.voice` beside `rep.log`.
pub(super) const EXTENSION: &str = "voice";
/// "CZV1".
const MAGIC: u32 = u32::from_le_bytes(*b"CZV1");

/// The stretches that this version of the detector found in exactly this log; none if they are not known.
pub(super) fn read(log: &Path, mark: LogMark, version: u32) -> Option<Vec<(Millis, Millis)>> {
    decode(&sidecar::read(log, EXTENSION)?, mark, version)
}

/// Keeps them.
///
/// # Errors
/// If the file can't be written.
pub(super) fn write(log: &Path, mark: LogMark, version: u32, stretches: &[(Millis, Millis)]) -> std::io::Result<()> {
    sidecar::write(log, EXTENSION, encode(mark, version, stretches))
}

fn encode(mark: LogMark, version: u32, stretches: &[(Millis, Millis)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(40 + 16 * stretches.len());
    out.extend_from_slice(&MAGIC.to_le_bytes());
    out.extend_from_slice(&version.to_le_bytes());
    mark.put(&mut out);
    out.extend_from_slice(&(stretches.len() as u32).to_le_bytes());
    for (start, end) in stretches {
        out.extend_from_slice(&start.0.to_le_bytes());
        out.extend_from_slice(&end.0.to_le_bytes());
    }
    out
}

fn decode(bytes: &[u8], mark: LogMark, version: u32) -> Option<Vec<(Millis, Millis)>> {
    let mut fields = Fields(bytes);
    if fields.u32()? != MAGIC || fields.u32()? != version || LogMark::take(&mut fields)? != mark {
        return None;
    }
    let count = fields.u32()?;
    let stretches = (0..count).map(|_| Some((Millis(fields.i64()?), Millis(fields.i64()?)))).collect::<Option<Vec<_>>>()?;
    fields.is_empty().then_some(stretches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_of_one_log_and_one_detector() {
        let mark = LogMark { frames: 3, length: 99, ..LogMark::default() };
        let stretches = vec![(Millis(0), Millis(16)), (Millis(400), Millis(9_000))];
        let kept = encode(mark, 1, &stretches);
        assert_eq!(decode(&kept, mark, 1), Some(stretches));
        assert_eq!(decode(&kept, mark, 2), None, "another detector");
        assert_eq!(decode(&kept, LogMark { frames: 4, ..mark }, 1), None, "the recording went on");
        assert_eq!(decode(&kept[..kept.len() - 1], mark, 1), None);
        assert_eq!(decode(&encode(mark, 1, &[]), mark, 1), Some(Vec::new()), "nobody spoke");
    }
}

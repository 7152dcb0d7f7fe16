//! Where each frame lies: in the log's file, and on the call's timeline.
//!
//! Frames of one length that follow one another without a gap are one [`FrameRun`], so an hour of sound without a pause takes as much
//! memory as a second. The index of what was read once, and found whole, is kept beside the log (`{track}.index`): whoever opens it next
//! reads only what came since. It is made of the log and of nothing else; without it, or with one that doesn't fit, the log is read again.
//!
//! All little-endian: magic (u32), [`LogMark`] (20 bytes), runs (u32), each run's start (u64), frames (u32), samples (u32) and whether it has
//! sound (u32), CRC-32 of all the rest (u32).

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::record::{self, HEADER, Header};
use super::sidecar::{self, Fields};
use super::{LogPlace, place};

/// What the file beside the log is called: `rep.index` beside `rep.log`.
pub(super) const EXTENSION: &str = "index";
/// "CZX1".
const MAGIC: u32 = u32::from_le_bytes(*b"CZX1");

/// Frames of one length, one right after the other in the file and on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FrameRun {
    /// Number of the first frame.
    first: u32,
    frames: u32,
    /// First sample on the timeline.
    start: u64,
    /// Of each frame.
    samples: u32,
    /// Where the first frame's record begins in the file.
    offset: u64,
    has_sound: bool,
}

/// One frame's place on the call's timeline and in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FramePlace {
    /// Its number.
    pub sequence: u32,
    /// First sample on the timeline.
    pub start: u64,
    pub samples: u32,
    /// Where its sound starts in the file; none where no sound was kept.
    pub sound: Option<u64>,
}

/// How far a log was read: two logs of the same mark are the same up to there, since the last record's checksum covers its number, its time
/// and its sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LogMark {
    pub frames: u32,
    /// Bytes of whole records.
    pub length: u64,
    /// Bytes of the last record.
    pub last: u32,
    /// Checksum of the last record.
    pub crc: u32,
}

/// A track's frames, found by number or by time in time logarithmic in the number of runs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct LogIndex {
    runs: Vec<FrameRun>,
    mark: LogMark,
}

impl FrameRun {
    fn record(&self) -> u64 {
        HEADER as u64 + if self.has_sound { 2 * u64::from(self.samples) } else { 0 }
    }

    fn end(&self) -> u64 {
        self.start + u64::from(self.frames) * u64::from(self.samples)
    }

    fn place(&self, nth: u32) -> FramePlace {
        let sound = self.offset + u64::from(nth) * self.record() + HEADER as u64;
        FramePlace {
            sequence: self.first + nth,
            start: self.start + u64::from(nth) * u64::from(self.samples),
            samples: self.samples,
            sound: self.has_sound.then_some(sound),
        }
    }
}

impl LogMark {
    /// Whether a file begins with the log that this marks. Reads one header.
    fn fits(&self, file: &File, size: u64) -> bool {
        if self.length > size || self.frames == 0 {
            return false;
        }
        let mut head = [0; HEADER];
        let Some(last) = self.length.checked_sub(u64::from(self.last)) else { return false };
        let read = file.read_exact_at(&mut head, last).is_ok();
        Header::parse(&head).is_some_and(|header| {
            read && header.sequence == self.frames - 1 && header.record_len() == u64::from(self.last) && header.crc() == self.crc
        })
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.frames.to_le_bytes());
        out.extend_from_slice(&self.length.to_le_bytes());
        out.extend_from_slice(&self.last.to_le_bytes());
        out.extend_from_slice(&self.crc.to_le_bytes());
    }

    pub(super) fn take(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { frames: fields.u32()?, length: fields.u64()?, last: fields.u32()?, crc: fields.u32()? })
    }
}

impl LogIndex {
    /// The index that is kept beside a log, if it is of this file.
    pub(super) fn kept(path: &Path, file: &File, size: u64) -> Option<Self> {
        let index = Self::decode(&sidecar::read(path, EXTENSION)?)?;
        index.mark.fits(file, size).then_some(index)
    }

    /// Keeps it beside the log.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(super) fn keep(&self, path: &Path) -> std::io::Result<()> {
        sidecar::write(path, EXTENSION, self.encode())
    }

    /// Adds the record that follows in the file; false, and nothing added, if it is not the next frame's.
    pub(super) fn push(&mut self, header: &Header) -> bool {
        if header.sequence != self.mark.frames {
            return false;
        }
        let end = self.end();
        let start = place(end, header.captured_at);
        let has_sound = header.bytes > 0;
        match self.runs.last_mut() {
            Some(run) if run.samples == header.samples && run.has_sound == has_sound && start == end => run.frames += 1,
            _ => self.runs.push(FrameRun {
                first: header.sequence,
                frames: 1,
                start,
                samples: header.samples,
                offset: self.mark.length,
                has_sound,
            }),
        }
        let last = header.record_len();
        self.mark = LogMark { frames: self.mark.frames + 1, length: self.mark.length + last, last: last as u32, crc: header.crc() };
        true
    }

    pub(super) fn mark(&self) -> LogMark {
        self.mark
    }

    /// The sample on the timeline after the last frame's.
    pub(super) fn end(&self) -> u64 {
        self.runs.last().map_or(0, FrameRun::end)
    }

    pub(super) fn has_sound(&self) -> bool {
        self.runs.iter().any(|run| run.has_sound)
    }

    /// A frame's place; none after the last one.
    pub(super) fn frame(&self, sequence: u32) -> Option<FramePlace> {
        let run = self.runs.get(self.runs.partition_point(|run| run.first + run.frames <= sequence))?;
        Some(run.place(sequence - run.first))
    }

    /// The place in the log before a frame, or behind the last one.
    pub(super) fn place_at(&self, sequence: u32) -> Option<LogPlace> {
        let before = sequence.checked_sub(1).and_then(|before| self.frame(before));
        let end_sample = before.map_or(0, |before| before.start + u64::from(before.samples));
        let length = match self.runs.get(self.runs.partition_point(|run| run.first + run.frames <= sequence)) {
            Some(run) => run.offset + u64::from(sequence - run.first) * run.record(),
            None if sequence == self.mark.frames => self.mark.length,
            None => return None,
        };
        Some(LogPlace { length, next: sequence, end_sample })
    }

    /// Number of the first frame that ends after a sample on the timeline; how many there are, if none does.
    pub(super) fn first_after(&self, sample: u64) -> u32 {
        let Some(run) = self.runs.get(self.runs.partition_point(|run| run.end() <= sample)) else { return self.mark.frames };
        run.first + (sample.saturating_sub(run.start) / u64::from(run.samples)) as u32
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32 + 20 * self.runs.len());
        out.extend_from_slice(&MAGIC.to_le_bytes());
        self.mark.put(&mut out);
        out.extend_from_slice(&(self.runs.len() as u32).to_le_bytes());
        for run in &self.runs {
            out.extend_from_slice(&run.start.to_le_bytes());
            for number in [run.frames, run.samples, u32::from(run.has_sound)] {
                out.extend_from_slice(&number.to_le_bytes());
            }
        }
        out
    }

    /// None for what [`LogIndex::encode`] can't have written.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        if fields.u32()? != MAGIC {
            return None;
        }
        let mark = LogMark::take(&mut fields)?;
        let count = fields.u32()?;
        let (mut runs, mut first, mut offset, mut end) = (Vec::new(), 0_u32, 0_u64, 0_u64);
        for _ in 0..count {
            let (start, frames, samples) = (fields.u64()?, fields.u32()?, fields.u32()?);
            let run = FrameRun { first, frames, start, samples, offset, has_sound: fields.u32()? == 1 };
            if frames == 0 || !record::is_length(samples) || start < end {
                return None;
            }
            first = first.checked_add(frames)?;
            offset = offset.checked_add(u64::from(frames) * run.record())?;
            end = start.checked_add(u64::from(frames) * u64::from(samples))?;
            runs.push(run);
        }
        (fields.is_empty() && first == mark.frames && offset == mark.length).then_some(Self { runs, mark })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::wire::Frame;
    use model::{Millis, TrackId};
    use proptest::prelude::*;

    use super::super::{CONTIGUOUS, PER_MS};
    use super::*;

    fn header(sequence: u32, captured_at: i64, samples: usize, keep: bool) -> Header {
        let frame = Frame { track: TrackId::MICROPHONE, sequence, captured_at: Millis(captured_at), pcm: vec![1; 2 * samples] };
        let sound: &[u8] = if keep { &frame.pcm } else { &[] };
        record::read(&mut [record::header(&frame, sound).as_slice(), sound].concat().as_slice(), &mut Vec::new()).unwrap().unwrap()
    }

    #[test]
    fn sound_without_a_pause_is_one_run_however_long_it_is() {
        let runs = |frames: u32| {
            let mut index = LogIndex::default();
            assert!((0..frames).all(|number| index.push(&header(number, i64::from(number) * 100 + i64::from(number % 30), 1_600, true))));
            assert!(!index.push(&header(frames + 1, 0, 1_600, true)), "one is missing");
            (index.runs.len(), index.encode().len())
        };
        assert_eq!(runs(10), runs(6_000));
        assert_eq!(runs(10).0, 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_frame_is_where_reading_them_one_by_one_puts_it(
            frames in prop::collection::vec((prop_oneof![Just(0_i64), 0..200_i64], prop_oneof![Just(1_600_usize), 1..3_000_usize], any::<bool>()), 1..40),
        ) {
            let (mut index, mut places) = (LogIndex::default(), Vec::new());
            let (mut at, mut end, mut offset) = (0, 0, 0);
            for (number, (gap, samples, keep)) in frames.iter().enumerate() {
                let header = header(number as u32, at + gap, *samples, *keep);
                at += gap + *samples as i64 / 16;
                let start = place(end, header.captured_at);
                let sound = (header.bytes > 0).then_some(offset + HEADER as u64);
                places.push(FramePlace { sequence: number as u32, start, samples: header.samples, sound });
                (end, offset) = (start + u64::from(header.samples), offset + header.record_len());
                prop_assert!(index.push(&header));
            }
            prop_assert_eq!((index.end(), index.mark().length, index.mark().frames as usize), (end, offset, places.len()));
            for place in &places {
                prop_assert_eq!(index.frame(place.sequence), Some(*place));
            }
            prop_assert_eq!(index.frame(places.len() as u32), None);
            for sample in (0..end + PER_MS + CONTIGUOUS).step_by(97) {
                let first = places.iter().position(|place| place.start + u64::from(place.samples) > sample).unwrap_or(places.len());
                prop_assert_eq!(index.first_after(sample) as usize, first);
            }
            let kept = index.encode();
            prop_assert_eq!(LogIndex::decode(&kept), Some(index));
            prop_assert_eq!(LogIndex::decode(&kept[..kept.len() - 1]), None);
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let mut whole = MAGIC.to_le_bytes().to_vec();
            whole.extend(bytes);
            let _ = LogIndex::decode(&whole);
        }
    }
}

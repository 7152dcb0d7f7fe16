//! One record of the log: a frame with what is needed to know that it is whole.
//!
//! All little-endian: magic (u32), sequence (u32), capture time in ms as it was sent (i64), samples (u32), bytes of sound
//! that follow (u32: twice the samples, or 0 where no sound is kept), CRC-32 of all the rest (u32), sound.

use std::io::Read;

use model::wire::{Frame, MAX_FRAME_SAMPLES};

/// "CZR1".
const MAGIC: u32 = u32::from_le_bytes(*b"CZR1");
/// Bytes before the sound.
pub(crate) const HEADER: usize = 28;
/// Bytes of the largest record.
pub(crate) const LONGEST: u64 = (HEADER + 2 * MAX_FRAME_SAMPLES) as u64;

/// What stands before the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub sequence: u32,
    pub captured_at: i64,
    pub samples: u32,
    pub bytes: u32,
    crc: u32,
}

/// What a frame's record begins with; `sound` follows it: the frame's, or nothing where none is kept.
pub(crate) fn header(frame: &Frame, sound: &[u8]) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..4].copy_from_slice(&MAGIC.to_le_bytes());
    header[4..8].copy_from_slice(&frame.sequence.to_le_bytes());
    header[8..16].copy_from_slice(&frame.captured_at.0.to_le_bytes());
    header[16..20].copy_from_slice(&((frame.pcm.len() / 2) as u32).to_le_bytes());
    header[20..24].copy_from_slice(&(sound.len() as u32).to_le_bytes());
    let crc = crc32(crc32(0, &header[..HEADER - 4]), sound);
    header[HEADER - 4..].copy_from_slice(&crc.to_le_bytes());
    header
}

/// Reads the next record's header, and its sound into `pcm`. None if what follows is not a whole record.
pub(crate) fn read(from: &mut impl Read, pcm: &mut Vec<u8>) -> std::io::Result<Option<Header>> {
    let mut head = [0_u8; HEADER];
    if !read_whole(from, &mut head)? {
        return Ok(None);
    }
    let Some(header) = Header::parse(&head) else { return Ok(None) };
    pcm.resize(header.bytes as usize, 0);
    if !read_whole(from, pcm)? {
        return Ok(None);
    }
    let whole = crc32(crc32(0, &head[..HEADER - 4]), pcm) == header.crc;
    Ok(whole.then_some(header))
}

impl Header {
    /// Bytes of the whole record.
    pub(crate) fn record_len(self) -> u64 {
        HEADER as u64 + u64::from(self.bytes)
    }

    /// Checksum of the whole record, but for itself.
    pub(crate) fn crc(self) -> u32 {
        self.crc
    }

    /// None if these are not a record's first bytes. What follows them is not looked at.
    pub(crate) fn parse(head: &[u8; HEADER]) -> Option<Self> {
        let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let captured_at = (u64::from(word(12)) << 32 | u64::from(word(8))) as i64;
        let header = Self { sequence: word(4), captured_at, samples: word(16), bytes: word(20), crc: word(24) };
        // In this order: a wild number of samples can't be doubled.
        (word(0) == MAGIC && is_length(header.samples) && (header.bytes == 0 || header.bytes == 2 * header.samples)).then_some(header)
    }
}

/// Where in these bytes a record may begin, and its header is whole.
pub(crate) fn candidates(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let magic = MAGIC.to_le_bytes();
    bytes.windows(HEADER).enumerate().filter(move |(_, head)| head[..4] == magic).map(|(at, _)| at)
}

/// Whether a frame may have so many samples.
pub(crate) fn is_length(samples: u32) -> bool {
    (1..=MAX_FRAME_SAMPLES as u32).contains(&samples)
}

/// Fills the buffer; false at an end before it is full.
fn read_whole(from: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<bool> {
    match from.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// CRC-32 (ISO 3309, as in zip and PNG), going on from an earlier part.
pub(crate) fn crc32(earlier: u32, bytes: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new_with_initial(earlier);
    crc.update(bytes);
    crc.finalize()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::{Millis, TrackId};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(crc32(0, b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(crc32(0, b"1234"), b"56789"), 0xcbf4_3926);
    }

    /// The definition: a bit at a time.
    fn slow_crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
        })
    }

    proptest! {
        #[test]
        fn a_record_survives_and_a_flipped_bit_shows(sequence: u32, captured_at in 0..1_i64 << 40, samples in 1..2_000_usize, keep: bool, flip: prop::sample::Index, bit in 0..8) {
            let frame = Frame { track: TrackId::MICROPHONE, sequence, captured_at: Millis(captured_at), pcm: (0..2 * samples).map(|i| i as u8).collect() };
            let sound: &[u8] = if keep { &frame.pcm } else { &[] };
            let mut record = [header(&frame, sound).as_slice(), sound].concat();
            let mut pcm = Vec::new();
            let header = read(&mut record.as_slice(), &mut pcm).unwrap().unwrap();
            prop_assert_eq!((header.sequence, header.captured_at, header.samples as usize), (sequence, captured_at, samples));
            prop_assert_eq!(header.record_len(), record.len() as u64);
            prop_assert_eq!(&pcm, if keep { &frame.pcm } else { const { &Vec::new() } });
            let at = flip.index(record.len());
            record[at] ^= 1_u8 << bit;
            prop_assert_eq!(read(&mut record.as_slice(), &mut pcm).unwrap(), None);
        }

        #[test]
        fn eight_bytes_at_a_time_are_as_bits_one_by_one(bytes in prop::collection::vec(any::<u8>(), 0..100), cut: prop::sample::Index) {
            let (first, second) = bytes.split_at(cut.index(bytes.len() + 1));
            prop_assert_eq!(crc32(crc32(0, first), second), slow_crc32(&bytes));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = read(&mut bytes.as_slice(), &mut Vec::new());
        }
    }
}

//! IMA ADPCM in a WAV file, two channels: 4 bits a sample, each the quantized difference to a prediction.
//!
//! After the IMA Digital Audio Focus and Technical Working Groups' recommended practices, revision 3.0 (1992), in Microsoft's
//! block layout: each block begins with each channel's first sample and step index, then 4 bytes (8 samples) of each in turn.

const STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118, 130, 143, 157,
    173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707,
    1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899,
    15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
];
const INDEX_CHANGE: [i32; 8] = [-1, -1, -1, -1, 2, 4, 6, 8];

struct Predictor {
    sample: i32,
    index: i32,
}

impl Predictor {
    fn next(&mut self, nibble: u8) -> i16 {
        let step = STEPS[self.index as usize];
        let magnitude = i32::from(nibble & 7);
        let mut difference = step >> 3;
        for (bit, part) in [(4, step), (2, step >> 1), (1, step >> 2)] {
            if magnitude & bit != 0 {
                difference += part;
            }
        }
        let signed = if nibble & 8 == 0 { difference } else { -difference };
        self.sample = (self.sample + signed).clamp(i32::from(i16::MIN), i32::from(i16::MAX));
        self.index = (self.index + INDEX_CHANGE[magnitude as usize]).clamp(0, 88);
        self.sample as i16
    }
}

/// The two channels of a stereo file. None if it isn't one.
pub(super) fn decode(wav: &[u8]) -> Option<[Vec<i16>; 2]> {
    let (format, data) = (chunk(wav, b"fmt ")?, chunk(wav, b"data")?);
    let field = |at: usize| Some(u16::from_le_bytes(format.get(at..at + 2)?.try_into().ok()?));
    // 0x11 is IMA ADPCM.
    if field(0)? != 0x11 || field(2)? != 2 {
        return None;
    }
    let mut channels = [Vec::new(), Vec::new()];
    for block in data.chunks_exact(usize::from(field(12)?).max(8)) {
        let (head, body) = block.split_at(8);
        for (side, samples) in channels.iter_mut().enumerate() {
            let start = &head[side * 4..][..4];
            let first = i16::from_le_bytes([start[0], start[1]]);
            samples.push(first);
            let mut predictor = Predictor { sample: i32::from(first), index: i32::from(start[2]).min(88) };
            let bytes = body.chunks_exact(8).flat_map(|pair| &pair[side * 4..][..4]);
            samples.extend(bytes.flat_map(|byte| [byte & 15, byte >> 4]).map(|nibble| predictor.next(nibble)));
        }
    }
    Some(channels)
}

/// The content of a chunk of a RIFF file.
fn chunk<'a>(wav: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let mut at = 12;
    loop {
        let length = u32::from_le_bytes(wav.get(at + 4..at + 8)?.try_into().ok()?) as usize;
        if &wav[at..at + 4] == name {
            return wav.get(at + 8..at + 8 + length);
        }
        at += 8 + length + length % 2;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Header, then one block of 16 bytes: 9 samples a channel.
    fn file(left: [u8; 4], right: [u8; 4]) -> Vec<u8> {
        let mut wav = b"RIFF\0\0\0\0WAVEfmt \x14\0\0\0\x11\0\x02\0\x80\x3e\0\0\x80\x3e\0\0\x10\0\x04\0\x02\0\x09\0data\x10\0\0\0".to_vec();
        wav.extend([100, 0, 0, 0, 200, 0, 88, 0]);
        wav.extend(left);
        wav.extend(right);
        wav
    }

    #[test]
    fn a_block_is_decoded_by_the_book() {
        let [left, right] = decode(&file([0x70, 0, 0, 0], [0, 0, 0, 0x8f])).unwrap();
        // Step 7: 0 adds 7 >> 3 = 0; 7 adds 0 + 7 + 3 + 1 = 11 and moves the index by 8, to step 16.
        assert_eq!(left[..4], [100, 100, 111, 113]);
        // The largest step and an index out of range: clamped, no overflow.
        assert_eq!(right[0], 200);
        assert_eq!((left.len(), right.len()), (9, 9));
    }

    #[test]
    fn what_is_no_stereo_adpcm_is_none() {
        assert!(decode(b"").is_none());
        assert!(decode(b"RIFF\0\0\0\0WAVE").is_none());
        let mut mono = file([0; 4], [0; 4]);
        mono[22] = 1;
        assert!(decode(&mono).is_none());
        let whole = file([0; 4], [0; 4]);
        assert!(decode(&whole[..whole.len() - 1]).is_none());
    }
}

//! Where there is speech: the voice detector behind an energy gate, on one track.

use model::Millis;
use model::wire::SAMPLE_RATE;
use voice::BLOCK;

/// Score from which a block counts as speech (the detector's own recommendation).
const THRESHOLD: f32 = 0.5;
/// Root mean square below which a block is silence, whatever the detector says: −54 dB of full scale.
const SILENCE_RMS: f64 = 65.0;
/// Pauses up to this length are part of speech: between words nobody has stopped talking.
const BRIDGE: Millis = Millis(300);

/// Grows with every change to what counts as speech: what an earlier version found is found again.
pub(crate) const VERSION: u32 = 1;

/// Adds a stretch to those before it; one that goes on where the last one ended makes that one longer, so that what hours of talk take up
/// grows with the pauses in them.
pub(crate) fn join<T: PartialEq>(stretches: &mut Vec<(T, T)>, (start, end): (T, T)) {
    match stretches.last_mut() {
        Some(last) if last.1 == start => last.1 = end,
        _ => stretches.push((start, end)),
    }
}

/// One track's voice detector.
pub(crate) struct VoiceDetector {
    detector: Box<voice::Detector>,
    carry: Vec<i16>,
    /// End of the last block with speech.
    last_voice: Option<Millis>,
}

/// What a piece of audio had in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Voiced {
    /// Stretches with speech, in call time, in order.
    pub stretches: Vec<(Millis, Millis)>,
}

impl Voiced {
    pub(crate) fn any(&self) -> bool {
        !self.stretches.is_empty()
    }
}

impl Default for VoiceDetector {
    fn default() -> Self {
        Self { detector: Box::default(), carry: Vec::with_capacity(BLOCK), last_voice: None }
    }
}

impl VoiceDetector {
    /// Hears samples that start at `start`; a rest that is shorter than a block waits for the next call.
    pub(crate) fn push(&mut self, start: Millis, samples: impl IntoIterator<Item = i16>) -> Voiced {
        let carried = self.carry.len();
        self.carry.extend(samples);
        let mut voiced = Voiced::default();
        let (blocks, _) = self.carry.as_chunks::<BLOCK>();
        let (mut index, last_voice) = (0, &mut self.last_voice);
        // The detector keeps state: it hears every block, loud or not.
        self.detector.hear(blocks, |score| {
            let offset = (index * BLOCK) as i64 - carried as i64;
            let from = start + Millis(offset * 1000 / i64::from(SAMPLE_RATE));
            let until = from + Millis(BLOCK as i64 * 1000 / i64::from(SAMPLE_RATE));
            if score >= THRESHOLD && rms(&blocks[index]) >= SILENCE_RMS {
                let from = match *last_voice {
                    Some(last) if last <= from && from.since(last) <= BRIDGE => last,
                    _ => from,
                };
                join(&mut voiced.stretches, (from, until));
                *last_voice = Some(until);
            }
            index += 1;
        });
        let heard = blocks.as_flattened().len();
        self.carry.drain(..heard);
        voiced
    }
}

fn rms(block: &[i16]) -> f64 {
    let sum: u64 = block.iter().map(|&sample| u64::from(i32::from(sample).pow(2).cast_unsigned())).sum();
    (sum as f64 / block.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_and_hum_are_no_speech() {
        let mut voice = VoiceDetector::default();
        assert!(!voice.push(Millis(0), vec![0; 32_000]).any());
        let hum: Vec<i16> = (0..32_000).map(|i| ((f64::from(i) * 50.0 * std::f64::consts::TAU / 16_000.0).sin() * 40.0) as i16).collect();
        assert!(!voice.push(Millis(2_000), hum).any());
    }

    #[test]
    fn odd_pieces_are_heard_like_whole_ones() {
        let noise: Vec<i16> = (0..16_000_i64).map(|i| ((i * 7_919 % 4_001) - 2_000) as i16).collect();
        let whole = VoiceDetector::default().push(Millis(0), noise.iter().copied());
        let mut voice = VoiceDetector::default();
        let mut at = 0;
        let mut total = Millis::ZERO;
        for piece in noise.chunks(777) {
            for (from, until) in voice.push(Millis(at * 1000 / 16_000), piece.iter().copied()).stretches {
                assert!(from < until);
                total = total + until.since(from);
            }
            at += piece.len() as i64;
        }
        let expected: Millis = whole.stretches.iter().map(|(from, until)| until.since(*from)).sum();
        assert!((total.0 - expected.0).abs() <= 200, "{total:?} {expected:?}");
    }
}

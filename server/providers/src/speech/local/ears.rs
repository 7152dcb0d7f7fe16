//! Where there is voice: the house's own detector, block by block.

use voice::BLOCK as DETECTED;

use super::segmenter::{BLOCK, Segmenter};

/// Score from which a block counts as voice.
const THRESHOLD: f32 = 0.5;
/// Root mean square below which a block is silence, whatever the detector says: −54 dB of full scale, as where talk is measured.
const SILENCE_RMS: f64 = 65.0;

const _: () = assert!(DETECTED == BLOCK);

/// One stream's detector.
#[derive(Default)]
pub(super) struct Detector {
    detector: Box<voice::Detector>,
    /// What is no whole block yet.
    carry: Vec<i16>,
}

impl Detector {
    /// Hears sound, and has it cut.
    pub(super) fn hear(&mut self, samples: &[i16], segmenter: &mut Segmenter) {
        self.carry.extend(samples);
        let (blocks, _) = self.carry.as_chunks::<BLOCK>();
        let mut rest = blocks.iter();
        self.detector.hear(blocks, |score| {
            if let Some(block) = rest.next() {
                segmenter.push(block, score >= THRESHOLD && rms(block) >= SILENCE_RMS);
            }
        });
        let heard = blocks.as_flattened().len();
        self.carry.drain(..heard);
    }

    /// No more comes.
    pub(super) fn finish(&mut self, segmenter: &mut Segmenter) {
        if !self.carry.is_empty() {
            self.carry.resize(BLOCK, 0);
            let (blocks, _) = self.carry.as_chunks::<BLOCK>();
            blocks.iter().for_each(|block| segmenter.push(block, false));
            self.carry.clear();
        }
        segmenter.finish();
    }
}

fn rms(block: &[i16; BLOCK]) -> f64 {
    let sum: u64 = block.iter().map(|&sample| u64::from(i32::from(sample).pow(2).cast_unsigned())).sum();
    (sum as f64 / block.len() as f64).sqrt()
}

//! What this detector says is what earshot says, to the last bit.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use voice::{BLOCK, Detector};

/// earshot's own answers.
fn expected(blocks: &[[i16; BLOCK]]) -> Vec<f32> {
    let mut detector = earshot::Detector::default_boxed();
    blocks.iter().map(|block| detector.predict_i16(block)).collect()
}

/// Ours, so many blocks at once.
fn heard(blocks: &[[i16; BLOCK]], mut pieces: impl Iterator<Item = usize>) -> Vec<f32> {
    let (mut detector, mut scores, mut rest) = (Detector::default(), Vec::new(), blocks);
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(pieces.next().unwrap().clamp(1, rest.len()));
        detector.hear(piece, |score| scores.push(score));
        rest = after;
    }
    scores
}

fn assert_same(samples: &[i16], pieces: impl Iterator<Item = usize>) {
    let blocks = samples.as_chunks::<BLOCK>().0;
    let (expected, heard) = (expected(blocks), heard(blocks, pieces));
    assert_eq!(expected.len(), heard.len());
    for (index, (expected, heard)) in expected.iter().zip(&heard).enumerate() {
        assert_eq!(expected.to_bits(), heard.to_bits(), "block {index}: {expected} and not {heard}");
    }
}

/// Both sides of the journeys' conversation.
fn conversation() -> [Vec<i16>; 2] {
    let sides: [&[u8]; 2] = [include_bytes!("../../../end2end/audio/rep.wav"), include_bytes!("../../../end2end/audio/customer.wav")];
    sides.map(|wav| wav[44..].as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect())
}

#[test]
fn speech() {
    for side in conversation() {
        assert_same(&side, [6, 6, 6, 7].into_iter().cycle());
    }
}

#[test]
fn speech_with_a_muted_microphone_and_in_a_quiet_room() {
    for side in conversation() {
        let muted: Vec<i16> = side.iter().enumerate().map(|(at, sample)| if at / 16_000 % 3 == 1 { 0 } else { *sample }).collect();
        assert_same(&muted, [1, 2, 3, 4, 5].into_iter().cycle());
        let quiet: Vec<i16> = side.iter().enumerate().map(|(at, sample)| sample / 100 + (at * 7_919 % 41) as i16 - 20).collect();
        assert_same(&quiet, std::iter::repeat(6));
    }
}

#[test]
fn the_loudest_that_there_is() {
    let square: Vec<i16> = (0..100 * BLOCK).map(|at| if at / 40 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
    assert_same(&square, std::iter::repeat(4));
    let click: Vec<i16> = (0..100 * BLOCK).map(|at| if at % 5_000 == 4_999 { i16::MIN } else { 0 }).collect();
    assert_same(&click, std::iter::repeat(6));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Stretches of noise of any loudness and of nothing, which need not begin or end with a block.
    #[test]
    fn anything(
        stretches in prop::collection::vec((0..4_000_usize, prop_oneof![Just(0_i32), 1..60, 60..32_768], any::<u32>()), 1..20),
        pieces in prop::collection::vec(1..9_usize, 1..8),
    ) {
        let mut samples = Vec::new();
        for (length, loudness, seed) in stretches {
            let mut noise = seed | 1;
            samples.extend((0..length).map(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((noise >> 8) as i32 % (2 * loudness + 1) - loudness) as i16
            }));
        }
        assert_same(&samples, pieces.into_iter().cycle());
    }
}

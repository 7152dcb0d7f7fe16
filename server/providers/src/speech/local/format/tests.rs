#![allow(clippy::unwrap_used)]

use super::*;

/// The smallest file of the format: one layer each, tensors of a single number.
pub(in crate::speech::local) fn smallest() -> Vec<u8> {
    let mut file = MAGIC.to_le_bytes().to_vec();
    let shape = [51_864_u32, 1_500, 64, 1, 1, 448, 64, 1, 1, 80, 1];
    shape.iter().for_each(|number| file.extend(number.to_le_bytes()));
    file.extend(80_u32.to_le_bytes());
    file.extend(201_u32.to_le_bytes());
    file.extend(vec![0; 80 * 201 * 4]);
    file.extend(2_u32.to_le_bytes());
    for word in ["a", "bc"] {
        file.extend((word.len() as u32).to_le_bytes());
        file.extend(word.bytes());
    }
    for _ in 0..50 {
        for number in [1_u32, 3, 0, 1] {
            file.extend(number.to_le_bytes());
        }
        file.extend(b"abc");
        file.extend([0; 4]);
    }
    file
}

#[test]
fn a_whole_file_is_whole() {
    assert_eq!(check(&smallest()), Ok(()));
}

#[test]
fn a_file_that_ends_anywhere_before_its_end_is_cut_off() {
    let whole = smallest();
    for length in (0..whole.len()).step_by(7).chain([whole.len() - 1, whole.len() - 23]) {
        let wrong = check(&whole[..length]).unwrap_err();
        assert!(length < 4 || wrong == Wrong::CutOff, "{length}: {wrong:?}");
    }
}

#[test]
fn other_files_are_told_from_models() {
    for other in [&b"GGUF\x03\0\0\0"[..], b"RIFF....WAVEfmt ", b"<!DOCTYPE html><html>", &[0; 100]] {
        assert!(matches!(check(other), Err(Wrong::Other(_))), "{other:?}");
    }
    // Another kind of model in the same clothes (the voice detector's begins alike), numbers that are none.
    let mut other = smallest();
    other[8] = 7;
    assert!(matches!(check(&other), Err(Wrong::Other(_))));
}

#[test]
fn no_bytes_make_it_read_beyond_the_end_or_run_on() {
    let whole = smallest();
    let mut random = 1_u64;
    for _ in 0..20_000 {
        let mut broken = whole.clone();
        for _ in 0..3 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let place = (random >> 33) as usize % broken.len();
            broken[place] = (random >> 20) as u8;
        }
        let _ = check(&broken);
    }
}

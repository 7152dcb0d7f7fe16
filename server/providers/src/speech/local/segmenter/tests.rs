#![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]

use proptest::prelude::*;

use super::*;

const RULES: Rules = Rules { onset: 3, onset_of: 5, lead: 4, tail: 4, pause: 10, longest: 100, shortest_cut: 60 };

/// A block whose samples tell its number.
fn block(number: usize, loud: i16) -> [i16; BLOCK] {
    let mut block = [loud; BLOCK];
    block[0] = number as i16;
    block
}

/// Pushes stretches: how many blocks, and whether they are voiced.
fn push(segmenter: &mut Segmenter, from: usize, stretches: &[(usize, bool)]) -> usize {
    let mut at = from;
    for &(blocks, voiced) in stretches {
        for _ in 0..blocks {
            segmenter.push(&block(at, if voiced { 900 } else { 3 }), voiced);
            at += 1;
        }
    }
    at
}

/// First block, length in blocks.
fn place(segment: &Segment) -> (usize, usize) {
    assert_eq!(segment.samples[0] as u64 * BLOCK as u64, segment.start, "its sound is the sound of its place");
    (segment.start as usize / BLOCK, segment.samples.len() / BLOCK)
}

#[test]
fn speech_is_a_segment_with_some_silence_around_it() {
    let mut segmenter = Segmenter::new(RULES);
    push(&mut segmenter, 0, &[(30, false), (20, true), (9, false)]);
    assert!(segmenter.next().is_none(), "it may go on");
    assert_eq!(
        segmenter.open().map(|open| (open.start as usize / BLOCK, open.samples.0.len() + open.samples.1.len())),
        Some((26, 33 * BLOCK))
    );
    push(&mut segmenter, 59, &[(1, false)]);
    let segment = segmenter.next().unwrap();
    assert_eq!(place(&segment), (26, 28));
    assert_eq!(segment.voiced, [30 * BLOCK as u64..50 * BLOCK as u64]);
    assert!(segmenter.open().is_none() && segmenter.next().is_none());
}

#[test]
fn clicks_are_no_speech_and_short_pauses_no_end() {
    let mut segmenter = Segmenter::new(RULES);
    push(&mut segmenter, 0, &[(30, false), (2, true), (30, false), (2, true), (40, false)]);
    segmenter.finish();
    assert!(segmenter.next().is_none());
    let at = push(&mut segmenter, 104, &[(5, true), (9, false), (5, true), (20, false)]);
    let segment = segmenter.next().unwrap();
    assert_eq!((place(&segment).1, segment.voiced.len()), (4 + 19 + 4, 2));
    assert_eq!(at, 143);
}

#[test]
fn what_is_too_long_is_cut_in_its_longest_pause_and_goes_on() {
    let mut segmenter = Segmenter::new(RULES);
    push(&mut segmenter, 0, &[(66, true), (2, false), (10, true), (6, false), (20, true), (50, false)]);
    let first = segmenter.next().unwrap();
    assert!(segmenter.goes_on_after(&first));
    let second = segmenter.next().unwrap();
    assert!(!segmenter.goes_on_after(&second));
    assert_eq!(place(&first), (0, 81), "in the middle of the six silent blocks");
    assert_eq!(place(&second), (81, 27));
    assert_eq!(second.voiced, [84 * BLOCK as u64..104 * BLOCK as u64]);
}

#[test]
fn without_any_pause_it_is_cut_where_it_is_quietest() {
    let mut segmenter = Segmenter::new(RULES);
    for at in 0..130 {
        segmenter.push(&block(at, if (70..73).contains(&at) { 100 } else { 900 }), true);
    }
    segmenter.finish();
    let (first, second) = (segmenter.next().unwrap(), segmenter.next().unwrap());
    assert_eq!((place(&first), place(&second)), ((0, 71), (71, 59)));
}

#[test]
fn silence_is_done_with_as_it_comes() {
    let mut segmenter = Segmenter::new(RULES);
    push(&mut segmenter, 0, &[(1_000, false)]);
    assert!(segmenter.silent_until() >= 990 * BLOCK as u64, "all but what may be a beginning");
    let at = push(&mut segmenter, 1_000, &[(20, true)]);
    assert_eq!(segmenter.silent_until(), 996 * BLOCK as u64);
    push(&mut segmenter, at, &[(30, false)]);
    assert_eq!(segmenter.silent_until(), 996 * BLOCK as u64, "its words aren't told yet");
    segmenter.next().unwrap();
    assert!(segmenter.silent_until() >= 1_024 * BLOCK as u64);
}

proptest! {
    #[test]
    fn no_voice_is_lost_or_heard_twice(stretches in prop::collection::vec((1_usize..150, any::<bool>()), 1..30)) {
        let mut segmenter = Segmenter::new(RULES);
        let blocks = push(&mut segmenter, 0, &stretches);
        segmenter.finish();
        let mut voiced = vec![false; blocks];
        let mut at = 0;
        for (length, is_voiced) in stretches {
            voiced[at..at + length].fill(is_voiced && length >= RULES.onset);
            at += length;
        }
        let mut until = 0;
        while let Some(segment) = segmenter.next() {
            prop_assert!(segment.start >= until && segment.samples.len() <= RULES.longest * BLOCK);
            until = segment.start + segment.samples.len() as u64;
            let (first, blocks) = (segment.start as usize / BLOCK, segment.samples.len() / BLOCK);
            voiced[first..first + blocks].fill(false);
        }
        prop_assert!(voiced.iter().all(|left| !left), "every stretch of voice is in a segment");
    }
}

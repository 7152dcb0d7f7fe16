#![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]

use super::*;

fn segment(start_millis: u64, length_millis: u64) -> Segment {
    let (start, length) = (start_millis * 16, length_millis * 16);
    Segment { start, samples: vec![1; length as usize], voiced: vec![start + 1_600..start + length - 1_600] }
}

/// Words with their starts, 200 ms each.
fn words(said: &[(&str, i64)]) -> Vec<Word> {
    said.iter()
        .map(|(text, start)| Word { text: (*text).to_owned(), start: Millis(*start), end: Millis(start + 200), confidence: 0.9 })
        .collect()
}

fn texts(apart: &[(Place, Vec<Word>)]) -> Vec<(u64, String)> {
    apart.iter().map(|(place, said)| (place.start / 16, words::line(said))).collect()
}

/// A stretch of 2 s at 10 s of the recording, then one of 3 s at 20 s: in the window they begin at 0 and 2.5 s.
fn window() -> Window {
    let mut windows = Windows::default();
    assert!(windows.take(segment(10_000, 2_000)).is_none() && windows.take(segment(20_000, 3_000)).is_none());
    windows.open
}

#[test]
fn each_word_goes_back_to_its_stretch() {
    let apart = window().apart(words(&[("we", 200), ("have", 900), ("so", 2_600), ("what", 3_000)]));
    assert_eq!(texts(&apart), [(10_000, "we have".to_owned()), (20_000, "so what".to_owned())]);
    assert_eq!((apart[1].1[0].start, apart[1].1[1].end), (Millis(100), Millis(700)));
}

#[test]
fn a_stretch_ends_with_the_sentence() {
    let late = words(&[("before", 1_300), ("a", 1_900), ("pilot?", 2_500), ("Everything", 2_800), ("stays.", 3_200)]);
    assert_eq!(texts(&window().apart(late)), [(10_000, "before a pilot?".to_owned()), (20_000, "Everything stays.".to_owned())]);
    let early = words(&[("Yes.", 300), ("What", 1_500), ("else?", 2_700)]);
    assert_eq!(texts(&window().apart(early)), [(10_000, "Yes.".to_owned()), (20_000, "What else?".to_owned())]);
    let in_order = words(&[("Yes.", 1_500), ("No.", 2_700)]);
    assert_eq!(texts(&window().apart(in_order)).len(), 2, "what ends where it should stays");
}

#[test]
fn times_that_are_far_off_are_spread_over_the_voice() {
    let apart = window().apart(words(&[("one", 9_000), ("two", 9_200), ("three", 9_400)]));
    let said = &apart[0].1;
    assert_eq!((apart[0].0.start / 16, said[0].start, said[2].end), (20_000, Millis(100), Millis(2_900)));
    assert!(said.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].start < pair[0].end));
}

#[test]
fn a_window_holds_what_the_model_hears_at_once() {
    let mut windows = Windows::default();
    let mut full = Vec::new();
    for place in 0..10 {
        full.extend(windows.take(segment(place * 20_000, 9_000)));
    }
    assert_eq!(full.iter().map(|window| window.segments.len()).collect::<Vec<_>>(), [3, 3, 3]);
    assert!(full.iter().all(|window| window.samples.len() <= WINDOW) && windows.open.segments.len() == 1);
}

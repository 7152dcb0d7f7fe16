#![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]

use super::*;

fn token(text: &[u8], start: i64, end: i64, probability: f32) -> Token {
    Token { bytes: text.to_vec(), start, end, log: probability.ln() }
}

fn spoken(text: &str) -> Vec<Word> {
    let word = |(place, text): (usize, &str)| Word {
        text: text.to_owned(),
        start: Millis(place as i64 * 300),
        end: Millis(place as i64 * 300 + 300),
        confidence: 0.9,
    };
    text.split_whitespace().enumerate().map(word).collect()
}

const SURELY: Signals<'static> = Signals { no_speech: 0.01, mean_log: -0.2, voiced: &[0..3_000] };

#[test]
fn tokens_become_words() {
    let tokens = [
        token(b" We", 0, 200, 0.9),
        token(b" pi", 200, 300, 0.8),
        token(b"lot", 300, 500, 0.2),
        token(b",", 500, 520, 0.9),
        token(b" -", 520, 530, 0.9),
        token(b" caf", 530, 700, 0.9),
        token(&[0xc3], 700, 720, 0.9),
        token(&[0xa9], 720, 9_000, 0.9),
    ];
    let words = of(&tokens, Millis(1_000));
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(texts, ["We", "pilot,-", "café"]);
    assert_eq!((words[1].start, words[2].end), (Millis(200), Millis(1_000)));
    assert!((words[1].confidence - (0.8_f64 * 0.2 * 0.9).cbrt()).abs() < 0.02, "{}", words[1].confidence);
    assert!(of(&[token(b"...", 0, 10, 0.5)], Millis(10)).is_empty(), "marks alone are no words");
}

#[test]
fn scripts_without_spaces_have_words_too() {
    let tokens = ["价", "格", "太高", "了", " OK"].map(|text| token(text.as_bytes(), 0, 100, 0.9));
    let words = of(&tokens, Millis(1_000));
    assert_eq!(words.len(), 5);
    assert_eq!(line(&words), "价格太高了 OK");
}

#[test]
fn times_never_go_back() {
    let tokens = [token(b" a", 500, 400, 0.9), token(b" b", 100, 90, 0.9), token(b" c", -5, 2_000, 0.9)];
    let words = of(&tokens, Millis(1_000));
    assert!(words.iter().all(|word| word.start <= word.end && word.end <= Millis(1_000)));
    assert!(words.is_sorted_by_key(|word| word.start));
}

#[test]
fn what_was_said_is_said() {
    let words = spoken("our price is too high for them");
    assert_eq!(said(words.clone(), SURELY), words);
    assert_eq!(said(spoken("Yes."), Signals { voiced: &[0..250], ..SURELY }).len(), 1, "short and sure");
    assert_eq!(said(spoken("no no no no"), SURELY).len(), 4, "a person may say so");
}

#[test]
fn what_the_signals_speak_against_is_not() {
    let phantom = || spoken("thank you for watching");
    let nothing: Vec<Word> = Vec::new();
    assert_eq!(said(phantom(), Signals { no_speech: 0.9, mean_log: -1.1, ..SURELY }), nothing, "nobody speaks");
    assert_eq!(said(phantom(), Signals { mean_log: -1.6, ..SURELY }), nothing, "it knows nothing");
    assert_eq!(said(phantom(), Signals { voiced: &[0..200], ..SURELY }), nothing, "nobody is so quick");
    assert_eq!(said(spoken("yes"), Signals { voiced: &[0..200], mean_log: -0.7, ..SURELY }), nothing, "a click");
    assert_eq!(said(phantom(), Signals { voiced: &[], ..SURELY }), nothing, "no voice at all");
    assert_eq!(said(spoken(&"I don't know. ".repeat(5)), Signals { voiced: &[0..9_000], ..SURELY }), nothing, "it goes round in circles");
    let some = said(spoken("one two three four five six"), Signals { voiced: &[0..700], ..SURELY });
    assert_eq!(some.len(), 4, "what lies away from any voice wasn't said");
}

#[test]
fn a_pass_that_made_words_up_or_stopped_too_early_failed() {
    let words = spoken("our team still copies notes");
    assert!(!failed(&words, -0.3, &[0..1_900]));
    assert!(failed(&words, -1.1, &[0..1_900]), "it isn't sure");
    assert!(failed(&words, -0.3, &[0..1_600, 2_000..3_500]), "somebody went on speaking");
    assert!(failed(&[], 0.0, &[0..900]) && !failed(&[], 0.0, &[0..200]), "voice without a word");
    assert!(failed(&spoken(&"you know ".repeat(8)), -0.3, &[0..9_000]), "it goes round in circles");
}

//! The parts of what was said that are judged each by itself: the point of a long turn is in one of its sentences.

use std::ops::Range;

/// Words that a sentence may have to be judged whole.
const WHOLE: usize = 22;
/// Words of a window where there are more, and how far apart windows begin.
const WIDTH: usize = 16;
const STEP: usize = 8;
/// Words of a turn that count where it is judged whole: its last ones.
const TURN: usize = 60;
/// Parts of a turn at most; those at its end are the newest.
const MOST: usize = 23;

/// A part of what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its words as the encoder is given them: small letters, no marks.
    pub text: String,
    /// Its characters in what was said.
    pub chars: Range<u32>,
}

/// The windows of a text: first all of it, then its sentences, long ones in overlapping parts. None of a text without words.
pub fn windows(text: &str) -> Vec<Window> {
    let words = words(text);
    if words.is_empty() {
        return Vec::new();
    }
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let sentences = sentences(&words);
    for sentence in &sentences {
        if sentence.len() <= WHOLE {
            ranges.push(sentence.clone());
        } else {
            let starts = (sentence.start..sentence.end.saturating_sub(STEP)).step_by(STEP);
            ranges.extend(starts.map(|start| start..(start + WIDTH).min(sentence.end)));
        }
    }
    ranges.drain(..ranges.len().saturating_sub(MOST));
    let whole = words.len().saturating_sub(TURN)..words.len();
    let mut windows: Vec<Window> = Vec::new();
    for range in std::iter::once(whole).chain(ranges) {
        let text: Vec<&str> = words[range.clone()].iter().map(|word| word.text.as_str()).collect();
        let window = Window { text: text.join(" "), chars: words[range.start].chars.start..words[range.end - 1].chars.end };
        if windows.iter().all(|other| other.text != window.text) {
            windows.push(window);
        }
    }
    windows
}

struct Word {
    text: String,
    chars: Range<u32>,
    ends_sentence: bool,
}

/// Words between spaces, with those characters around them that are none of the words.
fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut start, mut word) = (0_u32, String::new());
    for (at, letter) in (0_u32..).zip(text.chars().chain([' '])) {
        if !letter.is_whitespace() {
            if word.is_empty() {
                start = at;
            }
            word.push(letter);
            continue;
        }
        let bare = plain(&word);
        let ends_sentence = word.trim_end_matches(['"', '”', '’', ')', '\'']).ends_with(['.', '!', '?', '…']);
        if !bare.is_empty() {
            words.push(Word { text: bare, chars: start..at, ends_sentence });
        } else if let Some(last) = words.last_mut().filter(|_| ends_sentence) {
            last.ends_sentence = true;
        }
        word.clear();
    }
    words
}

fn sentences(words: &[Word]) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, word) in words.iter().enumerate() {
        if word.ends_sentence || at + 1 == words.len() {
            sentences.push(start..at + 1);
            start = at + 1;
        }
    }
    sentences
}

/// A text in small letters, without marks: as different recognizers write the same.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        let letter = if letter == '’' { '\'' } else { letter };
        if letter.is_alphanumeric() || "'%$£€".contains(letter) {
            plain.extend(letter.to_lowercase());
        } else if !plain.ends_with(' ') && !plain.is_empty() {
            plain.push(' ');
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        windows(text).into_iter().map(|window| window.text).collect()
    }

    #[test]
    fn all_of_it_and_its_sentences() {
        assert_eq!(
            texts("Right. It's a lot, though… We pay €40 today!"),
            ["right it's a lot though we pay €40 today", "right", "it's a lot though", "we pay €40 today"]
        );
        assert_eq!(texts("Ouch."), ["ouch"]);
        assert!(texts(" … ").is_empty() && texts("").is_empty());
    }

    #[test]
    fn without_stops_parts_overlap() {
        let text = (0..40).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
        let parts = texts(&text);
        assert_eq!(parts.len(), 5);
        assert!(parts[0].starts_with("w0 ") && parts[0].ends_with(" w39"));
        assert!(parts[1].starts_with("w0 ") && parts[1].ends_with(" w15") && parts[2].starts_with("w8 ") && parts[4].ends_with(" w39"));
    }

    #[test]
    fn a_window_names_its_characters() {
        let text = "Größe? Ja — “too  big” for us.";
        for window in windows(text) {
            let cut: String = text.chars().skip(window.chars.start as usize).take(window.chars.len()).collect();
            assert_eq!(plain(&cut), window.text);
        }
    }

    proptest! {
        #[test]
        fn any_text_has_few_windows_within_it(text in "\\PC{0,400}") {
            let windows = windows(&text);
            prop_assert!(windows.len() <= MOST + 1);
            let length = text.chars().count() as u32;
            prop_assert!(windows.iter().all(|window| window.chars.start < window.chars.end && window.chars.end <= length));
        }
    }
}

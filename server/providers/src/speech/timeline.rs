//! What recognizers say about time, brought in order before anybody relies on it.

use model::Utterance;
use model::{Millis, Word};

/// Keeps the utterances of one stream within the audio that was pushed, and finals one after the other.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    last_final: i64,
}

impl Timeline {
    /// Places an utterance: not before the end of the last final, not after `pushed`, words within it and in order.
    pub fn place(&mut self, mut utterance: Utterance, pushed: i64, is_final: bool) -> Utterance {
        let limit = pushed.max(self.last_final);
        let start = utterance.start.0.clamp(self.last_final, limit);
        let end = utterance.end.0.clamp(start, limit);
        let mut from = start;
        for word in &mut utterance.words {
            word.start = Millis(word.start.0.clamp(from, end));
            word.end = Millis(word.end.0.clamp(word.start.0, end));
            from = word.start.0;
        }
        (utterance.start, utterance.end) = (Millis(start), Millis(end));
        if is_final {
            self.last_final = end;
        }
        utterance
    }
}

/// One line of text: control characters and runs of white space become single spaces.
pub(crate) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A word's times and confidence, from seconds or ms that a vendor gave as a number.
pub(crate) fn word(text: &str, start: f64, end: f64, confidence: f64) -> Word {
    Word {
        text: one_line(text),
        start: Millis(start.round() as i64),
        end: Millis(end.round() as i64),
        confidence: confidence.clamp(0.0, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utterance(start: i64, end: i64, words: &[(i64, i64)]) -> Utterance {
        let words = words.iter().map(|&(start, end)| Word { text: "word".into(), start: Millis(start), end: Millis(end), confidence: 1.0 });
        Utterance { text: "word".into(), start: Millis(start), end: Millis(end), confidence: 1.0, words: words.collect() }
    }

    #[test]
    fn what_is_in_order_stays() {
        let said = utterance(100, 900, &[(100, 400), (400, 900)]);
        assert_eq!(Timeline::default().place(said.clone(), 1000, true), said);
    }

    #[test]
    fn white_space_and_control_characters_become_single_spaces() {
        assert_eq!(one_line("  a\u{0}b\n\tc  d "), "a b c d");
    }

    proptest! {
        #[test]
        fn nothing_leaves_the_stream_or_goes_back(said in prop::collection::vec((any::<i64>(), any::<i64>(), any::<i64>(), 0..100_000_i64, any::<bool>()), 1..20)) {
            let (mut timeline, mut pushed, mut last) = (Timeline::default(), 0, 0);
            for (start, end, word, more, is_final) in said {
                pushed += more;
                let placed = timeline.place(utterance(start, end, &[(word, end), (start, word)]), pushed, is_final);
                prop_assert!(last <= placed.start.0 && placed.start <= placed.end && placed.end.0 <= pushed);
                let mut from = placed.start;
                for word in &placed.words {
                    prop_assert!(from <= word.start && word.start <= word.end && word.end <= placed.end);
                    from = word.start;
                }
                if is_final {
                    last = placed.end.0;
                }
            }
        }
    }
}

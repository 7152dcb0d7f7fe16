//! Times for results that come without: Web Speech tells what was said, not when.

use model::wire::Heard;
use model::{Millis, TrackId};

/// One result of an event.
pub(super) struct Piece {
    pub text: String,
    pub confidence: f64,
    pub is_final: bool,
}

/// An utterance begins when the browser hears speech, or this long before its first words come; it ends with its last result.
const LEAD: Millis = Millis(400);

/// What is being said on one track.
#[derive(Default)]
pub(super) struct Utterances {
    /// Begin of what is not final yet.
    start: Option<Millis>,
    /// End of the last final: utterances don't overlap.
    end: Millis,
    /// The last interim text, in case no final follows.
    open: Option<Heard>,
}

impl Utterances {
    pub(super) fn speech_starts(&mut self, now: Millis) {
        self.start.get_or_insert(now.max(self.end));
    }

    /// The results of one event, from the first changed one on: finals one by one, then all that is interim as one.
    pub(super) fn results(&mut self, track: TrackId, pieces: Vec<Piece>, now: Millis) -> Vec<Heard> {
        let mut heard = Vec::new();
        let mut interim = String::new();
        let mut confidence = 1.0_f64;
        for piece in pieces {
            let text = piece.text.trim();
            if text.is_empty() {
                continue;
            }
            if piece.is_final {
                heard.push(self.heard(track, text.to_owned(), piece.confidence, true, now));
                (self.start, self.open, self.end) = (None, None, now);
            } else {
                if !interim.is_empty() {
                    interim.push(' ');
                }
                interim.push_str(text);
                confidence = confidence.min(piece.confidence);
            }
        }
        if !interim.is_empty() {
            let partial = self.heard(track, interim, confidence, false, now);
            self.open = Some(partial.clone());
            heard.push(partial);
        }
        heard
    }

    /// The recognition ended: what was interim stays as it is.
    pub(super) fn ends(&mut self, now: Millis) -> Option<Heard> {
        self.start = None;
        let mut heard = self.open.take()?;
        heard.is_final = true;
        self.end = now.max(heard.end);
        Some(heard)
    }

    fn heard(&mut self, track: TrackId, text: String, confidence: f64, is_final: bool, now: Millis) -> Heard {
        let start = *self.start.get_or_insert((now - LEAD).max(self.end));
        Heard { track, text, start, end: now.max(start), confidence, is_final }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, is_final: bool) -> Piece {
        Piece { text: text.into(), confidence: 0.9, is_final }
    }

    fn times(heard: &[Heard]) -> Vec<(&str, i64, i64, bool)> {
        heard.iter().map(|heard| (heard.text.as_str(), heard.start.0, heard.end.0, heard.is_final)).collect()
    }

    #[test]
    fn an_utterance_runs_from_speech_to_its_final() {
        let mut utterances = Utterances::default();
        utterances.speech_starts(Millis(1_000));
        let first = utterances.results(TrackId::MICROPHONE, vec![piece("hello", false), piece(" there ", false)], Millis(1_800));
        assert_eq!(times(&first), [("hello there", 1_000, 1_800, false)]);
        let last = utterances.results(TrackId::MICROPHONE, vec![piece("hello there", true), piece("and", false)], Millis(2_500));
        assert_eq!(times(&last), [("hello there", 1_000, 2_500, true), ("and", 2_500, 2_500, false)]);
    }

    #[test]
    fn without_speech_start_it_begins_a_little_before_its_words_and_never_in_the_last_one() {
        let mut utterances = Utterances::default();
        assert_eq!(times(&utterances.results(TrackId::MICROPHONE, vec![piece("a", true)], Millis(1_000))), [("a", 600, 1_000, true)]);
        assert_eq!(times(&utterances.results(TrackId::MICROPHONE, vec![piece("b", true)], Millis(1_100))), [("b", 1_000, 1_100, true)]);
        assert!(utterances.results(TrackId::MICROPHONE, vec![piece("  ", true)], Millis(1_200)).is_empty());
    }

    #[test]
    fn what_stays_interim_is_kept_at_the_end_once() {
        let mut utterances = Utterances::default();
        utterances.results(TrackId::FAR_END, vec![piece("we need", false)], Millis(900));
        let kept: Vec<Heard> = utterances.ends(Millis(2_000)).into_iter().collect();
        assert_eq!(times(&kept), [("we need", 500, 900, true)]);
        assert_eq!(utterances.ends(Millis(2_100)), None);
    }
}

//! A whole transcript as utterances.

use model::{Millis, Utterance, Word};

use super::super::messages::{Alternative, Transcript};
use super::super::protocol::words;
use crate::speech::timeline::{Timeline, one_line};

/// A pause of so many ms ends an utterance.
const PAUSE: i64 = 800;
/// So does the end of a sentence in one that is this long, and the next word in one that is longer than the second: lines of a transcript are read.
const LONG: i64 = 5_000;
const LONGEST: i64 = 20_000;

/// What was said, in order.
///
/// # Errors
/// What is wrong with the transcript, for the log.
pub(super) fn utterances(transcript: Transcript, length: Millis) -> Result<Vec<Utterance>, String> {
    let channel = transcript.results.channels.into_iter().next().ok_or("no channel")?;
    let best: Alternative = channel.alternatives.into_iter().next().unwrap_or_default();
    let said = words(&best)?;
    let mut all: Vec<Utterance> = split(said).into_iter().map(joined).collect();
    if all.is_empty() && !best.transcript.trim().is_empty() {
        // Without words there are no times either.
        let confidence = best.confidence.clamp(0.0, 1.0);
        all.push(Utterance { text: one_line(&best.transcript), start: Millis::ZERO, end: length, confidence, words: Vec::new() });
    }
    let mut timeline = Timeline::default();
    Ok(all.into_iter().map(|utterance| timeline.place(utterance, length.0, true)).collect())
}

/// Words by the utterance that they are in.
fn split(words: Vec<Word>) -> Vec<Vec<Word>> {
    let mut all: Vec<Vec<Word>> = Vec::new();
    for word in words {
        let goes_on = all.last().and_then(|current| current.first().zip(current.last())).is_some_and(|(first, last)| {
            let so_far = last.end.0 - first.start.0;
            let sentence_ended = last.text.ends_with(['.', '?', '!']);
            word.start.0 - last.end.0 < PAUSE && so_far < LONGEST && !(sentence_ended && so_far >= LONG)
        });
        match all.last_mut().filter(|_| goes_on) {
            Some(current) => current.push(word),
            None => all.push(vec![word]),
        }
    }
    all
}

fn joined(words: Vec<Word>) -> Utterance {
    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let confidence = words.iter().map(|word| word.confidence).sum::<f64>() / words.len().max(1) as f64;
    let (start, end) = (words.first().map_or(Millis::ZERO, |word| word.start), words.last().map_or(Millis::ZERO, |word| word.end));
    Utterance { text, start, end, confidence: confidence.clamp(0.0, 1.0), words }
}

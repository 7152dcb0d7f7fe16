//! Words out of a model's tokens, and whether they were really said.

use std::ops::Range;

use model::{Millis, Word};

use super::agreement::letters;

/// A piece of text as the model writes it.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// Some bytes of UTF-8, perhaps not of a whole letter.
    pub bytes: Vec<u8>,
    /// In ms from the beginning.
    pub start: i64,
    /// In ms.
    pub end: i64,
    /// Log of its probability.
    pub log: f32,
}

/// Puts tokens together. A word begins with a space; in scripts without spaces each letter that is whole is one.
pub(super) fn of(tokens: &[Token], until: Millis) -> Vec<Word> {
    let mut words: Vec<(Vec<u8>, Range<i64>, f32, usize)> = Vec::new();
    for token in tokens {
        let begins = token.bytes.first() == Some(&b' ');
        match words.last_mut() {
            Some((bytes, times, log, count)) if !begins && !ends_alone(bytes) => {
                bytes.extend(&token.bytes);
                times.end = times.end.max(token.end);
                (*log, *count) = (*log + token.log, *count + 1);
            }
            _ => words.push((token.bytes.clone(), token.start..token.end, token.log, 1)),
        }
    }
    let mut from = 0;
    let mut placed: Vec<Word> = Vec::with_capacity(words.len());
    for (bytes, times, log, count) in words {
        let text = crate::speech::timeline::one_line(&String::from_utf8_lossy(&bytes));
        if letters(&text).is_empty() {
            // A mark by itself belongs to the word before.
            if let Some(last) = placed.last_mut() {
                last.text.push_str(&text);
            }
            continue;
        }
        let start = times.start.clamp(from, until.0.max(from));
        let end = times.end.clamp(start, until.0.max(start));
        from = start;
        let confidence = f64::from((log / count as f32).exp()).clamp(0.0, 1.0);
        placed.push(Word { text, start: Millis(start), end: Millis(end), confidence });
    }
    placed
}

/// Whether a word is whole though no space follows: its script has none.
fn ends_alone(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).ok().and_then(|text| text.chars().last()).is_some_and(|last| {
        matches!(last, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{0e00}'..='\u{0eff}' | '\u{20000}'..='\u{3ffff}')
    })
}

/// How a pass over some sound went.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signals<'a> {
    /// How likely nobody speaks.
    pub no_speech: f32,
    /// Mean log probability of the tokens.
    pub mean_log: f32,
    /// Where there is voice, ms from the sound's beginning.
    pub voiced: &'a [Range<i64>],
}

/// From such a mean log probability on Whisper itself takes a decoding for failed (Radford et al. 2022, section 4.5).
const FAILED: f32 = -1.0;
/// Beside doubtful words, from here on the model's own word that nobody speaks counts.
const NO_SPEECH: f32 = 0.6;
/// More letters than this in a second of voice nobody speaks.
const LETTERS_A_SECOND: f64 = 35.0;
/// Voice that is shorter than this is a cough or a click, unless the words are sure.
const BRIEF: i64 = 350;
/// Mean log probability of words that are sure.
const SURE: f32 = -0.5;
/// A word this far from any voice wasn't said.
const AWAY: i64 = 400;
/// The same words so often in a row are the model's, not a person's.
const REPEATED: usize = 4;

/// What was really said of a pass's words. None of them, if the signals say that the model made them up.
pub(super) fn said(words: Vec<Word>, signals: Signals<'_>) -> Vec<Word> {
    let nobody = signals.no_speech > NO_SPEECH && signals.mean_log < FAILED;
    let brief = length(signals.voiced) < BRIEF && signals.mean_log < SURE;
    if nobody || brief || is_too_fast(&words, signals.voiced) || signals.mean_log < 1.5 * FAILED || repeats(&words) {
        return Vec::new();
    }
    let near = |word: &Word| signals.voiced.iter().any(|stretch| word.start.0 < stretch.end + AWAY && word.end.0 > stretch.start - AWAY);
    words.into_iter().filter(near).collect()
}

/// Voice after a pass's last word, from which on it must have missed some.
const MISSED: i64 = 800;

/// Whether a pass is worth another one that looks at more: its words were made up, or it stopped while somebody went on speaking.
pub(super) fn failed(words: &[Word], mean_log: f32, voiced: &[Range<i64>]) -> bool {
    let until = words.last().map_or(0, |last| last.end.0);
    let after: i64 = voiced.iter().map(|stretch| (stretch.end - stretch.start.max(until)).max(0)).sum();
    mean_log < FAILED || repeats(words) || is_too_fast(words, voiced) || after > MISSED
}

fn is_too_fast(words: &[Word], voiced: &[Range<i64>]) -> bool {
    let count: usize = words.iter().map(|word| letters(&word.text).chars().count()).sum();
    count as f64 > 8.0 + LETTERS_A_SECOND * length(voiced) as f64 / 1000.0
}

fn length(voiced: &[Range<i64>]) -> i64 {
    voiced.iter().map(|stretch| stretch.end - stretch.start).sum()
}

/// Words as a line of text: a space between them, but in scripts that have none.
pub(super) fn line(words: &[Word]) -> String {
    let mut line = String::new();
    for word in words {
        let goes_on = ends_alone(line.as_bytes()) && ends_alone(word.text.as_bytes());
        if !line.is_empty() && !goes_on {
            line.push(' ');
        }
        line.push_str(&word.text);
    }
    line
}

/// Whether words go round in circles: up to eight words, the same again and again.
pub(super) fn repeats(words: &[Word]) -> bool {
    let keys: Vec<String> = words.iter().map(|word| letters(&word.text)).collect();
    (1..=8_usize).any(|period| {
        // A single word said four times in a row may be meant ("no no no no"); seven times isn't.
        let times = if period == 1 { REPEATED + 3 } else { REPEATED };
        let mut run = 0;
        (period..keys.len()).any(|at| {
            run = if keys[at] == keys[at - period] { run + 1 } else { 0 };
            run >= period * (times - 1)
        })
    })
}

#[cfg(test)]
mod tests;

//! Heads: one linear weighing per class, and how they judge a window together.

use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::features::{BUCKETS, DIMENSIONS, Features};

const BUILT_IN: &[u8] = include_bytes!("../heads.bin");

/// What a window may be: a kind (`objection`) or a topic of one (`objection.price`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Class(String);

impl Class {
    pub(crate) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// As a playbook's entries are called.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Numbers rounded to eight bits, with what one step is worth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Rounded {
    step: f32,
    steps: Vec<i8>,
}

impl Rounded {
    fn of(numbers: &[f32]) -> Self {
        let most = numbers.iter().fold(0.0_f32, |most, number| most.max(number.abs()));
        let step = if most > 0.0 { most / 127.0 } else { 1.0 };
        Self { step, steps: numbers.iter().map(|number| (number / step).round().clamp(-127.0, 127.0) as i8).collect() }
    }

    fn dot(&self, numbers: &[f32]) -> f32 {
        self.step * self.steps.iter().zip(numbers).map(|(step, number)| f32::from(*step) * number).sum::<f32>()
    }

    fn at(&self, place: u32) -> f32 {
        self.step * f32::from(self.steps.get(place as usize).copied().unwrap_or_default())
    }
}

/// How much speaks for a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    bias: f32,
    vector: Rounded,
    before: Rounded,
    words: Rounded,
}

impl Head {
    /// Of weights as they were trained: the bias, those of the vector, of the vector before, and of the words.
    pub(crate) fn new(bias: f32, vector: &[f32], before: &[f32], words: &[f32]) -> Self {
        Self { bias, vector: Rounded::of(vector), before: Rounded::of(before), words: Rounded::of(words) }
    }

    /// The logarithm of the odds that a window is of this class.
    pub fn score(&self, window: &Features) -> f32 {
        let words: f32 = window.words.iter().map(|(place, weight)| self.words.at(*place) * weight).sum();
        self.bias + self.vector.dot(&window.vector) + self.before.dot(&window.before) + words
    }

    fn is_whole(&self) -> bool {
        self.vector.steps.len() == DIMENSIONS && self.before.steps.len() == DIMENSIONS && self.words.steps.len() == BUCKETS
    }
}

/// A kind, from which score on it is one, and its topics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kind {
    pub class: Class,
    pub head: Head,
    /// The least score at which it is believed.
    pub least: f32,
    /// Told apart among windows of this kind.
    pub topics: Vec<(Class, Head)>,
}

/// What a line was found to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Which of its windows tells it most.
    pub window: usize,
    /// Its kind.
    pub kind: Class,
    /// Its topic; the kind itself where that has none.
    pub topic: Class,
    /// By how much it is surer than it has to be; never less than 0.
    pub margin: f32,
}

/// The heads can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The heads that tell moments can't be read: {0}. Make them anew with `cargo xtask train moments`.")]
pub struct HeadsError(String);

/// All heads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heads {
    pub(crate) kinds: Vec<Kind>,
}

impl Heads {
    /// Those that come with the program.
    pub fn built_in() -> &'static Self {
        // The file is checked by a test; were it broken, calls would go on with phrases alone.
        static HEADS: LazyLock<Heads> = LazyLock::new(|| Heads::read(BUILT_IN).unwrap_or_default());
        &HEADS
    }

    /// # Errors
    /// [`HeadsError`] if it is none of this program's.
    pub fn read(bytes: &[u8]) -> Result<Self, HeadsError> {
        let heads: Self = postcard::from_bytes(bytes).map_err(|error| HeadsError(error.to_string()))?;
        let all = || heads.kinds.iter().flat_map(|kind| kind.topics.iter().map(|(_, head)| head).chain([&kind.head]));
        if heads.kinds.is_empty() || !all().all(Head::is_whole) {
            return Err(HeadsError("a part is missing".to_owned()));
        }
        Ok(heads)
    }

    /// # Errors
    /// [`HeadsError`]; never, as far as is known.
    pub fn write(&self) -> Result<Vec<u8>, HeadsError> {
        postcard::to_stdvec(self).map_err(|error| HeadsError(error.to_string()))
    }

    /// Kinds by name.
    pub fn kinds(&self) -> impl Iterator<Item = &Class> {
        self.kinds.iter().map(|kind| &kind.class)
    }

    /// How much speaks for each kind, in the order of [`Self::kinds`], in a line of which these are the windows, the first one all of it. The
    /// mean of all of it and of its best part: a sentence by itself is easily mistaken, and a long line hides its point.
    pub fn scores(&self, windows: &[Features]) -> Vec<f32> {
        self.kinds.iter().map(|kind| kind.score(windows).0).collect()
    }

    /// From which score on a kind is believed.
    pub fn least(&self, kind: &str) -> Option<f32> {
        self.kinds.iter().find(|known| known.class.as_str() == kind).map(|kind| kind.least)
    }

    /// What a line is of which these are the windows, the first one all of it: each kind that is believed, with its likeliest topic.
    pub fn judge(&self, windows: &[Features]) -> Vec<Found> {
        let found = |kind: &Kind| {
            let (score, window) = kind.score(windows);
            let margin = score - kind.least;
            let best = windows.get(window)?;
            let likeliest = || {
                let scored = kind.topics.iter().map(|(topic, head)| (topic, head.score(best)));
                scored.max_by(|(_, one), (_, other)| one.total_cmp(other)).map_or(&kind.class, |(topic, _)| topic)
            };
            (margin >= 0.0).then(|| Found { window, kind: kind.class.clone(), topic: likeliest().clone(), margin })
        };
        self.kinds.iter().filter_map(found).collect()
    }
}

impl Kind {
    /// How much speaks for it, and which window tells it most. Nothing speaks for it in a line without windows.
    fn score(&self, windows: &[Features]) -> (f32, usize) {
        let scores: Vec<f32> = windows.iter().map(|window| self.head.score(window)).collect();
        let Some(whole) = scores.first() else { return (f32::MIN, 0) };
        let parts = scores.iter().copied().enumerate().skip(usize::from(scores.len() > 1));
        let (window, best) = parts.max_by(|(_, one), (_, other)| one.total_cmp(other)).unwrap_or((0, *whole));
        (0.5 * (whole + best), window)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn those_that_come_along_can_be_read() {
        let heads = Heads::read(BUILT_IN).unwrap();
        let kinds: Vec<_> = heads.kinds().map(Class::as_str).collect();
        assert_eq!(kinds, ["objection", "buying_signal", "question", "competitor", "next_step"]);
        assert_eq!(heads.write().unwrap(), BUILT_IN);
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_refused() {
        for bytes in [&b""[..], b"<html>", &BUILT_IN[..BUILT_IN.len() / 2], &[0]] {
            let error = Heads::read(bytes).unwrap_err();
            assert!(error.to_string().contains("cargo xtask train moments"), "{error}");
        }
    }

    #[test]
    fn rounding_changes_little() {
        let numbers: Vec<f32> = (0..384).map(|number| (number as f32 * 0.37).sin() * 3.0).collect();
        let with: Vec<f32> = (0..384).map(|number| (number as f32 * 0.11).cos() / 20.0).collect();
        let exact: f32 = numbers.iter().zip(&with).map(|(one, other)| one * other).sum();
        assert!((Rounded::of(&numbers).dot(&with) - exact).abs() < 0.02);
    }
}

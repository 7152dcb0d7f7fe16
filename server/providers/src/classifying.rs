//! Telling what is meant by a line of talk, by a model that comes with the program.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use model::Channel;
use ports::{ClassifyError, Line, LineClassifier};

use crate::cross_encoder::{CrossEncoder, Pair};
use crate::onnx::{Lane, Niceness, Weights};

/// See `NOTICE.md` beside it.
static WEIGHTS: &[u8] = include_bytes!("../models/moments/model.onnx");

/// Tokens of what was said before, its last ones; and of a part of a line. As in `train.py`, as are the next two.
const BEFORE: usize = 40;
const LINE: usize = 80;
/// Where a line is longer its parts begin so far apart, and so many of them, the newest, are read.
const STEP: usize = 60;
const MOST: usize = 6;
/// Pairs in one forward pass.
const BATCH: usize = 8;

/// The model that comes with the program. Cheap to clone; its weights are there while it is used.
#[derive(Clone)]
pub struct LocalClassifier(Arc<SharedClassifier>);

struct SharedClassifier {
    weights: Arc<Weights<CrossEncoder>>,
    lane: Lane,
}

impl LocalClassifier {
    /// The same one for the whole process. Its thread steps back for everything else: a line that is not judged has its phrases.
    pub fn shared() -> Self {
        static SHARED: OnceLock<LocalClassifier> = OnceLock::new();
        SHARED.get_or_init(|| Self(Arc::new(SharedClassifier { weights: Weights::new(None), lane: Lane::new(Niceness::Lowest) }))).clone()
    }
}

#[async_trait]
impl LineClassifier for LocalClassifier {
    async fn classify(&self, lines: &[Line]) -> Result<Vec<Vec<f32>>, ClassifyError> {
        let was_loaded = self.0.weights.is_loaded();
        let said: Vec<_> = lines.iter().map(|line| (line.channel, line.before.get().clone(), line.text.get().clone())).collect();
        let shared = Arc::clone(&self.0);
        let pairs = self.0.lane.run(move |_| pairs(&*shared.network()?, &said)).await;
        if !was_loaded {
            self.0.weights.let_go_when_idle();
        }
        let stopped = || ClassifyError("the model stopped".to_owned());
        let mut pairs = pairs.ok_or_else(stopped)?.map_err(ClassifyError)?;
        // Pairs of one length together: what only fills up is computed too.
        pairs.sort_by_key(|(_, pair)| pair.tokens.len());
        let mut best: Vec<Vec<f32>> = vec![Vec::new(); lines.len()];
        while !pairs.is_empty() {
            let (of, some): (Vec<usize>, Vec<Pair>) = pairs.drain(..pairs.len().min(BATCH)).unzip();
            let shared = Arc::clone(&self.0);
            let made = self.0.lane.run(move |thread| shared.network()?.scores(&some, thread)).await;
            for (line, scores) in of.into_iter().zip(made.ok_or_else(stopped)?.map_err(ClassifyError)?) {
                let best = &mut best[line];
                best.resize(scores.len(), f32::MIN);
                best.iter_mut().zip(scores).for_each(|(best, score)| *best = best.max(score));
            }
        }
        Ok(best)
    }
}

impl SharedClassifier {
    fn network(&self) -> Result<Arc<CrossEncoder>, String> {
        self.weights.get(|| CrossEncoder::bundled(WEIGHTS, "scores"))
    }
}

/// The parts of each line behind what was said before it, and which line they are of.
fn pairs(network: &CrossEncoder, lines: &[(Channel, String, String)]) -> Result<Vec<(usize, Pair)>, String> {
    let mut pairs = Vec::new();
    for (number, (channel, before, text)) in lines.iter().enumerate() {
        let mut before = network.tokens(before)?;
        // The mark at the beginning, and the end of what was said.
        before.drain(1..before.len().saturating_sub(BEFORE - 1).max(1));
        let bare = |text: &str| network.tokens(text).map(|tokens| tokens[1..tokens.len() - 1].to_vec());
        let (speaker, line) = (bare(speaker(*channel))?, bare(text)?);
        let end = &before[before.len() - 1..];
        for start in starts(line.len()) {
            let part = [&speaker, &line[start..line.len().min(start + LINE)], end].concat();
            pairs.push((number, Pair::new(&before, &part)));
        }
    }
    Ok(pairs)
}

/// What the model knows a side by.
fn speaker(channel: Channel) -> &'static str {
    match channel {
        Channel::Rep => "seller:",
        Channel::Customer => "buyer:",
    }
}

/// Where the parts of a line of so many tokens begin.
fn starts(length: usize) -> Vec<usize> {
    let Some(last) = length.checked_sub(LINE).filter(|last| *last > 0) else { return vec![0] };
    let mut starts: Vec<usize> = (0..last).step_by(STEP).chain([last]).collect();
    starts.drain(..starts.len().saturating_sub(MOST));
    starts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use ports::Redaction;

    /// As the crate `moments` has them: five kinds, an objection first and a next step last, nineteen topics, and whether somebody sells.
    const CLASSES: usize = 25;

    fn line(channel: Channel, before: &str, text: &str) -> Line {
        let redaction = Redaction::default();
        Line { channel, before: redaction.text(before), text: redaction.text(text) }
    }

    #[test]
    fn a_line_is_read_as_in_training() {
        let training = include_str!("../models/moments/train.py");
        assert!(training.contains(&format!("BEFORE, LINE, STEP, MOST = {BEFORE}, {LINE}, {STEP}, {MOST}\n")));
    }

    #[test]
    fn a_long_line_is_read_in_parts_that_overlap() {
        assert_eq!(starts(0), [0]);
        assert_eq!(starts(80), [0]);
        assert_eq!(starts(81), [0, 1]);
        assert_eq!(starts(200), [0, 60, 120]);
        assert_eq!(starts(2_000).len(), MOST);
        assert_eq!(starts(2_000).last(), Some(&1_920));
    }

    #[tokio::test]
    async fn what_is_meant_depends_on_who_says_it_and_after_what() {
        let classifier = LocalClassifier::shared();
        let lines = [
            line(Channel::Customer, "That comes to eleven thousand a year.", "Eleven thousand. For a thermometer."),
            line(Channel::Customer, "And how many people work at the depot?", "About forty, with the drivers."),
            line(Channel::Rep, "", "You'll have the offer by Thursday noon."),
        ];
        let scores = classifier.classify(&lines).await.unwrap();
        let of = |class: usize| scores.iter().map(|scores| scores[class]).collect::<Vec<_>>();
        let (objection, next_step) = (of(0), of(4));
        assert!(objection[0] > 0.0 && objection[1] < -1.0, "{scores:?}");
        assert!(next_step[2] > 0.0 && next_step[0] < 0.0 && next_step[1] < 0.0, "{scores:?}");
    }

    #[tokio::test]
    async fn neither_nothing_nor_endless_talk_is_too_much() {
        let classifier = LocalClassifier::shared();
        let long = "and so on ".repeat(3_000);
        let lines = [line(Channel::Customer, "", ""), line(Channel::Customer, &long, &long), line(Channel::Rep, &long, "é")];
        let scores = classifier.classify(&lines).await.unwrap();
        assert!(scores.iter().all(|scores| scores.len() == CLASSES && scores.iter().all(|score| score.is_finite())));
        assert!(classifier.classify(&[]).await.unwrap().is_empty());
    }
}

//! Scores of classes, and what they say.

use crate::classes::{KINDS, SALE, TOPICS};

/// What a line was found to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Its kind: `objection`.
    pub kind: &'static str,
    /// Its likeliest topic, as a playbook's entries are called: `objection.price`; the kind itself where that has none.
    pub topic: &'static str,
    /// By how much its score is above the least that is believed; never less than 0.
    pub margin: f32,
}

impl Found {
    /// How much speaks for its kind in other scores; none of scores that aren't one for each of [`classes()`].
    pub fn score_in(&self, scores: &[f32]) -> Option<f32> {
        let at = KINDS.iter().position(|(kind, _)| *kind == self.kind)?;
        (scores.len() == classes().count()).then(|| scores[at])
    }
}

/// What a classifier's scores are of, in order: kinds, topics, and whether somebody sells here.
pub fn classes() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(kind, _)| *kind).chain(TOPICS).chain(["sale"])
}

/// What a line with these scores is: each kind that is believed, the surest first. Nothing of scores that aren't one for each of [`classes()`].
pub fn found(scores: &[f32]) -> Vec<Found> {
    if scores.len() != classes().count() {
        return Vec::new();
    }
    let (kinds, rest) = scores.split_at(KINDS.len());
    let topics = || TOPICS.into_iter().zip(rest.iter().copied());
    let mut found: Vec<Found> = KINDS
        .into_iter()
        .zip(kinds)
        .map(|((kind, least), score)| (kind, score - least))
        .filter(|(_, margin)| *margin >= 0.0)
        .map(|(kind, margin)| {
            let of_kind = topics().filter(|(topic, _)| is_topic_of(topic, kind));
            let topic = of_kind.max_by(|(_, one), (_, other)| one.total_cmp(other)).map_or(kind, |(topic, _)| topic);
            Found { kind, topic, margin }
        })
        .collect();
    found.sort_by(|one, other| other.margin.total_cmp(&one.margin));
    found
}

fn is_topic_of(topic: &str, kind: &str) -> bool {
    topic.split_once('.').is_some_and(|(group, _)| kind.split('_').next() == Some(group))
}

/// Whether somebody sells in a talk, by all that was said so far: promises, prices and complaints are everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sale {
    lines: f32,
    sum: f32,
}

impl Sale {
    /// Lines that a talk is taken to have had before it began, and their score: who starts a call here mostly sells.
    const BEFORE: (f32, f32) = (6.0, 2.2);
    /// What one line may say for or against it at most.
    const MOST: f32 = 3.0;

    /// Takes a line in.
    pub fn take_in(&mut self, scores: &[f32]) {
        if let Some(score) = scores.last().filter(|_| scores.len() == classes().count()) {
            self.lines += 1.0;
            self.sum += score.clamp(-Self::MOST, Self::MOST);
        }
    }

    /// By how much surer than usual a line has to be: nothing where somebody sells.
    pub fn asks_for(&self) -> f32 {
        let mean = (self.sum + Self::BEFORE.0 * Self::BEFORE.1) / (self.lines + Self::BEFORE.0);
        (SALE.0 - mean).max(0.0) * SALE.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores that say nothing but what is named.
    fn scores(named: &[(&str, f32)]) -> Vec<f32> {
        classes().map(|class| named.iter().find(|(name, _)| *name == class).map_or(-9.0, |(_, score)| *score)).collect()
    }

    #[test]
    fn kinds_have_their_likeliest_topic_and_the_surest_comes_first() {
        let said =
            scores(&[("objection", 5.0), ("objection.trust", 1.0), ("objection.price", 2.0), ("buying.pain", 8.0), ("question", 6.0)]);
        let found = found(&said);
        let kinds: Vec<_> = found.iter().map(|found| (found.kind, found.topic)).collect();
        assert_eq!(kinds, [("question", "question"), ("objection", "objection.price")]);
        assert!(found.iter().all(|found| found.margin > 0.0));
        let said = scores(&[("buying_signal", 5.0), ("buying.trial", 0.0)]);
        assert_eq!(super::found(&said).first().map(|found| found.topic), Some("buying.trial"));
    }

    #[test]
    fn too_few_or_too_many_scores_say_nothing() {
        let said = scores(&[("objection", 9.0), ("sale", -9.0)]);
        let mut sale = Sale::default();
        for scores in [&said[1..], &[said.as_slice(), &[9.0]].concat(), &[]] {
            assert_eq!(found(scores), []);
            sale.take_in(scores);
        }
        assert_eq!(sale, Sale::default());
    }

    #[test]
    fn a_talk_is_weighed_as_when_the_least_scores_were_set() {
        let training = include_str!("../../providers/models/moments/train.py");
        let ((lines, score), most) = (Sale::BEFORE, Sale::MOST);
        assert!(training.contains(&format!("LINES_BEFORE, SCORE_BEFORE, SAYS_AT_MOST = {lines:.1}, {score:.1}, {most:.1}\n")));
        assert!(training.contains(&format!("ASKED = ({:.1}, {:.1})\n", SALE.0, SALE.1)));
    }

    #[test]
    fn the_longer_nobody_sells_the_surer_a_line_has_to_be() {
        let mut sale = Sale::default();
        assert_eq!(sale.asks_for(), 0.0);
        for _ in 0..40 {
            sale.take_in(&scores(&[("sale", -9.0)]));
        }
        let asked = sale.asks_for();
        assert!(asked > 0.5, "{asked}");
        for _ in 0..200 {
            sale.take_in(&scores(&[("sale", 9.0)]));
        }
        assert!(sale.asks_for() < asked / 2.0);
    }
}

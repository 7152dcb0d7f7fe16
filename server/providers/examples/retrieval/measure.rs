//! Recall, reciprocal rank, and how well a score tells that nothing answers.

use std::fmt;

/// A score for each passage, for each query.
pub type Scores = Vec<Vec<f64>>;
/// The passage that answers each query, if any does.
pub type Gold = Vec<Option<usize>>;

#[derive(Clone, Copy, Debug, Default)]
pub struct Quality {
    pub first: f64,
    pub five: f64,
    pub mrr: f64,
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R@1 {:.3} R@5 {:.3} MRR@10 {:.4}", self.first, self.five, self.mrr)
    }
}

/// Over the answerable queries that `counts` says.
pub fn quality(scores: &Scores, gold: &Gold, counts: impl Fn(usize) -> bool) -> Quality {
    let answerable = gold.iter().zip(scores).filter_map(|(gold, row)| gold.map(|gold| (gold, row)));
    let ranks = answerable
        .enumerate()
        .filter(|(query, _)| counts(*query))
        .map(|(_, (gold, row))| 1 + row.iter().filter(|s| **s > row[gold]).count());
    let mut sum = Quality::default();
    let mut all = 0.0;
    for rank in ranks {
        all += 1.0;
        sum.first += f64::from(rank == 1);
        sum.five += f64::from(rank <= 5);
        sum.mrr += if rank <= 10 { 1.0 / rank as f64 } else { 0.0 };
    }
    Quality { first: sum.first / all, five: sum.five / all, mrr: sum.mrr / all }
}

/// The best score of each query, and whether it is answerable.
fn best(scores: &Scores, gold: &Gold) -> Vec<(f64, bool)> {
    scores.iter().zip(gold).map(|(row, gold)| (row.iter().copied().fold(f64::MIN, f64::max), gold.is_some())).collect()
}

/// How often the best score of an answerable query is above that of an unanswerable one.
pub fn auroc(scores: &Scores, gold: &Gold) -> f64 {
    let best = best(scores, gold);
    let side = |answerable: bool| best.iter().filter(move |(_, is)| *is == answerable).map(|(score, _)| *score);
    let pairs = side(true).flat_map(|yes| {
        side(false).map(move |no| {
            if yes > no {
                1.0
            } else if yes < no {
                0.0
            } else {
                0.5
            }
        })
    });
    let (sum, all) = pairs.fold((0.0, 0.0), |(sum, all), won| (sum + won, all + 1.0));
    sum / all
}

/// The score under which one answerable query in twenty would be turned away; the share of those turned away that are unanswerable
/// (precision), and the share of the unanswerable that are turned away (recall).
pub fn threshold(scores: &Scores, gold: &Gold) -> (f64, f64, f64) {
    let best = best(scores, gold);
    let mut answerable: Vec<f64> = best.iter().filter(|(_, is)| *is).map(|(score, _)| *score).collect();
    answerable.sort_by(f64::total_cmp);
    let at = answerable.get(answerable.len() / 20).copied().unwrap_or_default();
    let away = best.iter().filter(|(score, _)| *score < at);
    let (right, all) = away.fold((0.0, 0.0), |(right, all), (_, is)| (right + f64::from(!is), all + 1.0));
    (at, right / all, right / best.iter().filter(|(_, is)| !is).count() as f64)
}

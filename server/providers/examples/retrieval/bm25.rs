//! Okapi BM25 (Robertson and Zaragoza 2009), k1 = 1.5, b = 0.75, over lower-case words without endings; common words of the question don't count.

use std::collections::{BTreeSet, HashMap};

const K1: f64 = 1.5;
const B: f64 = 0.75;
const COMMON: &str = "a an and are as at be but by for from had has have he her him his how i if in into is it its me my no not of on or our \
    she so such that the their them then there these they this to was we were what when where which who whom why will with you your do does \
    did can could would should may might about than also been being am many much";

pub struct Bm25 {
    /// Word → passages that have it, and how often.
    places: HashMap<String, Vec<(usize, f64)>>,
    lengths: Vec<f64>,
    average: f64,
}

impl Bm25 {
    pub fn new(texts: &[String]) -> Self {
        let (mut places, mut lengths) = (HashMap::<String, Vec<(usize, f64)>>::new(), Vec::new());
        for (passage, text) in texts.iter().enumerate() {
            let mut counts = HashMap::<String, f64>::new();
            let words = words(text);
            lengths.push(words.len() as f64);
            words.into_iter().for_each(|word| *counts.entry(word).or_default() += 1.0);
            counts.into_iter().for_each(|(word, count)| places.entry(word).or_default().push((passage, count)));
        }
        let average = lengths.iter().sum::<f64>() / lengths.len().max(1) as f64;
        Self { places, lengths, average }
    }

    pub fn scores(&self, question: &str) -> Vec<f64> {
        let mut scores = vec![0.0; self.lengths.len()];
        for word in asked(question) {
            for &(passage, count) in self.places.get(&word).into_iter().flatten() {
                let long = K1 * (1.0 - B + B * self.lengths[passage] / self.average);
                scores[passage] += self.rarity(&word) * count * (K1 + 1.0) / (count + long);
            }
        }
        scores
    }

    /// The score that no passage can pass: every word of the question, without end.
    pub fn reach(&self, question: &str) -> f64 {
        asked(question).iter().map(|word| self.rarity(word) * (K1 + 1.0)).sum()
    }

    fn rarity(&self, word: &str) -> f64 {
        let with = self.places.get(word).map_or(0.0, |places| places.len() as f64);
        (1.0 + (self.lengths.len() as f64 - with + 0.5) / (with + 0.5)).ln()
    }
}

fn asked(question: &str) -> BTreeSet<String> {
    let common: BTreeSet<&str> = COMMON.split_whitespace().collect();
    question
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !common.contains(word))
        .map(stem)
        .collect()
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(stem).collect()
}

fn stem(word: &str) -> String {
    let ending = ["ing", "ed", "es", "s"].into_iter().find_map(|ending| word.strip_suffix(ending));
    ending.filter(|stem| stem.len() >= 3).unwrap_or(word).to_owned()
}

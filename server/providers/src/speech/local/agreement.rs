//! Which words of what is being said stand: those that two passes in a row agree on. No clock, no model: each pass's words come in, and what
//! is to be shown comes out, its beginning never to change again.

use model::{Millis, Word};

/// Words whose end is nearer than this to the end of what was heard may be cut off in the middle: they aren't trusted.
const UNFINISHED: i64 = 250;

/// What was heard of one segment so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Agreement {
    /// They don't change any more.
    stable: Vec<Word>,
    /// What the last pass heard after them.
    tail: Vec<Word>,
}

impl Agreement {
    /// Takes a pass over the segment up to `heard_until`.
    pub(super) fn hear(&mut self, words: Vec<Word>, heard_until: Millis) {
        let tail = self.after_stable(words);
        let agreed = tail
            .iter()
            .zip(&self.tail)
            .take_while(|(now, before)| same(&now.text, &before.text) && now.end.0 + UNFINISHED <= heard_until.0)
            .count();
        self.tail = tail;
        self.stable.extend(self.tail.drain(..agreed));
    }

    /// Takes the last pass, over the whole segment: its words stand, behind those that stood already.
    pub(super) fn finish(mut self, words: Vec<Word>) -> Vec<Word> {
        let tail = self.after_stable(words);
        self.stable.extend(tail);
        self.stable
    }

    /// The segment is cut at a moment: what was heard behind it belongs to the next one, whose times begin there.
    pub(super) fn split(&mut self, at: Millis) -> Self {
        let behind = |words: &mut Vec<Word>| {
            let place = words.iter().position(|word| i64::midpoint(word.start.0, word.end.0) >= at.0).unwrap_or(words.len());
            let mut behind = words.split_off(place);
            for word in &mut behind {
                word.start = Millis((word.start.0 - at.0).max(0));
                word.end = Millis((word.end.0 - at.0).max(0));
            }
            behind
        };
        let stable = behind(&mut self.stable);
        Self { stable, tail: behind(&mut self.tail) }
    }

    /// Words that stand, and words that may still change.
    pub(super) fn words(&self) -> (&[Word], &[Word]) {
        (&self.stable, &self.tail)
    }

    /// Which of a pass's words come after those that stand. The pass heard those too, perhaps a little differently: the split is where its
    /// beginning is least different from them. Where it heard the same letters, its marks and capitals are the better ones, as it knows more.
    fn after_stable(&mut self, mut words: Vec<Word>) -> Vec<Word> {
        if self.stable.is_empty() {
            return words;
        }
        let (split, pairs) = align(&self.stable, &words);
        for (stable, heard) in pairs {
            if same(&self.stable[stable].text, &words[heard].text) {
                self.stable[stable].text.clone_from(&words[heard].text);
            }
        }
        let mut tail = words.split_off(split);
        let from = self.stable.last().map_or(Millis::ZERO, |last| last.end);
        for word in &mut tail {
            word.start = word.start.max(from);
            word.end = word.end.max(word.start);
        }
        tail
    }
}

/// The letters and digits of a word, small.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether two words are the same but for marks and capitals.
fn same(one: &str, other: &str) -> bool {
    one == other || {
        let (a, b) = (letters(one), letters(other));
        a == b && !a.is_empty()
    }
}

/// What a word less or more costs in an alignment, and one that was heard as another: which it is is seldom both.
const GAP: u32 = 3;
const CHANGE: u32 = 2;

/// How many of `heard` stand for all of `stable` (least changed, else nearest in time), and which word of it is which.
fn align(stable: &[Word], heard: &[Word]) -> (usize, Vec<(usize, usize)>) {
    let width = heard.len() + 1;
    let key = |words: &[Word]| words.iter().map(|word| letters(&word.text)).collect::<Vec<_>>();
    let (left, right) = (key(stable), key(heard));
    let change = |one: &str, other: &str| if one == other { 0 } else { CHANGE };
    let mut costs = vec![0_u32; (stable.len() + 1) * width];
    for (j, cost) in costs.iter_mut().take(width).enumerate() {
        *cost = j as u32 * GAP;
    }
    for i in 1..=stable.len() {
        costs[i * width] = i as u32 * GAP;
        for j in 1..width {
            let change = change(&left[i - 1], &right[j - 1]);
            let replaced = costs[(i - 1) * width + j - 1] + change;
            let other = costs[(i - 1) * width + j].min(costs[i * width + j - 1]) + GAP;
            costs[i * width + j] = replaced.min(other);
        }
    }
    let last = &costs[stable.len() * width..];
    let end = |words: &[Word]| words.last().map_or(0, |word| word.end.0);
    let split = (0..width).min_by_key(|&j| (last[j], end(&heard[..j]).abs_diff(end(stable)))).unwrap_or(0);
    let (mut i, mut j, mut pairs) = (stable.len(), split, Vec::new());
    while i > 0 && j > 0 {
        let here = costs[i * width + j];
        if here == costs[(i - 1) * width + j - 1] + change(&left[i - 1], &right[j - 1]) {
            pairs.push((i - 1, j - 1));
            (i, j) = (i - 1, j - 1);
        } else if here == costs[(i - 1) * width + j] + GAP {
            i -= 1;
        } else {
            j -= 1;
        }
    }
    (split, pairs)
}

#[cfg(test)]
mod tests;

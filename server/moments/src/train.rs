//! Makes heads of examples: logistic regression with L2 regularization (Cox 1958), by gradient descent with momentum and steps of its own
//! for each weight (Adam, Kingma and Ba 2014). The same examples give the same heads, bit for bit, on the same kind of processor.

use crate::features::{BUCKETS, DIMENSIONS, Features};
use crate::heads::{Class, Head, Heads, Kind};

/// Kinds, with how a class of `lines/` says that it is one.
const KINDS: [(&str, &[&str]); 5] = [
    ("objection", &["objection."]),
    ("buying_signal", &["buying."]),
    ("question", &["question."]),
    ("competitor", &["competitor.", "objection.competitor"]),
    ("next_step", &["next_step."]),
];
/// Classes whose lines may be of a kind or not: nothing is learned of it from them.
const UNDECIDED: [(&str, &[&str]); 4] = [
    ("question", &["buying.", "objection."]),
    ("buying_signal", &["question.", "objection.competitor"]),
    ("competitor", &["objection.price", "objection.status_quo", "objection.contract", "buying.urgency", "buying.pricing", "buying.trial"]),
    ("next_step", &["buying.next_steps", "objection.stall"]),
];
/// Kinds that what was said before helps to tell; the others are mistaken more often with it: what people wrote before their lines tells their
/// class better than talk does.
const AFTER: [&str; 2] = ["competitor", "next_step"];
/// Rounds over all examples.
const ROUNDS: u32 = 20;
/// Examples of a step.
const BATCH: usize = 256;
const RATE: f32 = 0.02;
/// What a weight costs, against the mean loss of an example.
const PENALTY: f32 = 1.0e-5;

/// An example with its features.
pub struct Example {
    /// The class of its line.
    pub class: &'static str,
    /// What is known of it.
    pub features: Features,
}

/// Heads of all kinds and their topics; `least` says from which score on a kind is believed.
pub fn heads(examples: &[Example], least: impl Fn(&str) -> f32) -> Heads {
    let is = |class: &str, prefixes: &[&str]| prefixes.iter().any(|prefix| class.starts_with(prefix));
    let kinds = KINDS.iter().map(|(kind, prefixes)| {
        let undecided = UNDECIDED.iter().find(|(of, _)| of == kind).map_or(&[][..], |(_, prefixes)| prefixes);
        let of_kind = |example: &&Example| is(example.class, prefixes);
        let known: Vec<(&Features, bool)> = examples
            .iter()
            .filter(|example| is(example.class, prefixes) || !is(example.class, undecided))
            .map(|example| (&example.features, is(example.class, prefixes)))
            .collect();
        let within: Vec<&Example> = examples.iter().filter(of_kind).collect();
        let mut classes: Vec<&str> = within.iter().map(|example| example.class).collect();
        classes.sort_unstable();
        classes.dedup();
        let topic = |class: &&str| {
            let told: Vec<_> = within.iter().map(|example| (&example.features, example.class == *class)).collect();
            (Class::new(class), head(&told, false))
        };
        let topics = if classes.len() > 1 { classes.iter().map(topic).collect() } else { Vec::new() };
        Kind { class: Class::new(kind), head: head(&known, AFTER.contains(kind)), least: least(kind), topics }
    });
    Heads { kinds: kinds.collect() }
}

/// Weights of one head while they are learned: bias, vector, vector before, words.
struct Weights(Vec<f32>);

const BEFORE_AT: usize = 1 + DIMENSIONS;
const WORDS_AT: usize = BEFORE_AT + DIMENSIONS;

impl Weights {
    /// Calls with each place that an example has something at, and what; `after` if what was said before counts.
    fn each(example: &Features, after: bool, mut with: impl FnMut(usize, f32)) {
        with(0, 1.0);
        example.vector.iter().enumerate().for_each(|(at, number)| with(1 + at, *number));
        let before = if after { &example.before[..] } else { &[] };
        before.iter().enumerate().for_each(|(at, number)| with(BEFORE_AT + at, *number));
        example.words.iter().for_each(|(place, weight)| with(WORDS_AT + *place as usize, *weight));
    }

    fn score(&self, example: &Features, after: bool) -> f32 {
        let mut score = 0.0;
        Self::each(example, after, |at, number| score += self.0[at] * number);
        score
    }
}

/// One head: the examples that are of its class against those that are not, both sides of the same weight together.
fn head(examples: &[(&Features, bool)], after: bool) -> Head {
    let of_class = examples.iter().filter(|(_, is)| *is).count().max(1);
    let weight_of = |is: bool| {
        let count = if is { of_class } else { (examples.len() - of_class).max(1) };
        examples.len() as f32 / (2.0 * count as f32)
    };
    let size = WORDS_AT + BUCKETS;
    let mut weights = Weights(vec![0.0; size]);
    let (mut mean, mut square) = (vec![0.0_f32; size], vec![0.0_f32; size]);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut step = 0_i32;
    let mut gradient = vec![0.0_f32; size];
    for round in 0..ROUNDS {
        shuffle(&mut order, &mut random);
        let rate = RATE * 0.5 * (1.0 + (std::f32::consts::PI * round as f32 / ROUNDS as f32).cos());
        for batch in order.chunks(BATCH) {
            gradient.fill(0.0);
            for (features, is) in batch.iter().map(|at| examples[*at]) {
                let odds = 1.0 / (1.0 + (-weights.score(features, after)).exp());
                let error = (odds - f32::from(u8::from(is))) * weight_of(is) / batch.len() as f32;
                Weights::each(features, after, |at, number| gradient[at] += error * number);
            }
            step += 1;
            let (first, second) = (1.0 - 0.9_f32.powi(step), 1.0 - 0.999_f32.powi(step));
            for at in 0..size {
                let slope = gradient[at] + if at == 0 { 0.0 } else { PENALTY * weights.0[at] };
                mean[at] = 0.9 * mean[at] + 0.1 * slope;
                square[at] = 0.999 * square[at] + 0.001 * slope * slope;
                weights.0[at] -= rate * (mean[at] / first) / ((square[at] / second).sqrt() + 1e-8);
            }
        }
    }
    let [bias, rest @ ..] = &weights.0[..] else { return Head::new(0.0, &[], &[], &[]) };
    let (vector, rest) = rest.split_at(DIMENSIONS);
    let (before, words) = rest.split_at(DIMENSIONS);
    Head::new(*bias, vector, before, words)
}

/// Fisher and Yates, with numbers of xorshift64* (Vigna 2016).
fn shuffle(order: &mut [usize], random: &mut u64) {
    for last in (1..order.len()).rev() {
        *random ^= *random >> 12;
        *random ^= *random << 25;
        *random ^= *random >> 27;
        let number = random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        order.swap(last, number as usize % (last + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(class: &'static str, text: &str, side: f32) -> Example {
        let mut vector = vec![0.0; DIMENSIONS];
        vector[0] = side;
        vector[1] = (1.0 - side * side).sqrt();
        Example { class, features: Features::new(text, vector, Vec::new()) }
    }

    #[test]
    fn what_is_alike_is_told_and_twice_the_same() {
        let objections = (0..30).map(|number| example("objection.price", &format!("too dear number {number}"), 0.9));
        let timing = (0..30).map(|number| example("objection.timing", &format!("not now number {number}"), 0.9));
        let neutral = (0..60).map(|number| example("neutral.work", &format!("nice weather number {number}"), -0.9));
        let examples: Vec<Example> = objections.chain(timing).chain(neutral).collect();
        let (made, again) = (heads(&examples, |_| 0.0), heads(&examples, |_| 0.0));
        assert_eq!(made, again);
        let found = made.judge(&[example("", "that is too dear", 0.9).features]);
        let objection = found.iter().find(|found| found.kind.as_str() == "objection").map(|found| found.topic.as_str());
        assert_eq!(objection, Some("objection.price"));
        assert!(made.judge(&[example("", "nice weather", -0.9).features]).iter().all(|found| found.kind.as_str() != "objection"));
    }
}

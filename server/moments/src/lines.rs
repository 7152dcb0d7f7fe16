//! The examples that the heads are made of.

/// An example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is an example of: the name of its file, `objection.price`, `near.question`, `neutral.work`.
    pub class: &'static str,
    /// What the other side had said; may be empty.
    pub before: &'static str,
    /// The line.
    pub text: &'static str,
}

macro_rules! files {
    ($($class:literal),* $(,)?) => {
        const FILES: &[(&str, &str)] = &[$(($class, include_str!(concat!("../lines/", $class, ".tsv")))),*];
    };
}

files! {
    "buying.enthusiasm", "buying.implementation", "buying.next_steps", "buying.pain", "buying.pricing", "buying.trial", "buying.urgency",
    "competitor.mention", "near.buying", "near.next_step", "near.objections_a", "near.objections_b", "near.objections_c", "near.question",
    "neutral.meeting", "neutral.private", "neutral.rep", "neutral.sales", "neutral.service", "neutral.work", "next_step.customer",
    "next_step.rep", "objection.authority", "objection.budget", "objection.competitor", "objection.contract", "objection.effort",
    "objection.need", "objection.price", "objection.security", "objection.stall", "objection.status_quo", "objection.timing",
    "objection.trust", "question.asked",
}

/// All of them, in a fixed order.
pub fn all() -> impl Iterator<Item = Line> {
    FILES.iter().flat_map(|(class, file)| {
        file.lines().filter_map(move |line| line.split_once('\t')).map(move |(before, text)| Line { class, before, text })
    })
}

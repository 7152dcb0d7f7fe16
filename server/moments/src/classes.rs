//! Made by `cargo xtask train moments`: what the scores are of, and from which score on a kind is believed.

/// Kinds, each with the least score that is believed.
pub(crate) const KINDS: [(&str, f32); 5] =
    [("objection", 0.29), ("buying_signal", -0.06), ("question", -1.29), ("competitor", 0.15), ("next_step", 0.51)];
/// By how much more a line is sure: then it is shown without being asked for much.
pub const SURE: f32 = 1.15;
/// Topics of kinds.
pub(crate) const TOPICS: [&str; 19] = [
    "objection.authority",
    "objection.budget",
    "objection.competitor",
    "objection.contract",
    "objection.effort",
    "objection.need",
    "objection.price",
    "objection.security",
    "objection.stall",
    "objection.status_quo",
    "objection.timing",
    "objection.trust",
    "buying.enthusiasm",
    "buying.implementation",
    "buying.next_steps",
    "buying.pain",
    "buying.pricing",
    "buying.trial",
    "buying.urgency",
];
/// From which mean of the scores for a sale on nothing more is asked for, and what is asked for each point below.
pub(crate) const SALE: (f32, f32) = (1.8, 6.0);

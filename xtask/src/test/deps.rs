//! What the dependency trees may not contain, and what manifests may not declare.

mod rules;
mod trees;
mod unused;

use super::Outcome;

/// Every check, each with its own sentence.
pub fn check() -> Outcome {
    let mut outcome = Outcome::default();
    outcome.check(trees::browser());
    outcome.check(trees::host());
    outcome.check(trees::one_of_each());
    outcome.check(rules::licences());
    outcome.add(unused::check());
    outcome
}

//! What the dependency trees may not contain, what manifests may not declare, which crate and module may know which,
//! whether a type's name is its own, whether a file is short enough to be read, whether pages are written as ours are, and whether the migrations are what their template makes.

mod crates;
mod lengths;
mod modules;
mod names;
mod pages;
mod rules;
mod trees;
mod unused;

use super::Outcome;

/// Every check, each with its own sentence.
pub fn check() -> Outcome {
    let mut outcome = Outcome::default();
    outcome.check(trees::browser());
    outcome.check(rules::check());
    outcome.check(crates::check());
    outcome.check(names::check());
    outcome.check(lengths::check());
    outcome.check(pages::check());
    outcome.check(crate::migrations::check());
    outcome.add(modules::check());
    outcome.add(unused::check());
    outcome
}

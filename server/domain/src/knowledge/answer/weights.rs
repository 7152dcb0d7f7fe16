//! Made by `cargo xtask train answers`: what the score of the model that reads counts for, and each sign.

use super::signs::Sign;

/// What the score counts for.
pub(super) const READING: f32 = 0.8653;
/// What is added.
pub(super) const MORE: f32 = -1.887;
/// What each sign counts for.
pub(super) const SIGNS: [(Sign, f32); 11] = [
    (Sign::ByWords, 0.7506),
    (Sign::Covered, 0.7362),
    (Sign::EmptyPlace, -4.082),
    (Sign::NameMissing, -0.6037),
    (Sign::NoValue, -0.3094),
    (Sign::OtherRow, -1.114),
    (Sign::Own, -0.1213),
    (Sign::PassageMeaning, 1.075),
    (Sign::Passes, 0.1341),
    (Sign::Place, 1.19),
    (Sign::RowNames, 0.7391),
];

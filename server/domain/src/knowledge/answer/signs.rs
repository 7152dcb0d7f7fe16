//! What is known of a sentence or a row that may answer, as numbers: by its words, and by its passage.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// The part of the question that it has itself, by weight.
    Own,
    /// How much of the question it covers by its words, with what stands above and before it.
    Covered,
    /// Whether nothing of the question speaks against it.
    Passes,
    /// Whether it answers by its words alone.
    ByWords,
    /// Whether a name of the question stands neither in it nor above nor before it.
    NameMissing,
    /// Whether a kind of value is asked for and it has none.
    NoValue,
    /// How far up its passage was found: 1, a half, a third.
    Place,
    /// How alike its passage is to the question, as a cosine.
    PassageMeaning,
    /// The part of the question that a row's names have.
    RowNames,
    /// Whether another row of the same table has more of the question in its names.
    OtherRow,
    /// Whether the place of the row that is asked for is empty.
    EmptyPlace,
}

/// All of them.
pub(super) const ALL: [Sign; 11] = [
    Sign::Own,
    Sign::Covered,
    Sign::Passes,
    Sign::ByWords,
    Sign::NameMissing,
    Sign::NoValue,
    Sign::Place,
    Sign::PassageMeaning,
    Sign::RowNames,
    Sign::OtherRow,
    Sign::EmptyPlace,
];

/// The likeness of a passage that no model has seen yet: about what most have that are found.
pub(super) const USUAL_MEANING: f32 = 0.4;

/// What is known of one sentence or row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Signs([f32; ALL.len()]);

impl Signs {
    pub fn set(&mut self, sign: Sign, value: f32) {
        self.0[sign as usize] = value;
    }

    pub fn set_if(&mut self, sign: Sign, holds: bool) {
        self.set(sign, if holds { 1.0 } else { 0.0 });
    }

    pub fn get(&self, sign: Sign) -> f32 {
        self.0[sign as usize]
    }

    /// All with what each counts for.
    pub fn sum(&self, weights: &[(Sign, f32)]) -> f32 {
        weights.iter().map(|(sign, weight)| weight * self.get(*sign)).sum()
    }
}

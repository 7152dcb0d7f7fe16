//! Four numbers side by side, in one register.

use std::ops::{Add, AddAssign, Mul, Sub};

use wide::f32x4;

/// Blocks side by side.
pub(crate) const LANES: usize = 4;

/// A number of each block.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lanes(f32x4);

impl Lanes {
    #[inline(always)]
    pub(crate) fn new(values: [f32; LANES]) -> Self {
        Self(f32x4::new(values))
    }

    #[inline(always)]
    pub(crate) fn all(value: f32) -> Self {
        Self(f32x4::splat(value))
    }

    #[inline(always)]
    pub(crate) fn each(self) -> [f32; LANES] {
        self.0.to_array()
    }

    /// The larger ones. None may be NaN.
    #[inline(always)]
    pub(crate) fn max(self, other: Self) -> Self {
        Self(self.0.fast_max(other.0))
    }

    /// The smaller ones. None may be NaN.
    #[inline(always)]
    pub(crate) fn min(self, other: Self) -> Self {
        Self(self.0.fast_min(other.0))
    }
}

impl Add for Lanes {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Lanes {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Lanes {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Mul for Lanes {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }
}

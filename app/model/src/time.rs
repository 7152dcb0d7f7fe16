//! Time inside a call.

use serde::{Deserialize, Serialize};

/// How long a deleted call or document can be brought back, in seconds; after that it is gone for good.
pub const UNDO_SECONDS: i64 = 60;

/// Milliseconds since the start of a call, or a duration in milliseconds. Never negative in anything that is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = i64))]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// The start of the call.
    pub const ZERO: Self = Self(0);

    /// Seconds as a float, for rates.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// Time from `earlier` to `self`, zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0).max(0))
    }

    /// `12:43` or `1:02:03`, for people.
    pub fn clock(self) -> String {
        let seconds = self.0.max(0) / 1000;
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
    }
}

impl std::ops::Add for Millis {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Millis {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Millis {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, std::ops::Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_shows_hours_only_when_there_are_some() {
        assert_eq!(Millis(763_999).clock(), "12:43");
        assert_eq!(Millis(3_723_000).clock(), "1:02:03");
        assert_eq!(Millis(-5).clock(), "0:00");
    }
}

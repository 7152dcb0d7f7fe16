//! A statement that can't be said in one text for both engines. Each stands with its area; all of them together are at most ten.

use crate::statements::Text;

/// A statement with a text for each engine and the same binds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

impl Text for Dialect {
    fn sqlite(self) -> &'static str {
        self.sqlite
    }

    fn postgres(self) -> &'static str {
        self.postgres
    }
}

/// As `statements!`: declares a module's differing statements as constants and collects them in its `DIFFERING`.
macro_rules! differing {
    ($($(#[$meta:meta])* $name:ident = Dialect { sqlite: $sqlite:expr, postgres: $postgres:expr $(,)? };)+) => {
        $($(#[$meta])* pub(crate) const $name: $crate::dialect::Dialect =
            $crate::dialect::Dialect { sqlite: $sqlite, postgres: $postgres };)+
        pub(crate) const DIFFERING: &[(&str, $crate::dialect::Dialect)] = &[$((stringify!($name), $name)),+];
    };
}

pub(crate) use differing;

//! What a statement is, and how a module declares its own. All of them together are in the `catalogue`.

/// A statement's text on each engine. Most are a plain `&str`: the same on both.
pub(crate) trait Text: Copy {
    /// What SQLite gets.
    fn sqlite(self) -> &'static str;
    /// What PostgreSQL gets.
    fn postgres(self) -> &'static str;
}

impl Text for &'static str {
    fn sqlite(self) -> &'static str {
        self
    }

    fn postgres(self) -> &'static str {
        self
    }
}

/// Declares a module's statements as constants and collects them in its `STATEMENTS`.
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$meta])* pub(crate) const $name: &str = $text;)+
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

pub(crate) use statements;

//! The registry of all statements, for the test that prepares each of them on both engines.

/// A statement's text on each engine. Most are a plain `&str`: the same on both.
pub trait Text: Copy {
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

/// A statement by name, with its text on SQLite and on PostgreSQL.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// The constant's name.
    pub name: &'static str,
    /// What SQLite gets.
    pub sqlite: &'static str,
    /// What PostgreSQL gets.
    pub postgres: &'static str,
}

/// Declares a module's statements as constants and collects them in its `STATEMENTS`.
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$meta])* pub(crate) const $name: &str = $text;)+
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

pub(crate) use statements;

/// Every statement of this crate.
pub fn all() -> Vec<Statement> {
    let shared = [
        crate::identity::STATEMENTS,
        crate::sessions::STATEMENTS,
        crate::tokens::STATEMENTS,
        crate::sign_ups::STATEMENTS,
        crate::calls::STATEMENTS,
        crate::segments::STATEMENTS,
        crate::cues::STATEMENTS,
        crate::reviews::STATEMENTS,
        crate::jobs::STATEMENTS,
        crate::events::STATEMENTS,
        crate::schedules::STATEMENTS,
        crate::flags::STATEMENTS,
        crate::credentials::STATEMENTS,
        crate::usage::STATEMENTS,
        crate::idempotency::STATEMENTS,
        crate::audit::STATEMENTS,
        crate::migrations::STATEMENTS,
    ];
    let shared = shared.into_iter().chain(crate::knowledge::STATEMENTS.iter().copied()).flatten().map(|(name, text)| Statement {
        name,
        sqlite: text,
        postgres: text,
    });
    let differing = crate::dialect::ALL.iter().map(|(name, text)| Statement { name, sqlite: text.sqlite, postgres: text.postgres });
    shared.chain(differing).collect()
}

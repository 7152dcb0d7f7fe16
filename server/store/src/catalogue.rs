//! Every statement of this crate, for tests that prepare, explain and check each of them on both engines.

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

/// Those that differ, a module each.
const DIFFERING: [&[(&str, crate::dialect::Dialect)]; 4] =
    [crate::calls::DIFFERING, crate::jobs::DIFFERING, crate::knowledge::DIFFERING, crate::servers::DIFFERING];

/// Every statement of this crate.
pub fn all() -> Vec<Statement> {
    let shared = [
        crate::identity::STATEMENTS,
        crate::sessions::STATEMENTS,
        crate::tokens::STATEMENTS,
        crate::sign_ups::STATEMENTS,
        crate::calls::STATEMENTS,
        crate::calls::DELETED_STATEMENTS,
        crate::calls::PLAYBOOK_STATEMENTS,
        crate::calls::INDEX_STATEMENTS,
        crate::calls::SEARCH_STATEMENTS,
        crate::segments::STATEMENTS,
        crate::cues::STATEMENTS,
        crate::reviews::STATEMENTS,
        crate::jobs::STATEMENTS,
        crate::events::STATEMENTS,
        crate::schedules::STATEMENTS,
        crate::servers::STATEMENTS,
        crate::flags::STATEMENTS,
        crate::credentials::STATEMENTS,
        crate::usage::STATEMENTS,
        crate::storage::STATEMENTS,
        crate::idempotency::STATEMENTS,
        crate::audit::STATEMENTS,
        crate::parts::STATEMENTS,
        crate::personal::STATEMENTS,
        crate::playbooks::STATEMENTS,
        crate::migrations::STATEMENTS,
    ];
    let shared = shared.into_iter().chain(crate::knowledge::STATEMENTS.iter().copied()).flatten().map(|(name, text)| Statement {
        name,
        sqlite: text,
        postgres: text,
    });
    let differing = DIFFERING.into_iter().flatten().map(|(name, text)| Statement { name, sqlite: text.sqlite, postgres: text.postgres });
    shared.chain(differing).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn at_most_ten_statements_differ() {
        let all = super::all();
        let differing = all.iter().filter(|statement| statement.sqlite != statement.postgres).count();
        assert!(differing <= 10, "{differing}: move the difference into data, or argue for it in an ADR");
        let declared = super::DIFFERING.map(<[_]>::len).iter().sum::<usize>();
        assert_eq!(differing, declared, "the same on both: it is an ordinary statement");
    }
}

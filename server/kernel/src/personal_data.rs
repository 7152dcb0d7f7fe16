//! Where data of people is, so that it can be handed out and erased by one command.

use model::{MemberId, OrganizationId, PersonId};
pub use store::personal::Through;
use store::personal::{Key, PersonalRows};

/// A table with data of people, in a manifest. Of two tables the one that points at the other stands first: it is erased first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonalData {
    /// The rows, and what says whose they are.
    pub rows: PersonalRows,
    /// Whom that names.
    pub of: Whose,
    /// What happens to the rows when that person is erased.
    pub erasure: Erasure,
    /// How long rows are kept in any case, in words for the record of processing.
    pub retention: &'static str,
}

impl PersonalData {
    /// Rows that go with their person: those whose `column` is theirs.
    pub const fn deleted(table: &'static str, column: &'static str, of: Whose, retention: &'static str) -> Self {
        let rows = PersonalRows { table, column, through: None };
        Self { rows, of, erasure: Erasure::Delete, retention }
    }

    /// The same for rows whose column points at another table's row, which says whose both are.
    #[must_use]
    pub const fn through(self, through: Through) -> Self {
        Self { rows: PersonalRows { through: Some(through), ..self.rows }, ..self }
    }

    /// The same for rows that don't go.
    #[must_use]
    pub const fn but(self, erasure: Erasure) -> Self {
        Self { erasure, ..self }
    }
}

/// Whom a row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A person, by id.
    Person,
    /// A member, by id.
    Member,
    /// Whoever has a mail address, with or without an account.
    Address,
}

/// What becomes of rows when their person is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// They are deleted.
    Delete,
    /// They are the organization's and stay; these columns, which name the person, are emptied.
    Empty(&'static [&'static str]),
    /// They stay as they are, for this reason.
    Keep(&'static str),
}

/// Whose data it is about.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The mail address, lower case.
    pub email: String,
    /// The person; none if the address has no account, but perhaps a sign-up that was not confirmed, or a mail on its way.
    pub person: Option<PersonId>,
    /// Their places in organizations.
    pub members: Vec<(OrganizationId, MemberId)>,
    /// Those of the organizations that are nobody else's, and go with the person.
    pub organizations: Vec<OrganizationId>,
}

impl Subject {
    pub(crate) fn keys(&self, of: Whose) -> Vec<Key<'_>> {
        match of {
            Whose::Person => self.person.iter().map(|person| Key::Id(person.0)).collect(),
            Whose::Member => self.members.iter().map(|(_, member)| Key::Id(member.0)).collect(),
            Whose::Address => vec![Key::Address(&self.email)],
        }
    }
}

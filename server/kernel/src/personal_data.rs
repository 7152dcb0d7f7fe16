//! Where data of people is, so that it can be handed out and erased by one command.

/// A table with data of people, in a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonalData {
    /// The table.
    pub table: &'static str,
    /// The column that says whose it is.
    pub column: &'static str,
    /// What the column holds.
    pub of: Whose,
    /// What happens to the rows when that person is erased.
    pub erasure: Erasure,
    /// How long rows are kept in any case, in words for the record of processing.
    pub retention: &'static str,
}

/// What a column says of whom a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A person's id.
    Person,
    /// A member's id.
    Member,
}

/// What becomes of rows when their person is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// They are deleted.
    Delete,
    /// They stay; what names the person is overwritten: column and text, in which `{id}` is the person's or member's id.
    Overwrite(&'static [(&'static str, &'static str)]),
    /// They stay as they are, for this reason.
    Keep(&'static str),
}

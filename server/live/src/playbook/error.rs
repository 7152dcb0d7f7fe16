//! What can be wrong with a playbook.

use super::entry::MOST_OF_ENTRY;
use super::{MOST_CHARACTERS, MOST_ENTRIES, MOST_PHRASES};

/// What is wrong with a playbook, in a sentence that names the entry.
#[derive(Debug, thiserror::Error)]
pub enum PlaybookError {
    /// Not TOML, or not of a playbook's shape; the message has line and column.
    #[error("The playbook can't be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// No entry at all.
    #[error("The playbook has no entries.")]
    Empty,
    /// Two entries of one id.
    #[error("The entry `{0}` is there twice. Give one of them another id.")]
    Twice(String),
    /// The id isn't `kind.topic` in small letters.
    #[error("The id `{0}` must be two parts of small letters, digits and underscores with a point between, like `objection.price`.")]
    Id(String),
    /// A text is empty or too long.
    #[error("The entry `{entry}` needs a {field} of 1 to {most} characters.")]
    Text {
        /// The entry's id.
        entry: String,
        /// Which of its texts.
        field: &'static str,
        /// Its limit.
        most: usize,
    },
    /// Neither phrases nor a detector, or both.
    #[error("The entry `{0}` needs either phrases or `listens_for`, and not both.")]
    Trigger(String),
    /// A detector that needs a limit has none, or a limit that is none.
    #[error("The entry `{0}` needs `above`, a positive number.")]
    Limit(String),
    /// A number that is too small or too large.
    #[error("The {field} of the entry `{entry}` must be a number from 1 to {most}.")]
    Number {
        /// The entry's id.
        entry: String,
        /// Which of its numbers.
        field: &'static str,
        /// Its limit.
        most: u32,
    },
    /// A text with control characters.
    #[error("The {field} of the entry `{entry}` contains characters that can't be shown. Type it again without them.")]
    Characters {
        /// The entry's id.
        entry: String,
        /// Which of its texts.
        field: &'static str,
    },
    /// Too many entries.
    #[error("The playbook has {0} entries; at most {MOST_ENTRIES} fit.")]
    Entries(usize),
    /// Too many phrases, or too long ones, in all.
    #[error("The playbook has {phrases} phrases of {characters} characters in all; at most {MOST_PHRASES} of {MOST_CHARACTERS} fit.")]
    Size {
        /// How many phrases.
        phrases: usize,
        /// Their characters.
        characters: usize,
    },
    /// Too many phrases of one entry.
    #[error("The entry `{0}` has more than {MOST_OF_ENTRY} phrases.")]
    Many(String),
    /// The phrases can begin in too many ways.
    #[error("With the entry `{0}` the phrases begin in too many ways. Use fewer phrases, or fewer alternatives at their beginning.")]
    Openings(String),
    /// A phrase that can't be understood.
    #[error("The phrase \"{phrase}\" of the entry `{entry}` can't be used: {reason}.")]
    Phrase {
        /// The entry's id.
        entry: String,
        /// The phrase.
        phrase: String,
        /// Why.
        reason: String,
    },
}

//! From text to the terms that it is found by. One function cuts documents, lines of calls, questions, searches and what is marked in a
//! snippet, so that all of them agree.
//!
//! - [`cut`] gives every term of a text with its place: words, compounds however they are written ("Wi-Fi" is also `wifi`, "SOC 2" is also
//!   `soc2`), numbers in one spelling ("50,000", "50k" and "fifty thousand" are also `50000`), names with signs (`c♯`), names of single letters
//!   ("AT&T" and "AT and T" are `att`, "24/7" is `24··7`), pairs of letters where words have no spaces between them.
//! - [`Query`] is what a search asks for: groups of terms, one of each of which must be there.
//! - [`snippet()`] shortens a text around what a query finds and says where it stands.
//!
//! A term has letters, digits and marks of letters, and of signs only `♯`, `⊕` and `·`, which no word has: so a term is one
//! token for each full text engine, and needs no escaping.
//!
//! Architecture invariants: pure, no I/O; nothing panics; the range of each term lies on boundaries of characters; a text and its decomposed
//! form have the same terms.

#![warn(missing_docs)]

mod compound;
mod fold;
mod name;
mod normal;
mod number;
mod query;
mod snippet;
mod spoken;
mod stop;
mod unit;

pub use compound::{Kind, Term, cut};
pub use fold::fold;
pub use query::{Asked, Group, Query, Sought, asked};
pub use snippet::{Snippet, snippet};
pub use stop::is_stop;

/// Grows when the same text gives other terms than before: what was indexed before is then indexed anew.
pub const VERSION: i64 = 2;

/// Characters of a term; longer words are cut.
pub const MAX_CHARS: usize = 40;

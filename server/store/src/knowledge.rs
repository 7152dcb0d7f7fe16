//! What an organization knows: collections, documents with their versions, passages, and how they are found.
//!
//! A document's passages are written beside the ones that answer and take their place in one transaction
//! ([`Store::publish_passages`](crate::Store::publish_passages)): `documents.version` is what was given last,
//! `documents.ready_version` what answers. Words are cut and stemmed here (`terms`), so that both engines find the same, and
//! ranked here (`lexical`); vectors are scanned in memory beside SQLite ([`index`]) and by pgvector in PostgreSQL.

mod bindings;
mod citations;
mod collections;
mod differing;
mod documents;
mod embedding;
mod filing;
pub mod index;
mod indexes;
mod lexical;
mod passages;
mod removal;
mod retrieval;
mod stem;
mod tenants;
mod terms;
mod uploads;
mod uses;
mod vectors;
mod websites;

pub use documents::{Description, DocumentPatch};
pub use filing::{Kept, NewDocument, NewVersion, StoredFile};
pub use lexical::matches;
pub use retrieval::{FoundPassage, Retrieved};
pub use uses::NewUse;
pub use vectors::Unembedded;
pub use websites::{Visit, WebPage};

pub(crate) use differing::DIFFERING;

pub(crate) const STATEMENTS: &[&[(&str, &str)]] = &[
    bindings::STATEMENTS,
    citations::STATEMENTS,
    collections::STATEMENTS,
    documents::STATEMENTS,
    filing::STATEMENTS,
    lexical::STATEMENTS,
    passages::STATEMENTS,
    retrieval::STATEMENTS,
    removal::STATEMENTS,
    tenants::STATEMENTS,
    uploads::STATEMENTS,
    uses::STATEMENTS,
    vectors::STATEMENTS,
    websites::STATEMENTS,
];

/// What a name is compared by, whatever its case.
fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

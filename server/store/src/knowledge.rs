//! What an organization knows: collections, documents with their versions, passages, and how they are found.
//!
//! A document's passages are written beside the ones that answer and take their place in one transaction
//! ([`publish_passages`]): `documents.version` is what was given last,
//! `documents.ready_version` what answers. Words are cut by the crate `terms` and stemmed here (`terms`), so that both engines find the same, and
//! ranked here (`lexical`); vectors are scanned in memory beside SQLite ([`index`]) and by pgvector in PostgreSQL.

#[cfg(feature = "test-utils")]
pub mod alone;
mod anew;
mod bindings;
mod citations;
mod collections;
mod deleted;
mod differing;
mod document_writes;
mod documents;
mod embedding;
pub mod index;
mod index_revision;
mod indexes;
mod lexical;
mod matching;
mod passages;
mod removal;
mod retrieval;
mod stem;
mod terms;
mod uploads;
mod uses;
mod vectors;
mod websites;

pub use bindings::set_bindings;
pub use collections::{default_collection, delete_collection, insert_collection, update_collection};
pub use deleted::{erase_document, hide_document, restore_document};
pub use document_writes::{InsertOutcome, NewDocument, NewVersion, StoredFile, add_version, insert_document, object_keys_of_all};
pub use documents::{Description, DocumentPatch, delete_document, edit_document, fail_unread, move_document, standing};
pub use lexical::KnownWord;
pub use matching::{QuestionWords, matches};
pub use passages::publish_passages;
pub use removal::Removed;
pub use retrieval::{FoundPassage, Retrieved};
pub use uploads::{delete_upload, insert_upload, uploads_of};
pub use uses::{NewUse, add as add_uses};
pub use vectors::Unembedded;
pub use websites::{Visit, WebPage, delete_website, finish_visit, insert_website, start_visit, update_website};

pub(crate) use differing::DIFFERING;

pub(crate) const STATEMENTS: &[&[(&str, &str)]] = &[
    anew::STATEMENTS,
    bindings::STATEMENTS,
    citations::STATEMENTS,
    collections::STATEMENTS,
    deleted::STATEMENTS,
    documents::STATEMENTS,
    document_writes::STATEMENTS,
    lexical::STATEMENTS,
    passages::STATEMENTS,
    retrieval::STATEMENTS,
    removal::STATEMENTS,
    index_revision::STATEMENTS,
    uploads::STATEMENTS,
    uses::STATEMENTS,
    vectors::STATEMENTS,
    websites::STATEMENTS,
];

/// What a name is compared by, whatever its case.
fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

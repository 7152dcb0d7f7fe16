//! What an organization knows: collections of documents, their passages, and answers that cite them.

mod citation;
mod document;
mod search;
mod upload;
mod website;

use serde::{Deserialize, Serialize};

use crate::ids::CollectionId;
use crate::text_enum::text_enum;

pub use citation::{Citation, Passage, Place, PlaceKind};
pub use document::{
    Document, DocumentChange, DocumentDetail, DocumentFilter, DocumentSource, DocumentState, DocumentUse, DocumentVersion, Step, StepName,
    steps,
};
pub use search::{Answer, AnswerLine, Hit, MAX_QUESTION_CHARS, Question, SearchMode, SearchResult};
pub use upload::{Given, MAX_FILE_BYTES, NewText, NewUpload, Upload};
pub use website::{NewWebsite, Website, WebsiteState};

/// A word for a document; an empty one counts for nothing. For the OpenAPI document.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(max_length = 40, pattern = "line")]
#[allow(dead_code, reason = "the words themselves are texts")]
pub struct Tag(String);

text_enum! {
    /// Who may search a collection and read its documents. Owners and admins always may.
    CollectionAccess {
        /// Every member of the organization.
        Everybody = "everybody",
        /// Owners and admins only.
        Admins = "admins",
    }
}

text_enum! {
    /// What in a call a document can be bound to.
    BindingKind {
        /// A trigger's topic of the playbook.
        Topic = "topic",
        /// A competitor's name.
        Competitor = "competitor",
    }
}

/// A collection of documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Collection {
    /// Its id.
    pub id: CollectionId,
    /// 1 to 80 characters, once in an organization whatever the case.
    pub name: String,
    /// Who may use it.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub access: CollectionAccess,
    /// How many documents are in it.
    pub documents: i64,
}

/// A collection as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCollection {
    /// 1 to 80 characters, once in an organization whatever the case.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 80, pattern = "line"))]
    pub name: String,
    /// Who may use it.
    pub access: CollectionAccess,
}

/// Something in a call that a document is shown for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// What `value` is.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub kind: BindingKind,
    /// A topic of the playbook such as `objection.price`, or a competitor's name (whatever its case).
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120, pattern = "line"))]
    pub value: String,
}

/// A topic of the playbook whose suggestions show what the documents say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Topic {
    /// As a binding has it, such as `objection.price`.
    pub id: String,
    /// For people, as suggestions have it.
    pub title: String,
}

/// How much an organization knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KnowledgeSize {
    /// Documents in any state.
    pub documents: i64,
    /// Those that answer, an old version while the new one is read included.
    pub ready: i64,
    /// Those that can't be read.
    pub failed: i64,
    /// Those that wait for a password.
    pub locked: i64,
    /// Those that answer but were never used in a call or an answer.
    pub unused: i64,
    /// Passages that answer.
    pub passages: i64,
    /// How many of them are embedded by the current model.
    pub embedded: i64,
    /// Bytes of all files, former versions included.
    pub bytes: i64,
}

/// How vectors are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmbeddingState {
    /// The model's name; empty if there is none: then search is by words only.
    pub model: String,
    /// What is wrong with it, for people; empty if nothing is known to be.
    pub problem: String,
}

/// What the page of knowledge shows above its list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KnowledgeOverview {
    /// Collections that the caller may use, by name.
    pub collections: Vec<Collection>,
    /// Tags with how many documents have them, most used first.
    pub tags: Vec<(String, i64)>,
    /// How much there is.
    pub size: KnowledgeSize,
    /// How vectors are made.
    pub embedding: EmbeddingState,
    /// Files that the caller began to send and that can go on.
    pub uploads: Vec<Upload>,
    /// Websites; empty for those who may not change anything.
    pub websites: Vec<Website>,
    /// What documents can be bound to, in the playbook's order.
    pub topics: Vec<Topic>,
    /// Whether the caller may add, change and delete.
    pub may_edit: bool,
}

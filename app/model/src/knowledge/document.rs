//! Documents: what is known of one, how far it is, what is changed of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Binding, Collection};
use crate::ids::{CallId, CollectionId, DocumentId, MemberId};
use crate::text_enum::text_enum;

text_enum! {
    /// Where a document comes from.
    DocumentSource {
        /// An uploaded file.
        File = "file",
        /// A text that somebody pasted.
        Text = "text",
        /// A page of a website.
        Web = "web",
        /// The sample that comes with Closezly.
        Sample = "sample",
    }
}

text_enum! {
    /// How far a document is. Only `ready` documents answer; one that is replaced answers with its old text until the new one is ready.
    DocumentState {
        /// Stored, waiting to be read.
        Waiting = "waiting",
        /// Its text is being extracted.
        Reading = "reading",
        /// Its passages are being stored and embedded.
        Indexing = "indexing",
        /// It answers.
        Ready = "ready",
        /// It can't be read; `problem` says why and what to do.
        Failed = "failed",
        /// It is encrypted and waits for its password.
        Locked = "locked",
        /// It was fetched from a website and waits for somebody to say that it counts.
        Review = "review",
    }
}

text_enum! {
    /// A step of a document's way, in this order.
    StepName {
        /// Its file is kept; counted in bytes.
        Stored = "stored",
        /// Its text was extracted; counted in pages, slides, sheets or parts.
        Read = "read",
        /// Its passages answer by their words.
        Split = "split",
        /// Its passages answer by their meaning. Not without a model.
        Embedded = "embedded",
    }
}

/// A document as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Document {
    /// Its id: the same for all its versions.
    pub id: DocumentId,
    /// The collection that it is in.
    pub collection_id: CollectionId,
    /// From its own metadata or first heading, else the file's name.
    pub title: String,
    /// The file's name without folders; empty for a pasted text.
    pub file_name: String,
    /// The folder that it was dropped with, `/` between names; empty at the top.
    pub folder: String,
    /// Where it comes from.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub source: DocumentSource,
    /// The address of a web page; else empty.
    pub address: String,
    /// The format that was recognized: `pdf`, `docx` …; empty until it was read.
    pub format: String,
    /// BCP 47 language of its text, two letters; empty if unknown.
    pub language: String,
    /// Words that somebody gave it.
    #[cfg_attr(feature = "sqlx", sqlx(json))]
    pub tags: Vec<String>,
    /// How far it is.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub state: DocumentState,
    /// What is wrong and what to do about it, for people; empty if nothing is.
    pub problem: String,
    /// What its reader should know though it was read, for people: `Pages 3–5 have no text layer.`
    #[cfg_attr(feature = "sqlx", sqlx(json))]
    pub notes: Vec<String>,
    /// Bytes of the current version's file.
    pub bytes: i64,
    /// Pages, slides, sheets or parts; 0 until it was read.
    pub places: i64,
    /// How many passages answer.
    pub passages: i64,
    /// How many of them are embedded by the current model.
    pub embedded: i64,
    /// 1, 2, 3 …: how often it was given.
    pub version: i64,
    /// The version that answers; 0 while none does.
    pub ready_version: i64,
    /// In how many calls and answers it was used.
    pub uses: i64,
    /// When it was first given.
    pub created_at: DateTime<Utc>,
    /// When its current version was given.
    pub updated_at: DateTime<Utc>,
}

/// A step of a document's way: how far its current version is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    /// Which one.
    pub name: StepName,
    /// Whether it is done.
    pub done: bool,
    /// What can be counted of it so far; none while nothing is known.
    pub count: Option<i64>,
    /// Of how many, where that is another number.
    pub of: Option<i64>,
}

/// How far a document's current version is: the one rule, for lists, its page and the API. `embeds` is whether there is a model.
pub fn steps(document: &Document, embeds: bool) -> Vec<Step> {
    let is_read = matches!(document.state, DocumentState::Indexing | DocumentState::Ready);
    // What answers may still be the version before.
    let is_split = is_read && document.ready_version == document.version;
    let passages = is_split.then_some(document.passages);
    let step = |name, done, count| Step { name, done, count, of: None };
    let mut steps = vec![
        step(StepName::Stored, true, Some(document.bytes)),
        step(StepName::Read, is_read, is_read.then_some(document.places)),
        step(StepName::Split, is_split, passages),
    ];
    if embeds {
        let done = is_split && document.embedded >= document.passages;
        steps.push(Step { of: passages, ..step(StepName::Embedded, done, is_split.then_some(document.embedded)) });
    }
    steps
}

/// A file that was given for a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentVersion {
    /// 1, 2, 3 …: how often it was given.
    pub version: i64,
    /// The file's name without folders.
    pub file_name: String,
    /// Bytes of the file.
    pub bytes: i64,
    /// Who gave it; none for a website's visit, or if it is not known any more.
    pub member_id: Option<MemberId>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A call or an answer that a document was used in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentUse {
    /// The version that was used.
    pub version: i64,
    /// The passage's number in it.
    pub passage: i64,
    /// The call; none if it was asked outside of one.
    pub call_id: Option<CallId>,
    /// What was asked.
    pub question: String,
    /// When.
    pub used_at: DateTime<Utc>,
}

/// Which documents a list or a search is about. Empty fields do not narrow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default, deny_unknown_fields)]
pub struct DocumentFilter {
    /// Only in this collection.
    pub collection: Option<CollectionId>,
    /// Only with this tag.
    pub tag: String,
    /// Only in this language, two letters.
    pub language: String,
    /// Only in this state (lists only; a search finds what is ready).
    pub state: Option<DocumentState>,
    /// Only given at or after, RFC 3339.
    pub after: Option<DateTime<Utc>>,
    /// Only given before, RFC 3339.
    pub before: Option<DateTime<Utc>>,
    /// Words of the title or the file's name (lists only).
    #[cfg_attr(feature = "openapi", schema(max_length = 200, pattern = "line"), param(max_length = 200, pattern = "line"))]
    pub words: String,
    /// Only those that were never used in a call or an answer (lists only).
    pub unused: bool,
    /// With the sample that comes with Closezly (searches only). They leave it out as soon as there is a document of one's own;
    /// asking for the tag `sample` asks for it too.
    pub sample: bool,
}

/// What somebody changes of a document. None leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DocumentChange {
    /// Its title, 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "line"))]
    pub title: Option<String>,
    /// All its tags: at most 20 of 1 to 40 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<super::Tag>>, max_items = 20))]
    pub tags: Option<Vec<String>>,
    /// Another collection.
    pub collection: Option<CollectionId>,
    /// All that it is bound to in calls.
    pub bindings: Option<Vec<Binding>>,
}

/// A document with all that its page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentDetail {
    /// The document.
    pub document: Document,
    /// The collection that it is in.
    pub collection: Collection,
    /// How far it is: stored, read, split, embedded.
    pub steps: Vec<Step>,
    /// Every file that was given for it, newest first.
    pub history: Vec<DocumentVersion>,
    /// What in a call it is shown for.
    pub bindings: Vec<Binding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(state: DocumentState, version: i64, ready_version: i64, embedded: i64) -> Document {
        Document {
            id: uuid::Uuid::nil().into(),
            collection_id: uuid::Uuid::nil().into(),
            title: String::new(),
            file_name: String::new(),
            folder: String::new(),
            source: DocumentSource::Web,
            address: String::new(),
            format: "pdf".to_owned(),
            language: String::new(),
            tags: Vec::new(),
            state,
            problem: String::new(),
            notes: Vec::new(),
            bytes: 900,
            places: 3,
            passages: 7,
            embedded,
            version,
            ready_version,
            uses: 0,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn how_far_a_document_is() {
        use DocumentState::{Failed, Indexing, Locked, Reading, Ready, Review, Waiting};
        let done = |state, version, ready_version, embedded| -> Vec<bool> {
            steps(&document(state, version, ready_version, embedded), true).iter().map(|step| step.done).collect()
        };
        for state in [Waiting, Reading, Locked, Failed, Review] {
            assert_eq!(done(state, 1, 0, 0), [true, false, false, false], "{state}: a page that waits for review was not read");
            assert_eq!(done(state, 2, 1, 7), [true, false, false, false], "{state}: what answers is the version before");
        }
        assert_eq!(done(Indexing, 1, 0, 0), [true, true, false, false]);
        assert_eq!(done(Indexing, 2, 1, 7), [true, true, false, false]);
        assert_eq!(done(Indexing, 1, 1, 3), [true, true, true, false]);
        assert_eq!(done(Ready, 1, 1, 7), [true; 4]);
        let last = steps(&document(Indexing, 1, 1, 3), true)[3];
        assert_eq!((last.count, last.of), (Some(3), Some(7)));
        let names: Vec<_> = steps(&document(Ready, 1, 1, 0), false).iter().map(|step| (step.name, step.done, step.count)).collect();
        assert_eq!(names, [(StepName::Stored, true, Some(900)), (StepName::Read, true, Some(3)), (StepName::Split, true, Some(7))]);
    }
}

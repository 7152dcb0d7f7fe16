//! What an organization knows: collections of documents, their passages, and answers that cite them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{CallId, CollectionId, DocumentId, MemberId, UploadId, WebsiteId};
use crate::text_enum::text_enum;

/// The largest file that is taken, in bytes (100 MB).
pub const MAX_FILE_BYTES: u64 = 100 * 1024 * 1024;
/// The longest question or search, in characters.
pub const MAX_QUESTION_CHARS: usize = 1_000;

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

text_enum! {
    /// What a place counts.
    PlaceKind {
        /// Pages of a PDF.
        Page = "page",
        /// Slides of a presentation.
        Slide = "slide",
        /// Sheets of a workbook; the name is in `label`.
        Sheet = "sheet",
        /// Chapters of a book, parts of a mail, files of an archive; the name is in `label`.
        Part = "part",
        /// A document without pages: only headings.
        Whole = "whole",
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

text_enum! {
    /// How a search found its passages.
    SearchMode {
        /// By their words only: there is no embedding model, or not everything is embedded yet.
        Lexical = "lexical",
        /// By words and meaning.
        Hybrid = "hybrid",
    }
}

text_enum! {
    /// How far a website is.
    WebsiteState {
        /// Waiting for its first or next visit.
        Waiting = "waiting",
        /// Being visited.
        Fetching = "fetching",
        /// Visited.
        Done = "done",
        /// The last visit failed; `problem` says why.
        Failed = "failed",
    }
}

/// Where in a document something stands: what a citation names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Place {
    /// What `number` counts.
    pub kind: PlaceKind,
    /// The page, slide, sheet or part, from 1; 1 for `whole`.
    pub number: u32,
    /// The sheet's, slide's or part's own name; may be empty.
    pub label: String,
    /// The headings above it, outermost first; may be empty.
    pub headings: Vec<String>,
}

impl Place {
    /// For people: `Page 3`, `Slide 2: Pricing`, `Sheet "Q3"`, `Security › Encryption`; empty if there is nothing to name.
    pub fn describe(&self) -> String {
        let named = |word: &str| match self.label.as_str() {
            "" => format!("{word} {}", self.number),
            label => format!("{word} {}: {label}", self.number),
        };
        let place = match self.kind {
            PlaceKind::Page => named("Page"),
            PlaceKind::Slide => named("Slide"),
            PlaceKind::Sheet => named("Sheet"),
            PlaceKind::Part => named("Part"),
            PlaceKind::Whole => String::new(),
        };
        let headings = self.headings.join(" › ");
        match (place.is_empty(), headings.is_empty()) {
            (_, true) => place,
            (true, false) => headings,
            (false, false) => format!("{place}, {headings}"),
        }
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

/// A topic of the playbook whose cards show what the documents say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Topic {
    /// As a binding has it, such as `objection.price`.
    pub id: String,
    /// For people, as cards have it.
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

/// A piece of a document that can be found and cited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passage {
    /// 1, 2, 3 … within the document's version.
    pub number: i64,
    /// Where it stands.
    #[cfg_attr(feature = "sqlx", sqlx(json))]
    pub place: Place,
    /// Its text.
    pub text: String,
}

/// What a line rests on in a document: enough to show it and to open the document there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Citation {
    /// The document.
    pub document: DocumentId,
    /// The version whose words these are; 0 where it was not kept.
    #[serde(default)]
    pub version: i64,
    /// Its title when it was cited.
    pub title: String,
    /// The passage's number.
    pub passage: i64,
    /// Where it stands.
    pub place: Place,
    /// The words that are cited, as they stand there.
    pub quote: String,
    /// First character of `quote` in the passage's text (Unicode scalar values).
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// A passage that a search found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hit {
    /// The passage, cut around what was found; `quote` is the snippet.
    pub citation: Citation,
    /// Stretches of the snippet that match (characters: first, one past the last).
    pub highlights: Vec<(u32, u32)>,
    /// How good it is: 0 to 1, comparable between searches of one mode.
    pub score: f32,
    /// The part of the score that comes from words, 0 to 1.
    pub lexical: f32,
    /// The cosine similarity of its meaning; none without a model.
    pub semantic: Option<f32>,
}

/// What somebody asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// 1 to 1,000 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1000, pattern = "text"))]
    pub text: String,
    /// Where to look.
    #[serde(default)]
    pub filter: DocumentFilter,
}

/// A sentence of an answer with what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerLine {
    /// The sentence.
    pub text: String,
    /// Where it stands.
    pub citation: Citation,
}

/// An answer. Without lines it is "not in your documents".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    /// What was asked.
    pub question: String,
    /// The sentences that answer, best first by document, in reading order within one.
    pub lines: Vec<AnswerLine>,
    /// The passages that were looked at, best first: why it is this answer, or why there is none.
    pub considered: Vec<Hit>,
    /// How they were found.
    pub mode: SearchMode,
    /// What made the answer: `extractive`.
    pub made_by: String,
}

/// A file that is being sent, piece by piece. It goes on where it stopped, from any page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// The collection that it goes to.
    pub collection_id: CollectionId,
    /// The document whose next version it is; none for a new one.
    pub replaces: Option<DocumentId>,
    /// The file's name without folders.
    pub file_name: String,
    /// The folder that it was dropped with.
    pub folder: String,
    /// Bytes of the whole file.
    pub bytes: i64,
    /// Bytes that are on disk: where to go on.
    pub received: i64,
    /// When it is thrown away if nothing more comes.
    pub expires_at: DateTime<Utc>,
}

/// A website that documents are fetched from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Website {
    /// Its id.
    pub id: WebsiteId,
    /// The collection that its pages go to.
    pub collection_id: CollectionId,
    /// Where it starts.
    pub start: String,
    /// Only addresses that begin so are fetched.
    pub scope: String,
    /// At most so many pages.
    pub max_pages: i64,
    /// How often it is visited again, in hours; 0 for never.
    pub every_hours: i64,
    /// How far it is.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub state: WebsiteState,
    /// What is wrong, for people; empty if nothing is.
    pub problem: String,
    /// Pages of the last visit.
    pub pages: i64,
    /// When it was last visited.
    pub visited_at: Option<DateTime<Utc>>,
    /// When it is due again.
    pub due_at: Option<DateTime<Utc>>,
}

/// A file that somebody is about to send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewUpload {
    /// The collection that it goes to; none for the first one, which is made if there is none.
    #[serde(default)]
    pub collection: Option<CollectionId>,
    /// The document whose next version it is; none for a new one.
    #[serde(default)]
    pub replaces: Option<DocumentId>,
    /// The file's name. Folders in front of it are cut off.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255, pattern = "line"))]
    pub file_name: String,
    /// The folder that it was dropped with, `/` between names; empty at the top.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 1000, pattern = "line"))]
    pub folder: String,
    /// Bytes of the whole file, 1 to [`MAX_FILE_BYTES`].
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 104857600))]
    pub bytes: u64,
}

/// A text that somebody pastes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewText {
    /// The collection that it goes to; none for the first one.
    #[serde(default)]
    pub collection: Option<CollectionId>,
    /// 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "line"))]
    pub title: String,
    /// Markdown or plain text, 1 to 1,000,000 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1000000, pattern = "text"))]
    pub text: String,
    /// Words for it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 20))]
    pub tags: Vec<String>,
}

/// What became of a file or a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Given {
    /// The document.
    pub document: DocumentId,
    /// It was there already, with exactly this content, in the same collection: nothing was added.
    pub duplicate: bool,
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

/// What somebody changes of a document. None leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DocumentChange {
    /// Its title, 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "line"))]
    pub title: Option<String>,
    /// All its tags: at most 20 of 1 to 40 characters.
    #[cfg_attr(feature = "openapi", schema(max_items = 20))]
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

/// What a search found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchResult {
    /// The passages, best first; at most 10, and none if nothing is good enough.
    pub hits: Vec<Hit>,
    /// How they were found.
    pub mode: SearchMode,
}

/// A website that somebody wants to be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewWebsite {
    /// The collection that its pages go to; none for the first one.
    #[serde(default)]
    pub collection: Option<CollectionId>,
    /// Where it starts: an `http` or `https` address.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, pattern = "^\\s*[Hh][Tt][Tt][Pp][Ss]?:"))]
    pub start: String,
    /// Only addresses that begin so are fetched; empty for the folder that `start` is in.
    #[serde(default)]
    pub scope: String,
    /// At most so many pages, 1 to 500.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 500))]
    pub max_pages: u32,
    /// How often it is visited again, in hours; 0 for never.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(maximum = 8784))]
    pub every_hours: u32,
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

    #[test]
    fn a_place_is_named_as_people_name_it() {
        let place = |kind, label: &str, headings: &[&str]| Place {
            kind,
            number: 3,
            label: label.to_owned(),
            headings: headings.iter().map(|&heading| heading.to_owned()).collect(),
        };
        assert_eq!(place(PlaceKind::Page, "", &[]).describe(), "Page 3");
        assert_eq!(place(PlaceKind::Slide, "Pricing", &[]).describe(), "Slide 3: Pricing");
        assert_eq!(place(PlaceKind::Page, "", &["Security", "At rest"]).describe(), "Page 3, Security › At rest");
        assert_eq!(place(PlaceKind::Whole, "", &["Security"]).describe(), "Security");
        assert_eq!(place(PlaceKind::Whole, "", &[]).describe(), "");
    }
}

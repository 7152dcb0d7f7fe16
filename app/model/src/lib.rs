//! What both sides of Closezly know: identifiers, entities, the wire protocol of a live call, validation and
//! behaviour metrics.
//!
//! Architecture invariant: this crate does no I/O, reads no clock and makes no ids; it compiles to WASM. Everything that
//! crosses a wire is plain `serde` that survives both JSON and Postcard, so there are no internally tagged or untagged
//! enums and no skipped fields here.

#![warn(missing_docs)]

mod text_enum;

pub mod calls;
pub mod evidence;
pub mod identity;
pub mod ids;
pub mod insights;
pub mod knowledge;
pub mod metrics;
pub mod operations;
pub mod page;
pub mod playbook;
pub mod problem;
pub mod speech;
pub mod time;
pub mod validation;
pub mod wire;

pub use calls::{
    Bookmark, Call, CallFilter, CallHit, CallKind, CallPatch, CallSource, CallState, Channel, ConsentMethod, Cue, CueKind, CueState, Found,
    NewCall, OutlineLine, Partial, Participant, Preparation, Review, Segment, ShownReview, Skill, Track, TrackId, TranscriptJob, Utterance,
    Verbosity, Waveform, Word, understands,
};
pub use evidence::{Evidence, Span};
pub use identity::{ApiToken, NewApiToken, Organization, Person, Profile, ProgramSignIn, Role, Session, TokenScope};
pub use ids::{
    ApiTokenId, CallId, CollectionId, DocumentId, JobId, MemberId, OrganizationId, PersonId, SessionId, SignInId, UploadId, WebsiteId,
};
pub use insights::{ActionItem, Insights, OpenPromise, SummaryLine};
pub use knowledge::{
    Answer, AnswerLine, Binding, BindingKind, Citation, Collection, CollectionAccess, Document, DocumentChange, DocumentDetail,
    DocumentFilter, DocumentSource, DocumentState, DocumentUse, DocumentVersion, EmbeddingState, Given, Hit, KnowledgeOverview,
    KnowledgeSize, MAX_FILE_BYTES, MAX_QUESTION_CHARS, NewCollection, NewText, NewUpload, NewWebsite, Passage, Place, PlaceKind, Question,
    SearchMode, SearchResult, Step, StepName, Topic, Upload, Website, WebsiteState, steps,
};
pub use metrics::Metrics;
pub use operations::{
    FailedJob, FailedKind, FlagState, MemberFlag, Operations, QueueLoad, Retried, RetryKind, Scheduled, SetFlag, Storage,
};
pub use page::Page;
pub use playbook::{Detector, Negation, NewPlaybook, PlaybookContent, PlaybookDetail, PlaybookEntry, PlaybookVersion, Speaker};
pub use problem::{Code, Problem};
pub use speech::{Capabilities, Gate, Languages, NoRecognizerId, RecognizerChoice, RecognizerId};
pub use time::{Millis, UNDO_SECONDS};

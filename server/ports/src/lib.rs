//! What has several makers: clock, ids, keys, mail, recognizers, readers of documents, embedding models, judges of answers and of lines of talk, fetchers of web pages, storage of
//! files; and the sample call. KnowledgePorts live in `providers` and `documents`; tests bring their own.
//!
//! Architecture invariant: nothing here knows the database, an area or a vendor. Words leave for a provider as [`Outbound`] only, sound as
//! [`ConsentedAudio`] only.

#![warn(missing_docs)]

mod batch;
mod classifier;
mod consent;
mod embedder;
pub mod envelope;
pub mod files;
pub mod guard;
mod keys;
mod mail;
mod peers;
mod reader;
mod recognizer;
mod redaction;
mod reranker;
mod sample;
mod time;
mod web;

pub use batch::{BatchRecognizer, Progress, Recording};
pub use classifier::{ClassifyError, Line, LineClassifier};
pub use consent::{Consent, ConsentMissing, ConsentedAudio};
pub use embedder::{EmbedError, Embedder, EmbeddingModel, Embeddings};
pub use keys::{KeySource, KeySourceError};
pub use mail::{Mail, MailError, Mailer};
pub use peers::{PeerError, PeerSocket, Peers};
pub use reader::{DocumentReader, ReadDocument, ReadError};
pub use recognizer::{Audio, OpenStream, Recognizer, RecognizerError, RecognizerEvent, RecognizerStream};
pub use redaction::{Outbound, Redaction};
pub use reranker::{RerankError, Reranker};
pub use sample::{SampleCall, SampleTurn};
pub use time::{Clock, Ids, SystemClock, SystemIds};
pub use web::{FetchError, Scope, Want, WebFetcher, WebPage, WebRequest};

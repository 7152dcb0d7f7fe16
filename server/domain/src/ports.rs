//! What has several makers: clock, ids, mail, recognizers, readers of documents, embedding models, fetchers of web pages; and the sample call. Adapters live in `providers`; tests bring their own.

mod embedder;
mod mail;
mod reader;
mod recognizer;
mod sample;
mod time;
mod web;

pub use embedder::{EmbedError, Embedder, EmbeddingModel};
pub use mail::{Mail, MailError, Mailer};
pub use reader::{DocumentReader, ReadDocument, ReadError};
pub use recognizer::{Audio, Gate, OpenStream, Recognizer, RecognizerError, RecognizerEvent, RecognizerStream, Utterance};
pub use sample::{SampleCall, SampleTurn};
pub use time::{Clock, Ids, SystemClock, SystemIds};
pub use web::{FetchError, Scope, Want, WebFetcher, WebPage, WebRequest};

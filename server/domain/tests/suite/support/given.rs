//! What else stands behind the ports: a clock that is set forward, mails that are kept, nobody who reads, fetches or answers.

use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::knowledge::KnowledgePorts;
use ports::files::{Files, KeyRing};
use ports::{
    Clock, DocumentReader, Embeddings, FetchError, Mail, MailError, Mailer, Outbound, PeerError, PeerSocket, Peers, ReadDocument,
    ReadError, SystemClock, WebFetcher, WebPage, WebRequest,
};
use secrecy::SecretString;

use super::storage::{Mood, Moody};

/// The wall clock, set forward by hand.
#[derive(Clone, Default)]
pub struct Ahead(Arc<Mutex<TimeDelta>>);

impl Ahead {
    pub fn by(&self, more: TimeDelta) {
        *self.0.lock().unwrap() += more;
    }
}

impl Clock for Ahead {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + *self.0.lock().unwrap()
    }
}

#[derive(Default)]
pub struct Outbox(pub Mutex<Vec<Mail>>);

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, mail: &Outbound<Mail>) -> Result<(), MailError> {
        self.0.lock().unwrap().push(mail.get().clone());
        Ok(())
    }

    // A sign-up is there at once.
    fn delivers(&self) -> bool {
        false
    }
}

/// Stored files, and nobody who reads or fetches: these tests are about calls.
pub(super) fn knowledge(folder: &tempfile::TempDir, mood: &Arc<Mutex<Mood>>, embeddings: Option<Embeddings>) -> KnowledgePorts {
    let files = Moody::new(folder.path(), Arc::clone(mood));
    let nobody = Arc::new(Nobody);
    KnowledgePorts {
        files: Files::new(Arc::new(files), KeyRing::default()),
        reader: nobody.clone(),
        embeddings,
        embeddings_before: None,
        reranker: None,
        web: nobody,
    }
}

struct Nobody;

#[async_trait]
impl DocumentReader for Nobody {
    async fn read(&self, _: &Path, _: &str, _: Option<&SecretString>) -> Result<ReadDocument, ReadError> {
        Err(ReadError::Unsupported("Nobody reads here.".to_owned()))
    }
}

#[async_trait]
impl WebFetcher for Nobody {
    async fn fetch(&self, _: &WebRequest) -> Result<WebPage, FetchError> {
        Err(FetchError::TimedOut)
    }
}

/// These servers know of each other by the database only.
pub(super) struct NoPeers;

#[async_trait]
impl Peers for NoPeers {
    async fn open(&self, address: &str, _: &SecretString) -> Result<PeerSocket, PeerError> {
        Err(PeerError::Unreachable(address.to_owned()))
    }
}

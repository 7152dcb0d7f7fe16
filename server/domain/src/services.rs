//! What every function needs, in one value that is cheap to clone.

use std::path::PathBuf;
use std::sync::Arc;

use model::{RecognizerChoice, RecognizerKind};
use secrecy::SecretString;
use store::Store;

use crate::calls::live::Hosts;
use crate::identity::Revocations;
use crate::identity::limits::Limits;
use crate::knowledge::{Makers, Memory};
use crate::ports::{Clock, Ids, Mailer, Recognizer, SampleCall};

/// Settings of the domain, from the server's configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Folder of recordings and other files.
    pub files: PathBuf,
    /// Address under which people reach the server, without a slash at the end; links in mails start with it.
    pub public_url: String,
    /// Signs access tokens of the REST interface.
    pub token_key: SecretString,
    /// Whether strangers may sign up and open an organization.
    pub open_sign_up: bool,
}

/// Everything that a function works with.
#[derive(Clone)]
pub struct Services(Arc<Inner>);

struct Inner {
    config: Config,
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    mailer: Arc<dyn Mailer>,
    recognizers: Vec<Arc<dyn Recognizer>>,
    sample: Arc<SampleCall>,
    knowledge: Makers,
    knowledge_memory: Memory,
    limits: Limits,
    revocations: Revocations,
    hosts: Hosts,
}

/// The parts that [`Services`] is made of.
pub struct Parts {
    /// Settings.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn Ids>,
    /// Mail.
    pub mailer: Arc<dyn Mailer>,
    /// All recognizers that run on the server, available or not, in the order in which they are offered.
    pub recognizers: Vec<Arc<dyn Recognizer>>,
    /// The bundled sample call.
    pub sample: Arc<SampleCall>,
    /// Files, their reader, the embedding model and the web.
    pub knowledge: Makers,
}

impl Services {
    /// Puts the parts together. Starts nothing.
    pub fn new(parts: Parts) -> Self {
        let Parts { config, store, clock, ids, mailer, recognizers, sample, knowledge } = parts;
        let now = clock.now();
        let hosts = Hosts::new(ids.uuid(now).to_string(), now);
        Self(Arc::new(Inner {
            config,
            store,
            clock,
            ids,
            mailer,
            recognizers,
            sample,
            knowledge,
            knowledge_memory: Memory::default(),
            limits: Limits::default(),
            revocations: Revocations::default(),
            hosts,
        }))
    }

    /// Settings.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The time.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.0.clock.now()
    }

    /// A new id.
    pub fn uuid(&self) -> uuid::Uuid {
        self.0.ids.uuid(self.now())
    }

    /// 32 random bytes.
    pub fn secret(&self) -> [u8; 32] {
        self.0.ids.secret()
    }

    /// Mail.
    pub fn mailer(&self) -> &dyn Mailer {
        &*self.0.mailer
    }

    /// The recognizer of a kind, if it runs on the server.
    pub fn recognizer(&self, kind: RecognizerKind) -> Option<Arc<dyn Recognizer>> {
        self.0.recognizers.iter().find(|recognizer| recognizer.kind() == kind).cloned()
    }

    /// All recognizers that run on the server.
    pub fn recognizers(&self) -> impl Iterator<Item = RecognizerChoice> + '_ {
        self.0.recognizers.iter().map(|recognizer| recognizer.choice())
    }

    /// The bundled sample call.
    pub fn sample(&self) -> &Arc<SampleCall> {
        &self.0.sample
    }

    /// Files, their reader, the embedding model and the web.
    pub fn knowledge(&self) -> &Makers {
        &self.0.knowledge
    }

    /// What the knowledge area remembers while the server runs.
    pub(crate) fn knowledge_memory(&self) -> &Memory {
        &self.0.knowledge_memory
    }

    /// Rate limits.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Whose credentials were ended on this server.
    pub(crate) fn revocations(&self) -> &Revocations {
        &self.0.revocations
    }

    /// The live calls of this server.
    pub fn hosts(&self) -> &Hosts {
        &self.0.hosts
    }
}

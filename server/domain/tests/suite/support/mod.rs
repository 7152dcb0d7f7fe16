//! A whole domain on a throw-away folder: SQLite, files, a recognizer that does as it is told.

#![allow(dead_code, unused_imports, clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod given;
mod page;
mod recognizer;
mod storage;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use domain::Parts;
use domain::calls::LiveSettings;
use domain::identity::{self, SignUp, SignedUp};
use domain::{Actor, Client, Config, Kernel, Membership, calls};
use futures::StreamExt;
use model::wire::{ClientMessage, Frame, Hello};
use model::{Call, Channel, ConsentMethod, NewCall, RecognizerId, TrackId};
use ports::files::KeyRing;
use ports::{Embeddings, SampleCall, SystemIds};
use store::recording::RecordingReader;
use store::testing::{self, TestStore};
use store::{Engine, Store};
use tokio::sync::mpsc;

use self::given::{NoPeers, knowledge};

pub use self::given::{Ahead, Outbox};
pub use self::page::{TestPage, frame, hello};
pub use self::recognizer::{Behaviour, Scripted};
pub use self::storage::Mood;

pub struct TestApp {
    pub services: Kernel,
    pub scope: Actor,
    pub heard: Arc<Mutex<Vec<usize>>>,
    pub clock: Ahead,
    folder: Arc<tempfile::TempDir>,
    manner: Behaviour,
    /// Its own database, where that is not the file in the folder.
    database: Option<Arc<TestStore>>,
    storage: Option<Storage>,
}

/// What the servers of an installation share besides their database.
#[derive(Clone)]
pub struct Storage {
    folder: Arc<tempfile::TempDir>,
    mood: Arc<Mutex<Mood>>,
}

impl TestApp {
    pub async fn new(manner: Behaviour) -> Self {
        Self::thinking(manner, None).await
    }

    /// One with an embedding model.
    pub async fn thinking(manner: Behaviour, embeddings: Option<Embeddings>) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let store = store(&folder).await;
        Self::at(folder, store, manner, embeddings).await
    }

    /// One on an engine.
    pub async fn on(engine: Engine) -> Self {
        Self::on_with(engine, Behaviour::Works).await
    }

    /// One on an engine, with a recognizer of a manner.
    pub async fn on_with(engine: Engine, manner: Behaviour) -> Self {
        let database = testing::open(engine).await;
        let house = Self::at(Arc::new(tempfile::tempdir().unwrap()), database.store(), manner, None).await;
        Self { database: Some(Arc::new(database)), ..house }
    }

    /// One of several servers of an installation on one PostgreSQL, with a storage that all of them reach.
    pub async fn of_fleet(manner: Behaviour) -> Self {
        let (database, storage) =
            (testing::open(Engine::Postgres).await, Storage { folder: Arc::new(tempfile::tempdir().unwrap()), mood: Arc::default() });
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let clock = Ahead::default();
        let member = Some(member_of(&storage, &folder));
        let (services, heard) = services_of(&folder, database.store(), manner, None, &clock, member);
        let scope = sign_up(&services, "ann@example.com").await;
        Self { services, scope, heard, clock, folder, manner, database: Some(Arc::new(database)), storage: Some(storage) }
    }

    /// Another server of that installation.
    pub async fn another(&self, manner: Behaviour) -> Self {
        self.server_of(Arc::new(tempfile::tempdir().unwrap()), manner, self.clock.clone()).await
    }

    /// Another server of that installation, whose clock is another one's.
    pub async fn another_by(&self, clock: Ahead, manner: Behaviour) -> Self {
        self.server_of(Arc::new(tempfile::tempdir().unwrap()), manner, clock).await
    }

    /// A server of the same installation in this one's folder, after this one's process died.
    pub async fn back(&self, other: &Self, manner: Behaviour) -> Self {
        other.server_of(Arc::clone(&self.folder), manner, self.clock.clone()).await
    }

    async fn server_of(&self, folder: Arc<tempfile::TempDir>, manner: Behaviour, clock: Ahead) -> Self {
        let database = Store::connect(self.database.as_ref().unwrap().url()).await.unwrap();
        let storage = self.storage.clone().unwrap();
        let (services, heard) = services_of(&folder, database, manner, None, &clock, Some(member_of(&storage, &folder)));
        let (scope, database) = (self.scope.clone(), self.database.clone());
        Self { services, scope, heard, clock, folder, manner, database, storage: Some(storage) }
    }

    /// Another server on the same database, with a folder of its own. Both say that they are there.
    pub async fn beside(&self, manner: Behaviour) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let database = Store::connect(self.database.as_ref().unwrap().url()).await.unwrap();
        let (services, heard) = services(&folder, database, manner, None, &self.clock);
        for services in [self.services.clone(), services.clone()] {
            tokio::spawn(async move { domain::keep_lease(&services).await });
        }
        Self { services, scope: self.scope.clone(), heard, clock: self.clock.clone(), folder, manner, database: None, storage: None }
    }

    async fn at(folder: Arc<tempfile::TempDir>, store: Store, manner: Behaviour, embeddings: Option<Embeddings>) -> Self {
        let clock = Ahead::default();
        let (services, heard) = services(&folder, store, manner, embeddings, &clock);
        let scope = sign_up(&services, "ann@example.com").await;
        Self { services, scope, heard, clock, folder, manner, database: None, storage: None }
    }

    /// The same house after the process died: new services on the same folder.
    pub async fn reborn(&self) -> Self {
        self.again(self.manner).await
    }

    /// The same folder with a recognizer of another manner, and without a model.
    pub async fn again(&self, manner: Behaviour) -> Self {
        let (services, heard) = services(&self.folder, store(&self.folder).await, manner, None, &self.clock);
        let (scope, clock, folder) = (self.scope.clone(), self.clock.clone(), Arc::clone(&self.folder));
        Self { services, scope, heard, clock, folder, manner, database: None, storage: None }
    }

    /// The same house as somebody else lives in it.
    pub fn as_other(&self, scope: Actor) -> Self {
        let (services, heard, clock, folder) = (self.services.clone(), self.heard.clone(), self.clock.clone(), Arc::clone(&self.folder));
        Self { services, scope, heard, clock, folder, manner: self.manner, database: None, storage: None }
    }

    /// Its own database, of a house [`on`](Self::on) an engine.
    pub fn database(&self) -> &TestStore {
        self.database.as_ref().unwrap()
    }

    /// How the storage is from now on that the servers share.
    pub fn storage_is(&self, mood: Mood) {
        *self.storage.as_ref().unwrap().mood.lock().unwrap() = mood;
    }

    /// The storage's folder.
    pub fn stored(&self) -> PathBuf {
        self.storage.as_ref().unwrap().folder.path().to_owned()
    }

    pub fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    pub async fn call(&self) -> Call {
        self.call_with(RecognizerId::known("command")).await
    }

    pub async fn call_with(&self, recognizer: RecognizerId) -> Call {
        let new = NewCall { recognizer, consent_how: Some(ConsentMethod::NobodyElse), ..NewCall::default() };
        calls::create(&self.services, &self.scope, new).await.unwrap()
    }

    pub fn log(&self, call: &Call, channel: Channel) -> PathBuf {
        self.files().join("recordings").join(call.organization_id.to_string()).join(call.id.to_string()).join(format!("{channel}.log"))
    }

    pub async fn page(&self, call: &Call, name: &str) -> TestPage {
        self.join(hello(call, name)).await
    }

    pub async fn join(&self, hello: Hello) -> TestPage {
        let (sender, messages) = mpsc::unbounded_channel();
        sender.send(Ok(ClientMessage::Hello(hello))).unwrap();
        let messages = futures::stream::unfold(messages, |mut messages| async { messages.recv().await.map(|message| (message, messages)) });
        let answers = calls::live::attach(&self.services, &self.scope, messages.boxed()).await;
        TestPage::new(sender, answers)
    }
}

/// The file in the folder.
async fn store(folder: &tempfile::TempDir) -> Store {
    let store = Store::connect(&format!("sqlite:{}", folder.path().join("closezly.db").display())).await.unwrap();
    store.migrate().await.unwrap();
    store
}

fn services(
    folder: &tempfile::TempDir,
    store: Store,
    manner: Behaviour,
    embeddings: Option<Embeddings>,
    clock: &Ahead,
) -> (Kernel, Arc<Mutex<Vec<usize>>>) {
    services_of(folder, store, manner, embeddings, clock, None)
}

/// How a server is one of several, and the storage that they share.
fn member_of(storage: &Storage, folder: &tempfile::TempDir) -> (Membership, Storage) {
    let node = folder.path().display().to_string();
    (Membership { address: "http://127.0.0.1:9".to_owned(), node }, storage.clone())
}

fn services_of(
    folder: &tempfile::TempDir,
    store: Store,
    manner: Behaviour,
    embeddings: Option<Embeddings>,
    clock: &Ahead,
    member: Option<(Membership, Storage)>,
) -> (Kernel, Arc<Mutex<Vec<usize>>>) {
    let (membership, storage) = member.unzip();
    let recognizer = Scripted::new(manner);
    let heard = Arc::clone(&recognizer.heard);
    let services = domain::assemble(Parts {
        config: Config {
            files: folder.path().join("files"),
            public_url: "http://localhost:3000".into(),
            token_key: "a key that is long enough for a test".to_owned().into(),
            open_sign_up: true,
            refused_passwords: None,
            storage_quota: None,
            live: LiveSettings::default(),
        },
        store,
        clock: Arc::new(clock.clone()),
        ids: Arc::new(SystemIds),
        mailer: Arc::new(Outbox::default()),
        recognizers: vec![Arc::new(recognizer)],
        sample: Arc::new(SampleCall::default()),
        classifier: None,
        knowledge: {
            let mood = storage.as_ref().map(|storage| Arc::clone(&storage.mood)).unwrap_or_default();
            knowledge(storage.as_ref().map_or(folder, |storage| &storage.folder), &mood, embeddings)
        },
        vault: KeyRing::default(),
        membership,
        peers: Arc::new(NoPeers),
    });
    (services, heard)
}

pub async fn sign_up(services: &Kernel, email: &str) -> Actor {
    let form = SignUp { name: "Ann".into(), email: email.into(), organization: "Acme".into(), password: "correct horse battery".into() };
    match identity::sign_up(services, &Client::default(), None, form).await.unwrap() {
        SignedUp::In(signed_in) => signed_in.actor,
        SignedUp::ByMail(email) => panic!("a mail went to {email}"),
    }
}

/// Asserts that a channel's recording has exactly the frames before `next`, each once, in order.
pub fn assert_recorded(house: &TestApp, call: &Call, channel: Channel, next: u32) {
    let reader = RecordingReader::open(house.log(call, channel)).unwrap();
    let frames: Vec<Frame> = reader.frames(TrackId::usual(channel)).map(Result::unwrap).collect();
    let sent: Vec<Frame> = (0..next).map(|sequence| frame(channel, sequence)).collect();
    assert_eq!(frames, sent);
}

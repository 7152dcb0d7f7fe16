//! A whole domain on a throw-away folder: SQLite, files, a recognizer that does as it is told.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::Parts;
use domain::identity::{self, SignUp, SignedUp};
use domain::knowledge::Makers;
use domain::{Actor, Client, Config, Kernel, Membership, calls};
use futures::StreamExt;
use futures::stream::BoxStream;
use model::wire::{CallEvent, ClientMessage, FRAME_SAMPLES, Frame, Hello, Part, ServerMessage, Welcome};
use model::{Call, Capabilities, Channel, ConsentMethod, Millis, NewCall, Problem, RecognizerChoice, RecognizerId, Utterance};
use ports::files::{Files, KeyRing};
use ports::{
    Audio, Clock, DocumentReader, Embeddings, FetchError, Mail, MailError, Mailer, OpenStream, Outbound, ReadDocument, ReadError,
    Recognizer, RecognizerError, RecognizerEvent, RecognizerStream, SampleCall, SystemClock, SystemIds, WebFetcher, WebPage, WebRequest,
};
use secrecy::SecretString;
use store::recording::RecordingReader;
use store::testing::{self, TestStore};
use store::{Engine, Store};
use tokio::sync::mpsc;

/// What the recognizer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Says one sentence for every second of audio.
    Works,
    /// The first stream of each channel breaks after a second of audio; later ones work.
    CrashesOnce,
    /// Can never be opened.
    Broken,
    /// Takes no audio.
    Hangs,
    /// Reads the frames' numbers and says one numbered word for every ten of them, each after so many milliseconds.
    Counts(u64),
}

pub struct Scripted {
    manner: Manner,
    opened: AtomicU32,
    /// Samples that each opened stream was given.
    pub heard: Arc<Mutex<Vec<usize>>>,
}

#[async_trait]
impl Recognizer for Scripted {
    fn id(&self) -> RecognizerId {
        RecognizerId::known("command")
    }

    fn choice(&self) -> RecognizerChoice {
        let (id, capabilities) = (self.id(), self.capabilities());
        RecognizerChoice { id, label: "Scripted".into(), unavailable: None, note: String::new(), capabilities }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { streaming: true, ..Capabilities::NONE }
    }

    async fn open(&self, request: OpenStream) -> Result<RecognizerStream, RecognizerError> {
        let count = self.opened.fetch_add(1, Ordering::SeqCst);
        if self.manner == Manner::Broken {
            return Err(RecognizerError::NotConfigured("it is broken".into()));
        }
        let crashes = self.manner == Manner::CrashesOnce && count == 0;
        let (audio, mut pushed) = mpsc::channel(8);
        let (out, events) = mpsc::channel(8);
        let heard = Arc::clone(&self.heard);
        let index = {
            let mut heard = heard.lock().unwrap();
            heard.push(0);
            heard.len() - 1
        };
        let hangs = self.manner == Manner::Hangs;
        if let Manner::Counts(pace) = self.manner {
            tokio::spawn(count_frames(pushed, out, Duration::from_millis(pace)));
            return Ok(RecognizerStream { audio, events });
        }
        tokio::spawn(async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            let mut samples = 0;
            let mut said = 0;
            while let Some(input) = pushed.recv().await {
                let Audio::Samples(piece) = input else { break };
                samples += piece.samples().len();
                heard.lock().unwrap()[index] = samples;
                if crashes && samples >= 16_000 {
                    let _ = out.send(Err(RecognizerError::Crashed("as told".into()))).await;
                    return;
                }
                while samples >= (said + 1) * 16_000 {
                    let utterance = sentence(request.channel, said);
                    let _ = out.send(Ok(RecognizerEvent::Partial(Utterance { text: "a".into(), ..utterance.clone() }))).await;
                    let _ = out.send(Ok(RecognizerEvent::Final(utterance))).await;
                    said += 1;
                }
            }
        });
        Ok(RecognizerStream { audio, events })
    }
}

/// Says `word N` when it has heard frame 10 N + 9: a word that comes twice, or never, can be told.
async fn count_frames(mut pushed: mpsc::Receiver<Audio>, out: mpsc::Sender<Result<RecognizerEvent, RecognizerError>>, pace: Duration) {
    let mut samples = 0_i64;
    while let Some(Audio::Samples(piece)) = pushed.recv().await {
        samples += piece.samples().len() as i64;
        let number = i64::from(piece.samples()[0]) - 1;
        if number >= 0 && number % 10 == 9 {
            tokio::time::sleep(pace).await;
            let end = Millis(samples / 16);
            let start = Millis((end.0 - 1_000).max(0));
            let utterance = Utterance { text: format!("word {}", number / 10), start, end, confidence: 0.9, words: Vec::new() };
            if out.send(Ok(RecognizerEvent::Final(utterance))).await.is_err() {
                return;
            }
        }
    }
}

fn sentence(channel: Channel, index: usize) -> Utterance {
    let text = match (channel, index % 3) {
        (Channel::Customer, 0) => "honestly it is too expensive for us",
        (Channel::Customer, 1) => "we are already using another tool",
        (Channel::Customer, _) => "could you send me the contract",
        (Channel::Rep, 0) => "what are you using today for your calls",
        (Channel::Rep, 1) => "i will send you the deck by friday",
        (Channel::Rep, _) => "that makes sense thank you",
    };
    let start = Millis(index as i64 * 1_000 + 100);
    Utterance { text: text.into(), start, end: start + Millis(800), confidence: 0.9, words: Vec::new() }
}

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

pub struct House {
    pub services: Kernel,
    pub scope: Actor,
    pub heard: Arc<Mutex<Vec<usize>>>,
    pub clock: Ahead,
    folder: Arc<tempfile::TempDir>,
    manner: Manner,
    /// Its own database, where that is not the file in the folder.
    database: Option<TestStore>,
    storage: Option<Arc<tempfile::TempDir>>,
}

impl House {
    pub async fn new(manner: Manner) -> Self {
        Self::thinking(manner, None).await
    }

    /// One with an embedding model.
    pub async fn thinking(manner: Manner, embeddings: Option<Embeddings>) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let store = store(&folder).await;
        Self::at(folder, store, manner, embeddings).await
    }

    /// One on an engine.
    pub async fn on(engine: Engine) -> Self {
        Self::on_with(engine, Manner::Works).await
    }

    /// One on an engine, with a recognizer of a manner.
    pub async fn on_with(engine: Engine, manner: Manner) -> Self {
        let database = testing::open(engine).await;
        let house = Self::at(Arc::new(tempfile::tempdir().unwrap()), database.store(), manner, None).await;
        Self { database: Some(database), ..house }
    }

    /// One of several servers of an installation on one PostgreSQL, with a storage that all of them reach.
    pub async fn of_fleet(manner: Manner) -> Self {
        let (database, storage) = (testing::open(Engine::Postgres).await, Arc::new(tempfile::tempdir().unwrap()));
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let clock = Ahead::default();
        let member = Some(member_of(&storage));
        let (services, heard) = services_of(&folder, database.store(), manner, None, &clock, member);
        let scope = sign_up(&services, "ann@example.com").await;
        Self { services, scope, heard, clock, folder, manner, database: Some(database), storage: Some(storage) }
    }

    /// Another server of that installation.
    pub async fn another(&self, manner: Manner) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let database = Store::connect(self.database.as_ref().unwrap().url()).await.unwrap();
        let storage = self.storage.clone().unwrap();
        let (services, heard) = services_of(&folder, database, manner, None, &self.clock, Some(member_of(&storage)));
        let (scope, clock) = (self.scope.clone(), self.clock.clone());
        Self { services, scope, heard, clock, folder, manner, database: None, storage: Some(storage) }
    }

    /// Another server on the same database, with a folder of its own. Both say that they are there.
    pub async fn beside(&self, manner: Manner) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let database = Store::connect(self.database.as_ref().unwrap().url()).await.unwrap();
        let (services, heard) = services(&folder, database, manner, None, &self.clock);
        for services in [self.services.clone(), services.clone()] {
            tokio::spawn(async move { domain::keep_lease(&services).await });
        }
        Self { services, scope: self.scope.clone(), heard, clock: self.clock.clone(), folder, manner, database: None, storage: None }
    }

    async fn at(folder: Arc<tempfile::TempDir>, store: Store, manner: Manner, embeddings: Option<Embeddings>) -> Self {
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
    pub async fn again(&self, manner: Manner) -> Self {
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
        TestPage { sender: Some(sender), answers, acks: [0, 0], notices: Vec::new(), said: Vec::new(), passed: VecDeque::new() }
    }
}

/// Stored files, and nobody who reads or fetches: these tests are about calls.
fn knowledge(folder: &tempfile::TempDir, embeddings: Option<Embeddings>) -> Makers {
    let files = object_store::local::LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    let nobody = Arc::new(Nobody);
    Makers {
        files: Files::new(Arc::new(files), KeyRing::default()),
        reader: nobody.clone(),
        embeddings,
        embeddings_before: None,
        web: nobody,
    }
}

struct Nobody;

/// These servers know of each other by the database only.
struct NoPeers;

#[async_trait]
impl ports::Peers for NoPeers {
    async fn open(&self, address: &str, _: &SecretString) -> Result<ports::PeerSocket, ports::PeerError> {
        Err(ports::PeerError::Unreachable(address.to_owned()))
    }
}

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

/// The file in the folder.
async fn store(folder: &tempfile::TempDir) -> Store {
    let store = Store::connect(&format!("sqlite:{}", folder.path().join("closezly.db").display())).await.unwrap();
    store.migrate().await.unwrap();
    store
}

fn services(
    folder: &tempfile::TempDir,
    store: Store,
    manner: Manner,
    embeddings: Option<Embeddings>,
    clock: &Ahead,
) -> (Kernel, Arc<Mutex<Vec<usize>>>) {
    services_of(folder, store, manner, embeddings, clock, None)
}

/// How a server is one of several, and the storage that they share.
fn member_of(storage: &Arc<tempfile::TempDir>) -> (Membership, Arc<tempfile::TempDir>) {
    let node = uuid::Uuid::now_v7().to_string();
    (Membership { address: "http://127.0.0.1:9".to_owned(), node }, Arc::clone(storage))
}

fn services_of(
    folder: &tempfile::TempDir,
    store: Store,
    manner: Manner,
    embeddings: Option<Embeddings>,
    clock: &Ahead,
    member: Option<(Membership, Arc<tempfile::TempDir>)>,
) -> (Kernel, Arc<Mutex<Vec<usize>>>) {
    let (membership, storage) = member.unzip();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let recognizer = Scripted { manner, opened: AtomicU32::new(0), heard: Arc::clone(&heard) };
    let services = domain::assemble(Parts {
        config: Config {
            files: folder.path().join("files"),
            public_url: "http://localhost:3000".into(),
            token_key: "a key that is long enough for a test".to_owned().into(),
            open_sign_up: true,
        },
        store,
        clock: Arc::new(clock.clone()),
        ids: Arc::new(SystemIds),
        mailer: Arc::new(Outbox::default()),
        recognizers: vec![Arc::new(recognizer)],
        sample: Arc::new(SampleCall::default()),
        knowledge: knowledge(storage.as_deref().unwrap_or(folder), embeddings),
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

pub fn hello(call: &Call, page: &str) -> Hello {
    Hello { call: call.id, part: Part::Source, page: page.into(), take_over: false, last_event: 0 }
}

pub fn frame(channel: Channel, sequence: u32) -> Frame {
    let sample = (i64::from(sequence) + 1).to_le_bytes();
    let pcm = (0..FRAME_SAMPLES * 2).map(|index| sample[index % 2]).collect();
    Frame { channel, sequence, captured_at: Millis(i64::from(sequence) * 100), pcm }
}

/// Asserts that a channel's recording has exactly the frames before `next`, each once, in order.
pub fn assert_recorded(house: &House, call: &Call, channel: Channel, next: u32) {
    let reader = RecordingReader::open(house.log(call, channel)).unwrap();
    let frames: Vec<Frame> = reader.frames(channel).map(Result::unwrap).collect();
    let sent: Vec<Frame> = (0..next).map(|sequence| frame(channel, sequence)).collect();
    assert_eq!(frames, sent);
}

/// A page of a call.
pub struct TestPage {
    sender: Option<mpsc::UnboundedSender<Result<ClientMessage, Problem>>>,
    answers: BoxStream<'static, ServerMessage>,
    acks: [u32; 2],
    /// What people were told so far.
    pub notices: Vec<String>,
    /// Texts of the lines that came, in small letters.
    pub said: Vec<String>,
    /// Events that came while an ack was waited for.
    passed: VecDeque<CallEvent>,
}

impl TestPage {
    pub fn say(&self, message: ClientMessage) {
        let _ = self.sender.as_ref().unwrap().send(Ok(message));
    }

    pub fn frames(&self, channel: Channel, sequences: std::ops::Range<u32>) {
        for sequence in sequences {
            self.say(ClientMessage::Frame(frame(channel, sequence)));
        }
    }

    /// The next message; fails after ten seconds.
    pub async fn next(&mut self) -> Option<ServerMessage> {
        let message = tokio::time::timeout(Duration::from_secs(20), self.answers.next()).await.expect("the server answers");
        if let Some(ServerMessage::Ack { channel, next }) = &message {
            self.acks[channel.index()] = *next;
        }
        if let Some(ServerMessage::Event { event: CallEvent::Notice { message, .. }, .. }) = &message {
            self.notices.push(message.clone());
        }
        if let Some(ServerMessage::Event { event: CallEvent::Segment(segment), .. }) = &message {
            self.said.push(segment.text.to_lowercase());
        }
        message
    }

    pub async fn welcome(&mut self) -> Welcome {
        match self.next().await {
            Some(ServerMessage::Welcome(welcome)) => welcome,
            other => panic!("no welcome: {other:?}"),
        }
    }

    pub async fn refused(&mut self) -> Problem {
        loop {
            match self.next().await {
                Some(ServerMessage::Refused(problem)) => return problem,
                None => panic!("not refused"),
                Some(_) => {}
            }
        }
    }

    pub async fn rejected(&mut self) -> Problem {
        loop {
            match self.next().await {
                Some(ServerMessage::Rejected(problem)) => return problem,
                None => panic!("not rejected"),
                Some(_) => {}
            }
        }
    }

    /// Waits until the server expects frame `next` of a channel.
    pub async fn acked(&mut self, channel: Channel, next: u32) {
        if self.acks[channel.index()] != next {
            self.acked_again(channel, next).await;
        }
    }

    /// Waits until the server says (again) that it expects frame `next` of a channel.
    pub async fn acked_again(&mut self, channel: Channel, next: u32) {
        loop {
            match self.next().await {
                Some(ServerMessage::Ack { channel: acked, next: at }) if acked == channel && at == next => return,
                Some(ServerMessage::Event { event, .. }) => self.passed.push_back(event),
                None => panic!("the socket ended before frame {next} was acked"),
                Some(_) => {}
            }
        }
    }

    /// Waits for an event.
    pub async fn event(&mut self, wanted: impl Fn(&CallEvent) -> bool) -> CallEvent {
        while let Some(event) = self.passed.pop_front() {
            if wanted(&event) {
                return event;
            }
        }
        loop {
            match self.next().await {
                Some(ServerMessage::Event { event, .. }) if wanted(&event) => return event,
                None => panic!("the socket ended before the event came"),
                Some(_) => {}
            }
        }
    }
}

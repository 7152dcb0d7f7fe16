//! A whole server on a loopback port: real router, real database, real files; only clock, ids, mail and recognizers are
//! the test's own.

#![allow(dead_code, unused_imports, clippy::unwrap_used, clippy::expect_used, reason = "a set-up that fails is a failed test")]

mod browser;
mod given;
mod program;

use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{TimeZone, Utc};
use domain::Kernel;
use domain::Parts;
use ports::Recognizer;
use providers::speech::SampleTranscript;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use server::config::{Config, Settings};
use server::{Server, lifecycle, wiring};
use store::Engine;
use store::testing::TestStore;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use browser::{Browser, cookie_value, location, set_cookie};
pub use given::{Outbox, TestClock, TestIds};
pub use program::{Answer, Program};

/// A password that the rules take.
pub const PASSWORD: &str = "correct horse battery";

/// What a test may want otherwise.
pub struct Setup {
    /// Which database.
    pub engine: Engine,
    /// Settings over the defaults; `listen`, `data_dir` and `database_url` are the test's own.
    pub settings: Settings,
    /// Recognizers before the sample's.
    pub recognizers: Vec<Arc<dyn Recognizer>>,
    /// Whether mails reach people, so that a sign-up waits for its link; else the account is there at once.
    pub delivers: bool,
    /// A model, where meaning counts too.
    pub embeddings: Option<ports::Embeddings>,
    /// The model before it.
    pub embeddings_before: Option<Arc<dyn ports::Embedder>>,
    /// A model that tells what answers; else words alone do.
    pub reranker: Option<Arc<dyn ports::Reranker>>,
    /// Tells what is meant by lines of calls; none: phrases alone.
    pub classifier: Option<Arc<dyn ports::LineClassifier>>,
    /// Whether workers and the relay sleep until a bell wakes them.
    pub only_when_woken: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            engine: Engine::Sqlite,
            settings: Settings::default(),
            recognizers: Vec::new(),
            delivers: false,
            embeddings: None,
            embeddings_before: None,
            reranker: None,
            classifier: None,
            only_when_woken: false,
        }
    }
}

/// A running server.
pub struct TestServer {
    /// The time.
    pub clock: Arc<TestClock>,
    /// Mails.
    pub outbox: Arc<Outbox>,
    /// The domain behind the server.
    pub services: Kernel,
    /// Where it listens.
    pub address: SocketAddr,
    stop: CancellationToken,
    running: Option<JoinHandle<anyhow::Result<()>>>,
    database: String,
    /// Goes with the server that made it.
    store: Option<TestStore>,
    folder: TempDir,
}

impl TestServer {
    /// On SQLite, with the defaults.
    pub async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    /// As the test wants it.
    pub async fn with(setup: Setup) -> Self {
        let store = store::testing::open(setup.engine).await;
        let clock = Arc::new(TestClock(Mutex::new(Utc.with_ymd_and_hms(2026, 11, 2, 9, 0, 0).unwrap())));
        let (opened, database) = (store.store(), store.url().to_owned());
        let mut server = Self::on(opened, database, setup, clock, TestIds::default()).await;
        server.store = Some(store);
        server
    }

    /// Lets the time go by in which a deletion can be undone, and waits until what was deleted is gone.
    pub async fn undo_is_over(&self, is_gone: impl Fn() -> bool) {
        self.clock.advance(chrono::TimeDelta::seconds(model::UNDO_SECONDS + 1));
        let begun = Instant::now();
        while !is_gone() {
            assert!(begun.elapsed() < Duration::from_secs(30), "what was deleted is still there");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Another server on the same database (of SQLite: once this one has stopped), by the same clock, with a folder of its own.
    pub async fn beside(&self) -> Self {
        let opened = store::Store::connect(&self.database).await.unwrap();
        let ids = TestIds(AtomicU64::new(1 << 32));
        // People reach both by the one address.
        let settings = Settings { public_url: Some(self.services.public_url().to_owned()), ..Settings::default() };
        Self::on(opened, self.database.clone(), Setup { settings, ..Setup::default() }, self.clock.clone(), ids).await
    }

    async fn on(store: store::Store, database: String, setup: Setup, clock: Arc<TestClock>, ids: TestIds) -> Self {
        let folder = TempDir::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = setup.settings;
        settings.listen = Some(address);
        settings.data_dir = Some(folder.path().to_owned());
        settings.site_dir.get_or_insert_with(|| folder.path().join("site"));
        // Tests come from this computer; with this header they can come from anywhere.
        settings.client_address_header.get_or_insert_with(|| "x-forwarded-for".to_owned());
        let config = Config::from_settings(settings).unwrap();
        let outbox = Arc::new(Outbox::new(setup.delivers));
        let mut recognizers = setup.recognizers;
        recognizers.push(Arc::new(SampleTranscript::new(providers::sample::call())));
        let files = wiring::stored_files(&config).unwrap();
        // What this machine has installed by accident changes no test.
        let reader = documents::ChildReader::new(env!("CARGO_BIN_EXE_closezly"), ["extract-document"], documents::Limits::default());
        let reader = reader.with_programs(documents::Programs::default());
        let services = domain::assemble(Parts {
            config: wiring::domain_config(&config, "a key that only tests have, 32+ bytes".to_owned().into()).unwrap(),
            store,
            clock: clock.clone(),
            ids: Arc::new(ids),
            mailer: outbox.clone(),
            recognizers,
            sample: providers::sample::call(),
            classifier: setup.classifier,
            knowledge: domain::knowledge::KnowledgePorts {
                files,
                reader: Arc::new(reader),
                reranker: setup.reranker,
                embeddings: setup.embeddings,
                embeddings_before: setup.embeddings_before,
                web: Arc::new(wiring::web(&config).unwrap()),
            },
            vault: wiring::vault_keys(&config).unwrap(),
            membership: None,
            peers: Arc::new(providers::peers::WebSocketPeers),
        });
        if setup.only_when_woken {
            services.look_only_when_woken();
        }
        let stop = CancellationToken::new();
        let server = Server::new(config, services.clone()).unwrap();
        let running = tokio::spawn(lifecycle::run(server, listener, stop.clone()));
        Self { clock, outbox, services, address, stop, running: Some(running), database, store: None, folder }
    }

    /// Address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Its database, of the first server on it.
    pub fn store(&self) -> &TestStore {
        self.store.as_ref().unwrap()
    }

    /// Address of its database, for a second connection.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Folder of the data.
    pub fn data(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Runs every job that is due.
    pub async fn run_jobs(&self) {
        while domain::run_due(&self.services).await.unwrap() > 0 {}
    }

    /// Stops it as a signal would; how long it took.
    pub async fn stop(&mut self) -> Duration {
        let started = Instant::now();
        self.stop.cancel();
        self.running.take().expect("it runs").await.unwrap().unwrap();
        started.elapsed()
    }

    /// A program without a token.
    pub fn program(&self) -> Program {
        Program::of(&self.url(""))
    }

    /// A program that has signed up as the owner of a new organization.
    pub async fn owner(&self, name: &str) -> Program {
        let program = self.program();
        let body = json!({ "name": name, "email": email(name), "organization": format!("{name}'s"), "password": PASSWORD });
        let answer = program.post("/api/v1/auth/register", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        program.with_token(answer.body["data"]["access_token"].as_str().unwrap())
    }

    /// A program of somebody with this role in `of`'s organization: there are no invitations yet, so straight in the (SQLite)
    /// database.
    pub async fn colleague(&self, of: &Program, name: &str, role: &str) -> Program {
        let me = |answer: Answer| answer.body["data"].clone();
        let newcomer = self.owner(name).await;
        let (owner, person) = (me(of.get("/api/v1/auth/me").await), me(newcomer.get("/api/v1/auth/me").await));
        let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(self.database()).await.unwrap();
        for tied in ["sessions", "refresh_tokens"] {
            let forget = sqlx::AssertSqlSafe(format!("DELETE FROM {tied} WHERE member_id = ?"));
            sqlx::query(forget).bind(uuid(&person["member"])).execute(&mut connection).await.unwrap();
        }
        let changed = sqlx::query("UPDATE members SET organization_id = ?, role = ? WHERE id = ?")
            .bind(uuid(&owner["organization"]["id"]))
            .bind(role)
            .bind(uuid(&person["member"]))
            .execute(&mut connection)
            .await
            .unwrap();
        assert_eq!(changed.rows_affected(), 1);
        let body = json!({ "email": email(name), "password": PASSWORD });
        let answer = self.program().post("/api/v1/auth/login", body).await;
        self.program().with_token(answer.body["data"]["access_token"].as_str().unwrap_or_else(|| panic!("{:?}", answer.body)))
    }

    /// A browser with JavaScript off.
    pub fn browser(&self) -> Browser {
        Browser::of(self.url(""))
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The mail address that goes with a name.
pub fn email(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase())
}

fn uuid(value: &Value) -> Uuid {
    value.as_str().unwrap_or_else(|| panic!("no id: {value}")).parse().unwrap()
}

fn client(cookies: bool) -> Client {
    // Without decompression: what comes is looked at as it comes.
    Client::builder().redirect(Policy::none()).cookie_store(cookies).no_proxy().no_gzip().build().unwrap()
}

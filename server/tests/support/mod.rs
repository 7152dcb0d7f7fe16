//! A whole server on a loopback port: real router, real database, real files; only clock, ids, mail and recognizers are
//! the test's own.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "a set-up that fails is a failed test")]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::Kernel;
use domain::Parts;
use ports::{Clock, Ids, Mail, MailError, Mailer, Outbound, Recognizer};
use providers::speech::SampleTranscript;
use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use server::config::{Config, Settings};
use server::{Server, lifecycle, wiring};
use sha2::{Digest, Sha256};
use store::Engine;
use store::testing::TestStore;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A password that the rules take.
pub const PASSWORD: &str = "correct horse battery";

/// A clock that stands until it is moved.
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    /// Moves it on.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// The same ids and secrets in every run.
#[derive(Default)]
pub struct TestIds(AtomicU64);

impl Ids for TestIds {
    fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        let mut random = [0; 10];
        random[2..].copy_from_slice(&count.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(now.timestamp_millis().unsigned_abs(), &random).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        Sha256::digest(self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes()).into()
    }
}

/// Mails that would have been sent.
pub struct Outbox {
    mails: Mutex<Vec<Mail>>,
    delivers: bool,
    /// What the mail server says instead of taking a mail.
    trouble: Mutex<Option<fn() -> MailError>>,
    asked: AtomicU64,
}

impl Outbox {
    /// The mails so far.
    pub fn all(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// Lets every mail fail, or none any more.
    pub fn fail(&self, trouble: Option<fn() -> MailError>) {
        *self.trouble.lock().unwrap() = trouble;
    }

    /// How many mails were handed over, or were tried to be.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    /// The newest mail, once there are `count` of them: mails go out after the answer.
    pub async fn wait(&self, count: usize) -> Mail {
        for _ in 0..500 {
            if let (true, Some(mail)) = (self.all().len() >= count, self.all().pop()) {
                return mail;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no mail came");
    }
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, mail: &Outbound<Mail>) -> Result<(), MailError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if let Some(trouble) = *self.trouble.lock().unwrap() {
            return Err(trouble());
        }
        self.mails.lock().unwrap().push(mail.get().clone());
        Ok(())
    }

    fn delivers(&self) -> bool {
        self.delivers
    }
}

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

    /// Another server on the same (PostgreSQL) database, by the same clock, with a folder of its own.
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
        let outbox =
            Arc::new(Outbox { mails: Mutex::default(), delivers: setup.delivers, trouble: Mutex::default(), asked: AtomicU64::new(0) });
        let mut recognizers = setup.recognizers;
        recognizers.push(Arc::new(SampleTranscript::new(providers::sample::call())));
        let files = wiring::stored_files(&config).unwrap();
        // What this machine has installed by accident changes no test.
        let reader = documents::ChildReader::new(env!("CARGO_BIN_EXE_closezly"), ["extract-document"], documents::Limits::default());
        let reader = reader.with_programs(documents::Programs::default());
        let services = domain::assemble(Parts {
            config: wiring::domain_config(&config, "a key that only tests have, 32+ bytes".to_owned().into()),
            store,
            clock: clock.clone(),
            ids: Arc::new(ids),
            mailer: outbox.clone(),
            recognizers,
            sample: providers::sample::call(),
            knowledge: domain::knowledge::Makers {
                files,
                reader: Arc::new(reader),
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
        let started = std::time::Instant::now();
        self.stop.cancel();
        self.running.take().expect("it runs").await.unwrap().unwrap();
        started.elapsed()
    }

    /// A program without a token.
    pub fn program(&self) -> Program {
        Program { base: self.url(""), http: client(false), token: None }
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
        Browser { base: self.url(""), http: client(true), origin: self.url("") }
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

/// An answer of the REST interface.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null if it is none.
    pub body: Value,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        // A stream of events has no end.
        if headers.get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            return Self { status, headers, body: Value::Null };
        }
        let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
        Self { status, headers, body }
    }

    /// Checks that it is a failure in every way that the interface promises; its code.
    pub fn failure(&self, status: u16) -> &str {
        assert_eq!(self.status.as_u16(), status, "{:?}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.body["success"], false);
        assert_eq!(self.body["status"], status);
        let sentence = self.body["error"]["message"].as_str().unwrap();
        assert_eq!(self.body["detail"], sentence);
        assert!(sentence.ends_with('.') && sentence.len() > 15, "no sentence: {sentence}");
        self.body["error"]["code"].as_str().unwrap()
    }
}

/// A client of the REST interface.
#[derive(Clone)]
pub struct Program {
    base: String,
    http: Client,
    /// Its bearer token.
    pub token: Option<String>,
}

impl Program {
    /// A program that knows a server by its address only.
    pub fn of(base: &str) -> Self {
        Self { base: base.to_owned(), http: client(false), token: None }
    }

    /// Where it sends its requests.
    pub fn base(&self) -> String {
        self.base.clone()
    }

    /// Its token.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// The same with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// A request, to be changed before it is sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.unwrap()).await
    }

    /// `GET`
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// `POST` with JSON
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// `PATCH` with JSON
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// `DELETE`
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }
}

/// A browser with JavaScript off: cookies, forms, no redirects that the test didn't see.
pub struct Browser {
    base: String,
    /// Its cookies and connections.
    pub http: Client,
    origin: String,
}

impl Browser {
    /// Loads a page.
    pub async fn page(&self, path: &str) -> Response {
        self.http
            .get(format!("{}{path}", self.base))
            .header("accept", "text/html")
            .header("user-agent", "TestBrowser/1")
            .send()
            .await
            .unwrap()
    }

    /// Loads a page as text.
    pub async fn text(&self, path: &str) -> String {
        self.page(path).await.text().await.unwrap()
    }

    /// Sends the form of a page.
    pub async fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Response {
        self.http
            .post(format!("{}{action}", self.base))
            .header("accept", "text/html,application/xhtml+xml")
            .header("origin", &self.origin)
            .header("referer", format!("{}{page}", self.base))
            .header("user-agent", "TestBrowser/1")
            .form(fields)
            .send()
            .await
            .unwrap()
    }

    /// Calls a server function as the page's script does.
    pub async fn call(&self, action: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self
            .http
            .post(format!("{}{action}", self.base))
            .header("accept", "application/json")
            .header("origin", &self.origin)
            .header("user-agent", "TestBrowser/1")
            .form(fields);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Signs up and is then signed in.
    pub async fn sign_up(&self, name: &str) {
        let fields = [("name", name), ("email", &email(name)), ("organization", "Acme"), ("password", PASSWORD), ("next", "/")];
        let answer = self.call("/api/identity/sign_up", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    }

    /// Signs in.
    pub async fn sign_in(&self, name: &str, password: &str) -> Answer {
        self.call("/api/identity/sign_in", &[("email", &email(name)), ("password", password)]).await
    }

    /// Whether it is signed in.
    pub async fn is_signed_in(&self) -> bool {
        self.http.get(format!("{}/api/v1/auth/me", self.base)).send().await.unwrap().status() == StatusCode::OK
    }
}

/// Where a redirect goes.
pub fn location(response: &Response) -> &str {
    assert!(response.status().is_redirection(), "{}", response.status());
    response.headers()["location"].to_str().unwrap()
}

/// The `Set-Cookie` of a cookie, if the answer has one.
pub fn set_cookie<'a>(headers: &'a HeaderMap<HeaderValue>, name: &str) -> Option<&'a str> {
    headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()).find(|value| value.starts_with(&format!("{name}=")))
}

/// A cookie's value in its `Set-Cookie`.
pub fn cookie_value(set_cookie: &str) -> &str {
    set_cookie.split(';').next().unwrap().split_once('=').unwrap().1
}

//! A server in this process, an account there, and its calls.

use chrono::Utc;
use domain::Kernel;
use model::wire::{FRAME_SAMPLES, Frame};
use model::{CallId, CallState, Channel, Millis, OrganizationId, TrackId};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use server::config::{Config, Settings};
use server::{Server, lifecycle, wiring};
use store::RecordingLog;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::material::Texts;

const PASSWORD: &str = "ten thousand frames";
const EMAIL: &str = "ann@example.com";

pub struct TestApp {
    kernel: Kernel,
    /// With the cookies of somebody who has signed in.
    browser: Client,
    http: Client,
    url: String,
    token: String,
    organization: OrganizationId,
    folder: TempDir,
}

impl TestApp {
    /// A server on a free port with a throw-away folder, and somebody who has signed in, as a program and in a browser.
    pub async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let listener = lifecycle::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let settings = Settings {
            listen: Some(address),
            data_dir: Some(folder.path().to_owned()),
            site_dir: Some(folder.path().join("site")),
            ..Settings::default()
        };
        let config = Config::from_settings(settings).unwrap();
        let kernel = wiring::wire(&config).await.unwrap();
        let server = Server::new(config, kernel.clone()).unwrap();
        tokio::spawn(lifecycle::run(server, listener, CancellationToken::new()));

        let browser = Client::builder().cookie_store(true).no_proxy().build().unwrap();
        let http = Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{address}");
        let form = [("name", "Ann"), ("email", EMAIL), ("organization", "Acme"), ("password", PASSWORD), ("next", "/")];
        let request = browser.post(format!("{url}/api/identity/sign_up")).header("accept", "application/json").header("origin", &url);
        assert_eq!(request.form(&form).send().await.unwrap().status(), 200);
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let answer: Value = http.post(format!("{url}/api/v1/auth/login")).json(&body).send().await.unwrap().json().await.unwrap();
        let token = answer["data"]["access_token"].as_str().unwrap().to_owned();
        let me: Value = http.get(format!("{url}/api/v1/auth/me")).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
        let organization = me["data"]["organization"]["id"].as_str().unwrap().parse().unwrap();
        Self { kernel, browser, http, url, token, organization, folder }
    }

    /// A request of the program's.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    /// A page as the browser asks for it.
    pub async fn page(&self, path: &str) -> Response {
        let answer = self.browser.get(format!("{}{path}", self.url)).header("accept", "text/html").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer
    }

    /// Bytes of what is at a path.
    pub async fn length(&self, path: &str) -> u64 {
        let answer = self.request(Method::HEAD, path).send().await.unwrap();
        answer.headers()["content-length"].to_str().unwrap().parse().unwrap()
    }

    /// A live call of this length, with everything that it would have left so far.
    pub async fn lay_down(&self, texts: &Texts, minutes: u32) -> CallId {
        let new = json!({
            "title": format!("{minutes} minutes"), "contact_name": "Ada", "company": "Acme", "kind": "discovery", "language": "en-US",
            "vocabulary": "", "recognizer": "none", "verbosity": "normal", "consent_who": "", "consent_how": "nobody_else",
        });
        let answer: Value = self.request(Method::POST, "/api/v1/calls").json(&new).send().await.unwrap().json().await.unwrap();
        let call: CallId = answer["data"]["id"].as_str().unwrap().parse().unwrap();
        let (segments, cues) = texts.call(minutes);
        println!("long_call.{minutes}_min.segments={}", segments.len());
        println!("long_call.{minutes}_min.cues={}", cues.len());
        self.record(call, minutes);
        let store = self.kernel.store();
        assert!(store.move_call(self.organization, call, &[CallState::Prepared], CallState::Live, Utc::now()).await.unwrap());
        store.append_segments(self.organization, call, &segments).await.unwrap();
        store.append_cues(self.organization, call, &cues).await.unwrap();
        store.set_duration(self.organization, call, Millis(i64::from(minutes) * 60_000)).await.unwrap();
        call
    }

    /// Both sides' sound: the sample call's, again and again.
    fn record(&self, call: CallId, minutes: u32) {
        let sample = providers::sample::call();
        for channel in [Channel::Rep, Channel::Customer] {
            let path =
                store::recording::path(&self.folder.path().join("files/recordings"), self.organization, call, TrackId::usual(channel));
            let mut log = RecordingLog::open(path, true).unwrap();
            let mut sound = sample.samples(channel).iter().cycle();
            for sequence in 0..minutes * 600 {
                let pcm = sound.by_ref().take(FRAME_SAMPLES).flat_map(|sample| sample.to_le_bytes()).collect();
                log.append(&Frame { track: TrackId::usual(channel), sequence, captured_at: Millis(i64::from(sequence) * 100), pcm })
                    .unwrap();
            }
            log.sync().unwrap();
        }
    }

    /// Takes an ended call back to where it was live.
    pub async fn live_again(&self, call: CallId) {
        assert!(self.kernel.store().move_call(self.organization, call, &[CallState::Ended], CallState::Live, Utc::now()).await.unwrap());
    }

    pub async fn state(&self, call: CallId) -> CallState {
        self.kernel.store().call(self.organization, call).await.unwrap().unwrap().state
    }

    /// Deletes a call: its sound takes much of the disk.
    pub async fn forget(&self, call: CallId) {
        assert_eq!(self.request(Method::DELETE, &format!("/api/v1/calls/{call}")).send().await.unwrap().status(), 204);
    }
}

/// The most memory that this process ever had, in kB.
pub fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or_default()
}

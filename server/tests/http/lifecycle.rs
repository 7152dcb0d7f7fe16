//! Stopping in order, and the checks before starting.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use model::wire::Frame;
use model::{Channel, Millis, TrackId};
use reqwest::StatusCode;
use serde_json::json;
use server::config::{Config, Settings};
use server::doctor::{self, Verdict};
use store::Engine;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::{Setup, TestServer};

#[tokio::test]
async fn it_stops_quickly_and_takes_nobody_more() {
    let mut server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let took = server.stop().await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(ann.request(reqwest::Method::GET, "/api/v1/auth/me").send().await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn live_streams_are_told_to_connect_again() {
    let mut server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let new = json!({
        "title": "Live", "contact_name": "", "company": "", "kind": "discovery", "language": "en-US", "vocabulary": "",
        "recognizer": "none", "verbosity": "normal", "consent_who": "Kim", "consent_how": "spoken"
    });
    let made = ann.post("/api/v1/calls", new).await;
    let id = made.body["data"]["id"].as_str().unwrap().to_owned();
    let mut request = format!("ws://{}/api/v1/calls/{id}/stream", server.address).into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {}", ann.token.unwrap()).parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let hello = json!({ "Hello": { "call": id, "part": "Source", "page": "p", "take_over": false, "last_event": 0 } });
    socket.send(Message::text(hello.to_string())).await.unwrap();
    let welcome = socket.next().await.unwrap().unwrap().into_text().unwrap();
    assert!(welcome.starts_with("{\"Welcome\""), "{welcome}");
    let frame = Frame { track: TrackId::usual(Channel::Rep), sequence: 0, captured_at: Millis::ZERO, pcm: vec![0; 3200] };
    socket.send(Message::binary(frame.to_bytes())).await.unwrap();
    socket.send(Message::binary(vec![7])).await.unwrap();
    let mut heard = Vec::new();
    while !(heard.iter().any(|text: &String| text.contains("\"Ack\"")) && heard.iter().any(|text| text.contains("frame_malformed"))) {
        heard.push(socket.next().await.unwrap().unwrap().into_text().unwrap().to_string());
    }
    let reading = tokio::spawn(async move {
        let mut last = String::new();
        while let Some(Ok(Message::Text(text))) = socket.next().await {
            last = text.to_string();
        }
        last
    });
    assert!(server.stop().await < Duration::from_secs(5));
    assert_eq!(reading.await.unwrap(), "\"Restarting\"");
}

#[tokio::test]
async fn it_runs_on_postgresql_too() {
    let server = TestServer::with(Setup { engine: Engine::Postgres, ..Setup::default() }).await;
    let browser = server.browser();
    browser.sign_up("Ann").await;
    assert!(browser.is_signed_in().await);
    assert_eq!(browser.page("/health/ready").await.status(), StatusCode::OK);
    assert!(browser.text("/settings").await.contains("Ann"));
}

async fn verdicts(settings: Settings) -> Vec<(&'static str, Verdict, String)> {
    let config = Config::from_settings(settings).unwrap();
    doctor::examine(&config).await.into_iter().map(|check| (check.name, check.verdict, check.words)).collect()
}

#[tokio::test]
async fn the_doctor_finds_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let settings = Settings {
        data_dir: Some(file.join("data")),
        site_dir: Some(folder.path().join("no-site")),
        smtp_url: Some("smtp://127.0.0.1:1".to_owned()),
        speech_command: Some("/no/such/program".to_owned()),
        public_url: Some("http://closezly.example".to_owned()),
        ..Settings::default()
    };
    let found = verdicts(settings).await;
    for name in ["data", "database", "site", "mail", "recognizer"] {
        let (_, verdict, words) = found.iter().find(|(its, ..)| *its == name).unwrap();
        assert_eq!(*verdict, Verdict::Bad, "{name}: {words}");
        assert!(words.len() > 20, "{name}: {words}");
    }
    assert!(found.iter().any(|(name, verdict, words)| *name == "address" && *verdict == Verdict::Note && words.contains("microphone")));
}

#[tokio::test]
async fn the_doctor_is_content_with_the_defaults_on_a_built_site() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    std::fs::create_dir(&site).unwrap();
    std::fs::write(site.join("manifest.json"), r#"{"js": "/pkg/a.js", "wasm": "/pkg/a.wasm", "loader": "/pkg/b.js", "chunks": {}}"#)
        .unwrap();
    let settings = Settings { data_dir: Some(folder.path().join("data")), site_dir: Some(site), ..Settings::default() };
    let found = verdicts(settings).await;
    assert!(found.iter().all(|(_, verdict, _)| *verdict != Verdict::Bad), "{found:?}");
    assert!(
        found.iter().any(|(name, verdict, words)| *name == "mail"
            && *verdict == Verdict::Note
            && words.contains("log")
            && words.contains("sign-up"))
    );
}

#[tokio::test]
async fn the_doctor_says_where_people_can_not_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let settings = |listen: &str| Settings {
        data_dir: Some(folder.path().join("data")),
        public_url: Some("https://sales.example.com".to_owned()),
        listen: Some(listen.parse().unwrap()),
        ..Settings::default()
    };
    for (listen, verdict) in [("127.0.0.1:3000", Verdict::Good), ("0.0.0.0:3000", Verdict::Note), ("192.168.1.5:80", Verdict::Note)] {
        let found = verdicts(settings(listen)).await;
        let (_, its, words) = found.iter().find(|(name, ..)| *name == "address").unwrap();
        assert_eq!(*its, verdict, "{words}");
        assert!(words.contains(&format!("http://{listen}")) && words.ends_with("told to open https://sales.example.com."), "{words}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_doctor_tells_of_a_data_folder_that_others_may_look_into() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    for (mode, verdict) in [(0o755, Verdict::Note), (0o750, Verdict::Note), (0o700, Verdict::Good)] {
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(mode)).unwrap();
        let found = verdicts(Settings { data_dir: Some(data.clone()), ..Settings::default() }).await;
        let (_, its, words) = found.iter().find(|(name, ..)| *name == "data").unwrap();
        assert_eq!(*its, verdict, "{mode:o}: {words}");
        assert_eq!(words.contains(&format!("chmod -R go= {}", data.display())), verdict == Verdict::Note, "{words}");
    }
}

/// What leptos does to find out the routes keeps every page of the process from loading its data.
#[tokio::test(flavor = "multi_thread")]
async fn pages_are_answered_while_other_servers_start() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.sign_up("Ann").await;
    let starting = tokio::spawn(async {
        loop {
            TestServer::start().await;
        }
    });
    for number in 0..30 {
        let page = tokio::time::timeout(Duration::from_secs(20), browser.text("/settings/security")).await;
        assert!(page.is_ok_and(|page| page.contains("</html>")), "page {number} was not answered");
    }
    starting.abort();
}

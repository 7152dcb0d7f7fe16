//! Behind the reverse proxies that people use, with the configurations that the guide gives them.
//!
//! A proxy that isn't installed is skipped, but not on CI; `cargo xtask test` installs them.

#![allow(clippy::print_stdout, reason = "says what was skipped")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use model::Channel::Rep;
use reqwest::header::SET_COOKIE;
use reqwest::{Client, StatusCode};
use rstest::rstest;
use serde_json::json;

use crate::page::{Page, make, new_call, path};
use crate::process::Running;
use crate::support::{PASSWORD, Program, email};

const GUIDE: &str = include_str!("../../../docs/guides/behind-a-proxy.md");

/// A proxy as the guide sets it up.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Nginx,
    Caddy,
    Haproxy,
}

/// A running proxy.
struct Proxy(Child);

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The guide's block of a language.
fn block(language: &str) -> &'static str {
    let (_, rest) = GUIDE.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

impl Kind {
    const fn program(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
            Self::Haproxy => "haproxy",
        }
    }

    /// What the guide says, for ports of this test, without TLS, and with a password of the proxy's own.
    fn configuration(self, folder: &Path, port: u16, server: &str, password: bool) -> String {
        let given = block(self.program()).replace("127.0.0.1:3000", server);
        let folder = folder.display();
        match self {
            Self::Nginx => {
                let guarded =
                    if password { format!("auth_basic \"Sales\"; auth_basic_user_file {folder}/passwords;") } else { String::new() };
                let given = given.lines().filter(|line| !line.contains("ssl_certificate")).collect::<Vec<_>>().join("\n");
                let given = given.replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port};"));
                let given = given.replace("location / {", &format!("location / {{ {guarded}"));
                let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .map(|name| format!("{name}_temp_path {folder}/{name};\n"))
                    .concat();
                format!(
                    "daemon off;\npid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log off;\nerror_log {folder}/errors;\n{temporary}{given}\n}}\n"
                )
            }
            Self::Caddy => {
                let given = given.replace("sales.example.com", &format!("http://127.0.0.1:{port}"));
                // The hash of “open sesame”.
                let guarded = "basicauth {\n ann $2a$04$PFeokUqqjsTERNTVN1iCWu1f0mPYvuRf1oeOinGk8e2Ou7CPEjFBy\n}\n request_body {";
                let given = if password { given.replace("request_body {", guarded) } else { given };
                format!("{{\n admin off\n auto_https off\n storage file_system {folder}/caddy\n}}\n{given}")
            }
            Self::Haproxy => {
                let bound = format!("bind 127.0.0.1:{port}");
                let given = given.replace("bind :443 ssl crt /etc/ssl/sales.example.com.pem", &bound);
                let guarded = "http-request auth unless { http_auth(sales) }\n    default_backend";
                let given = if password { given.replacen("default_backend", guarded, 1) } else { given };
                format!("userlist sales\n    user ann insecure-password sesame\n{given}")
            }
        }
    }

    /// Starts it and waits until it answers; none if it isn't installed.
    fn start(self, folder: &Path, port: u16, server: &str, password: bool) -> Option<Proxy> {
        let file = folder.join("configuration");
        std::fs::write(&file, self.configuration(folder, port, server, password)).unwrap();
        std::fs::write(folder.join("passwords"), "ann:{PLAIN}sesame\n").unwrap();
        let mut command = Command::new(self.program());
        match self {
            Self::Nginx => command.arg("-c").arg(&file),
            Self::Caddy => command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file),
            Self::Haproxy => command.arg("-db").arg("-f").arg(&file),
        };
        let child = match command.env("HOME", folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                assert!(std::env::var_os("CI").is_none(), "{} is not installed: on CI every proxy is tried", self.program());
                println!("skipped: {}: it is not installed", self.program());
                return None;
            }
            Err(error) => panic!("{error}"),
        };
        let mut proxy = Proxy(child);
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(proxy.0.try_wait().unwrap().is_none(), "{self:?} does not take {}", std::fs::read_to_string(&file).unwrap());
            assert!(started.elapsed() < Duration::from_secs(30), "{self:?} does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(proxy)
    }
}

/// A server that knows itself behind a proxy at this port, and the proxy.
fn behind(kind: Kind, folder: &Path, password: bool) -> Option<(Running, Proxy, String)> {
    let port = free();
    let public = format!("http://127.0.0.1:{port}");
    let settings = ["--listen", "127.0.0.1:0", "--public-url", &public, "--client-address-header", "x-forwarded-for"];
    let running = Running::start_with(folder, &settings);
    let server = running.base.strip_prefix("http://").unwrap().to_owned();
    let proxy = kind.start(folder, port, &server, password)?;
    Some((running, proxy, public))
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn programs_and_live_calls_pass(#[values(Kind::Nginx, Kind::Caddy, Kind::Haproxy)] kind: Kind) {
    let folder = tempfile::tempdir().unwrap();
    let Some((_running, _proxy, public)) = behind(kind, folder.path(), false) else { return };
    let program = Program::of(&public);
    let started = Instant::now();
    while program.get("/health/ready").await.status != StatusCode::OK {
        assert!(started.elapsed() < Duration::from_secs(30), "it finds its server");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let body = json!({ "name": "Ann", "email": email("Ann"), "organization": "Acme", "password": PASSWORD });
    let answer = program.post("/api/v1/auth/register", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    let ann = program.with_token(answer.body["data"]["access_token"].as_str().unwrap());

    let call = make(&ann, new_call("Behind a proxy")).await;
    let mut events = ann.request(reqwest::Method::GET, "/api/v1/events").send().await.unwrap();
    assert_eq!(events.status(), StatusCode::OK);
    let mut page = Page::source(&ann, call).await;
    page.frames(Rep, 0..40).await;
    page.acked(Rep, 40).await;
    let quiet = ann.patch(&path(call, ""), json!({ "verbosity": "quiet" })).await;
    assert_eq!(quiet.status, StatusCode::OK, "{:?}", quiet.body);
    // An event is there when it happens, not when a buffer is full.
    let heard = async {
        let mut text = String::new();
        while !text.contains("call.updated") {
            text.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap()));
        }
    };
    tokio::time::timeout(Duration::from_secs(10), heard).await.expect("events pass at once");
    page.end().await;

    // Large bodies pass, up to what the guide says.
    let large = program.request(reqwest::Method::POST, "/api/v1/auth/login").body(vec![b' '; 3 << 20]).send().await.unwrap();
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(large.headers()["content-type"], "application/problem+json", "Closezly says so, not the proxy");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_password_of_the_proxys_own_is_nobodys_business(#[values(Kind::Nginx, Kind::Caddy, Kind::Haproxy)] kind: Kind) {
    let folder = tempfile::tempdir().unwrap();
    let Some((_running, _proxy, public)) = behind(kind, folder.path(), true) else { return };
    let browser = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let password = if matches!(kind, Kind::Caddy) { "open sesame" } else { "sesame" };
    let get = |path: &str| browser.get(format!("{public}{path}")).header("accept", "text/html");
    let started = Instant::now();
    while get("/sign-in").basic_auth("ann", Some(password)).send().await.unwrap().status() != StatusCode::OK {
        assert!(started.elapsed() < Duration::from_secs(30), "the sign-in page is there with the proxy's password");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(get("/sign-in").send().await.unwrap().status(), StatusCode::UNAUTHORIZED, "the proxy asks for its password");
    let form = [("name", "Ann"), ("email", &*email("Ann")), ("organization", "Acme"), ("password", PASSWORD), ("next", "/")];
    let signed_up = browser
        .post(format!("{public}/api/identity/sign_up"))
        .basic_auth("ann", Some(password))
        .header("accept", "text/html")
        .header("origin", &public)
        .form(&form)
        .send()
        .await
        .unwrap();
    assert!(signed_up.status().is_redirection(), "{}", signed_up.status());
    let cookie =
        signed_up.headers().get_all(SET_COOKIE).iter().find_map(|value| value.to_str().ok()?.split(';').next()).unwrap().to_owned();
    let calls = get("/calls").basic_auth("ann", Some(password)).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(calls.status(), StatusCode::OK, "signed in by the cookie");
    assert!(calls.text().await.unwrap().contains("Ann"));
}

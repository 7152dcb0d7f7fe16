//! The program itself: its commands, its signals.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use model::Channel::Rep;
use model::wire::{Part, ServerMessage};
use serde_json::{Value, json};

use crate::page::{Page, hello, make, new_call, words};
use crate::support::{PASSWORD, Program, email};

/// The program with a data folder, and nothing of the developer's own configuration.
pub fn closezly(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_closezly"));
    command.current_dir(data).args(arguments).arg("--data-dir").arg(data.join("data")).env_remove("DATABASE_URL");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CLOSEZLY_")) {
        command.env_remove(name);
    }
    command
}

pub fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn commands_do_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| closezly(folder.path(), arguments).output().unwrap();
    for _ in 0..2 {
        let migrated = run(&["migrate"]);
        assert!(migrated.status.success(), "{}", text(&migrated));
    }
    assert!(folder.path().join("data").read_dir().unwrap().count() > 0, "the database is there");
    let shown = run(&["config", "--deepgram-key", "a-secret-key", "--listen", "127.0.0.1:4000"]);
    assert!(shown.status.success(), "{}", text(&shown));
    assert!(text(&shown).contains("127.0.0.1:4000") && !text(&shown).contains("a-secret-key"), "{}", text(&shown));
    let examined = run(&["doctor", "--listen", "127.0.0.1:0"]);
    assert!(text(&examined).contains("database"), "{}", text(&examined));
    assert!(!examined.status.success(), "no site is built here: {}", text(&examined));
    for (arguments, words) in [
        (&["serve", "--listen", "nowhere"][..], "nowhere"),
        (&["fly"], "fly"),
        (&["migrate", "--database-url", "mysql://x"], "must start with sqlite"),
    ] {
        let failed = run(arguments);
        assert!(!failed.status.success() && text(&failed).contains(words), "{arguments:?}: {}", text(&failed));
        assert!(!text(&failed).contains("panicked"), "{}", text(&failed));
    }
}

/// A running server and its address.
pub struct Running {
    /// The process.
    pub process: Child,
    /// Its address.
    pub base: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Running {
    /// Starts it and waits until it listens.
    pub fn start(folder: &Path) -> Self {
        Self::start_with(folder, &["--listen", "127.0.0.1:0"])
    }

    /// The same with these settings.
    pub fn start_with(folder: &Path, settings: &[&str]) -> Self {
        let arguments = [&["serve", "--log-format", "json"], settings].concat();
        let process = closezly(folder, &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut running = Self { process, base: String::new(), log: Arc::default() };
        let (out, err) = (running.process.stdout.take().unwrap(), running.process.stderr.take().unwrap());
        let (sender, lines) = std::sync::mpsc::channel();
        for source in [Box::new(out) as Box<dyn std::io::Read + Send>, Box::new(err)] {
            let (sender, log) = (sender.clone(), Arc::clone(&running.log));
            // Read to the end, so that the server never waits for a full pipe.
            std::thread::spawn(move || {
                for line in BufReader::new(source).lines().map_while(Result::ok) {
                    log.lock().unwrap().push(line.clone());
                    drop(sender.send(line));
                }
            });
        }
        drop(sender);
        let deadline = Instant::now() + Duration::from_secs(60);
        while let Ok(line) = lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            let fields = if entry["fields"].is_object() { &entry["fields"] } else { &entry };
            if fields["message"] == "listening" {
                running.base = format!("http://{}", fields["address"].as_str().unwrap());
                return running;
            }
        }
        panic!("it does not listen: {:?}", running.log());
    }

    /// What it has logged so far; all of it once the process has ended and its last line is there.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Without a chance to close anything.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to stop.
    pub fn signal(&self) {
        self.send("-TERM");
    }

    /// Sends it a signal.
    pub fn send(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end; the code and how long it took.
    pub async fn ended(&mut self) -> (Option<i32>, Duration) {
        let started = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return (status.code(), started.elapsed());
            }
            assert!(started.elapsed() < Duration::from_secs(60), "it does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Somebody who has signed up.
    pub async fn owner(&self) -> Program {
        let program = Program::of(&self.base);
        let body = json!({ "name": "Ann", "email": email("Ann"), "organization": "Acme", "password": PASSWORD });
        let answer = program.post("/api/v1/auth/register", body).await;
        program.with_token(answer.body["data"]["access_token"].as_str().unwrap_or_else(|| panic!("{:?}", answer.body)))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_during_a_call_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(folder.path());
    let ann = running.owner().await;
    let call = make(&ann, new_call("Live")).await;
    let mut page = Page::source(&ann, call).await;
    page.frames(Rep, 0..20).await;
    page.acked(Rep, 20).await;
    running.signal();
    page.until(|message| (*message == ServerMessage::Restarting).then_some(())).await;
    assert_eq!(page.next().await, None, "the socket is closed in order");
    let (code, took) = running.ended().await;
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(5), "{took:?}");
    let reborn = Running::start(folder.path());
    let ann = Program::of(&reborn.base).with_token(ann.token.as_ref().unwrap());
    let mut back = Page::join(&ann, hello(call, Part::Source, "tab")).await;
    assert_eq!(back.welcome().await.next, [20, 0], "and the token is still good");
    back.frames(Rep, 20..25).await;
    back.end().await;
    let review = ann.get(&format!("/api/v1/calls/{call}/review")).await;
    assert_eq!(review.body["data"]["recording_ms"], 2_500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(folder.path());
    // A request whose body never comes keeps the first signal from being enough.
    let mut stuck = std::net::TcpStream::connect(running.base.trim_start_matches("http://")).unwrap();
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    std::io::Write::write_all(&mut stuck, head.as_bytes()).unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    running.signal();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(running.process.try_wait().unwrap().is_none(), "it still waits for the request");
    running.signal();
    let (code, took) = running.ended().await;
    assert_eq!(code, Some(130));
    assert!(took < Duration::from_secs(2), "{took:?}");
}

/// As if so many minutes had passed since anybody was in the data folder's calls.
async fn age_calls(folder: &Path, minutes: i64) {
    let store = store::Store::connect(&format!("sqlite:{}", folder.join("data/closezly.db").display())).await.unwrap();
    let shift = |column: &str| format!("{column} = strftime('%Y-%m-%dT%H:%M:%S+00:00', {column}, '-{minutes} minutes')");
    let columns = ["created_at", "updated_at", "started_at", "last_seen_at"].map(shift).join(", ");
    store::testing::execute(&store, &format!("UPDATE calls SET {columns}")).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_any_minute_of_a_call_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(folder.path());
    let ann = running.owner().await;
    let token = ann.token.clone().unwrap();
    let call = make(&ann, new_call("Long")).await;
    let mut page = Page::source(&ann, call).await;
    let mut sent = 0;
    for (minute, killed) in [(31, true), (69, false)] {
        page.frames(Rep, sent..sent + 20).await;
        sent += 20;
        page.acked(Rep, sent).await;
        page.say(words(Rep, i64::from(sent) * 100 - 1_000, &format!("Word {minute}."))).await;
        page.heard(&minute.to_string()).await;
        if killed {
            tokio::time::sleep(Duration::from_millis(500)).await;
            running.kill();
        } else {
            running.signal();
            assert_eq!(running.ended().await.0, Some(0));
        }
        age_calls(folder.path(), minute).await;
        running = Running::start(folder.path());
        let ann = Program::of(&running.base).with_token(&token);
        page = Page::join(&ann, hello(call, Part::Source, "tab")).await;
        assert_eq!(page.welcome().await.next, [sent, 0], "minute {minute}");
    }
    page.frames(Rep, sent..sent + 20).await;
    page.acked(Rep, sent + 20).await;
    page.end().await;
    let ann = Program::of(&running.base).with_token(&token);
    let review = ann.get(&format!("/api/v1/calls/{call}/review")).await.body["data"].clone();
    assert_eq!(review["recording_ms"], 6_000);
    assert_eq!(review["segments"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_can_not_be_recovered_keeps_no_server_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(folder.path());
    let ann = running.owner().await;
    let token = ann.token.clone().unwrap();
    let call = make(&ann, new_call("Broken")).await;
    let mut page = Page::source(&ann, call).await;
    page.frames(Rep, 0..3).await;
    page.acked(Rep, 3).await;
    running.kill();
    let store = store::Store::connect(&format!("sqlite:{}", folder.path().join("data/closezly.db").display())).await.unwrap();
    store::testing::execute(&store, "UPDATE calls SET vocabulary = '{}', state = 'finishing', last_seen_at = NULL").await;
    store.close().await;
    let reborn = Running::start(folder.path());
    let ann = Program::of(&reborn.base).with_token(&token);
    let other = make(&ann, new_call("Good")).await;
    let mut page = Page::source(&ann, other).await;
    page.frames(Rep, 0..3).await;
    page.end().await;
}

/// Recordings, the database, hashes of passwords: nobody else on the computer reads them, whatever the shell's umask lets others do.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_it_stores_is_nobody_elses() {
    use std::os::unix::fs::PermissionsExt;

    fn look(folder: &Path, seen: &mut Vec<(std::path::PathBuf, u32, bool)>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            // Some are there for a moment only.
            let Ok(metadata) = entry.metadata() else { continue };
            seen.push((entry.path(), metadata.permissions().mode() & 0o777, metadata.is_dir()));
            if metadata.is_dir() {
                look(&entry.path(), seen);
            }
        }
    }

    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path());
    let ann = running.owner().await;
    let call = make(&ann, new_call("Recorded")).await;
    let mut page = Page::source(&ann, call).await;
    page.frames(Rep, 0..3).await;
    page.acked(Rep, 3).await;
    page.end().await;
    let body = json!({ "file_name": "prices.txt", "bytes": 6 });
    assert!(ann.post("/api/v1/knowledge/uploads", body).await.status.is_success());
    let mut seen = Vec::new();
    look(folder.path(), &mut seen);
    let all = seen.iter().map(|(path, ..)| path.display().to_string()).collect::<Vec<_>>().join("\n");
    for name in ["closezly.db", "closezly.db-wal", "token.key", "vault.key", "rep.log"] {
        assert!(all.contains(name), "{name} is not among\n{all}");
    }
    for (path, mode, is_folder) in seen {
        let expected = if is_folder { 0o700 } else { 0o600 };
        assert_eq!(mode, expected, "{}: {mode:o}", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_can_not_be_read_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start_with(folder.path(), &["--listen", "127.0.0.1:0", "--client-address-header", "x-forwarded-for"]);
    for _ in 0..5 {
        let request = reqwest::Client::new().get(format!("{}/api/v1/auth/me", running.base)).header("x-forwarded-for", "unknown");
        assert_eq!(request.send().await.unwrap().status(), reqwest::StatusCode::UNAUTHORIZED);
    }
    running.signal();
    assert_eq!(running.ended().await.0, Some(0));
    let started = Instant::now();
    while !running.log().iter().any(|line| line.contains("\"stopped\"")) {
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", running.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told: Vec<_> = running.log().into_iter().filter(|line| line.contains("client_address_header")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("x-forwarded-for") && told[0].contains("unknown"), "{told:?}");
}

//! Several servers of one installation, each a process with a data folder of its own, on one PostgreSQL and one storage: whoever dies, the
//! call goes on.
//!
//! `CLOSEZLY_KILLS` is how often the owner is killed (6 by itself); the figures are printed.

#![allow(clippy::print_stdout, reason = "what it measures besides")]

use std::net::TcpListener;
use std::time::{Duration, Instant};

use model::Channel::{Customer, Rep};
use model::wire::{CallEvent, ClientMessage, Hello, Part, ServerMessage, Statement, Welcome};
use model::{CallId, Channel, Code};
use reqwest::Method;
use store::Engine;
use store::testing::{self, TestStore};

use crate::page::{Page, frame, hello, make, new_call, path, words};
use crate::process::Running;
use crate::support::Program;

const TOKEN_KEY: &str = "the key that all servers of this test have in common";
const VAULT_KEYS: &str = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// An installation.
pub struct Fleet {
    database_url: String,
    storage: tempfile::TempDir,
    nodes: Vec<Node>,
    /// What its servers are started with besides.
    settings: Vec<&'static str>,
    /// The database, if it goes with the fleet.
    #[allow(dead_code, reason = "held until the drop, after its servers")]
    database: Option<TestStore>,
}

/// A server of it.
struct Node {
    /// How it reaches the database, if not as the others do.
    database: Option<String>,
    folder: tempfile::TempDir,
    address: String,
    running: Option<Running>,
}

impl Fleet {
    pub async fn start(nodes: usize) -> Self {
        Self::start_with(nodes, &[]).await
    }

    async fn start_with(nodes: usize, settings: &[&'static str]) -> Self {
        let database = testing::open(Engine::Postgres).await;
        let mut fleet = Self::on(database.url());
        (fleet.settings, fleet.database) = (settings.to_vec(), Some(database));
        for _ in 0..nodes {
            fleet.add(None);
        }
        fleet
    }

    /// No server yet, on a database that outlives them.
    pub fn on(database_url: &str) -> Self {
        Self {
            database_url: database_url.to_owned(),
            storage: tempfile::tempdir().unwrap(),
            nodes: Vec::new(),
            settings: Vec::new(),
            database: None,
        }
    }

    /// One more server, which may reach the database in a way of its own.
    pub fn add(&mut self, database: Option<String>) {
        // Free a moment ago; each server must know its own before it starts.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        self.nodes.push(Node { database, folder: tempfile::tempdir().unwrap(), address, running: None });
        self.revive(self.nodes.len() - 1);
    }

    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Starts a server, in the data folder that it had.
    fn revive(&mut self, index: usize) {
        let files = format!("file://{}", self.storage.path().display());
        let node = &self.nodes[index];
        let address = format!("http://{}", node.address);
        let mut settings = vec![
            "--listen",
            &node.address,
            "--node-address",
            &address,
            "--public-url",
            "http://localhost",
            "--database-url",
            node.database.as_deref().unwrap_or(&self.database_url),
            "--files",
            &files,
            "--token-key",
            TOKEN_KEY,
            "--vault-keys",
            VAULT_KEYS,
        ];
        settings.extend(&self.settings);
        let running = Running::start_with(node.folder.path(), &settings);
        self.nodes[index].running = Some(running);
    }

    pub fn running(&mut self, index: usize) -> &mut Running {
        self.nodes[index].running.as_mut().unwrap()
    }

    pub fn at(&self, index: usize, token: &str) -> Program {
        Program::of(&format!("http://{}", self.nodes[index].address)).with_token(token)
    }
}

/// A page's end of a call, with the frames and the words that it would keep.
pub struct Caller {
    pub call: CallId,
    /// How many times words were said; those that nobody has noted yet, with their numbers.
    pub said: u32,
    kept: Vec<(u32, Statement)>,
    /// Of each channel: captured so far, acked, durable.
    pub captured: [u32; 2],
    acked: [u32; 2],
    durable: [u32; 2],
    pub page: Option<Page>,
}

impl Caller {
    pub const fn new(call: CallId) -> Self {
        Self { call, said: 0, kept: Vec::new(), captured: [0; 2], acked: [0; 2], durable: [0; 2], page: None }
    }

    /// Connects, as a page does: again and again while nobody can take the call. How long it took.
    pub async fn connect(&mut self, program: &Program) -> Duration {
        let started = Instant::now();
        loop {
            assert!(started.elapsed() < Duration::from_secs(40), "nobody takes the call");
            let mut page = Page::join(program, hello(self.call, Part::Source, "tab")).await;
            match page.next().await {
                Some(ServerMessage::Welcome(welcome)) => {
                    self.welcome(&welcome);
                    let took = started.elapsed();
                    for (number, message) in &self.kept {
                        let _ = page.try_say(numbered(*number, message)).await;
                    }
                    self.page = Some(page);
                    return took;
                }
                Some(ServerMessage::Refused(problem)) => assert_eq!(problem.code, Code::Unavailable, "{problem:?}"),
                None => {}
                other => panic!("{other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn welcome(&mut self, welcome: &Welcome) {
        for (index, next) in welcome.next.iter().copied().enumerate() {
            assert!(next >= self.durable[index], "frames that were durable are gone: {next} of {}", self.durable[index]);
            assert!(next <= self.captured[index], "frames that were never sent are there: {next}");
        }
        self.acked = welcome.next[..].try_into().unwrap();
        self.durable = welcome.durable.as_deref().expect("several servers share their calls").try_into().unwrap();
        assert!(self.durable[0] <= welcome.next[0] && self.durable[1] <= welcome.next[1]);
    }

    /// Talks: frames of both channels, and takes what the server says in. False when the connection is lost.
    pub async fn talk(&mut self, frames: u32) -> bool {
        let Some(page) = &mut self.page else { return false };
        for channel in [Rep, Customer] {
            let index = channel.index();
            // What was sent on an earlier connection and isn't there goes first.
            let to = self.captured[index] + frames;
            for sequence in self.acked[index]..to {
                if page.try_say(ClientMessage::Frame(frame(channel, sequence))).await.is_err() {
                    self.page = None;
                    return false;
                }
            }
            self.captured[index] = to;
        }
        while self.acked != self.captured {
            match page.next().await {
                Some(ServerMessage::Ack { track, next }) => self.acked[track.index()] = next,
                Some(ServerMessage::Durable { track, next }) => self.durable[track.index()] = next,
                Some(ServerMessage::Noted { number }) => self.kept.retain(|(kept, _)| *kept != number),
                Some(ServerMessage::Restarting) | None => {
                    self.page = None;
                    return false;
                }
                Some(ServerMessage::Refused(problem)) => panic!("{problem:?}"),
                Some(_) => {}
            }
        }
        true
    }

    /// Says something, and waits for nothing.
    pub async fn say(&mut self) {
        self.said += 1;
        let (number, channel) = (self.said, if self.said.is_multiple_of(2) { Rep } else { Customer });
        let ClientMessage::Heard(heard) = words(channel, i64::from(number) * 1_000, &format!("This is number {number}.")) else {
            unreachable!()
        };
        let message = Statement::Heard(heard);
        if let Some(page) = &mut self.page {
            let _ = page.try_say(numbered(number, &message)).await;
        }
        self.kept.push((number, message));
    }

    pub async fn end(mut self) {
        let mut page = self.page.take().unwrap();
        while !self.kept.is_empty() {
            let number = page.until(|message| if let ServerMessage::Noted { number } = message { Some(*number) } else { None }).await;
            self.kept.retain(|(kept, _)| *kept != number);
        }
        page.end().await;
    }
}

fn numbered(number: u32, message: &Statement) -> ClientMessage {
    ClientMessage::Numbered { number, message: message.clone() }
}

/// Every sentence that was said is in the transcript, once.
pub async fn assert_said(program: &Program, call: CallId, said: u32) {
    let answer = program.get(&path(call, "/transcript")).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let lines = answer.body["data"].as_array().unwrap();
    let mut heard: Vec<&str> = lines.iter().map(|line| line["text"].as_str().unwrap()).collect();
    let mut expected: Vec<String> = (1..=said).map(|number| format!("This is number {number}.")).collect();
    heard.sort_unstable();
    expected.sort_unstable();
    assert_eq!(heard, expected);
}

/// Every frame of a channel is in the recording, once, in order: each sample of a frame is its number.
pub async fn assert_recorded(program: &Program, call: CallId, channel: Channel, frames: u32) {
    let answer = program.request(Method::GET, &path(call, &format!("/recording?channel={channel}"))).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let wav = answer.bytes().await.unwrap();
    let samples: Vec<i16> = wav[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    let heard: Vec<i16> = samples.chunks(model::wire::FRAME_SAMPLES).map(|frame| frame[frame.len() / 2]).collect();
    let sent: Vec<i16> = (0..frames).map(|sequence| i16::try_from(sequence + 1).unwrap()).collect();
    assert!(
        heard == sent,
        "{channel}: {} frames of {frames}; the first wrong one is {:?}",
        heard.len(),
        heard.iter().zip(&sent).position(|(a, b)| a != b)
    );
}

fn percentile(times: &mut [Duration], at: f64) -> Duration {
    times.sort();
    times[((times.len() - 1) as f64 * at) as usize]
}

/// A number below `most`, another one each time.
fn random(most: u64) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0_u8) % most
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_the_call_goes_on_and_nothing_is_lost_or_doubled() {
    let kills: usize = std::env::var("CLOSEZLY_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(6);
    // A part every second, so that it dies in seals and uploads too.
    let mut fleet = Fleet::start_with(3, &["--seal-seconds", "1"]).await;
    let ann = fleet.running(0).owner().await;
    let token = ann.token().to_owned();
    let mut caller = Caller::new(make(&ann, new_call("Long")).await);
    let (mut owner, mut took, mut sealed) = (0, Vec::new(), 0);
    caller.connect(&fleet.at(0, &token)).await;
    for kill in 0..kills {
        // A while of talk; then in the middle of a batch.
        let until = Instant::now() + Duration::from_millis(random(4_000));
        while Instant::now() < until {
            assert!(caller.talk(2).await);
            if random(4) == 0 {
                caller.say().await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        caller.talk(1).await;
        caller.say().await;
        if kill % 4 == 3 {
            // While it hands over.
            fleet.running(owner).signal();
            tokio::time::sleep(Duration::from_millis(random(400))).await;
        }
        fleet.running(owner).kill();
        sealed += usize::from(caller.durable[0] > 0);
        let next = (owner + 1 + random(2) as usize) % 3;
        took.push(caller.connect(&fleet.at(next, &token)).await);
        assert!(caller.talk(1).await, "kill {kill}");
        fleet.revive(owner);
        owner = next;
    }
    assert!(sealed >= kills / 3, "only {sealed} of {kills} owners died after they had sealed anything");
    let (call, captured, said) = (caller.call, caller.captured, caller.said);
    caller.end().await;
    for index in 0..3 {
        for channel in [Rep, Customer] {
            assert_recorded(&fleet.at(index, &token), call, channel, captured[channel.index()]).await;
        }
        assert_said(&fleet.at(index, &token), call, said).await;
    }
    println!(
        "takeover.kills={kills} takeover.p50_ms={} takeover.max_ms={}",
        percentile(&mut took, 0.5).as_millis(),
        percentile(&mut took, 1.0).as_millis()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stands_still_is_told_when_it_comes_back_and_writes_nothing() {
    let mut fleet = Fleet::start(2).await;
    let ann = fleet.running(0).owner().await;
    let token = ann.token().to_owned();
    let mut caller = Caller::new(make(&ann, new_call("Frozen")).await);
    caller.connect(&fleet.at(0, &token)).await;
    assert!(caller.talk(30).await);
    let mut old = Page::join(&fleet.at(0, &token), hello(caller.call, Part::Viewer, "viewer")).await;
    old.welcome().await;
    fleet.running(0).send("-STOP");
    caller.page = None;
    let took = caller.connect(&fleet.at(1, &token)).await;
    println!("takeover.frozen_ms={}", took.as_millis());
    assert!(caller.talk(30).await);
    fleet.running(0).send("-CONT");
    // Its pages are sent away: they find the call where it is now.
    old.until(|message| (*message == ServerMessage::Restarting).then_some(())).await;
    let mut viewer = Page::join(&fleet.at(0, &token), hello(caller.call, Part::Viewer, "viewer")).await;
    assert_eq!(viewer.welcome().await.next, caller.acked, "carried to the server that has it");
    assert!(caller.talk(30).await);
    let (call, captured) = (caller.call, caller.captured);
    caller.end().await;
    assert_recorded(&fleet.at(0, &token), call, Rep, captured[0]).await;
    assert_recorded(&fleet.at(1, &token), call, Customer, captured[1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_last_outlives_a_server_that_dies_while_it_writes_the_last_words() {
    // A recognizer that takes long to say its last words.
    let mut fleet = Fleet::start_with(2, &["--speech-command", "sh -c 'cat > /dev/null; sleep 5'"]).await;
    let ann = fleet.running(0).owner().await;
    let token = ann.token().to_owned();
    let mut new = new_call("Cut at its end");
    new["recognizer"] = serde_json::json!("command");
    let mut caller = Caller::new(make(&ann, new).await);
    caller.connect(&fleet.at(0, &token)).await;
    assert!(caller.talk(30).await);
    let mut page = caller.page.take().unwrap();
    page.say(ClientMessage::End).await;
    // From now on the page keeps nothing of it.
    page.event(|event| *event == CallEvent::Finishing).await;
    fleet.running(0).kill();
    // Calls whose server is gone are looked after every minute.
    let started = Instant::now();
    loop {
        let ended = fleet.at(1, &token).post(&path(caller.call, "/end"), serde_json::json!({})).await;
        if ended.status == 200 && ended.body["data"]["state"] == "ended" {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(150), "{:?}", ended.body);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    for channel in [Rep, Customer] {
        assert_recorded(&fleet.at(1, &token), caller.call, channel, 30).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_and_its_call_may_be_on_two_servers() {
    let mut fleet = Fleet::start(2).await;
    let ann = fleet.running(0).owner().await;
    let token = ann.token().to_owned();
    let call = make(&ann, new_call("Carried")).await;
    let mut source = Page::source(&fleet.at(0, &token), call).await;
    source.frames(Rep, 0..3).await;
    source.acked(Rep, 3).await;
    // A viewer at the other server sees what is said, as it is said.
    let mut viewer = Page::join(&fleet.at(1, &token), hello(call, Part::Viewer, "viewer")).await;
    viewer.welcome().await;
    source.say(words(Rep, 0, "Welcome to Initech.")).await;
    viewer.heard("Initech").await;
    // What is changed at one server is told to the pages at the other.
    let quiet = fleet.at(1, &token).patch(&path(call, ""), serde_json::json!({ "verbosity": "quiet" })).await;
    assert_eq!(quiet.status, 200, "{:?}", quiet.body);
    // The page comes back by the other server: its sound is carried to where the call is.
    drop(source);
    let mut source = Page::join(&fleet.at(1, &token), hello(call, Part::Source, "tab")).await;
    assert_eq!(source.welcome().await.next, [3, 0]);
    source.frames(Rep, 3..40).await;
    source.acked(Rep, 40).await;
    // Stopped in order, the owner hands it over: what it had is durable.
    fleet.running(0).signal();
    source.until(|message| (*message == ServerMessage::Restarting).then_some(())).await;
    assert_eq!(fleet.running(0).ended().await.0, Some(0));
    let mut source = Page::join(&fleet.at(1, &token), hello(call, Part::Source, "tab")).await;
    let welcome = source.welcome().await;
    assert_eq!((welcome.next, welcome.durable), (vec![40, 0], Some(vec![40, 0])));
    source.frames(Rep, 40..50).await;
    source.acked(Rep, 50).await;
    // Ended and deleted from the server that does not run it.
    fleet.revive(0);
    let ended = fleet.at(0, &token).post(&path(call, "/end"), serde_json::json!({})).await;
    assert_eq!((ended.status.as_u16(), &ended.body["data"]["state"]), (200, &serde_json::json!("ended")), "{:?}", ended.body);
    for index in 0..2 {
        assert_recorded(&fleet.at(index, &token), call, Rep, 50).await;
    }
    assert_eq!(fleet.at(0, &token).delete(&path(call, "")).await.status, 204);
    let left = || walk(fleet.storage.path());
    let started = Instant::now();
    while !left().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(120), "sealed parts are left: {:?}", left());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clients_of_one_call_at_two_servers_are_told_of_one_another() {
    let mut fleet = Fleet::start(2).await;
    let ann = fleet.running(0).owner().await;
    let token = ann.token().to_owned();
    let call = make(&ann, new_call("Two of them")).await;
    let as_source = |page: &str| hello(call, Part::Source, page);
    let mut laptop = Page::join(&fleet.at(0, &token), as_source("laptop")).await;
    laptop.welcome().await;
    laptop.frames(Rep, 0..5).await;
    laptop.acked(Rep, 5).await;
    let mut phone = Page::join(&fleet.at(1, &token), as_source("phone")).await;
    assert_eq!(phone.refused().await.code, Code::CallOpenElsewhere);
    let mut phone = Page::join(&fleet.at(1, &token), Hello { take_over: true, ..as_source("phone") }).await;
    assert_eq!(phone.welcome().await.next, [5, 0]);
    assert_eq!(laptop.refused().await.code, Code::CallOpenElsewhere);
    phone.frames(Rep, 5..10).await;
    phone.acked(Rep, 10).await;
    // Taken back, on the other server's side of it.
    let mut laptop = Page::join(&fleet.at(0, &token), Hello { take_over: true, ..as_source("laptop") }).await;
    assert_eq!(laptop.welcome().await.next, [10, 0]);
    assert_eq!(phone.refused().await.code, Code::CallOpenElsewhere);
    laptop.frames(Rep, 10..12).await;
    laptop.acked(Rep, 12).await;
    laptop.end().await;
    for index in 0..2 {
        assert_recorded(&fleet.at(index, &token), call, Rep, 12).await;
    }
}

/// Every file below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.flat_map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { vec![entry.path()] }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_in_by_a_token_that_no_server_has_signed() {
    let mut fleet = Fleet::start(1).await;
    let ann = fleet.running(0).owner().await;
    let base = format!("http://{}", fleet.nodes[0].address);
    for token in ["", "x", ann.token(), "eyJhbGciOiJub25lIn0.e30."] {
        let refused = crate::page::connect(&base, "/internal/relay", &[("x-closezly-relay", token)]).await;
        assert_eq!(refused.err().map(|status| status.as_u16()), Some(401), "{token}");
    }
}

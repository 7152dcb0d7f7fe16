//! Plays many live two-channel calls against one server and prints what it measured as `key=value` lines.
//!
//! ```text
//! load --server target/release/closezly --calls 100 --seconds 30
//! ```
//!
//! It starts the server on a free loopback port with a throw-away data folder, signs up, and opens `--calls` sockets on
//! `/api/v1/calls/{id}/stream`. Every call sends ten frames a second on both channels and, so that the engine and the
//! database have real work, the words of a sales talk as the browser's recognizer would (a partial three times a second, a
//! final every four seconds, per channel). No two calls are at the same place of their talk, as a thousand of a day aren't, and all are
//! live before the first sends sound: a start of all at once is another measurement (`calls-deploy`). Recognition itself is not part of it.
//!
//! With `--url` it joins a server that runs already, for what is measured beside many calls; the first line, `load.calls`, says that they
//! have begun.
//!
//! With `--documents FOLDER` every file of the folder is uploaded while the calls go on, and read: it shows what documents, also hostile
//! ones, cost a call.
//!
//! With `--minutes 60` it soaks: it looks at the server's memory every ten seconds, and tells by how much it grows
//! (`soak.growth_mb_per_hour`, the slope of a line through what was seen after the first five minutes).
//!
//! A frame is late when its ack came more than 100 ms after it was sent. The generator runs on the same machine and shares its
//! cores with the server, so its figures are an upper bound of what the server alone adds; it takes as little of them as it can
//! (`support::socket`), and says how much that was: `generator_cores`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measuring program: it prints, and stops at the first surprise"
)]
#![allow(clippy::disallowed_methods, reason = "it measures real time")]

mod support;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Parser;
use model::wire::{CallEvent, ClientMessage, FRAME_SAMPLES, Heard, Hello, Part, ServerMessage};
use model::{CallId, Channel, Millis, TrackId};
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use support::soak::{LOOKED_AT_EVERY, Memory};
use support::{Server, cpu_seconds, percentile, post, sign_up, socket};

#[derive(Parser)]
struct Arguments {
    /// The server's binary.
    #[arg(long, required_unless_present = "url")]
    server: Option<PathBuf>,
    /// A server that runs already, instead.
    #[arg(long, conflicts_with = "server")]
    url: Option<String>,
    /// Live calls at once.
    #[arg(long, default_value_t = 10)]
    calls: usize,
    /// How long they last.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// The same in minutes: memory is watched meanwhile. More than five.
    #[arg(long, conflicts_with = "seconds", value_parser = clap::value_parser!(u64).range(6..))]
    minutes: Option<u64>,
    /// Who is silent has a microphone that hears a quiet room, and not a muted one.
    #[arg(long)]
    rooms: bool,
    /// Files that are uploaded meanwhile.
    #[arg(long)]
    documents: Option<PathBuf>,
}

/// Bytes of a piece of an upload.
const PIECE: usize = 1 << 20;
const TALK: [(&str, &str); 6] = [
    ("so how are you handling call reviews today", "we mostly do it by hand and honestly it takes far too long"),
    ("what would it mean for the team if that took minutes", "it would help but it sounds expensive for a team of our size"),
    ("let me show you what a rep sees during a call", "how do you handle security and where is the data stored"),
    ("everything stays on your own server", "we are also looking at gong and they have a nice dashboard"),
    ("what matters most to you when you compare the two", "the price and how fast we could get started"),
    ("i will send you the proposal by friday", "great please send it over and i will talk to my boss about it"),
];

#[derive(Default)]
struct Measured {
    acks: Vec<f64>,
    events: Vec<f64>,
    sent: u64,
    lost: u64,
}

// One thread: the processors are the server's.
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = Arguments::parse();
    if let Some(minutes) = arguments.minutes {
        arguments.seconds = minutes * 60;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut server = match (arguments.url, &arguments.server) {
        (None, Some(binary)) => Server::start(binary, folder.path()),
        (url, _) => Server::at(url.unwrap_or_default()),
    };
    server.ready().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle = server.resident_kb();
    let client = reqwest::Client::new();
    let token = sign_up(&client, &server, "load").await;
    let (measured, sound) = (Arc::new(Mutex::new(Measured::default())), Arc::new(Sound::new(!arguments.rooms)));
    let mut tasks = Vec::new();
    // All speak from the same moment on, when every call is live.
    let everybody = Arc::new(Barrier::new(arguments.calls + 1));
    for index in 0..arguments.calls {
        let new = json!({
            "title": format!("Load {index}"), "contact_name": "Ann", "company": "Acme", "kind": "discovery", "language": "en-US", "vocabulary": "",
            "recognizer": "browser", "verbosity": "normal", "consent_who": "", "consent_how": "nobody_else",
        });
        let answer = post(&client, &format!("{}/api/v1/calls", server.url), Some(&token), &new).await;
        let id: CallId = answer["data"]["id"].as_str().unwrap_or_else(|| panic!("no call in {answer}")).parse().unwrap();
        let shared = (Arc::clone(&sound), Arc::clone(&measured), Arc::clone(&everybody));
        let begin = Begin { offset: Duration::from_millis((index as u64 * 37) % 100), turn: (index as u64 * 13) % (2 * TURN) };
        tasks.push(tokio::spawn(call(server.url.clone(), token.clone(), id, arguments.seconds, begin, shared)));
    }
    everybody.wait().await;
    println!("load.calls={}", arguments.calls);
    let reading = arguments.documents.map(|folder| tokio::spawn(give_all(client.clone(), server.url.clone(), token.clone(), folder)));
    let cpu_before = (server.cpu_seconds(), cpu_seconds(std::process::id()));
    let started = Instant::now();
    let until = started + Duration::from_secs(arguments.seconds * 3 / 4);
    let mut memory = Memory::default();
    while arguments.minutes.is_some() && started.elapsed() + LOOKED_AT_EVERY < Duration::from_secs(arguments.seconds) {
        tokio::time::sleep(LOOKED_AT_EVERY).await;
        memory.note(started.elapsed(), server.resident_kb());
    }
    tokio::time::sleep_until(until.into()).await;
    let busy = server.resident_kb();
    let passed = started.elapsed().as_secs_f64();
    let cpu = (server.cpu_seconds() - cpu_before.0) / passed;
    let own_cpu = (cpu_seconds(std::process::id()) - cpu_before.1) / passed;
    for task in tasks {
        task.await.unwrap();
    }
    let mut measured = std::mem::take(&mut *measured.lock().unwrap());
    let late = measured.acks.iter().filter(|ms| **ms > 100.0).count() as u64 + measured.lost;
    println!("load.frames_sent={}", measured.sent);
    println!("load.frames_per_second={:.0}", measured.sent as f64 / arguments.seconds as f64);
    println!("load.frames_lost={}", measured.lost);
    println!("load.late_share={:.4}", late as f64 / measured.sent.max(1) as f64);
    println!("load.ack_p50_ms={:.2}", percentile(&mut measured.acks, 0.50));
    println!("load.ack_p95_ms={:.2}", percentile(&mut measured.acks, 0.95));
    println!("load.ack_p99_ms={:.2}", percentile(&mut measured.acks, 0.99));
    println!("load.heard_to_event_p50_ms={:.2}", percentile(&mut measured.events, 0.50));
    println!("load.heard_to_event_p95_ms={:.2}", percentile(&mut measured.events, 0.95));
    if let Some(reading) = reading {
        let (given, done, failed) = reading.await.unwrap();
        println!("load.documents_given={given}");
        println!("load.documents_ready={done}");
        println!("load.documents_failed={failed}");
    }
    if let Some(growth) = memory.growth_mb_per_hour() {
        println!("soak.minutes={}", arguments.minutes.unwrap_or_default());
        println!("soak.growth_mb_per_hour={growth:.2}");
    }
    println!("load.server_cores={cpu:.2}");
    println!("load.generator_cores={own_cpu:.2}");
    println!("load.idle_rss_kb={idle}");
    println!("load.rss_kb={busy}");
    println!("load.peak_rss_kb={}", server.peak_kb());
    println!("load.rss_per_call_kb={}", busy.saturating_sub(idle) / arguments.calls.max(1) as u64);
    server.stop();
}

/// Uploads every file of a folder and waits, for two minutes at most, until none is on its way; hands back how many were given, are
/// ready, and are not and won't be by themselves.
async fn give_all(client: reqwest::Client, url: String, token: String, folder: PathBuf) -> (usize, usize, usize) {
    let mut given = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let upload = json!({ "file_name": name, "bytes": bytes.len() });
        let answer = post(&client, &format!("{url}/api/v1/knowledge/uploads"), Some(&token), &upload).await;
        // An empty file is refused here.
        let Some(id) = answer["data"]["id"].as_str() else { continue };
        let address = format!("{url}/api/v1/knowledge/uploads/{id}");
        for (number, piece) in bytes.chunks(PIECE).enumerate() {
            let sent = client.patch(&address).bearer_auth(&token).header("Upload-Offset", number * PIECE);
            let sent = sent.header("Content-Type", "application/octet-stream").body(piece.to_vec()).send().await.unwrap();
            assert!(sent.status().is_success(), "{}", sent.status());
        }
        post(&client, &format!("{address}/finish"), Some(&token), &json!({ "tags": [] })).await;
        given += 1;
    }
    let mut states = Vec::new();
    for _ in 0..120 {
        let list = client.get(format!("{url}/api/v1/knowledge/documents?limit=100")).bearer_auth(&token).send().await.unwrap();
        let list: Value = list.json().await.unwrap();
        states = list["data"].as_array().into_iter().flatten().filter_map(|one| one["state"].as_str().map(str::to_owned)).collect();
        if !states.iter().any(|state| matches!(state.as_str(), "waiting" | "reading" | "indexing")) {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let count = |wanted: &[&str]| states.iter().filter(|state| wanted.contains(&state.as_str())).count();
    (given, count(&["ready"]), count(&["failed", "locked"]))
}

/// Frames that a side speaks before it is the other's turn.
const TURN: u64 = 40;

/// Where a call is in what all of them do.
struct Begin {
    /// Within the 100 ms of a frame.
    offset: Duration,
    /// Frames of the talk that are over when it begins.
    turn: u64,
}

async fn call(
    url: String,
    token: String,
    id: CallId,
    seconds: u64,
    begin: Begin,
    (sound, measured, everybody): (Arc<Sound>, Arc<Mutex<Measured>>, Arc<Barrier>),
) {
    let address = format!("{}/api/v1/calls/{id}/stream", url.replace("http://", "ws://"));
    // One account opens them all, faster than it may: then the server says to wait.
    let socket = loop {
        let mut request = address.as_str().into_client_request().unwrap();
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        match tokio_tungstenite::connect_async_with_config(request, None, true).await {
            Ok((socket, _)) => break socket,
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) if answer.status() == 429 => {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            Err(error) => panic!("{error}"),
        }
    };
    let (mut out, mut answers) = socket::halves(socket);
    let hello = ClientMessage::Hello(Hello { call: id, part: Part::Source, page: "load".into(), take_over: false, last_event: 0 });
    out.text(&serde_json::to_string(&hello).unwrap()).await;
    // When each frame was sent, per track; the front is the next to be acked.
    let sent: Arc<Mutex<[VecDeque<Instant>; 2]>> = Arc::default();
    let said: Arc<Mutex<VecDeque<Instant>>> = Arc::default();
    let (reading_sent, reading_said, reading) = (Arc::clone(&sent), Arc::clone(&said), Arc::clone(&measured));
    let (tell_live, live) = tokio::sync::oneshot::channel();
    let mut tell_live = Some(tell_live);
    let reader = tokio::spawn(async move {
        let mut acked = [0_u32; 2];
        while let Some(text) = answers.next().await {
            match socket::told(text) {
                Some(ServerMessage::Welcome(_)) => {
                    let _ = tell_live.take().map(|tell| tell.send(()));
                }
                Some(ServerMessage::Ack { track, next }) => {
                    let now = Instant::now();
                    let mut sent = reading_sent.lock().unwrap();
                    let mut measured = reading.lock().unwrap();
                    while acked[track.index()] < next {
                        acked[track.index()] += 1;
                        if let Some(at) = sent[track.index()].pop_front() {
                            measured.acks.push((now - at).as_secs_f64() * 1e3);
                        }
                    }
                }
                Some(ServerMessage::Event { event: CallEvent::Segment(_), .. }) => {
                    if let Some(at) = reading_said.lock().unwrap().pop_front() {
                        reading.lock().unwrap().events.push(at.elapsed().as_secs_f64() * 1e3);
                    }
                }
                Some(ServerMessage::Event { event: CallEvent::Finishing | CallEvent::Ended, .. }) => break,
                Some(ServerMessage::Refused(problem)) => panic!("{problem}"),
                _ => {}
            }
        }
    });
    live.await.unwrap();
    everybody.wait().await;
    let start = Instant::now() + begin.offset;
    for index in 0..seconds * 10 {
        tokio::time::sleep_until((start + Duration::from_millis(index * 100)).into()).await;
        let captured_at = Millis(index as i64 * 100);
        for (track, channel) in TrackId::CAPTURED.into_iter().zip([Channel::Rep, Channel::Customer]) {
            // The sides take turns of four seconds.
            let talk = index + begin.turn;
            let speaks = (talk / TURN) % 2 == channel.index() as u64;
            let pcm = if speaks { &sound.voice } else { &sound.silence };
            sent.lock().unwrap()[track.index()].push_back(Instant::now());
            out.frame(track, index as u32, captured_at.0, &pcm[index as usize % pcm.len()]).await;
            measured.lock().unwrap().sent += 1;
            let phase = talk % TURN;
            if speaks && (phase % 3 == 2 || phase == TURN - 1) {
                let (rep, customer) = TALK[(talk / (2 * TURN)) as usize % TALK.len()];
                let text = if channel == Channel::Rep { rep } else { customer };
                let is_final = phase == TURN - 1;
                let words = text.split(' ').count() as u64 * (phase + 1) / TURN;
                let text =
                    if is_final { text.to_owned() } else { text.split(' ').take(words.max(1) as usize).collect::<Vec<_>>().join(" ") };
                let start = (captured_at - Millis(phase as i64 * 100)).max(Millis::ZERO);
                let heard = Heard { track, text, start, end: captured_at, confidence: 0.9, is_final };
                if is_final {
                    said.lock().unwrap().push_back(Instant::now());
                }
                out.text(&serde_json::to_string(&ClientMessage::Heard(heard)).unwrap()).await;
            }
        }
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    measured.lock().unwrap().lost += sent.lock().unwrap().iter().map(|waiting| waiting.len() as u64).sum::<u64>();
    out.text(&serde_json::to_string(&ClientMessage::End).unwrap()).await;
    let _ = tokio::time::timeout(Duration::from_secs(10), reader).await;
}

/// What both sides of a call send, in frames, again and again.
struct Sound {
    voice: Vec<Vec<u8>>,
    silence: Vec<Vec<u8>>,
}

impl Sound {
    /// The side that is silent is a muted microphone, or a quiet room.
    fn new(is_muted: bool) -> Self {
        let mut noise = 1_u32;
        let mut hiss = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if is_muted { 0 } else { (noise >> 8) as i16 % 20 }
        };
        let silence = (0..20).map(|_| (0..FRAME_SAMPLES).flat_map(|_| hiss().to_le_bytes()).collect());
        Self { silence: silence.collect(), voice: voice_like() }
    }
}

/// Two seconds of a buzz with the rhythm of syllables, in frames.
fn voice_like() -> Vec<Vec<u8>> {
    let sample = |index: usize| {
        let time = index as f64 / 16_000.0;
        let syllable = (time * 4.0 * std::f64::consts::TAU).sin().max(0.0);
        let buzz: f64 =
            (1..12).map(|harmonic| (time * 120.0 * f64::from(harmonic) * std::f64::consts::TAU).sin() / f64::from(harmonic)).sum();
        (buzz * syllable * 6_000.0) as i16
    };
    (0..20).map(|frame| (0..FRAME_SAMPLES).flat_map(|index| sample(frame * FRAME_SAMPLES + index).to_le_bytes()).collect()).collect()
}

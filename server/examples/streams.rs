//! Opens many event streams on one server and prints what it measured as `key=value` lines.
//!
//! ```text
//! streams --server target/release/closezly --streams 10000
//! ```
//!
//! It starts the server on a free loopback port with a throw-away data folder, makes `--organizations`, and opens `--streams` connections
//! to `GET /api/v1/events`, as many for each. Then calls are made one after the other, in each organization in turn. The delay of an event
//! is from the answer to the request that made it, which comes after the commit, to its arrival at the last stream of its organization.
//! The generator shares the server's cores.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measuring program: it prints, and stops at the first surprise"
)]
#![allow(clippy::disallowed_methods, reason = "it measures real time")]

mod support;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use support::{Server, percentile, post, sign_up};

#[derive(Parser)]
struct Arguments {
    /// The server's binary.
    #[arg(long)]
    server: PathBuf,
    /// Streams at once; each is an open file here and in the server.
    #[arg(long, default_value_t = 10_000)]
    streams: usize,
    /// Whose streams they are. A member opens at most some 20 a second.
    #[arg(long, default_value_t = 20)]
    organizations: usize,
    /// Events, one after the other.
    #[arg(long, default_value_t = 100)]
    events: usize,
}

/// How many connections are opened at once: the system queues so many for a server that is busy.
const AT_ONCE: usize = 64;

#[derive(Default)]
struct Heard {
    open: AtomicUsize,
    events: AtomicUsize,
    ended: AtomicUsize,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&arguments.server, folder.path());
    server.ready().await;
    let client = reqwest::Client::new();
    let mut tokens = Vec::new();
    for number in 0..arguments.organizations {
        tokens.push(sign_up(&client, &server, &format!("load{number}")).await);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle = server.resident_kb();

    let started = Instant::now();
    let heard = Arc::new(Heard::default());
    let address = server.url.trim_start_matches("http://").to_owned();
    let places = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    for number in 0..arguments.streams {
        let place = places.clone().acquire_owned().await.unwrap();
        let token = tokens[number % tokens.len()].clone();
        let (address, heard) = (address.clone(), heard.clone());
        tokio::spawn(async move {
            let stream = open(&address, &token).await;
            heard.open.fetch_add(1, Ordering::Relaxed);
            drop(place);
            listen(stream, &heard).await;
            heard.ended.fetch_add(1, Ordering::Relaxed);
        });
    }
    until(|| heard.open.load(Ordering::Relaxed) == arguments.streams).await;
    let opening = started.elapsed().as_secs_f64();
    // So that what is done once for each stream is done.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (open, cpu) = (server.resident_kb(), server.cpu_seconds());
    let quiet = Instant::now();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let cpu = (server.cpu_seconds() - cpu) / quiet.elapsed().as_secs_f64();

    let mut delays = Vec::new();
    let listeners = arguments.streams / tokens.len();
    for number in 1..=arguments.events {
        let new = json!({
            "title": format!("Stream {number}"), "contact_name": "Ann", "company": "Acme", "kind": "discovery", "language": "en-US",
            "vocabulary": "", "recognizer": "browser", "verbosity": "normal", "consent_who": "", "consent_how": "nobody_else",
        });
        post(&client, &format!("{}/api/v1/calls", server.url), Some(&tokens[number % tokens.len()]), &new).await;
        let committed = Instant::now();
        until(|| heard.events.load(Ordering::Relaxed) >= number * listeners).await;
        delays.push(committed.elapsed().as_secs_f64() * 1e3);
    }
    println!("streams.open={}", arguments.streams);
    println!("streams.organizations={}", tokens.len());
    println!("streams.opened_per_s={:.0}", arguments.streams as f64 / opening);
    println!("streams.ended={}", heard.ended.load(Ordering::Relaxed));
    println!("streams.idle_rss_kb={idle}");
    println!("streams.rss_kb={open}");
    println!("streams.peak_rss_kb={}", server.peak_kb());
    println!("streams.rss_per_stream_kb={:.1}", open.saturating_sub(idle) as f64 / arguments.streams.max(1) as f64);
    println!("streams.quiet_cores={cpu:.3}");
    println!("streams.commit_to_last_stream_p50_ms={:.1}", percentile(&mut delays, 0.50));
    println!("streams.commit_to_last_stream_p95_ms={:.1}", percentile(&mut delays, 0.95));
    server.stop();
}

/// Opens a stream, and waits where the server says to.
async fn open(address: &str, token: &str) -> TcpStream {
    loop {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET /api/v1/events?names=call.created HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.windows(13).any(|part| part == b"event: opened") && !head.starts_with(b"HTTP/1.1 429") {
            let mut piece = [0; 512];
            let count = stream.read(&mut piece).await.unwrap();
            head.extend_from_slice(&piece[..count]);
            // Any other answer never says that it is open.
            let refused = count == 0 || (head.len() >= 12 && !head.starts_with(b"HTTP/1.1 200") && !head.starts_with(b"HTTP/1.1 429"));
            assert!(!refused, "the stream was refused: {}", String::from_utf8_lossy(&head));
        }
        if !head.starts_with(b"HTTP/1.1 429") {
            return stream;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Counts events until the stream ends.
async fn listen(mut stream: TcpStream, heard: &Heard) {
    const EVENT: &[u8] = b"event: call.created";
    let mut text = Vec::new();
    let mut piece = [0; 1024];
    while let Ok(count @ 1..) = stream.read(&mut piece).await {
        text.extend_from_slice(&piece[..count]);
        // A name may be cut between two pieces: what is not a whole line yet is kept.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let events = text[..whole].split(|byte| *byte == b'\n').filter(|line| line.starts_with(EVENT)).count();
        text.drain(..whole);
        heard.events.fetch_add(events, Ordering::Relaxed);
    }
}

async fn until(done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(120), "it takes too long");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

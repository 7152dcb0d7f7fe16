//! What a long call costs when it is over, as `key=value` lines for `cargo xtask bench`: from its end to its review, the review page, the
//! player's byte ranges, a corrected line, and the exports.
//!
//! ```text
//! long_call [--minutes 10,60,180] [--runs 5] [--conversations FILE.jsonl]
//! ```
//!
//! The server runs in this process, with its real router and a database of its own; the calls are laid down in the store as a live call would
//! have left them: two channels of sound, segments with the times of their words, cues. Every time is taken at the client, so it has a
//! request on the loopback in it.
//!
//! `.first` is with nothing kept beside the recording, as for a call that another server took down; without it a median of `--runs`.
//! `.ratio_A_B` is the time of A minutes over that of B minutes, with as many times the length: linear is the ratio of the lengths or less.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measuring program: it prints, and stops at the first surprise"
)]
#![allow(clippy::disallowed_methods, reason = "it measures real time")]

mod house;
mod material;

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use futures::StreamExt as _;
use model::CallId;
use reqwest::Method;
use serde_json::json;

use house::TestApp;
use material::Texts;

#[derive(Parser)]
struct Arguments {
    /// Lengths of the calls, in minutes.
    #[arg(long, value_delimiter = ',', default_value = "10,60,180")]
    minutes: Vec<u32>,
    /// How often each thing is done; the median counts.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// What people say: a line of JSON for each conversation, with `turns` that have a `text`. Else the sample call's words, again and again.
    #[arg(long)]
    conversations: Option<PathBuf>,
}

/// A range that a player asks for when it jumps: 4 s of stereo.
const RANGE: u64 = 256 * 1024;

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let texts = Texts::read(arguments.conversations.as_deref());
    let house = TestApp::open().await;
    let mut measured: Vec<(u32, Vec<(String, f64)>)> = Vec::new();
    for minutes in arguments.minutes {
        let call = house.lay_down(&texts, minutes).await;
        let rows = measure(&house, call, arguments.runs).await;
        for (name, value) in &rows {
            println!("long_call.{minutes}_min.{name}={value:.1}");
        }
        measured.push((minutes, rows));
        house.forget(call).await;
    }
    for pair in measured.windows(2) {
        let [(shorter, before), (longer, after)] = pair else { continue };
        for ((name, before), (_, after)) in before.iter().zip(after) {
            println!("long_call.{name}.ratio_{longer}_{shorter}={:.2}", after / before);
        }
    }
    println!("long_call.peak_rss_kb={}", house::peak_kb());
}

/// Everything that is timed about one call, in milliseconds, and the sizes of what was sent.
async fn measure(house: &TestApp, call: CallId, runs: usize) -> Vec<(String, f64)> {
    let mut rows = Vec::new();
    let first = end(house, call).await;
    rows.push(("end_to_review_ms.first".to_owned(), first));
    let mut again = Vec::new();
    for _ in 0..runs {
        house.live_again(call).await;
        again.push(end(house, call).await);
    }
    rows.push(("end_to_review_ms".to_owned(), median(again)));

    let page = format!("/calls/{call}");
    let (mut first_bytes, mut wholes, mut size) = (Vec::new(), Vec::new(), 0);
    for _ in 0..runs {
        let (first_byte, whole, bytes) = load(house, &page).await;
        first_bytes.push(first_byte);
        wholes.push(whole);
        size = bytes;
    }
    rows.push(("page_ttfb_ms".to_owned(), median(first_bytes)));
    rows.push(("page_whole_ms".to_owned(), median(wholes)));
    rows.push(("page_kb".to_owned(), size as f64 / 1000.0));

    let recording = format!("/api/v1/calls/{call}/recording");
    let length = house.length(&recording).await;
    for (name, from) in [("begin", 0), ("middle", length / 2), ("end", length - RANGE)] {
        let mut times = Vec::new();
        for _ in 0..runs {
            times.push(range(house, &recording, from).await);
        }
        rows.push((format!("range_{name}_ms"), median(times)));
    }

    let mut times = Vec::new();
    for number in 0..runs {
        let started = Instant::now();
        let body = json!({ "text": format!("I will send you offer {number} by Friday.") });
        let answer = house.request(Method::PATCH, &format!("/api/v1/calls/{call}/transcript/1")).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        times.push(ms(started));
    }
    rows.push(("correct_line_ms".to_owned(), median(times)));

    for format in ["markdown", "json", "srt"] {
        let mut times = Vec::new();
        for _ in 0..runs {
            let started = Instant::now();
            let answer = house.request(Method::GET, &format!("/api/v1/calls/{call}/export?format={format}")).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            answer.bytes().await.unwrap();
            times.push(ms(started));
        }
        rows.push((format!("export_{format}_ms"), median(times)));
    }
    rows
}

/// Ends a live call and waits for its review.
async fn end(house: &TestApp, call: CallId) -> f64 {
    let started = Instant::now();
    let answer = house.request(Method::POST, &format!("/api/v1/calls/{call}/end")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let time = ms(started);
    assert_eq!(house.state(call).await, model::CallState::Ended);
    time
}

/// Loads a page as a browser does: time to the first byte of its body, to the last one, and how many there are.
async fn load(house: &TestApp, path: &str) -> (f64, f64, usize) {
    let started = Instant::now();
    let answer = house.page(path).await;
    let mut body = answer.bytes_stream();
    let mut bytes = body.next().await.unwrap().unwrap().len();
    let first_byte = ms(started);
    while let Some(piece) = body.next().await {
        bytes += piece.unwrap().len();
    }
    (first_byte, ms(started), bytes)
}

async fn range(house: &TestApp, path: &str, from: u64) -> f64 {
    let started = Instant::now();
    let answer = house.request(Method::GET, path).header("range", format!("bytes={from}-{}", from + RANGE - 1)).send().await.unwrap();
    assert_eq!(answer.status(), 206);
    assert_eq!(answer.bytes().await.unwrap().len() as u64, RANGE);
    ms(started)
}

fn ms(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

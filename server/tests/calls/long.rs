//! A call of three hours: its page and its player get what they show.

use model::wire::Frame;
use model::{CallId, CallState, Channel, Millis, OrganizationId, Segment, ShownReview, TrackId, Waveform};
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::json;
use store::RecordingLog;

use crate::page::{make, new_call, path};
use crate::support::{PASSWORD, Program, TestServer};

/// Three hours.
const LENGTH: i64 = 3 * 3_600_000;
/// Bytes of its recording: a header, and 16 bit of both sides 16,000 times a second.
const BYTES: u64 = 44 + (LENGTH as u64) * 16 * 4;

/// A call with so many lines over three hours, that has just ended: its job has not written the review yet.
async fn laid_down(server: &TestServer, ann: &Program, lines: i64) -> CallId {
    let call = make(ann, new_call("Long")).await;
    let organization = organization(ann).await;
    let store = server.services.store();
    let line = |number: i64| Segment {
        number,
        track: TrackId::usual(if number % 3 == 0 { Channel::Customer } else { Channel::Rep }),
        channel: if number % 3 == 0 { Channel::Customer } else { Channel::Rep },
        text: format!("This is what was said in line {number}, and it is {} long.", if number % 7 == 0 { "rather" } else { "not" }),
        start_ms: Millis(LENGTH / lines * (number - 1)),
        end_ms: Millis(LENGTH / lines * number - 200),
        confidence: 0.9,
        words: Vec::new(),
        corrected: false,
    };
    let mut segments: Vec<Segment> = (1..=lines).map(line).collect();
    segments[lines as usize - 11].text = "I will send you the deck by Friday.".to_owned();
    let now = server.services.now();
    assert!(store.move_call(organization, call, &[CallState::Prepared], CallState::Live, now).await.unwrap());
    store.append_segments(organization, call, &segments).await.unwrap();
    store.set_duration(organization, call, Millis(LENGTH)).await.unwrap();
    call
}

async fn organization(ann: &Program) -> OrganizationId {
    let me = ann.get("/api/v1/auth/me").await;
    serde_json::from_value(me.body["data"]["organization"]["id"].clone()).unwrap()
}

/// A tenth of a second in each minute, whose samples are the minute's number, and one at the end; nothing in between.
async fn record(server: &TestServer, ann: &Program, call: CallId) {
    let root = server.data().join("files/recordings");
    for (channel, minutes) in [(Channel::Rep, 180), (Channel::Customer, 100)] {
        let path = store::recording::path(&root, organization(ann).await, call, TrackId::usual(channel));
        let mut log = RecordingLog::open(path, true).unwrap();
        let at = (0..minutes).map(|minute| minute * 60_000).chain((channel == Channel::Rep).then_some(LENGTH - 100));
        for (sequence, at) in at.enumerate() {
            let pcm = (sequence as i16 + 1).to_le_bytes().repeat(1_600);
            log.append(&Frame { track: TrackId::usual(channel), sequence: sequence as u32, captured_at: Millis(at), pcm }).unwrap();
        }
    }
}

/// What the player hears in bytes of the file: see [`record`].
fn heard(range: std::ops::Range<u64>) -> Vec<u8> {
    let byte = |at: u64| {
        let (sample, side, half) = ((at - 44) / 4, (at - 44) % 4 / 2, at % 2);
        let (minute, within) = (sample / 960_000, sample % 960_000 < 1_600);
        let value = match side {
            0 if sample >= (LENGTH as u64 - 100) * 16 => 181,
            0 if within => minute as i16 + 1,
            1 if within && minute < 100 => minute as i16 + 1,
            _ => 0,
        };
        value.to_le_bytes()[half as usize]
    };
    range.map(byte).collect()
}

struct Part {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Part {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// An answer; its body is read only where it is a part.
async fn ask(program: &Program, method: Method, address: &str, headers: &[(&str, &str)]) -> Part {
    let request = headers.iter().fold(program.request(method, address), |request, (name, value)| request.header(*name, *value));
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = if status == StatusCode::PARTIAL_CONTENT { response.bytes().await.unwrap().to_vec() } else { Vec::new() };
    Part { status, headers, bytes }
}

#[tokio::test]
async fn any_range_of_three_hours_can_be_played() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = laid_down(&server, &ann, 300).await;
    record(&server, &ann, call).await;
    let address = path(call, "/recording");
    let part = |start: u64, end: u64| (start, end);
    let minute = |minute: u64| 44 + minute * 60 * 16_000 * 4;
    for (range, (start, end)) in [
        (format!("bytes={}-{}", minute(0), minute(0) + 9_999), part(minute(0), minute(0) + 10_000)),
        (format!("bytes={}-{}", minute(90) - 5_001, minute(90) + 9_998), part(minute(90) - 5_001, minute(90) + 9_999)),
        (format!("bytes={}-{}", minute(150) - 1, minute(150) + 6_500), part(minute(150) - 1, minute(150) + 6_501)),
        ("bytes=-7001".to_owned(), part(BYTES - 7_001, BYTES)),
        (format!("bytes={}-", BYTES - 20_000), part(BYTES - 20_000, BYTES)),
        (format!("bytes={}-{}", BYTES - 3, u64::MAX), part(BYTES - 3, BYTES)),
    ] {
        let answer = ask(&ann, Method::GET, &address, &[("range", &range)]).await;
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(answer.header("content-range"), format!("bytes {start}-{}/{BYTES}", end - 1), "{range}");
        assert_eq!(answer.header("content-length"), (end - start).to_string(), "{range}");
        assert!(answer.bytes == heard(start..end), "{range}");
        let head = ask(&ann, Method::HEAD, &address, &[("range", &range)]).await;
        assert_eq!((head.status, head.header("content-length")), (answer.status, answer.header("content-length")), "{range}");
    }
    for range in [format!("bytes={BYTES}-"), "bytes=-0".to_owned(), format!("bytes={}-{}", BYTES + 5, BYTES + 9)] {
        let answer = ask(&ann, Method::GET, &address, &[("range", &range)]).await;
        assert_eq!(answer.status, StatusCode::RANGE_NOT_SATISFIABLE, "{range}");
        assert_eq!(answer.header("content-range"), format!("bytes */{BYTES}"));
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    // Several ranges may be answered by the whole.
    let several = ask(&ann, Method::GET, &address, &[("range", "bytes=0-9,100-199")]).await;
    assert_eq!((several.status, several.header("content-length")), (StatusCode::OK, &*BYTES.to_string()));
    let whole = ask(&ann, Method::HEAD, &address, &[]).await;
    assert_eq!((whole.status, whole.header("content-length")), (StatusCode::OK, &*BYTES.to_string()));
    let tag = whole.header("etag").to_owned();
    for (tag, status) in [(&*tag, StatusCode::PARTIAL_CONTENT), ("\"another\"", StatusCode::OK)] {
        let answer = ask(&ann, Method::GET, &address, &[("range", "bytes=-100"), ("if-range", tag)]).await;
        assert_eq!(answer.status, status, "{tag}");
    }
    let known = ask(&ann, Method::GET, &address, &[("if-none-match", &tag)]).await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    let mono = ask(&ann, Method::GET, &format!("{address}?channel=customer"), &[("range", "bytes=-3200")]).await;
    assert_eq!(mono.bytes, 100_i16.to_le_bytes().repeat(1_600), "the customer's last frame is the end of their side");
}

#[tokio::test]
async fn how_loud_three_hours_are_is_drawn_in_some_hundred_peaks() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let call = laid_down(&server, &ann, 300).await;
    record(&server, &ann, call).await;
    assert_eq!(ann.post(&path(call, "/end"), json!({})).await.status, StatusCode::OK);
    server.run_jobs().await;
    let drawn: Waveform = serde_json::from_value(ann.get(&path(call, "/waveform")).await.body["data"].clone()).unwrap();
    assert_eq!((drawn.duration_ms, drawn.rep.len(), drawn.customer.len()), (Millis(LENGTH), 400, 400));
    // A tenth of a second of each minute, in stretches of 27 s.
    let loud = |peaks: &[u8]| peaks.iter().filter(|peak| **peak > 0).count();
    assert_eq!((loud(&drawn.rep), loud(&drawn.customer)), (181, 100));
    assert_eq!((drawn.rep[0], drawn.rep[399], drawn.customer[399]), (1, 2, 0));
}

/// Numbers of the lines on a page.
fn lines(page: &str) -> Vec<i64> {
    let ids = page.split("id=\"segment-").skip(1);
    ids.map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn its_page_shows_a_part_and_the_way_to_the_rest() {
    let server = TestServer::start().await;
    let (ann, browser) = (server.owner("Ann").await, server.browser());
    browser.sign_in("Ann", PASSWORD).await;
    let call = laid_down(&server, &ann, 1_000).await;
    assert_eq!(ann.post(&path(call, "/end"), json!({})).await.status, StatusCode::OK);
    let page = |query: &'static str| browser_text(&browser, call, query);
    let first = page("").await;
    assert_eq!(lines(&first), (1..=200).collect::<Vec<_>>());
    assert!(first.contains("Later lines") && !first.contains("Earlier lines"));
    assert!(first.contains("?line=201#segment-201"), "the way on works without JavaScript");
    assert!(first.contains("I will send you the deck by Friday."), "what it means is there, wherever it was said");
    assert!(first.contains("?line=990#segment-990"), "and leads to where it was said");
    let middle = page("?line=450").await;
    assert_eq!(lines(&middle), (401..=600).collect::<Vec<_>>());
    assert!(middle.contains("?line=400#segment-400") && middle.contains("?line=601#segment-601"));
    let last = page("?edit=990").await;
    assert_eq!(lines(&last), (801..=1_000).collect::<Vec<_>>());
    assert!(last.contains("Earlier lines") && !last.contains("Later lines"));
    assert!(last.contains("id=\"correct-990\"") && last.contains("href=\"#segment-990\""));
    for nowhere in ["?line=5000", "?line=-1", "?line=two", "?line=99999999999999999999"] {
        assert_eq!(lines(&browser_text(&browser, call, nowhere).await).len(), 200, "{nowhere}");
    }
    let few = laid_down(&server, &ann, 240).await;
    let whole = browser_text(&browser, few, "").await;
    assert_eq!(lines(&whole).len(), 240, "a short transcript is whole");
    assert!(!whole.contains("Later lines") && !whole.contains("?line="));
}

async fn browser_text(browser: &crate::support::Browser, call: CallId, query: &str) -> String {
    browser.text(&format!("/calls/{call}{query}")).await
}

#[tokio::test]
async fn its_page_grows_by_a_few_bytes_a_line() {
    let server = TestServer::start().await;
    let (ann, browser) = (server.owner("Ann").await, server.browser());
    browser.sign_in("Ann", PASSWORD).await;
    let mut sizes = Vec::new();
    for lines in [500, 1_000, 2_000] {
        let call = laid_down(&server, &ann, lines).await;
        assert_eq!(ann.post(&path(call, "/end"), json!({})).await.status, StatusCode::OK);
        sizes.push(browser_text(&browser, call, "").await.len());
    }
    let (first, second) = (sizes[1] - sizes[0], sizes[2] - sizes[1]);
    assert!(first / 500 < 120 && second / 1_000 < 120, "{sizes:?}");
}

#[tokio::test]
async fn its_page_asks_for_more_lines() {
    let server = TestServer::start().await;
    let (ann, browser) = (server.owner("Ann").await, server.browser());
    browser.sign_in("Ann", PASSWORD).await;
    let call = laid_down(&server, &ann, 1_000).await;
    let id = call.to_string();
    let more = |from: &'static str, until: &'static str| {
        let (browser, id) = (&browser, id.clone());
        async move { browser.call("/api/calls/lines", &[("id", &id), ("from", from), ("until", until)]).await }
    };
    let numbers = |body: &serde_json::Value| {
        let lines: Vec<Segment> = serde_json::from_value(body.clone()).unwrap();
        lines.iter().map(|line| line.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&more("200", "400").await.body), (201..=400).collect::<Vec<_>>());
    assert_eq!(numbers(&more("990", "4294967295").await.body), (991..=1_000).collect::<Vec<_>>());
    for (from, until) in [("1000", "1200"), ("400", "200"), ("5", "5")] {
        assert_eq!(more(from, until).await.body, json!([]), "{from}..{until}");
    }
    for (from, until) in [("-1", "5"), ("x", "5"), ("0", "4294967296")] {
        assert!(more(from, until).await.status.is_client_error(), "{from}..{until}");
    }
    let review = browser.call("/api/calls/review", &[("id", &id), ("from", "300"), ("until", "700")]).await;
    let shown: ShownReview = serde_json::from_value(review.body).unwrap();
    assert_eq!((shown.from, shown.review.segments.len(), shown.outline.len()), (300, 400, 1_000));
    let whole = ann.get(&path(call, "/review")).await.body["data"].clone();
    assert_eq!(whole["segments"].as_array().unwrap().len(), 1_000, "programs get all of it");
    assert_eq!(json!(shown.review.metrics), whole["metrics"], "the numbers are of the whole call");
    let stranger = server.browser();
    stranger.sign_up("Zed").await;
    for function in ["review", "lines"] {
        let answer = stranger.call(&format!("/api/calls/{function}"), &[("id", &id), ("from", "0"), ("until", "5")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{function}");
    }
}

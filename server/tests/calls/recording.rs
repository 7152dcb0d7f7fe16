//! The recording as players ask for it.

use model::Channel::{Customer, Rep};
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::page::{Page, ended_call, make, new_call, path, words};
use crate::support::{Program, TestServer};

/// 3 s of stereo, 16 bit, 16 kHz, after a header.
const LENGTH: usize = 44 + 3 * 16_000 * 2 * 2;

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

async fn ask(program: &Program, method: Method, address: &str, headers: &[(&str, &str)]) -> Part {
    let request = headers.iter().fold(program.request(method, address), |request, (name, value)| request.header(*name, *value));
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Part { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
}

#[tokio::test]
async fn any_range_of_it_can_be_played() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let address = path(ended_call(&ann, "First").await, "/recording");
    let whole = ask(&ann, Method::GET, &address, &[]).await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.bytes.len(), LENGTH);
    assert_eq!((whole.header("content-type"), whole.header("accept-ranges")), ("audio/wav", "bytes"));
    assert_eq!(whole.header("content-encoding"), "", "sound is not compressed: its ranges would mean something else");
    assert_eq!(whole.header("cache-control"), "private, no-cache");
    assert_eq!(&whole.bytes[..4], b"RIFF");
    let last = LENGTH - 1;
    for (range, start, end) in [
        ("bytes=0-0".to_owned(), 0, 1),
        ("bytes=0-99".to_owned(), 0, 100),
        ("bytes=43-45".to_owned(), 43, 46),
        (format!("bytes={}-", LENGTH - 10), LENGTH - 10, LENGTH),
        ("bytes=-100".to_owned(), LENGTH - 100, LENGTH),
        ("bytes=-99999999".to_owned(), 0, LENGTH),
        (format!("bytes=100000-{}", u64::MAX), 100_000, LENGTH),
        (format!("bytes={last}-{last}"), last, LENGTH),
    ] {
        let part = ask(&ann, Method::GET, &address, &[("range", &range)]).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(part.header("content-range"), format!("bytes {start}-{}/{LENGTH}", end - 1), "{range}");
        assert_eq!(part.header("content-length"), (end - start).to_string(), "{range}");
        assert!(part.bytes == whole.bytes[start..end], "{range}");
    }
    for range in [format!("bytes={LENGTH}-"), "bytes=-0".to_owned(), "bytes=99999999-999999999".to_owned()] {
        let part = ask(&ann, Method::GET, &address, &[("range", &range)]).await;
        assert_eq!(part.status, StatusCode::RANGE_NOT_SATISFIABLE, "{range}");
        assert_eq!(part.header("content-range"), format!("bytes */{LENGTH}"));
    }
    for range in ["bytes=5-2", "bytes=a-b", "bytes=0-1,4-5", "seconds=0-1", "bytes"] {
        let part = ask(&ann, Method::GET, &address, &[("range", range)]).await;
        assert_eq!((part.status, part.bytes.len()), (StatusCode::OK, LENGTH), "{range}");
    }
}

#[tokio::test]
async fn a_player_asks_only_for_what_has_changed() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let address = path(ended_call(&ann, "First").await, "/recording");
    let head = ask(&ann, Method::HEAD, &address, &[]).await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("content-length"), LENGTH.to_string());
    let tag = head.header("etag");
    let part = ask(&ann, Method::HEAD, &address, &[("range", "bytes=0-9")]).await;
    assert_eq!((part.status, part.header("content-length")), (StatusCode::PARTIAL_CONTENT, "10"));
    let fits = ask(&ann, Method::GET, &address, &[("range", "bytes=0-9"), ("if-range", tag)]).await;
    assert_eq!((fits.status, fits.bytes.len()), (StatusCode::PARTIAL_CONTENT, 10));
    let changed = ask(&ann, Method::GET, &address, &[("range", "bytes=0-9"), ("if-range", "\"another\"")]).await;
    assert_eq!((changed.status, changed.bytes.len()), (StatusCode::OK, LENGTH));
    let known = ask(&ann, Method::GET, &address, &[("if-none-match", tag)]).await;
    assert_eq!((known.status, known.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(known.header("etag"), tag, "RFC 9110 wants it in a 304 too");
    for several in [format!("\"x\", {tag}"), "*".to_owned(), format!("W/{tag}")] {
        let known = ask(&ann, Method::GET, &address, &[("if-none-match", &several)]).await;
        assert_eq!(known.status, StatusCode::NOT_MODIFIED, "{several}");
    }
    let mono = ask(&ann, Method::HEAD, &format!("{address}?channel=rep"), &[]).await;
    assert_ne!(mono.header("etag"), tag);
}

fn samples(wav: &[u8]) -> Vec<i16> {
    wav[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

#[tokio::test]
async fn sides_are_left_and_right_or_alone_and_change_places() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let browser = server.browser();
    browser.sign_in("Ann", crate::support::PASSWORD).await;
    let id = ended_call(&ann, "First").await;
    let address = path(id, "/recording");
    let both = ask(&ann, Method::GET, &address, &[]).await.bytes;
    let (rep, customer) = (
        ask(&ann, Method::GET, &format!("{address}?channel=rep"), &[]).await.bytes,
        ask(&ann, Method::GET, &format!("{address}?channel=customer"), &[]).await.bytes,
    );
    assert_eq!((samples(&rep).len(), samples(&customer).len()), (30 * 1_600, 20 * 1_600));
    let (left, right): (Vec<i16>, Vec<i16>) = samples(&both).chunks_exact(2).map(|pair| (pair[0], pair[1])).unzip();
    assert!(left == samples(&rep), "the rep is left");
    assert!(right[..20 * 1_600] == samples(&customer) && right[20 * 1_600..].iter().all(|sample| *sample == 0), "the customer is right");
    assert_eq!(ask(&ann, Method::GET, &format!("{address}?channel=both"), &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let before = ask(&ann, Method::HEAD, &address, &[]).await;
    let swapped = browser.call("/api/calls/swap-channels", &[("id", &id.to_string())]).await;
    assert_eq!(swapped.status, StatusCode::OK, "{:?}", swapped.body);
    assert!(ask(&ann, Method::GET, &format!("{address}?channel=customer"), &[]).await.bytes == rep, "the sound has changed sides");
    let after = ask(&ann, Method::HEAD, &address, &[]).await;
    assert_ne!(before.header("etag"), after.header("etag"), "a browser must not go on with what it has");
    let review = ann.get(&path(id, "/review")).await.body["data"].clone();
    let channels: Vec<_> = review["segments"].as_array().unwrap().iter().map(|line| line["channel"].clone()).collect();
    assert_eq!(channels, ["rep", "customer", "rep"]);
    let actions = review["insights"]["action_items"].as_array().unwrap();
    assert!(actions.iter().all(|item| item["owner"] == "customer"), "{actions:?}");
}

#[tokio::test]
async fn how_loud_each_side_is_can_be_drawn() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let bob = server.owner("Bob").await;
    let id = make(&ann, new_call("Loud")).await;
    let address = path(id, "/waveform");
    assert_eq!(ann.get(&address).await.failure(404), "not_found", "nothing is recorded yet");
    let mut page = Page::source(&ann, id).await;
    page.frames(Rep, 0..30).await;
    page.frames(Customer, 0..20).await;
    page.acked(Customer, 20).await;
    assert_eq!(ann.get(&address).await.failure(409), "conflict", "it goes on");
    page.end().await;
    let drawn = ann.get(&address).await.body["data"].clone();
    let side = |name: &str| drawn[name].as_array().unwrap().iter().map(|peak| peak.as_u64().unwrap()).collect::<Vec<_>>();
    let (rep, customer) = (side("rep"), side("customer"));
    assert_eq!((&drawn["duration_ms"], rep.len(), customer.len()), (&json!(3_000), 120, 120));
    assert!(rep.iter().all(|peak| *peak == 1), "it is quiet, not silent: {rep:?}");
    assert!(customer[..80].iter().all(|peak| *peak == 1) && customer[80..].iter().all(|peak| *peak == 0), "{customer:?}");
    let call = ann.get(&path(id, "")).await.body["data"].clone();
    let folder = server.data().join("files/recordings").join(call["organization_id"].as_str().unwrap()).join(id.to_string());
    assert!(folder.join("rep.peaks").exists(), "it is kept, not found out with each visit");
    assert_eq!(bob.get(&address).await.failure(404), "not_found", "a stranger's");
    let browser = server.browser();
    browser.sign_in("Ann", crate::support::PASSWORD).await;
    assert_eq!(browser.call("/api/calls/swap-channels", &[("id", &id.to_string())]).await.status, StatusCode::OK);
    let swapped = ann.get(&address).await.body["data"].clone();
    assert_eq!((&swapped["rep"], &swapped["customer"]), (&drawn["customer"], &drawn["rep"]), "sound changes sides with the words");
    assert_eq!(ann.delete(&path(id, "")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.get(&address).await.failure(404), "not_found");
    server.undo_is_over(|| !folder.exists()).await;
}

#[tokio::test]
async fn gaps_are_silence_so_that_it_keeps_step_with_the_call() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = make(&ann, new_call("Gap")).await;
    let mut page = Page::source(&ann, id).await;
    page.frames(Rep, 0..3).await;
    page.acked(Rep, 3).await;
    // Paused for a moment of real time: a capture time ahead of the call's clock would not be believed.
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    let late = model::wire::Frame { captured_at: model::Millis(1_000), ..crate::page::frame(Rep, 3) };
    page.say(model::wire::ClientMessage::Frame(late)).await;
    page.acked(Rep, 4).await;
    page.end().await;
    let wav = ask(&ann, Method::GET, &path(id, "/recording?channel=rep"), &[]).await.bytes;
    let samples = samples(&wav);
    assert_eq!(samples.len(), 11 * 1_600, "1.1 s of call are 1.1 s of sound");
    assert!(samples[3 * 1_600..10 * 1_600].iter().all(|sample| *sample == 0));
    assert!(samples[10 * 1_600..].iter().all(|sample| *sample == 4));
    assert_eq!(ask(&ann, Method::GET, &path(id, "/recording?channel=customer"), &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn where_sound_is_not_kept_there_is_none() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    assert_eq!(ann.patch("/api/v1/organization", json!({ "keep_audio": false })).await.status, StatusCode::OK);
    let id = make(&ann, new_call("Unkept")).await;
    let mut page = Page::source(&ann, id).await;
    page.frames(Rep, 0..10).await;
    page.frames(Customer, 0..10).await;
    page.acked(Customer, 10).await;
    page.say(words(Customer, 0, "It is too expensive for us.")).await;
    page.heard("expensive").await;
    assert_eq!(ann.get(&path(id, "/recording")).await.failure(404), "not_found");
    page.end().await;
    assert_eq!(ann.get(&path(id, "/recording")).await.failure(404), "not_found");
    assert_eq!(ann.get(&path(id, "/waveform")).await.failure(404), "not_found");
    let review = ann.get(&path(id, "/review")).await.body["data"].clone();
    assert_eq!((&review["recording_ms"], &review["recognizers"]), (&json!(null), &json!([])));
    assert_eq!(review["segments"].as_array().unwrap().len(), 1);
}

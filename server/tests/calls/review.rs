//! What is changed after a call.

use model::wire::{ClientMessage, Heard};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::html;
use crate::page::{Page, ended_call, make, new_call, path};
use crate::support::{Browser, PASSWORD, Program, TestServer};

pub async fn ann(server: &TestServer) -> (Program, Browser) {
    let (program, browser) = (server.owner("Ann").await, server.browser());
    browser.sign_in("Ann", PASSWORD).await;
    (program, browser)
}

async fn actions(ann: &Program, call: model::CallId) -> Vec<Value> {
    let review = ann.get(&path(call, "/review")).await;
    review.body["data"]["insights"]["action_items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_corrected_line_rewrites_the_review() {
    let server = TestServer::start().await;
    let (ann, _) = ann(&server).await;
    let id = ended_call(&ann, "First").await;
    assert!(actions(&ann, id).await.iter().any(|item| item["text"].as_str().unwrap().contains("deck")));
    let line = ann.patch(&path(id, "/transcript/2"), json!({ "text": "  I will send you the security whitepaper by Friday. " })).await;
    assert_eq!(line.status, StatusCode::OK, "{:?}", line.body);
    assert_eq!(line.body["data"]["corrected"], true);
    assert_eq!(line.body["data"]["text"], "I will send you the security whitepaper by Friday.");
    let items = actions(&ann, id).await;
    assert!(items.iter().any(|item| item["text"].as_str().unwrap().contains("whitepaper")), "{items:?}");
    assert!(!items.iter().any(|item| item["text"].as_str().unwrap().contains("deck")), "{items:?}");
    let transcript = ann.get(&path(id, "/transcript")).await.body["data"].clone();
    assert_eq!((&transcript[0]["corrected"], &transcript[1]["corrected"]), (&json!(false), &json!(true)));
    for (number, text, status) in [
        ("2", json!(""), 422),
        ("2", json!("a\u{0}b"), 422),
        ("2", json!("x".repeat(10_001)), 422),
        ("2", json!(5), 422),
        ("99", json!("x"), 404),
        ("-1", json!("x"), 404),
        ("99999999999999999999", json!("x"), 404),
        ("two", json!("x"), 404),
    ] {
        ann.patch(&path(id, &format!("/transcript/{number}")), json!({ "text": text })).await.failure(status);
    }
}

#[tokio::test]
async fn what_is_done_stays_done() {
    let server = TestServer::start().await;
    let (ann, browser) = ann(&server).await;
    let id = ended_call(&ann, "First").await;
    let before = actions(&ann, id).await;
    let item = before.iter().position(|item| item["text"].as_str().unwrap().contains("deck")).unwrap().to_string();
    let tick = |item: String, done: &'static str| {
        let (browser, id) = (&browser, id.to_string());
        async move { browser.call("/api/calls/action-done", &[("id", &id), ("item", &item), ("done", done)]).await }
    };
    assert_eq!(tick(item.clone(), "true").await.status, StatusCode::OK);
    ann.patch(&path(id, "/transcript/1"), json!({ "text": "It is fine for us." })).await;
    let done: Vec<_> = actions(&ann, id).await.into_iter().filter(|item| item["done"] == true).collect();
    assert_eq!(done.len(), 1, "a review that is written again keeps it: {done:?}");
    assert!(done[0]["text"].as_str().unwrap().contains("deck"));
    assert_eq!(tick("0".to_owned(), "false").await.status, StatusCode::OK);
    assert_eq!(tick("4000000000".to_owned(), "true").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn tomorrow_is_a_day_of_the_reps_own_clock() {
    let server = TestServer::start().await;
    let night: chrono::DateTime<chrono::Utc> = "2026-12-04T01:30:00Z".parse().unwrap();
    server.clock.advance(night - ports::Clock::now(&*server.clock));
    let (ann, browser) = ann(&server).await;
    let due = async |call: model::CallId| -> Vec<Value> { actions(&ann, call).await.iter().map(|item| item["due"].clone()).collect() };
    let held = async |zone: &str| {
        let mut new = new_call("Night");
        new["time_zone"] = json!(zone);
        let call = make(&ann, new).await;
        let mut page = Page::source(&ann, call).await;
        page.say(crate::page::words(model::Channel::Rep, 0, "I will send you the offer tomorrow.")).await;
        page.heard("offer").await;
        page.end().await;
        call
    };
    let first = held("America/Los_Angeles").await;
    assert_eq!(due(first).await, [json!("2026-12-04")], "there it is Thursday still");
    assert_eq!(due(held("").await).await, [json!("2026-12-05")], "a program's zone is that call's only");
    let new = new_call("In the browser");
    let typed = new.as_object().unwrap().iter().map(|(field, value)| (format!("new[{field}]"), value.as_str().unwrap()));
    let typed: Vec<(String, &str)> = typed.chain([("new[time_zone]".to_owned(), "America/Los_Angeles")]).collect();
    let typed: Vec<(&str, &str)> = typed.iter().map(|(field, value)| (field.as_str(), *value)).collect();
    assert!(browser.call("/api/calls/create", &typed).await.status.is_success());
    assert_eq!(due(held("").await).await, [json!("2026-12-04")], "who said it once is asked no more");
    assert_eq!(due(held("australia/sydney").await).await, [json!("2026-12-05")]);
    assert_eq!(due(held("").await).await, [json!("2026-12-04")], "nor does another call's change it");
    let moved = ann.patch(&path(first, ""), json!({ "time_zone": "Australia/Sydney" })).await;
    assert_eq!((moved.status, &moved.body["data"]["time_zone"]), (StatusCode::OK, &json!("Australia/Sydney")), "{:?}", moved.body);
    assert_eq!(due(first).await, [json!("2026-12-05")], "its days are reckoned anew");
    let refused = ann.patch(&path(first, ""), json!({ "time_zone": "Mars/Base" })).await;
    assert_eq!(refused.failure(422), "invalid");
    assert_eq!(refused.body["error"]["details"]["field"], "time_zone");
}

#[tokio::test]
async fn a_live_call_is_changed_only_after_its_end() {
    let server = TestServer::start().await;
    let (ann, browser) = ann(&server).await;
    let id = make(&ann, new_call("Live")).await;
    let mut page = Page::source(&ann, id).await;
    page.say(crate::page::words(model::Channel::Rep, 0, "Hello and welcome.")).await;
    page.heard("welcome").await;
    assert_eq!(ann.patch(&path(id, "/transcript/1"), json!({ "text": "x" })).await.failure(409), "conflict");
    let id = id.to_string();
    for (function, more) in [("swap-channels", &[][..]), ("recognize", &[("with", "deepgram")])] {
        let answer = browser.call(&format!("/api/calls/{function}"), &[&[("id", &*id)][..], more].concat()).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{function}: {:?}", answer.body);
    }
}

#[tokio::test]
async fn a_recording_is_recognized_later_only_by_what_is_there() {
    let server = TestServer::start().await;
    let (ann, browser) = ann(&server).await;
    let id = ended_call(&ann, "First").await.to_string();
    for (with, status) in [("deepgram", 409), ("command", 409), ("browser", 422), ("none", 422)] {
        let answer = browser.call("/api/calls/recognize", &[("id", &id), ("with", with)]).await;
        assert_eq!(answer.status.as_u16(), status, "{with}: {:?}", answer.body);
    }
    server.run_jobs().await;
    let transcript = ann.get(&format!("/api/v1/calls/{id}/transcript")).await;
    assert_eq!(transcript.body["meta"]["total"], 3, "what was heard is still there");
}

/// The values of an attribute on all elements that have it.
fn values<'a>(page: &'a html::Parsed, name: &str) -> Vec<&'a str> {
    page.elements.iter().flat_map(|(_, attributes)| attributes).filter(|(at, _)| at == name).map(|(_, value)| value.as_str()).collect()
}

#[tokio::test]
async fn the_page_tells_all_of_it_without_code() {
    let server = TestServer::start().await;
    let (ann, browser) = ann(&server).await;
    let mut new = new_call("First");
    new["language"] = json!("de-DE");
    let id = make(&ann, new).await;
    let mut page = Page::source(&ann, id).await;
    page.frames(model::Channel::Rep, 0..30).await;
    page.acked(model::Channel::Rep, 30).await;
    page.say(crate::page::words(model::Channel::Customer, 0, "Das Budget für dieses Jahr ist schon verbraucht.")).await;
    page.heard("verbraucht").await;
    let doubtful = match crate::page::words(model::Channel::Customer, 1_000, "Sands legal documentation") {
        ClientMessage::Heard(heard) => ClientMessage::Heard(Heard { confidence: 0.2, ..heard }),
        other => other,
    };
    page.say(doubtful).await;
    page.heard("Sands").await;
    let running = browser.text(&format!("/calls/{id}")).await;
    assert!(running.contains("This call is still running.") && running.contains(&format!("/calls/{id}/live")), "{running}");
    page.end().await;

    let address = format!("/calls/{id}?line=1&words=Budget%0Averbraucht");
    let text = browser.text(&address).await;
    let shown = html::parse(&text);
    let marked: Vec<_> = text.split("<mark").skip(1).map(|rest| rest.split(['>', '<']).nth(1).unwrap()).collect();
    assert_eq!(marked, ["Budget", "verbraucht"], "what was searched for is marked in the line");
    assert_eq!(values(&shown, "aria-current").iter().filter(|value| **value == "true").count(), 1, "and the line itself");
    assert_eq!(shown.texts.iter().filter(|text| text.contains("(unsure)")).count(), 1, "one line was hardly heard");
    let said = shown.elements.iter().filter(|(_, attributes)| attributes.iter().any(|(name, value)| name == "dir" && value == "auto"));
    let languages: Vec<_> =
        said.map(|(_, attributes)| attributes.iter().find(|(name, _)| name == "lang").map(|(_, value)| &**value)).collect();
    // Titles and names have no language that is known.
    let languages: Vec<_> = languages.into_iter().flatten().collect();
    assert!(languages.len() >= 3 && languages.iter().all(|language| *language == "de-DE"), "{languages:?}");
    let sound = format!("/api/v1/calls/{id}/recording");
    assert!(text.contains(&format!("<noscript><audio controls preload=\"none\" src=\"{sound}\"></audio></noscript>")), "{text}");
    assert!(
        text.contains("preload=\"none\" src=") && !text.contains("preload=\"metadata\""),
        "a page that is only looked at asks for no sound"
    );
    for gone in ["Written when the call has ended", "being written", "still running"] {
        assert!(!text.contains(gone), "{gone}");
    }
}

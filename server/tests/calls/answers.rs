//! What a customer asks straight out in a call gets a suggestion, and with it the sentence of the documents that answers. With the sample's sheet, which is what
//! people hear first.

use std::time::{Duration, Instant};

use model::CallId;
use model::Channel::Customer;
use model::wire::{CallEvent, ServerMessage};
use reqwest::StatusCode;
use serde_json::json;

use crate::page::{Page, make, new_call, words};
use crate::support::{PASSWORD, Program, TestServer, email};

/// Somebody who has the sample's sheet and nothing else.
async fn with_the_sheet(server: &TestServer) -> Program {
    let browser = server.browser();
    browser.sign_up("Ann").await;
    let given = browser.call("/api/knowledge/sample", &[]).await;
    assert_eq!(given.status, StatusCode::OK, "{:?}", given.body);
    let document = given.body["document"].as_str().unwrap().to_owned();
    let login = server.program().post("/api/v1/auth/login", json!({ "email": email("Ann"), "password": PASSWORD })).await;
    let ann = server.program().with_token(login.body["data"]["access_token"].as_str().unwrap());
    let started = Instant::now();
    loop {
        let state = ann.get(&format!("/api/v1/knowledge/documents/{document}")).await.body["data"]["document"]["state"].clone();
        if state == "ready" {
            return ann;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{state}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The topic of the suggestion that words bring in a call, and what the documents say to it.
async fn suggested(page: &mut Page, start: i64, said: &str) -> (String, String) {
    page.say(words(Customer, start, said)).await;
    let mut cues = Vec::new();
    page.until(|message| match message {
        ServerMessage::Event { event: CallEvent::Cue(cue), .. } => {
            cues.push((cue.number, cue.topic.clone()));
            None
        }
        ServerMessage::Event { event: CallEvent::CueSource { cue, source: Some(source) }, .. } => {
            let (_, topic) = cues.iter().find(|(number, _)| number == cue)?;
            Some((topic.clone(), source.quote.clone()))
        }
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_direct_question_brings_a_suggestion_with_what_the_documents_say() {
    let server = TestServer::start().await;
    let ann = with_the_sheet(&server).await;
    for (said, topic, answer) in [
        ("Fair enough. So how much is it for fourteen people?", "buying.pricing", "686 €"),
        ("so how much is it for fourteen people", "buying.pricing", "686 €"),
        ("Could you do a discount?", "buying.discount", "10 % off from 50 seats"),
        ("That is a big plus. Are you compliant with S O C two?", "objection.security", "SOC 2"),
        ("are you compliant with soc 2", "objection.security", "SOC 2"),
    ] {
        let call: CallId = make(&ann, new_call("Asked")).await;
        let mut page = Page::source(&ann, call).await;
        let (its, quote) = suggested(&mut page, 1_000, said).await;
        assert_eq!(its, topic, "{said}");
        assert!(quote.contains(answer), "{said}: {quote}");
        page.end().await;
    }
}

/// An objection comes once in five minutes; then it is a question like any other.
#[tokio::test]
async fn a_question_about_what_was_just_spoken_of_gets_its_passage_too() {
    let server = TestServer::start().await;
    let ann = with_the_sheet(&server).await;
    let call = make(&ann, new_call("Asked twice")).await;
    let mut page = Page::source(&ann, call).await;
    let (topic, _) = suggested(&mut page, 1_000, "Are you certified to ISO 27001?").await;
    assert_eq!(topic, "objection.security");
    let (topic, quote) = suggested(&mut page, 40_000, "That is a big plus. Are you compliant with S O C two?").await;
    assert_eq!(topic, "question.asked");
    assert!(quote.contains("SOC 2"), "{quote}");
    page.end().await;
}

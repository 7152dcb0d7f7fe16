//! What no phrase knows is told by the model that learned of talks; without it phrases tell what they know.

use std::sync::Arc;

use async_trait::async_trait;
use model::Channel::{Customer, Rep};
use model::wire::{CallEvent, ServerMessage};
use model::{CallId, CueKind};
use ports::{ClassifyError, Line, LineClassifier};
use providers::classifying::LocalClassifier;

use crate::page::{Page, make, new_call, words};
use crate::support::{Setup, TestServer};

/// The kind and the quote of the next suggestion.
async fn suggested(page: &mut Page) -> (CueKind, String) {
    page.until(|message| match message {
        ServerMessage::Event { event: CallEvent::Cue(cue), .. } => Some((cue.kind, cue.quote.clone())),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn an_objection_in_any_words_is_one_and_shows_the_part_that_says_it() {
    let classifier: Arc<dyn LineClassifier> = Arc::new(LocalClassifier::shared());
    let server = TestServer::with(Setup { classifier: Some(classifier), ..Setup::default() }).await;
    let ann = server.owner("Ann").await;
    let mut new = new_call("Thermometers");
    new["verbosity"] = "chatty".into();
    let call: CallId = make(&ann, new).await;
    let mut page = Page::source(&ann, call).await;
    page.say(words(Rep, 1_000, "So for the forty of them that comes to eleven thousand a year.")).await;
    page.say(words(Customer, 8_000, "Blimey. My whole kitchen cost less than that.")).await;
    let (kind, quote) = suggested(&mut page).await;
    assert_eq!(kind, CueKind::Objection);
    assert!(quote.contains("My whole kitchen cost less than that"), "{quote}");
    page.say(words(Rep, 40_000, "You'll have the two references by noon, and I'll ring you on Thursday.")).await;
    let (kind, _) = suggested(&mut page).await;
    assert_eq!(kind, CueKind::NextStep);
    page.end().await;
}

/// A model that fails.
struct Broken;

#[async_trait]
impl LineClassifier for Broken {
    async fn classify(&self, _: &[Line]) -> Result<Vec<Vec<f32>>, ClassifyError> {
        Err(ClassifyError("the model stopped".to_owned()))
    }
}

#[tokio::test]
async fn without_its_model_a_call_has_the_suggestions_of_phrases() {
    let server = TestServer::with(Setup { classifier: Some(Arc::new(Broken)), ..Setup::default() }).await;
    let ann = server.owner("Ann").await;
    let call: CallId = make(&ann, new_call("Phrases")).await;
    let mut page = Page::source(&ann, call).await;
    page.say(words(Customer, 1_000, "Honestly that's too expensive for us.")).await;
    let (kind, _) = suggested(&mut page).await;
    assert_eq!(kind, CueKind::Objection);
    page.end().await;
}

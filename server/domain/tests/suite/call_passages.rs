//! Passages on a live call's cues: they come after the cue and delay nothing, whatever becomes of the cue or the search.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Behaviour, TestApp, TestPage, hello};
use async_trait::async_trait;
use domain::calls;
use domain::calls::export::Format;
use domain::knowledge;
use model::wire::{CallEvent, ClientMessage, Heard, Hello, Part, ServerMessage};
use model::{
    Binding, BindingKind, Call, CallId, Channel, Citation, Cue, CueKind, DocumentChange, DocumentId, DocumentSource, DocumentState, Millis,
    Passage, Place, PlaceKind, RecognizerId, TrackId,
};
use ports::{EmbedError, Embedder, EmbeddingModel, Embeddings, Outbound};
use store::knowledge::alone::Alone as _;
use store::knowledge::{NewDocument, NewVersion};
use tokio::sync::watch;

const TEAM: &str = "The Team plan costs 29 euros per seat and month, billed yearly.";
const ENTERPRISE: &str = "The Enterprise plan costs what was agreed, from 100 seats.";
const OTHERS: [&str; 6] = [
    "All data is encrypted in transit and at rest.",
    "Backups are made every hour and kept for 35 days.",
    "Support answers by mail within four business hours.",
    "A typical team is live in two weeks.",
    "Monthly contracts end with the month.",
    "Spreadsheets are imported by our people at no charge.",
];
const ASKED: &str = "what does the team plan cost per seat";

/// A model that thinks until it is let go, and then is no help.
struct Slow {
    model: EmbeddingModel,
    free: watch::Receiver<bool>,
    asked: Arc<AtomicUsize>,
}

#[async_trait]
impl Embedder for Slow {
    fn model(&self) -> &EmbeddingModel {
        &self.model
    }

    async fn embed(&self, _: &[Outbound<String>]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut free = self.free.clone();
        let _ = free.wait_for(|free| *free).await;
        Err(EmbedError::Unavailable("as told".to_owned()))
    }
}

/// A house whose model is slow; `true` lets it go.
async fn slow() -> (TestApp, watch::Sender<bool>, Arc<AtomicUsize>) {
    let (free, waits) = watch::channel(false);
    let asked = Arc::new(AtomicUsize::new(0));
    let model = EmbeddingModel { name: "local/slow".into(), dimensions: 3 };
    let slow = Arc::new(Slow { model, free: waits, asked: Arc::clone(&asked) });
    (TestApp::thinking(Behaviour::Works, Some(Embeddings { passages: slow.clone(), questions: slow })).await, free, asked)
}

async fn is_asked(asked: &AtomicUsize) {
    while asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
}

/// A document that answers with these passages.
async fn knows(house: &TestApp, title: &str, texts: &[&str]) -> DocumentId {
    let (store, organization) = (house.services.store(), house.scope.organization);
    let at = house.services.now();
    let collection = store.default_collection(organization, house.services.uuid().into(), "General", at).await.unwrap().id;
    let file = NewVersion {
        file_name: format!("{title}.md"),
        bytes: 1,
        hash: *house.services.uuid().as_bytes().repeat(2).first_chunk().unwrap(),
        object_key: house.services.uuid().to_string(),
        member: None,
        upload: None,
        state: DocumentState::Waiting,
        at,
    };
    let id = DocumentId(house.services.uuid());
    let new = NewDocument {
        id,
        collection,
        website: None,
        title: title.into(),
        folder: String::new(),
        source: DocumentSource::File,
        address: String::new(),
        tags: Vec::new(),
        unless_there: false,
        file,
    };
    store.insert_document(organization, &new).await.unwrap();
    let passages: Vec<Passage> = texts
        .iter()
        .zip(1..)
        .map(|(text, number)| {
            let place = Place { kind: PlaceKind::Page, number: number as u32, label: String::new(), headings: vec!["Prices".into()] };
            Passage { number, place, text: (*text).to_owned() }
        })
        .collect();
    assert!(store.begin_passages(organization, id, 1).await.unwrap());
    assert!(store.add_passages(organization, id, 1, &passages).await.unwrap());
    assert!(store.publish_passages(organization, id, 1, DocumentState::Ready).await.unwrap());
    id
}

/// A document with prices among other things.
async fn sheet(house: &TestApp) -> DocumentId {
    let texts: Vec<&str> = [TEAM, ENTERPRISE].into_iter().chain(OTHERS).collect();
    knows(house, "Product *sheet*", &texts).await
}

fn says(channel: Channel, start: i64, text: &str, is_final: bool) -> ClientMessage {
    let (start, end) = (Millis(start), Millis(start + 2_000));
    ClientMessage::Heard(Heard { track: TrackId::usual(channel), text: text.into(), start, end, confidence: 0.8, is_final })
}

fn asks(text: &str, is_final: bool) -> ClientMessage {
    says(Channel::Customer, 1_000, text, is_final)
}

async fn call_of(house: &TestApp) -> (Call, TestPage) {
    let call = house.call_with(RecognizerId::BROWSER).await;
    let mut page = house.page(&call, "tab").await;
    page.welcome().await;
    (call, page)
}

async fn next_cue(page: &mut TestPage) -> Cue {
    match page.event(|event| matches!(event, CallEvent::Cue(_) | CallEvent::CueSource { .. })).await {
        CallEvent::Cue(cue) => cue,
        other => panic!("a cue comes before its passage, not {other:?}"),
    }
}

async fn passage(page: &mut TestPage) -> (i64, Option<Box<Citation>>) {
    match page.event(|event| matches!(event, CallEvent::CueSource { .. })).await {
        CallEvent::CueSource { cue, source } => (cue, source),
        _ => unreachable!(),
    }
}

async fn ended(page: &mut TestPage) {
    page.say(ClientMessage::End);
    let last = page.event(|event| matches!(event, CallEvent::Ended | CallEvent::CueSource { .. })).await;
    assert_eq!(last, CallEvent::Ended, "nothing more is found");
}

async fn cues(house: &TestApp, call: CallId) -> Vec<Cue> {
    calls::review(&house.services, &house.scope, call).await.unwrap().cues
}

/// In which calls a document was used: what an ended call showed is stored with its rows, before its end is told.
async fn uses(house: &TestApp, document: DocumentId) -> Vec<(Option<CallId>, i64, String)> {
    let uses = knowledge::uses(&house.services, &house.scope, document, None, 50).await.unwrap().items;
    uses.into_iter().map(|used| (used.call_id, used.passage, used.question)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_that_switched_passages_off_sees_cards_without_them() {
    let house = TestApp::new(Behaviour::Works).await;
    let document = sheet(&house).await;
    let off = model::SetFlag { share: 0, member: None };
    domain::operations::set_flag(&house.services, &house.scope, calls::LIVE_PASSAGES.name, off).await.unwrap();
    let (call, mut page) = call_of(&house).await;
    page.say(asks(ASKED, false));
    page.say(asks("What does the Team plan cost per seat?", true));
    assert_eq!(next_cue(&mut page).await.source, None);
    ended(&mut page).await;
    assert_eq!(cues(&house, call.id).await[0].source, None);
    assert!(knowledge::uses(&house.services, &house.scope, document, None, 50).await.unwrap().items.is_empty());
    // What is switched back holds from the next call on.
    domain::operations::unset_flag(&house.services, &house.scope, calls::LIVE_PASSAGES.name, None).await.unwrap();
    let (_, mut page) = call_of(&house).await;
    page.say(asks("What does the Team plan cost per seat?", true));
    next_cue(&mut page).await;
    assert_eq!(passage(&mut page).await.1.unwrap().document, document);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_shows_its_passage_after_its_card_wherever_the_call_is_looked_at() {
    let house = TestApp::new(Behaviour::Works).await;
    let document = sheet(&house).await;
    let (call, mut page) = call_of(&house).await;
    page.say(asks("what does the team", false));
    page.say(asks(ASKED, false));
    let early = next_cue(&mut page).await;
    assert_eq!((early.kind, early.source), (CueKind::BuyingSignal, None));
    let before = loop {
        if let Some(ServerMessage::Event { sequence, event: CallEvent::CueSource { cue, source } }) = page.next().await {
            let source = source.unwrap();
            assert_eq!((cue, source.document, source.passage, source.quote.as_str()), (early.number, document, 1, TEAM));
            assert_eq!((source.title.as_str(), source.place.describe().as_str()), ("Product *sheet*", "Page 1, Prices"));
            break sequence - 1;
        }
    };
    // Told again with its final words, it keeps what it shows; the words are the same, so nothing more is said of it.
    page.say(asks("What does the Team plan cost per seat?", true));
    let told = next_cue(&mut page).await;
    assert_eq!(told.source.as_ref().map(|source| source.document), Some(document));
    assert_eq!(told.number, early.number);

    // A new page sees it, and so does one that comes back.
    let mut viewer = house.join(Hello { part: Part::Viewer, page: "viewer".into(), ..hello(&call, "tab") }).await;
    viewer.welcome().await;
    let Some(ServerMessage::Snapshot(snapshot)) = viewer.next().await else { panic!("a new page gets a snapshot") };
    assert_eq!(snapshot.cues, std::slice::from_ref(&told));
    let mut back = house.join(Hello { last_event: before, ..hello(&call, "tab") }).await;
    back.welcome().await;
    assert_eq!(passage(&mut back).await, (told.number, told.source.clone()));

    ended(&mut back).await;
    assert_eq!(cues(&house, call.id).await, std::slice::from_ref(&told));
    assert_eq!(uses(&house, document).await, [(Some(call.id), 1, told.quote.clone())]);
    let export = |format| calls::export::export(&house.services, &house.scope, call.id, format);
    let markdown = export(Format::Markdown).await.unwrap().body;
    assert!(markdown.contains(&format!("  - From “Product \\*sheet\\*”, Page 1, Prices: “{TEAM}”\n")), "{markdown}");
    let json: model::Review = serde_json::from_str(&export(Format::Json).await.unwrap().body).unwrap();
    assert_eq!(json.cues, std::slice::from_ref(&told));

    // A deleted document leaves no word on a cue; the cue stays.
    knowledge::delete(&house.services, &house.scope, document).await.unwrap();
    assert_eq!(cues(&house, call.id).await, [Cue { source: None, ..told.clone() }]);
    // Brought back, its words are back too.
    knowledge::restore(&house.services, &house.scope, document).await.unwrap();
    assert_eq!(cues(&house, call.id).await, [told]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_hangs_delays_no_card_and_no_frame() {
    let (house, _free, asked) = slow().await;
    let document = sheet(&house).await;
    let (call, mut page) = call_of(&house).await;
    page.say(asks(ASKED, false));
    let early = next_cue(&mut page).await;
    page.say(asks("what does the team plan cost per seat and month", true));
    let told = next_cue(&mut page).await;
    assert_eq!((told.number, told.source), (early.number, None));
    page.say(says(Channel::Customer, 8_000, "honestly it is too expensive for us", true));
    let second = next_cue(&mut page).await;
    assert_eq!(second.topic, "objection.price");
    is_asked(&asked).await;
    page.frames(Channel::Rep, 0..40);
    let mut acked = 0;
    while acked < 40 {
        match page.next().await.unwrap() {
            ServerMessage::Ack { track: TrackId::MICROPHONE, next } => acked = next,
            ServerMessage::Event { event: event @ CallEvent::CueSource { .. }, .. } => panic!("the model is silent: {event:?}"),
            _ => {}
        }
    }
    // Words alone find it when the model is given up.
    let (cue, source) = passage(&mut page).await;
    assert_eq!((cue, source.map(|source| source.document)), (told.number, Some(document)));
    page.say(ClientMessage::End);
    page.event(|event| matches!(event, CallEvent::Ended)).await;
    assert_eq!(cues(&house, call.id).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_after_the_end_is_dropped() {
    let (house, free, _) = slow().await;
    sheet(&house).await;
    let (call, mut page) = call_of(&house).await;
    page.say(asks(ASKED, true));
    next_cue(&mut page).await;
    ended(&mut page).await;
    free.send(true).unwrap();
    let review = calls::review(&house.services, &house.scope, call.id).await.unwrap();
    assert!(review.insights.is_some());
    assert_eq!(review.cues.iter().map(|cue| cue.source.clone()).collect::<Vec<_>>(), [None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_last_words_lead_to_is_in_the_review() {
    let house = TestApp::new(Behaviour::Works).await;
    let document = sheet(&house).await;
    let (call, mut page) = call_of(&house).await;
    page.say(asks(ASKED, true));
    page.say(ClientMessage::End);
    page.event(|event| matches!(event, CallEvent::Ended)).await;
    let sources: Vec<_> = cues(&house, call.id).await.into_iter().map(|cue| cue.source.map(|source| source.document)).collect();
    assert_eq!(sources, [Some(document)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn final_words_that_are_others_are_looked_up_again() {
    let house = TestApp::new(Behaviour::Works).await;
    let document = sheet(&house).await;
    let (call, mut page) = call_of(&house).await;
    page.say(asks(ASKED, false));
    let early = next_cue(&mut page).await;
    assert_eq!(passage(&mut page).await.1.unwrap().quote, TEAM);
    page.say(asks("what does the enterprise plan cost from 100 seats", true));
    let told = next_cue(&mut page).await;
    assert_eq!((told.number, told.source.unwrap().quote.as_str()), (early.number, TEAM), "until there is another one");
    let (cue, source) = passage(&mut page).await;
    assert_eq!((cue, source.unwrap().quote.as_str()), (early.number, ENTERPRISE));
    ended(&mut page).await;
    let [cue] = &cues(&house, call.id).await[..] else { panic!("one cue") };
    assert_eq!(cue.source.as_ref().unwrap().quote, ENTERPRISE);
    assert_eq!(uses(&house, document).await, [(Some(call.id), 2, cue.quote.clone())], "what was shown for other words is no use");
}

#[tokio::test(flavor = "multi_thread")]
async fn final_words_that_lead_nowhere_take_the_passage_away() {
    let house = TestApp::new(Behaviour::Works).await;
    sheet(&house).await;
    let (call, mut page) = call_of(&house).await;
    page.say(asks(ASKED, false));
    let early = next_cue(&mut page).await;
    assert!(passage(&mut page).await.1.is_some());
    page.say(asks("what does the cream flan cost in your canteen on a rainy wednesday", true));
    next_cue(&mut page).await;
    assert_eq!(passage(&mut page).await, (early.number, None));
    ended(&mut page).await;
    assert_eq!(cues(&house, call.id).await.into_iter().map(|cue| cue.source).collect::<Vec<_>>(), [None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_withdrawn_gets_no_passage() {
    let (house, free, asked) = slow().await;
    knows(&house, "Budgets", &["Do you have no budget for this year? Pay for it next year."]).await;
    sheet(&house).await;
    let (call, mut page) = call_of(&house).await;
    page.say(asks("and we do not have any budget for this year", false));
    let wrong = next_cue(&mut page).await;
    is_asked(&asked).await;
    page.say(asks("and we do not have a budgie", true));
    assert_eq!(page.event(|event| matches!(event, CallEvent::CueWithdrawn { .. })).await, CallEvent::CueWithdrawn { cue: wrong.number });
    free.send(true).unwrap();
    page.say(says(Channel::Customer, 8_000, ASKED, true));
    let right = next_cue(&mut page).await;
    let (cue, source) = passage(&mut page).await;
    assert_eq!((cue, source.unwrap().quote.as_str()), (right.number, TEAM));
    ended(&mut page).await;
    assert_eq!(cues(&house, call.id).await.iter().map(|cue| cue.number).collect::<Vec<_>>(), [right.number]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_customers_words_are_answered() {
    let house = TestApp::new(Behaviour::Works).await;
    sheet(&house).await;
    let (call, mut page) = call_of(&house).await;
    // Their question of the rep, a promise, and a question that no document answers.
    page.say(says(Channel::Rep, 0, "What does the Team plan cost per seat at your company?", true));
    page.say(says(Channel::Rep, 4_000, "I will send you the Team plan costs per seat by Friday.", true));
    page.say(says(Channel::Customer, 8_000, "Which moons does Jupiter's largest neighbour have?", true));
    page.event(|event| matches!(event, CallEvent::Cue(cue) if cue.kind == CueKind::Question)).await;
    ended(&mut page).await;
    let cues = cues(&house, call.id).await;
    assert!(cues.iter().any(|cue| cue.kind == CueKind::NextStep), "{cues:?}");
    assert!(cues.iter().all(|cue| cue.source.is_none()), "{cues:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_bound_comes_for_its_topic_and_its_competitor() {
    let house = TestApp::new(Behaviour::Works).await;
    sheet(&house).await;
    let worth = knows(&house, "Worth", &["Teams save six hours a person and month."]).await;
    let rival = knows(&house, "Gong", &["Ask them about the recording of both sides."]).await;
    for (document, kind, value) in [(worth, BindingKind::Topic, "objection.price"), (rival, BindingKind::Competitor, "GONG")] {
        let change = DocumentChange { bindings: Some(vec![Binding { kind, value: value.into() }]), ..DocumentChange::default() };
        knowledge::edit(&house.services, &house.scope, document, change).await.unwrap();
    }
    let (_, mut page) = call_of(&house).await;
    page.say(asks("honestly it is too expensive for us", true));
    let price = next_cue(&mut page).await;
    assert_eq!(price.topic, "objection.price");
    let (cue, source) = passage(&mut page).await;
    assert_eq!((cue, source.unwrap().document), (price.number, worth));
    page.say(says(Channel::Customer, 8_000, "we are also using gong for that", true));
    let other = next_cue(&mut page).await;
    assert_eq!(other.kind, CueKind::Competitor);
    let (cue, source) = passage(&mut page).await;
    assert_eq!((cue, source.unwrap().document), (other.number, rival));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_died_before_it_was_found_is_made_up_for() {
    let (house, _free, _) = slow().await;
    let document = sheet(&house).await;
    let (call, mut page) = call_of(&house).await;
    page.say(asks(ASKED, true));
    let told = next_cue(&mut page).await;
    calls::live::shutdown(&house.services).await;
    let reborn = house.reborn().await;
    assert_eq!(calls::cues(&reborn.services, &reborn.scope, call.id).await.unwrap(), std::slice::from_ref(&told));
    let mut back = reborn.page(&call, "tab").await;
    back.welcome().await;
    // In the snapshot already, or right after it.
    let source = match back.next().await {
        Some(ServerMessage::Snapshot(snapshot)) if snapshot.cues[0].source.is_some() => snapshot.cues[0].source.clone(),
        Some(ServerMessage::Snapshot(_)) => passage(&mut back).await.1,
        other => panic!("a page that comes back gets a snapshot, not {other:?}"),
    };
    assert_eq!(source.unwrap().document, document);
    ended(&mut back).await;
    assert!(cues(&reborn, call.id).await[0].source.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_that_are_made_anew_have_their_passages_anew() {
    let house = TestApp::new(Behaviour::Works).await;
    let document = sheet(&house).await;
    let (call, mut page) = call_of(&house).await;
    page.say(asks(ASKED, true));
    next_cue(&mut page).await;
    passage(&mut page).await;
    ended(&mut page).await;
    let swap = async || calls::swap_channels(&house.services, &house.scope, call.id).await.unwrap();
    swap().await;
    assert!(cues(&house, call.id).await.iter().all(|cue| cue.source.is_none()), "the rep asked");
    swap().await;
    let sources: Vec<_> = cues(&house, call.id).await.into_iter().map(|cue| cue.source.map(|source| source.document)).collect();
    assert_eq!(sources, [Some(document)]);
}

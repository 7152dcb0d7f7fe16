//! Events and failed work, as members see them, on both engines: a consumer that is behind or gone, two admins who decide at once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use crate::support::{TestApp, sign_up};
use domain::events::{self, Told};
use domain::operations::{self, JobRetried};
use domain::{Actor, Kernel, Result, knowledge};
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use model::{Code, CollectionId, DocumentId, DocumentSource, DocumentState, JobId, NewText, Passage, Place, PlaceKind, Question};
use rstest::rstest;
use serde_json::json;
use store::knowledge::alone::Alone as _;
use store::knowledge::{NewDocument, NewVersion};
use store::{Engine, NewEvent, NewJob, testing};
use tokio_util::sync::CancellationToken;

/// More than any server has between two looks of its relay.
const MANY: i64 = 100_000;

/// What the server does beside: it gives events their places and hands them on.
fn relay(services: &Kernel) -> CancellationToken {
    let (services, stop) = (services.clone(), CancellationToken::new());
    let until = stop.clone();
    tokio::spawn(async move { kernel::relay_events(&services, domain::registry(&services), &until).await });
    stop
}

/// Writes many events that admins hear of, as if a relay had been away for a day.
async fn outbox(house: &TestApp, engine: Engine) {
    let (organization, name) = (house.scope.organization.0.simple(), JobRetried::ENTRY.name);
    let sql = match engine {
        Engine::Sqlite => format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {MANY})
            INSERT INTO events (id, organization_id, name, subject, payload, at)
            SELECT unhex(printf('%032x', n)), x'{organization}', '{name}', CAST(n AS TEXT), '{{}}', '2026-09-20T12:00:00+00:00' FROM numbers"
        ),
        Engine::Postgres => format!(
            "INSERT INTO events (id, organization_id, name, subject, payload, at)
            SELECT CAST(lpad(to_hex(n), 32, '0') AS UUID), '{organization}', '{name}', CAST(n AS TEXT), '{{}}', '2026-09-20T12:00:00+00:00'
            FROM generate_series(1, {MANY}) AS n"
        ),
    };
    testing::execute(house.services.store(), &sql).await;
}

async fn open(house: &TestApp, after: Option<i64>) -> BoxStream<'static, Told> {
    events::open(&house.services, &house.scope, after, "").await.unwrap()
}

/// The next event: its place and what it is of.
async fn next(stream: &mut BoxStream<'static, Told>) -> (i64, String) {
    let told = tokio::time::timeout(Duration::from_secs(60), stream.next()).await.expect("it goes on");
    let Some(Told::Happened(event)) = told else { panic!("{told:?}") };
    let json: serde_json::Value = serde_json::from_str(&event.json).unwrap();
    (event.position, json["subject"].as_str().unwrap().to_owned())
}

/// Asserts that exactly the outbox comes: in order, none left out, none twice.
async fn assert_all(mut stream: BoxStream<'static, Told>) {
    for number in 1..=MANY {
        assert_eq!(next(&mut stream).await, (number, number.to_string()));
    }
    assert!(stream.next().now_or_never().is_none(), "and nothing more");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_outbox_of_a_hundred_thousand_reaches_who_is_behind(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::on(engine).await;
    outbox(&house, engine).await;
    let mut sleeps = open(&house, None).await;
    assert!(matches!(sleeps.next().await, Some(Told::Opened(0))));
    // One reads along; the other one only when everything has long been handed on.
    let along = tokio::spawn(assert_all(open(&house, Some(0)).await));
    let stop = relay(&house.services);
    along.await.unwrap();
    assert_eq!(house.services.store().event_head().await.unwrap(), MANY);
    assert!(!house.services.store().has_pending_events().await.unwrap());
    assert_all(sleeps).await;
    // And who comes back after the first half gets the other one.
    let mut back = open(&house, Some(MANY / 2)).await;
    assert_eq!(next(&mut back).await.0, MANY / 2 + 1);
    stop.cancel();
}

async fn happens(house: &TestApp, subject: &str) {
    let store = house.services.store();
    let event = NewEvent {
        organization: house.scope.organization,
        member: None,
        open_to: None,
        name: JobRetried::ENTRY.name,
        subject: subject.to_owned(),
        payload: json!({}),
        at: house.services.now(),
    };
    let mut tx = store.begin().await.unwrap();
    store::events::emit(&mut tx, &event).await.unwrap();
    tx.commit().await.unwrap();
    house.services.ring("kernel.events");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_is_gone_keeps_nobody_and_misses_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::on(engine).await;
    let stop = relay(&house.services);
    let (mut stays, mut goes) = (open(&house, None).await, open(&house, None).await);
    assert!(matches!((stays.next().await, goes.next().await), (Some(Told::Opened(0)), Some(Told::Opened(0)))));
    happens(&house, "both").await;
    assert_eq!((next(&mut stays).await, next(&mut goes).await), ((1, "both".to_owned()), (1, "both".to_owned())));
    assert_eq!(house.services.hub().streams(), 2);
    drop(goes);
    assert_eq!(house.services.hub().streams(), 1, "nothing is kept for it");
    happens(&house, "one").await;
    assert_eq!(next(&mut stays).await, (2, "one".to_owned()));
    drop(stays);
    // Nobody listens at all: events get their places all the same.
    happens(&house, "nobody").await;
    while house.services.store().event_head().await.unwrap() < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(house.services.hub().streams(), 0);
    let mut back = open(&house, Some(1)).await;
    assert_eq!((next(&mut back).await.1, next(&mut back).await.1), ("one".to_owned(), "nobody".to_owned()));
    happens(&house, "again").await;
    assert_eq!(next(&mut back).await, (4, "again".to_owned()));
    stop.cancel();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_stemmer_indexed_is_indexed_anew_after_the_start(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::on(engine).await;
    let (store, ours) = (house.services.store(), house.scope.organization);
    let collection = store.default_collection(ours, CollectionId(house.services.uuid()), "General", house.services.now()).await.unwrap().id;
    let file = NewVersion {
        file_name: "gifts.txt".into(),
        bytes: 10,
        hash: [7; 32],
        object_key: "files/gifts".into(),
        member: None,
        upload: None,
        state: DocumentState::Waiting,
        at: house.services.now(),
    };
    let (id, title) = (DocumentId(house.services.uuid()), "Gifts".to_owned());
    let (source, folder, address, tags) = (DocumentSource::File, String::new(), String::new(), Vec::new());
    let document = NewDocument { id, collection, website: None, title, folder, source, address, tags, unless_there: false, file };
    store.insert_document(ours, &document).await.unwrap();
    assert!(store.begin_passages(ours, id, 1).await.unwrap());
    let place = Place { kind: PlaceKind::Whole, number: 1, label: String::new(), headings: Vec::new() };
    assert!(store.add_passages(ours, id, 1, &[Passage { number: 1, place, text: "They give generously.".into() }]).await.unwrap());
    assert!(store.publish_passages(ours, id, 1, DocumentState::Ready).await.unwrap());
    assert!(!store.is_indexed_by_old_stems(ours).await.unwrap());
    // As the release before had it.
    testing::execute(
        store,
        "UPDATE passages SET terms = REPLACE(terms, 'xgenerous', 'xgener'); UPDATE knowledge_terms SET term = 'gener' WHERE term = 'generous';
        UPDATE knowledge_tenants SET stems = 1, languages = '[]'",
    )
    .await;
    let ask = async || {
        let question = Question { text: "Who is generous?".into(), ..Question::default() };
        knowledge::search(&house.services, &house.scope, question).await.unwrap().hits.len()
    };
    assert_eq!(ask().await, 0);
    let (services, stop) = (house.services.clone(), CancellationToken::new());
    let until = stop.clone();
    let server = tokio::spawn(async move { domain::work(&services, &until).await });
    while store.is_indexed_by_old_stems(ours).await.unwrap() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(ask().await, 1);
    stop.cancel();
    server.await.unwrap();
}

/// A job that failed for good.
async fn dead(house: &TestApp) -> JobId {
    let (store, now) = (house.services.store(), house.services.now());
    let queue = house.services.uuid().to_string();
    let mut tx = store.begin().await.unwrap();
    let new = NewJob { max_attempts: 1, ..NewJob::new(&queue, "test.fails", Some(house.scope.organization), now) };
    store::jobs::enqueue(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    let job = store.claim(&queue, "test", now, Duration::from_secs(60)).await.unwrap().unwrap();
    let mut tx = store.begin().await.unwrap();
    store::jobs::fail(&mut tx, &job, "It failed.", None).await.unwrap();
    tx.commit().await.unwrap();
    job.id
}

/// What an admin does about a dead job.
async fn decide(services: &Kernel, actor: &Actor, job: JobId, discards: bool) -> Result<()> {
    if discards { operations::discard(services, actor, job).await } else { operations::retry(services, actor, job).await }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_two_admins_who_decide_at_once_one_is_told_that_it_is_decided(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values(false, true)] discards: bool,
) {
    let house = TestApp::on(engine).await;
    let mut bob = sign_up(&house.services, "bob@example.com").await;
    bob.organization = house.scope.organization;
    for round in 1..=10 {
        let job = dead(&house).await;
        let (ann, bobs) = ((house.services.clone(), house.scope.clone()), (house.services.clone(), bob.clone()));
        // Of their own, so that both may be at it in the same moment.
        let ann = tokio::spawn(async move { decide(&ann.0, &ann.1, job, false).await });
        let bobs = tokio::spawn(async move { decide(&bobs.0, &bobs.1, job, discards).await });
        let both = [ann.await.unwrap(), bobs.await.unwrap()];
        assert_eq!(both.iter().filter(|done| done.is_ok()).count(), 1, "{both:?}");
        let late = both.into_iter().find_map(std::result::Result::err).unwrap().into_problem();
        assert_eq!(late.code, Code::NotFound);
        assert!(late.message.contains("already"), "{}", late.message);
        let entries = house.services.store().entries(house.scope.organization, None, 500).await.unwrap().items;
        assert_eq!(entries.iter().filter(|entry| entry.action.starts_with("operations.job_")).count(), round, "one line each");
        assert_eq!(house.services.store().dead_jobs(house.scope.organization, None, 9).await.unwrap().items, []);
    }
}

#[rstest]
#[tokio::test]
async fn a_document_whose_reading_is_given_up_has_failed_and_can_be_tried_again(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let house = TestApp::on(engine).await;
    let (kernel, actor) = (&house.services, &house.scope);
    let text = NewText { collection: None, title: "Orion".into(), text: "The notice period is forty days.".into(), tags: Vec::new() };
    let given = knowledge::add_text(kernel, actor, text).await.unwrap();
    // As one that took its server down each time, it never comes to say so itself.
    testing::execute(kernel.store(), "UPDATE jobs SET version = 99 WHERE kind = 'knowledge.ingest'").await;
    domain::run_due(kernel).await.unwrap();
    let failed = kernel.store().document_file(actor.organization, given.document, None).await.unwrap().unwrap();
    assert_eq!(failed.state, DocumentState::Failed);
    knowledge::retry(kernel, actor, given.document).await.unwrap();
    let again = kernel.store().document_file(actor.organization, given.document, None).await.unwrap().unwrap();
    assert_eq!(again.state, DocumentState::Waiting);
}

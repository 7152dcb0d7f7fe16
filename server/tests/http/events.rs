//! The stream of events: everything once and in order, to those who may know, as long as they may.

use std::time::Duration;

use domain::operations::JobRetried;
use model::{MemberId, OrganizationId};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use store::{Engine, NewEvent, Store};

use super::failed_jobs::organization_of;
use crate::support::{PASSWORD, Program, Setup, TestServer, email};

/// An open stream.
pub struct Listening {
    response: Response,
    text: String,
}

/// What it told.
#[derive(Debug, PartialEq)]
pub struct Heard {
    pub name: String,
    id: String,
    data: Value,
}

impl Listening {
    /// Opens one, and looks at its head.
    pub async fn to(program: &Program, query: &str, last: Option<i64>) -> Self {
        let mut request = program.request(Method::GET, &format!("/api/v1/events{query}")).header("accept-encoding", "gzip, br");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        assert!(response.headers().get("content-encoding").is_none(), "compression would hold events back");
        Self { response, text: String::new() }
    }

    /// The next event; none at the end.
    pub async fn next(&mut self) -> Option<Heard> {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
                if !field("event:").is_empty() {
                    let data = serde_json::from_str(&field("data:")).unwrap();
                    return Some(Heard { name: field("event:"), id: field("id:"), data });
                }
            }
            let chunk = tokio::time::timeout(Duration::from_secs(10), self.response.chunk()).await.expect("something comes").ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn positions(&mut self, count: usize) -> Vec<i64> {
        let mut positions = Vec::new();
        for _ in 0..count {
            let heard = self.next().await.expect("it goes on");
            assert_eq!(heard.data["position"].to_string(), heard.id);
            positions.push(heard.data["position"].as_i64().unwrap());
        }
        positions
    }

    /// Whether nothing comes for a moment.
    pub async fn is_silent(&mut self) -> bool {
        tokio::time::timeout(Duration::from_millis(400), self.next()).await.is_err()
    }
}

/// Something that admins hear of, and its own member.
async fn happens(store: &Store, organization: OrganizationId, member: Option<MemberId>, count: usize) {
    let mut tx = store.begin().await.unwrap();
    for number in 0..count {
        let (subject, payload) = (number.to_string(), json!({ "number": number }));
        let at = chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000);
        let event = NewEvent { organization, member, open_to: None, name: JobRetried::ENTRY.name, subject, payload, at };
        store::events::emit(&mut tx, &event).await.unwrap();
    }
    tx.commit().await.unwrap();
}

impl TestServer {
    async fn lets_happen(&self, organization: OrganizationId, member: Option<MemberId>, count: usize) {
        happens(self.services.store(), organization, member, count).await;
        self.services.ring("kernel.events");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_heard_once_and_in_order_and_a_broken_stream_goes_on() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let ours = organization_of(&ann).await;
    let mut live = Listening::to(&ann, "", None).await;
    assert_eq!(live.next().await.unwrap(), Heard { name: "opened".into(), id: "0".into(), data: json!({ "position": 0 }) });
    server.lets_happen(ours, None, 3).await;
    let first = live.next().await.unwrap();
    assert_eq!((first.name.as_str(), first.id.as_str(), &first.data["data"]), ("job.retried", "1", &json!({ "number": 0 })));
    assert_eq!(live.positions(2).await, [2, 3]);
    drop(live);
    server.lets_happen(ours, None, 1).await;
    for (query, last) in [("", Some(1)), ("?after=1", None), ("?after=3&names=job.*", Some(1))] {
        let mut again = Listening::to(&ann, query, last).await;
        assert_eq!(again.positions(3).await, [2, 3, 4], "{query} {last:?}");
    }
    let mut behind = Listening::to(&ann, "?after=0", None).await;
    server.lets_happen(ours, None, 1_500).await;
    assert_eq!(behind.positions(1_504).await, (1..=1_504).collect::<Vec<_>>(), "however many come at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_not_kept_is_a_reset() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let ours = organization_of(&ann).await;
    server.lets_happen(ours, None, 3).await;
    while server.services.store().event_head().await.unwrap() < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(Listening::to(&ann, "", Some(9)).await.next().await.unwrap().name, "reset", "a place of another database");
    server.services.store().forget_events(chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(30_000)).await.unwrap();
    let mut late = Listening::to(&ann, "", Some(1)).await;
    assert_eq!(late.next().await.unwrap(), Heard { name: "reset".into(), id: "3".into(), data: json!({ "position": 3 }) });
    server.lets_happen(ours, None, 1).await;
    assert_eq!(late.positions(1).await, [4]);
    assert!(Listening::to(&ann, "", Some(4)).await.is_silent().await, "who has everything misses nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_hears_what_is_theirs_and_what_their_role_may_see() {
    let server = TestServer::start().await;
    let (ann, eve) = (server.owner("Ann").await, server.owner("Eve").await);
    let rep = server.colleague(&ann, "Rob", "rep").await;
    let member: MemberId = rep.get("/api/v1/auth/me").await.body["data"]["member"].as_str().unwrap().parse().unwrap();
    let ours = organization_of(&ann).await;
    let (mut owner, mut reps, mut stranger) =
        (Listening::to(&ann, "", None).await, Listening::to(&rep, "", None).await, Listening::to(&eve, "", None).await);
    for stream in [&mut owner, &mut reps, &mut stranger] {
        assert_eq!(stream.next().await.unwrap().name, "opened");
    }
    server.lets_happen(ours, None, 1).await;
    server.lets_happen(ours, Some(member), 1).await;
    assert_eq!(owner.positions(2).await, [1, 2]);
    assert_eq!(reps.positions(1).await, [2], "only what is their own");
    assert!(stranger.is_silent().await && reps.is_silent().await);
    assert!(Listening::to(&eve, "?after=0", None).await.is_silent().await, "nor from the past");
    assert_eq!(server.program().get("/api/v1/events").await.failure(401), "unauthenticated");
    for wrong in ["?names=call.exploded", "?names=job", "?after=soon", "?limit=3"] {
        assert_eq!(ann.get(&format!("/api/v1/events{wrong}")).await.failure(422), "invalid", "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_sign_in_and_with_the_server() {
    let mut server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let signed_in = ann.post("/api/v1/auth/login", json!({ "email": email("Ann"), "password": PASSWORD })).await.body["data"].clone();
    let other = server.program().with_token(signed_in["access_token"].as_str().unwrap());
    let (mut stays, mut ends) = (Listening::to(&ann, "?names=call.*", None).await, Listening::to(&other, "?names=call.*", None).await);
    assert!(stays.next().await.is_some() && ends.next().await.is_some());
    other.post("/api/v1/auth/logout", json!({ "refresh_token": signed_in["refresh_token"] })).await;
    let over = ends.next().await.unwrap();
    assert_eq!((over.name.as_str(), &over.data["code"]), ("over", &json!("unauthenticated")));
    assert_eq!(ends.next().await, None);
    assert!(stays.is_silent().await, "another sign-in is none of its matter");
    assert!(server.stop().await < Duration::from_secs(5), "a stop waits for no stream");
    assert_eq!(stays.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_on_one_postgresql_wake_one_another() {
    // Nobody looks by themselves for an hour: what is heard, a hint told.
    let server = TestServer::with(Setup { engine: Engine::Postgres, only_when_woken: true, ..Setup::default() }).await;
    let ann = server.owner("Ann").await;
    let ours = organization_of(&ann).await;
    let elsewhere = Store::connect(server.database()).await.unwrap();
    let mut hints = elsewhere.hints().await.unwrap().unwrap();
    let mut live = Listening::to(&ann, "", None).await;
    live.next().await.unwrap();
    let hint = || elsewhere.hint("another kernel.events");
    // Hints reach whoever listens already: the server just begins to.
    happens(&elsewhere, ours, None, 1).await;
    let mut told = 0;
    while tokio::time::timeout(Duration::from_millis(100), live.next()).await.is_err() {
        told += 1;
        assert!(told < 100, "the server never began to listen");
        hint().await.unwrap();
    }
    for _ in 0..20 {
        happens(&elsewhere, ours, None, 1).await;
        hint().await.unwrap();
        live.next().await.unwrap();
    }
    server.services.ring("calls");
    let told = async {
        loop {
            let hint = hints.next().await.unwrap().unwrap_or_default();
            if hint.starts_with(server.services.server()) && hint.contains("calls") {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), told).await.expect("others are told");
    elsewhere.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_ends_streams_on_another_server() {
    let server = TestServer::with(Setup { engine: Engine::Postgres, ..Setup::default() }).await;
    let other = server.beside().await;
    let ann = server.owner("Ann").await;
    for _ in 0..3 {
        let signed_in = ann.post("/api/v1/auth/login", json!({ "email": email("Ann"), "password": PASSWORD })).await.body["data"].clone();
        let token = signed_in["access_token"].as_str().unwrap();
        let mut ends = Listening::to(&other.program().with_token(token), "", None).await;
        let mut stays = Listening::to(&other.program().with_token(ann.token()), "?names=call.*", None).await;
        assert!(ends.next().await.is_some() && stays.next().await.is_some());
        ann.post("/api/v1/auth/logout", json!({ "refresh_token": signed_in["refresh_token"] })).await;
        let over = async {
            loop {
                let heard = ends.next().await.expect("it says why it ends");
                if heard.name == "over" {
                    return heard;
                }
            }
        };
        // Sooner than it would look by itself: it was told.
        let over = tokio::time::timeout(Duration::from_secs(30), over).await.expect("it was told");
        assert_eq!(over.data["code"], "unauthenticated");
        assert!(stays.is_silent().await, "another sign-in is none of its matter");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_listens_no_more() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let rob = server.colleague(&ann, "Rob", "rep").await;
    let mut stream = Listening::to(&rob, "", None).await;
    assert!(stream.next().await.is_some());
    domain::identity::person::erase(&server.services, &email("Rob"), false).await.unwrap();
    let over = async {
        loop {
            let heard = stream.next().await.expect("it says why it ends");
            if heard.name == "over" {
                return heard;
            }
        }
    };
    // Sooner than it would look by itself: it was told.
    let over = tokio::time::timeout(Duration::from_secs(30), over).await.expect("it was told");
    assert_eq!(over.data["code"], "unauthenticated");
}

#[tokio::test]
async fn the_catalogue_is_as_it_was_last_reviewed() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let catalogue = ann.get("/api/v1/events/catalogue").await.body["data"].clone();
    insta::assert_snapshot!("events", serde_json::to_string_pretty(&catalogue).unwrap());
}

#[tokio::test]
async fn a_place_that_is_none_is_refused_with_a_sentence() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let request = ann.request(Method::GET, "/api/v1/events").header("last-event-id", "yesterday");
    assert_eq!(ann.send(request).await.failure(422), "invalid");
}

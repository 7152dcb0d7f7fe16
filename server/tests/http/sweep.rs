//! The sweep of tenants and roles: every operation, every server function, every socket and every event, asked by everybody: with what is
//! their own, a colleague's, and another organization's. Who may is in [`expected`], and nowhere else.

mod expected;

use std::collections::{BTreeMap, BTreeSet};

use domain::operations::JobRetried;
use model::wire::{Part, ServerMessage};
use model::{Code, MemberId, Role};
use reqwest::StatusCode;
use serde_json::{Value, json};
use store::NewEvent;

use self::expected::Rule;
use super::events::Listening;
use super::failed_jobs::organization_of;
use super::operations::{self, Operation, operations};
use crate::page::{Page, connect, ended_call, hello, make, new_call};
use crate::support::{Answer, Browser, PASSWORD, Program, TestServer, email};

/// Stands in everything that somebody of ours has.
const WORDS: &str = "Secret of ours";
/// Where a page's socket is.
const LIVE: &str = "/api/calls/live";

/// Somebody, by both ways in.
struct Person {
    name: &'static str,
    role: Role,
    program: Program,
    browser: Browser,
}

/// An organization with somebody of each role, the owner first, and an owner of another one.
struct House {
    server: TestServer,
    people: Vec<Person>,
    eve: Person,
    /// Those that are asked for again and again.
    things: BTreeMap<(usize, String), String>,
    /// All that were made.
    made: Vec<String>,
}

impl House {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let ann = server.owner("Ann").await;
        let mut people = Vec::new();
        for (name, role) in [("Ann", Role::Owner), ("Adam", Role::Admin), ("Mia", Role::Manager), ("Rob", Role::Rep), ("Gus", Role::Guest)]
        {
            let program = if role == Role::Owner { ann.clone() } else { server.colleague(&ann, name, role.as_str()).await };
            people.push(Self::person(&server, name, role, program).await);
        }
        let eve = server.owner("Eve").await;
        let eve = Self::person(&server, "Eve", Role::Owner, eve).await;
        Self { server, people, eve, things: BTreeMap::new(), made: Vec::new() }
    }

    async fn person(server: &TestServer, name: &'static str, role: Role, program: Program) -> Person {
        let browser = server.browser();
        let signed_in = browser.sign_in(name, PASSWORD).await;
        assert_eq!(signed_in.status, StatusCode::OK, "{name}: {:?}", signed_in.body);
        Person { name, role, program, browser }
    }

    /// A colleague who has everything that anybody can have.
    const fn colleague_of(&self, person: usize) -> usize {
        if person == 0 { 1 } else { 0 }
    }

    /// A thing of this kind that is somebody's.
    async fn thing(&mut self, kind: &str, whose: usize) -> String {
        let key = (whose, kind.to_owned());
        if let Some(id) = self.things.get(&key) {
            return id.clone();
        }
        let id = self.new_thing(kind, whose).await;
        self.things.insert(key, id.clone());
        id
    }

    /// One that nobody asks for afterwards: it is done away with.
    async fn new_thing(&mut self, kind: &str, whose: usize) -> String {
        let (server, person, words) = (&self.server, &self.people[whose], format!("{WORDS} {}", self.made.len()));
        let id = match kind {
            "CallId" => ended_call(&person.program, &words).await.to_string(),
            "SessionId" | "SignInId" => {
                let before = sign_ins(server, person, kind).await;
                if kind == "SessionId" {
                    assert_eq!(server.browser().sign_in(person.name, PASSWORD).await.status, StatusCode::OK);
                } else {
                    let login = json!({ "email": email(person.name), "password": PASSWORD });
                    assert_eq!(server.program().post("/api/v1/auth/login", login).await.status, StatusCode::OK);
                }
                let mut new = sign_ins(server, person, kind).await.difference(&before).cloned().collect::<Vec<_>>();
                assert_eq!(new.len(), 1, "{kind} of {}", person.name);
                new.remove(0)
            }
            _ => operations::make(server, &person.program, kind, &words).await,
        };
        self.made.push(id.clone());
        id
    }

    /// The id that somebody asks with; none if they can't have one of their own. What has none is asked for once.
    async fn id(&mut self, kind: Option<&str>, person: usize, own: bool, (name, rule): (&str, Rule)) -> Option<String> {
        let role = self.people[person].role;
        let Some(kind) = kind else { return (!own).then(String::new) };
        if own && has_own(kind).is_none_or(|least| role < least) {
            return None;
        }
        let whose = if own { person } else { self.colleague_of(person) };
        let goes = destroys(name) && rule.refuses(role, own).is_none();
        Some(if goes { self.new_thing(kind, whose).await } else { self.thing(kind, whose).await })
    }

    /// The same for somebody who is refused.
    async fn owners(&mut self, kind: Option<&str>) -> String {
        match kind {
            Some(kind) => self.thing(kind, 0).await,
            None => String::new(),
        }
    }

    /// Whether an answer has anything of ours.
    fn shows_in(&self, answer: &Answer) -> bool {
        let text = answer.body.to_string();
        text.contains(WORDS) || self.made.iter().any(|id| text.contains(id.as_str()))
    }
}

/// The ids of somebody's sessions, or of their programs' sign-ins.
async fn sign_ins(server: &TestServer, person: &Person, kind: &str) -> BTreeSet<String> {
    let (function, pointer) = if kind == "SessionId" { ("sessions", "/session/id") } else { ("program_sign_ins", "/id") };
    let listed = call(server, Some(&person.browser), &format!("settings/{function}"), &json!({})).await;
    let rows = listed.body.as_array().unwrap_or_else(|| panic!("{:?}", listed.body)).clone();
    rows.iter().map(|row| row.pointer(pointer).and_then(Value::as_str).unwrap().to_owned()).collect()
}

/// Calls a server function as a page does, with JSON.
async fn call(server: &TestServer, browser: Option<&Browser>, function: &str, arguments: &Value) -> Answer {
    let stranger = server.browser();
    let request = browser.unwrap_or(&stranger).http.post(server.url(&format!("/api/{function}")));
    server.program().send(request.header("accept", "application/json").header("origin", server.url("")).json(arguments)).await
}

/// Whether there is nothing to ask for once more afterwards.
fn destroys(name: &str) -> bool {
    let words = ["DELETE", "delete", "cancel", "discard", "finish", "retry", "end_session", "end_program"];
    words.iter().any(|word| name.contains(word))
}

/// From which role on somebody can have a thing of their own; none if it is nobody's in particular.
fn has_own(kind: &str) -> Option<Role> {
    match kind {
        "CallId" => Some(Role::Rep),
        "ApiTokenId" | "SessionId" | "SignInId" => Some(Role::Guest),
        "DocumentId" | "CollectionId" | "UploadId" | "WebsiteId" => Some(Role::Admin),
        "JobId" => None,
        other => panic!("say here from which role on somebody can have a {other}"),
    }
}

/// Looks whether an answer is as the table says; a sentence if not.
fn judge(name: &str, person: &Person, own: bool, rule: Rule, answer: &Answer) -> Option<String> {
    let (status, role) = (answer.status, person.role);
    let right = match rule.refuses(role, own) {
        Some(no) => status == no.status(),
        None => {
            let closed = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
            !closed || (expected::is_never_there(name) && status == StatusCode::NOT_FOUND)
        }
    };
    let whose = if own { "their own" } else { "a colleague's" };
    (!right).then(|| format!("{name} as {role:?}, {whose}: {status}, but the table says {rule:?}: {}", answer.body))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_for_those_whom_the_table_names() {
    let mut house = House::new().await;
    let document = house.people[0].program.get("/api/v1/openapi.json").await.body;
    let (mut wrong, mut asked) = (Vec::new(), 0);
    let operations = operations(&document);
    assert_eq!(operations.len(), expected::operations(), "the table has lines for operations that are gone");
    for operation in &operations {
        let (name, short) = (operation.name(), operation.name().replace("/api/v1", ""));
        let rule = expected::of_operation(&name);
        assert_eq!(operation.is_open(), rule == Rule::Anybody, "{name}: the document and the table say different things");
        // A socket has a test of its own below.
        if rule == Rule::Anybody || operation.path.ends_with("/stream") {
            continue;
        }
        let kind = operation.kind_of_id();
        for person in 0..house.people.len() {
            for own in [false, true] {
                let Some(id) = house.id(kind, person, own, (&name, rule)).await else { continue };
                let by = &house.people[person];
                let answer = by.program.send(operation.request(&house.server, &by.program, &id)).await;
                wrong.extend(judge(&short, by, own, rule, &answer));
                asked += 1;
            }
        }
        let id = house.owners(kind).await;
        let stranger = house.server.program();
        let answer = stranger.send(operation.request(&house.server, &stranger, &id)).await;
        if answer.status != StatusCode::UNAUTHORIZED {
            wrong.push(format!("{name} of a stranger: {} {}", answer.status, answer.body));
        }
        let answer = house.eve.program.send(operation.request(&house.server, &house.eve.program, &id)).await;
        if house.shows_in(&answer) || (kind.is_some() && answer.status != StatusCode::NOT_FOUND) {
            wrong.push(format!("{name} of another organization: {} {}", answer.status, answer.body));
        }
        asked += 2;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 500, "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_function_is_for_those_whom_the_table_names() {
    let mut house = House::new().await;
    let mut functions: Vec<String> =
        leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.trim_start_matches("/api/").to_owned()).collect();
    // What ends sign-ins comes last.
    functions.sort_by_key(|name| (expected::ends_sign_ins(name), name.clone()));
    assert!(functions.len() > 60, "{functions:?}");
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for name in &functions {
        let Some(function) = expected::of_function(name) else { continue };
        let with = |id: &str| {
            let mut arguments = function.arguments.clone();
            if function.kind.is_some() {
                arguments["id"] = json!(id);
            }
            arguments
        };
        let id = house.owners(function.kind).await;
        let answer = call(&house.server, None, name, &with(&id)).await;
        let is_open = function.rule == Rule::Anybody;
        if is_open == (answer.body["code"] == Code::Unauthenticated.as_str()) {
            wrong.push(format!("{name} of a stranger: {} {}", answer.status, answer.body));
        }
        if is_open {
            continue;
        }
        for person in 0..house.people.len() {
            for own in [false, true] {
                let Some(id) = house.id(function.kind, person, own, (name, function.rule)).await else { continue };
                let by = &house.people[person];
                let answer = call(&house.server, Some(&by.browser), name, &with(&id)).await;
                wrong.extend(judge(name, by, own, function.rule, &answer));
                asked += 1;
            }
        }
        let answer = call(&house.server, Some(&house.eve.browser), name, &with(&id)).await;
        if house.shows_in(&answer) || (function.kind.is_some() && answer.status != StatusCode::NOT_FOUND) {
            wrong.push(format!("{name} of another organization: {} {}", answer.status, answer.body));
        }
        asked += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 300, "{asked}");
}

/// What somebody's hello to a call is answered with, by one of the two roads; none for a welcome.
async fn refusal(program: &Program, call: model::CallId, part: Part, by_function: bool) -> Option<Code> {
    let hello = hello(call, part, "a page");
    let mut page = if by_function {
        let bearer = format!("Bearer {}", program.token());
        let mut page = Page::function(connect(&program.base(), LIVE, &[("authorization", &bearer)]).await.unwrap());
        page.say(model::wire::ClientMessage::Hello(hello)).await;
        page
    } else {
        Page::join(program, hello).await
    };
    match page.next().await {
        Some(ServerMessage::Welcome(_)) => None,
        Some(ServerMessage::Refused(problem)) => Some(problem.code),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_socket_is_for_those_whom_the_table_names() {
    let house = House::new().await;
    let rule = expected::of_operation("GET /calls/{id}/stream");
    let mut wrong = Vec::new();
    for by_function in [false, true] {
        for part in [Part::Viewer, Part::Source] {
            for (number, person) in house.people.iter().enumerate() {
                for own in [false, true] {
                    if own && person.role < Role::Rep {
                        continue;
                    }
                    let whose = if own { number } else { house.colleague_of(number) };
                    let call = make(&house.people[whose].program, new_call(WORDS)).await;
                    // Sound is its rep's alone.
                    let should = match rule.refuses(person.role, own) {
                        Some(_) => Some(Code::NotFound),
                        None => (part == Part::Source && !own).then_some(Code::Forbidden),
                    };
                    let is = refusal(&person.program, call, part, by_function).await;
                    if is != should {
                        wrong.push(format!("{part:?} as {:?}, own {own}, function {by_function}: {is:?}, not {should:?}", person.role));
                    }
                }
            }
            let call = make(&house.people[0].program, new_call(WORDS)).await;
            assert_eq!(refusal(&house.eve.program, call, part, by_function).await, Some(Code::NotFound), "{part:?} {by_function}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_is_heard_by_those_whom_the_table_names() {
    let house = House::new().await;
    let member = |answer: &Answer| -> MemberId { answer.body["data"]["member"].as_str().unwrap().parse().unwrap() };
    let ours = organization_of(&house.people[0].program).await;
    let events: Vec<&'static str> = domain::registry(&house.server.services).events.iter().map(|event| event.name).collect();
    assert!(events.len() >= 20 && events.contains(&JobRetried::ENTRY.name), "{events:?}");
    let mut streams = Vec::new();
    for person in &house.people {
        streams.push(Listening::to(&person.program, "", None).await);
    }
    let mut eves = Listening::to(&house.eve.program, "", None).await;
    for stream in streams.iter_mut().chain([&mut eves]) {
        assert_eq!(stream.next().await.unwrap().name, "opened");
    }
    // A colleague's, whom nobody of these is; and each one's own.
    let zoe = house.server.colleague(&house.people[0].program, "Zoe", "rep").await;
    let mut whose = vec![(None, member(&zoe.get("/api/v1/auth/me").await))];
    for (number, person) in house.people.iter().enumerate() {
        whose.push((Some(number), member(&person.program.get("/api/v1/auth/me").await)));
    }
    for (of, member) in whose {
        let mut tx = house.server.services.store().begin().await.unwrap();
        for name in &events {
            let at = chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000);
            let (subject, payload) = ("something".to_owned(), json!({ "about": WORDS }));
            let event = NewEvent { organization: ours, member: Some(member), open_to: None, name, subject, payload, at };
            store::events::emit(&mut tx, &event).await.unwrap();
        }
        tx.commit().await.unwrap();
        house.server.services.ring("kernel.events");
        for (number, (person, stream)) in house.people.iter().zip(&mut streams).enumerate() {
            let heard_by_them = |name: &&&str| of == Some(number) || person.role >= expected::hears(name);
            for name in events.iter().filter(heard_by_them) {
                assert_eq!(stream.next().await.unwrap().name, **name, "{} of {of:?}", person.name);
            }
        }
    }
    for (person, stream) in house.people.iter().zip(&mut streams) {
        assert!(stream.is_silent().await, "{}", person.name);
    }
    assert!(eves.is_silent().await, "another organization");
}

/// The table would let a new operation pass if it named it by accident.
#[test]
fn each_line_of_the_table_is_another_operation() {
    let of = |method: &str, path: &str| Operation { method: method.parse().unwrap(), path: path.to_owned(), says: Value::Null }.name();
    assert_eq!(expected::of_operation(&of("GET", "/api/v1/calls")), Rule::From(Role::Rep));
    assert!(std::panic::catch_unwind(|| expected::of_operation("GET /api/v1/new")).is_err());
    assert!(std::panic::catch_unwind(|| expected::of_function("calls/new")).is_err());
}

//! Signing up where mails reach people: a link makes the account, and no answer tells who has one.

use chrono::TimeDelta;
use http::HeaderMap;
use model::{MemberId, Organization, OrganizationId, Person, PersonId, Role};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::config::Settings;
use store::NewAccount;

use crate::support::{PASSWORD, Setup, TestServer, cookie_value, email, location, set_cookie};

const SIGN_UP: &str = "/api/identity/sign_up";
const CONFIRM: &str = "/api/identity/confirm_sign_up";
const REGISTER: &str = "/api/v1/auth/register";

async fn start() -> TestServer {
    TestServer::with(Setup { delivers: true, ..Setup::default() }).await
}

fn form<'a>(name: &'a str, email: &'a str) -> [(&'a str, &'a str); 4] {
    [("name", name), ("email", email), ("organization", "Acme"), ("password", PASSWORD)]
}

fn body(name: &str) -> Value {
    json!({ "name": name, "email": email(name), "organization": "Acme", "password": PASSWORD })
}

/// The token of the newest mail's link, once there are `mails`.
async fn token(server: &TestServer, mails: usize) -> String {
    let mail = server.outbox.wait(mails).await;
    assert_eq!(mail.subject, "Confirm your mail address");
    let link = mail.text.split_whitespace().find(|word| word.contains("token=")).expect("the mail has a link");
    link.strip_prefix(&server.url("/sign-up/confirm?token=")).expect("it leads to the page").to_owned()
}

/// Makes the account of a person without a mail, as another server on the same database might.
async fn has_account(server: &TestServer, name: &str) {
    let (services, created_at) = (&server.services, server.services.now());
    let account = NewAccount {
        organization: Organization { id: OrganizationId(services.uuid()), name: "Other".into(), keep_audio: true, created_at },
        person: Person { id: PersonId(services.uuid()), email: email(name), name: name.into(), time_zone: String::new(), created_at },
        password_hash: String::new(),
        member: MemberId(services.uuid()),
        role: Role::Owner,
    };
    let mut tx = services.store().begin().await.unwrap();
    store::identity::insert_account(&mut tx, &account).await.unwrap();
    tx.commit().await.unwrap();
}

/// The names of headers, and their values where they may not differ from answer to answer.
fn comparable(headers: &HeaderMap) -> Vec<(String, String)> {
    let value = |name: &str, value: &str| if ["date", "x-request-id"].contains(&name) { String::new() } else { value.to_owned() };
    headers.iter().map(|(name, text)| (name.to_string(), value(name.as_str(), text.to_str().unwrap()))).collect()
}

#[tokio::test]
async fn a_known_and_an_unknown_address_get_the_same_answer() {
    let server = start().await;
    has_account(&server, "Ann").await;

    // A program.
    let (known, unknown) = (server.program().post(REGISTER, body("Ann")).await, server.program().post(REGISTER, body("Bob")).await);
    assert_eq!(known.status, StatusCode::ACCEPTED);
    assert_eq!(known.body, json!({ "success": true, "data": { "confirm_by_mail": true }, "meta": null }));
    assert_eq!((known.status, &known.body, comparable(&known.headers)), (unknown.status, &unknown.body, comparable(&unknown.headers)));

    // The page's script. The addresses are of one length, so that the answers are.
    let ann = server.browser().call(SIGN_UP, &form("Eve", "ann@example.com")).await;
    let cat = server.browser().call(SIGN_UP, &form("Eve", "cat@example.com")).await;
    assert_eq!((ann.status, set_cookie(&ann.headers, "closezly_session")), (StatusCode::OK, None));
    assert_eq!(ann.body.to_string().replace("ann@", "cat@"), cat.body.to_string());
    assert_eq!((ann.status, comparable(&ann.headers)), (cat.status, comparable(&cat.headers)));

    // A browser without JavaScript: the answer, and the page that it leads to.
    let mut seen = Vec::new();
    for address in ["ann@example.com", "dan@example.com"] {
        let browser = server.browser();
        let answer = browser.submit("/sign-up", SIGN_UP, &form("Eve", address)).await;
        assert_eq!(location(&answer), "/sign-up");
        assert!(set_cookie(answer.headers(), "closezly_session").is_none());
        let left = set_cookie(answer.headers(), "closezly_form").expect("the page after it knows what happened");
        let lengths = (answer.headers().len(), cookie_value(left).len());
        let page = browser.page("/sign-up").await;
        assert_eq!(page.status(), StatusCode::OK);
        let page = page.text().await.unwrap();
        let sentence = format!("Check your mail: we have sent a link to {address}. It works for 24 hours.");
        assert!(page.contains(&sentence), "{page}");
        assert!(!page.contains("name=\"password\""), "the form is done");
        assert!(!browser.is_signed_in().await);
        seen.push((answer.status(), lengths));
    }
    assert_eq!(seen[0], seen[1]);

    // What differs is in the mails.
    server.outbox.wait(6).await;
    for mail in server.outbox.all() {
        let expected = if mail.to == email("Ann") { "You already have an account" } else { "Confirm your mail address" };
        assert_eq!(mail.subject, expected, "{}", mail.to);
        assert!(!mail.text.contains("Eve") && !mail.text.contains("Acme"), "strangers can't write to people: {}", mail.text);
    }
}

#[tokio::test]
async fn what_is_typed_wrong_is_said_to_everybody_alike() {
    let server = start().await;
    has_account(&server, "Ann").await;
    for name in ["Ann", "Bob"] {
        let mut body = body(name);
        body["password"] = "short".into();
        let answer = server.program().post(REGISTER, body).await;
        assert_eq!(answer.failure(422), "invalid");
        assert_eq!(answer.body["error"]["details"]["field"], "password");
    }
    assert_eq!(server.outbox.all().len(), 0, "nobody got a mail of it");
}

#[tokio::test]
async fn the_link_s_page_signs_in_with_its_button_alone() {
    let server = start().await;
    let browser = server.browser();
    browser.submit("/sign-up", SIGN_UP, &form("Ann Lee", "ann@example.com")).await;
    let token = token(&server, 1).await;
    assert_eq!(browser.sign_in("Ann", PASSWORD).await.status, StatusCode::UNAUTHORIZED, "there is no account yet");
    let path = format!("/sign-up/confirm?token={token}");
    for _ in 0..2 {
        let page = browser.page(&path).await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(set_cookie(page.headers(), "closezly_session").is_none(), "looking at it does nothing");
        let page = page.text().await.unwrap();
        assert!(page.contains(&format!("action=\"{CONFIRM}\"")) && page.contains(&format!("value=\"{token}\"")), "{page}");
    }
    let answer = browser.submit(&path, CONFIRM, &[("token", &token)]).await;
    assert_eq!(location(&answer), "/");
    let home = browser.text("/").await;
    assert!(home.contains("Hello, Ann"), "{home}");
    assert!(browser.text("/settings/organization").await.contains("Acme"), "the owner's own settings");

    // A second time: one sentence, and two ways on.
    let late = server.browser();
    let answer = late.submit(&path, CONFIRM, &[("token", &token)]).await;
    assert_eq!(location(&answer), path);
    let page = late.text(&path).await;
    assert!(page.contains("This link was used already or is too old."), "{page}");
    assert!(page.contains("href=\"/sign-up\"") && page.contains("href=\"/sign-in\""), "{page}");
    assert!(!late.is_signed_in().await);
    assert_eq!(late.sign_in("Ann", PASSWORD).await.status, StatusCode::OK, "the password is the one of the form");
}

#[tokio::test]
async fn the_page_s_script_and_a_program_confirm_too() {
    let server = start().await;
    let browser = server.browser();
    assert_eq!(browser.call(SIGN_UP, &form("Ann", "ann@example.com")).await.status, StatusCode::OK);
    let first = token(&server, 1).await;
    let answer = browser.call(CONFIRM, &[("token", &first)]).await;
    assert_eq!((answer.status, &answer.body), (StatusCode::OK, &json!("/")));
    assert!(browser.is_signed_in().await);

    server.program().post(REGISTER, body("Bob")).await;
    let second = token(&server, 2).await;
    let answer = server.program().post("/api/v1/auth/confirm", json!({ "token": second })).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let bob = server.program().with_token(answer.body["data"]["access_token"].as_str().unwrap());
    let me = bob.get("/api/v1/auth/me").await.body;
    assert_eq!((&me["data"]["person"]["email"], &me["data"]["role"]), (&json!("bob@example.com"), &json!("owner")));
    let again = server.program().post("/api/v1/auth/confirm", json!({ "token": second })).await;
    assert_eq!(again.failure(404), "not_found");
}

#[tokio::test]
async fn a_link_is_good_for_a_day_and_only_the_newest_one() {
    let server = start().await;
    let confirm = |token: String| {
        let program = server.program();
        async move { program.post("/api/v1/auth/confirm", json!({ "token": token })).await }
    };
    server.program().post(REGISTER, body("Ann")).await;
    let first = token(&server, 1).await;
    server.program().post(REGISTER, body("Ann")).await;
    let second = token(&server, 2).await;
    assert_eq!(confirm(first).await.failure(404), "not_found", "replaced");
    server.clock.advance(TimeDelta::hours(24));
    let late = confirm(second).await;
    assert_eq!(late.failure(404), "not_found", "too old");
    assert_eq!(late.body, confirm("nobody's".to_owned()).await.body, "why it does not work is nobody's business");
    server.program().post(REGISTER, body("Ann")).await;
    let third = token(&server, 3).await;
    server.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert_eq!(confirm(third).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn an_address_that_got_an_account_meanwhile_is_asked_to_sign_in() {
    let server = start().await;
    server.program().post(REGISTER, body("Ann")).await;
    let waiting = token(&server, 1).await;
    has_account(&server, "Ann").await;
    let answer = server.program().post("/api/v1/auth/confirm", json!({ "token": waiting })).await;
    assert_eq!(answer.failure(404), "not_found");
    assert!(answer.body["detail"].as_str().unwrap().contains("Sign in if you have an account"));
}

#[tokio::test]
async fn a_mailbox_is_not_flooded_and_an_address_is_limited() {
    let server = start().await;
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(server.program().post(REGISTER, body("Ann")).await.body);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "nobody sees which of them got a mail");
    server.outbox.wait(3).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(server.outbox.all().len(), 3);

    let try_one = || {
        let program = server.program();
        let request = program.request(reqwest::Method::POST, "/api/v1/auth/confirm").header("x-forwarded-for", "203.0.113.9");
        async move { program.send(request.json(&json!({ "token": "guessed" }))).await }
    };
    for _ in 0..10 {
        assert_eq!(try_one().await.failure(404), "not_found");
    }
    assert_eq!(try_one().await.failure(429), "rate_limited");
}

#[tokio::test]
async fn who_takes_no_strangers_mails_none() {
    let settings = Settings { open_sign_up: Some(false), ..Settings::default() };
    let server = TestServer::with(Setup { settings, delivers: true, ..Setup::default() }).await;
    assert_eq!(server.program().post(REGISTER, body("Ann")).await.failure(403), "forbidden");
    assert_eq!(server.browser().call(SIGN_UP, &form("Ann", "ann@example.com")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(server.program().post("/api/v1/auth/confirm", json!({ "token": "any" })).await.failure(403), "forbidden");
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(server.outbox.all().is_empty());
}

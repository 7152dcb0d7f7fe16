//! A change that can't be written into the audit log is not made.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use store::Engine;

use crate::support::{Answer, PASSWORD, Setup, TestServer, email};

const NEW: &str = "another good one";

/// Lets the next entry of every organization take a number that is taken.
async fn break_log(server: &TestServer) {
    store::testing::execute(server.services.store(), "UPDATE audit_heads SET number = number - 1").await;
}

async fn mend_log(server: &TestServer) {
    store::testing::execute(server.services.store(), "UPDATE audit_heads SET number = number + 1").await;
}

fn text(answer: &Answer, name: &str) -> String {
    answer.body["data"][name].as_str().unwrap_or_else(|| panic!("{:?}", answer.body)).to_owned()
}

async fn nothing_is_changed(engine: Engine) {
    let server = TestServer::with(Setup { engine, ..Setup::default() }).await;
    let (ann, other) = (server.browser(), server.browser());
    ann.sign_up("Ann").await;
    other.sign_in("Ann", PASSWORD).await;
    let login = json!({ "email": email("Ann"), "password": PASSWORD });
    let signed_in = server.program().post("/api/v1/auth/login", login.clone()).await;
    let (program, refresh) = (server.program().with_token(&text(&signed_in, "access_token")), text(&signed_in, "refresh_token"));
    let made = ann.call("/api/settings/create_token", &[("new[name]", "Dialer")]).await;
    let api = server.program().with_token(made.body["secret"].as_str().unwrap());
    let token_id = made.body["token"]["id"].as_str().unwrap_or_else(|| panic!("{:?}", made.body)).to_owned();
    let rows = ann.call("/api/settings/sessions", &[]).await.body;
    let session =
        rows.as_array().unwrap().iter().find(|row| row["current"] == false).unwrap()["session"]["id"].as_str().unwrap().to_owned();
    let rows = ann.call("/api/settings/program_sign_ins", &[]).await.body;
    let sign_in = rows[0]["id"].as_str().unwrap().to_owned();
    ann.call("/api/identity/forgot_password", &[("email", &email("Ann"))]).await;
    let mail = server.outbox.wait(1).await;
    let link = mail.text.split_whitespace().find_map(|word| word.split_once("token=")).unwrap().1.to_owned();
    let me = program.get("/api/v1/auth/me").await;
    let before = [me.body.clone(), ann.call("/api/settings/sessions", &[]).await.body, ann.call("/api/settings/tokens", &[]).await.body];

    break_log(&server).await;
    let calls: [(&str, &[(&str, &str)]); 10] = [
        ("/api/settings/update_profile", &[("name", "Bo")]),
        ("/api/settings/update_organization", &[("organization", "Initech"), ("keep_audio", "true")]),
        ("/api/settings/create_token", &[("new[name]", "Another")]),
        ("/api/settings/delete_token", &[("id", &token_id)]),
        ("/api/settings/end_session", &[("id", &session)]),
        ("/api/settings/end_program_sign_in", &[("id", &sign_in)]),
        ("/api/settings/end_other_sessions", &[]),
        ("/api/settings/change_password", &[("current", PASSWORD), ("password", NEW), ("end_tokens", "true")]),
        ("/api/identity/reset_password", &[("token", &link), ("password", NEW)]),
        ("/api/identity/sign_out", &[]),
    ];
    for (action, fields) in calls {
        let answer = ann.call(action, fields).await;
        assert!(!answer.status.is_success() && !answer.status.is_redirection(), "{action}: {} {:?}", answer.status, answer.body);
    }
    let refused = server.browser().sign_in("Ann", PASSWORD).await;
    assert!(!refused.status.is_success(), "{:?}", refused.body);
    assert!(!server.program().post("/api/v1/auth/login", login.clone()).await.status.is_success());
    assert!(!server.program().post("/api/v1/auth/logout", json!({ "refresh_token": refresh })).await.status.is_success());
    mend_log(&server).await;
    assert!(!server.services.store().has_pending_events().await.unwrap(), "nor is it told");
    assert_eq!(server.services.store().event_head().await.unwrap(), 0);

    assert!(ann.is_signed_in().await && other.is_signed_in().await);
    for token in [&program, &api] {
        assert_eq!(token.get("/api/v1/auth/me").await.status, StatusCode::OK);
    }
    let me = program.request(Method::GET, "/api/v1/auth/me");
    let after =
        [program.send(me).await.body, ann.call("/api/settings/sessions", &[]).await.body, ann.call("/api/settings/tokens", &[]).await.body];
    assert_eq!(before[0], after[0]);
    assert_eq!(before[1].as_array().unwrap().len(), after[1].as_array().unwrap().len(), "no session came or went");
    assert_eq!(before[2].as_array().unwrap().len(), after[2].as_array().unwrap().len(), "no token came or went");
    assert_eq!(server.program().post("/api/v1/auth/login", login).await.status, StatusCode::OK, "the password is the old one");
    let used = server.browser().call("/api/identity/reset_password", &[("token", &link), ("password", NEW)]).await;
    assert_eq!(used.status, StatusCode::OK, "the link is not spent: {:?}", used.body);
    let organization = after[0]["data"]["organization"]["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(server.services.store().verify(organization).await.unwrap().first_broken, None);
}

/// The names of what was told, once there are so many.
async fn told(server: &TestServer, count: usize) -> Vec<String> {
    for _ in 0..500 {
        let events = server.services.store().placed_events(0, 100).await.unwrap();
        if events.len() >= count {
            return events.into_iter().map(|event| event.name).collect();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it was not told");
}

#[tokio::test]
async fn changes_that_pages_show_are_told() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let organization = ann.get("/api/v1/organization").await.body["data"]["id"].clone();
    assert_eq!(ann.patch("/api/v1/organization", json!({ "name": "Initech" })).await.status, StatusCode::OK);
    let browser = server.browser();
    browser.sign_in("Ann", PASSWORD).await;
    assert_eq!(browser.call("/api/settings/update_profile", &[("name", "Bo")]).await.status, StatusCode::OK);
    assert_eq!(told(&server, 2).await, ["organization.updated", "person.updated"]);
    let events = server.services.store().placed_events(0, 100).await.unwrap();
    assert_eq!((events[0].payload.clone(), events[0].member_id), (json!({ "organization": organization }), None));
    assert!(events[1].member_id.is_some() && events[1].payload.get("name").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_audited_is_not_done_on_sqlite() {
    nothing_is_changed(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_audited_is_not_done_on_postgresql() {
    nothing_is_changed(Engine::Postgres).await;
}

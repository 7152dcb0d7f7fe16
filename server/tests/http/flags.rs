//! Feature flags: seen and switched by those who may, for their own organization.

use model::{CallId, MemberId, OrganizationId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::failed_jobs::organization_of;
use crate::support::{Answer, Program, TestServer, location};

const FLAGS: &str = "/api/v1/operations/flags";
const PASSAGES: &str = "/api/v1/operations/flags/calls.live_passages";

async fn put(program: &Program, path: &str, body: Value) -> Answer {
    program.send(program.request(Method::PUT, path).json(&body)).await
}

async fn passages(program: &Program) -> Value {
    let flags = program.get(FLAGS).await.body["data"].clone();
    flags.as_array().unwrap().iter().find(|flag| flag["key"] == "calls.live_passages").unwrap().clone()
}

async fn member_of(program: &Program) -> MemberId {
    program.get("/api/v1/auth/me").await.body["data"]["member"].as_str().unwrap().parse().unwrap()
}

/// Whether the flag is on, as the live call asks.
async fn is_on(server: &TestServer, organization: OrganizationId, member: MemberId, call: u128) -> bool {
    let call = CallId(uuid::Uuid::from_u128(call.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)));
    server.services.is_on(&domain::calls::LIVE_PASSAGES, organization, Some(member), Some(call)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_is_switched_for_everybody_a_member_and_a_share_of_calls() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let bob = server.colleague(&ann, "Bob", "admin").await;
    let (ours, anns, bobs) = (organization_of(&ann).await, member_of(&ann).await, member_of(&bob).await);
    assert_eq!((&passages(&ann).await["default"], &passages(&ann).await["share"]), (&json!(true), &Value::Null));
    assert!(is_on(&server, ours, anns, 1).await);

    let set = put(&bob, PASSAGES, json!({ "share": 0 })).await;
    assert_eq!((set.status, &set.body["data"]["share"]), (StatusCode::OK, &json!(0)));
    assert!(!is_on(&server, ours, anns, 1).await && !is_on(&server, ours, bobs, 1).await);
    // A member's own setting goes before.
    let set = put(&ann, PASSAGES, json!({ "share": 100, "member": bobs })).await;
    assert_eq!(set.body["data"]["members"], json!([{ "member": bobs, "share": 100 }]));
    assert!(!is_on(&server, ours, anns, 1).await && is_on(&server, ours, bobs, 1).await);

    put(&ann, PASSAGES, json!({ "share": 30 })).await;
    let mut on = 0;
    for call in 0..300 {
        let is = is_on(&server, ours, anns, call).await;
        assert_eq!(is, is_on(&server, ours, anns, call).await, "always the same for one call");
        on += u32::from(is);
    }
    assert!((50..130).contains(&on), "{on} of 300");

    let unset = ann.delete(&format!("{PASSAGES}?member={bobs}")).await;
    assert_eq!((unset.status, &unset.body["data"]["members"]), (StatusCode::OK, &json!([])));
    let unset = ann.delete(PASSAGES).await;
    assert_eq!(unset.body["data"]["share"], Value::Null);
    assert_eq!(ann.delete(PASSAGES).await.status, StatusCode::OK, "once more changes nothing");
    assert!(is_on(&server, ours, anns, 1).await);

    let log = server.services.store().entries(ours, None, 50).await.unwrap().items;
    let told: Vec<_> = log.iter().filter(|entry| entry.action.starts_with("operations.flag")).collect();
    assert_eq!(told.len(), 6);
    assert!(told.iter().all(|entry| entry.subject == "calls.live_passages" && entry.actor.is_some()));
    assert_eq!(told.last().unwrap().details, json!({ "member": null, "share": 0 }));
    assert_eq!(told[0].action, "operations.flag_unset");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_admins_switch_and_only_for_their_own_organization() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let eve = server.owner("Eve").await;
    for role in ["guest", "rep", "manager"] {
        let them = server.colleague(&ann, role, role).await;
        for answer in [them.get(FLAGS).await, put(&them, PASSAGES, json!({ "share": 0 })).await, them.delete(PASSAGES).await] {
            assert_eq!(answer.failure(403), "forbidden", "{role}");
        }
    }
    let nobody = server.program();
    for answer in [nobody.get(FLAGS).await, put(&nobody, PASSAGES, json!({ "share": 0 })).await, nobody.delete(PASSAGES).await] {
        assert_eq!(answer.failure(401), "unauthenticated");
    }
    put(&ann, PASSAGES, json!({ "share": 40 })).await;
    assert_eq!(passages(&eve).await["share"], Value::Null, "Eve's organization has it as delivered");
    put(&eve, PASSAGES, json!({ "share": 7 })).await;
    eve.delete(PASSAGES).await;
    assert_eq!(passages(&ann).await["share"], 40);
    // Another organization's member is nobody.
    let anns = member_of(&ann).await;
    assert_eq!(put(&eve, PASSAGES, json!({ "share": 7, "member": anns })).await.failure(404), "not_found");
    assert_eq!(eve.delete(&format!("{PASSAGES}?member={anns}")).await.failure(404), "not_found");
    assert_eq!(passages(&ann).await["members"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_a_setting_is_refused_and_nothing_changes() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    for unknown in ["calls.no_such", "calls", "%20"] {
        assert_eq!(put(&ann, &format!("{FLAGS}/{unknown}"), json!({ "share": 1 })).await.failure(404), "not_found", "{unknown}");
        assert_eq!(ann.delete(&format!("{FLAGS}/{unknown}")).await.failure(404), "not_found", "{unknown}");
    }
    let above = put(&ann, PASSAGES, json!({ "share": 101 })).await;
    assert_eq!(above.failure(422), "invalid");
    assert!(above.body["detail"].as_str().unwrap().contains("hundred"), "{}", above.body);
    let wrong = [
        json!({ "share": -1 }),
        json!({ "share": "half" }),
        json!({}),
        json!({ "share": 1, "shares": 2 }),
        json!({ "share": 1, "member": "x" }),
    ];
    for body in wrong {
        assert_eq!(put(&ann, PASSAGES, body.clone()).await.failure(422), "invalid", "{body}");
    }
    assert_eq!(ann.delete(&format!("{PASSAGES}?members=x")).await.failure(422), "invalid");
    assert_eq!(passages(&ann).await["share"], Value::Null);
    let log = server.services.store().entries(organization_of(&ann).await, None, 50).await.unwrap().items;
    assert!(log.iter().all(|entry| !entry.action.starts_with("operations.flag")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_switches_without_javascript() {
    const PAGE: &str = "/settings/operations";
    const ACTION: &str = "/api/settings/set_flag";
    let server = TestServer::start().await;
    let ann = server.browser();
    ann.sign_up("Ann").await;
    let text = ann.text(PAGE).await;
    assert!(text.contains("calls.live_passages") && text.contains("On, as delivered"), "{text}");
    assert!(text.contains("action=\"/api/settings/set_flag") || text.contains(ACTION), "a plain form");
    let send = async |state: &str, share: &str| {
        let answer = ann.submit(PAGE, ACTION, &[("key", "calls.live_passages"), ("state", state), ("share", share)]).await;
        assert_eq!(location(&answer), PAGE);
        ann.text(PAGE).await
    };
    assert!(send("off", "100").await.contains(">Off<"));
    assert!(send("share", " 25 ").await.contains("On for 25 % of calls"));
    for wrong in ["101", "many", ""] {
        let shown = send("share", wrong).await;
        assert!(shown.contains("On for 25 % of calls"), "{wrong}: nothing is changed");
    }
    assert!(send("default", "25").await.contains("On, as delivered"));
}

//! Settings → Operations and its API: failed work is seen, retried and discarded by those who may.

use domain::Kernel;
use model::OrganizationId;
use reqwest::StatusCode;
use serde_json::json;
use store::NewJob;

use crate::support::{Program, TestServer, location};

const SENTENCE: &str = "The disk is full. Free some space, then retry.";
const INSIDE: &str = "ENOSPC at /srv/closezly/secret";

/// Work of an organization that has failed for good; its id. No worker has its queue, which is its own.
pub async fn fail(kernel: &Kernel, organization: OrganizationId, kind: &str, subject: &str) -> String {
    let store = kernel.store();
    let now = kernel.now();
    let queue = format!("test.{}", kernel.uuid());
    let mut tx = store.begin().await.unwrap();
    let new = NewJob { subject: subject.to_owned(), max_attempts: 1, ..NewJob::new(&queue, kind, Some(organization), now) };
    store::jobs::enqueue(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    let job = store.claim(&queue, "test", now, std::time::Duration::from_secs(60)).await.unwrap().unwrap();
    let mut tx = store.begin().await.unwrap();
    store::jobs::fail(&mut tx, &job, &format!("{SENTENCE}\n{INSIDE}"), None).await.unwrap();
    tx.commit().await.unwrap();
    job.id.to_string()
}

pub async fn organization_of(program: &Program) -> OrganizationId {
    program.get("/api/v1/auth/me").await.body["data"]["organization"]["id"].as_str().unwrap().parse().unwrap()
}

async fn actions(server: &TestServer, organization: OrganizationId) -> Vec<String> {
    let entries = server.services.store().entries(organization, None, 50).await.unwrap().items;
    entries.into_iter().map(|entry| entry.action).filter(|action| action.starts_with("operations.")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_work_is_listed_retried_and_discarded_once() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let bob = server.colleague(&ann, "Bob", "admin").await;
    let ours = organization_of(&ann).await;
    let (one, other) = (fail(&server.services, ours, "test.fails", "x").await, fail(&server.services, ours, "test.fails", "y").await);
    let list = ann.get("/api/v1/operations/jobs").await;
    assert_eq!(list.body["data"].as_array().unwrap().len(), 2);
    assert_eq!(list.body["data"][0]["problem"], SENTENCE);
    assert!(!list.body.to_string().contains("ENOSPC"), "the inside stays inside");
    let overview = ann.get("/api/v1/operations").await.body["data"].clone();
    assert_eq!(overview["failed"], json!([{ "kind": "test.fails", "count": 2 }]));
    assert!(overview["schedules"].as_array().is_some_and(|schedules| schedules.iter().any(|one| one["name"] == "identity.tidy")));
    // Two admins decide about one job: the second is told, and nothing happens twice.
    assert_eq!(ann.post(&format!("/api/v1/operations/jobs/{one}/retry"), json!(null)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bob.post(&format!("/api/v1/operations/jobs/{one}/retry"), json!(null)).await.failure(404), "not_found");
    let late = bob.delete(&format!("/api/v1/operations/jobs/{one}")).await;
    assert!(late.body["detail"].as_str().unwrap().contains("already"), "{}", late.body);
    assert_eq!(bob.delete(&format!("/api/v1/operations/jobs/{other}")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.delete(&format!("/api/v1/operations/jobs/{other}")).await.failure(404), "not_found");
    assert_eq!(actions(&server, ours).await, ["operations.job_discarded", "operations.job_retried"]);
    let queues = ann.get("/api/v1/operations").await.body["data"]["queues"].clone();
    let queue = queues.as_array().unwrap().iter().find(|load| load["queue"].as_str().unwrap().starts_with("test.")).unwrap();
    assert_eq!((&queue["waiting"], &queue["running"]), (&json!(1), &json!(0)), "it waits again");
    let (queue, now) = (queue["queue"].as_str().unwrap(), server.services.now());
    let again = server.services.store().claim(queue, "test", now, std::time::Duration::from_secs(9)).await;
    assert_eq!(again.unwrap().unwrap().attempts, 1, "with all its attempts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_is_retried_at_once() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let ours = organization_of(&ann).await;
    for subject in ["a", "b", "c"] {
        fail(&server.services, ours, "test.fails", subject).await;
    }
    let eve = server.owner("Eve").await;
    let theirs = organization_of(&eve).await;
    fail(&server.services, theirs, "test.fails", "d").await;
    let retried = ann.post("/api/v1/operations/jobs/retry", json!({ "kind": "test.fails" })).await;
    assert_eq!(retried.body["data"], json!({ "jobs": 3 }));
    assert_eq!(ann.post("/api/v1/operations/jobs/retry", json!({ "kind": "test.fails" })).await.body["data"], json!({ "jobs": 0 }));
    assert_eq!(actions(&server, ours).await, ["operations.jobs_retried"]);
    assert_eq!(eve.get("/api/v1/operations/jobs").await.body["data"].as_array().unwrap().len(), 1, "only the own ones");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_admins_and_owners_may() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let ours = organization_of(&ann).await;
    let id = fail(&server.services, ours, "test.fails", "x").await;
    for (name, role) in [("Gus", "guest"), ("Rob", "rep"), ("Max", "manager")] {
        let colleague = server.colleague(&ann, name, role).await;
        for path in ["/api/v1/operations", "/api/v1/operations/jobs"] {
            assert_eq!(colleague.get(path).await.failure(403), "forbidden", "{role} {path}");
        }
        let retry = colleague.post(&format!("/api/v1/operations/jobs/{id}/retry"), json!(null)).await;
        assert_eq!(retry.failure(403), "forbidden");
        assert_eq!(colleague.post("/api/v1/operations/jobs/retry", json!({ "kind": "test.fails" })).await.failure(403), "forbidden");
        assert_eq!(colleague.delete(&format!("/api/v1/operations/jobs/{id}")).await.failure(403), "forbidden");
    }
    let admin = server.colleague(&ann, "Ada", "admin").await;
    assert_eq!(admin.delete(&format!("/api/v1/operations/jobs/{id}")).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_works_without_javascript() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.sign_up("Ann").await;
    let me: serde_json::Value = browser.http.get(server.url("/api/v1/auth/me")).send().await.unwrap().json().await.unwrap();
    let ours = me["data"]["organization"]["id"].as_str().unwrap().parse().unwrap();
    assert!(browser.text("/settings/operations").await.contains("Nothing failed"));
    let call = "01931c1e-0000-7000-8000-000000000000";
    let (one, other) =
        (fail(&server.services, ours, "calls.write_review", call).await, fail(&server.services, ours, "test.fails", "</title><b>").await);
    let page = browser.text("/settings/operations").await;
    assert!(page.contains(SENTENCE) && page.contains(&format!("/calls/{call}")) && page.contains(&one));
    assert!(!page.contains("ENOSPC") && !page.contains("</title><b>"));
    let sent = browser.submit("/settings/operations", "/api/settings/retry_job", &[("id", &one)]).await;
    assert_eq!(location(&sent), "/settings/operations");
    let late = browser.submit("/settings/operations", "/api/settings/discard_job", &[("id", &one)]).await;
    assert_eq!(location(&late), "/settings/operations");
    assert!(browser.text("/settings/operations").await.contains("retried or discarded it already"), "the sentence is on the page");
    browser.submit("/settings/operations", "/api/settings/discard_job", &[("id", &other)]).await;
    assert!(browser.text("/settings/operations").await.contains("Nothing failed"));
}

//! Jobs: each at least once, none twice at a time.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{CallId, OrganizationId};
use rstest::rstest;
use serde_json::json;
use store::{Engine, JobState, NewJob, testing};
use uuid::Uuid;

use crate::fixtures::{noon, tenant};

const LEASE: Duration = Duration::from_secs(10);

fn job(kind: &str, due: i64, organization: Option<OrganizationId>) -> NewJob {
    NewJob { kind: kind.into(), payload: json!({ "b": [1, 2.5, "x"], "a": null }), organization, run_at: noon(due), max_attempts: 2 }
}

#[rstest]
#[tokio::test]
async fn jobs_run_when_they_are_due_in_order(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    store.enqueue(&job("later", 20, None)).await.unwrap();
    let first = store.enqueue(&job("first", 5, None)).await.unwrap();
    assert_eq!(store.claim("w", noon(4), LEASE).await.unwrap(), None);
    let claimed = store.claim("w", noon(5), LEASE).await.unwrap().unwrap();
    assert_eq!((claimed.id, claimed.kind.as_str(), claimed.attempts), (first, "first", 1));
    assert_eq!(claimed.payload, json!({ "a": null, "b": [1, 2.5, "x"] }));
    assert_eq!(store.claim("w", noon(6), LEASE).await.unwrap(), None, "held");
    assert!(store.complete(&claimed).await.unwrap());
    assert!(!store.complete(&claimed).await.unwrap());
    assert_eq!(store.claim("w", noon(20), LEASE).await.unwrap().unwrap().kind, "later");
}

#[rstest]
#[tokio::test]
async fn a_lease_that_ran_out_gives_the_job_to_another(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    store.enqueue(&job("x", 0, Some(ours.organization))).await.unwrap();
    let lost = store.claim("dies", noon(0), LEASE).await.unwrap().unwrap();
    assert!(store.extend(&lost, noon(15)).await.unwrap());
    assert_eq!(store.claim("w", noon(14), LEASE).await.unwrap(), None, "extended");
    let taken = store.claim("w", noon(15), LEASE).await.unwrap().unwrap();
    assert_eq!((taken.id, taken.attempts), (lost.id, 2));
    assert!(!store.complete(&lost).await.unwrap(), "the late one can't end what another has");
    assert!(!store.fail(&lost, "late", Some(noon(0))).await.unwrap());
    assert!(!store.extend(&lost, noon(99)).await.unwrap());
    // Twice a worker died over it: enough.
    assert_eq!(store.claim("w", noon(30), LEASE).await.unwrap(), None);
    let dead = store.dead_jobs(ours.organization).await.unwrap();
    assert_eq!(dead[0].error.as_deref(), Some("The worker stopped before the end."));
}

#[rstest]
#[tokio::test]
async fn a_calls_newest_job_is_known_until_it_is_done(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await.organization, tenant(&store, "b@example.com").await.organization);
    let call = CallId(Uuid::now_v7());
    let state = async |organization| store.job_of_call(organization, "x", call).await.unwrap();
    assert_eq!(state(ours).await, None);
    let new = NewJob { payload: json!({ "call": call }), ..job("x", 0, Some(ours)) };
    store.enqueue(&new).await.unwrap();
    assert_eq!((state(ours).await, state(theirs).await), (Some(JobState::Waiting), None));
    let claimed = store.claim("w", noon(0), LEASE).await.unwrap().unwrap();
    assert_eq!(state(ours).await, Some(JobState::Running));
    assert!(store.fail(&claimed, "no use", None).await.unwrap());
    assert_eq!(state(ours).await, Some(JobState::Dead));
    store.enqueue(&new).await.unwrap();
    assert_eq!(state(ours).await, Some(JobState::Waiting), "the newest counts");
    let claimed = store.claim("w", noon(0), LEASE).await.unwrap().unwrap();
    assert!(store.complete(&claimed).await.unwrap());
    assert_eq!(store.job_of_call(ours, "y", call).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn failures_are_retried_then_dead_then_rerun(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let id = store.enqueue(&job("x", 0, Some(ours.organization))).await.unwrap();
    let once = store.claim("w", noon(0), LEASE).await.unwrap().unwrap();
    assert!(store.fail(&once, "first", Some(noon(60))).await.unwrap());
    assert_eq!(store.claim("w", noon(59), LEASE).await.unwrap(), None, "backs off");
    let twice = store.claim("w", noon(60), LEASE).await.unwrap().unwrap();
    assert_eq!(twice.error.as_deref(), Some("first"));
    assert!(store.fail(&twice, "second", Some(noon(90))).await.unwrap());
    assert_eq!(store.claim("w", noon(900), LEASE).await.unwrap(), None, "used up");
    let dead = store.dead_jobs(ours.organization).await.unwrap();
    assert_eq!((dead.len(), dead[0].error.as_deref(), dead[0].attempts), (1, Some("second"), 2));

    assert!(store.rerun(ours.organization, id, noon(1000)).await.unwrap());
    let again = store.claim("w", noon(1000), LEASE).await.unwrap().unwrap();
    assert_eq!((again.attempts, again.error.as_deref()), (1, None));
    assert!(store.fail(&again, "no use", None).await.unwrap());
    assert_eq!(store.dead_jobs(ours.organization).await.unwrap().len(), 1, "dead at once");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_workers_never_get_the_same_job(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    for _ in 0..60 {
        store.enqueue(&job("x", 0, None)).await.unwrap();
    }
    let workers = (0..6).map(|worker| {
        let store = store.store();
        tokio::spawn(async move {
            let mut claimed = Vec::new();
            while let Some(job) = store.claim(&format!("w{worker}"), noon(1), LEASE).await.unwrap() {
                claimed.push(job.id);
            }
            claimed
        })
    });
    let mut all = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        all.extend(worker.await.unwrap());
    }
    let distinct: BTreeSet<_> = all.iter().map(|id| id.0).collect();
    assert_eq!((all.len(), distinct.len()), (60, 60));
}

#[rstest]
#[tokio::test]
async fn no_organization_keeps_another_waiting(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (many, few) = (tenant(&store, "a@example.com").await.organization, tenant(&store, "b@example.com").await.organization);
    for number in 0..6 {
        store.enqueue(&job("files.read", number, Some(many))).await.unwrap();
    }
    store.enqueue(&job("files.read", 10, Some(few))).await.unwrap();
    store.enqueue(&job("files.read", 11, Some(few))).await.unwrap();
    let claim = async |kinds, at| store.claim_kind(kinds, "w", noon(at), LEASE).await.unwrap();
    let claimed = async |at| claim("files.%", at).await.map(|job| (job.organization_id, job.run_at));
    assert_eq!(claimed(20).await, Some((Some(many), noon(0))), "nobody runs: the oldest");
    assert_eq!(claimed(20).await, Some((Some(few), noon(10))), "one each");
    assert_eq!(claimed(20).await, Some((Some(many), noon(1))), "again the oldest");
    assert_eq!(claimed(20).await, Some((Some(few), noon(11))));
    assert_eq!(claimed(20).await, Some((Some(many), noon(2))), "nobody else waits");

    // What runs in another lane is no reason to wait in this one.
    store.enqueue(&job("calls.review", 0, Some(many))).await.unwrap();
    store.enqueue(&job("calls.review", 1, Some(few))).await.unwrap();
    assert_eq!(claim("calls.%", 20).await.unwrap().organization_id, Some(many));
    assert_eq!(claim("calls.%", 20).await.unwrap().organization_id, Some(few));

    // A worker that died runs nothing, though nobody has noticed yet.
    store.enqueue(&job("files.read", 12, Some(few))).await.unwrap();
    let later = 20 + LEASE.as_secs() as i64;
    assert_eq!(claimed(later).await, Some((Some(many), noon(0))));
    assert_eq!(claimed(later).await, Some((Some(few), noon(10))));
}

//! Jobs: each at least once, none twice at a time.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{JobId, OrganizationId};
use rstest::rstest;
use serde_json::json;
use store::{Engine, Failed, Job, JobState, NewJob, Store, jobs, testing};

use crate::fixtures::{noon, tenant};

const LEASE: Duration = Duration::from_secs(10);

fn job(kind: &str, due: i64, organization: Option<OrganizationId>) -> NewJob {
    NewJob { payload: json!({ "b": [1, 2.5, "x"], "a": null }), max_attempts: 2, ..NewJob::new("q", kind, organization, noon(due)) }
}

async fn enqueue(store: &Store, job: &NewJob) -> bool {
    let mut tx = store.begin().await.unwrap();
    let added = jobs::enqueue(&mut tx, job).await.unwrap();
    tx.commit().await.unwrap();
    added
}

async fn claim(store: &Store, at: i64) -> Option<Job> {
    store.claim("q", "w", noon(at), LEASE).await.unwrap()
}

async fn complete(store: &Store, job: &Job) -> bool {
    let mut tx = store.begin().await.unwrap();
    let done = jobs::complete(&mut tx, job.id, job.fence).await.unwrap();
    tx.commit().await.unwrap();
    done
}

async fn fail(store: &Store, job: &Job, why: &str, retry_at: Option<i64>) -> Failed {
    let mut tx = store.begin().await.unwrap();
    let failed = jobs::fail(&mut tx, job, why, retry_at.map(noon)).await.unwrap();
    tx.commit().await.unwrap();
    failed
}

async fn retry(store: &Store, organization: OrganizationId, job: JobId, at: i64) -> bool {
    let mut tx = store.begin().await.unwrap();
    let retried = jobs::retry(&mut tx, organization, job, noon(at)).await.unwrap();
    tx.commit().await.unwrap();
    retried
}

async fn dead(store: &Store, organization: OrganizationId) -> Vec<Job> {
    store.dead_jobs(organization, None, 10).await.unwrap().items
}

#[rstest]
#[tokio::test]
async fn jobs_run_when_they_are_due_in_order(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    enqueue(&store, &job("later", 20, None)).await;
    enqueue(&store, &job("first", 5, None)).await;
    assert_eq!(claim(&store, 4).await, None);
    assert_eq!(store.next_due("q").await.unwrap(), Some(noon(5)));
    assert_eq!(store.next_due("other").await.unwrap(), None);
    let claimed = claim(&store, 5).await.unwrap();
    assert_eq!((claimed.kind.as_str(), claimed.attempts, claimed.fence), ("first", 1, 1));
    assert_eq!(claimed.payload, json!({ "a": null, "b": [1, 2.5, "x"] }));
    assert_eq!(claim(&store, 6).await, None, "held");
    assert_eq!(store.next_due("q").await.unwrap(), Some(noon(15)), "when the lease runs out");
    assert!(complete(&store, &claimed).await);
    assert!(!complete(&store, &claimed).await);
    assert_eq!(claim(&store, 20).await.unwrap().kind, "later");
}

#[rstest]
#[tokio::test]
async fn what_is_urgent_goes_first(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    enqueue(&store, &job("ordinary", 0, None)).await;
    enqueue(&store, &NewJob { priority: 5, ..job("urgent", 3, None) }).await;
    enqueue(&store, &NewJob { priority: 9, ..job("most urgent, not due", 99, None) }).await;
    assert_eq!(claim(&store, 10).await.unwrap().kind, "urgent");
    assert_eq!(claim(&store, 10).await.unwrap().kind, "ordinary");
}

#[rstest]
#[tokio::test]
async fn the_same_work_does_not_wait_twice(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await.organization, tenant(&store, "b@example.com").await.organization);
    let same = |organization| NewJob { deduplication: Some("all".into()), ..job("x", 0, Some(organization)) };
    assert!(enqueue(&store, &same(ours)).await);
    assert!(!enqueue(&store, &same(ours)).await, "it waits already");
    assert!(enqueue(&store, &same(theirs)).await, "another organization's");
    assert!(enqueue(&store, &NewJob { kind: "y".into(), ..same(ours) }).await, "another kind");
    let running = claim(&store, 1).await.unwrap();
    assert!(enqueue(&store, &same(running.organization_id.unwrap())).await, "what runs may have missed what is new");
    assert_eq!(fail(&store, &running, "back", Some(9)).await, Failed::Waits, "two wait then, and none is lost");
}

#[rstest]
#[tokio::test]
async fn a_lease_that_ran_out_gives_the_job_to_another(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    enqueue(&store, &job("x", 0, Some(ours.organization))).await;
    let lost = store.claim("q", "dies", noon(0), LEASE).await.unwrap().unwrap();
    assert!(store.extend(lost.id, lost.fence, noon(15)).await.unwrap());
    assert_eq!(claim(&store, 14).await, None, "extended");
    let taken = claim(&store, 15).await.unwrap();
    assert_eq!((taken.id, taken.attempts), (lost.id, 2));
    assert!(!complete(&store, &lost).await, "the late one can't end what another has");
    assert_eq!(fail(&store, &lost, "late", Some(0)).await, Failed::Lost);
    assert!(!store.extend(lost.id, lost.fence, noon(99)).await.unwrap());
    assert!(!store.release(lost.id, lost.fence).await.unwrap());
    // Twice a worker died over it: enough.
    assert_eq!(claim(&store, 30).await, None);
    let worn_out = store.worn_out_jobs(noon(30)).await.unwrap();
    assert_eq!(worn_out.len(), 1);
    assert_eq!(fail(&store, &worn_out[0], "The worker stopped before the end.", None).await, Failed::Died);
    assert_eq!(dead(&store, ours.organization).await[0].error.as_deref(), Some("The worker stopped before the end."));
}

#[rstest]
#[tokio::test]
async fn what_is_given_back_has_not_failed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    enqueue(&store, &job("x", 0, None)).await;
    for _ in 0..5 {
        let claimed = claim(&store, 1).await.unwrap();
        assert_eq!(claimed.attempts, 1);
        assert!(store.release(claimed.id, claimed.fence).await.unwrap());
    }
    let claimed = store.claim("q", "the last run", noon(1), LEASE).await.unwrap().unwrap();
    assert_eq!(claimed.fence, 6, "the fence only grows");
    assert_eq!(store.release_jobs_of_others("the last run").await.unwrap(), 0);
    assert_eq!(store.release_jobs_of_others("this run").await.unwrap(), 1);
    assert_eq!(claim(&store, 1).await.unwrap().attempts, 2, "that one may have taken its worker down");
}

#[rstest]
#[tokio::test]
async fn the_newest_job_about_something_is_known_until_it_is_done(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await.organization, tenant(&store, "b@example.com").await.organization);
    let state = async |organization| store.job_about(organization, "x", "call").await.unwrap();
    assert_eq!(state(ours).await, None);
    let new = NewJob { subject: "call".into(), ..job("x", 0, Some(ours)) };
    enqueue(&store, &new).await;
    assert_eq!((state(ours).await, state(theirs).await), (Some(JobState::Waiting), None));
    let claimed = claim(&store, 0).await.unwrap();
    assert_eq!(state(ours).await, Some(JobState::Running));
    assert_eq!(fail(&store, &claimed, "no use", None).await, Failed::Died);
    assert_eq!(state(ours).await, Some(JobState::Dead));
    enqueue(&store, &new).await;
    assert_eq!(state(ours).await, Some(JobState::Waiting), "the newest counts");
    let claimed = claim(&store, 0).await.unwrap();
    assert!(complete(&store, &claimed).await);
    assert_eq!(store.job_about(ours, "y", "call").await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn failures_are_retried_then_dead_then_retried_by_hand(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await.organization;
    enqueue(&store, &job("x", 0, Some(ours))).await;
    let once = claim(&store, 0).await.unwrap();
    assert_eq!(fail(&store, &once, "first", Some(60)).await, Failed::Waits);
    assert_eq!(claim(&store, 59).await, None, "backs off");
    let twice = claim(&store, 60).await.unwrap();
    assert_eq!(twice.error.as_deref(), Some("first"));
    assert_eq!(fail(&store, &twice, "second", Some(90)).await, Failed::Died);
    assert_eq!(claim(&store, 900).await, None, "used up");
    let found = dead(&store, ours).await;
    assert_eq!((found.len(), found[0].error.as_deref(), found[0].attempts), (1, Some("second"), 2));

    assert!(retry(&store, ours, once.id, 1000).await);
    assert!(!retry(&store, ours, once.id, 1000).await, "a second admin comes too late");
    let again = claim(&store, 1000).await.unwrap();
    assert_eq!((again.attempts, again.error.as_deref()), (1, None));
    assert_eq!(fail(&store, &again, "no use", None).await, Failed::Died);
    assert_eq!(store.dead_job(ours, again.id).await.unwrap().unwrap().error.as_deref(), Some("no use"), "dead at once");
    let mut tx = store.begin().await.unwrap();
    assert!(jobs::discard(&mut tx, ours, again.id).await.unwrap());
    assert!(!jobs::discard(&mut tx, ours, again.id).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(dead(&store, ours).await, []);
}

#[rstest]
#[tokio::test]
async fn dead_jobs_come_in_pages(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await.organization;
    for number in 0..5 {
        enqueue(&store, &job("x", number, Some(ours))).await;
        let claimed = claim(&store, 9).await.unwrap();
        fail(&store, &claimed, "no use", None).await;
    }
    let first = store.dead_jobs(ours, None, 3).await.unwrap();
    let rest = store.dead_jobs(ours, first.next.as_deref(), 3).await.unwrap();
    let times: Vec<_> = first.items.iter().chain(&rest.items).map(|job| job.run_at).collect();
    assert_eq!((times, rest.next), (vec![noon(4), noon(3), noon(2), noon(1), noon(0)], None));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_workers_never_get_the_same_job(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    for _ in 0..60 {
        enqueue(&store, &job("x", 0, None)).await;
    }
    let workers = (0..6).map(|worker| {
        let store = store.store();
        tokio::spawn(async move {
            let mut claimed = Vec::new();
            // Where two reach for the same one, one of them goes away empty-handed and looks again.
            while store.next_due("q").await.unwrap().is_some_and(|due| due <= noon(1)) {
                claimed.extend(store.claim("q", &format!("w{worker}"), noon(1), LEASE).await.unwrap().map(|job| job.id));
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
        enqueue(&store, &job("files.read", number, Some(many))).await;
    }
    enqueue(&store, &job("files.read", 10, Some(few))).await;
    enqueue(&store, &job("files.read", 11, Some(few))).await;
    let claimed = async |at| claim(&store, at).await.map(|job| (job.organization_id, job.run_at));
    assert_eq!(claimed(20).await, Some((Some(many), noon(0))), "nobody runs: the oldest");
    assert_eq!(claimed(20).await, Some((Some(few), noon(10))), "one each");
    assert_eq!(claimed(20).await, Some((Some(many), noon(1))), "again the oldest");
    assert_eq!(claimed(20).await, Some((Some(few), noon(11))));
    assert_eq!(claimed(20).await, Some((Some(many), noon(2))), "nobody else waits");

    // What runs in another queue is no reason to wait in this one.
    let review = |due, organization| NewJob { queue: "calls".into(), ..job("calls.review", due, Some(organization)) };
    enqueue(&store, &review(0, many)).await;
    enqueue(&store, &review(1, few)).await;
    let other = async || store.claim("calls", "w", noon(20), LEASE).await.unwrap().unwrap().organization_id;
    assert_eq!(other().await, Some(many));
    assert_eq!(other().await, Some(few));

    // A worker that died runs nothing, though nobody has noticed yet.
    enqueue(&store, &job("files.read", 12, Some(few))).await;
    let later = 20 + LEASE.as_secs() as i64;
    assert_eq!(claimed(later).await, Some((Some(many), noon(0))));
    assert_eq!(claimed(later).await, Some((Some(few), noon(10))));
}

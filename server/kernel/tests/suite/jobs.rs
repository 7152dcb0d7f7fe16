//! Jobs: done once, given back, laid aside, and one with their effects.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::DateTime;
use kernel::{Actor, DomainError, Job, Registry, relay_once, run_due_jobs, run_jobs, share_hints};
use model::OrganizationId;
use ports::Clock;
use rstest::rstest;
use serde_json::json;
use store::Engine;
use tokio_util::sync::CancellationToken;

use crate::house::{TestApp, kernel_on, until};
use crate::shop::{Deliver, Delivered, MANNERS, SHOP};

#[rstest]
#[tokio::test]
async fn a_job_its_effects_and_its_end_are_one(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::new(engine).await;
    house.order("book").await;
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), 1);
    assert_eq!(house.done(), ["book"]);
    assert_eq!(house.store.entries(house.organization, None, 9).await.unwrap().items[0].action, "shop.delivered");
    let day = house.clock.now().date_naive();
    assert_eq!(house.store.usage(house.organization, day, day).await.unwrap()[0].amount, 1);
    assert_eq!(relay_once(&house.kernel, &house.registry).await.unwrap(), 1);
    // What the other area does about it, once.
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), 1);
    assert_eq!(relay_once(&house.kernel, &house.registry).await.unwrap(), 0);
    assert_eq!(house.done(), ["book", "shop.delivered book"]);
}

#[rstest]
#[tokio::test]
async fn a_worker_that_comes_too_late_changes_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::new(engine).await;
    house.order("book").await;
    let claim = async || house.store.claim("shop", "w", house.clock.now(), Duration::from_secs(30)).await.unwrap().unwrap();
    let late = claim().await;
    house.later(31);
    let fresh = claim().await;
    let finish = async |job: &store::Job| {
        let lease = kernel::Lease { job: job.id, fence: job.fence, attempt: job.attempts, last_attempt: false };
        let mut tx = house.kernel.begin(&Actor::system(house.organization, "a test")).await.unwrap();
        tx.audit("shop.delivered", "book", json!({})).await.unwrap();
        match tx.finish(&lease).await {
            Ok(()) => tx.commit().await,
            Err(error) => Err(error),
        }
    };
    assert!(matches!(finish(&late).await, Err(DomainError::LeaseLost)));
    finish(&fresh).await.unwrap();
    assert!(matches!(finish(&fresh).await, Err(DomainError::LeaseLost)), "it is over");
    assert_eq!(house.store.entries(house.organization, None, 9).await.unwrap().items.len(), 1, "one effect");
}

#[rstest]
#[tokio::test]
async fn failures_are_tried_again_and_then_laid_aside(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::new(engine).await;
    house.shop.fail.store(3, Ordering::SeqCst);
    house.order("book").await;
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), 1);
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), 0, "it waits");
    house.later(13);
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), 1);
    let dead = house.dead().await;
    assert_eq!(
        (dead.len(), dead[0].error.as_deref(), dead[0].subject.as_str()),
        (1, Some("Something went wrong inside the server. Whoever runs it finds more in its log.\nthe road is closed"), "book")
    );
    relay_once(&house.kernel, &house.registry).await.unwrap();
    let told = house.store.events_of(house.organization, 0, 9).await.unwrap();
    assert_eq!((told[0].name.as_str(), told[0].subject.clone()), ("job.dead", dead[0].id.to_string()));
}

#[rstest]
#[tokio::test]
async fn a_panic_and_what_no_release_knows_are_failed_jobs(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::new(engine).await;
    house.order("bomb").await;
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), 1);
    house.later(13);
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), 1);
    assert!(house.dead().await[0].error.as_deref().unwrap().ends_with("\nit panicked"));
    let mut tx = house.store.begin().await.unwrap();
    let unknown = store::NewJob::new("shop", "shop.unknown", Some(house.organization), house.clock.now());
    store::jobs::enqueue(&mut tx, &unknown).await.unwrap();
    let newer = store::NewJob { version: 9, ..store::NewJob::new("shop", Deliver::KIND, Some(house.organization), house.clock.now()) };
    store::jobs::enqueue(&mut tx, &newer).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), 2);
    let errors: Vec<_> = house.dead().await.into_iter().filter_map(|job| job.error).collect();
    for said in ["newer release", "no work of the kind shop.unknown"] {
        assert!(errors.iter().any(|error| error.contains(said)), "{said}: {errors:?}");
    }
}

#[rstest]
#[tokio::test]
async fn what_is_not_done_at_a_stop_is_given_back(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::new(engine).await;
    house.order("slow").await;
    let stop = CancellationToken::new();
    let running = run_jobs(&house.kernel, &house.registry, &stop);
    let stopping = async {
        until("the job runs", || house.shop.running.load(Ordering::SeqCst) == 1).await;
        stop.cancel();
    };
    tokio::time::timeout(Duration::from_secs(20), async { tokio::join!(running, stopping) }).await.unwrap();
    let again = house.store.claim("shop", "next", house.clock.now(), Duration::from_secs(9)).await.unwrap().unwrap();
    assert_eq!((again.attempts, again.subject.as_str()), (1, "slow"), "at once, and it has not failed");
}

#[tokio::test]
async fn what_a_killed_server_held_goes_on_at_once() {
    let house = TestApp::new(Engine::Sqlite).await;
    house.order("book").await;
    house.store.claim("shop", "a server that was killed", house.clock.now(), Duration::from_secs(30)).await.unwrap().unwrap();
    let stop = CancellationToken::new();
    let running = run_jobs(&house.kernel, &house.registry, &stop);
    let waiting = async {
        until("the job is done", || house.done() == ["book"]).await;
        stop.cancel();
    };
    tokio::time::timeout(Duration::from_secs(20), async { tokio::join!(running, waiting) }).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn payloads_of_an_older_release_are_done_and_those_that_none_reads_say_so(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let house = TestApp::new(engine).await;
    let mut tx = house.store.begin().await.unwrap();
    for (version, payload) in [(1, json!({ "parcel": "book" })), (0, json!({ "box": "lamp" })), (1, json!({ "parcel": 7 }))] {
        let new = store::NewJob::new("shop", Deliver::KIND, Some(house.organization), house.clock.now());
        store::jobs::enqueue(&mut tx, &store::NewJob { version, payload, ..new }).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), 3);
    assert_eq!(house.done(), ["book"]);
    let mut errors: Vec<_> = house.dead().await.into_iter().filter_map(|job| job.error).collect();
    errors.sort_by_key(|error| error.contains("can't be read"));
    assert!(errors[0].contains("version 0, which this release does not read any more"), "{errors:?}");
    assert!(errors.len() == 2 && errors[1].contains("can't be read"), "tried once, then laid aside with what is wrong: {errors:?}");
}

#[tokio::test]
async fn an_order_on_one_server_wakes_a_worker_on_another() {
    let house = TestApp::new(Engine::Postgres).await;
    let elsewhere = kernel_on(store::Store::connect(house.store.url()).await.unwrap(), &house.shop, &house.clock);
    elsewhere.look_only_when_woken();
    let stop = CancellationToken::new();
    let work = async {
        tokio::join!(run_jobs(&elsewhere, &house.registry, &stop), share_hints(&elsewhere, &stop), share_hints(&house.kernel, &stop));
    };
    let orders = async {
        // Hints reach whoever listens already: the other server just begins to.
        house.order("0").await;
        until("the other server listens", || {
            house.kernel.ring("shop");
            house.done().len() == 1
        })
        .await;
        for number in 1..=5 {
            house.order(&number.to_string()).await;
            until("somebody is woken", || house.done().len() == number + 1).await;
        }
        stop.cancel();
    };
    tokio::join!(work, orders);
    assert_eq!(house.done(), ["0", "1", "2", "3", "4", "5"]);
}

#[rstest]
#[tokio::test]
async fn a_unit_of_work_is_all_or_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = TestApp::new(engine).await;
    {
        let mut tx = house.kernel.begin(&Actor::system(house.organization, "a test")).await.unwrap();
        tx.enqueue(&Deliver { what: "book".into() }).await.unwrap();
        tx.audit("shop.ordered", "book", json!({})).await.unwrap();
        tx.emit(&Delivered { what: "book".into() }).await.unwrap();
        // Dropped: the process died, or an error ended the function.
    }
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), 0);
    assert!(!house.store.has_pending_events().await.unwrap());
    assert_eq!(house.store.entries(house.organization, None, 9).await.unwrap().items, []);
    let nobody = Actor::system(OrganizationId::from(house.kernel.uuid()), "nobody");
    let mut tx = house.kernel.begin(&nobody).await.unwrap();
    assert!(tx.audit("shop.ordered", "book", json!({})).await.is_err());
    assert!(tx.commit().await.is_err(), "after an error nothing is kept");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_and_each_effect_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    const PARCELS: usize = 150;
    let house = TestApp::new(engine).await;
    let mut tx = house.kernel.begin(&Actor::system(house.organization, "orders")).await.unwrap();
    for number in 0..PARCELS {
        tx.enqueue(&Deliver { what: format!("{number}") }).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut random = 0x2545_f491_u32;
    for _ in 0..50 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // A server that is killed in the middle of whatever it does, and the next one a lease later.
        // Its connections end with it: one that is cut off in the middle of a statement would hold its locks in a pool that lives on.
        let store = match engine {
            Engine::Sqlite => house.store.store(),
            Engine::Postgres => store::Store::connect(house.store.url()).await.unwrap(),
        };
        let (kernel, registry) = (kernel_on(store, &house.shop, &house.clock), Registry::new(&[SHOP, MANNERS]).unwrap());
        let server = tokio::spawn(async move { run_jobs(&kernel, &registry, &CancellationToken::new()).await });
        tokio::time::sleep(Duration::from_micros(u64::from(random >> 16) % 30_000)).await;
        server.abort();
        let _ = server.await;
        house.later(31);
    }
    for _ in 0..100 {
        run_due_jobs(&house.kernel, &house.registry).await.unwrap();
        if house.store.next_due("shop").await.unwrap().is_none() {
            break;
        }
        // The database may still hold what a killed server had locked; and what failed waits for its time.
        tokio::time::sleep(Duration::from_millis(50)).await;
        house.later(600);
    }
    let mut used = 0;
    let day = DateTime::from_timestamp(1_790_000_000, 0).unwrap().date_naive();
    for used_on in house.store.usage(house.organization, day, house.clock.now().date_naive()).await.unwrap() {
        used += used_on.amount;
    }
    // A job whose worker was killed at each of its attempts is laid aside: nothing of it was done.
    for job in house.store.worn_out_jobs(house.clock.now()).await.unwrap() {
        assert_eq!(job.attempts, 2, "{job:?}");
        used += 1;
    }
    assert_eq!(house.dead().await, []);
    let left = house.store.count_jobs().await.unwrap();
    let told = house.store.entries(house.organization, None, 500).await.unwrap().items.len();
    assert_eq!(usize::try_from(used).unwrap(), PARCELS, "jobs that are left: {left:?}; lines in the audit log: {told}");
}

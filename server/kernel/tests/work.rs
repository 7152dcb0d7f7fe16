//! Jobs, schedules and events as areas use them: done once, given back, laid aside, told in one order. On both engines.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{
    Actor, Area, DomainError, Event, Flag, Job, JobContext, JobEntry, Kernel, KernelParts, ManifestError, Permission, PermissionEntry,
    Queue, Registry, Result, Schedule, Setting, Subscriber, relay_events, relay_once, run_due_jobs, run_jobs, share_hints, tick,
};
use model::{Organization, OrganizationId, Person, Role};
use ports::{Clock, SystemIds};
use rstest::rstest;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::testing::{self, TestStore};
use store::{Engine, NewAccount};
use tokio_util::sync::CancellationToken;

const QUEUE: Queue = Queue { name: "shop", workers: 2 };

/// What jobs did, and how they are told to behave.
#[derive(Default)]
struct Shop {
    done: Mutex<Vec<String>>,
    running: AtomicUsize,
    fail: AtomicUsize,
}

#[derive(Serialize, Deserialize)]
struct Deliver {
    what: String,
}

impl Job for Deliver {
    const KIND: &'static str = "shop.deliver";
    const QUEUE: Queue = QUEUE;
    const MAX_ATTEMPTS: u32 = 2;
    const VERSION: i64 = 2;

    fn upgrade(version: i64, payload: serde_json::Value) -> Option<serde_json::Value> {
        (version == 1).then(|| json!({ "what": payload["parcel"] }))
    }

    fn subject(&self) -> String {
        self.what.clone()
    }

    async fn run(self, context: JobContext) -> Result<()> {
        let shop: &Arc<Shop> = context.kernel.state();
        match self.what.as_str() {
            "bomb" => panic!("as told"),
            "slow" => {
                shop.running.fetch_add(1, Ordering::SeqCst);
                std::future::pending::<()>().await;
            }
            _ => {}
        }
        if shop.fail.load(Ordering::SeqCst) > 0 {
            shop.fail.fetch_sub(1, Ordering::SeqCst);
            return Err(DomainError::Internal("the road is closed".to_owned()));
        }
        // The effect and the job's end are one unit of work.
        let mut tx = context.kernel.begin(&Actor::system(context.organization()?, "a delivery")).await?;
        tx.audit("shop.delivered", &self.what, json!({})).await?;
        tx.meter("shop.parcels", 1).await?;
        tx.emit(&Delivered { what: self.what.clone() }).await?;
        tx.finish(&context.lease).await?;
        tx.commit().await?;
        shop.done.lock().unwrap().push(self.what);
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
struct Sweep;

impl Job for Sweep {
    const KIND: &'static str = "shop.sweep";
    const QUEUE: Queue = QUEUE;

    async fn run(self, context: JobContext) -> Result<()> {
        context.kernel.state::<Arc<Shop>>().done.lock().unwrap().push("swept".to_owned());
        Ok(())
    }
}

/// What another area does when something was delivered.
#[derive(Serialize, Deserialize)]
struct Thank {
    name: String,
    subject: String,
}

impl Job for Thank {
    const KIND: &'static str = "manners.thank";
    const QUEUE: Queue = Queue { name: "manners", workers: 1 };

    async fn run(self, context: JobContext) -> Result<()> {
        context.kernel.state::<Arc<Shop>>().done.lock().unwrap().push(format!("{} {}", self.name, self.subject));
        Ok(())
    }
}

kernel::event! {
    /// A parcel was delivered.
    Delivered = "shop.delivered", of what, belongs to nobody, sees all: None, {
        /// Which.
        what: String,
    }
}

const SHOP: Area = Area {
    jobs: &[JobEntry::of::<Deliver>(), JobEntry::of::<Sweep>()],
    schedules: &[Schedule { name: "shop.sweep", cron: "0 * * * *", job: JobEntry::of::<Sweep>() }],
    events: &[Delivered::ENTRY],
    ..Area::new("shop")
};
const MANNERS: Area = Area {
    jobs: &[JobEntry::of::<Thank>()],
    subscribers: &[Subscriber { event: Delivered::ENTRY.name, job: JobEntry::of::<Thank>() }],
    ..Area::new("manners")
};

/// A clock that is set by hand.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).unwrap()
    }
}

struct House {
    kernel: Kernel,
    registry: Registry,
    shop: Arc<Shop>,
    clock: Arc<Hand>,
    organization: OrganizationId,
    store: TestStore,
}

impl House {
    async fn new(engine: Engine) -> Self {
        let store = testing::open(engine).await;
        let ids = SystemIds;
        let clock = Arc::new(Hand(AtomicI64::new(1_790_000_000)));
        let id = || ports::Ids::uuid(&ids, clock.now());
        let organization = Organization { id: id().into(), name: "Acme".into(), keep_audio: true, created_at: clock.now() };
        let person = Person { id: id().into(), email: "ann@example.com".into(), name: "Ann".into(), created_at: clock.now() };
        let account =
            NewAccount { organization: organization.clone(), person, password_hash: "x".into(), member: id().into(), role: Role::Owner };
        let mut tx = store.begin().await.unwrap();
        store::identity::insert_account(&mut tx, &account).await.unwrap();
        tx.commit().await.unwrap();
        let shop = Arc::new(Shop::default());
        let kernel = kernel(&store, &shop, &clock);
        Self { kernel, registry: Registry::new(&[SHOP, MANNERS]).unwrap(), shop, clock, organization: organization.id, store }
    }

    async fn order(&self, what: &str) {
        let mut tx = self.kernel.begin(&Actor::system(self.organization, "an order")).await.unwrap();
        assert!(tx.enqueue(&Deliver { what: what.into() }).await.unwrap());
        tx.commit().await.unwrap();
    }

    fn done(&self) -> Vec<String> {
        self.shop.done.lock().unwrap().clone()
    }

    fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    async fn dead(&self) -> Vec<store::Job> {
        self.store.dead_jobs(self.organization, None, 9).await.unwrap().items
    }
}

fn kernel(store: &TestStore, shop: &Arc<Shop>, clock: &Arc<Hand>) -> Kernel {
    kernel_on(store.store(), shop, clock)
}

fn kernel_on(store: store::Store, shop: &Arc<Shop>, clock: &Arc<Hand>) -> Kernel {
    let parts = KernelParts::new(store, clock.clone(), Arc::new(SystemIds), "http://localhost".into());
    Kernel::new(parts.with(Arc::clone(shop)))
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} did not come true");
}

#[rstest]
#[tokio::test]
async fn a_job_its_effects_and_its_end_are_one(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = House::new(engine).await;
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
    let house = House::new(engine).await;
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
    let house = House::new(engine).await;
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
    let house = House::new(engine).await;
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
    let house = House::new(engine).await;
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
    let house = House::new(Engine::Sqlite).await;
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
    let house = House::new(engine).await;
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

#[rstest]
#[tokio::test]
async fn an_order_wakes_a_worker_and_an_event_reaches_a_stream(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = House::new(engine).await;
    // Nobody looks by themselves for an hour: what is done, a bell told.
    house.kernel.look_only_when_woken();
    let mut stream = house.kernel.hub().subscribe(house.organization);
    let stop = CancellationToken::new();
    let work = async {
        tokio::join!(run_jobs(&house.kernel, &house.registry, &stop), relay_events(&house.kernel, &house.registry, &stop));
    };
    let orders = async {
        // Each when all is done, so that everybody sleeps again.
        for number in 1..=5 {
            let what = number.to_string();
            house.order(&what).await;
            let event = tokio::time::timeout(Duration::from_secs(60), stream.recv()).await.expect("somebody is woken").unwrap();
            assert_eq!((event.position, event.name.as_str()), (number, "shop.delivered"));
            let json: serde_json::Value = serde_json::from_str(&event.json).unwrap();
            assert_eq!((json["subject"].as_str(), json["data"]["what"].as_str()), (Some(what.as_str()), Some(what.as_str())));
            until("the other area heard of it", || house.done().len() as i64 == 2 * number).await;
        }
        stop.cancel();
    };
    tokio::join!(work, orders);
}

#[tokio::test]
async fn an_order_on_one_server_wakes_a_worker_on_another() {
    let house = House::new(Engine::Postgres).await;
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
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_is_killed_at_any_moment_loses_no_event_and_doubles_no_job(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    const KILLS: usize = 30;
    const EACH: usize = 5;
    let house = House::new(engine).await;
    let mut random = 0x9e37_79b9_u32;
    for kill in 0..KILLS {
        let mut tx = house.kernel.begin(&Actor::system(house.organization, "a test")).await.unwrap();
        for number in 0..EACH {
            tx.emit(&Delivered { what: format!("{}", kill * EACH + number) }).await.unwrap();
        }
        tx.commit().await.unwrap();
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // With connections of its own, which end with it.
        let store = match engine {
            Engine::Sqlite => house.store.store(),
            Engine::Postgres => store::Store::connect(house.store.url()).await.unwrap(),
        };
        let (kernel, registry) = (kernel_on(store, &house.shop, &house.clock), Registry::new(&[SHOP, MANNERS]).unwrap());
        // Somebody listens, so that it is killed while it hands events on too.
        let stream = kernel.hub().subscribe(house.organization);
        let relay = tokio::spawn(async move { relay_events(&kernel, &registry, &CancellationToken::new()).await });
        tokio::time::sleep(Duration::from_micros(u64::from(random >> 16) % 8_000)).await;
        relay.abort();
        let _ = relay.await;
        drop(stream);
    }
    relay_once(&house.kernel, &house.registry).await.unwrap();
    let told = house.store.events_of(house.organization, 0, 5_000).await.unwrap();
    let order: Vec<(i64, usize)> = told.iter().map(|event| (event.position, event.subject.parse().unwrap())).collect();
    assert!(order.iter().copied().eq((1..).zip(0..KILLS * EACH)), "one order without gaps, none twice: {order:?}");
    // What the other area does about each of them.
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), KILLS * EACH);
    let mut done: Vec<usize> = house.done().iter().map(|done| done.strip_prefix("shop.delivered ").unwrap().parse().unwrap()).collect();
    done.sort_unstable();
    assert!(done.iter().copied().eq(0..KILLS * EACH), "each once: {done:?}");
}

#[rstest]
#[tokio::test]
async fn a_clock_that_goes_back_an_hour_does_nothing_twice_and_loses_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = House::new(engine).await;
    house.order("held").await;
    let held = house.store.claim("shop", "w", house.clock.now(), Duration::from_secs(30)).await.unwrap().unwrap();
    house.order("waits").await;
    house.later(-3_600);
    house.order("new").await;
    assert_eq!(run_due_jobs(&house.kernel, &house.registry).await.unwrap(), 1, "what is new is done at once, what is held is not taken");
    assert_eq!(house.done(), ["new"]);
    // The worker that was at it holds on, and finishes once.
    assert!(house.store.extend(held.id, held.fence, house.clock.now() + TimeDelta::seconds(30)).await.unwrap());
    let lease = kernel::Lease { job: held.id, fence: held.fence, attempt: held.attempts, last_attempt: false };
    let mut tx = house.kernel.begin(&Actor::system(house.organization, "a test")).await.unwrap();
    tx.emit(&Delivered { what: "held".into() }).await.unwrap();
    tx.finish(&lease).await.unwrap();
    tx.commit().await.unwrap();
    relay_once(&house.kernel, &house.registry).await.unwrap();
    // What waited from before is not lost: its time comes once more.
    house.later(3_600);
    while run_due_jobs(&house.kernel, &house.registry).await.unwrap() > 0 {}
    relay_once(&house.kernel, &house.registry).await.unwrap();
    let told = house.store.events_of(house.organization, 0, 9).await.unwrap();
    let order: Vec<(i64, &str)> = told.iter().map(|event| (event.position, event.subject.as_str())).collect();
    assert_eq!(order, [(1, "new"), (2, "held"), (3, "waits")], "in the order in which it happened, whatever the clock said");
    assert_eq!(house.done().iter().filter(|done| !done.starts_with("shop.delivered")).count(), 2, "{:?}", house.done());
    assert!(house.dead().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn an_outbox_of_many_rows_is_told_in_order(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = House::new(engine).await;
    let registry = Registry::new(&[SHOP]).unwrap();
    for batch in 0..4 {
        let mut tx = house.kernel.begin(&Actor::system(house.organization, "a test")).await.unwrap();
        for number in 0..500 {
            tx.emit(&Delivered { what: format!("{}", batch * 500 + number) }).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    assert_eq!(relay_once(&house.kernel, &registry).await.unwrap(), 2_000);
    let told = house.store.events_of(house.organization, 0, 5_000).await.unwrap();
    let order: Vec<usize> = told.iter().map(|event| event.subject.parse().unwrap()).collect();
    assert!(order.iter().copied().eq(0..2_000), "one order, none twice, none missing");
}

#[rstest]
#[tokio::test]
async fn a_schedule_runs_once_an_hour_whatever_the_clock_does(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = House::new(engine).await;
    let start = house.clock.now();
    let due = SHOP.schedules[0].next(start).unwrap();
    house.store.declare_schedule("shop.sweep", "0 * * * *", due).await.unwrap();
    let other = kernel(&house.store, &house.shop, &house.clock);
    let look = async || {
        tick(&house.kernel, &house.registry).await.unwrap();
        tick(&other, &house.registry).await.unwrap();
        run_due_jobs(&house.kernel, &house.registry).await.unwrap()
    };
    assert_eq!(look().await, 0, "not yet");
    house.later((due - start).num_seconds());
    assert_eq!(look().await, 1, "once, though two servers looked");
    house.later(-3_600);
    assert_eq!(look().await, 0, "the clock went back: it was done");
    house.later(3_600 + 59 * 60);
    assert_eq!(look().await, 0);
    house.later(60);
    assert_eq!(look().await, 1);
    house.later(86_400);
    assert_eq!(look().await, 1, "what was missed is done once");
    assert!(house.store.schedules().await.unwrap()[0].1 - house.clock.now() <= TimeDelta::hours(1));
}

#[rstest]
#[tokio::test]
async fn a_unit_of_work_is_all_or_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let house = House::new(engine).await;
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
    let house = House::new(engine).await;
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

#[test]
fn mistakes_in_manifests_are_named() {
    let of = |areas: &[Area]| Registry::new(areas).err();
    let twice = |sort, name: &str| Some(ManifestError::Twice { sort, name: name.to_owned() });
    assert_eq!(of(&[SHOP, SHOP]), twice("areas", "shop"));
    let other = Area { jobs: SHOP.jobs, ..Area::new("other") };
    assert_eq!(of(&[SHOP, other]), twice("kinds of jobs", "shop.deliver"));
    assert_eq!(of(&[Area { schedules: &[], ..other }]), Some(ManifestError::Prefix { area: "other", name: "shop.deliver" }));
    const SEE: PermissionEntry = PermissionEntry { permission: Permission::new("shop.see"), doc: "See.", least: Role::Rep };
    assert_eq!(of(&[Area { permissions: &[SEE, SEE], ..Area::new("shop") }]), twice("permissions", "shop.see"));
    const ON: Flag = Flag { name: "shop.on", doc: "On.", default: false };
    const HOURS: Setting = Setting { name: "shop_hours", default: "9 to 5", secret: false, doc: "When it is open." };
    const SWEEPS: &[Schedule] = &[SHOP.schedules[0], SHOP.schedules[0]];
    let elsewhere = Area { jobs: &[], schedules: &[], ..SHOP };
    assert_eq!(of(&[SHOP, Area { name: "other", ..elsewhere }]), twice("events", "shop.delivered"));
    assert_eq!(of(&[Area { schedules: SWEEPS, ..SHOP }]), twice("schedules", "shop.sweep"));
    assert_eq!(of(&[Area { flags: &[ON, ON], ..Area::new("shop") }]), twice("flags", "shop.on"));
    let open = Area { settings: &[HOURS], ..Area::new("shop") };
    assert_eq!(of(&[open, Area { name: "other", ..open }]), twice("settings", "shop_hours"));
    assert_eq!(of(&[MANNERS]), Some(ManifestError::NoSuchEvent("shop.delivered")));
    let orphan = Area { schedules: SHOP.schedules, ..Area::new("shop") };
    assert_eq!(of(&[orphan]), Some(ManifestError::NoSuchJob("shop.sweep")));
    const NEVER: Schedule = Schedule { name: "shop.never", cron: "whenever", job: JobEntry::of::<Sweep>() };
    assert_eq!(of(&[Area { schedules: &[NEVER], ..SHOP }]), Some(ManifestError::Cron("shop.never")));
    assert_eq!(Delivered { what: "x".into() }.subject(), "x");
    assert_eq!(Delivered::ENTRY.schema()["properties"]["data"]["properties"]["what"]["type"], "string");
}

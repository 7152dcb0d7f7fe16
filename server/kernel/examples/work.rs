//! What the machinery of jobs and events costs, on both engines: `cargo run --release -p kernel --example work`. Prints `key=value` lines.
//!
//! - order: nothing else is to be done; from an order's commit to the end of its job, 20 ms of which are its work.
//! - claim: 10,000 jobs of one organization wait; each claim is timed.
//! - other: meanwhile another organization's one job is added; the time until it runs.
//! - outbox: 100,000 events wait for their places.
//! - delivery: commit → in a stream's hand, one event after the other; on PostgreSQL also in that of another server's stream.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a program that measures")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use kernel::{
    Actor, Area, Job, JobContext, JobEntry, Kernel, KernelParts, Queue, Registry, Result, relay_events, relay_once, run_jobs, share_hints,
};
use model::{Organization, OrganizationId, Person, Role};
use ports::{Clock, SystemClock, SystemIds};
use serde::{Deserialize, Serialize};
use store::testing::{self, TestStore};
use store::{Engine, NewAccount, NewJob, Store};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const JOBS: usize = 10_000;
const EVENTS: usize = 100_000;
/// Enough that the first five of each connection, which PostgreSQL plans each time, are not what is measured.
const CLAIMS: usize = 2_000;
const DELIVERIES: usize = 300;
const ORDERS: usize = 100;

#[derive(Serialize, Deserialize)]
struct Work {}

impl Job for Work {
    const KIND: &'static str = "bench.work";
    const QUEUE: Queue = Queue { name: "bench", workers: 2 };

    async fn run(self, context: JobContext) -> Result<()> {
        // As long as a small review takes.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let ran: &mpsc::UnboundedSender<Option<OrganizationId>> = context.kernel.state();
        let _ = ran.send(context.organization);
        Ok(())
    }
}

kernel::event! {
    /// Something.
    Happened = "bench.happened", of what, belongs to nobody, sees all: None, {
        /// What.
        what: String,
    }
}

const BENCH: Area = Area { jobs: &[JobEntry::of::<Work>()], events: &[Happened::ENTRY], ..Area::new("bench") };

#[tokio::main]
async fn main() {
    for (name, engine) in [("sqlite", Engine::Sqlite), ("postgres", Engine::Postgres)] {
        let store = testing::open(engine).await;
        let (many, few) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
        orders(name, &store, few).await;
        jobs(name, &store, many, few).await;
        events(name, &store, many).await;
        if engine == Engine::Postgres {
            elsewhere(&store, many).await;
        }
    }
}

async fn tenant(store: &TestStore, email: &str) -> OrganizationId {
    let now = SystemClock.now();
    let id = || ports::Ids::uuid(&SystemIds, now);
    let organization = Organization { id: id().into(), name: "Bench".into(), keep_audio: true, created_at: now };
    let person = Person { id: id().into(), email: email.into(), name: "Bench".into(), time_zone: String::new(), created_at: now };
    let id = organization.id;
    let account = NewAccount { organization, person, password_hash: "x".into(), member: self::id().into(), role: Role::Owner };
    let mut tx = store.begin().await.unwrap();
    store::identity::insert_account(&mut tx, &account).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn id() -> uuid::Uuid {
    ports::Ids::uuid(&SystemIds, SystemClock.now())
}

fn kernel(store: Store, ran: mpsc::UnboundedSender<Option<OrganizationId>>) -> Kernel {
    Kernel::new(KernelParts::new(store, Arc::new(SystemClock), Arc::new(SystemIds), String::new()).with(ran))
}

async fn orders(name: &str, store: &TestStore, organization: OrganizationId) {
    let (tell, mut ran) = mpsc::unbounded_channel();
    let (kernel, registry, stop) = (kernel(store.store(), tell), Registry::new(&[BENCH]).unwrap(), CancellationToken::new());
    let ordering = async {
        let mut times = Vec::new();
        for _ in 0..ORDERS {
            let mut tx = kernel.begin(&Actor::system(organization, "a bench")).await.unwrap();
            tx.enqueue(&Work {}).await.unwrap();
            tx.commit().await.unwrap();
            let start = Instant::now();
            ran.recv().await.unwrap();
            times.push(start.elapsed());
        }
        print(&format!("jobs.{name}.order_to_done"), &mut times);
        stop.cancel();
    };
    tokio::join!(run_jobs(&kernel, &registry, &stop), ordering);
}

async fn jobs(name: &str, store: &TestStore, many: OrganizationId, few: OrganizationId) {
    let now = SystemClock.now();
    for _ in 0..JOBS / 1_000 {
        let mut tx = store.begin().await.unwrap();
        for _ in 0..1_000 {
            let job = NewJob { payload: serde_json::json!({}), ..NewJob::new("bench", Work::KIND, Some(many), now) };
            store::jobs::enqueue(&mut tx, &job).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    let mut times = Vec::new();
    for _ in 0..CLAIMS {
        let start = Instant::now();
        let job = store.claim("bench", "w", SystemClock.now(), Duration::from_secs(600)).await.unwrap().unwrap();
        times.push(start.elapsed());
        store.release(job.id, job.fence).await.unwrap();
    }
    print(&format!("jobs.{name}.claim"), &mut times);

    let (tell, mut ran) = mpsc::unbounded_channel();
    let (kernel, registry, stop) = (kernel(store.store(), tell), Registry::new(&[BENCH]).unwrap(), CancellationToken::new());
    let working = run_jobs(&kernel, &registry, &stop);
    let other = async {
        for _ in 0..50 {
            ran.recv().await;
        }
        let start = Instant::now();
        let mut tx = kernel.begin(&Actor::system(few, "a bench")).await.unwrap();
        tx.enqueue(&Work {}).await.unwrap();
        tx.commit().await.unwrap();
        while ran.recv().await.flatten() != Some(few) {}
        println!("jobs.{name}.other_organization_done_ms={}", start.elapsed().as_millis());
        stop.cancel();
    };
    tokio::join!(working, other);
}

async fn events(name: &str, store: &TestStore, organization: OrganizationId) {
    let (tell, _ran) = mpsc::unbounded_channel();
    let (kernel, registry) = (kernel(store.store(), tell), Registry::new(&[BENCH]).unwrap());
    let actor = Actor::system(organization, "a bench");
    for _ in 0..EVENTS / 2_000 {
        let mut tx = kernel.begin(&actor).await.unwrap();
        for _ in 0..2_000 {
            tx.emit(&Happened { what: "x".into() }).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    let start = Instant::now();
    assert_eq!(relay_once(&kernel, &registry).await.unwrap(), EVENTS);
    println!("events.{name}.outbox_100000_s={:.1}", start.elapsed().as_secs_f64());

    let (stop, mut stream) = (CancellationToken::new(), kernel.hub().subscribe(organization));
    let delivering = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut times = Vec::new();
        for _ in 0..DELIVERIES {
            let mut tx = kernel.begin(&actor).await.unwrap();
            tx.emit(&Happened { what: "x".into() }).await.unwrap();
            tx.commit().await.unwrap();
            let start = Instant::now();
            stream.recv().await.unwrap();
            times.push(start.elapsed());
        }
        print(&format!("events.{name}.commit_to_stream"), &mut times);
        stop.cancel();
    };
    tokio::join!(relay_events(&kernel, &registry, &stop), delivering);
}

/// What happens on one server, in the hand of another one's stream.
async fn elsewhere(store: &TestStore, organization: OrganizationId) {
    let registry = Registry::new(&[BENCH]).unwrap();
    let (here, there) = (
        kernel(store.store(), mpsc::unbounded_channel().0),
        kernel(Store::connect(store.url()).await.unwrap(), mpsc::unbounded_channel().0),
    );
    let (stop, mut stream) = (CancellationToken::new(), there.hub().subscribe(organization));
    let delivering = async {
        let happens = async || {
            let mut tx = here.begin(&Actor::system(organization, "a bench")).await.unwrap();
            tx.emit(&Happened { what: "x".into() }).await.unwrap();
            tx.commit().await.unwrap();
            Instant::now()
        };
        // Until the other one listens; what it finds by looking comes seconds later.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut times = Vec::new();
        for _ in 0..DELIVERIES {
            let start = happens().await;
            stream.recv().await.unwrap();
            times.push(start.elapsed());
        }
        print("events.postgres.commit_to_stream_of_another_server", &mut times);
        stop.cancel();
    };
    tokio::join!(relay_events(&there, &registry, &stop), share_hints(&there, &stop), share_hints(&here, &stop), delivering);
}

fn print(name: &str, times: &mut [Duration]) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1_000.0;
    println!("{name}_p50_ms={:.2}", at(0.5));
    println!("{name}_p95_ms={:.2}", at(0.95));
}

//! Workers: they take jobs of their queue, hold them while they work, and say what came of them.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt;
use store::{Engine, Failed, Job};
use tokio_util::sync::CancellationToken;

use crate::area::Registry;
use crate::error::{DomainError, Result};
use crate::event::{EVENTS, Event};
use crate::job::{JobContext, Lease, Queue, retry_after};
use crate::kernel::Kernel;
use crate::own::JobDead;
use crate::tx::Tx;

/// A claimed job is this worker's for so long; while it works it holds the job again and again.
const LEASE: Duration = Duration::from_secs(30);
/// How often a job is held again.
const HOLD_EVERY: Duration = Duration::from_secs(10);
/// How long a job may go on after the server was told to stop; then it is given back.
const GRACE: Duration = Duration::from_secs(3);
/// The longest that a worker sleeps without looking: another server may have added work.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long to wait after the database has failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a job is dead that never said so itself.
const STOPPED: &str = "The server stopped each time before this was done.\nthe worker stopped before the end";

/// Works at the jobs of all queues until `stop`, then gives back what is not done.
pub async fn run_jobs(kernel: &Kernel, registry: &Registry, stop: &CancellationToken) {
    if kernel.store().engine() == Engine::Sqlite {
        // There is one server on a SQLite file: what others hold was left behind by former ones.
        match kernel.store().release_jobs_of_others(kernel.server()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "jobs of the last run go on"),
            Err(error) => DomainError::from(error).log("jobs of the last run could not be taken over"),
        }
    }
    let workers = registry.queues.iter().flat_map(|queue| std::iter::repeat_n(*queue, queue.workers));
    let workers = workers.map(|queue| work(kernel, registry, queue, stop));
    futures::future::join(futures::future::join_all(workers), bury(kernel, registry, stop)).await;
}

/// Does every job that is due now, of all queues, one after the other; gives how many. A job's own failure is kept with the job.
///
/// # Errors
/// When the database fails.
pub async fn run_due_jobs(kernel: &Kernel, registry: &Registry) -> Result<usize> {
    let (mut done, stop) = (0, CancellationToken::new());
    loop {
        let before = done;
        for queue in &registry.queues {
            while let Some(job) = kernel.store().claim(&own(kernel, *queue), kernel.server(), kernel.now(), LEASE).await? {
                perform(kernel, registry, job, &stop).await?;
                done += 1;
            }
        }
        if done == before {
            return Ok(done);
        }
    }
}

/// The name under which a queue's jobs that this server may do are kept.
fn own(kernel: &Kernel, queue: Queue) -> Cow<'static, str> {
    queue.of_node(kernel.membership().map(|membership| membership.node.as_str()))
}

async fn work(kernel: &Kernel, registry: &Registry, queue: Queue, stop: &CancellationToken) {
    let bell = kernel.bell(queue.name);
    while !stop.is_cancelled() {
        let longest = kernel.look_every(LOOK_EVERY);
        let pause = match look(kernel, registry, queue, stop).await {
            Ok(Some(due)) => (due - kernel.now()).to_std().unwrap_or_default().clamp(Duration::from_millis(20), longest),
            Ok(None) => longest,
            Err(error) => {
                error.log("no job could be claimed");
                PAUSE
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = bell.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Works as long as there is something to do; gives when there will be.
async fn look(
    kernel: &Kernel,
    registry: &Registry,
    queue: Queue,
    stop: &CancellationToken,
) -> Result<Option<chrono::DateTime<chrono::Utc>>> {
    let name = own(kernel, queue);
    while !stop.is_cancelled() {
        // A look is a read: an idle server writes nothing.
        let due = kernel.store().next_due(&name).await?;
        if due.is_none_or(|due| due > kernel.now()) {
            return Ok(due);
        }
        let Some(job) = kernel.store().claim(&name, kernel.server(), kernel.now(), LEASE).await? else { return Ok(due) };
        // There may be more than one.
        kernel.ring_here(queue.name);
        perform(kernel, registry, job, stop).await?;
    }
    Ok(None)
}

async fn perform(kernel: &Kernel, registry: &Registry, job: Job, stop: &CancellationToken) -> Result<()> {
    let lease = Lease { job: job.id, fence: job.fence, attempt: job.attempts, last_attempt: job.attempts >= job.max_attempts };
    let context = JobContext { kernel: kernel.clone(), organization: job.organization_id, lease: lease.clone() };
    let run = match registry.job(&job.kind) {
        Some(entry) => (entry.run)(context, job.version, job.payload.clone()),
        None => {
            let unknown = DomainError::Final(format!("there is no work of the kind {} in this release", job.kind));
            Box::pin(async move { Err(unknown) })
        }
    };
    let performed = tokio::select! {
        performed = AssertUnwindSafe(run).catch_unwind() => performed.unwrap_or_else(|_| Err(DomainError::Internal("it panicked".to_owned()))),
        lost = hold(kernel, &lease) => lost,
        () = stopped(stop) => {
            kernel.store().release(lease.job, lease.fence).await?;
            return Ok(());
        }
    };
    let mut tx = kernel.begin_for(job.organization_id, None, None).await?;
    match performed {
        // It may have ended itself, within its own unit of work.
        Ok(()) => drop(store::jobs::complete(&mut tx, lease.job, lease.fence).await?),
        Err(DomainError::LeaseLost) => return Ok(()),
        Err(error) => fail(kernel, registry, &mut tx, &job, error).await?,
    }
    tx.commit().await?;
    kernel.ring(EVENTS);
    Ok(())
}

async fn fail(kernel: &Kernel, registry: &Registry, tx: &mut Tx, job: &Job, error: DomainError) -> Result<()> {
    let message = error.chain();
    // The first line is for people, the others are for whoever runs the server.
    let kept = format!("{}\n{message}", error.sentence());
    tracing::warn!(job = %job.id, kind = %job.kind, attempt = job.attempts, error = %message, "a job failed");
    // The last byte of an id is a random one.
    let pause = TimeDelta::from_std(retry_after(job.attempts, job.id.0.as_bytes()[15])).unwrap_or_default();
    let retry = (!matches!(error, DomainError::Final(_))).then(|| kernel.now() + pause);
    if store::jobs::fail(tx, job, &kept, retry).await? == Failed::Died {
        died(kernel, registry, tx, job).await?;
    }
    Ok(())
}

async fn died(kernel: &Kernel, registry: &Registry, tx: &mut Tx, job: &Job) -> Result<()> {
    metrics::counter!("jobs_dead", "kind" => job.kind.clone()).increment(1);
    let area = job.kind.split('.').next().unwrap_or_default();
    if let Some(area) = registry.areas.iter().find(|known| known.name == area) {
        match (area.on_dead_job)(tx, job).await {
            Ok(()) => {}
            // It is laid aside at another time, with all that belongs to it.
            Err(DomainError::Store(error)) => return Err(error.into()),
            Err(error) => error.log("what waited for a job could not be told that it failed"),
        }
    }
    let Some(organization) = job.organization_id else { return Ok(()) };
    let event = JobDead { job: job.id, kind: job.kind.clone() };
    let (subject, payload) = (event.subject(), event.payload());
    let new = store::NewEvent { organization, member: None, open_to: None, name: JobDead::ENTRY.name, subject, payload, at: kernel.now() };
    store::events::emit(tx, &new).await?;
    Ok(())
}

/// Holds a job while it is worked at; ends, with an error, only if another worker has taken it over.
async fn hold(kernel: &Kernel, lease: &Lease) -> Result<()> {
    loop {
        tokio::time::sleep(HOLD_EVERY).await;
        match kernel.store().extend(lease.job, lease.fence, kernel.now() + LEASE).await {
            Ok(true) => {}
            Ok(false) => return Err(DomainError::LeaseLost),
            // The lease outlasts a busy database.
            Err(error) => DomainError::from(error).log("a job could not be held"),
        }
    }
}

async fn stopped(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}

/// Lays aside jobs that took their workers down with them each time.
async fn bury(kernel: &Kernel, registry: &Registry, stop: &CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LEASE) => {}
        }
        if let Err(error) = bury_worn_out(kernel, registry).await {
            error.log("jobs that ended with their workers could not be laid aside");
        }
    }
}

async fn bury_worn_out(kernel: &Kernel, registry: &Registry) -> Result<()> {
    for job in kernel.store().worn_out_jobs(kernel.now()).await? {
        let mut tx = kernel.begin_for(job.organization_id, None, None).await?;
        let message = job.error.clone().unwrap_or_else(|| STOPPED.to_owned());
        if store::jobs::fail(&mut tx, &job, &message, None).await? == Failed::Died {
            died(kernel, registry, &mut tx, &job).await?;
        }
        tx.commit().await?;
        kernel.ring(EVENTS);
    }
    Ok(())
}

//! Enqueues what schedules say, once for however many servers.

use std::time::Duration;

use chrono::{DateTime, Utc};
use store::NewJob;
use tokio_util::sync::CancellationToken;

use crate::area::Registry;
use crate::error::Result;
use crate::kernel::Kernel;
use crate::schedule::Schedule;

/// The longest that a server sleeps without looking whether something is due: its clock may have been set.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Enqueues what is due until `stop`.
pub async fn run_schedules(kernel: &Kernel, registry: &Registry, stop: &CancellationToken) {
    let mut declared = false;
    loop {
        if !declared {
            match declare(kernel, registry).await {
                Ok(()) => declared = true,
                Err(error) => error.log("schedules could not be declared"),
            }
        }
        let pause = match tick(kernel, registry).await {
            Ok(next) => next.map_or(LOOK_EVERY, |next| (next - kernel.now()).to_std().unwrap_or_default().min(LOOK_EVERY)),
            Err(error) => {
                error.log("schedules could not be looked at");
                LOOK_EVERY
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause.max(Duration::from_millis(50))) => {}
        }
    }
}

async fn declare(kernel: &Kernel, registry: &Registry) -> Result<()> {
    let now = kernel.now();
    for schedule in &registry.schedules {
        kernel.store().declare_schedule(schedule.name, schedule.cron, schedule.next(now)?).await?;
    }
    for (name, _) in kernel.store().schedules().await? {
        if !registry.schedules.iter().any(|schedule| schedule.name == name) {
            kernel.store().forget_schedule(&name).await?;
        }
    }
    Ok(())
}

/// Enqueues what is due; gives when the next one will be.
///
/// A clock that goes back finds nothing due that was done; one that jumps ahead finds each schedule due once.
///
/// # Errors
/// If the database fails.
pub async fn tick(kernel: &Kernel, registry: &Registry) -> Result<Option<DateTime<Utc>>> {
    let now = kernel.now();
    let mut soonest = None;
    for (name, due) in kernel.store().schedules().await? {
        let Some(schedule) = registry.schedules.iter().find(|schedule| schedule.name == name) else { continue };
        let next = if due > now { due } else { enqueue(kernel, schedule, due, now).await? };
        soonest = Some(soonest.map_or(next, |soonest: DateTime<Utc>| soonest.min(next)));
    }
    Ok(soonest)
}

async fn enqueue(kernel: &Kernel, schedule: &Schedule, due: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let next = schedule.next(now)?;
    let mut tx = kernel.store().begin().await?;
    if store::schedules::advance(&mut tx, schedule.name, due, next).await? {
        let job = NewJob {
            queue: schedule.job.queue.name.to_owned(),
            kind: schedule.job.kind.to_owned(),
            version: schedule.job.version,
            payload: serde_json::Value::Null,
            subject: schedule.name.to_owned(),
            priority: 0,
            deduplication: Some(schedule.name.to_owned()),
            organization: None,
            run_at: now,
            max_attempts: 3,
        };
        store::jobs::enqueue(&mut tx, &job).await?;
        tx.commit().await?;
        kernel.ring(schedule.job.queue.name);
    }
    Ok(next)
}

//! From the outbox to the streams.
//!
//! A relay gives new events their places, enqueues what other areas do about them in the same transaction, and each server hands the placed
//! events on to its own streams. A relay that dies in between loses nothing: an event has its place and its jobs, or neither.

use std::time::Duration;

use store::{NewJob, PlacedEvent};
use tokio_util::sync::CancellationToken;

use crate::area::Registry;
use crate::error::Result;
use crate::event::{EVENTS, as_json};
use crate::kernel::Kernel;

/// Events that get their places at once.
const BATCH: i64 = 1_000;
/// How often to look without having been woken: another server may have written.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Relays events until `stop`.
pub async fn relay_events(kernel: &Kernel, registry: &Registry, stop: &CancellationToken) {
    let bell = kernel.bell(EVENTS);
    let mut delivered = None;
    loop {
        if let Err(error) = relay(kernel, registry, &mut delivered).await {
            error.log("events could not be relayed");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = bell.notified() => {}
            () = tokio::time::sleep(kernel.look_every(LOOK_EVERY)) => {}
        }
    }
}

/// Relays what is there now, for tests; gives how many events got their places.
///
/// # Errors
/// If the database fails.
pub async fn relay_once(kernel: &Kernel, registry: &Registry) -> Result<usize> {
    let mut total = 0;
    loop {
        let placed = place(kernel, registry).await?;
        total += placed;
        if placed == 0 {
            return Ok(total);
        }
    }
}

async fn relay(kernel: &Kernel, registry: &Registry, delivered: &mut Option<i64>) -> Result<()> {
    let store = kernel.store();
    // What happened before this server started is nobody's who is connected to it.
    let mut last = match *delivered {
        Some(last) => last,
        None => store.event_head().await?,
    };
    loop {
        let placed = if store.has_pending_events().await? { place(kernel, registry).await? } else { 0 };
        loop {
            let events = store.placed_events(last, BATCH).await?;
            let count = events.len();
            for event in events {
                last = event.position;
                kernel.hub().deliver(event);
            }
            *delivered = Some(last);
            if count < usize::try_from(BATCH).unwrap_or(usize::MAX) {
                break;
            }
        }
        if placed == 0 {
            return Ok(());
        }
    }
}

async fn place(kernel: &Kernel, registry: &Registry) -> Result<usize> {
    let mut tx = kernel.store().begin().await?;
    let (head, count) = store::events::place(&mut tx, BATCH).await?;
    let mut queues = Vec::new();
    if count > 0 && !registry.subscribers.is_empty() {
        let first = head - i64::try_from(count).unwrap_or_default();
        for event in store::events::placed_within(&mut tx, first, BATCH).await? {
            for subscriber in registry.subscribers.iter().filter(|subscriber| subscriber.event == event.name) {
                store::jobs::enqueue(&mut tx, &job(kernel, &event, subscriber.job)).await?;
                queues.push(subscriber.job.queue.name);
            }
        }
    }
    tx.commit().await?;
    for queue in queues {
        kernel.ring(queue);
    }
    Ok(count)
}

fn job(kernel: &Kernel, event: &PlacedEvent, entry: crate::job::JobEntry) -> NewJob {
    NewJob {
        queue: entry.queue.name.to_owned(),
        kind: entry.kind.to_owned(),
        version: entry.version,
        payload: as_json(event),
        subject: event.subject.clone(),
        priority: 0,
        deduplication: None,
        organization: Some(event.organization_id),
        run_at: kernel.now(),
        max_attempts: 5,
    }
}

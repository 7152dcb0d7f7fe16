//! What the kernel keeps for a while is forgotten in time: answers to requests with a key, and what happened.

use chrono::TimeDelta;
use kernel::{Area, Job, JobContext, JobEntry, PersonalData, Queue, Result, Schedule, Whose};
use serde::{Deserialize, Serialize};

/// How long the answer to a request with an `Idempotency-Key` is kept.
const KEYS: TimeDelta = TimeDelta::hours(24);
/// How long events are kept for streams that were away.
const EVENTS: TimeDelta = TimeDelta::days(7);

const UPKEEP: Queue = Queue { name: "upkeep", workers: 1 };

/// What this area hands to the binary.
pub const AREA: Area = Area {
    jobs: &[JobEntry::of::<ForgetKeys>(), JobEntry::of::<ForgetEvents>()],
    schedules: &[
        Schedule { name: "upkeep.forget_keys", cron: "23 * * * *", job: JobEntry::of::<ForgetKeys>() },
        Schedule { name: "upkeep.forget_events", cron: "43 * * * *", job: JobEntry::of::<ForgetEvents>() },
    ],
    personal_data: &[
        PersonalData::deleted("idempotency_keys", "member_id", Whose::Member, "25 hours"),
        PersonalData::deleted("events", "member_id", Whose::Member, "7 days"),
    ],
    ..Area::new("upkeep")
};

/// Forgets answers that are not given again any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ForgetKeys;

impl Job for ForgetKeys {
    const KIND: &'static str = "upkeep.forget_keys";
    const QUEUE: Queue = UPKEEP;
    const MAX_ATTEMPTS: u32 = 1;

    async fn run(self, context: JobContext) -> Result<()> {
        let kernel = context.kernel;
        let forgotten = kernel.store().forget_requests(kernel.now() - KEYS).await?;
        tracing::debug!(forgotten, "answers to requests with a key");
        Ok(())
    }
}

/// Forgets what happened too long ago for any stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ForgetEvents;

impl Job for ForgetEvents {
    const KIND: &'static str = "upkeep.forget_events";
    const QUEUE: Queue = UPKEEP;
    const MAX_ATTEMPTS: u32 = 1;

    async fn run(self, context: JobContext) -> Result<()> {
        let kernel = context.kernel;
        let forgotten = kernel.store().forget_events(kernel.now() - EVENTS).await?;
        tracing::debug!(forgotten, "events");
        Ok(())
    }
}

//! Work that the server does later. A job is stored with the change that makes it necessary, claimed with a lease, tried
//! again with growing pauses, and laid aside where an admin can see it when it keeps failing.

use std::time::Duration;

use chrono::TimeDelta;
use model::{CallId, RecognizerKind};
use store::Job;
use tokio_util::sync::CancellationToken;

use crate::calls;
use crate::error::{DomainError, Result};
use crate::services::Services;

/// What kinds of work there are.
pub(crate) mod kind {
    /// Writes a call's review.
    pub(crate) const WRITE_REVIEW: &str = "calls.write_review";
    /// Recognizes a call's recording.
    pub(crate) const RECOGNIZE: &str = "calls.recognize";
}

/// How often the runner looks for work.
const EVERY: Duration = Duration::from_secs(2);
/// How often abandoned calls are looked for.
const RECOVER_EVERY: Duration = Duration::from_secs(60);
/// A claimed job is this worker's for so long; recognizing an hour's call takes about as long on a slow machine.
const LEASE: Duration = Duration::from_secs(3 * 3600);

/// Runs jobs until `stop`.
pub async fn run(services: Services, stop: CancellationToken) {
    let mut look = tokio::time::interval(EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut recover = tokio::time::interval(RECOVER_EVERY);
    recover.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = look.tick() => {
                tokio::select! {
                    () = stop.cancelled() => return,
                    done = run_due(&services) => if let Err(error) = done {
                        tracing::error!(error = %error.into_problem(), "no job could be claimed");
                    },
                }
            }
            _ = recover.tick() => if let Err(error) = calls::live::recover(&services).await {
                tracing::error!(error = %error.into_problem(), "unfinished calls could not be looked after");
            },
        }
    }
}

/// Runs every job that is due now, one after the other; answers with how many.
///
/// # Errors
/// When the database fails. A job's own failure is kept with the job.
pub async fn run_due(services: &Services) -> Result<usize> {
    let worker = format!("worker-{}", std::process::id());
    let mut done = 0;
    while let Some(job) = services.store().claim(&worker, services.now(), LEASE).await? {
        done += 1;
        match perform(services, &job).await {
            Ok(()) => {
                services.store().complete(&job).await?;
            }
            Err(error) => {
                let message = error.to_string();
                tracing::warn!(job = %job.id, kind = %job.kind, attempt = job.attempts, error = %message, "a job failed");
                let retry = retry_after(job.attempts).map(|pause| services.now() + pause);
                services.store().fail(&job, &message, retry).await?;
            }
        }
    }
    Ok(done)
}

/// 10 s, 40 s, 160 s … up to an hour.
fn retry_after(attempts: i64) -> Option<TimeDelta> {
    let exponent = u32::try_from(attempts.clamp(1, 6) - 1).ok()?;
    TimeDelta::try_seconds((10 * 4_i64.pow(exponent)).min(3_600))
}

async fn perform(services: &Services, job: &Job) -> Result<()> {
    let malformed = || DomainError::Internal(format!("the payload of {} is malformed", job.kind));
    let organization = job.organization_id.ok_or_else(malformed)?;
    let call: CallId = serde_json::from_value(job.payload["call"].clone()).map_err(|_| malformed())?;
    match job.kind.as_str() {
        kind::WRITE_REVIEW => calls::finish::write_review_once(services, organization, call).await,
        kind::RECOGNIZE => {
            let with: RecognizerKind = serde_json::from_value(job.payload["with"].clone()).map_err(|_| malformed())?;
            calls::redo::recognize(services, organization, call, with).await
        }
        unknown => Err(DomainError::Internal(format!("no such kind of job: {unknown}"))),
    }
}

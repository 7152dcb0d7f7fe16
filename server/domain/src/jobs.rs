//! Work that the server does later. A job is stored with the change that makes it necessary, claimed with a lease, tried
//! again with growing pauses, and laid aside where an admin can see it when it keeps failing.

use std::time::Duration;

use chrono::TimeDelta;
use serde::de::DeserializeOwned;
use store::Job;
use tokio_util::sync::CancellationToken;

use crate::error::{DomainError, Result};
use crate::services::Services;
use crate::{calls, knowledge};

/// What kinds of work there are.
pub(crate) mod kind {
    /// Writes a call's review.
    pub(crate) const WRITE_REVIEW: &str = "calls.write_review";
    /// Recognizes a call's recording.
    pub(crate) const RECOGNIZE: &str = "calls.recognize";
    /// Reads a document and lets it answer.
    pub(crate) const INGEST: &str = "knowledge.ingest";
    /// Embeds what a model has not seen.
    pub(crate) const EMBED: &str = "knowledge.upkeep.embed";
    /// Visits a website.
    pub(crate) const VISIT: &str = "knowledge.upkeep.visit";
    /// Deletes files of deleted documents.
    pub(crate) const DELETE_FILES: &str = "knowledge.upkeep.delete_files";
}

/// Kinds that don't wait for one another, as `LIKE` patterns, each with how many of its jobs run at once: a review doesn't wait for
/// a folder of documents, nor a document for a website that is visited a page a second.
const LANES: [(&str, usize); 3] = [("calls.%", 1), ("knowledge.ingest", 2), ("knowledge.upkeep.%", 2)];
/// How often the runner looks for work.
const EVERY: Duration = Duration::from_secs(1);
/// How often abandoned calls, forgotten uploads and due websites are looked for.
const RECOVER_EVERY: Duration = Duration::from_secs(60);
/// A claimed job is this worker's for so long; while it works it holds the job again and again.
const LEASE: Duration = Duration::from_secs(180);
/// How often a job is held again.
const HOLD_EVERY: Duration = Duration::from_secs(60);

/// Runs jobs until `stop`.
pub async fn run(services: Services, stop: CancellationToken) {
    knowledge::ingest::tidy(&services).await;
    if let Err(error) = knowledge::embed::enqueue_missing(&services).await {
        tracing::error!(error = %error.into_problem(), "passages without vectors could not be looked for");
    }
    let workers = LANES.iter().flat_map(|(kinds, workers)| std::iter::repeat_n(*kinds, *workers));
    let lanes = workers.map(|kinds| every(EVERY, &stop, || look(&services, kinds)));
    let recovery = every(RECOVER_EVERY, &stop, || recover(&services));
    futures::future::join(futures::future::join_all(lanes), recovery).await;
}

/// Does something again and again until `stop`, which also cuts it short.
async fn every<F: Future<Output = ()>>(period: Duration, stop: &CancellationToken, work: impl Fn() -> F) {
    let mut look = tokio::time::interval(period);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let again = async {
        loop {
            look.tick().await;
            work().await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = again => {}
    }
}

async fn look(services: &Services, kinds: &str) {
    if let Err(error) = run_lane(services, kinds).await {
        tracing::error!(error = %error.into_problem(), "no job could be claimed");
    }
}

/// Looks after what nobody else does.
async fn recover(services: &Services) {
    let report = |what: &str, done: Result<()>| {
        if let Err(error) = done {
            tracing::error!(error = %error.into_problem(), "{what} could not be looked after");
        }
    };
    report("unfinished calls", calls::live::recover(services).await);
    report("forgotten uploads", knowledge::uploads::expire(services).await);
    report("websites", knowledge::websites::start_due(services).await);
}

/// Runs every job that is due now, one after the other; answers with how many.
///
/// # Errors
/// When the database fails. A job's own failure is kept with the job.
pub async fn run_due(services: &Services) -> Result<usize> {
    run_lane(services, "%").await
}

async fn run_lane(services: &Services, kinds: &str) -> Result<usize> {
    let worker = format!("worker-{}", std::process::id());
    let mut done = 0;
    while let Some(job) = services.store().claim_kind(kinds, &worker, services.now(), LEASE).await? {
        done += 1;
        let performed = tokio::select! {
            performed = perform(services, &job) => performed,
            lost = hold(services, &job) => lost,
        };
        match performed {
            Ok(()) => {
                services.store().complete(&job).await?;
            }
            Err(error) => {
                let message = error.to_string();
                tracing::warn!(job = %job.id, kind = %job.kind, attempt = job.attempts, error = store::chain(&error), "a job failed");
                let retry = retry_after(job.attempts).map(|pause| services.now() + pause);
                services.store().fail(&job, &message, retry).await?;
            }
        }
    }
    Ok(done)
}

/// Holds a job while it is worked at; ends, with an error, only if another worker has taken it over.
async fn hold(services: &Services, job: &Job) -> Result<()> {
    loop {
        tokio::time::sleep(HOLD_EVERY).await;
        match services.store().extend(job, services.now() + LEASE).await {
            Ok(true) => {}
            Ok(false) => return Err(DomainError::Internal("another worker has taken the job over".to_owned())),
            // The lease outlasts a busy database.
            Err(error) => tracing::warn!(job = %job.id, error = store::chain(&error), "a job could not be held"),
        }
    }
}

/// 10 s, 40 s, 160 s … up to an hour.
fn retry_after(attempts: i64) -> Option<TimeDelta> {
    let exponent = u32::try_from(attempts.clamp(1, 6) - 1).ok()?;
    TimeDelta::try_seconds((10 * 4_i64.pow(exponent)).min(3_600))
}

async fn perform(services: &Services, job: &Job) -> Result<()> {
    let organization = job.organization_id.ok_or_else(|| malformed(job))?;
    match job.kind.as_str() {
        kind::WRITE_REVIEW => calls::finish::write_review_once(services, organization, field(job, "call")?).await,
        kind::RECOGNIZE => calls::redo::recognize(services, organization, field(job, "call")?, field(job, "with")?).await,
        kind::INGEST => knowledge::ingest::run(services, organization, field(job, "document")?, job).await,
        kind::EMBED => knowledge::embed::organization(services, organization).await,
        kind::VISIT => knowledge::websites::visit(services, organization, field(job, "website")?).await,
        kind::DELETE_FILES => knowledge::delete_files(services, organization, &field::<Vec<String>>(job, "files")?).await,
        unknown => Err(DomainError::Internal(format!("no such kind of job: {unknown}"))),
    }
}

/// A field of a job's payload.
fn field<T: DeserializeOwned>(job: &Job, name: &str) -> Result<T> {
    serde_json::from_value(job.payload[name].clone()).map_err(|_| malformed(job))
}

fn malformed(job: &Job) -> DomainError {
    DomainError::Internal(format!("the payload of {} is malformed", job.kind))
}

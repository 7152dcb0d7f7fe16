//! Work that the server does later, each piece at least once.
//!
//! A worker claims a job with a lease; a lease that runs out makes the job claimable again, so a worker that dies loses nothing.
//! `fence` grows by one with every claim: a worker that comes back after its lease can neither complete nor fail what another one has
//! taken over. `attempts` counts failures only: a job that is given back has not failed.

mod claim;

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use model::{JobId, OrganizationId, Page};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use self::claim::CLAIM_JOB;
use crate::cursor::Cursor;
use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

macro_rules! columns {
    () => {
        "id, organization_id, queue, kind, version, payload, subject, priority, attempts, max_attempts, fence, run_at, error"
    };
}
use columns;

pub(crate) use self::claim::DIFFERING;

statements! {
    // The same work doesn't wait twice.
    INSERT_JOB = "
        INSERT INTO jobs (id, organization_id, share, queue, kind, version, payload, subject, priority, deduplication, state, attempts,
            max_attempts, fence, run_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', 0, $11, 0, $12)
        ON CONFLICT (kind, share, deduplication) WHERE state = 'waiting' AND deduplication IS NOT NULL DO NOTHING";
    COMPLETE_JOB = "DELETE FROM jobs WHERE id = $1 AND fence = $2 AND state = 'running'";
    FAIL_JOB = "
        UPDATE jobs SET run_at = COALESCE($4, run_at),
            state = CASE WHEN $4 IS NULL OR attempts >= max_attempts THEN 'dead' ELSE 'waiting' END,
            error = $3, worker = NULL, lease_until = NULL
        WHERE id = $1 AND fence = $2 AND state = 'running'";
    // It has not failed, so the attempt doesn't count.
    RELEASE_JOB = "
        UPDATE jobs SET state = 'waiting', attempts = attempts - 1, worker = NULL, lease_until = NULL
        WHERE id = $1 AND fence = $2 AND state = 'running'";
    // What servers that are gone had claimed.
    RELEASE_JOBS_OF_OTHERS = "
        UPDATE jobs SET state = 'waiting', worker = NULL, lease_until = NULL
        WHERE state = 'running' AND worker <> $1 AND attempts < max_attempts";
    EXTEND_JOB = "UPDATE jobs SET lease_until = $3 WHERE id = $1 AND fence = $2 AND state = 'running'";
    // A job that takes its worker down with it must not come back for ever.
    WORN_OUT_JOBS = concat!(
        "SELECT ", columns!(), " FROM jobs WHERE state = 'running' AND lease_until <= $1 AND attempts >= max_attempts LIMIT 100"
    );
    // As the index `jobs_due` says it.
    NEXT_DUE = "
        SELECT MIN(at) FROM (
            SELECT MIN(run_at) AS at FROM jobs WHERE queue = $1 AND state = 'waiting' AND fence >= 0
            UNION ALL
            SELECT MIN(lease_until) AS at FROM jobs WHERE queue = $1 AND state = 'running' AND attempts < max_attempts
        ) AS due";
    DEAD_JOBS = concat!(
        "SELECT ", columns!(), " FROM jobs WHERE organization_id = $1 AND state = 'dead' AND (run_at, id) < ($2, $3)
        ORDER BY run_at DESC, id DESC LIMIT $4"
    );
    DEAD_JOB = concat!("SELECT ", columns!(), " FROM jobs WHERE organization_id = $1 AND id = $2 AND state = 'dead'");
    // The server's own, which are no organization's: mails, what goes by the clock.
    OWN_DEAD_JOBS = concat!(
        "SELECT ", columns!(), " FROM jobs WHERE organization_id IS NULL AND state = 'dead' ORDER BY run_at DESC, id DESC LIMIT $1"
    );
    OWN_DEAD_JOB = concat!("SELECT ", columns!(), " FROM jobs WHERE organization_id IS NULL AND id = $1 AND state = 'dead'");
    COUNT_OWN_DEAD_JOBS = "SELECT COUNT(*) FROM jobs WHERE organization_id IS NULL AND state = 'dead'";
    RETRY_OWN_JOB = "
        UPDATE jobs SET state = 'waiting', attempts = 0, run_at = $2, error = NULL
        WHERE organization_id IS NULL AND id = $1 AND state = 'dead'";
    DISCARD_OWN_JOB = "DELETE FROM jobs WHERE organization_id IS NULL AND id = $1 AND state = 'dead'";
    RETRY_JOB = "
        UPDATE jobs SET state = 'waiting', attempts = 0, run_at = $3, error = NULL
        WHERE organization_id = $1 AND id = $2 AND state = 'dead'";
    DISCARD_JOB = "DELETE FROM jobs WHERE organization_id = $1 AND id = $2 AND state = 'dead'";
    RETRY_JOBS_OF_KIND = "
        UPDATE jobs SET state = 'waiting', attempts = 0, run_at = $3, error = NULL
        WHERE organization_id = $1 AND kind = $2 AND state = 'dead'";
    COUNT_DEAD_JOBS = "SELECT kind, COUNT(*) FROM jobs WHERE organization_id = $1 AND state = 'dead' GROUP BY kind ORDER BY kind";
    JOB_ABOUT = "SELECT state FROM jobs WHERE organization_id = $1 AND kind = $2 AND subject = $3 ORDER BY id DESC LIMIT 1";
    COUNT_JOBS = "SELECT state, COUNT(*) FROM jobs GROUP BY state";
    COUNT_JOBS_OF = "SELECT queue, state, COUNT(*) FROM jobs WHERE organization_id = $1 GROUP BY queue, state ORDER BY queue, state";
}

/// How far a job is that isn't done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// For its time, or for a worker.
    Waiting,
    /// A worker is at it.
    Running,
    /// It failed too often.
    Dead,
}

/// Work to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Who works at it.
    pub queue: String,
    /// What to do, for example `calls.write_review`.
    pub kind: String,
    /// Of the payload's shape; grows when that changes.
    pub version: i64,
    /// With what.
    pub payload: Value,
    /// What it is about, usually an id; may be empty.
    pub subject: String,
    /// Larger goes first.
    pub priority: i64,
    /// While a job of this kind and organization waits under the same key, this one is not added.
    pub deduplication: Option<String>,
    /// For whom; none for the server itself.
    pub organization: Option<OrganizationId>,
    /// Not before.
    pub run_at: DateTime<Utc>,
    /// After so many failures it is dead until somebody retries it; at least 1.
    pub max_attempts: u32,
}

impl NewJob {
    /// A job with an empty payload of version 1, of ordinary priority, that is tried five times.
    pub fn new(queue: &str, kind: &str, organization: Option<OrganizationId>, run_at: DateTime<Utc>) -> Self {
        Self {
            queue: queue.to_owned(),
            kind: kind.to_owned(),
            version: 1,
            payload: Value::Null,
            subject: String::new(),
            priority: 0,
            deduplication: None,
            organization,
            run_at,
            max_attempts: 5,
        }
    }
}

/// Work that is being done, or that is dead.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Job {
    /// Identifier.
    pub id: JobId,
    /// For whom; none for the server itself.
    pub organization_id: Option<OrganizationId>,
    /// Who works at it.
    pub queue: String,
    /// What to do.
    pub kind: String,
    /// Of the payload's shape.
    pub version: i64,
    /// With what.
    #[sqlx(json)]
    pub payload: Value,
    /// What it is about.
    pub subject: String,
    /// Larger goes first.
    pub priority: i64,
    /// How often it was started and not given back, this time included.
    pub attempts: i64,
    /// How often it may be started.
    pub max_attempts: i64,
    /// Which claim this is.
    pub fence: i64,
    /// When it was due.
    pub run_at: DateTime<Utc>,
    /// Why it failed last.
    pub error: Option<String>,
}

/// What a failure did to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It waits to be tried again.
    Waits,
    /// It is dead.
    Died,
    /// Another worker has it; nothing was changed.
    Lost,
}

/// Adds a job; false if the same work waits already.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the organization is gone.
pub async fn enqueue(tx: &mut Tx, job: &NewJob) -> Result<bool> {
    #[allow(clippy::disallowed_methods, reason = "nobody sees a job's id before it is kept, and jobs are ordered by when they are due")]
    let id = JobId(Uuid::now_v7());
    let share = job.organization.map_or(Uuid::nil(), |organization| organization.0);
    let added = query!(
        within tx, execute, INSERT_JOB, id, job.organization, share, &job.queue, &job.kind, job.version, Json(&job.payload), &job.subject,
        job.priority, job.deduplication.as_deref(), i64::from(job.max_attempts.max(1)), job.run_at.trunc_subsecs(6)
    )?;
    Ok(added > 0)
}

/// The job is done and is forgotten. False if the lease ran out and another worker has it.
///
/// # Errors
/// What the engine says.
pub async fn complete(tx: &mut Tx, job: JobId, fence: i64) -> Result<bool> {
    Ok(query!(within tx, execute, COMPLETE_JOB, job, fence)? > 0)
}

/// The job failed: it waits until `retry_at`, or is dead if that is none or its attempts are used up.
///
/// # Errors
/// What the engine says.
pub async fn fail(tx: &mut Tx, job: &Job, error: &str, retry_at: Option<DateTime<Utc>>) -> Result<Failed> {
    let retry_at = retry_at.map(|at| at.trunc_subsecs(6));
    let failed = query!(within tx, execute, FAIL_JOB, job.id, job.fence, error, retry_at)? > 0;
    Ok(match (failed, retry_at) {
        (false, _) => Failed::Lost,
        (true, Some(_)) if job.attempts < job.max_attempts => Failed::Waits,
        (true, _) => Failed::Died,
    })
}

/// Gives a dead job all its attempts again; false if the organization has no such dead job (any more).
///
/// # Errors
/// What the engine says.
pub async fn retry(tx: &mut Tx, organization: OrganizationId, job: JobId, at: DateTime<Utc>) -> Result<bool> {
    Ok(query!(within tx, execute, RETRY_JOB, organization, job, at.trunc_subsecs(6))? > 0)
}

/// Gives every dead job of a kind all its attempts again; gives how many there were.
///
/// # Errors
/// What the engine says.
pub async fn retry_kind(tx: &mut Tx, organization: OrganizationId, kind: &str, at: DateTime<Utc>) -> Result<u64> {
    query!(within tx, execute, RETRY_JOBS_OF_KIND, organization, kind, at.trunc_subsecs(6))
}

/// Forgets a dead job; false if the organization has no such dead job (any more).
///
/// # Errors
/// What the engine says.
pub async fn discard(tx: &mut Tx, organization: OrganizationId, job: JobId) -> Result<bool> {
    Ok(query!(within tx, execute, DISCARD_JOB, organization, job)? > 0)
}

impl Store {
    /// Takes the next job of a queue that is due, for as long as the lease: the most urgent of the organization with the fewest running
    /// ones. None if there is none. Its cost grows with the organizations that have jobs waiting, not with the jobs.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn claim(&self, queue: &str, worker: &str, now: DateTime<Utc>, lease: Duration) -> Result<Option<Job>> {
        let now = now.trunc_subsecs(6);
        query!(write self, optional Job, CLAIM_JOB, worker, now, now + lease, queue)
    }

    /// When a job of a queue will be due that is not yet; in the past if one is.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn next_due(&self, queue: &str) -> Result<Option<DateTime<Utc>>> {
        Ok(query!(read self, one (Option<DateTime<Utc>>,), NEXT_DUE, queue)?.0)
    }

    /// Gives a job back that was not worked at to its end. False if another worker has it.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn release(&self, job: JobId, fence: i64) -> Result<bool> {
        Ok(query!(write self, execute, RELEASE_JOB, job, fence)? > 0)
    }

    /// Makes claimable what other workers than this one hold: for a server that knows that it is the only one. Gives how many.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn release_jobs_of_others(&self, worker: &str) -> Result<u64> {
        query!(write self, execute, RELEASE_JOBS_OF_OTHERS, worker)
    }

    /// Holds a job for longer. False if the lease ran out and another worker has it.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn extend(&self, job: JobId, fence: i64, until: DateTime<Utc>) -> Result<bool> {
        Ok(query!(write self, execute, EXTEND_JOB, job, fence, until.trunc_subsecs(6))? > 0)
    }

    /// Jobs whose last attempt ended with their worker, at most 100.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn worn_out_jobs(&self, now: DateTime<Utc>) -> Result<Vec<Job>> {
        query!(read self, all Job, WORN_OUT_JOBS, now.trunc_subsecs(6))
    }

    /// How far the newest job of a kind about something is; none if there is none, or it is done.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn job_about(&self, organization: OrganizationId, kind: &str, subject: &str) -> Result<Option<JobState>> {
        let found = query!(read self, optional (String,), JOB_ABOUT, organization, kind, subject)?;
        Ok(found.map(|(state,)| match state.as_str() {
            "running" => JobState::Running,
            "dead" => JobState::Dead,
            _ => JobState::Waiting,
        }))
    }

    /// A page of an organization's dead jobs, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError::Cursor`] if the cursor is not one that this list gave.
    pub async fn dead_jobs(&self, organization: OrganizationId, cursor: Option<&str>, limit: u32) -> Result<Page<Job>> {
        let (cursor, limit) = (Cursor::parse("dead_jobs", cursor)?, limit.clamp(1, 500) as usize);
        let mut items = query!(read self, all Job, DEAD_JOBS, organization, cursor.at, cursor.id, limit as i64 + 1)?;
        let next = (items.len() > limit).then(|| items.truncate(limit)).and_then(|()| items.last());
        let next = next.map(|job| Cursor { at: job.run_at, id: job.id.0 }.text("dead_jobs"));
        Ok(Page { items, next })
    }

    /// A dead job of this organization.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn dead_job(&self, organization: OrganizationId, job: JobId) -> Result<Option<Job>> {
        query!(read self, optional Job, DEAD_JOB, organization, job)
    }

    /// The newest dead jobs that are no organization's.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn own_dead_jobs(&self, limit: u32) -> Result<Vec<Job>> {
        query!(read self, all Job, OWN_DEAD_JOBS, i64::from(limit))
    }

    /// One of them.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn own_dead_job(&self, job: JobId) -> Result<Option<Job>> {
        query!(read self, optional Job, OWN_DEAD_JOB, job)
    }

    /// How many there are.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn count_own_dead_jobs(&self) -> Result<i64> {
        Ok(query!(read self, one (i64,), COUNT_OWN_DEAD_JOBS)?.0)
    }

    /// As [`retry`], for a job that is no organization's.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn retry_own(&self, job: JobId, at: DateTime<Utc>) -> Result<bool> {
        Ok(query!(write self, execute, RETRY_OWN_JOB, job, at.trunc_subsecs(6))? > 0)
    }

    /// As [`discard`], for a job that is no organization's.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn discard_own(&self, job: JobId) -> Result<bool> {
        Ok(query!(write self, execute, DISCARD_OWN_JOB, job)? > 0)
    }

    /// How many jobs are `waiting`, `running` and `dead`, of all organizations, for the server's own metrics.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn count_jobs(&self) -> Result<Vec<(String, i64)>> {
        query!(read self, all (String, i64), COUNT_JOBS)
    }

    /// How many jobs an organization has: queue, state, count.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn count_jobs_of(&self, organization: OrganizationId) -> Result<Vec<(String, String, i64)>> {
        query!(read self, all (String, String, i64), COUNT_JOBS_OF, organization)
    }

    /// How many dead jobs an organization has of each kind.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn count_dead_jobs(&self, organization: OrganizationId) -> Result<Vec<(String, i64)>> {
        query!(read self, all (String, i64), COUNT_DEAD_JOBS, organization)
    }
}

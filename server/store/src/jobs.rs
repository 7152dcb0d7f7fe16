//! Work that the server does later, each piece at least once.
//!
//! A worker claims a job with a lease; a lease that runs out makes the job claimable again, so a worker that dies loses
//! nothing. `attempts` is the fence: a worker that comes back after its lease can neither complete nor fail what
//! another one has taken over.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use model::{CallId, JobId, OrganizationId};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::dialect::CLAIM_JOB;
use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

macro_rules! columns {
    () => {
        "id, organization_id, kind, payload, attempts, max_attempts, run_at, error"
    };
}
pub(crate) use columns;

statements! {
    INSERT_JOB = "
        INSERT INTO jobs (id, organization_id, kind, payload, state, attempts, max_attempts, run_at)
        VALUES ($1, $2, $3, $4, 'waiting', 0, $5, $6)";
    // A job that takes its worker down with it must not come back for ever.
    BURY_JOBS = "
        UPDATE jobs SET state = 'dead', worker = NULL, lease_until = NULL, error = COALESCE(error, 'The worker stopped before the end.')
        WHERE state = 'running' AND lease_until <= $1 AND attempts >= max_attempts";
    COMPLETE_JOB = "DELETE FROM jobs WHERE id = $1 AND attempts = $2 AND state = 'running'";
    FAIL_JOB = "
        UPDATE jobs SET run_at = COALESCE($4, run_at),
            state = CASE WHEN $4 IS NULL OR attempts >= max_attempts THEN 'dead' ELSE 'waiting' END,
            error = $3, worker = NULL, lease_until = NULL
        WHERE id = $1 AND attempts = $2 AND state = 'running'";
    EXTEND_JOB = "UPDATE jobs SET lease_until = $3 WHERE id = $1 AND attempts = $2 AND state = 'running'";
    DEAD_JOBS = concat!("SELECT ", columns!(), " FROM jobs WHERE organization_id = $1 AND state = 'dead' ORDER BY run_at DESC, id DESC");
    RERUN_JOB = "
        UPDATE jobs SET state = 'waiting', attempts = 0, run_at = $3, error = NULL
        WHERE organization_id = $1 AND id = $2 AND state = 'dead'";
    JOB_OF_CALL = "
        SELECT state FROM jobs WHERE organization_id = $1 AND kind = $2 AND payload ->> 'call' = $3 ORDER BY id DESC LIMIT 1";
    COUNT_JOBS = "SELECT state, COUNT(*) FROM jobs GROUP BY state";
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
    /// What to do, for example `knowledge.ingest`.
    pub kind: String,
    /// With what.
    pub payload: Value,
    /// For whom; none for the server itself.
    pub organization: Option<OrganizationId>,
    /// Not before.
    pub run_at: DateTime<Utc>,
    /// After so many failures it is dead until somebody reruns it; at least 1.
    pub max_attempts: u32,
}

/// Work that is being done, or that is dead.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Job {
    /// Identifier.
    pub id: JobId,
    /// For whom; none for the server itself.
    pub organization_id: Option<OrganizationId>,
    /// What to do.
    pub kind: String,
    /// With what.
    #[sqlx(json)]
    pub payload: Value,
    /// How often it was started, this time included.
    pub attempts: i64,
    /// How often it may be started.
    pub max_attempts: i64,
    /// When it was due.
    pub run_at: DateTime<Utc>,
    /// Why it failed last.
    pub error: Option<String>,
}

impl Store {
    /// Adds a job; gives its id.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] if the organization is gone.
    pub async fn enqueue(&self, job: &NewJob) -> Result<JobId> {
        let mut tx = self.begin().await?;
        let id = enqueue_within(&mut tx, job).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Takes the next job that is due, for as long as the lease. None if there is none.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn claim(&self, worker: &str, now: DateTime<Utc>, lease: Duration) -> Result<Option<Job>> {
        self.claim_kind("%", worker, now, lease).await
    }

    /// As [`Store::claim`], of the kinds that a `LIKE` pattern names: `calls.%`.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn claim_kind(&self, kinds: &str, worker: &str, now: DateTime<Utc>, lease: Duration) -> Result<Option<Job>> {
        let now = now.trunc_subsecs(6);
        query!(write self, execute, BURY_JOBS, now)?;
        query!(write self, optional Job, CLAIM_JOB, worker, now, now + lease, kinds)
    }

    /// The job is done and is forgotten. False if the lease ran out and another worker has it.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn complete(&self, job: &Job) -> Result<bool> {
        Ok(query!(write self, execute, COMPLETE_JOB, job.id, job.attempts)? > 0)
    }

    /// The job failed: it waits until `retry_at`, or is dead if that is none or its attempts are used up. False if the
    /// lease ran out and another worker has it.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn fail(&self, job: &Job, error: &str, retry_at: Option<DateTime<Utc>>) -> Result<bool> {
        let retry_at = retry_at.map(|at| at.trunc_subsecs(6));
        Ok(query!(write self, execute, FAIL_JOB, job.id, job.attempts, error, retry_at)? > 0)
    }

    /// Holds a job for longer. False if the lease ran out and another worker has it.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn extend(&self, job: &Job, until: DateTime<Utc>) -> Result<bool> {
        Ok(query!(write self, execute, EXTEND_JOB, job.id, job.attempts, until.trunc_subsecs(6))? > 0)
    }

    /// How far the newest job of a kind for a call is; none if there is none, or it is done.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn job_of_call(&self, organization: OrganizationId, kind: &str, call: CallId) -> Result<Option<JobState>> {
        let found = query!(read self, optional (String,), JOB_OF_CALL, organization, kind, call.to_string())?;
        Ok(found.map(|(state,)| match state.as_str() {
            "running" => JobState::Running,
            "dead" => JobState::Dead,
            _ => JobState::Waiting,
        }))
    }

    /// An organization's dead jobs, newest first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn dead_jobs(&self, organization: OrganizationId) -> Result<Vec<Job>> {
        query!(read self, all Job, DEAD_JOBS, organization)
    }

    /// Gives a dead job all its attempts again; false if the organization has no such dead job.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn rerun(&self, organization: OrganizationId, job: JobId, at: DateTime<Utc>) -> Result<bool> {
        Ok(query!(write self, execute, RERUN_JOB, organization, job, at.trunc_subsecs(6))? > 0)
    }

    /// How many jobs are `waiting`, `running` and `dead`, of all organizations, for the server's own metrics.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn count_jobs(&self) -> Result<Vec<(String, i64)>> {
        query!(read self, all (String, i64), COUNT_JOBS)
    }
}

pub(crate) async fn enqueue_within(tx: &mut Tx, job: &NewJob) -> Result<JobId> {
    #[allow(clippy::disallowed_methods, reason = "nobody sees a job's id before it is kept, and jobs are ordered by when they are due")]
    let id = JobId(Uuid::now_v7());
    query!(
        within tx, execute, INSERT_JOB, id, job.organization, &job.kind, Json(&job.payload), i64::from(job.max_attempts.max(1)),
        job.run_at.trunc_subsecs(6)
    )?;
    Ok(id)
}

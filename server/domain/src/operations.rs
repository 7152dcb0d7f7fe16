//! For those who run an organization: work that failed, seen, tried again, discarded; and what is switched on (`flags`).
//!
//! What a job failed with is kept in two parts: a sentence for people, and the inside (paths, addresses, what a provider or the database
//! said). Only the sentence leaves this module: an administrator of an organization need not be who runs the server. The inside is in the
//! server's log under the job's id.

mod flags;

use std::collections::BTreeMap;

use kernel::{Actor, Area, DomainError, Kernel, OPERATE, Permission, PermissionEntry, PersonalData, Registry, Result, Whose};
use model::validation as valid;
use model::{FailedJob, FailedKind, JobId, Operations, Page, QueueLoad, Retried, Role, Scheduled};
use serde_json::json;

pub use self::flags::{flags, set_flag, unset_flag};

/// May switch parts of the program on and off.
pub const SET_FLAGS: Permission = Permission::new("operations.set_flags");

/// What this area hands to the binary. Who may see failed work, [`OPERATE`], is the kernel's, as is `job.dead`.
pub const AREA: Area = Area {
    events: &[JobRetried::ENTRY, JobsRetried::ENTRY, JobDiscarded::ENTRY, flags::FlagChanged::ENTRY],
    permissions: &[PermissionEntry {
        permission: SET_FLAGS,
        doc: "Switch parts of the program on and off, for everybody, a member or a share of calls.",
        least: Role::Admin,
    }],
    personal_data: &[PersonalData::deleted("feature_flags", "member_id", Whose::Member, "until taken back")],
    ..Area::new("operations")
};

/// Most items of a page.
pub const MAX_PAGE: u32 = 100;

kernel::event! {
    /// An administrator lets a job that had failed too often be tried again.
    JobRetried = "job.retried", of job, belongs to nobody, sees all: Some(OPERATE), {
        /// The job.
        job: JobId,
        /// What it is to do.
        kind: String,
    }
}

kernel::event! {
    /// An administrator lets every job of a kind that had failed too often be tried again.
    JobsRetried = "job.kind_retried", of kind, belongs to nobody, sees all: Some(OPERATE), {
        /// What they are to do.
        kind: String,
    }
}

kernel::event! {
    /// An administrator discarded a job that had failed too often.
    JobDiscarded = "job.discarded", of job, belongs to nobody, sees all: Some(OPERATE), {
        /// The job.
        job: JobId,
        /// What it was to do.
        kind: String,
    }
}

/// How the organization's work stands.
///
/// # Errors
/// `forbidden` without [`OPERATE`].
pub async fn overview(kernel: &Kernel, actor: &Actor) -> Result<Operations> {
    actor.require(OPERATE)?;
    let store = kernel.store();
    let mut queues: BTreeMap<String, QueueLoad> = BTreeMap::new();
    for (queue, state, count) in store.count_jobs_of(actor.organization).await? {
        let load = queues.entry(queue.clone()).or_insert_with(|| QueueLoad { queue, ..QueueLoad::default() });
        match state.as_str() {
            "waiting" => load.waiting = count,
            "running" => load.running = count,
            _ => {}
        }
    }
    let queues = queues.into_values().filter(|load| load.waiting + load.running > 0).collect();
    let failed = store.count_dead_jobs(actor.organization).await?.into_iter().map(|(kind, count)| FailedKind { kind, count }).collect();
    let registry = kernel.state::<Registry>();
    let scheduled = |(name, next_at): (String, _)| {
        let rule = registry.schedules.iter().find(|schedule| schedule.name == name)?.cron.to_owned();
        Some(Scheduled { name, rule, next_at })
    };
    let schedules = store.schedules().await?.into_iter().filter_map(scheduled).collect();
    Ok(Operations { failed, queues, schedules, storage: crate::storage::of(kernel, actor).await? })
}

/// A page of what failed too often, the newest first.
///
/// # Errors
/// `forbidden` without [`OPERATE`].
pub async fn failed(kernel: &Kernel, actor: &Actor, cursor: Option<&str>, limit: u32) -> Result<Page<FailedJob>> {
    actor.require(OPERATE)?;
    Ok(kernel.store().dead_jobs(actor.organization, cursor, limit.clamp(1, MAX_PAGE)).await?.map(shown))
}

fn shown(job: store::Job) -> FailedJob {
    let problem = sentence(job.error.as_deref().unwrap_or_default());
    FailedJob { id: job.id, kind: job.kind, subject: job.subject, attempts: job.attempts, at: job.run_at, problem }
}

/// The part of a kept error that is for people. One that was kept before there were two parts is all inside.
fn sentence(kept: &str) -> String {
    match kept.split_once('\n') {
        Some((sentence, _)) => sentence.to_owned(),
        None => "It failed. Whoever runs the server finds more in its log.".to_owned(),
    }
}

fn gone() -> DomainError {
    DomainError::new(model::Code::NotFound, "There is no such failed job any more. Somebody may have retried or discarded it already.")
}

/// Lets a job that failed too often be tried again, with all its attempts.
///
/// # Errors
/// `forbidden` without [`OPERATE`], `not_found` if there is none or somebody was faster.
pub async fn retry(kernel: &Kernel, actor: &Actor, id: JobId) -> Result<()> {
    actor.require(OPERATE)?;
    let job = kernel.store().dead_job(actor.organization, id).await?.ok_or_else(gone)?;
    let mut tx = kernel.begin(actor).await?;
    let at = tx.at();
    if !store::jobs::retry(&mut tx, actor.organization, id, at).await? {
        return Err(gone());
    }
    tx.audit("operations.job_retried", id, json!({ "kind": job.kind })).await?;
    tx.emit(&JobRetried { job: id, kind: job.kind }).await?;
    tx.commit().await?;
    kernel.ring(&job.queue);
    Ok(())
}

/// Lets every job of a kind that failed too often be tried again.
///
/// # Errors
/// `forbidden` without [`OPERATE`], `invalid` for what can't be a kind.
pub async fn retry_kind(kernel: &Kernel, actor: &Actor, kind: &str) -> Result<Retried> {
    actor.require(OPERATE)?;
    let kind = valid::JOB_KIND.parse(kind)?;
    let mut tx = kernel.begin(actor).await?;
    let at = tx.at();
    let jobs = store::jobs::retry_kind(&mut tx, actor.organization, &kind, at).await?;
    if jobs > 0 {
        tx.audit("operations.jobs_retried", &kind, json!({ "jobs": jobs })).await?;
        tx.emit(&JobsRetried { kind: kind.clone() }).await?;
        tx.commit().await?;
        if let Some(entry) = kernel.state::<Registry>().job(&kind) {
            kernel.ring(entry.queue.name);
        }
    }
    Ok(Retried { jobs })
}

/// Forgets a job that failed too often. What it was to do is not done.
///
/// # Errors
/// `forbidden` without [`OPERATE`], `not_found` if there is none or somebody was faster.
pub async fn discard(kernel: &Kernel, actor: &Actor, id: JobId) -> Result<()> {
    actor.require(OPERATE)?;
    let job = kernel.store().dead_job(actor.organization, id).await?.ok_or_else(gone)?;
    let mut tx = kernel.begin(actor).await?;
    if !store::jobs::discard(&mut tx, actor.organization, id).await? {
        return Err(gone());
    }
    tx.audit("operations.job_discarded", id, json!({ "kind": job.kind, "subject": job.subject })).await?;
    tx.emit(&JobDiscarded { job: id, kind: job.kind }).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sentence_is_shown() {
        assert_eq!(sentence("The disk is full.\nENOSPC at /secret/path"), "The disk is full.");
        assert!(!sentence("connection to 10.0.0.3 refused").contains("10.0.0.3"));
    }
}

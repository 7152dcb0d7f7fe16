//! The unit of work: a change with its jobs, its line in the audit log, its events and its usage, all or nothing.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use model::{MemberId, OrganizationId};
use serde_json::Value;
use store::idempotency::KeyOf;
use store::{LivingServer, NewEvent, NewJob};

use crate::actor::Actor;
use crate::error::{DomainError, Result};
use crate::event::{EVENTS, Event};
use crate::job::{Job, Lease};
use crate::kernel::Kernel;

/// A transaction of an actor. Statements of `store` take it as it is.
pub struct Tx {
    inner: store::Tx,
    kernel: Kernel,
    organization: Option<OrganizationId>,
    member: Option<MemberId>,
    /// The key of the request that this is done for.
    request: Option<Arc<str>>,
    at: DateTime<Utc>,
    /// Whom to wake after the commit.
    bells: BTreeSet<&'static str>,
}

impl Deref for Tx {
    type Target = store::Tx;

    fn deref(&self) -> &store::Tx {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut store::Tx {
        &mut self.inner
    }
}

impl Kernel {
    /// Begins a unit of work of an actor.
    ///
    /// # Errors
    /// `forbidden` for a token that only reads; if the database can't be written to.
    pub async fn begin(&self, actor: &Actor) -> Result<Tx> {
        actor.require_changes()?;
        self.begin_for(Some(actor.organization), actor.member_id(), actor.request().cloned()).await
    }

    /// Begins a unit of work of the server itself, for no organization.
    ///
    /// # Errors
    /// If the database can't be written to.
    pub async fn begin_own(&self) -> Result<Tx> {
        self.begin_for(None, None, None).await
    }

    pub(crate) async fn begin_for(
        &self,
        organization: Option<OrganizationId>,
        member: Option<MemberId>,
        request: Option<Arc<str>>,
    ) -> Result<Tx> {
        let inner = self.store().begin().await?;
        Ok(Tx { inner, kernel: self.clone(), organization, member, request, at: self.now().trunc_subsecs(6), bells: BTreeSet::new() })
    }
}

impl Tx {
    /// When it began: the time of everything in it, in whole microseconds, as both databases keep it.
    pub const fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The servers that are there, this one too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn living_servers(&self) -> Result<Vec<LivingServer>> {
        self.kernel.living_servers().await
    }

    /// What follows is done in this organization: for a unit of work of the server itself that takes several together.
    pub const fn turn_to(&mut self, organization: OrganizationId) {
        self.organization = Some(organization);
    }

    fn organization(&self) -> Result<OrganizationId> {
        self.organization.ok_or_else(|| DomainError::Internal("this unit of work belongs to no organization".to_owned()))
    }

    /// Adds a job, due now. False if the same work waits already.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn enqueue<J: Job>(&mut self, job: &J) -> Result<bool> {
        self.enqueue_at(job, self.at).await
    }

    /// Adds a job that is due later. False if the same work waits already.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn enqueue_at<J: Job>(&mut self, job: &J, run_at: DateTime<Utc>) -> Result<bool> {
        self.enqueue_stored::<J>(job.stored(self.organization, run_at)?).await
    }

    /// As [`Tx::enqueue`], for another organization than the one that this began for.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn enqueue_for<J: Job>(&mut self, organization: OrganizationId, job: &J) -> Result<bool> {
        self.enqueue_stored::<J>(job.stored(Some(organization), self.at)?).await
    }

    async fn enqueue_stored<J: Job>(&mut self, new: NewJob) -> Result<bool> {
        let added = store::jobs::enqueue(&mut self.inner, &new).await?;
        self.bells.insert(J::QUEUE.name);
        Ok(added)
    }

    /// Writes a line into the organization's audit log. `action` is `area.what`, `subject` the id of what it was done to; `details` hold
    /// no secret and no word of a call.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit(&mut self, action: &str, subject: impl ToString, details: Value) -> Result<()> {
        let (organization, subject) = (self.organization()?, subject.to_string());
        store::audit::append(&mut self.inner, organization, self.member, action, &subject, &details, self.at).await?;
        Ok(())
    }

    /// As [`Tx::audit`], into the log of another organization than the one that this began for.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit_for(&mut self, actor: &Actor, action: &str, subject: impl ToString, details: Value) -> Result<()> {
        let (organization, member, subject) = (actor.organization, actor.member_id(), subject.to_string());
        store::audit::append(&mut self.inner, organization, member, action, &subject, &details, self.at).await?;
        Ok(())
    }

    /// Tells what happened.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn emit<E: Event>(&mut self, event: &E) -> Result<()> {
        let organization = self.organization()?;
        self.emit_in(organization, event).await
    }

    /// As [`Tx::emit`], in an organization that turned out within this unit of work.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn emit_in<E: Event>(&mut self, organization: OrganizationId, event: &E) -> Result<()> {
        let (subject, payload, at) = (event.subject(), event.payload(), self.at);
        let open_to = event.open_to().map(crate::Permission::name);
        let new = NewEvent { organization, member: event.member(), open_to, name: E::NAME, subject, payload, at };
        store::events::emit(&mut self.inner, &new).await?;
        self.bells.insert(EVENTS);
        Ok(())
    }

    /// Adds to a meter (`area.unit`, for example `calls.seconds`).
    ///
    /// # Errors
    /// If the database fails.
    pub async fn meter(&mut self, meter: &str, amount: i64) -> Result<()> {
        let organization = self.organization()?;
        store::usage::add(&mut self.inner, organization, meter, self.at.date_naive(), amount).await?;
        Ok(())
    }

    /// Ends a job within this unit of work, so that its effects are there once: if another worker has taken the job over, nothing of
    /// this is kept.
    ///
    /// # Errors
    /// `conflict` if the lease is lost.
    pub async fn finish(&mut self, lease: &Lease) -> Result<()> {
        if store::jobs::complete(&mut self.inner, lease.job, lease.fence).await? {
            return Ok(());
        }
        Err(DomainError::LeaseLost)
    }

    /// Keeps everything, and wakes whoever waits for it. Of a request with an `Idempotency-Key` it is noted in the same moment that it was
    /// done.
    ///
    /// # Errors
    /// If the database fails; then nothing is kept.
    pub async fn commit(self) -> Result<()> {
        let Self { mut inner, kernel, organization, member, request, bells, .. } = self;
        if let (Some(organization), Some(member), Some(key)) = (organization, member, &request) {
            store::idempotency::done(&mut inner, KeyOf { organization, member: member.0, key }).await?;
        }
        inner.commit().await?;
        for bell in bells {
            kernel.ring(bell);
        }
        Ok(())
    }
}

impl Kernel {
    /// A unit of work of one line in the audit log, for what changes nothing else: an export, a sign-in that was refused.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit(&self, actor: &Actor, action: &str, subject: impl ToString + Send, details: Value) -> Result<()> {
        let mut tx = self.begin(actor).await?;
        tx.audit(action, subject.to_string(), details).await?;
        tx.commit().await
    }

    /// Does a unit of work that gives space back, or lets a person in to do so. On a full disk it is done once more, with the space that
    /// is kept for this; so `work` begins its own unit of work.
    ///
    /// # Errors
    /// The work's.
    pub async fn urgent<T, F: Future<Output = Result<T>>>(&self, work: impl Fn() -> F) -> Result<T> {
        let once = || async {
            match work().await {
                Err(DomainError::Store(error)) => Err(error),
                done => Ok(done),
            }
        };
        self.store().urgent(once).await?
    }
}

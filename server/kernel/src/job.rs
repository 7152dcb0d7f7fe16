//! Typed work that is done later.

use std::borrow::Cow;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use model::{JobId, OrganizationId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::NewJob;

use crate::error::{DomainError, Result};
use crate::kernel::Kernel;

/// Who works at a kind of job: queues don't wait for one another.
///
/// One whose name ends in `.here` is each server's own: its jobs are about what lies in a data folder, and the server that has that folder
/// ([`Job::node`]) does them, however long it is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Queue {
    /// Its name, beginning with its area's.
    pub name: &'static str,
    /// How many of its jobs run at once on one server.
    pub workers: usize,
}

impl Queue {
    /// The name under which the jobs of one data folder's server are kept; none: there is one server.
    pub(crate) fn of_node(&self, node: Option<&str>) -> Cow<'static, str> {
        match node {
            Some(node) if self.name.ends_with(".here") => format!("{}@{node}", self.name).into(),
            _ => self.name.into(),
        }
    }
}

/// A kind of work: its payload, and how it is done. Stored with the change that makes it necessary, done at least once, and once only if
/// its effects are in [`crate::Tx::finish`]'s unit of work.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// `area.what`; never used for anything else afterwards.
    const KIND: &'static str;
    /// Who works at it.
    const QUEUE: Queue;
    /// Of the payload's shape; raise it with the shape, and read the older ones in [`Job::upgrade`].
    const VERSION: i64 = 1;
    /// After so many failures it is dead, where an admin sees it.
    const MAX_ATTEMPTS: u32 = 5;
    /// Larger goes first.
    const PRIORITY: i64 = 0;

    /// What it is about, usually an id; admins see it.
    fn subject(&self) -> String {
        String::new()
    }

    /// While a job of this kind, organization and key waits, another one isn't added.
    fn deduplication(&self) -> Option<String> {
        None
    }

    /// Whose data folder it is about ([`crate::Membership::node`]), of a job in a queue that is each server's own.
    fn node(&self) -> Option<&str> {
        None
    }

    /// Makes this version's payload out of an older one; none if that can't be.
    fn upgrade(_version: i64, _payload: Value) -> Option<Value> {
        None
    }

    /// The job as it is stored.
    ///
    /// # Errors
    /// `internal` if the payload can't be written as JSON.
    fn stored(&self, organization: Option<OrganizationId>, run_at: DateTime<Utc>) -> Result<NewJob> {
        let payload = serde_json::to_value(self).map_err(|error| DomainError::Internal(format!("{}: {error}", Self::KIND)))?;
        Ok(NewJob {
            queue: Self::QUEUE.of_node(self.node()).into_owned(),
            kind: Self::KIND.to_owned(),
            version: Self::VERSION,
            payload,
            subject: self.subject(),
            priority: Self::PRIORITY,
            deduplication: self.deduplication(),
            organization,
            run_at,
            max_attempts: Self::MAX_ATTEMPTS,
        })
    }

    /// Does it.
    fn run(self, context: JobContext) -> impl Future<Output = Result<()>> + Send;
}

/// What a running job works with.
#[derive(Clone)]
pub struct JobContext {
    /// The kernel.
    pub kernel: Kernel,
    /// For whom; none for the server's own work.
    pub organization: Option<OrganizationId>,
    /// The hold on the job.
    pub lease: Lease,
}

impl JobContext {
    /// The organization that this job is for.
    ///
    /// # Errors
    /// `internal` if it is the server's own.
    pub fn organization(&self) -> Result<OrganizationId> {
        self.organization.ok_or_else(|| DomainError::Internal("this job belongs to an organization, and none is named".to_owned()))
    }
}

/// A worker's hold on a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// Which claim it is: a later one makes this one void.
    pub fence: i64,
    /// How often it was tried, this time included.
    pub attempt: i64,
    /// Whether failing now lays it aside.
    pub last_attempt: bool,
}

/// A future on the heap.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A kind of job in a manifest.
#[derive(Clone, Copy)]
pub struct JobEntry {
    /// [`Job::KIND`].
    pub kind: &'static str,
    /// [`Job::QUEUE`].
    pub queue: Queue,
    /// [`Job::VERSION`].
    pub version: i64,
    /// Reads the payload and does it.
    pub run: fn(JobContext, i64, Value) -> BoxFuture<'static, Result<()>>,
}

impl JobEntry {
    /// The entry of a kind.
    pub const fn of<J: Job>() -> Self {
        Self { kind: J::KIND, queue: J::QUEUE, version: J::VERSION, run: perform::<J> }
    }
}

fn perform<J: Job>(context: JobContext, version: i64, payload: Value) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move { read::<J>(version, payload)?.run(context).await })
}

/// A payload, brought up to this version.
fn read<J: Job>(version: i64, payload: Value) -> Result<J> {
    let payload = match version {
        version if version == J::VERSION => payload,
        older if older < J::VERSION => J::upgrade(older, payload).ok_or_else(|| {
            DomainError::Final(format!("the payload of {} is of version {older}, which this release does not read any more", J::KIND))
        })?,
        newer => {
            return Err(DomainError::Final(format!(
                "the payload of {} is of version {newer}, of a newer release than this one; retry it after the upgrade",
                J::KIND
            )));
        }
    };
    serde_json::from_value(payload).map_err(|error| DomainError::Final(format!("the payload of {} can't be read: {error}", J::KIND)))
}

/// 10 s, 40 s, 160 s … up to an hour, each a quarter shorter or longer at random, so that what failed together is not tried together.
pub(crate) fn retry_after(attempts: i64, random: u8) -> Duration {
    let exponent = u32::try_from(attempts.clamp(1, 6) - 1).unwrap_or_default();
    let seconds = (10.0 * 4_f64.powi(exponent.cast_signed())).min(3_600.0);
    Duration::from_secs_f64(seconds * (0.75 + f64::from(random) / 510.0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Greet {
        whom: String,
    }

    impl Job for Greet {
        const KIND: &'static str = "test.greet";
        const QUEUE: Queue = Queue { name: "test", workers: 1 };
        const VERSION: i64 = 2;

        fn upgrade(version: i64, payload: Value) -> Option<Value> {
            (version == 1).then(|| serde_json::json!({ "whom": payload["name"] }))
        }

        async fn run(self, _: JobContext) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_older_payload_is_brought_up_and_others_say_what_they_are() {
        let new = serde_json::json!({ "whom": "Ann" });
        assert_eq!(read::<Greet>(2, new.clone()).unwrap().whom, "Ann");
        assert_eq!(read::<Greet>(1, serde_json::json!({ "name": "Ann" })).unwrap().whom, "Ann");
        for (version, payload, said) in [(0, new.clone(), "version 0"), (3, new, "newer release"), (2, Value::Null, "can't be read")] {
            let error = read::<Greet>(version, payload).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("test.greet"), "{error}");
        }
    }

    #[test]
    fn a_servers_own_work_waits_under_its_folders_name() {
        let (here, anybodys) = (Queue { name: "test.here", workers: 1 }, Queue { name: "test", workers: 1 });
        assert_eq!([here.of_node(Some("a")), here.of_node(None)], ["test.here@a", "test.here"]);
        assert_eq!([anybodys.of_node(Some("a")), anybodys.of_node(None)], ["test", "test"]);
    }

    #[test]
    fn pauses_grow_and_differ() {
        assert_eq!(retry_after(1, 0), Duration::from_secs_f64(7.5));
        assert_eq!(retry_after(1, 255), Duration::from_secs_f64(12.5));
        assert_eq!(retry_after(2, 0), Duration::from_secs(30));
        assert!(retry_after(60, 255) <= Duration::from_secs(4_500));
    }
}

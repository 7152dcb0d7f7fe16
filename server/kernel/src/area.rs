//! Manifests: what each area hands to the binary, and the registry that is made of them.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::event::EventEntry;
use crate::flag::Flag;
use crate::job::{BoxFuture, JobEntry, Queue};
use crate::kernel::Kernel;
use crate::own::{JobDead, own_permissions};
use crate::permission::PermissionEntry;
use crate::personal_data::{PersonalData, Subject};
use crate::schedule::Schedule;
use crate::setting::Setting;
use crate::subscriber::Subscriber;
use crate::tx::Tx;

/// What an area hands to the binary. The one list of areas is the binary's; everything else is read from here.
#[derive(Clone, Copy)]
pub struct Area {
    /// One word, the same on every floor: tag in the API, prefix of jobs, schedules, permissions and flags.
    pub name: &'static str,
    /// Kinds of work.
    pub jobs: &'static [JobEntry],
    /// Work by the clock.
    pub schedules: &'static [Schedule],
    /// What it tells.
    pub events: &'static [EventEntry],
    /// What it does when others tell something.
    pub subscribers: &'static [Subscriber],
    /// What people may do.
    pub permissions: &'static [PermissionEntry],
    /// What may be configured.
    pub settings: &'static [Setting],
    /// What not everybody has yet.
    pub flags: &'static [Flag],
    /// Where it keeps data of people.
    pub personal_data: &'static [PersonalData],
    /// What it does after the server listens. It logs what goes wrong and never keeps the server from serving.
    pub on_start: fn(&Kernel) -> BoxFuture<'_, ()>,
    /// What it does, within the unit of work and before any row goes, when a person is erased: lets jobs delete what is not in the
    /// database, or refuses for now.
    pub on_erase: for<'a> fn(&'a mut Tx, &'a Subject) -> BoxFuture<'a, Result<()>>,
    /// What else changes, within the unit of work that lays a job of its aside for good, also one that took its servers down with it each
    /// time: what people see waiting for it has failed.
    pub on_dead_job: for<'a> fn(&'a mut Tx, &'a store::Job) -> BoxFuture<'a, Result<()>>,
}

impl Area {
    /// An area with nothing in it, to begin with.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            jobs: &[],
            schedules: &[],
            events: &[],
            subscribers: &[],
            permissions: &[],
            settings: &[],
            flags: &[],
            personal_data: &[],
            on_start: nothing,
            on_erase: nothing_more,
            on_dead_job: nobody_waits,
        }
    }
}

fn nobody_waits<'a>(_: &'a mut Tx, _: &'a store::Job) -> BoxFuture<'a, Result<()>> {
    Box::pin(std::future::ready(Ok(())))
}

fn nothing(_: &Kernel) -> BoxFuture<'_, ()> {
    Box::pin(std::future::ready(()))
}

fn nothing_more<'a>(_: &'a mut Tx, _: &'a Subject) -> BoxFuture<'a, Result<()>> {
    Box::pin(std::future::ready(Ok(())))
}

/// What every area has together. Made once, at the start.
pub struct Registry {
    /// The areas.
    pub areas: Vec<Area>,
    /// Every queue.
    pub queues: Vec<Queue>,
    /// Every schedule.
    pub schedules: Vec<Schedule>,
    /// Every event.
    pub events: Vec<EventEntry>,
    /// Everything that is done about events.
    pub subscribers: Vec<Subscriber>,
    /// Every permission.
    pub permissions: Vec<PermissionEntry>,
    jobs: BTreeMap<&'static str, JobEntry>,
}

/// A mistake in the manifests. The server doesn't start with one; a test finds it before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Two things of one sort have the same name.
    #[error("two {sort} are called “{name}”; names are for ever and for one thing")]
    Twice {
        /// What.
        sort: &'static str,
        /// Its name.
        name: String,
    },
    /// Two areas say different things of one queue.
    #[error("the queue “{0}” has two numbers of workers")]
    Queue(&'static str),
    /// A queue without workers: its jobs would wait for ever.
    #[error("the queue “{0}” has no workers, so its jobs would wait for ever")]
    NoWorkers(&'static str),
    /// A name that doesn't begin with its area's.
    #[error("“{name}” is the area {area}'s and must begin with “{area}.”")]
    Prefix {
        /// The area.
        area: &'static str,
        /// The name.
        name: &'static str,
    },
    /// A schedule whose rule can't be read.
    #[error("the schedule “{0}” has a rule that can't be read")]
    Cron(&'static str),
    /// Something is done about an event that nobody tells.
    #[error("nobody tells the event “{0}” that something is done about")]
    NoSuchEvent(&'static str),
    /// A schedule or a subscriber whose job is no area's.
    #[error("the job “{0}” is in no manifest")]
    NoSuchJob(&'static str),
}

impl Registry {
    /// Puts manifests together.
    ///
    /// # Errors
    /// [`ManifestError`], the first that is found.
    pub fn new(areas: &[Area]) -> Result<Self, ManifestError> {
        let all = || areas.iter();
        unique("areas", all().map(|area| area.name))?;
        let permissions: Vec<PermissionEntry> =
            own_permissions().into_iter().chain(all().flat_map(|area| area.permissions).copied()).collect();
        let events: Vec<EventEntry> = std::iter::once(JobDead::ENTRY).chain(all().flat_map(|area| area.events).copied()).collect();
        let jobs: Vec<JobEntry> = all().flat_map(|area| area.jobs).copied().collect();
        let schedules: Vec<Schedule> = all().flat_map(|area| area.schedules).copied().collect();
        let subscribers: Vec<Subscriber> = all().flat_map(|area| area.subscribers).copied().collect();
        unique("permissions", permissions.iter().map(|entry| entry.permission.name()))?;
        unique("events", events.iter().map(|event| event.name))?;
        unique("kinds of jobs", jobs.iter().map(|job| job.kind))?;
        unique("schedules", schedules.iter().map(|schedule| schedule.name))?;
        unique("flags", all().flat_map(|area| area.flags).map(|flag| flag.name))?;
        unique("settings", all().flat_map(|area| area.settings).map(|setting| setting.name))?;
        for area in areas {
            let named = area.jobs.iter().map(|job| job.kind).chain(area.schedules.iter().map(|schedule| schedule.name));
            let named = named.chain(area.jobs.iter().map(|job| job.queue.name)).chain(area.flags.iter().map(|flag| flag.name));
            let mut named = named.chain(area.permissions.iter().map(|entry| entry.permission.name()));
            let foreign = |name: &&str| name.strip_prefix(area.name).is_none_or(|rest| !rest.is_empty() && !rest.starts_with('.'));
            if let Some(name) = named.find(foreign) {
                return Err(ManifestError::Prefix { area: area.name, name });
            }
        }
        for schedule in &schedules {
            if schedule.next(chrono::DateTime::UNIX_EPOCH).is_err() {
                return Err(ManifestError::Cron(schedule.name));
            }
        }
        let known = |kind: &str| jobs.iter().any(|job| job.kind == kind);
        let needed = schedules.iter().map(|schedule| schedule.job.kind).chain(subscribers.iter().map(|subscriber| subscriber.job.kind));
        if let Some(missing) = needed.into_iter().find(|kind| !known(kind)) {
            return Err(ManifestError::NoSuchJob(missing));
        }
        if let Some(missing) = subscribers.iter().find(|subscriber| !events.iter().any(|event| event.name == subscriber.event)) {
            return Err(ManifestError::NoSuchEvent(missing.event));
        }
        let queues = queues(&jobs)?;
        let jobs = jobs.into_iter().map(|job| (job.kind, job)).collect();
        Ok(Self { areas: areas.to_vec(), queues, schedules, events, subscribers, permissions, jobs })
    }

    /// A kind of job.
    pub fn job(&self, kind: &str) -> Option<&JobEntry> {
        self.jobs.get(kind)
    }

    /// Every flag, in the order of the areas.
    pub fn flags(&self) -> impl Iterator<Item = &'static Flag> + '_ {
        self.areas.iter().flat_map(|area| area.flags)
    }

    /// Where data of people is, higher areas first: their rows point at those of the areas beneath.
    pub fn personal_data(&self) -> impl Iterator<Item = &PersonalData> {
        self.areas.iter().rev().flat_map(|area| area.personal_data)
    }

    /// Every kind of job, by name.
    pub fn jobs(&self) -> impl Iterator<Item = &JobEntry> {
        self.jobs.values()
    }

    /// An event.
    pub fn event(&self, name: &str) -> Option<&EventEntry> {
        self.events.iter().find(|event| event.name == name)
    }
}

/// Every queue that a job names, once.
fn queues(jobs: &[JobEntry]) -> Result<Vec<Queue>, ManifestError> {
    let mut queues: Vec<Queue> = Vec::new();
    for job in jobs {
        if job.queue.workers == 0 {
            return Err(ManifestError::NoWorkers(job.queue.name));
        }
        match queues.iter().find(|queue| queue.name == job.queue.name) {
            Some(queue) if *queue != job.queue => return Err(ManifestError::Queue(job.queue.name)),
            Some(_) => {}
            None => queues.push(job.queue),
        }
    }
    Ok(queues)
}

fn unique<'a>(sort: &'static str, names: impl Iterator<Item = &'a str>) -> Result<(), ManifestError> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(ManifestError::Twice { sort, name: name.to_owned() });
        }
    }
    Ok(())
}

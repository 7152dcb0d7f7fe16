//! What every function works with, in one value that is cheap to clone.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use model::{OrganizationId, Role};
use ports::{Clock, Ids};
use store::Store;
use tokio::sync::Notify;

use crate::actor::{Actor, Member};
use crate::event::Hub;
use crate::membership::{Membership, OwnLease};
use crate::permission::{PermissionEntry, PermissionSet};
use crate::untold::Untold;

/// The store, the clock, ids, what areas keep while the server runs, and the bells that wake workers.
#[derive(Clone)]
pub struct Kernel(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    public_url: String,
    server: String,
    started_at: DateTime<Utc>,
    roles: Vec<(Role, PermissionSet)>,
    states: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    queues: Mutex<HashMap<String, Arc<Notify>>>,
    hub: Hub,
    hints: Untold,
    only_woken: AtomicBool,
    membership: Option<Membership>,
    lease: OwnLease,
}

/// The parts that a [`Kernel`] is made of.
pub struct KernelParts {
    /// The database.
    pub store: Store,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn Ids>,
    /// Address under which people reach the server, without a slash at the end; links in mails start with it.
    pub public_url: String,
    /// How this server is one of several; none if it is alone.
    pub membership: Option<Membership>,
    /// The permissions of all areas.
    pub permissions: Vec<PermissionEntry>,
    states: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

impl KernelParts {
    /// Parts without any area's state.
    pub fn new(store: Store, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>, public_url: String) -> Self {
        Self { store, clock, ids, public_url, membership: None, permissions: Vec::new(), states: HashMap::new() }
    }

    /// Adds what an area works with and remembers while the server runs.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        self.states.insert(TypeId::of::<T>(), Arc::new(state));
        self
    }
}

impl Kernel {
    /// Puts the parts together. Starts nothing.
    pub fn new(parts: KernelParts) -> Self {
        let KernelParts { store, clock, ids, public_url, membership, permissions, states } = parts;
        let of = |role: Role| permissions.iter().filter(|entry| role >= entry.least).map(|entry| entry.permission).collect();
        let roles = [Role::Guest, Role::Rep, Role::Manager, Role::Admin, Role::Owner];
        let (started_at, roles) = (clock.now(), roles.into_iter().map(|role| (role, of(role))).collect());
        let server = ids.uuid(started_at).to_string();
        let (queues, hub, hints) = (Mutex::default(), Hub::default(), Untold::of(&store));
        let (only_woken, lease) = (AtomicBool::default(), OwnLease::default());
        Self(Arc::new(Inner {
            store,
            clock,
            ids,
            public_url,
            server,
            started_at,
            roles,
            states,
            queues,
            hub,
            hints,
            only_woken,
            membership,
            lease,
        }))
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// When this server started.
    pub fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }

    /// A new id.
    pub fn uuid(&self) -> uuid::Uuid {
        self.0.ids.uuid(self.now())
    }

    /// 32 random bytes.
    pub fn secret(&self) -> [u8; 32] {
        self.0.ids.secret()
    }

    /// Address under which people reach the server, without a slash at the end.
    pub fn public_url(&self) -> &str {
        &self.0.public_url
    }

    /// This process among others on the same database: fresh at every start.
    pub fn server(&self) -> &str {
        &self.0.server
    }

    /// How this server is one of several; none if it is alone.
    pub fn membership(&self) -> Option<&Membership> {
        self.0.membership.as_ref()
    }

    pub(crate) fn own_lease(&self) -> &OwnLease {
        &self.0.lease
    }

    /// What an area works with.
    ///
    /// # Panics
    /// If the wiring didn't put it in: a mistake that the first request of any test shows.
    #[allow(clippy::panic, reason = "nothing of the area could work")]
    pub fn state<T: Send + Sync + 'static>(&self) -> &T {
        let state = self.0.states.get(&TypeId::of::<T>()).and_then(|state| state.downcast_ref());
        state.unwrap_or_else(|| panic!("{} is not wired", type_name::<T>()))
    }

    /// Admits a member with the permissions of their role. For the identity area.
    pub fn admit(&self, organization: OrganizationId, member: Member) -> Actor {
        let permissions = self.0.roles.iter().find(|(role, _)| *role == member.role).map(|(_, set)| set.clone()).unwrap_or_default();
        Actor::admit(organization, member, permissions)
    }

    /// The streams of events.
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// The bell of a queue: rung when a job is added to it.
    pub(crate) fn bell(&self, queue: &str) -> Arc<Notify> {
        let mut queues = self.0.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = queues.get(queue) {
            return Arc::clone(bell);
        }
        Arc::clone(queues.entry(queue.to_owned()).or_default())
    }

    /// Wakes whoever waits for work of a queue, on this server and soon on the others.
    pub fn ring(&self, queue: &str) {
        self.ring_here(queue);
        self.0.hints.add(queue);
    }

    /// The same on this server only.
    pub(crate) fn ring_here(&self, queue: &str) {
        self.bell(queue).notify_one();
    }

    /// Wakes everybody who waits for work on this server.
    pub(crate) fn ring_all_here(&self) {
        let queues = self.0.queues.lock().unwrap_or_else(PoisonError::into_inner);
        queues.values().for_each(|bell| bell.notify_one());
    }

    /// From now on whoever waits for work or for events sleeps until a bell wakes it, instead of looking by itself every few seconds. For
    /// tests that bells ring: without it what a lost bell leaves undone is found a little later, and nobody sees it.
    pub fn look_only_when_woken(&self) {
        self.0.only_woken.store(true, Ordering::Relaxed);
    }

    /// How long to sleep at most without having been woken.
    pub(crate) fn look_every(&self, usual: Duration) -> Duration {
        const HOUR: Duration = Duration::from_secs(3_600);
        if self.0.only_woken.load(Ordering::Relaxed) { HOUR } else { usual }
    }

    /// What other servers have not been told yet.
    pub(crate) fn untold(&self) -> &Untold {
        &self.0.hints
    }
}

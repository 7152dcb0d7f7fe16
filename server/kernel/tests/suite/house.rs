//! A kernel on a database of its own, with a clock that is set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use kernel::{Actor, Kernel, KernelParts, Registry};
use model::{Organization, OrganizationId, Person, Role};
use ports::{Clock, SystemIds};
use store::testing::{self, TestStore};
use store::{Engine, NewAccount};

use crate::shop::{Deliver, MANNERS, SHOP, Shop};

/// A clock that is set by hand.
pub struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).unwrap()
    }
}

pub struct TestApp {
    pub kernel: Kernel,
    pub registry: Registry,
    pub shop: Arc<Shop>,
    pub clock: Arc<Hand>,
    pub organization: OrganizationId,
    pub store: TestStore,
}

impl TestApp {
    pub async fn new(engine: Engine) -> Self {
        let store = testing::open(engine).await;
        let ids = SystemIds;
        let clock = Arc::new(Hand(AtomicI64::new(1_790_000_000)));
        let id = || ports::Ids::uuid(&ids, clock.now());
        let organization = Organization { id: id().into(), name: "Acme".into(), keep_audio: true, created_at: clock.now() };
        let person = Person {
            id: id().into(),
            email: "ann@example.com".into(),
            name: "Ann".into(),
            time_zone: String::new(),
            created_at: clock.now(),
        };
        let account =
            NewAccount { organization: organization.clone(), person, password_hash: "x".into(), member: id().into(), role: Role::Owner };
        let mut tx = store.begin().await.unwrap();
        store::identity::insert_account(&mut tx, &account).await.unwrap();
        tx.commit().await.unwrap();
        let shop = Arc::new(Shop::default());
        let kernel = kernel(&store, &shop, &clock);
        Self { kernel, registry: Registry::new(&[SHOP, MANNERS]).unwrap(), shop, clock, organization: organization.id, store }
    }

    pub async fn order(&self, what: &str) {
        let mut tx = self.kernel.begin(&Actor::system(self.organization, "an order")).await.unwrap();
        assert!(tx.enqueue(&Deliver { what: what.into() }).await.unwrap());
        tx.commit().await.unwrap();
    }

    pub fn done(&self) -> Vec<String> {
        self.shop.done.lock().unwrap().clone()
    }

    pub fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub async fn dead(&self) -> Vec<store::Job> {
        self.store.dead_jobs(self.organization, None, 9).await.unwrap().items
    }
}

pub fn kernel(store: &TestStore, shop: &Arc<Shop>, clock: &Arc<Hand>) -> Kernel {
    kernel_on(store.store(), shop, clock)
}

pub fn kernel_on(store: store::Store, shop: &Arc<Shop>, clock: &Arc<Hand>) -> Kernel {
    let parts = KernelParts::new(store, clock.clone(), Arc::new(SystemIds), "http://localhost".into());
    Kernel::new(parts.with(Arc::clone(shop)))
}

pub async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} did not come true");
}

//! Two areas as tests want them: a shop that delivers, and one that thanks for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use kernel::{Actor, Area, DomainError, Job, JobContext, JobEntry, Queue, Result, Schedule, Subscriber};
use serde::{Deserialize, Serialize};
use serde_json::json;

const QUEUE: Queue = Queue { name: "shop", workers: 2 };

/// What jobs did, and how they are told to behave.
#[derive(Default)]
pub struct Shop {
    pub done: Mutex<Vec<String>>,
    pub running: AtomicUsize,
    pub fail: AtomicUsize,
}

#[derive(Serialize, Deserialize)]
pub struct Deliver {
    pub what: String,
}

impl Job for Deliver {
    const KIND: &'static str = "shop.deliver";
    const QUEUE: Queue = QUEUE;
    const MAX_ATTEMPTS: u32 = 2;
    const VERSION: i64 = 2;

    fn upgrade(version: i64, payload: serde_json::Value) -> Option<serde_json::Value> {
        (version == 1).then(|| json!({ "what": payload["parcel"] }))
    }

    fn subject(&self) -> String {
        self.what.clone()
    }

    async fn run(self, context: JobContext) -> Result<()> {
        let shop: &Arc<Shop> = context.kernel.state();
        match self.what.as_str() {
            "bomb" => panic!("as told"),
            "slow" => {
                shop.running.fetch_add(1, Ordering::SeqCst);
                std::future::pending::<()>().await;
            }
            _ => {}
        }
        if shop.fail.load(Ordering::SeqCst) > 0 {
            shop.fail.fetch_sub(1, Ordering::SeqCst);
            return Err(DomainError::Internal("the road is closed".to_owned()));
        }
        // The effect and the job's end are one unit of work.
        let mut tx = context.kernel.begin(&Actor::system(context.organization()?, "a delivery")).await?;
        tx.audit("shop.delivered", &self.what, json!({})).await?;
        tx.meter("shop.parcels", 1).await?;
        tx.emit(&Delivered { what: self.what.clone() }).await?;
        tx.finish(&context.lease).await?;
        tx.commit().await?;
        shop.done.lock().unwrap().push(self.what);
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
pub struct Sweep;

impl Job for Sweep {
    const KIND: &'static str = "shop.sweep";
    const QUEUE: Queue = QUEUE;

    async fn run(self, context: JobContext) -> Result<()> {
        context.kernel.state::<Arc<Shop>>().done.lock().unwrap().push("swept".to_owned());
        Ok(())
    }
}

/// What another area does when something was delivered.
#[derive(Serialize, Deserialize)]
struct Thank {
    name: String,
    subject: String,
}

impl Job for Thank {
    const KIND: &'static str = "manners.thank";
    const QUEUE: Queue = Queue { name: "manners", workers: 1 };

    async fn run(self, context: JobContext) -> Result<()> {
        context.kernel.state::<Arc<Shop>>().done.lock().unwrap().push(format!("{} {}", self.name, self.subject));
        Ok(())
    }
}

kernel::event! {
    /// A parcel was delivered.
    Delivered = "shop.delivered", of what, belongs to nobody, sees all: None, {
        /// Which.
        what: String,
    }
}

pub const SHOP: Area = Area {
    jobs: &[JobEntry::of::<Deliver>(), JobEntry::of::<Sweep>()],
    schedules: &[Schedule { name: "shop.sweep", cron: "0 * * * *", job: JobEntry::of::<Sweep>() }],
    events: &[Delivered::ENTRY],
    ..Area::new("shop")
};
pub const MANNERS: Area = Area {
    jobs: &[JobEntry::of::<Thank>()],
    subscribers: &[Subscriber { event: Delivered::ENTRY.name, job: JobEntry::of::<Thank>() }],
    ..Area::new("manners")
};

//! What is done about accounts later.

use kernel::{Job, JobContext, Queue, Result};
use serde::{Deserialize, Serialize};

const UPKEEP: Queue = Queue { name: "identity.upkeep", workers: 1 };

/// Forgets expired sessions, links and tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tidy;

impl Job for Tidy {
    const KIND: &'static str = "identity.tidy";
    const QUEUE: Queue = UPKEEP;
    const MAX_ATTEMPTS: u32 = 1;

    async fn run(self, context: JobContext) -> Result<()> {
        super::tidy(&context.kernel).await.map(drop)
    }
}

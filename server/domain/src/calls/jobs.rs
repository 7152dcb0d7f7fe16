//! What is done about calls later.

use kernel::{Job, JobContext, Queue, Result};
use model::{CallId, RecognizerId};
use serde::{Deserialize, Serialize};

use super::{anew, deletion, finish, hand_over, live, recording, retranscribe};

const CALLS: Queue = Queue { name: "calls", workers: 1 };
/// A hurried look that must not wait for a long recognition.
const RECOVERY: Queue = Queue { name: "calls.recovery", workers: 1 };
/// What nobody may see any more waits for nothing.
const ERASURE: Queue = Queue { name: "calls.erasure", workers: 1 };

/// Each server's own: about its data folder.
const HERE: Queue = Queue { name: "calls.here", workers: 1 };
/// A long look that nobody waits for.
const SWEEP: Queue = Queue { name: "calls.sweep", workers: 1 };

/// Writes a call's review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WriteReview {
    pub(super) call: CallId,
}

impl Job for WriteReview {
    const KIND: &'static str = "calls.write_review";
    const QUEUE: Queue = CALLS;

    fn subject(&self) -> String {
        self.call.to_string()
    }

    async fn run(self, context: JobContext) -> Result<()> {
        finish::finish_once(&context.kernel, context.organization()?, self.call).await
    }
}

/// Recognizes a call's recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recognize {
    pub(super) call: CallId,
    pub(super) with: RecognizerId,
}

impl Job for Recognize {
    const KIND: &'static str = "calls.recognize";
    const QUEUE: Queue = CALLS;
    const MAX_ATTEMPTS: u32 = 3;

    fn subject(&self) -> String {
        self.call.to_string()
    }

    // Two people at once want it once.
    fn deduplication(&self) -> Option<String> {
        Some(self.call.to_string())
    }

    async fn run(self, context: JobContext) -> Result<()> {
        retranscribe::recognize(&context, self.call, &self.with).await
    }
}

/// Deletes a deleted call's recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DeleteRecording {
    pub(super) call: CallId,
}

impl Job for DeleteRecording {
    const KIND: &'static str = "calls.delete_recording";
    const QUEUE: Queue = CALLS;
    const MAX_ATTEMPTS: u32 = 20;

    fn subject(&self) -> String {
        self.call.to_string()
    }

    async fn run(self, context: JobContext) -> Result<()> {
        recording::delete_forgotten(&context.kernel, context.organization()?, self.call).await
    }
}

/// Deletes a deleted call for good, once it can't be brought back any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EraseCall {
    pub(super) call: CallId,
}

impl Job for EraseCall {
    const KIND: &'static str = "calls.erase";
    /// Not behind a long recognition: what is deleted is gone when that was said.
    const QUEUE: Queue = ERASURE;
    const MAX_ATTEMPTS: u32 = 20;

    fn subject(&self) -> String {
        self.call.to_string()
    }

    async fn run(self, context: JobContext) -> Result<()> {
        deletion::erase(&context.kernel, context.organization()?, self.call).await
    }
}

/// Brings to the others what a server's folder holds of a call that is over and they don't have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HandOver {
    pub(super) call: CallId,
    /// Which data folder's.
    pub(super) node: String,
}

impl Job for HandOver {
    const KIND: &'static str = "calls.hand_over";
    const QUEUE: Queue = HERE;
    /// A storage may be away for a day.
    const MAX_ATTEMPTS: u32 = 40;

    fn subject(&self) -> String {
        self.call.to_string()
    }

    fn deduplication(&self) -> Option<String> {
        Some(format!("{}@{}", self.call, self.node))
    }

    fn node(&self) -> Option<&str> {
        Some(&self.node)
    }

    async fn run(self, context: JobContext) -> Result<()> {
        hand_over::hand_over(&context, self).await
    }
}

/// Deletes files of parts that no row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SweepParts;

impl Job for SweepParts {
    const KIND: &'static str = "calls.sweep_parts";
    const QUEUE: Queue = SWEEP;

    async fn run(self, context: JobContext) -> Result<()> {
        super::sweep_parts(&context.kernel).await
    }
}

/// Indexes calls that an older release has made or indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct IndexCalls {}

impl Job for IndexCalls {
    const KIND: &'static str = "calls.index_anew";
    const QUEUE: Queue = SWEEP;

    fn deduplication(&self) -> Option<String> {
        Some("all".to_owned())
    }

    async fn run(self, context: JobContext) -> Result<()> {
        anew::organization(&context.kernel, context.organization()?).await
    }
}

/// Looks after calls that nobody looks after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recover;

impl Job for Recover {
    const KIND: &'static str = "calls.recover";
    const QUEUE: Queue = RECOVERY;
    const MAX_ATTEMPTS: u32 = 1;

    async fn run(self, context: JobContext) -> Result<()> {
        live::recover(&context.kernel).await
    }
}

//! Writes a live call's rows to the database, in order, beside the call: a slow database delays no word on the page, and
//! one that fails is tried again until it has everything. What waits goes together, so that a busy database has less to do for each.

use std::sync::Arc;
use std::time::Duration;

use kernel::{Actor, Kernel};
use model::Millis;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::committer::{Committed, Committer};
use super::write_op::{CallPlace, WriteOp};
use crate::calls::events::TranscriptUpdated;

/// Rows that go to the database at once.
const BATCH: usize = 64;
/// So many rows wait when the page is told a second time: some hours of talk, a few megabytes.
const MANY: usize = 5_000;

/// New words are told of this often at most.
const ANNOUNCE_EVERY: Duration = Duration::from_secs(10);

/// To the persister.
pub(super) enum PersistInput {
    Op(WriteOp),
    /// Answers when everything before is stored.
    Flush(oneshot::Sender<()>),
    /// The same, told as [`WriteStatus::AllStored`].
    ReportAllStored,
}

/// What the actor is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WriteStatus {
    /// It fails; it is tried again.
    Waiting,
    /// It fails still, and this many rows wait.
    Many(usize),
    /// It works again.
    CaughtUp,
    /// The call's end is stored.
    EndStored,
    /// All that was given before the question is stored.
    AllStored,
    /// The recording can't be brought to the shared storage for a while; or it can be again.
    Durable(bool),
    /// What this page said with this number is stored.
    Noted(u64, u32),
    /// Some of the recording before this moment can't be fetched.
    Missing(Millis),
    /// The call is another server's, or deleted: nothing is written any more.
    Lost,
}

/// A call's persister.
pub(super) struct PersistWorker {
    pub(super) kernel: Kernel,
    pub(super) place: Arc<CallPlace>,
    pub(super) committer: Committer,
}

/// What became of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    Yes,
    /// They have no place any more.
    Never,
    /// The call is not this server's.
    Lost,
}

/// Whether words were stored that nobody was told of.
#[derive(Default)]
struct UnannouncedWords {
    told: Option<Instant>,
    pending: bool,
}

impl UnannouncedWords {
    fn due(&self) -> Instant {
        self.told.map_or_else(Instant::now, |told| told + ANNOUNCE_EVERY)
    }
}

impl PersistWorker {
    /// Stores rows until the actor is gone and everything is stored.
    pub(super) async fn run(self, mut rows: mpsc::UnboundedReceiver<PersistInput>, told: mpsc::UnboundedSender<WriteStatus>) {
        // Nobody to be told is no reason to store less.
        let tell = |writing| {
            let _ = told.send(writing);
        };
        let (mut waiting, mut news, mut lost) = (false, UnannouncedWords::default(), false);
        let (mut taken, mut batch) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
        loop {
            let count = tokio::select! {
                count = rows.recv_many(&mut taken, BATCH) => count,
                () = tokio::time::sleep_until(news.due()), if news.pending && !lost => {
                    self.announce_words(&mut news).await;
                    continue;
                }
            };
            if count == 0 {
                break;
            }
            let mut taken = taken.drain(..).peekable();
            while let Some(next) = taken.next() {
                match next {
                    PersistInput::Flush(done) => {
                        let _ = done.send(());
                    }
                    PersistInput::ReportAllStored => {
                        // The review that follows tells of the last words.
                        news.pending = false;
                        if !lost {
                            tell(WriteStatus::AllStored);
                        }
                    }
                    PersistInput::Op(row) => {
                        batch.push(row);
                        if matches!(taken.peek(), Some(PersistInput::Op(_))) {
                            continue;
                        }
                        if !lost {
                            lost = self.store_all(&batch, &rows, &mut waiting, &mut news, &tell).await == Stored::Lost;
                            if lost {
                                tell(WriteStatus::Lost);
                            }
                        }
                        batch.clear();
                    }
                }
            }
        }
        if news.pending && !lost {
            self.announce_words(&mut news).await;
        }
    }

    /// Stores rows that wait, together; one by one if one of them has no place.
    async fn store_all(
        &self,
        ops: &[WriteOp],
        rows: &mpsc::UnboundedReceiver<PersistInput>,
        waiting: &mut bool,
        news: &mut UnannouncedWords,
        tell: &impl Fn(WriteStatus),
    ) -> Stored {
        let stored = match self.store_with_retry(ops.into(), rows, waiting, news, tell).await {
            Stored::Never if ops.len() > 1 => {
                for op in ops {
                    if self.store_with_retry([op.clone()].into(), rows, waiting, news, tell).await == Stored::Lost {
                        return Stored::Lost;
                    }
                }
                Stored::Yes
            }
            stored => stored,
        };
        if stored == Stored::Yes && std::mem::take(waiting) {
            tell(WriteStatus::CaughtUp);
        }
        if stored == Stored::Lost {
            return stored;
        }
        for op in ops {
            match op {
                WriteOp::End(_) => tell(WriteStatus::EndStored),
                WriteOp::Numbered(page, number) => tell(WriteStatus::Noted(*page, *number)),
                _ => {}
            }
        }
        stored
    }

    /// Tells of words that are stored already: the next ones may be long in coming.
    async fn announce_words(&self, news: &mut UnannouncedWords) {
        let told = async {
            let mut tx = self.kernel.begin(&self.actor()).await?;
            tx.emit(&TranscriptUpdated { call: self.place.call, member: self.place.member }).await?;
            tx.commit().await
        };
        match told.await {
            Ok(()) => news.pending = false,
            Err(error) => error.log("nobody could be told of a call's new words"),
        }
        news.told = Some(Instant::now());
    }

    fn actor(&self) -> Actor {
        Actor::system(self.place.organization, "a call goes on")
    }

    /// Tries until the rows are stored, or never can be.
    async fn store_with_retry(
        &self,
        ops: Arc<[WriteOp]>,
        rows: &mpsc::UnboundedReceiver<PersistInput>,
        waiting: &mut bool,
        news: &mut UnannouncedWords,
        tell: &impl Fn(WriteStatus),
    ) -> Stored {
        let (mut pause, mut told_many) = (Duration::from_millis(100), false);
        let words = ops.iter().any(|op| matches!(op, WriteOp::Segment(_)));
        loop {
            let tells = words && news.due() <= Instant::now();
            match self.committer.commit(&self.kernel, &self.place, &ops, tells).await {
                Committed::Yes => {
                    if tells {
                        news.told = Some(Instant::now());
                    }
                    if words {
                        news.pending = !tells;
                    }
                    return Stored::Yes;
                }
                Committed::Lost => return Stored::Lost,
                // Its call was deleted meanwhile, or it is there already: it must not hold up the rest.
                Committed::Never(error) => {
                    if ops.len() == 1 {
                        tracing::warn!(call = %self.place.call, %error, "a row has no place any more");
                    }
                    return Stored::Never;
                }
                Committed::Failed(error) => {
                    tracing::warn!(call = %self.place.call, %error, "the database takes nothing; trying again");
                    if !std::mem::replace(waiting, true) {
                        tell(WriteStatus::Waiting);
                    }
                    if rows.len() >= MANY && !std::mem::replace(&mut told_many, true) {
                        tell(WriteStatus::Many(rows.len()));
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(5));
                }
            }
        }
    }
}

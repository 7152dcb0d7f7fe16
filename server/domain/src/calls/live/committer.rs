//! Commits of all live calls of a server. What comes while one commit is under way goes together into the next: a database that has one writer
//! is asked some times a second, however many calls there are, and a quiet one is asked at once.

use std::sync::Arc;

use kernel::{DomainError, Kernel, Result};
use store::StoreError;
use tokio::sync::{mpsc, oneshot};

use super::write_op::{CallPlace, WriteOp};
use crate::calls::events::TranscriptUpdated;

/// Calls that are written to in one commit.
const MOST: usize = 64;

/// What became of a call's rows.
#[derive(Clone, Debug)]
pub(super) enum Committed {
    Yes,
    /// The call is not this server's: nothing was stored.
    Lost,
    /// They have no place any more (the call was deleted), or are there already. Why.
    Never(Arc<str>),
    /// The database failed, and may take them later. Why.
    Failed(Arc<str>),
}

/// Rows of a call, with what follows from them: stored together, or not at all.
struct Write {
    kernel: Kernel,
    place: Arc<CallPlace>,
    ops: Arc<[WriteOp]>,
    /// Others are told that there are new words.
    tells: bool,
    answer: oneshot::Sender<Committed>,
}

/// The way to the one task that commits. It ends with the last handle.
#[derive(Clone)]
pub(super) struct Committer(mpsc::UnboundedSender<Write>);

impl Committer {
    pub(super) fn start() -> Self {
        let (sender, writes) = mpsc::unbounded_channel();
        tokio::spawn(run(writes));
        Self(sender)
    }

    /// Stores rows of a call, and tells of new words if it is said so.
    pub(super) async fn commit(&self, kernel: &Kernel, place: &Arc<CallPlace>, ops: &Arc<[WriteOp]>, tells: bool) -> Committed {
        let (answer, committed) = oneshot::channel();
        let write = Write { kernel: kernel.clone(), place: Arc::clone(place), ops: Arc::clone(ops), tells, answer };
        let gone = || Committed::Failed("the task that commits is gone".into());
        if self.0.send(write).is_err() {
            return gone();
        }
        committed.await.unwrap_or_else(|_| gone())
    }
}

async fn run(mut writes: mpsc::UnboundedReceiver<Write>) {
    loop {
        let mut group = Vec::with_capacity(MOST);
        if writes.recv_many(&mut group, MOST).await == 0 {
            return;
        }
        // In a task of its own: should one of them panic, those of this group are told that it failed, and all others go on.
        if let Err(error) = tokio::spawn(store(group)).await {
            tracing::error!(%error, "rows of calls could not be stored together");
        }
    }
}

/// Stores them together. If that fails, each by itself: what only one of them can't have must not hold the others up.
async fn store(group: Vec<Write>) {
    let together = commit(&group).await;
    let is_alone = group.len() > 1 && together.iter().any(|one| matches!(one, Committed::Never(_) | Committed::Failed(_)));
    let mut away: Option<Arc<str>> = None;
    for (write, committed) in group.into_iter().zip(together) {
        let committed = match (&away, is_alone) {
            (_, false) => committed,
            // The database itself is away: asking for each would take as long for every one.
            (Some(why), true) => Committed::Failed(Arc::clone(why)),
            (None, true) => commit(std::slice::from_ref(&write)).await.remove(0),
        };
        if is_alone
            && let Committed::Failed(why) = &committed
            && away.is_none()
            && write.kernel.store().can_write().await.is_err()
        {
            away = Some(Arc::clone(why));
        }
        // Who asked may be gone: it is stored nevertheless.
        let _ = write.answer.send(committed);
    }
}

/// Stores them in one unit of work: one answer for each.
async fn commit(group: &[Write]) -> Vec<Committed> {
    match try_commit(group).await {
        Ok(committed) => committed,
        Err(error) => {
            let why = error.chain().into();
            let never = matches!(error, DomainError::Store(StoreError::Missing(_) | StoreError::Taken(_)));
            vec![if never { Committed::Never(why) } else { Committed::Failed(why) }; group.len()]
        }
    }
}

async fn try_commit(group: &[Write]) -> Result<Vec<Committed>> {
    let Some(first) = group.first() else { return Ok(Vec::new()) };
    let mut tx = first.kernel.begin_own().await?;
    let mut committed = Vec::with_capacity(group.len());
    for Write { place, ops, tells, .. } in group {
        tx.turn_to(place.organization);
        let (at, length) = (tx.at(), ops.iter().map(WriteOp::length).max().unwrap_or_default());
        if !store::calls::hold(&mut tx, place.organization, place.call, &place.hold, at, length).await? {
            committed.push(Committed::Lost);
            continue;
        }
        for op in &**ops {
            place.store(&mut tx, op).await?;
        }
        if *tells {
            tx.emit(&TranscriptUpdated { call: place.call, member: place.member }).await?;
        }
        committed.push(Committed::Yes);
    }
    tx.commit().await?;
    Ok(committed)
}

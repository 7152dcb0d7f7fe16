//! Writes a live call's rows to the database, in order, beside the call: a slow database delays no word on the page, and
//! one that fails is tried again until it has everything.

use std::time::Duration;

use chrono::{DateTime, Utc};
use kernel::{Actor, DomainError, Kernel, Result};
use model::{Bookmark, CallId, Citation, Cue, CueState, MemberId, Millis, OrganizationId, Segment};
use store::StoreError;
use store::knowledge::NewUse;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::calls::events::{CallEnded, CallFeedback, TranscriptUpdated};
use crate::calls::finish::SAFETY_NET;
use crate::calls::jobs::WriteReview;

/// So many rows wait when the page is told a second time: some hours of talk, a few megabytes.
const MANY: usize = 5_000;

/// New words are told of this often at most.
const ANNOUNCE_EVERY: Duration = Duration::from_secs(10);

/// Who decided what became of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DecidedBy {
    Person,
    /// It made room for another one.
    Engine,
}

/// Something to be stored.
#[derive(Clone, Debug)]
pub(super) enum WriteOp {
    Segment(Segment),
    Cue(Cue),
    CueState(i64, CueState, DecidedBy),
    CueSource(i64, Option<Box<Citation>>),
    /// A passage was shown.
    Use(NewUse),
    Bookmark(Bookmark),
    Duration(Millis),
    /// This server, or a page of the call, was there at this moment; so long is the call.
    Heartbeat(DateTime<Utc>, Millis),
    /// This server runs the call no more.
    Release,
    /// The call has ended at this moment.
    End(DateTime<Utc>),
}

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
}

/// Where the rows belong.
pub(super) struct PersistWorker {
    pub(super) kernel: Kernel,
    pub(super) organization: OrganizationId,
    pub(super) call: CallId,
    /// Whose call it is.
    pub(super) member: MemberId,
    /// The server process that runs the call.
    pub(super) owner: String,
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
        let (mut waiting, mut news) = (false, UnannouncedWords::default());
        loop {
            let next = tokio::select! {
                next = rows.recv() => next,
                () = tokio::time::sleep_until(news.due()), if news.pending => {
                    self.announce_words(&mut news).await;
                    continue;
                }
            };
            let Some(next) = next else { break };
            match next {
                PersistInput::Flush(done) => {
                    let _ = done.send(());
                }
                PersistInput::ReportAllStored => {
                    // The review that follows tells of the last words.
                    news.pending = false;
                    tell(WriteStatus::AllStored);
                }
                PersistInput::Op(row) => {
                    let stored = self.store_with_retry(&row, &rows, &mut waiting, &mut news, &tell).await;
                    if stored && std::mem::take(&mut waiting) {
                        tell(WriteStatus::CaughtUp);
                    }
                    if matches!(row, WriteOp::End(..)) {
                        tell(WriteStatus::EndStored);
                    }
                }
            }
        }
        if news.pending {
            self.announce_words(&mut news).await;
        }
    }

    /// Tells of words that are stored already: the next ones may be long in coming.
    async fn announce_words(&self, news: &mut UnannouncedWords) {
        let told = async {
            let mut tx = self.kernel.begin(&self.actor()).await?;
            tx.emit(&TranscriptUpdated { call: self.call, member: self.member }).await?;
            tx.commit().await
        };
        match told.await {
            Ok(()) => news.pending = false,
            Err(error) => error.log("nobody could be told of a call's new words"),
        }
        news.told = Some(Instant::now());
    }

    fn actor(&self) -> Actor {
        Actor::system(self.organization, "a call goes on")
    }

    /// Tries until the row is stored; false if it never can be.
    async fn store_with_retry(
        &self,
        row: &WriteOp,
        rows: &mpsc::UnboundedReceiver<PersistInput>,
        waiting: &mut bool,
        news: &mut UnannouncedWords,
        tell: &impl Fn(WriteStatus),
    ) -> bool {
        let (mut pause, mut told_many) = (Duration::from_millis(100), false);
        loop {
            match self.store(row, news).await {
                Ok(()) => return true,
                // Its call was deleted meanwhile, or it is there already: it must not hold up the rest.
                Err(DomainError::Store(error @ (StoreError::Missing(_) | StoreError::Taken(_)))) => {
                    tracing::warn!(call = %self.call, error = store::chain(&error), "a row has no place any more");
                    return false;
                }
                Err(error) => {
                    tracing::warn!(call = %self.call, error = error.chain(), "the database takes nothing; trying again");
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

    /// Stores a row with what follows from it, all or nothing.
    async fn store(&self, row: &WriteOp, news: &mut UnannouncedWords) -> Result<()> {
        let (organization, id, member) = (self.organization, self.call, self.member);
        let mut tx = self.kernel.begin(&self.actor()).await?;
        let mut tells = false;
        match row {
            WriteOp::Segment(segment) => {
                store::segments::append(&mut tx, organization, id, std::slice::from_ref(segment)).await?;
                tells = news.due() <= Instant::now();
                if tells {
                    tx.emit(&TranscriptUpdated { call: id, member }).await?;
                }
            }
            WriteOp::Cue(cue) => store::cues::append(&mut tx, organization, id, std::slice::from_ref(cue)).await?,
            WriteOp::CueState(cue, state, by) => {
                let is_new = store::cues::set_state(&mut tx, organization, id, *cue, *state).await?;
                // Of one that was given elsewhere it was told there.
                if *by == DecidedBy::Person && is_new == Some(true) {
                    tx.emit(&CallFeedback { call: id, member, cue: *cue, state: *state }).await?;
                }
            }
            // A card whose words aren't final yet has no row; it brings its passage along when it is stored.
            WriteOp::CueSource(cue, source) => {
                store::cues::set_source(&mut tx, organization, id, *cue, source.as_deref()).await?;
            }
            WriteOp::Use(used) => store::knowledge::add_uses(&mut tx, organization, std::slice::from_ref(used)).await?,
            WriteOp::Bookmark(bookmark) => store::cues::append_bookmark(&mut tx, organization, id, bookmark).await?,
            WriteOp::Duration(duration) => {
                store::calls::set_duration(&mut tx, organization, id, *duration).await?;
            }
            WriteOp::Heartbeat(at, duration) => {
                store::calls::see(&mut tx, organization, id, &self.owner, *at, *duration).await?;
            }
            WriteOp::Release => {
                store::calls::let_go(&mut tx, organization, id, &self.owner).await?;
            }
            WriteOp::End(at) => {
                if store::calls::finish(&mut tx, organization, id, *at).await? {
                    tx.enqueue_at(&WriteReview { call: id }, *at + SAFETY_NET).await?;
                    tx.emit(&CallEnded { call: id, member }).await?;
                }
            }
        }
        tx.commit().await?;
        if matches!(row, WriteOp::Segment(_)) {
            news.pending = !tells;
            if tells {
                news.told = Some(Instant::now());
            }
        }
        Ok(())
    }
}

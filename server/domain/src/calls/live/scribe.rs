//! Writes a live call's rows to the database, in order, beside the call: a slow database delays no word on the page, and
//! one that fails is tried again until it has everything.

use std::error::Error;
use std::time::Duration;

use chrono::{DateTime, Utc};
use model::{Bookmark, CallId, Citation, Cue, CueState, Millis, OrganizationId, Segment};
use store::{NewJob, Store, StoreError};
use tokio::sync::{mpsc, oneshot};

/// So many rows wait when the page is told a second time: some hours of talk, a few megabytes.
const MANY: usize = 5_000;

/// Something to be stored.
#[derive(Clone, Debug)]
pub(super) enum Row {
    Segment(Segment),
    Cue(Cue),
    CueState(i64, CueState),
    CueSource(i64, Option<Box<Citation>>),
    Bookmark(Bookmark),
    Duration(Millis),
    /// This server, or a page of the call, was there at this moment; so long is the call.
    Seen(DateTime<Utc>, Millis),
    /// This server runs the call no more.
    LetGo,
    /// The call has ended at this moment; the job is its safety net.
    End(DateTime<Utc>, Box<NewJob>),
}

/// To the scribe.
pub(super) enum ToScribe {
    Row(Row),
    /// Answers when everything before is stored.
    Flush(oneshot::Sender<()>),
    /// The same, told as [`Writing::AllStored`].
    TellAllStored,
}

/// What the host is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
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
pub(super) struct Scribe {
    pub(super) store: Store,
    pub(super) organization: OrganizationId,
    pub(super) call: CallId,
    /// The server process that runs the call.
    pub(super) owner: String,
}

impl Scribe {
    /// Stores rows until the host is gone and everything is stored.
    pub(super) async fn write(self, mut rows: mpsc::UnboundedReceiver<ToScribe>, told: mpsc::UnboundedSender<Writing>) {
        // Nobody to be told is no reason to store less.
        let tell = |writing| {
            let _ = told.send(writing);
        };
        let mut waiting = false;
        while let Some(first) = rows.recv().await {
            match first {
                ToScribe::Flush(done) => {
                    let _ = done.send(());
                }
                ToScribe::TellAllStored => tell(Writing::AllStored),
                ToScribe::Row(row) => {
                    let stored = self.store_in_the_end(&row, &rows, &mut waiting, &tell).await;
                    if stored && std::mem::take(&mut waiting) {
                        tell(Writing::CaughtUp);
                    }
                    if matches!(row, Row::End(..)) {
                        tell(Writing::EndStored);
                    }
                }
            }
        }
    }

    /// Tries until the row is stored; false if it never can be.
    async fn store_in_the_end(
        &self,
        row: &Row,
        rows: &mpsc::UnboundedReceiver<ToScribe>,
        waiting: &mut bool,
        tell: &impl Fn(Writing),
    ) -> bool {
        let (mut pause, mut told_many) = (Duration::from_millis(100), false);
        loop {
            match self.store(row).await {
                Ok(()) => return true,
                // Its call was deleted meanwhile, or it is there already: it must not hold up the rest.
                Err(error @ (StoreError::Missing(_) | StoreError::Taken(_))) => {
                    tracing::warn!(call = %self.call, error = chain(&error), "a row has no place any more");
                    return false;
                }
                Err(error) => {
                    tracing::warn!(call = %self.call, error = chain(&error), "the database takes nothing; trying again");
                    if !std::mem::replace(waiting, true) {
                        tell(Writing::Waiting);
                    }
                    if rows.len() >= MANY && !std::mem::replace(&mut told_many, true) {
                        tell(Writing::Many(rows.len()));
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(5));
                }
            }
        }
    }

    async fn store(&self, row: &Row) -> Result<(), StoreError> {
        let (store, organization, call) = (&self.store, self.organization, self.call);
        match row {
            Row::Segment(segment) => store.append_segments(organization, call, std::slice::from_ref(segment)).await,
            Row::Cue(cue) => store.append_cues(organization, call, std::slice::from_ref(cue)).await,
            Row::CueState(cue, state) => store.set_cue_state(organization, call, *cue, *state).await.map(|_| ()),
            // A card whose words aren't final yet has no row; it brings its passage along when it is stored.
            Row::CueSource(cue, source) => store.set_cue_source(organization, call, *cue, source.as_deref()).await.map(|_| ()),
            Row::Bookmark(bookmark) => store.append_bookmark(organization, call, bookmark).await,
            Row::Duration(duration) => store.set_duration(organization, call, *duration).await.map(|_| ()),
            Row::Seen(at, duration) => store.see_call(organization, call, &self.owner, *at, *duration).await.map(|_| ()),
            Row::LetGo => store.let_call_go(organization, call, &self.owner).await.map(|_| ()),
            Row::End(at, job) => store.finish_call(organization, call, *at, job).await.map(|_| ()),
        }
    }
}

/// An error with its causes: the outermost one alone says only that it failed.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

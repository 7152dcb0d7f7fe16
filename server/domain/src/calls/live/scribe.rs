//! Writes a live call's rows to the database, in order, beside the call: a slow database delays no word on the page, and
//! a locked one is tried again until it has everything.

use std::time::Duration;

use model::{Bookmark, CallId, Citation, Cue, CueState, Millis, OrganizationId, Segment};
use store::{Store, StoreError};
use tokio::sync::{mpsc, oneshot};

/// Something to be stored.
#[derive(Clone, Debug)]
pub(super) enum Row {
    Segment(Segment),
    Cue(Cue),
    CueState(i64, CueState),
    CueSource(i64, Option<Box<Citation>>),
    Bookmark(Bookmark),
    Duration(Millis),
}

/// To the scribe.
pub(super) enum ToScribe {
    Row(Row),
    /// Answers when everything before is stored.
    Flush(oneshot::Sender<()>),
}

/// What the host is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    /// It fails; it is tried again.
    Waiting,
    /// It works again.
    CaughtUp,
}

/// Stores rows until the host is gone and everything is stored.
pub(super) async fn write(
    store: Store,
    organization: OrganizationId,
    call: CallId,
    mut rows: mpsc::UnboundedReceiver<ToScribe>,
    told: mpsc::Sender<Writing>,
) {
    let mut waiting = false;
    while let Some(first) = rows.recv().await {
        let row = match first {
            ToScribe::Row(row) => row,
            ToScribe::Flush(done) => {
                let _ = done.send(());
                continue;
            }
        };
        let mut pause = Duration::from_millis(100);
        loop {
            match store_row(&store, organization, call, &row).await {
                Ok(()) => break,
                // A row that can never be stored (its call was deleted meanwhile) must not hold up the rest.
                Err(error) if !matches!(error, StoreError::Busy(_) | StoreError::Full(_)) => {
                    tracing::error!(%call, %error, ?row, "a row can't be stored");
                    break;
                }
                Err(error) => {
                    tracing::warn!(%call, %error, "the database takes nothing; trying again");
                    if !waiting {
                        waiting = true;
                        let _ = told.try_send(Writing::Waiting);
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(5));
                }
            }
        }
        if waiting {
            waiting = false;
            let _ = told.try_send(Writing::CaughtUp);
        }
    }
}

async fn store_row(store: &Store, organization: OrganizationId, call: CallId, row: &Row) -> Result<(), StoreError> {
    match row {
        Row::Segment(segment) => store.append_segments(organization, call, std::slice::from_ref(segment)).await,
        Row::Cue(cue) => store.append_cues(organization, call, std::slice::from_ref(cue)).await,
        Row::CueState(cue, state) => store.set_cue_state(organization, call, *cue, *state).await.map(|_| ()),
        // A card whose words aren't final yet has no row; it brings its passage along when it is stored.
        Row::CueSource(cue, source) => store.set_cue_source(organization, call, *cue, source.as_deref()).await.map(|_| ()),
        Row::Bookmark(bookmark) => store.append_bookmark(organization, call, bookmark).await,
        Row::Duration(duration) => store.set_duration(organization, call, *duration).await.map(|_| ()),
    }
}

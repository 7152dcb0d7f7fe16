//! What a live call writes to the database, one by one.

use chrono::{DateTime, Utc};
use kernel::{Result, Tx};
use model::{Bookmark, CallId, CallState, Citation, Cue, CueState, MemberId, Millis, OrganizationId, Segment};
use store::calls::CallHold;
use store::knowledge::NewUse;

use crate::calls::events::{CallEnded, CallFeedback, CallStarted};
use crate::calls::finish::SAFETY_NET;
use crate::calls::hand_over::LOOK_AGAIN;
use crate::calls::jobs::{HandOver, WriteReview};

/// Who decided what became of a cue.
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
    /// Everything before was said by this page up to this number.
    Numbered(u64, u32),
    /// The first frame or words came at this moment; heard with this version of the playbook.
    Start(DateTime<Utc>, Option<i64>),
    /// So long is the call, and somebody is there.
    Length(Millis),
    /// This server runs the call no more; somebody was last there at this moment.
    Release(DateTime<Utc>),
    /// The call has ended at this moment.
    End(DateTime<Utc>),
}

impl WriteOp {
    /// How long the call is at least, by what this says.
    pub(super) fn length(&self) -> Millis {
        match self {
            Self::Segment(segment) => segment.end_ms,
            Self::Length(length) => *length,
            _ => Millis::ZERO,
        }
    }
}

/// Where a call's rows belong.
#[derive(Debug)]
pub(super) struct CallPlace {
    pub(super) organization: OrganizationId,
    pub(super) call: CallId,
    /// Whose call it is.
    pub(super) member: MemberId,
    /// The right to write.
    pub(super) hold: CallHold,
    /// The data folder that has the recording's end, where several servers share their calls.
    pub(super) node: Option<String>,
}

impl CallPlace {
    /// Writes one, with what follows from it.
    pub(super) async fn store(&self, tx: &mut Tx, op: &WriteOp) -> Result<()> {
        let (organization, id, member) = (self.organization, self.call, self.member);
        match op {
            WriteOp::Segment(segment) => store::segments::append(tx, organization, id, std::slice::from_ref(segment)).await?,
            WriteOp::Cue(cue) => store::cues::append(tx, organization, id, std::slice::from_ref(cue)).await?,
            WriteOp::CueState(cue, state, by) => {
                let is_new = store::cues::set_state(tx, organization, id, *cue, *state).await?;
                // Of one that was given elsewhere it was told there.
                if *by == DecidedBy::Person && is_new == Some(true) {
                    tx.emit(&CallFeedback { call: id, member, cue: *cue, state: *state }).await?;
                }
            }
            // A cue whose words aren't final yet has no row; it brings its passage along when it is stored.
            WriteOp::CueSource(cue, source) => {
                store::cues::set_source(tx, organization, id, *cue, source.as_deref()).await?;
            }
            WriteOp::Use(used) => store::knowledge::add_uses(tx, organization, std::slice::from_ref(used)).await?,
            WriteOp::Bookmark(bookmark) => store::cues::append_bookmark(tx, organization, id, bookmark).await?,
            // Written with all of them.
            WriteOp::Length(_) | WriteOp::Numbered(..) => {}
            WriteOp::Start(at, playbook) => {
                if store::calls::move_on(tx, organization, id, &[CallState::Prepared], CallState::Live, *at).await? {
                    store::calls::note_playbook(tx, organization, id, *playbook).await?;
                    tx.emit(&CallStarted { call: id, member }).await?;
                }
            }
            WriteOp::Release(seen_at) => {
                store::calls::let_go(tx, organization, id, &self.hold, *seen_at).await?;
            }
            WriteOp::End(at) => {
                if store::calls::finish(tx, organization, id, *at).await? {
                    tx.enqueue_at(&WriteReview { call: id }, *at + SAFETY_NET).await?;
                    if let Some(node) = &self.node {
                        tx.enqueue_at(&HandOver { call: id, node: node.clone() }, *at + LOOK_AGAIN).await?;
                    }
                    tx.emit(&CallEnded { call: id, member }).await?;
                }
            }
        }
        Ok(())
    }
}

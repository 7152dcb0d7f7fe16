//! Which server runs a call: one at a time, by (owner, epoch). Who takes a call over counts its epoch up, and whatever an earlier owner still
//! wants to write is refused. A call lives while its page or its server lives.

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{Actor, DomainError, Kernel, Result};
use model::{CallId, CallState, Code, OrganizationId};
use store::calls::CallHold;
use store::{LivingServer, UnfinishedCall};

use crate::calls::hand_over::LOOK_AGAIN;
use crate::calls::jobs::HandOver;

/// A live call that nobody has seen for longer than this is ended. Nothing is ended before a server has run for so long: until
/// then, pages that it was away from may still be coming back.
const ABANDONED_AFTER: TimeDelta = TimeDelta::minutes(30);
/// How often a take-over is tried again when another server was a moment quicker.
const TRIES: usize = 3;

/// Where a recording's end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Folder {
    /// In this server's data folder.
    Own,
    /// In another server's: what is sealed is all there is here.
    Foreign,
}

/// Who runs a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ownership {
    /// This server, with the right to write. Its data folder has the recording's end, or another one has.
    Here(CallHold, Folder),
    /// Another one, which is there.
    Elsewhere(LivingServer),
}

impl Ownership {
    /// Makes this server a call's owner, if no other one is that is there.
    ///
    /// # Errors
    /// `not_found`, `call_ended`; `unavailable` if others keep being quicker.
    pub(super) async fn take(kernel: &Kernel, organization: OrganizationId, call: CallId) -> Result<Self> {
        let node = kernel.membership().map(|membership| membership.node.as_str());
        for _ in 0..TRIES {
            let known = kernel.store().call_owner(organization, call).await?.ok_or_else(|| DomainError::no_such("call"))?;
            if known.owner.as_deref() == Some(kernel.server()) {
                // What an actor of before still has to write stays to be written.
                return Ok(Self::Here(CallHold { owner: kernel.server().to_owned(), epoch: known.epoch }, Folder::Own));
            }
            if let Some(elsewhere) = runner_of(kernel, known.owner.as_deref()).await? {
                return Ok(Self::Elsewhere(elsewhere));
            }
            // Before: who finds this server as a call's owner must find it among those that are there.
            kernel.hold_lease().await?;
            let mut tx = kernel.begin(&Actor::system(organization, "a server takes a call")).await?;
            let taken = store::calls::take(&mut tx, organization, call, kernel.server(), known.epoch, kernel.now(), node).await?;
            if taken.is_some()
                && let Some(former) = known.node.clone().filter(|former| node.is_some_and(|node| node != former))
            {
                // Should that server come back, what only it has of the recording is not lost.
                let later = tx.at() + LOOK_AGAIN;
                tx.enqueue_at(&HandOver { call, node: former }, later).await?;
            }
            tx.commit().await?;
            if let Some(hold) = taken {
                if let Some(before) = known.owner {
                    tracing::info!(%call, before, epoch = hold.epoch, "took a call over from a server that is gone");
                }
                let is_foreign = known.node.is_some() && known.node.as_deref() != node;
                return Ok(Self::Here(hold, if is_foreign { Folder::Foreign } else { Folder::Own }));
            }
            let ended = kernel.store().call(organization, call).await?.is_some_and(|call| call.state == CallState::Ended);
            if ended {
                return Err(super::ended());
            }
        }
        Err(DomainError::new(Code::Unavailable, "Another server takes this call at this moment. Try again in a moment."))
    }
}

/// The other server that runs a call of this owner, if it is there.
pub(super) async fn runner_of(kernel: &Kernel, owner: Option<&str>) -> Result<Option<LivingServer>> {
    let others = if owner.is_some() { kernel.other_servers().await? } else { Vec::new() };
    Ok(others.into_iter().find(|server| Some(server.id.as_str()) == owner))
}

/// What is to be done with a call that has no actor here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rescue {
    /// Somebody else is at it, or may come back.
    Leave,
    /// Nobody came back: it is ended.
    End,
    /// It has ended: its last words are heard and its review is written.
    Finish,
}

impl Rescue {
    /// Of a call that is run by another server, or isn't. This one has run since `started`.
    pub(super) fn of(call: &UnfinishedCall, is_elsewhere: bool, started: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        match call.state {
            _ if is_elsewhere => Self::Leave,
            CallState::Finishing => Self::Finish,
            CallState::Live if now - call.seen_at > ABANDONED_AFTER && now - started > ABANDONED_AFTER => Self::End,
            _ => Self::Leave,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_000_000 + seconds)
    }

    fn call(state: CallState, seen_at: i64) -> UnfinishedCall {
        let id = uuid::Uuid::nil();
        UnfinishedCall { organization_id: id.into(), id: id.into(), state, owner: None, epoch: 0, seen_at: at(seen_at) }
    }

    #[test]
    fn a_live_call_is_ended_only_when_nobody_came_back_for_half_an_hour() {
        let old = |seen_at| Rescue::of(&call(CallState::Live, seen_at), false, at(-100_000), at(0));
        assert_eq!(old(-1_800), Rescue::Leave);
        assert_eq!(old(-1_801), Rescue::End);
        assert_eq!(Rescue::of(&call(CallState::Live, -90_000), true, at(-100_000), at(0)), Rescue::Leave, "its server looks after it");
        // However long nobody has seen it: its server was away, and its page couldn't come back.
        for since in [0, 1, 1_800] {
            assert_eq!(Rescue::of(&call(CallState::Live, -90_000), false, at(-since), at(0)), Rescue::Leave, "{since}");
        }
        assert_eq!(Rescue::of(&call(CallState::Live, -90_000), false, at(-1_801), at(0)), Rescue::End);
        // A clock that went back.
        assert_eq!(Rescue::of(&call(CallState::Live, 3_600), false, at(3_600), at(0)), Rescue::Leave);
    }

    #[test]
    fn a_finishing_call_is_taken_over_from_a_server_that_is_gone() {
        assert_eq!(Rescue::of(&call(CallState::Finishing, -1), true, at(0), at(0)), Rescue::Leave);
        assert_eq!(Rescue::of(&call(CallState::Finishing, 0), false, at(0), at(0)), Rescue::Finish);
    }
}

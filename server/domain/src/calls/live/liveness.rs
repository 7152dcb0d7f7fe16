//! Who looks after a call that is live or finishing in the database: a call lives while its page or its server lives.

use chrono::{DateTime, TimeDelta, Utc};
use model::CallState;
use store::UnfinishedCall;

/// A live call that nobody has seen for longer than this is ended. Nothing is ended before a server has run for so long: until
/// then, pages that it was away from may still be coming back.
const ABANDONED_AFTER: TimeDelta = TimeDelta::minutes(30);
/// A server that runs a call says so every five seconds; one that has been silent for so long runs it no more.
pub(in crate::calls) const SILENT_AFTER: TimeDelta = TimeDelta::seconds(30);

/// This server process, as other servers on the same database know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServerIdentity {
    /// Differs at every start.
    pub(super) owner: String,
    /// When it started.
    pub(super) started: DateTime<Utc>,
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

impl ServerIdentity {
    /// Whether another server runs this call now.
    pub(super) fn is_elsewhere(&self, call: &UnfinishedCall, now: DateTime<Utc>) -> bool {
        let foreign = call.owner.as_ref().is_some_and(|owner| *owner != self.owner);
        foreign && now - call.seen_at <= SILENT_AFTER
    }

    /// What is to be done with a call that has no actor here.
    pub(super) fn rescue(&self, call: &UnfinishedCall, now: DateTime<Utc>) -> Rescue {
        match call.state {
            CallState::Finishing if !self.is_elsewhere(call, now) => Rescue::Finish,
            CallState::Live if now - call.seen_at > ABANDONED_AFTER && now - self.started > ABANDONED_AFTER => Rescue::End,
            _ => Rescue::Leave,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_000_000 + seconds)
    }

    fn call(state: CallState, owner: Option<&str>, seen_at: i64) -> UnfinishedCall {
        let id = uuid::Uuid::nil();
        UnfinishedCall { organization_id: id.into(), id: id.into(), state, owner: owner.map(str::to_owned), seen_at: at(seen_at) }
    }

    fn started(seconds: i64) -> ServerIdentity {
        ServerIdentity { owner: "me".to_owned(), started: at(seconds) }
    }

    #[test]
    fn a_live_call_is_ended_only_when_nobody_came_back_for_half_an_hour() {
        let old = started(-100_000);
        let live = |owner, seen_at| call(CallState::Live, owner, seen_at);
        for owner in [None, Some("me"), Some("another")] {
            assert_eq!(old.rescue(&live(owner, -1_800), at(0)), Rescue::Leave, "{owner:?}");
            assert_eq!(old.rescue(&live(owner, -1_801), at(0)), Rescue::End, "{owner:?}");
        }
        // However long nobody has seen it: its server was away, and its page couldn't come back.
        for since in [0, 1, 1_800] {
            assert_eq!(started(-since).rescue(&live(None, -90_000), at(0)), Rescue::Leave, "{since}");
        }
        assert_eq!(started(-1_801).rescue(&live(None, -90_000), at(0)), Rescue::End);
        // A clock that went back.
        assert_eq!(started(3_600).rescue(&live(None, 3_600), at(0)), Rescue::Leave);
    }

    #[test]
    fn a_finishing_call_is_taken_over_from_a_server_that_is_gone() {
        let me = started(0);
        let finishing = |owner, seen_at| call(CallState::Finishing, owner, seen_at);
        assert_eq!(me.rescue(&finishing(Some("another"), -30), at(0)), Rescue::Leave);
        assert_eq!(me.rescue(&finishing(Some("another"), -31), at(0)), Rescue::Finish);
        assert_eq!(me.rescue(&finishing(Some("me"), 0), at(0)), Rescue::Finish, "its actor here is gone");
        assert_eq!(me.rescue(&finishing(None, 0), at(0)), Rescue::Finish, "it was let go");
    }
}

//! What is told of calls. A rep hears of their own, who manages all of them hears of all. No word of a call is in an event.

use model::{CallId, CallSource, CueState, MemberId};

use super::MANAGE_ALL;

kernel::event! {
    /// A call was set up.
    CallCreated = "call.created", of call, belongs to member, sees all: Some(MANAGE_ALL), {
        /// The call.
        call: CallId,
        /// Whose it is.
        member: MemberId,
        /// Where its audio comes from: browser, sample or api.
        source: CallSource,
    }
}

kernel::event! {
    /// A call went live, with its first sound or words.
    CallStarted = "call.started", of call, belongs to member, sees all: Some(MANAGE_ALL), {
        /// The call.
        call: CallId,
        /// Whose it is.
        member: MemberId,
    }
}

kernel::event! {
    /// A call is over; its last words and its review come later.
    CallEnded = "call.ended", of call, belongs to member, sees all: Some(MANAGE_ALL), {
        /// The call.
        call: CallId,
        /// Whose it is.
        member: MemberId,
    }
}

kernel::event! {
    /// A call's own fields were changed, or an action item of its review was ticked off.
    CallUpdated = "call.updated", of call, belongs to member, sees all: Some(MANAGE_ALL), {
        /// The call.
        call: CallId,
        /// Whose it is.
        member: MemberId,
    }
}

kernel::event! {
    /// A call was deleted with everything. For a minute it can be brought back: `call.restored` says so.
    CallDeleted = "call.deleted", of call, belongs to member, sees all: Some(MANAGE_ALL), {
        /// The call.
        call: CallId,
        /// Whose it was.
        member: MemberId,
    }
}

kernel::event! {
    /// A deleted call was brought back, as it was.
    CallRestored = "call.restored", of call, belongs to member, sees all: Some(MANAGE_ALL), {
        /// The call.
        call: CallId,
        /// Whose it is.
        member: MemberId,
    }
}

kernel::event! {
    /// Other words are in a call's transcript: more of them while it is live (told every ten seconds at most), corrected ones, swapped or newly recognized ones.
    TranscriptUpdated = "call.transcript_updated", of call, belongs to member, sees all: Some(MANAGE_ALL), {
        /// The call.
        call: CallId,
        /// Whose it is.
        member: MemberId,
    }
}

kernel::event! {
    /// Somebody kept a suggestion, waved it away, or took that back.
    CallFeedback = "call.feedback", of call, belongs to member, sees all: Some(MANAGE_ALL), {
        /// The call.
        call: CallId,
        /// Whose it is.
        member: MemberId,
        /// The suggestion's number within the call.
        cue: i64,
        /// What became of it: open, kept or dismissed.
        state: CueState,
    }
}

kernel::event! {
    /// A call's review was written, or written again.
    InsightsReady = "insights.ready", of call, belongs to member, sees all: Some(MANAGE_ALL), {
        /// The call.
        call: CallId,
        /// Whose it is.
        member: MemberId,
    }
}

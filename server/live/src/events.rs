//! What goes into a session and what comes out.

use model::{Bookmark, Channel, Cue, CueState, Metrics, Millis, Partial, Segment, Utterance, Verbosity};

/// What a call's host decides beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many cues to show.
    pub verbosity: Verbosity,
    /// The name shown for the rep.
    pub rep_name: String,
    /// The name shown for the customer.
    pub customer_name: String,
}

/// What a call heard or was told; times are call time.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Something that may still be heard otherwise; an empty text takes back what was.
    Partial(Channel, Utterance),
    /// Something that won't change.
    Final(Channel, Utterance),
    /// A stretch with speech from the voice detector.
    Voice {
        /// Who spoke.
        channel: Channel,
        /// From the call's start.
        start: Millis,
        /// From the call's start.
        end: Millis,
    },
    /// What the rep did with a cue.
    Feedback {
        /// The cue's number.
        cue: i64,
        /// Its new state.
        state: CueState,
    },
    /// The rep marked a moment.
    Bookmark {
        /// When.
        at: Millis,
        /// Why; may be empty.
        note: String,
    },
    /// Time goes by; about twice a second.
    Tick,
    /// No more words come: let go of what is held.
    End,
}

/// What the host should store, then publish.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A channel's partial; empty text takes the last one back.
    Partial(Partial),
    /// A final segment.
    Segment(Segment),
    /// A new cue, or an [`Effect::EarlyCue`] again whose words are final now. Its evidence is in segments that came before.
    Cue(Cue),
    /// A cue that rests on a partial; the segment of its evidence is still to come. To be shown but not stored: it comes again
    /// as an [`Effect::Cue`] of the same number right after that segment, or goes by [`Effect::CueWithdrawn`].
    EarlyCue(Cue),
    /// An early cue goes: its words were not said after all. Its number isn't given again.
    CueWithdrawn {
        /// The cue's number.
        cue: i64,
    },
    /// A cue's state changed.
    CueState {
        /// The cue's number.
        cue: i64,
        /// Its new state.
        state: CueState,
    },
    /// The numbers so far.
    Metrics(Metrics),
    /// A marked moment.
    Bookmark(Bookmark),
    /// A final was the other channel's, heard again; for the log only.
    EchoDropped {
        /// On which channel.
        channel: Channel,
        /// What it said.
        text: String,
    },
}

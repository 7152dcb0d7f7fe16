//! What goes into a session and what comes out.

use std::ops::Range;

use model::{Bookmark, Channel, Cue, CueState, Metrics, Millis, Partial, Segment, TrackId, Utterance, Verbosity};

/// What a call's host decides beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many cues to show.
    pub verbosity: Verbosity,
    /// Whose side is heard on each track, in order. There may be several of a side, or none.
    pub tracks: Vec<Channel>,
}

/// What a judge found in a segment: see the crate `moments`, of which nothing is known here.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The playbook's entry that it is a case of.
    pub topic: String,
    /// The characters of the segment that tell it.
    pub chars: Range<u32>,
    /// How sure it is: 0 or more, and 1 where nobody has to ask for much to be shown it ([`Verbosity::Normal`]).
    pub margin: f32,
}

/// What a call heard or was told; times are call time. What comes of a track that the call doesn't have is not taken in.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Something that may still be heard otherwise; an empty text takes back what was.
    Partial(TrackId, Utterance),
    /// Something that won't change.
    Final(TrackId, Utterance),
    /// A stretch with speech from the voice detector.
    Voice {
        /// On which track.
        track: TrackId,
        /// From the call's start.
        start: Millis,
        /// From the call's start.
        end: Millis,
    },
    /// What was found in a segment's words beside the phrases; comes a moment after the segment. Of a segment that is no longer among the
    /// newest nothing is made.
    Judged {
        /// The segment's number.
        segment: i64,
        /// The surest first.
        moments: Vec<Moment>,
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
    /// A track's partial; empty text takes the last one back.
    Partial(Partial),
    /// A final segment.
    Segment(Segment),
    /// A new cue, or an [`Effect::EarlyCue`] again whose words are final now. Its evidence is in segments that came before.
    Cue(Cue),
    /// A cue that rests on a partial; the segment of its evidence is still to come. To be shown but not stored: it comes again
    /// as an [`Effect::Cue`] of the same number right after that segment, or goes by [`Effect::CueWithdrawn`]. A promise comes only
    /// once its sentence is complete.
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
    /// A final was the other side's, heard again; for the log only.
    EchoDropped {
        /// On which track.
        track: TrackId,
        /// What it said.
        text: String,
    },
}

//! The live-call engine: events in, effects out.
//!
//! [`Session::handle`] takes what the host heard and returns what it should store and publish. Architecture invariant:
//! no clock, socket, database, thread or await in here; the same events always give the same effects, so a call can be
//! replayed from its log. A session holds a bounded piece of the past (about the last half minute of words and the topics
//! already shown), never the transcript.
//!
//! - [`playbook`]: the sales playbook as data, and the automaton over its phrases.
//! - [`Session`]: one call's timeline: duplicate filter, numbering, cues, pacing, metrics.
//! - [`insight`]: what is written after a call.
//! - [`due_dates`]: dates in spoken promises.
//! - [`sentences`]: where sentences end.
//! - [`model::understands`]: what of all this holds for a call's language.
//!
//! Nothing is made of doubtful words ([`model::calls::is_doubtful`]): no cue, no number, no line of the summary.
//!
//! A cue rests on a final segment: its evidence names a segment's characters. It need not wait for it: a phrase that is
//! stable in a partial brings an [`Effect::EarlyCue`] on the number that the channel's final will get, and the final brings
//! the same cue for good or withdraws it. Which cues stay is decided by the finals alone.

#![warn(missing_docs)]

mod carry_over;
mod coaching;
mod detect;
mod disfluency;
pub mod due_dates;
mod echo;
mod events;
pub mod insight;
mod pacing;
pub mod playbook;
mod promise;
pub mod sentences;
mod session;

pub use events::{Effect, Event, Moment, Settings};
pub use playbook::{Playbook, PlaybookError};
pub use session::Session;

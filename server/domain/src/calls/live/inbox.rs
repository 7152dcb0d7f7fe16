//! What a call's actor is told.

use std::sync::Arc;

use model::wire::{ClientMessage, Frame, Hello, ServerMessage};
use model::{Call, CueState, Problem, TrackId, Verbosity};
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::in_flight::InFlight;
use super::transcription::TrackEvent;
use kernel::Result;

/// To a call's actor.
pub(in crate::calls) enum Input {
    /// A page comes. `call` is as it is now: an actor that was made before consent was given learns of it.
    Join { hello: Hello, call: Box<Call>, sender: mpsc::Sender<ServerMessage>, answer: oneshot::Sender<Joined> },
    /// A page sends audio.
    Frame { page: u64, frame: Frame, in_flight: InFlight },
    /// A page says something else.
    Message { page: u64, message: ClientMessage },
    /// A page said something that can't be read.
    Unreadable { page: u64, problem: Problem },
    /// A page goes.
    Leave { page: u64 },
    /// From a track.
    Track(TrackId, TrackEvent),
    /// The review is written, or could not be.
    Reviewed(Result<(), Problem>),
    /// A cue's state was changed elsewhere.
    Feedback { cue: i64, state: CueState },
    /// The verbosity was changed elsewhere.
    Verbosity(Verbosity),
    /// End the call.
    EndNow { answer: oneshot::Sender<()> },
    /// Close, but leave the call live.
    Shutdown { answer: oneshot::Sender<()> },
}

/// The answer to a page that comes.
pub(in crate::calls) enum Joined {
    /// As this page. A frame is sent with a place of these.
    As(u64, Arc<Semaphore>),
    Refused(Problem),
}

impl Input {
    /// Answers whoever waits, of an actor that closes: nobody waits for an answer that never comes.
    pub(super) fn decline(self) {
        match self {
            Self::Join { answer, .. } => {
                let problem = Problem::new(model::Code::Unavailable, "The call is being closed. Try again in a moment.");
                let _ = answer.send(Joined::Refused(problem));
            }
            Self::EndNow { answer } | Self::Shutdown { answer } => {
                let _ = answer.send(());
            }
            _ => {}
        }
    }
}

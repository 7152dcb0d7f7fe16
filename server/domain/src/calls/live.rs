//! A call while it is live.
//!
//! One task owns it (`actor`): it takes what pages say in order, feeds the engine, and tells every page what happens. Its parts:
//! `connections` (pages, acks, the replay buffer), `intake` (frames to the disk), `transcription` (a task for each track: voice,
//! recognizers, catching up), `engine` (events in, effects out), `assist` (passages for cues), `hearing` (is it heard?), `persist` (write-behind to the database),
//! `sealing` (the recording to the storage that several servers share), `ownership` (which server may write),
//! `ending`. `registry` has the calls of this server, `attach` connects pages to them (`relay` to those of another server), `recover` takes up what was left.
//!
//! A frame's way: page → [`attach()`] → actor (is it the expected one?) → writing thread → disk, and from that thread ack → page and sound →
//! track → recognizer. Words: track → actor → engine → effects → persister and pages. A cue's way goes on beside it: actor → `assist` (the
//! passage that speaks to its words) → actor → persister and pages.

mod actor;
mod assist;
mod attach;
mod clock;
mod committer;
mod connections;
mod ending;
mod engine;
mod hearing;
mod in_flight;
mod inbox;
mod intake;
mod judging;
mod messages;
mod numbered;
mod open;
mod opened_track;
mod ownership;
mod passages;
mod persist;
mod pressure;
mod recover;
mod registry;
mod relay;
mod replay;
mod rows;
mod said;
mod sealing;
mod talk;
mod transcription;
mod words;
mod write_op;
mod writer;

use kernel::DomainError;
use model::Code;

pub use self::attach::{attach, attach_here};
pub use self::recover::recover;
pub(super) use self::recover::rescue;
pub use self::registry::{CallRegistry, shutdown};
pub(super) use self::relay::{CallOrder, order, order_here};
pub use self::relay::{decode as decode_relayed, take_order};
pub(super) use self::sealing::{part, sealed};
pub(crate) use self::transcription::{
    Piece, SpeechGate, StreamClock, Transcriber, TranscriberEvent, TranscriberInput, VOICE_DETECTOR, VoiceDetector, duration_of, join,
};

fn restarts() -> DomainError {
    DomainError::new(Code::Unavailable, "The server restarts. Your recording waits here; the page connects again by itself.")
}

fn overloaded() -> DomainError {
    let message = "This server hears as many calls as it can. Yours starts by itself as soon as there is room; tell your administrator.";
    DomainError::new(Code::Unavailable, message)
}

fn ended() -> DomainError {
    DomainError::new(Code::CallEnded, "This call has ended. Its review is on the call's page.")
}

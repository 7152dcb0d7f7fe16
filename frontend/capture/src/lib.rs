//! What only a browser can do for a call: microphone and tab, the audio worklet, the store of frames that the server has
//! not taken yet, the browser's own speech recognition, and the window above the meeting.
//!
//! Architecture invariant: nothing in the path of audio depends on a timer or on the page being drawn. The audio thread makes
//! frames, a message brings each here, and a callback takes it; a hidden tab loses no sample.
//!
//! What decides without the browser is apart and tested natively: [`timeline`], [`link`], [`support`], [`error`], and the
//! order of [`spool`].

#![warn(missing_docs)]

mod capture;
pub mod clock;
pub mod devices;
pub mod error;
mod feed;
mod js;
pub mod link;
mod meter;
pub mod pip;
mod source;
pub mod speech;
pub mod spool;
pub mod support;
pub mod timeline;

pub use capture::{Capture, CaptureEvent, CapturedFrame};
pub use clock::CallClock;
pub use devices::{Microphone, Permission};
pub use error::{CaptureError, Source};
pub use feed::{Assets, Level};
pub use meter::Meter;
pub use speech::{Recognition, SpeechFailure};
pub use spool::{Spool, SpoolTrouble};
pub use support::Support;

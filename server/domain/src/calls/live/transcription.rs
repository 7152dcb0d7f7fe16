//! From a track's recorded frames to its words: voice detection, the recognizer, and what it could not take at once.

mod catch_up;
mod clock;
mod gate;
mod heard;
mod track;
mod transcriber;
mod voice;

pub(crate) use clock::StreamClock;
pub(crate) use gate::{Piece, SpeechGate, millis as duration_of};
pub(in crate::calls) use track::TrackEvent;
pub(super) use track::{TrackInput, TrackSetup, start};
pub(crate) use transcriber::{Transcriber, TranscriberEvent, TranscriberInput};
pub(crate) use voice::{VERSION as VOICE_DETECTOR, VoiceDetector, join};

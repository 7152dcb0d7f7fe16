//! What has several makers: clock, ids, mail, recognizers; and the sample call. Adapters live in `providers`; tests bring their own.

mod mail;
mod recognizer;
mod sample;
mod time;

pub use mail::{Mail, MailError, Mailer};
pub use recognizer::{Audio, Gate, OpenStream, Recognizer, RecognizerError, RecognizerEvent, RecognizerStream, Utterance};
pub use sample::{SampleCall, SampleTurn};
pub use time::{Clock, Ids, SystemClock, SystemIds};

//! What has several makers: clock, ids, mail, recognizers. Adapters live in `providers`; tests bring their own.

mod mail;
mod recognizer;
mod time;

pub use mail::{Mail, MailError, Mailer};
pub use recognizer::{Audio, Gate, OpenStream, Recognizer, RecognizerError, RecognizerEvent, RecognizerStream, Utterance};
pub use time::{Clock, Ids, SystemClock, SystemIds};

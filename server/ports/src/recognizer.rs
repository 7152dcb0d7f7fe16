use std::sync::Arc;

use async_trait::async_trait;
use model::{Capabilities, Channel, Millis, RecognizerChoice, RecognizerId, TrackId, Utterance};
use tokio::sync::mpsc;

use crate::batch::BatchRecognizer;
use crate::consent::ConsentedAudio;
use crate::guard::Retryable;
use crate::redaction::Outbound;

/// Turns one channel's speech into text.
///
/// Times in its events are stream time: ms since the first sample that was pushed, whatever the call's own time; the host
/// maps them back, since it knows what it pushed. Adapters know nothing of calls.
#[async_trait]
pub trait Recognizer: Send + Sync {
    /// Which one this is. No two of a server have the same id.
    fn id(&self) -> RecognizerId;

    /// Name, model, whether it can be used here and now, and what to know of it.
    fn choice(&self) -> RecognizerChoice;

    /// What it can do. It never changes while the server runs.
    fn capabilities(&self) -> Capabilities;

    /// Opens a stream for one channel. One that can't stream is never asked.
    ///
    /// # Errors
    /// [`RecognizerError`] if it can't be opened; `is_retryable` says whether to try again.
    async fn open(&self, request: OpenStream) -> Result<RecognizerStream, RecognizerError>;

    /// What transcribes whole recordings, where it has a way of its own for that. One that only streams needs none: recordings are pushed
    /// through a stream of it.
    fn batch(&self) -> Option<Arc<dyn BatchRecognizer>> {
        None
    }
}

/// What a stream is opened with.
#[derive(Clone, Debug)]
pub struct OpenStream {
    /// Whose audio comes.
    pub channel: Channel,
    /// On which track.
    pub track: TrackId,
    /// BCP 47 tag.
    pub language: String,
    /// Words to expect.
    pub vocabulary: Vec<Outbound<String>>,
    /// It takes the place of a stream of the same call that was lost. That it can't be opened says nothing new of the recognizer, so its
    /// guard doesn't count it.
    pub reopens: bool,
}

/// An open stream: audio in, events out. Dropping both ends it.
///
/// A stream is one connection, or one run of a program. When that is lost the stream ends with an error that says whether opening another
/// one may help; opening it, and giving it what has not been answered, is the business of who opened this one.
#[derive(Debug)]
pub struct RecognizerStream {
    /// Audio in, bounded. A recognizer that doesn't take audio for long is treated as hung by the host.
    pub audio: mpsc::Sender<Audio>,
    /// Events out, bounded. Ends (`None`) after [`Audio::Finish`] when everything has been said, or after an error. Before an error come
    /// the words that were heard for good.
    pub events: mpsc::Receiver<Result<RecognizerEvent, RecognizerError>>,
}

/// Into a stream.
#[derive(Clone, Debug)]
pub enum Audio {
    /// 16 kHz mono samples, any number.
    Samples(ConsentedAudio),
    /// No more will come: say the rest, then end.
    Finish,
}

/// Out of a stream, in stream time.
#[derive(Clone, Debug, PartialEq)]
pub enum RecognizerEvent {
    /// May still change; replaces the last partial.
    Partial(Utterance),
    /// Will not change any more; takes the partial's place.
    Final(Utterance),
    /// Audio before this stream time was worked through for good, silence too: whatever words were in it have been told as finals. It
    /// needs not be heard again when the stream is lost. A recognizer that gives no such marks is taken to be done up to the end of its
    /// last final.
    Done(Millis),
}

/// Why a recognizer does not recognize.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecognizerError {
    /// It isn't set up.
    #[error("The recognizer isn't set up: {0}")]
    NotConfigured(String),
    /// Its service refuses the key.
    #[error("The recognizer's service refused the key. Check it in the server's configuration.")]
    Authentication,
    /// Its service has no credit or too many streams.
    #[error("The recognizer's service takes no more work: {0}")]
    Quota(String),
    /// It can't do this language.
    #[error("The recognizer can't do the language {0}.")]
    Language(String),
    /// The connection failed or was lost.
    #[error("The connection to the recognizer was lost: {0}")]
    Connection(String),
    /// The program ended by itself.
    #[error("The recognizer's program ended: {0}")]
    Crashed(String),
    /// It does not open in time, or failed so often that it is spared for a moment.
    #[error("The recognizer can't be reached: {0}")]
    Unavailable(String),
    /// It takes no audio, or says nothing in time.
    #[error("The recognizer does not answer any more.")]
    Hung,
    /// What it says isn't its protocol.
    #[error("The recognizer says something that can't be read. The server's log has the details.")]
    Rubbish(String),
    /// It says more than anyone could have spoken.
    #[error("The recognizer says more than anyone could have spoken.")]
    Flooded,
}

impl RecognizerError {
    /// Whether opening it again may help.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Connection(_) | Self::Crashed(_) | Self::Unavailable(_) | Self::Hung)
    }
}

impl Retryable for RecognizerError {
    fn is_retryable(&self) -> bool {
        self.is_retryable()
    }

    fn unavailable(why: String) -> Self {
        Self::Unavailable(why)
    }
}

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use model::{Millis, Utterance};
use tokio::sync::mpsc;

use crate::consent::ConsentedAudio;
use crate::recognizer::{OpenStream, RecognizerError};

/// Makes a transcript of a whole recording, which it may hear to its end before it writes the beginning.
#[async_trait]
pub trait BatchRecognizer: Send + Sync {
    /// Transcribes one channel's recording: utterances in order of time, one after the other, in stream time (ms since the recording's
    /// first sample). They will not change any more. Silence has none.
    ///
    /// Whoever lets go of the future has changed their mind: nothing goes on behind it.
    ///
    /// # Errors
    /// [`RecognizerError`]; then there is no transcript, not even a part of it.
    async fn transcribe(&self, recording: Recording) -> Result<Vec<Utterance>, RecognizerError>;
}

/// One channel's recording, on its way to a [`BatchRecognizer`].
#[derive(Debug)]
pub struct Recording {
    /// Whose audio, in which language, with which words to expect.
    pub request: OpenStream,
    /// How many samples there are in all, 16 kHz mono.
    pub samples: u64,
    /// The audio in order, bounded: it is read from the disk as it is taken. If it ends before there were so many samples, the rest can't
    /// be read, and there is no transcript.
    pub audio: mpsc::Receiver<ConsentedAudio>,
    /// Told how far it is.
    pub progress: Progress,
}

/// How far a recording has been worked through, or at least taken. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicI64>);

impl Progress {
    /// So much is done, in stream time. It never goes back.
    pub fn reached(&self, until: Millis) {
        self.0.fetch_max(until.0, Ordering::Relaxed);
    }

    /// So much was done when it was last told.
    pub fn so_far(&self) -> Millis {
        Millis(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_never_goes_back() {
        let (progress, told) = (Progress::default(), Progress::default());
        let same = progress.clone();
        progress.reached(Millis(5_000));
        same.reached(Millis(4_000));
        assert_eq!((progress.so_far(), same.so_far(), told.so_far()), (Millis(5_000), Millis(5_000), Millis::ZERO));
    }
}

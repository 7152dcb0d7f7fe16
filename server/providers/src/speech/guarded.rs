use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use model::{Capabilities, RecognizerChoice, RecognizerId, Utterance};
use ports::guard::{Guard, Patience};
use ports::{BatchRecognizer, OpenStream, Recognizer, RecognizerError, RecognizerStream, Recording};

use crate::speech::millis_of;

/// Longest that opening a stream takes.
const OPENING: Duration = Duration::from_secs(15);
/// A recognizer that is down is spared for less than a call's transcriber tries to open it, so that each call has asked it once at least before
/// it gives way to the next one.
const SPARED: Duration = Duration::from_secs(2);
/// Longest that a recording takes, besides its own length.
const TRANSCRIBING: Duration = Duration::from_secs(10 * 60);
/// Two channels a call try a few times each.
const FAILURES: u32 = 12;

/// A recognizer whose opening is guarded: a deadline, and all calls together leave it alone for a moment when it is down. It is asked once:
/// trying again, and the next recognizer, are the call's.
pub struct GuardedRecognizer {
    inner: Arc<dyn Recognizer>,
    guard: Guard,
    batch: Option<Arc<GuardedBatch>>,
}

/// What transcribes recordings, with a guard of its own: that one takes long says nothing of live calls. The job tries again.
struct GuardedBatch {
    inner: Arc<dyn BatchRecognizer>,
    guard: Guard,
}

impl GuardedRecognizer {
    /// Guards a recognizer.
    pub fn new(inner: Arc<dyn Recognizer>) -> Self {
        let patience = Patience { deadline: OPENING, tries: 1, failures: FAILURES, spared: SPARED, ..Patience::default() };
        let guard = Guard::new(inner.id().as_str(), patience);
        let batch = inner.batch().map(|batch| {
            let patience = Patience { deadline: TRANSCRIBING, tries: 1, ..Patience::default() };
            Arc::new(GuardedBatch { inner: batch, guard: Guard::new(format!("{}.batch", inner.id()), patience) })
        });
        Self { inner, guard, batch }
    }
}

#[async_trait]
impl Recognizer for GuardedRecognizer {
    fn id(&self) -> RecognizerId {
        self.inner.id()
    }

    fn choice(&self) -> RecognizerChoice {
        self.inner.choice()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn open(&self, request: OpenStream) -> Result<RecognizerStream, RecognizerError> {
        if request.reopens {
            return self.guard.call_again(self.inner.open(request)).await;
        }
        self.guard.call(|| self.inner.open(request.clone())).await
    }

    fn batch(&self) -> Option<Arc<dyn BatchRecognizer>> {
        self.batch.clone().map(|batch| batch as Arc<dyn BatchRecognizer>)
    }
}

#[async_trait]
impl BatchRecognizer for GuardedBatch {
    async fn transcribe(&self, recording: Recording) -> Result<Vec<Utterance>, RecognizerError> {
        // As long as the recording besides: it has to get there.
        let length = Duration::from_millis(millis_of(recording.samples).unsigned_abs());
        self.guard.call_within(TRANSCRIBING + length, self.inner.transcribe(recording)).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::Channel;

    use super::*;
    use crate::conformance::{Speech, english, recognizer_conformance};
    use crate::test_utils::FakeRecognizer;

    #[tokio::test]
    async fn it_passes_the_suite() {
        let call = crate::sample::call();
        let speech = Speech {
            samples: call.samples(Channel::Customer).to_vec(),
            words: vec!["expensive", "security", "pilot"],
            at_least: 3,
            listens: false,
        };
        recognizer_conformance(|| Arc::new(GuardedRecognizer::new(Arc::new(super::super::SampleTranscript::new(call.clone())))), &speech)
            .await;
    }

    async fn open(guarded: &GuardedRecognizer) -> RecognizerError {
        guarded.open(english(Channel::Rep)).await.unwrap_err()
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_down_is_spared_and_asked_again_soon() {
        let down = FakeRecognizer { refuses: Some(RecognizerError::Connection("refused".to_owned())), ..FakeRecognizer::saying([]) };
        let guarded = GuardedRecognizer::new(Arc::new(down));
        for _ in 0..FAILURES {
            assert!(matches!(open(&guarded).await, RecognizerError::Connection(_)));
        }
        let spared = open(&guarded).await;
        assert!(matches!(&spared, RecognizerError::Unavailable(why) if why.contains("left alone")), "{spared}");
        assert!(spared.is_retryable(), "a call tries on");
        tokio::time::advance(SPARED).await;
        assert!(matches!(open(&guarded).await, RecognizerError::Connection(_)));
    }

    #[tokio::test]
    async fn a_call_that_lost_its_stream_keeps_nobody_else_from_it() {
        let down = FakeRecognizer { refuses: Some(RecognizerError::Connection("refused".to_owned())), ..FakeRecognizer::saying([]) };
        let guarded = GuardedRecognizer::new(Arc::new(down));
        for _ in 0..2 * FAILURES {
            let again = OpenStream { reopens: true, ..english(Channel::Rep) };
            assert!(matches!(guarded.open(again).await, Err(RecognizerError::Connection(_))));
        }
        assert!(matches!(open(&guarded).await, RecognizerError::Connection(_)), "asked, not spared");
    }

    #[tokio::test]
    async fn one_that_says_no_is_not_down() {
        let refuses = FakeRecognizer { refuses: Some(RecognizerError::Authentication), ..FakeRecognizer::saying([]) };
        let guarded = GuardedRecognizer::new(Arc::new(refuses));
        for _ in 0..=FAILURES {
            assert_eq!(open(&guarded).await, RecognizerError::Authentication);
        }
    }
}

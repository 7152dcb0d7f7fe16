//! How often one recognizer is opened in a call, and how long to wait in between.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use ports::RecognizerError;

/// Tries in a row before the next recognizer has its turn, while this one has answered nothing in this call: some 4 s in all.
const TRIES: u32 = 4;
/// The same for one that works, or whose connection was lost: some 40 s in all, so that a service that is away for a moment is not
/// given up.
const TRIES_OF_ONE_THAT_WORKED: u32 = 10;
/// Before the second try. All tries together last longer than a guard spares a recognizer that is down (2 s), so each call has asked it.
const PAUSE: Duration = Duration::from_millis(600);
/// Before the first try after a lost stream.
const PAUSE_AFTER_LOSS: Duration = Duration::from_millis(250);
/// A pause is doubled so many times at most: 8 s after a loss.
const DOUBLINGS: u32 = 5;

/// What became of one recognizer's streams so far.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// Tries in a row without an answer.
    failures: u32,
    /// A stream of it was open in this call.
    had_stream: bool,
    /// It has answered something in this call, or its connection was lost.
    worked: bool,
}

impl Attempts {
    /// Whether it was never tried before.
    pub(super) const fn is_first(&self) -> bool {
        self.failures == 0
    }

    /// Whether a stream of it was open before.
    pub(super) const fn had_stream(&self) -> bool {
        self.had_stream
    }

    /// A stream is open.
    pub(super) const fn opened(&mut self) {
        self.had_stream = true;
    }

    /// A try failed; `answered` if its stream had answered something first. The pause before the next try; none if the next recognizer
    /// has its turn.
    pub(super) fn failed(&mut self, error: &RecognizerError, answered: bool) -> Option<Duration> {
        self.failures = if answered { 1 } else { self.failures + 1 };
        self.worked |= answered || (self.had_stream && matches!(error, RecognizerError::Connection(_)));
        // A stream that was lost a moment ago may still be counted by the service.
        let may_help = error.is_retryable() || (self.had_stream && matches!(error, RecognizerError::Quota(_)));
        let limit = if self.worked { TRIES_OF_ONE_THAT_WORKED } else { TRIES };
        if !may_help || self.failures >= limit {
            return None;
        }
        let first = if self.worked { PAUSE_AFTER_LOSS } else { PAUSE };
        Some((first * (1 << (self.failures - 1).min(DOUBLINGS))).mul_f64(jitter()))
    }
}

/// 0.5 to 1.5, so that many streams that were lost together don't come back together.
fn jitter() -> f64 {
    let random = RandomState::new().hash_one(0_u8);
    0.5 + (random >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> RecognizerError {
        RecognizerError::Connection("it ended".to_owned())
    }

    fn quota() -> RecognizerError {
        RecognizerError::Quota("too many streams at a time".to_owned())
    }

    /// Tries until the next recognizer's turn: how many, and how long they waited.
    fn exhaust(attempts: &mut Attempts, error: &RecognizerError) -> (u32, Duration) {
        let (mut tries, mut waited) = (1, Duration::ZERO);
        while let Some(pause) = attempts.failed(error, false) {
            tries += 1;
            waited += pause;
        }
        (tries, waited)
    }

    #[test]
    fn one_that_never_answered_soon_gives_way() {
        let (tries, waited) = exhaust(&mut Attempts::default(), &lost());
        assert_eq!(tries, TRIES);
        // A guard spares it for 2 s.
        assert!(waited > Duration::from_secs(2) && waited < Duration::from_secs(7), "{waited:?}");
    }

    #[test]
    fn one_that_worked_is_waited_for_and_every_answer_counts_anew() {
        let mut attempts = Attempts::default();
        attempts.opened();
        assert!(attempts.failed(&lost(), true).is_some_and(|pause| pause <= PAUSE_AFTER_LOSS.mul_f64(1.5)));
        for _ in 0..5 {
            assert!(attempts.failed(&lost(), false).is_some());
        }
        assert!(attempts.failed(&lost(), true).is_some());
        let (tries, waited) = exhaust(&mut attempts, &lost());
        assert_eq!(tries, TRIES_OF_ONE_THAT_WORKED - 1);
        assert!(waited > Duration::from_secs(15) && waited < Duration::from_secs(65), "{waited:?}");
    }

    #[test]
    fn a_quota_is_waited_for_right_after_a_loss_only() {
        assert_eq!(Attempts::default().failed(&quota(), false), None);
        let mut attempts = Attempts::default();
        attempts.opened();
        assert!(attempts.failed(&lost(), true).is_some());
        assert!(attempts.failed(&quota(), false).is_some());
    }

    #[test]
    fn what_trying_again_does_not_help_gives_way_at_once() {
        let mut attempts = Attempts::default();
        attempts.opened();
        assert!(attempts.failed(&lost(), true).is_some());
        for error in [RecognizerError::Authentication, RecognizerError::Rubbish("{".to_owned()), RecognizerError::Flooded] {
            assert_eq!(attempts.failed(&error, false), None);
        }
    }

    #[test]
    fn a_program_that_crashes_at_once_soon_gives_way() {
        let mut attempts = Attempts::default();
        attempts.opened();
        assert_eq!(exhaust(&mut attempts, &RecognizerError::Crashed("exit code 1".to_owned())).0, TRIES);
    }
}

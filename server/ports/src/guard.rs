//! What every call of a provider goes through: a deadline, retries with jittered pauses, and a breaker that spares a provider that is
//! down, and those who would wait for it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// An error that knows whether trying again may help.
pub trait Retryable {
    /// Whether the same again may work.
    fn is_retryable(&self) -> bool;
    /// How long the provider asks to wait, if it does.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
    /// The error for a provider that took too long, or is spared.
    fn unavailable(why: String) -> Self;
}

/// How patient a guard is.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For one try.
    pub deadline: Duration,
    /// Tries in all.
    pub tries: u32,
    /// Before the second try; twice as long before each further one, each a half shorter or longer at random.
    pub pause: Duration,
    /// After so many failures in a row the provider is spared.
    pub failures: u32,
    /// For so long; then one call tries whether it is back.
    pub spared: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let (deadline, pause, spared) = (Duration::from_secs(60), Duration::from_millis(250), Duration::from_secs(30));
        Self { deadline, tries: 2, pause, failures: 5, spared }
    }
}

/// The guard of one provider. Its state is the provider's, whoever calls.
#[derive(Debug)]
pub struct Guard {
    name: String,
    patience: Patience,
    state: Mutex<BreakerState>,
}

#[derive(Debug, Default)]
struct BreakerState {
    failures: u32,
    /// Since when it is spared.
    open: Option<Instant>,
    /// Somebody tries whether it is back.
    trying: bool,
    random: u32,
}

impl Guard {
    /// A guard of the provider of this name (for metrics).
    pub fn new(name: impl Into<String>, patience: Patience) -> Self {
        Self { name: name.into(), patience, state: Mutex::new(BreakerState { random: 0x9e37_79b9, ..BreakerState::default() }) }
    }

    /// Calls the provider. `call` is made anew for each try.
    ///
    /// # Errors
    /// The provider's last one; unavailable if it took too long or is spared.
    pub async fn call<T, E: Retryable, F: Future<Output = Result<T, E>>>(&self, call: impl Fn() -> F) -> Result<T, E> {
        let mut tried = 0;
        loop {
            let admitted = self.admit().map_err(E::unavailable)?;
            tried += 1;
            let start = Instant::now();
            let done = match tokio::time::timeout(self.patience.deadline, call()).await {
                Ok(done) => done,
                Err(_) => Err(E::unavailable(format!("it took longer than {} s", self.patience.deadline.as_secs_f32()))),
            };
            let outcome = match &done {
                Ok(_) => "done",
                Err(error) if error.is_retryable() => "failed",
                // It answered: what is wrong is what was asked.
                Err(_) => "refused",
            };
            metrics::histogram!("closezly_provider_seconds", "provider" => self.name.clone(), "outcome" => outcome)
                .record(start.elapsed().as_secs_f64());
            admitted.note(outcome == "failed");
            match done {
                Err(error) if error.is_retryable() && tried < self.patience.tries => {
                    let pause = error.retry_after().unwrap_or_else(|| self.pause(tried));
                    // Whoever asks to wait for longer than a call may take is asked again by who called.
                    if pause > self.patience.deadline {
                        return Err(error);
                    }
                    tokio::time::sleep(pause).await;
                }
                done => return done,
            }
        }
    }

    fn state<T>(&self, with: impl FnOnce(&mut BreakerState) -> T) -> T {
        with(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn admit(&self) -> Result<Admitted<'_>, String> {
        self.state(|state| match state.open {
            None => Ok(Admitted { guard: self, is_trial: false }),
            Some(since) if since.elapsed() >= self.patience.spared && !state.trying => {
                state.trying = true;
                Ok(Admitted { guard: self, is_trial: true })
            }
            Some(_) => Err(format!("{} failed {} times in a row and is left alone for a moment", self.name, state.failures)),
        })
    }

    fn pause(&self, tried: u32) -> Duration {
        // Numerical Recipes' linear congruential generator: good enough to spread tries.
        let random = self.state(|state| {
            state.random = state.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state.random >> 16) / f64::from(u16::MAX)
        });
        self.patience.pause.mul_f64(2_f64.powi(tried.cast_signed() - 1) * (0.5 + random))
    }
}

/// One call that may be made. Whoever makes it may stop waiting: then another may try.
struct Admitted<'a> {
    guard: &'a Guard,
    is_trial: bool,
}

impl Admitted<'_> {
    fn note(self, failed: bool) {
        self.guard.state(|state| {
            state.failures = if failed { state.failures.saturating_add(1) } else { 0 };
            state.open = (state.failures >= self.guard.patience.failures).then(Instant::now);
        });
    }
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        if self.is_trial {
            self.guard.state(|state| state.trying = false);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    enum Wrong {
        Away(String),
        Refused,
    }

    impl Retryable for Wrong {
        fn is_retryable(&self) -> bool {
            matches!(self, Self::Away(_))
        }

        fn unavailable(why: String) -> Self {
            Self::Away(why)
        }
    }

    struct Provider {
        asked: AtomicU32,
        guard: Guard,
    }

    impl Provider {
        fn new() -> Self {
            let patience = Patience { deadline: Duration::from_secs(5), tries: 3, failures: 4, ..Patience::default() };
            Self { asked: AtomicU32::new(0), guard: Guard::new("test", patience) }
        }

        /// Answers with what it says of the how-manieth call this is.
        async fn ask(&self, answer: impl Fn(u32) -> Result<u32, Wrong>) -> Result<u32, Wrong> {
            self.guard.call(|| async { answer(self.asked.fetch_add(1, Ordering::SeqCst) + 1) }).await
        }

        fn asked(&self) -> u32 {
            self.asked.load(Ordering::SeqCst)
        }
    }

    fn away<T>() -> Result<T, Wrong> {
        Err(Wrong::Away("away".to_owned()))
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_tried_again_and_what_stays_is_not() {
        let provider = Provider::new();
        assert_eq!(provider.ask(|call| if call < 3 { away() } else { Ok(call) }).await, Ok(3));
        assert_eq!(provider.ask(|_| Err(Wrong::Refused)).await, Err(Wrong::Refused));
        assert_eq!(provider.asked(), 4, "asked once");
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_is_down_is_spared_and_tried_by_one() {
        let provider = Provider::new();
        assert!(provider.ask(|_| away()).await.is_err());
        let Err(Wrong::Away(why)) = provider.ask(|_| away()).await else { panic!("it is down") };
        assert!(why.contains("4 times in a row"), "{why}");
        assert_eq!(provider.asked(), 4);
        assert!(provider.ask(Ok).await.is_err(), "spared");
        assert_eq!(provider.asked(), 4, "nobody waits for it");
        tokio::time::advance(Duration::from_secs(31)).await;
        assert!(provider.ask(|_| Err(Wrong::Refused)).await.is_err());
        assert_eq!(provider.ask(Ok).await, Ok(6), "it answers again");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_tries_and_stops_waiting_leaves_it_to_the_next() {
        let provider = Provider::new();
        for _ in 0..2 {
            assert!(provider.ask(|_| away()).await.is_err());
        }
        tokio::time::advance(Duration::from_secs(31)).await;
        let trial = provider.guard.call(std::future::pending::<Result<u32, Wrong>>);
        assert!(tokio::time::timeout(Duration::from_secs(1), trial).await.is_err(), "it was not waited for");
        assert!(provider.ask(Ok).await.is_ok(), "another one tries");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let provider = Provider::new();
        let hung = provider.guard.call(|| async {
            provider.asked.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<Result<u32, Wrong>>().await
        });
        let start = Instant::now();
        let Err(Wrong::Away(why)) = hung.await else { panic!("it hangs") };
        assert!(why.contains("longer than 5 s") && start.elapsed() < Duration::from_secs(20), "{why}");
        assert_eq!(provider.asked(), 3);
    }
}

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
            let (done, failed) = self.measured(self.patience.deadline, call()).await;
            admitted.note(failed);
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

    /// Calls the provider once, spared or not, and holds no failure against it: for who goes on with what worked a moment ago, and would
    /// otherwise have one loss counted many times. That it answers is noted.
    ///
    /// # Errors
    /// The provider's; unavailable if it took too long.
    pub async fn call_again<T, E: Retryable>(&self, call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let (done, failed) = self.measured(self.patience.deadline, call).await;
        if !failed {
            self.note(false);
        }
        done
    }

    /// Calls the provider once, with a deadline of this call's own: for work whose length is known. There are no further tries.
    ///
    /// # Errors
    /// The provider's; unavailable if it took too long or is spared.
    pub async fn call_within<T, E: Retryable>(&self, deadline: Duration, call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let admitted = self.admit().map_err(E::unavailable)?;
        let (done, failed) = self.measured(deadline, call).await;
        admitted.note(failed);
        done
    }

    /// One call within a deadline, metered; whether it failed, as opposed to being answered with a refusal.
    async fn measured<T, E: Retryable>(&self, deadline: Duration, call: impl Future<Output = Result<T, E>>) -> (Result<T, E>, bool) {
        let start = Instant::now();
        let done = match tokio::time::timeout(deadline, call).await {
            Ok(done) => done,
            Err(_) => Err(E::unavailable(format!("it took longer than {} s", deadline.as_secs_f32()))),
        };
        let outcome = match &done {
            Ok(_) => "done",
            Err(error) if error.is_retryable() => "failed",
            // It answered: what is wrong is what was asked.
            Err(_) => "refused",
        };
        metrics::histogram!("closezly_provider_seconds", "provider" => self.name.clone(), "outcome" => outcome)
            .record(start.elapsed().as_secs_f64());
        (done, outcome == "failed")
    }

    /// Notes how a call went.
    fn note(&self, failed: bool) {
        self.state(|state| {
            state.failures = if failed { state.failures.saturating_add(1) } else { 0 };
            state.open = (state.failures >= self.patience.failures).then(Instant::now);
        });
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
        self.guard.note(failed);
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
mod tests;

//! Call time in the page.

use model::Millis;

use crate::js;

/// Turns the page's monotonic clock into call time. Made from what the server says (`Welcome::now`), so that both agree
/// on when the call began, whatever the computer's wall clock shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallClock {
    /// The `performance.now()` of call time 0; negative when the page is younger than the call.
    zero: f64,
}

impl CallClock {
    /// A clock that shows `call_now` at the instant `performance_now` (ms, as `performance.now()` gives it).
    pub fn new(call_now: Millis, performance_now: f64) -> Self {
        Self { zero: performance_now - call_now.0 as f64 }
    }

    /// A clock that shows `call_now` at this moment.
    pub fn starting_at(call_now: Millis) -> Self {
        Self::new(call_now, js::performance_now())
    }

    /// Call time at an instant of `performance.now()`, in ms with fractions; negative before the call.
    pub fn at(&self, performance_now: f64) -> f64 {
        performance_now - self.zero
    }

    /// Call time now, in ms with fractions.
    pub fn now_ms(&self) -> f64 {
        self.at(js::performance_now())
    }

    /// Call time now, never negative.
    pub fn now(&self) -> Millis {
        Millis(self.now_ms().max(0.0) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_was_reloaded_in_mid_call_is_younger_than_the_call() {
        let clock = CallClock::new(Millis(60_000), 800.0);
        assert_eq!(clock.at(800.0), 60_000.0);
        assert_eq!(clock.at(1_050.5), 60_250.5);
    }
}

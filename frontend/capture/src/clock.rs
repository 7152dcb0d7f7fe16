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

    /// Call time now, in ms with fractions.
    pub fn now_ms(&self) -> f64 {
        js::performance_now() - self.zero
    }

    /// Call time now, never negative.
    pub fn now(&self) -> Millis {
        Millis(self.now_ms().max(0.0) as i64)
    }
}

//! Call time.

use std::time::Duration;

use model::Millis;
use model::wire::Frame;
use tokio::time::Instant;

/// A call's own clock, in ms since the call started, on a clock of the machine that never jumps.
#[derive(Default)]
pub(super) struct CallClock {
    /// Call time zero; none before the first frame.
    epoch: Option<Instant>,
}

impl CallClock {
    /// Starts it at zero.
    pub(super) fn start(&mut self) {
        self.epoch = Some(Instant::now());
    }

    /// Goes on in a call that started so long ago, by the wall clock or by what is recorded, whichever is later: 0 to 24 hours.
    pub(super) fn resume(&mut self, wall: Millis, recorded: Millis) {
        let elapsed = wall.max(recorded).0.clamp(0, Frame::MAX_CAPTURED_AT);
        self.epoch = Some(Instant::now() - Duration::from_millis(elapsed.unsigned_abs()));
    }

    /// Whether the call has started.
    pub(super) fn runs(&self) -> bool {
        self.epoch.is_some()
    }

    /// Now; zero before the call has started.
    pub(super) fn now(&self) -> Millis {
        self.epoch.map_or(Millis::ZERO, |epoch| Millis(i64::try_from(epoch.elapsed().as_millis()).unwrap_or(i64::MAX)))
    }
}

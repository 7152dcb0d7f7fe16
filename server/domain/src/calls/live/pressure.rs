//! Whether this server takes on more than it can: then a new call is refused with a sentence, rather than all of them being late.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// A frame that takes longer than this from the socket to the disk is late.
const LATE: Duration = Duration::from_millis(100);
/// How long frames are counted together, in seconds.
const WINDOW: u64 = 5;
/// Fewer frames than this in a window tell nothing: some seconds of three calls.
const TELLING: u32 = 300;
/// So many of a hundred late frames are too many.
const TOO_MANY: u32 = 5;

/// Counts late frames of all calls of a server, window by window.
#[derive(Debug, Default)]
pub(super) struct Pressure {
    /// Which window is being counted.
    window: AtomicU64,
    frames: AtomicU32,
    late: AtomicU32,
    /// Whether there was too much in the last whole window, and which that was.
    overloaded: AtomicU64,
}

impl Pressure {
    /// A frame took so long, `at` so many seconds of any steady clock.
    pub(super) fn count(&self, took: Duration, at: u64) {
        let now = at / WINDOW;
        if self.window.swap(now, Ordering::Relaxed) != now {
            let (frames, late) = (self.frames.swap(0, Ordering::Relaxed), self.late.swap(0, Ordering::Relaxed));
            if frames >= TELLING && late >= frames / 100 * TOO_MANY {
                self.overloaded.store(now, Ordering::Relaxed);
            }
        }
        self.frames.fetch_add(1, Ordering::Relaxed);
        if took > LATE {
            self.late.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether too many frames were late a moment ago.
    pub(super) fn is_too_much(&self, at: u64) -> bool {
        let overloaded = self.overloaded.load(Ordering::Relaxed);
        overloaded > 0 && at / WINDOW <= overloaded + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(late_of_hundred: u32) -> Pressure {
        let pressure = Pressure::default();
        for at in 100..106 {
            for frame in 0..200 {
                let took = if frame % 100 < late_of_hundred { 150 } else { 20 };
                pressure.count(Duration::from_millis(took), at);
            }
        }
        pressure
    }

    #[test]
    fn too_many_late_frames_are_too_much_until_they_are_fewer() {
        assert!(!windows(0).is_too_much(106));
        assert!(!windows(4).is_too_much(106));
        let pressure = windows(6);
        assert!(pressure.is_too_much(106));
        assert!(pressure.is_too_much(114));
        assert!(!pressure.is_too_much(115), "nothing was heard of it since");
    }

    #[test]
    fn a_few_frames_tell_nothing() {
        let pressure = Pressure::default();
        for at in 100..106 {
            for _ in 0..20 {
                pressure.count(Duration::from_secs(1), at);
            }
        }
        assert!(!pressure.is_too_much(106));
    }
}

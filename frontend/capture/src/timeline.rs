//! When a sample was captured: counted, not stamped, so that frames don't jitter with the page's thread.

use model::Millis;
use model::wire::SAMPLE_RATE;

/// Samples per millisecond.
const PER_MS: f64 = SAMPLE_RATE as f64 / 1000.0;
/// A gap is believed from here. Below lie the device clock's drift (a few 100 ms in hours) and the computer's scheduling.
const GAP_MS: f64 = 500.0;

/// When a frame came, by the clocks that there are.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Call time, in ms, when the page got it.
    pub call_ms: f64,
    /// The computer's clock when the audio thread sent it, in ms since 1970.
    pub sent_ms: f64,
    /// The same clock when the page got it.
    pub received_ms: f64,
}

/// Call times of one channel's samples. Time moves on by counting samples from an anchor; the anchor is set at the begin, after a
/// pause and after a change of device, and when the audio clock has stood still (a suspended context, a sleeping computer).
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    anchor: Option<Anchor>,
    /// Call time at the end of the last frame: frames of a channel never overlap.
    end: f64,
}

#[derive(Clone, Copy, Debug)]
struct Anchor {
    sample: u64,
    call_ms: f64,
    sent_ms: f64,
}

/// A frame's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Call time of its first sample.
    pub captured_at: Millis,
    /// Time without audio right before it that nobody asked for.
    pub gap: Option<Millis>,
}

impl Timeline {
    /// The next frame begins at a new place in time: after a pause or on another device.
    pub fn lift(&mut self) {
        self.anchor = None;
    }

    /// Places a frame of `samples` that begins with the channel's sample `first`.
    pub fn place(&mut self, first: u64, samples: usize, arrival: Arrival) -> Placed {
        let length = samples as f64 / PER_MS;
        // The audio thread sends a frame when its last sample is there. Transit is the page's delay, not the frame's.
        let transit = (arrival.received_ms - arrival.sent_ms).clamp(0.0, 60_000.0);
        let fresh = Anchor { sample: first, call_ms: (arrival.call_ms - transit - length).max(0.0), sent_ms: arrival.sent_ms - length };
        let Some(anchor) = self.anchor else {
            self.anchor = Some(fresh);
            return self.at(fresh.call_ms, length, None);
        };
        let counted = first.saturating_sub(anchor.sample) as f64 / PER_MS;
        let due = anchor.call_ms + counted;
        // How far the samples are behind, by both clocks: a busy page is late by the first only, a wall clock that
        // was set by the second only; a gap is what both see.
        let by_page = arrival.call_ms - length - due;
        let by_sender = fresh.sent_ms - anchor.sent_ms - counted;
        let behind = by_page.min(by_sender);
        if behind > GAP_MS {
            self.anchor = Some(Anchor { call_ms: due + behind, ..fresh });
            return self.at(due + behind, length, Some(Millis(behind as i64)));
        }
        self.at(due, length, None)
    }

    fn at(&mut self, start: f64, length: f64, gap: Option<Millis>) -> Placed {
        let start = start.max(self.end);
        self.end = start + length;
        Placed { captured_at: Millis(start.round() as i64), gap }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WALL: f64 = 1.8e12;

    /// A frame that was captured up to `call_ms` and came `late` ms after.
    fn arrival(call_ms: f64, late: f64) -> Arrival {
        Arrival { call_ms: call_ms + late, sent_ms: WALL + call_ms, received_ms: WALL + call_ms + late }
    }

    fn placed(ms: i64) -> Placed {
        Placed { captured_at: Millis(ms), gap: None }
    }

    #[test]
    fn a_pause_and_a_gap_move_time_on() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.place(0, 1_600, arrival(1_100.0, 3.0)), placed(1_000));
        assert_eq!(timeline.place(1_600, 1_600, arrival(1_200.0, 900.0)), placed(1_100), "a busy page is no gap");
        timeline.lift();
        assert_eq!(timeline.place(3_200, 1_600, arrival(9_300.0, 1.0)), placed(9_200));
        let gap = timeline.place(4_800, 1_600, arrival(14_400.0, 1.0));
        assert_eq!(gap.gap, Some(Millis(5_000)));
        assert!((14_299..=14_301).contains(&gap.captured_at.0), "{gap:?}");
        assert_eq!(timeline.place(6_400, 1_600, arrival(14_500.0, 1.0)).gap, None);
    }

    #[test]
    fn a_wall_clock_that_jumps_changes_nothing() {
        let mut timeline = Timeline::default();
        timeline.place(0, 1_600, arrival(100.0, 0.0));
        for jump in [3_600_000.0, -3_600_000.0] {
            let moved = Arrival { call_ms: 200.0, sent_ms: WALL + 200.0 + jump, received_ms: WALL + 200.0 + jump };
            assert_eq!(timeline.clone().place(1_600, 1_600, moved), placed(100));
        }
        // Set between sending and receiving.
        let odd = Arrival { call_ms: 200.0, sent_ms: WALL + 200.0, received_ms: WALL - 3_600_000.0 };
        assert_eq!(timeline.place(1_600, 1_600, odd), placed(100));
    }

    proptest! {
        #[test]
        fn frames_are_contiguous_whatever_the_page_does(lates in prop::collection::vec(0.0..20_000.0_f64, 1..200)) {
            let mut timeline = Timeline::default();
            for (n, late) in lates.into_iter().enumerate() {
                let place = timeline.place(n as u64 * 1_600, 1_600, arrival((n + 1) as f64 * 100.0, late));
                prop_assert_eq!(place, placed(n as i64 * 100));
            }
        }

        #[test]
        fn frames_never_overlap(steps in prop::collection::vec((any::<bool>(), 0.0..5_000.0_f64, -1e6..1e6_f64), 1..100)) {
            let mut timeline = Timeline::default();
            let (mut call, mut end) = (0.0, 0);
            for (n, (lift, passed, wall)) in steps.into_iter().enumerate() {
                if lift {
                    timeline.lift();
                }
                call += passed;
                let moved = Arrival { call_ms: call, sent_ms: WALL + call + wall, received_ms: WALL + call };
                let place = timeline.place(n as u64 * 1_600, 1_600, moved);
                prop_assert!(place.captured_at.0 >= end, "{:?} begins before {}", place, end);
                end = place.captured_at.0 + 100;
            }
        }
    }
}

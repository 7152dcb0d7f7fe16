//! Frames on their way from a page's socket to the disk, and whether the time they take says something of this server.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Frames between a page's socket and the tracks; while there are more, sockets aren't read, so that pages hold their frames back.
pub(super) const MAX_IN_FLIGHT: usize = 512;

/// While more of a call's frames are on their way its page may be sending what it has kept, or this server is far behind.
const FEW: usize = 16;
/// A page that sends more than this in a second sends what it has kept: two channels have twenty, and a network holds some up.
const SPOKEN: u32 = 50;

/// Whether a page's frames come at the pace of speech. What it sends faster is late for its own reasons, and says nothing of this server.
#[derive(Debug, Default)]
pub(super) struct Pace {
    since: Option<Instant>,
    frames: u32,
    was_faster: bool,
}

impl Pace {
    /// A frame comes now: whether those of this second and of the one before came as they were spoken.
    fn is_spoken(&mut self, now: Instant) -> bool {
        if self.since.is_none_or(|since| now.duration_since(since) >= Duration::from_secs(1)) {
            *self = Self { since: Some(now), frames: 0, was_faster: self.frames > SPOKEN };
        }
        self.frames += 1;
        !self.was_faster && self.frames <= SPOKEN
    }
}

/// The place of a frame that is on its way; free when this is dropped.
#[derive(Debug)]
pub(in crate::calls) struct InFlight {
    _place: OwnedSemaphorePermit,
    received: Instant,
    is_spoken: bool,
}

impl InFlight {
    /// Waits for a place.
    pub(super) async fn take(places: &Arc<Semaphore>, pace: &mut Pace) -> Option<Self> {
        let place = Arc::clone(places).acquire_owned().await.ok()?;
        let received = Instant::now();
        let is_spoken = pace.is_spoken(received) || places.available_permits() + FEW >= MAX_IN_FLIGHT;
        Some(Self { _place: place, received, is_spoken })
    }

    /// How long its frame has been on its way; none if that says nothing of this server.
    pub(super) fn took(&self) -> Option<Duration> {
        self.is_spoken.then(|| self.received.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of so many frames a second, for five seconds, count as spoken.
    fn spoken(pace: &mut Pace, from: Instant, a_second: u32) -> usize {
        let times = (0..a_second * 5).map(|frame| from + Duration::from_secs(5) * frame / (a_second * 5));
        times.filter(|at| pace.is_spoken(*at)).count()
    }

    #[tokio::test]
    async fn what_is_sent_faster_than_speech_says_nothing_of_the_server() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert_eq!(spoken(&mut pace, now, 20), 100, "however many of them still wait here");
        assert_eq!(spoken(&mut pace, now + Duration::from_secs(5), 1_000), 50, "the first ones of a replay");
        assert_eq!(spoken(&mut pace, now + Duration::from_secs(11), 20), 80, "a second later it is known that it is over");
    }
}

//! How much a client may say at once.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// So many messages at once: what a page has kept over an outage.
const BURST: u32 = 500;
/// Afterwards one in this time: far more than anybody says, or notes.
const EVERY: Duration = Duration::from_millis(20);

/// Slows a client down that says more than people do: it is read no faster, and nothing of it is lost. Sound has limits of its own.
#[derive(Debug)]
pub(super) struct Talk {
    /// When everything that was said would have been said at the pace that goes on for ever.
    paced_until: Instant,
}

impl Talk {
    #[allow(clippy::disallowed_methods, reason = "spacing of messages, not call time")]
    pub(super) fn new() -> Self {
        Self { paced_until: Instant::now() }
    }

    /// Waits until one more message may be taken.
    #[allow(clippy::disallowed_methods, reason = "spacing of messages, not call time")]
    pub(super) async fn wait(&mut self) {
        let now = Instant::now();
        self.paced_until = self.paced_until.max(now) + EVERY;
        let ahead = self.paced_until - now;
        if let Some(wait) = ahead.checked_sub(EVERY * BURST) {
            sleep(wait).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_a_flood_waits() {
        let (started, mut talk) = (Instant::now(), Talk::new());
        for _ in 0..BURST {
            talk.wait().await;
        }
        assert_eq!(started.elapsed(), Duration::ZERO);
        for _ in 0..100 {
            talk.wait().await;
        }
        assert_eq!(started.elapsed(), EVERY * 100);
        sleep(Duration::from_secs(60)).await;
        let later = Instant::now();
        for _ in 0..BURST {
            talk.wait().await;
        }
        assert_eq!(later.elapsed(), Duration::ZERO);
    }
}

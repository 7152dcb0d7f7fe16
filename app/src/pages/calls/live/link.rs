//! How the page stands with the server, in words.

use model::{Code, Millis, Problem};

use crate::pages::calls::words;

/// The connection of a live page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LinkState {
    /// Opening for the first time.
    #[default]
    Connecting,
    /// Open; everything captured is on the server.
    CaughtUp,
    /// Open; this much has been captured and isn't confirmed yet.
    Behind(Millis),
    /// Lost; this much waits in the browser.
    Lost(Millis),
    /// The server won't have this page; the sentence says why.
    Refused(Problem),
    /// Over: the call has ended and everything was sent.
    Closed,
}

/// Waiting audio up to here is the normal way of a frame, and no news.
pub const UNREMARKABLE: Millis = Millis(1_500);

impl LinkState {
    /// An open connection with this much not confirmed yet.
    pub fn open(waiting: Millis) -> Self {
        if waiting <= UNREMARKABLE { Self::CaughtUp } else { Self::Behind(waiting) }
    }

    /// The connection in words.
    pub fn words(&self) -> String {
        match self {
            Self::Connecting => "Connecting".to_owned(),
            Self::CaughtUp => "All caught up".to_owned(),
            Self::Behind(waiting) => format!("Catching up, {} to send", words::length(*waiting)),
            Self::Lost(Millis(0)) => "Connection lost, trying again".to_owned(),
            Self::Lost(waiting) => format!("Recording locally, {} waiting", words::length(*waiting)),
            Self::Refused(problem) if problem.code == Code::CallOpenElsewhere => "Looking on".to_owned(),
            Self::Refused(_) => "Not connected".to_owned(),
            Self::Closed => "Everything is on the server".to_owned(),
        }
    }

    /// Whether this page takes no part in the call: what is said and asked here reaches nobody.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    /// Whether the server can't be reached.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Lost(_))
    }

    /// Whether the person should look at it.
    pub fn needs_attention(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Refused(_))
    }
}

/// How long to wait before attempt number `attempt` (0 for the first) to connect again: 0.3 s, doubling up to 5 s.
pub fn backoff(attempt: u32) -> Millis {
    Millis((300_i64 << attempt.min(5)).min(5_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_connection_says_what_waits() {
        assert_eq!(LinkState::Lost(Millis(14_200)).words(), "Recording locally, 14 s waiting");
        assert_eq!(LinkState::Lost(Millis(0)).words(), "Connection lost, trying again");
    }

    #[test]
    fn the_normal_way_of_a_frame_is_no_news() {
        assert_eq!(LinkState::open(Millis(300)).words(), "All caught up");
        assert_eq!(LinkState::open(Millis(4_000)).words(), "Catching up, 4 s to send");
    }

    #[test]
    fn waiting_grows_and_stays_bounded() {
        let waits: Vec<_> = (0..8).map(|attempt| backoff(attempt).0).collect();
        assert_eq!(waits, [300, 600, 1_200, 2_400, 4_800, 5_000, 5_000, 5_000]);
        assert_eq!(backoff(u32::MAX), Millis(5_000));
    }
}

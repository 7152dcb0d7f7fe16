//! How far a build is, in words.

use std::time::Duration;

use super::read::Piece;
use crate::step::time;

/// What part of its time a build from nothing has taken when this part of its crates is done: the many small ones come first, the few
/// large ones, ours among them, last. Measured (`docs/adr/0013-build-times.md`).
const COURSE: [(f64, f64); 7] = [(0.0, 0.0), (0.2, 0.08), (0.4, 0.18), (0.6, 0.31), (0.8, 0.55), (0.99, 0.72), (1.0, 1.0)];

/// Earlier than this nothing is foretold.
const TOO_EARLY: Duration = Duration::from_secs(20);

/// A build on its way.
pub struct State {
    name: String,
    /// What was done before cargo began to count, its number of units, and when that was.
    first: Option<(usize, usize)>,
    done: usize,
    of: usize,
    now: String,
    downloading: bool,
    since: Duration,
}

impl State {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), first: None, done: 0, of: 0, now: String::new(), downloading: false, since: Duration::ZERO }
    }

    /// Takes in what cargo has told, `elapsed` after the start.
    pub fn take(&mut self, piece: Piece, elapsed: Duration) {
        match piece {
            Piece::Bar { done, of, now } => {
                if self.first.is_none() {
                    self.first = Some((done, of));
                    self.since = elapsed;
                }
                (self.done, self.of, self.now, self.downloading) = (done, of, now, false);
            }
            Piece::Downloading => self.downloading = true,
            Piece::Status | Piece::Text(_) => {}
        }
    }

    /// `   server: 312 of 641 crates, about 2 min left (1 min 20 s so far): tokio, sqlx`
    pub fn line(&self, elapsed: Duration) -> String {
        let name = &self.name;
        let Some((before, _)) = self.first else {
            let what = if self.downloading { "downloading crates" } else { "cargo looks at what has changed" };
            return format!("   {name}: {what}, {}", time(elapsed));
        };
        let (done, of) = (self.done.saturating_sub(before), self.of.saturating_sub(before));
        let left = self.left(elapsed).map(|left| format!(", about {} left", roughly(left))).unwrap_or_default();
        let now = if self.now.is_empty() { String::new() } else { format!(": {}", self.now) };
        format!("   {name}: {done} of {of} crates, {}{left}{now}", time(elapsed))
    }

    /// Foretold where nearly everything is to be compiled: only then is the course the one that was measured.
    fn left(&self, elapsed: Duration) -> Option<Duration> {
        let (before, of) = self.first?;
        let spent = elapsed.saturating_sub(self.since);
        if before * 4 > of || spent < TOO_EARLY {
            return None;
        }
        let past = course(self.done as f64 / self.of.max(1) as f64);
        (past > 0.02).then(|| spent.mul_f64((1.0 - past) / past))
    }
}

/// The part of the time at this part of the crates, straight from point to point.
fn course(crates: f64) -> f64 {
    let leg = COURSE.iter().zip(&COURSE[1..]).rfind(|((from, _), _)| crates >= *from);
    leg.map_or(0.0, |((from, past), (to, then))| past + (then - past) * ((crates - from) / (to - from)).min(1.0))
}

/// `40 s`, `5 min`: no more exact than it is known.
fn roughly(left: Duration) -> String {
    let seconds = left.as_secs();
    if seconds < 55 { format!("{} s", seconds.div_ceil(10).max(1) * 10) } else { format!("{} min", (seconds + 30) / 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn bar(done: usize, now: &str) -> Piece {
        Piece::Bar { done, of: 600, now: now.to_owned() }
    }

    #[test]
    fn a_build_from_nothing_tells_what_is_left() {
        let mut state = State::new("server");
        assert_eq!(state.line(seconds(1)), "   server: cargo looks at what has changed, 1.0 s");
        state.take(Piece::Downloading, seconds(2));
        assert_eq!(state.line(seconds(2)), "   server: downloading crates, 2.0 s");
        state.take(bar(0, "libc"), seconds(3));
        assert_eq!(state.line(seconds(9)), "   server: 0 of 600 crates, 9.0 s: libc");
        state.take(bar(360, "tokio, sqlx"), seconds(99));
        assert_eq!(state.line(seconds(99)), "   server: 360 of 600 crates, 1 min 39 s, about 4 min left: tokio, sqlx");
        state.take(bar(598, "server"), seconds(290));
        assert!(state.line(seconds(290)).contains("about 30 s left"), "{}", state.line(seconds(290)));
    }

    #[test]
    fn a_change_counts_only_what_it_compiles_and_foretells_nothing() {
        let mut state = State::new("server");
        state.take(bar(597, "domain"), seconds(1));
        state.take(bar(598, "app"), seconds(31));
        assert_eq!(state.line(seconds(31)), "   server: 1 of 3 crates, 31.0 s: app");
    }

    #[test]
    fn the_course_goes_from_nothing_to_all() {
        assert!(course(0.0).abs() < 1e-9 && (course(1.0) - 1.0).abs() < 1e-9 && (course(0.5) - 0.245).abs() < 1e-9);
    }
}

//! Running test binaries by nextest, and reading what it prints.

use std::fs;
use std::num::NonZero;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};

use super::build::{Built, Executable, metadata};
use crate::process::cargo;
use crate::test::tee::tee;
use crate::test::{Outcome, tools};
use crate::workspace;

/// A part that takes longer than this hangs; a single test has a limit of its own (`.config/nextest.toml`).
const LIMIT: Duration = Duration::from_secs(40 * 60);

/// Runs these binaries' tests; `give` puts into their environment what they rely on.
pub fn run(built: &Built, executables: &[&Executable], label: &str, give: impl FnOnce(&mut Command)) -> Result<Outcome> {
    let file = workspace::test_tools().join(format!("{label}-binaries.json"));
    fs::create_dir_all(workspace::test_tools())?;
    fs::write(&file, metadata(built, executables)?.to_string())?;
    let mut command = Command::new(tools::nextest()?);
    command
        .args(["nextest", "run", "--no-fail-fast", "--color", "never", "--show-progress", "none", "--no-output-indent"])
        // Half of the time they wait (for leases, pauses, processes): two for each core. Those that measure time run alone.
        .args(["--test-threads", &(2 * cores()).to_string()])
        // What a test that passes prints is where it says that it was skipped.
        .args(["--failure-output", "immediate", "--success-output", "immediate", "--binaries-metadata"])
        .arg(file)
        .current_dir(workspace::root())
        .env("CARGO", cargo().get_program())
        .env("CARGO_TARGET_DIR", workspace::target());
    give(&mut command);

    let mut reader = Reader::default();
    let status = tee(&mut command, LIMIT, |line| reader.read(line));
    let mut outcome = reader.outcome;
    match status {
        Ok(status) if status.success() || outcome.counts.failed > 0 => {}
        Ok(status) => outcome.check(Err(anyhow!("{label}: nextest ended with {status}"))),
        Err(error) => outcome.check(Err(error.context(label.to_owned()))),
    }
    Ok(outcome)
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Reads nextest's report line by line.
#[derive(Default)]
struct Reader {
    outcome: Outcome,
    /// The lines are what a test printed that passed.
    quiet: bool,
    /// The tests are over; what follows names those that failed.
    over: bool,
}

impl Reader {
    /// Whether the line is worth showing.
    fn read(&mut self, line: &str) -> bool {
        if let Some(counts) = line.trim_start().strip_prefix("Summary [") {
            self.over = true;
            self.quiet = false;
            self.count(counts);
        } else if let Some((status, took, name)) = status(line) {
            self.quiet = matches!(status, "PASS" | "LEAK" | "SLOW");
            if self.over {
                self.outcome.failures.push(format!("{name} ({status})"));
            } else if status != "SLOW" {
                self.outcome.tests.push((took, name.to_owned()));
            }
        } else if line.starts_with("skipped: ") {
            // nextest counts it as passed; it was not run.
            self.outcome.counts.skipped += 1;
        } else {
            return !self.quiet;
        }
        true
    }

    /// `   0.047s] 5 tests run: 2 passed (1 slow, 1 leaky), 2 failed, 1 timed out, 1 skipped`
    fn count(&mut self, summary: &str) {
        let Some((_, counts)) = summary.split_once(" run: ") else { return };
        let counts: String = counts.split('(').map(|piece| piece.split_once(')').map_or(piece, |(_, rest)| rest)).collect();
        let said = self.outcome.counts.skipped;
        for (number, word) in counts.split(',').filter_map(|piece| piece.trim().split_once(' ')) {
            let number = number.parse().unwrap_or(0);
            match word.trim() {
                "passed" => self.outcome.counts.passed += number,
                "skipped" => self.outcome.counts.skipped += number,
                _ => self.outcome.counts.failed += number,
            }
        }
        self.outcome.counts.passed = self.outcome.counts.passed.saturating_sub(said);
    }
}

/// `        PASS [   0.005s] store::suite calls::listed` → its first word, the time and the test's name.
fn status(line: &str) -> Option<(&str, Duration, &str)> {
    let (status, rest) = line.trim_start().split_once(" [")?;
    let (time, name) = rest.split_once("] ")?;
    let is_status = status.len() >= 4 && status.bytes().all(|letter| letter.is_ascii_uppercase() || matches!(letter, b'-' | b' '));
    let seconds = time.trim_start_matches(['>', ' ']).strip_suffix('s')?.parse().ok()?;
    let took = Duration::try_from_secs_f64(seconds).ok()?;
    is_status.then(|| (status, took, name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::Counts;

    const REPORT: &str = "
    Starting 5 tests across 3 binaries (1 test skipped)
        PASS [   0.017s] providers embedding::local::reads
── stdout ──
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 4 filtered out; finished in 0.00s
── stderr ──
skipped: reads: no model
        FAIL [   0.137s] domain bad
oh
     SIGABRT [   0.011s] domain crash
        SLOW [> 60.000s] domain slow
     TIMEOUT [   3.004s] domain slow
────────────
     Summary [   3.034s] 5 tests run: 2 passed (1 slow, 1 leaky), 2 failed, 1 timed out, 1 skipped
        FAIL [   0.137s] domain bad
     SIGABRT [   0.011s] domain crash
     TIMEOUT [   3.004s] domain slow
error: test run failed";

    #[test]
    fn a_report_is_read() {
        let mut reader = Reader::default();
        let shown: Vec<&str> = REPORT.lines().filter(|line| reader.read(line)).collect();
        assert_eq!(reader.outcome.counts, Counts { passed: 1, failed: 3, skipped: 2 });
        assert_eq!(reader.outcome.failures, ["domain bad (FAIL)", "domain crash (SIGABRT)", "domain slow (TIMEOUT)"]);
        let times: Vec<_> = reader.outcome.tests.iter().map(|(time, name)| (time.as_millis(), name.as_str())).collect();
        assert_eq!(times, [(17, "providers embedding::local::reads"), (137, "domain bad"), (11, "domain crash"), (3004, "domain slow")]);
        assert!(shown.contains(&"oh") && shown.contains(&"skipped: reads: no model"), "{shown:?}");
        assert!(!shown.iter().any(|line| line.starts_with("test result")), "what a test printed that passed is not shown: {shown:?}");
    }

    #[test]
    fn only_nextests_own_lines_are_statuses() {
        assert_eq!(status("        PASS [   0.005s] store calls::listed"), Some(("PASS", Duration::from_millis(5), "store calls::listed")));
        for other in ["INFO [main] hello", "PASS [yes] x", "pass [   0.005s] x", "a [1.0s] b", ""] {
            assert_eq!(status(other), None, "{other}");
        }
    }
}

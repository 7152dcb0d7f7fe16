//! Examples in the documentation: rustdoc's harness runs them, nextest can't.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::process::cargo;
use crate::test::Outcome;
use crate::test::tee::tee;

const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Runs the examples of a selection of packages.
pub fn run(selection: &[&str]) -> Result<Outcome> {
    let mut command = cargo();
    command.args(["test", "--doc", "--quiet"]).args(selection);
    watch(&mut command, "documentation")
}

/// Runs a program that reports as Rust's test harness does.
fn watch(command: &mut Command, label: &str) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let status = tee(command, LIMIT, |line| {
        read(line, label, &mut outcome);
        true
    });
    match status {
        Ok(status) if status.success() || outcome.counts.failed > 0 => {}
        // A crash: the harness had no time to say which test it was.
        Ok(status) => outcome.check(Err(anyhow!("{label}: the tests ended with {status}"))),
        Err(error) => outcome.check(Err(error.context(label.to_owned()))),
    }
    Ok(outcome)
}

/// Reads one line of the harness.
fn read(line: &str, label: &str, outcome: &mut Outcome) {
    if let Some(rest) = line.strip_prefix("test result: ") {
        let count = |word: &str| {
            let before = rest.split([';', '.']).find_map(|piece| piece.trim().strip_suffix(word))?;
            before.trim().parse::<u64>().ok()
        };
        outcome.counts.passed += count("passed").unwrap_or(0);
        outcome.counts.failed += count("failed").unwrap_or(0);
        outcome.counts.skipped += count("ignored").unwrap_or(0);
    } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
        outcome.failures.push(format!("{label}: {name}"));
    } else if line.starts_with("skipped: ") {
        // The harness counts it as passed; it was not run.
        outcome.counts.skipped += 1;
        outcome.counts.passed = outcome.counts.passed.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::Counts;

    #[test]
    fn the_harness_is_read() {
        let mut outcome = Outcome::default();
        for line in [
            "running 4 tests",
            "test wire::round_trip ... ok",
            "test wire::foreign_call ... FAILED",
            "test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.10s",
        ] {
            read(line, "model", &mut outcome);
        }
        assert_eq!(outcome.counts, Counts { passed: 12, failed: 1, skipped: 2 });
        assert_eq!(outcome.failures, ["model: wire::foreign_call"]);
    }

    #[test]
    fn a_binary_that_crashes_is_a_failure() {
        let outcome = watch(Command::new("sh").args(["-c", "echo running 3 tests; kill -SEGV $$"]), "live").unwrap_or_default();
        assert_eq!(outcome.counts.failed, 1);
        assert!(outcome.failures[0].contains("live: the tests ended with"), "{:?}", outcome.failures);
    }
}

//! The documentation, and the examples in it, which rustdoc's harness runs; nextest can't.
//!
//! `cargo doc` would have all dependencies checked once more: it reads other files of them than a program does that is linked. Examples are linked, so
//! `cargo test --doc` finds what the tests are linked with. It is told to start this program instead of rustdoc, which then starts rustdoc
//! twice, side by side: as it was asked to, and for the pages themselves.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::process::cargo;
use crate::test::Outcome;
use crate::test::tee::tee;
use crate::workspace;

const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Set where cargo starts this program as rustdoc: the folder for the pages.
const AS_RUSTDOC: &str = "CLOSEZLY_XTASK_AS_RUSTDOC";

/// Writes the pages of a selection of packages, and runs their examples.
pub fn run(selection: &[&str]) -> Result<Outcome> {
    let mut command = cargo();
    super::build::linting(&mut command)?.args(["test", "--doc", "--quiet", "--no-fail-fast"]).args(selection);
    command.env("RUSTDOC", env::current_exe()?).env(AS_RUSTDOC, workspace::target().join("doc"));
    watch(&mut command, "documentation")
}

/// What to do where cargo has started this program as rustdoc; none if it has not.
pub fn as_rustdoc() -> Option<Result<ExitCode>> {
    let pages = env::var_os(AS_RUSTDOC)?;
    Some(rustdoc(&pages, &env::args_os().skip(1).collect::<Vec<_>>()))
}

fn rustdoc(pages: &OsStr, arguments: &[OsString]) -> Result<ExitCode> {
    let of_pages = without_test(arguments);
    let pages = of_pages.map(|arguments| {
        let mut command = Command::new("rustdoc");
        command.args(arguments).args(["--document-private-items", "-D", "warnings", "-o"]).arg(pages);
        command.stdout(Stdio::null()).spawn()
    });
    let asked = Command::new("rustdoc").args(arguments).status()?;
    if let Some(pages) = pages {
        let held = pages?.wait()?.success();
        // As the harness says it.
        let name =
            arguments.iter().skip_while(|word| *word != "--crate-name").nth(1).map(|name| name.to_string_lossy()).unwrap_or_default();
        if !held {
            println!("test {name} ... FAILED");
        }
        println!("test result: {}. {} passed; {} failed; 0 ignored", if held { "ok" } else { "FAILED" }, u8::from(held), u8::from(!held));
    }
    Ok(if asked.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The arguments without what is for examples only; none if they are for something else.
fn without_test(arguments: &[OsString]) -> Option<Vec<OsString>> {
    const WITH_VALUE: [&str; 3] = ["--test-run-directory", "--test-args", "--test-builder"];
    if !arguments.iter().any(|word| word == "--test") {
        return None;
    }
    let mut left = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        if WITH_VALUE.contains(&&*text) {
            words.next();
        } else if text != "--test" && text != "--no-run" && !WITH_VALUE.iter().any(|flag| text.starts_with(&format!("{flag}="))) {
            left.push(word.clone());
        }
    }
    Some(left)
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
    fn the_pages_are_written_with_what_the_examples_are_linked_with() {
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        let asked = words(
            "--edition=2024 --crate-type lib --crate-name live --test live/src/lib.rs --test-run-directory /house/live --test-args --quiet --extern model=/t/m.rlib",
        );
        assert_eq!(
            without_test(&asked),
            Some(words("--edition=2024 --crate-type lib --crate-name live live/src/lib.rs --extern model=/t/m.rlib"))
        );
        assert_eq!(without_test(&words("--version")), None);
    }

    #[test]
    fn a_binary_that_crashes_is_a_failure() {
        let outcome = watch(Command::new("sh").args(["-c", "echo running 3 tests; kill -SEGV $$"]), "live").unwrap_or_default();
        assert_eq!(outcome.counts.failed, 1);
        assert!(outcome.failures[0].contains("live: the tests ended with"), "{:?}", outcome.failures);
    }
}

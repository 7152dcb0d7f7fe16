//! The parts that are Rust tests: built by one cargo call, then run one binary after the other.
//!
//! One call for all parts, because the features of shared dependencies depend on what is selected: two selections would build them twice.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use super::postgres::Postgres;
use super::tee::tee;
use super::{Outcome, Part, tools};
use crate::process::cargo;
use crate::workspace;

/// A test binary that takes longer than this hangs.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// What the journeys start. Both belong to the one call that builds the tests: alone they would be compiled again with fewer features.
pub const JOURNEYS: [&str; 4] = ["--bin", "closezly", "--bin", "deepgram-upstream"];

/// A test binary as cargo built it.
struct Executable {
    package: String,
    target: String,
    /// Cargo's word: `lib`, `bin`, `test` …
    kind: String,
    path: PathBuf,
    folder: PathBuf,
}

impl Executable {
    fn part(&self) -> Part {
        match (self.package.as_str(), self.kind.as_str()) {
            ("store", _) => Part::Store,
            ("server", "test") => Part::Http,
            _ => Part::Unit,
        }
    }
}

/// Everything the Rust parts share, made when the first of them needs it.
pub struct RustTests {
    selection: Vec<&'static str>,
    programs: Vec<&'static str>,
    built: Option<Built>,
    environment: Option<Environment>,
}

struct Built {
    executables: Vec<Executable>,
    /// `closezly`.
    server: Option<PathBuf>,
    /// False if something did not compile.
    complete: bool,
}

struct Environment {
    postgres: Postgres,
    python: PathBuf,
    minilm: PathBuf,
}

impl RustTests {
    /// Selects what has to be compiled for these parts; for the browser's too, if the server is among it anyway.
    pub fn new(parts: &[Part]) -> Self {
        let (unit, http) = (parts.contains(&Part::Unit), parts.contains(&Part::Http));
        let journeys = parts.contains(&Part::Browser) && (unit || http);
        let mut selection = Vec::new();
        if unit {
            selection.extend(["--workspace", "--exclude", "frontend"]);
        } else {
            if parts.contains(&Part::Store) {
                selection.extend(["--package", "store"]);
            }
            if http {
                selection.extend(["--package", "server"]);
            }
            if journeys {
                selection.extend(["--package", "providers"]);
            }
        }
        let programs = if journeys { JOURNEYS.to_vec() } else { Vec::new() };
        Self { selection, programs, built: None, environment: None }
    }

    /// The server's binary, if these tests had it built, and the journeys' other programs with it.
    pub fn server_binary(&self) -> Option<PathBuf> {
        if self.programs.is_empty() {
            return None;
        }
        self.built.as_ref()?.server.clone()
    }

    /// Runs one part's tests.
    pub fn run(&mut self, part: Part) -> Result<Outcome> {
        let environment = match self.environment.take() {
            Some(environment) => environment,
            None => Environment::start()?,
        };
        let environment = self.environment.insert(environment);
        let built = match self.built.take() {
            Some(built) => built,
            None => build(&self.selection, &self.programs)?,
        };
        let built = self.built.insert(built);

        let mut outcome = Outcome::default();
        if !built.complete {
            outcome.check(Err(anyhow!("not everything compiles: the errors are above")));
        }
        for executable in built.executables.iter().filter(|executable| executable.part() == part) {
            outcome.add(executable.run(environment)?);
        }
        if part == Part::Unit && built.complete {
            println!("── examples in the documentation");
            let mut command = cargo();
            command.args(["test", "--doc", "--quiet"]).args(&self.selection);
            outcome.add(watch(&mut command, "documentation")?);
        }
        if outcome.counts == super::Counts::default() {
            bail!("there are no tests in this part");
        }
        Ok(outcome)
    }
}

impl Environment {
    fn start() -> Result<Self> {
        let python = tools::python()?;
        tools::tesseract();
        Ok(Self { postgres: Postgres::start(&python)?, minilm: tools::minilm()?, python })
    }
}

fn build(selection: &[&str], programs: &[&str]) -> Result<Built> {
    let mut command = cargo();
    // `build --tests` is `test --no-run` that goes on after an error: one broken crate does not hide the others' tests.
    command.args(["build", "--tests", "--keep-going", "--message-format", "json-render-diagnostics"]);
    let output = command.args(selection).args(programs).stderr(Stdio::inherit()).output().context("could not start cargo")?;
    let mut built = Built { executables: Vec::new(), server: None, complete: output.status.success() };
    let mut seen = BTreeSet::new();
    for message in output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok()) {
        let Some(path) = message["executable"].as_str().map(PathBuf::from) else { continue };
        let target = message["target"]["name"].as_str().unwrap_or_default().to_owned();
        let kind = message["target"]["kind"][0].as_str().unwrap_or_default().to_owned();
        if message["profile"]["test"].as_bool() == Some(true) && seen.insert(path.clone()) {
            let manifest = message["manifest_path"].as_str().map(PathBuf::from).context("cargo named no manifest")?;
            let folder = manifest.parent().map(PathBuf::from).ok_or_else(|| anyhow!("{} has no folder", manifest.display()))?;
            built.executables.push(Executable { package: package(&message, &folder), target, kind, path, folder });
        } else if kind == "bin" && target == "closezly" {
            built.server = Some(path);
        }
    }
    built.executables.sort_by(|a, b| (&a.folder, &a.kind, &a.target).cmp(&(&b.folder, &b.kind, &b.target)));
    Ok(built)
}

/// The package's name: cargo's id ends in `#name@version`, or in `/name#version` where the folder has the package's name.
fn package(message: &Value, folder: &std::path::Path) -> String {
    let id = message["package_id"].as_str().unwrap_or_default();
    match id.rsplit_once('#').and_then(|(_, name)| name.split_once('@')) {
        Some((name, _)) => name.to_owned(),
        None => folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
    }
}

impl Executable {
    fn run(&self, environment: &Environment) -> Result<Outcome> {
        println!("── {} · {} {}", self.package, self.kind, self.target);
        let mut command = Command::new(&self.path);
        command
            // What a test that passes prints is where it says that it was skipped.
            .arg("--show-output")
            .current_dir(&self.folder)
            // As cargo would: some tests look for their files by it.
            .env("CARGO_MANIFEST_DIR", &self.folder)
            .env("CARGO_TARGET_DIR", workspace::target())
            .env("CLOSEZLY_TEST_POSTGRES", &environment.postgres.url)
            .env("CLOSEZLY_TEST_PYTHON", &environment.python)
            .env("CLOSEZLY_TEST_MOTO", environment.python.with_file_name("moto_server"))
            .env("CLOSEZLY_TEST_MINILM", &environment.minilm);
        if self.package == "server" && self.kind == "test" {
            // Several servers at once in one process, as no one runs them, can leave a page unanswered: leptos keeps state that
            // is the process's own. Alone, none did in thousands of requests.
            command.arg("--test-threads=1");
        }
        watch(&mut command, &self.package)
    }
}

/// Runs a program that reports as Rust's test harness does.
fn watch(command: &mut Command, label: &str) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let status = tee(command, LIMIT, |line| read(line, label, &mut outcome));
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

//! `cargo xtask test`: everything, on a fresh machine, with one summary at the end.
//!
//! A part that fails does not stop the ones after it. What the parts need and the machine has not is installed on the way (`tools`).
//!
//! What tests may rely on, all of it set here:
//! - `CLOSEZLY_TEST_POSTGRES`: address of a PostgreSQL with pgvector that lives as long as the run.
//! - `CLOSEZLY_TEST_PYTHON`: a Python that has the packages of `end2end/requirements.txt` (PocketSphinx among them).
//! - `CLOSEZLY_TEST_MOTO`: the program `moto_server`, an S3 server; whoever wants one starts it.
//! - `CLOSEZLY_BIN`, `CLOSEZLY_SITE_DIR`, `CHROMIUM` (journeys in the browser only).
//!
//! A test that can't run (the recordings of `../shared` are absent) prints one line `skipped: <test>: <why>` and passes; the summary
//! counts it as skipped.

mod ahead;
mod area;
mod browser;
mod deps;
mod postgres;
mod rust_tests;
mod schemathesis;
mod summary;
mod tee;
pub mod tools;

use std::cmp::Reverse;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::build::{HOUSE, WASM, wasm_target};
use crate::process::{cargo, run};
use crate::progress;
use crate::step::{self, step};
use crate::workspace::Mode;
use ahead::Ahead;
pub use browser::playwright;
pub use postgres::Postgres;
use rust_tests::RustTests;
pub use rust_tests::as_rustdoc;

/// The parts, in the order they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// rustfmt
    Format,
    /// clippy on both targets
    Lint,
    /// rustdoc: broken links, examples
    Docs,
    /// what may not be in the dependency trees, what is declared and not used
    Deps,
    /// unit and property tests, of the browser's crates too
    Unit,
    /// the store on SQLite and PostgreSQL
    Store,
    /// the real router over HTTP
    Http,
    /// every operation of the OpenAPI document, asked by schemathesis
    Schemathesis,
    /// journeys in a real Chromium
    Browser,
    /// what `new-area` writes, in a scratch copy: it compiles, its tests pass
    Area,
}

/// How many tests of a part are named for their time.
const SLOWEST: usize = 5;

/// What came of a part.
struct Report {
    part: Part,
    counts: Counts,
    /// Names of what failed, or one sentence.
    failures: Vec<String>,
    time: Duration,
    /// What the part did, and how long each took.
    steps: Vec<(String, Duration)>,
    slowest: Vec<(Duration, String)>,
}

/// Tests of a part; a check without tests of its own counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// What a part hands back when it came to its end, failures included.
#[derive(Debug, Default)]
struct Outcome {
    counts: Counts,
    failures: Vec<String>,
    /// Tests of which it is known how long they took.
    tests: Vec<(Duration, String)>,
}

impl Outcome {
    /// One check that held.
    fn held() -> Self {
        Self { counts: Counts { passed: 1, ..Counts::default() }, ..Self::default() }
    }

    /// Adds a check: it held, or it is a failure with its sentence.
    fn check(&mut self, result: Result<()>) {
        match result {
            Ok(()) => self.counts.passed += 1,
            Err(error) => {
                println!("   {error:#}");
                self.counts.failed += 1;
                self.failures.push(format!("{error:#}"));
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.counts.passed += other.counts.passed;
        self.counts.failed += other.counts.failed;
        self.counts.skipped += other.counts.skipped;
        self.failures.extend(other.failures);
        self.tests.extend(other.tests);
    }
}

/// Prints the parts.
pub fn list() {
    for part in Part::value_variants() {
        let value = part.to_possible_value();
        let help = value.as_ref().and_then(|value| value.get_help()).map(ToString::to_string).unwrap_or_default();
        println!("{:<12} {help}", part.name());
    }
}

impl Part {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Runs the parts (none named: all) and returns an error if anything failed.
pub fn test(only: &[Part]) -> Result<()> {
    let parts: Vec<Part> = Part::value_variants().iter().copied().filter(|part| only.is_empty() || only.contains(part)).collect();
    let ahead = Ahead::new(&parts);
    if !parts.contains(&Part::Lint) {
        ahead.start();
    }
    let mut rust_tests = RustTests::new(&parts)?;
    // What was done to get here belongs to no part.
    let _ = step::taken();
    let mut reports = Vec::new();
    for part in &parts {
        println!("══ {}", part.name());
        let start = Instant::now();
        let outcome = match part {
            Part::Format => format(),
            Part::Lint => lint(&ahead, &mut rust_tests),
            Part::Docs => rust_tests.document(),
            Part::Deps => Ok(deps::check()),
            Part::Unit | Part::Store | Part::Http => rust_tests.run(*part, &ahead),
            Part::Schemathesis => ahead.wait().and_then(|()| schemathesis::run(rust_tests.server_binary())),
            Part::Browser => browser::run(&ahead, rust_tests.server_binary(), rust_tests.postgres()),
            // The last: its server takes the place of the one that the journeys start.
            Part::Area => ahead.wait().and_then(|()| area::check()),
        };
        reports.push(Report::new(*part, outcome, start.elapsed()));
    }
    drop(rust_tests);
    println!("{}", summary::table(&reports));
    let failed = reports.iter().any(|report| report.counts.failed > 0);
    // The very last line is for programs that count.
    println!("{}", summary::last_line(&reports));
    if failed {
        std::process::exit(1);
    }
    Ok(())
}

impl Report {
    fn new(part: Part, outcome: Result<Outcome>, time: Duration) -> Self {
        let outcome = outcome.unwrap_or_else(|error| {
            let mut outcome = Outcome::default();
            outcome.check(Err(error));
            outcome
        });
        let mut slowest = outcome.tests;
        slowest.sort_by_key(|(time, _)| Reverse(*time));
        slowest.truncate(SLOWEST);
        Self { part, counts: outcome.counts, failures: outcome.failures, time, steps: step::taken(), slowest }
    }
}

fn format() -> Result<Outcome> {
    run(cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Outcome::held())
}

/// The pages of a debug build too. Flags don't reach what runs while compiling.
const LINTED: &str = "--cfg erase_components -C debug-assertions=on";

fn lint(ahead: &Ahead, rust_tests: &mut RustTests) -> Result<Outcome> {
    wasm_target()?;
    let mut outcome = Outcome::default();
    let mut clippy = |name: &str, command: &mut Command| {
        outcome.check(step(name, || progress::run(name, command.args(["--keep-going", "--", "-D", "warnings"]))));
    };
    let packages = ["--package", "frontend", "--package", "capture", "--package", "worklet", "--target", WASM];
    // As the journeys' build is: what runs while compiling (macros, build scripts) is compiled once for both.
    let profile = ["--profile", Mode::Release.wasm_profile()];
    clippy("browser", cargo().arg("clippy").args(packages).args(profile).env("RUSTFLAGS", LINTED).env("RUSTC_BOOTSTRAP", "1"));
    ahead.start();
    if rust_tests.is_whole() {
        outcome.check(rust_tests.lint());
    } else {
        clippy("server", cargo().arg("clippy").args(HOUSE).arg("--all-targets"));
        clippy("xtask", cargo().args(["clippy", "--package", "xtask", "--all-targets"]));
    }
    Ok(outcome)
}

/// Turns one failed condition into an error with its sentence.
fn ensure(holds: bool, sentence: impl FnOnce() -> String) -> Result<()> {
    if !holds {
        bail!(sentence());
    }
    Ok(())
}

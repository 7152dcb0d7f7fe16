//! The parts that are Rust tests: built by one cargo call, then run by nextest, a process a test.
//!
//! One call for all parts, because the features of shared dependencies depend on what is selected: two selections would build them twice.
//! This program is apart, as cargo builds it for `cargo xtask`: its libraries are large, and have been compiled already.

mod build;
mod documentation;
mod nextest;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, anyhow, bail};

use super::ahead::Ahead;
use super::postgres::Postgres;
use super::{Outcome, Part, ensure, tools};
use crate::build::HOUSE;
use crate::models::models;
use crate::step::step;
use crate::workspace;
use build::Built;
pub use documentation::as_rustdoc;

/// What the journeys start. Both belong to the one call that builds the tests: alone they would be compiled again with fewer features.
pub const JOURNEYS: [&str; 4] = ["--bin", "closezly", "--bin", "deepgram-upstream"];

/// Everything the Rust parts share, made when the first of them needs it.
pub struct RustTests {
    /// What is compiled: each by one cargo call, ours first.
    selections: Vec<Vec<String>>,
    programs: Vec<&'static str>,
    built: Option<Built>,
    environment: Option<Environment>,
}

/// What tests find in their environment.
struct Environment {
    postgres: Postgres,
    python: PathBuf,
    minilm: PathBuf,
    models: PathBuf,
}

impl RustTests {
    /// Selects what has to be compiled for these parts; for those that run the server too, if it is among it anyway.
    pub fn new(parts: &[Part]) -> Result<Self> {
        let (unit, http) = (parts.contains(&Part::Unit), parts.contains(&Part::Http));
        let runs_server = parts.iter().any(|part| matches!(part, Part::Browser | Part::Schemathesis)) && (unit || http);
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut selections = Vec::new();
        if unit {
            // Examples and benchmarks are linted too.
            let house = HOUSE.iter().chain(&["--all-targets"]).map(ToString::to_string).collect();
            selections.extend([house, words(&["--package", "xtask"])]);
        } else if http {
            let mut selection = words(&HOUSE);
            selection.extend(servers_tests()?);
            if parts.contains(&Part::Store) {
                selection.extend(words(&["--test", "suite", "--lib"]));
            }
            selections.push(selection);
        } else if parts.contains(&Part::Store) {
            selections.push(words(&["--package", "store"]));
        }
        let programs = if runs_server { JOURNEYS.to_vec() } else { Vec::new() };
        Ok(Self { selections, programs, built: None, environment: None })
    }

    /// The server's binary, if these tests had it built, and the journeys' other programs with it.
    pub fn server_binary(&self) -> Option<PathBuf> {
        if self.programs.is_empty() {
            return None;
        }
        self.built.as_ref()?.server.clone()
    }

    /// Address of the PostgreSQL, if these tests have started one.
    pub fn postgres(&self) -> Option<String> {
        self.environment.as_ref().map(|environment| environment.postgres.url.clone())
    }

    /// Whether all of the house is compiled for these tests, and linted with it.
    pub fn is_whole(&self) -> bool {
        self.selections.iter().flatten().any(|word| word == "--all-targets")
    }

    /// Compiles, if it has not been: what it complains of.
    pub fn lint(&mut self) -> Result<()> {
        let built = self.built()?;
        ensure(built.complete, || "not everything compiles: the errors are above".to_owned())?;
        ensure(built.warnings == 0, || format!("{} warnings, which are above", built.warnings))
    }

    /// The documentation, and the examples in it.
    pub fn document(&mut self) -> Result<Outcome> {
        self.built()?;
        step("write the documentation, run its examples", || documentation::run(&HOUSE))
    }

    fn built(&mut self) -> Result<&Built> {
        tools::cmake()?;
        let built = match self.built.take() {
            Some(built) => built,
            None => step("compile the tests, with lints", || build::build(&self.selections, &self.programs))?,
        };
        Ok(self.built.insert(built))
    }

    /// Runs one part's tests.
    pub fn run(&mut self, part: Part, ahead: &Ahead) -> Result<Outcome> {
        if self.environment.is_none() {
            self.environment = Some(Environment::start()?);
        }
        self.built()?;
        ahead.wait()?;
        let (Some(built), Some(environment)) = (&self.built, &self.environment) else { bail!("the tests were not compiled") };

        let mut outcome = Outcome::default();
        if !built.complete {
            outcome.check(Err(anyhow!("not everything compiles: the errors are above")));
        }
        let executables: Vec<_> = built.executables.iter().filter(|executable| executable.part() == part).collect();
        if !executables.is_empty() {
            outcome.add(step("run the tests", || nextest::run(built, &executables, &part.name(), |command| environment.give(command)))?);
        }
        if outcome.counts == super::Counts::default() {
            bail!("there are no tests in this part");
        }
        Ok(outcome)
    }
}

/// Names every test binary of the server: each is a folder with a `main.rs`.
fn servers_tests() -> Result<Vec<String>> {
    let mut words = Vec::new();
    for entry in fs::read_dir(workspace::root().join("server/tests"))? {
        let entry = entry?;
        if entry.path().join("main.rs").is_file() {
            words.extend(["--test".to_owned(), entry.file_name().to_string_lossy().into_owned()]);
        }
    }
    Ok(words)
}

impl Environment {
    fn start() -> Result<Self> {
        let python = tools::python()?;
        tools::tesseract();
        tools::proxies();
        Ok(Self { postgres: Postgres::start(&python)?, minilm: tools::minilm()?, models: models()?, python })
    }

    fn give(&self, command: &mut Command) {
        command
            .env("CLOSEZLY_TEST_POSTGRES", &self.postgres.url)
            .env("CLOSEZLY_TEST_PYTHON", &self.python)
            .env("CLOSEZLY_TEST_MOTO", self.python.with_file_name("moto_server"))
            .env("CLOSEZLY_TEST_MINILM", &self.minilm)
            .env("CLOSEZLY_TEST_MODELS", &self.models);
    }
}

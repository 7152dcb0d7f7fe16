//! Journeys in a real Chromium, by Playwright.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use super::ahead::Ahead;
use super::postgres::Postgres;
use super::rust_tests::JOURNEYS;
use super::tee::tee;
use super::{Counts, Outcome, tools};
use crate::build::{self, HOUSE, LIKE_TESTS};
use crate::process::cargo;
use crate::progress;
use crate::step::step;
use crate::workspace::{self, Mode};

const LIMIT: Duration = Duration::from_secs(40 * 60);

/// The browser's part as it ships: what the journeys try is what people load, and each page's bytes are held to their table.
const SITE: Mode = Mode::Release;

/// Builds what is missing and runs every journey; `server` is the binary, if the Rust tests had it built already, and `postgres` the address
/// of the PostgreSQL that they have started.
pub fn run(ahead: &Ahead, server: Option<PathBuf>, postgres: Option<String>) -> Result<Outcome> {
    // The npm packages bring what makes the WASM small.
    tools::npm_packages()?;
    ahead.wait()?;
    build::browser_side(SITE)?;
    let server = match server {
        Some(server) => server,
        None => {
            step("server", || progress::run("server", cargo().arg("build").args(HOUSE).args(LIKE_TESTS).args(JOURNEYS)))?;
            Mode::Dev.server_binary()
        }
    };
    let python = tools::python()?;
    // One of its own runs until this is dropped.
    let own;
    let postgres = match postgres {
        Some(url) => url,
        None => {
            own = Postgres::start(&python)?;
            own.url.clone()
        }
    };
    let mut outcome = Outcome::default();
    for (name, workers, projects) in PROJECTS {
        let mut command = playwright()?;
        command.args(["test", "--reporter=list,json", "--workers", workers]).args(projects.iter().map(|name| format!("--project={name}")));
        command
            .env("CLOSEZLY_BIN", &server)
            .env("CLOSEZLY_SITE_DIR", SITE.site())
            .env("CLOSEZLY_WEIGHTS", "1")
            .env("CLOSEZLY_TEST_POSTGRES", &postgres)
            .env("CLOSEZLY_TEST_PYTHON", &python);
        outcome.add(journeys(name, &mut command)?);
    }
    Ok(outcome)
}

/// Pages wait for people most of the time: two journeys at once. In calls the server and the recognizer want the processors.
const PROJECTS: [(&str, &str, &[&str]); 2] = [("journeys", "2", &["desktop", "phone", "no-js"]), ("journeys of calls", "1", &["live"])];

fn journeys(name: &str, command: &mut Command) -> Result<Outcome> {
    let report = workspace::test_tools().join("browser.json");
    let _ = fs::remove_file(&report);
    command.env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report);
    let status = step(name, || tee(command, LIMIT, |_| true))?;
    let text = fs::read_to_string(&report).with_context(|| format!("Playwright ended with {status} and left no report"))?;
    let mut outcome = read(&serde_json::from_str(&text)?);
    if !status.success() && outcome.counts.failed == 0 {
        outcome.check(Err(anyhow!("Playwright ended with {status}")));
    }
    Ok(outcome)
}

/// Playwright's command line with everything it needs installed.
pub fn playwright() -> Result<Command> {
    let node = tools::npm_packages()?;
    let chromium = tools::chromium()?;
    let mut command = Command::new(node);
    command.arg("node_modules/@playwright/test/cli.js").current_dir(workspace::end2end()).env("CHROMIUM", chromium);
    Ok(command)
}

/// Reads Playwright's JSON report.
fn read(report: &Value) -> Outcome {
    let count = |name: &str| report["stats"][name].as_u64().unwrap_or(0);
    let counts = Counts { passed: count("expected"), failed: count("unexpected") + count("flaky"), skipped: count("skipped") };
    let mut outcome = Outcome { counts, ..Outcome::default() };
    let errors = report["errors"].as_array().into_iter().flatten();
    for error in errors {
        outcome.counts.failed += 1;
        outcome.failures.push(error["message"].as_str().unwrap_or("an error without words").to_owned());
    }
    specs(&report["suites"], &mut outcome);
    outcome
}

fn specs(suites: &Value, outcome: &mut Outcome) {
    for suite in suites.as_array().into_iter().flatten() {
        for spec in suite["specs"].as_array().into_iter().flatten() {
            let tests = || spec["tests"].as_array().into_iter().flatten();
            let projects = tests().filter_map(|test| test["projectName"].as_str()).collect::<Vec<_>>().join(", ");
            let text = |name: &str| spec[name].as_str().unwrap_or_default().to_owned();
            let name = format!("[{projects}] {}: {}", text("file"), text("title"));
            let results = tests().flat_map(|test| test["results"].as_array().into_iter().flatten());
            let took = results.filter_map(|result| result["duration"].as_u64()).sum();
            outcome.tests.push((Duration::from_millis(took), name.clone()));
            if spec["ok"] == false {
                outcome.failures.push(name);
            }
        }
        specs(&suite["suites"], outcome);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_is_read() {
        let report = json!({
            "stats": { "expected": 5, "unexpected": 1, "skipped": 2, "flaky": 0 },
            "errors": [],
            "suites": [{ "suites": [{ "specs": [
                { "ok": true, "title": "signs in", "file": "identity.spec.ts", "tests": [] },
                { "ok": false, "title": "hears both", "file": "calls.spec.ts", "tests": [{ "projectName": "live", "results": [{ "duration": 900 }, { "duration": 600 }] }] },
            ] }] }],
        });
        let outcome = read(&report);
        assert_eq!(outcome.counts, Counts { passed: 5, failed: 1, skipped: 2 });
        assert_eq!(outcome.failures, ["[live] calls.spec.ts: hears both"]);
        assert_eq!(outcome.tests.last(), Some(&(Duration::from_millis(1_500), "[live] calls.spec.ts: hears both".to_owned())));
    }
}
